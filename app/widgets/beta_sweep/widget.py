"""β-VAEs of one seed: what a heavier KL costs, which units stay, and what each unit does."""

from typing import Annotated

import gradio as gr
import numpy as np
import pydantic

from app import parts, session
from app.components import as_base64, served, widget
from app.door import PictureModel
from app.widgets.triptych import compute
from backend.evaluation import tradeoffs

MODEL = "beta_vae"
ACTIVE = 0.01  # variance of the posterior mean from which a unit counts as active
SILENT = 0.01  # nats below which a unit's posterior is its prior
ROWS = 8  # units of which a walk is shown
VALUES = np.linspace(-3, 3, 9, dtype=np.float32)

First = Annotated[int, pydantic.Field(ge=0, lt=2**31)]

read_state = parts.reader({"of": r"[a-z0-9_]+/[a-z0-9_-]+", "first": r"\d{1,9}"})


def beta_sweep(elem_id: str, tab: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads."""
    server = [served(sweep, "run"), served(walks, "walks")]
    return widget("beta_sweep", "", elem_id=elem_id, server=server, tab=tab)


def sweep() -> dict:
    """Every β of the data set with most of them, and what each unit carries; needs no torch."""
    runs = [run for run in tradeoffs.read().runs if run.model == MODEL]
    sets = [run.dataset for run in runs]
    runs = [run for run in runs if run.dataset == max(sets, key=sets.count)]
    found = []
    for run in sorted(runs, key=lambda run: run.config.get("beta", 1)):
        last = run.moments[-1]
        row = {
            "name": run.name,
            "beta": run.config.get("beta", 1),
            "latent_dim": run.latent_dim,
            "n": run.n,
            "split": run.split,
            "values": last.values,
            "reference": run.reference,
        }
        try:
            kl, activity = tradeoffs.units(run.name)
        except ValueError as error:
            found.append(row | {"problem": str(error)})
            continue
        found.append(
            row
            | {
                "kl": kl.astype(float).round(4).tolist(),
                "active": (activity >= ACTIVE).tolist(),
                "silent": int((kl < SILENT).sum()),
            }
        )
    return {"runs": found, "code": CODE if found else ""}


def walks(checkpoint: PictureModel, first: First) -> dict:
    """What the decoder makes of one picture's code with one unit at a time set to -3 … 3.

    The units with the largest KL come first; each row keeps the others where they were.
    """
    session.check_name(checkpoint)
    space = session.get_space(checkpoint)
    if not compute.encodes(space):
        raise ValueError(f"{checkpoint} has no encoder.")
    held = compute.held_out(space.info.dataset)
    given = held.pictures[first % len(held.pictures)][None]
    kl, _ = tradeoffs.units(checkpoint)
    order = np.argsort(-kl, kind="stable")[:ROWS]
    with session.model_work():
        z = space.encode(given)[0]
        codes = np.concatenate([space.traverse(z, int(unit), VALUES) for unit in order])
        pictures = space.decode(codes)
    return {
        "given": as_base64(given),
        "pictures": as_base64(pictures),
        "units": order.tolist(),
        "at": z[order].astype(float).round(2).tolist(),
        "values": VALUES.tolist(),
        "note": held.note,
    }


CODE = """from backend.evaluation import tradeoffs

for run in tradeoffs.read().runs:
    if run.model == "beta_vae":
        last = run.moments[-1].values
        kl, activity = tradeoffs.units(run.name)
        print(run.config["beta"], last["mse"], last["kl"], kl, (activity >= 0.01).sum())
"""
