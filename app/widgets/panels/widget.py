"""What the eight panels show: the snapshots and the curves of four runs on in-car requests.

Everything is sent once; after that nothing asks the server.
"""

import json
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np

import backend
from app import parts
from app.components import as_base64, served, widget

if TYPE_CHECKING:
    from backend.codes.snapshots import Snapshots

RUNS = (
    ("text_vae/gmvae--smd", "GMVAE"),
    ("text_vae/dgmvae--smd--var", "+ L_var"),
    ("text_vae/dgmvae--smd--mi", "+ L_mi"),
    ("text_vae/dgmvae--smd", "DGMVAE"),
)
CURVES = (
    ("kl_z", "KL(z) to the averaged mode", "nats"),
    ("kl_c", "KL(c), aggregate", "nats"),
    ("mi_c", "MI of c and the sentence", "nats"),
    ("mean_variance", "Variance of means", ""),
)
MEASURED = (
    ("elbo_nll", "NLL bound, nats"),
    ("bleu", "Reconstruction BLEU-4"),
    ("mi_c", "MI of c and the sentence, nats"),
    ("mean_variance", "Variance of means"),
    ("mean_variance_used", "Variance of means, weighted by use"),
    ("modes_used", "Modes in use"),
)  # of the shipped weights: what the paper's claims turn on
EARLY = 2000  # the step of the upper row

read_state = parts.reader(
    {"of": r"\d{1,3}", "colour": r"[a-z_]{1,40}", "step": r"\d{1,7}", "shut": "1"}
)


def panels(elem_id: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads: variable, colour, step, whether shut."""
    return widget("panels", "", elem_id=elem_id, server=[served(runs, "run")], tab="modes")


def runs() -> dict:
    """Snapshots and curves of the runs that are here, and how to train those that are not."""
    names = {info.name for info in backend.available()}
    found, missing = [], []
    for column, (name, title) in enumerate(RUNS):
        shared = {"name": name, "title": title, "column": column}
        snapshots = backend.load_snapshots(name) if name in names else None
        if snapshots is None:
            missing.append(shared | {"command": f"python scripts/train.py {name}"})
        else:
            found.append(shared | _run(name, snapshots))
    return {
        "runs": found,
        "missing": missing,
        "measured": MEASURED,
        "curves": [dict(zip(("id", "title", "unit"), row, strict=True)) for row in CURVES],
        "early": EARLY,
        "code": _script(found[-1]["name"]) if found else "",
    }


def _run(name: str, snapshots: "Snapshots") -> dict:
    info = backend.info(name)
    tags = snapshots.tags
    return {
        "objective": _objective(info.config),
        "steps": snapshots.steps.tolist(),
        "shape": snapshots.codes.shape[:3],
        "codes": _packed(snapshots.codes[..., :2]),
        "modes": as_base64(snapshots.modes, np.uint8),
        "means": _rounded(snapshots.means[..., :2]),
        "scales": _rounded(snapshots.scales[..., :2]),
        "used": [round(float(value), 4) for value in snapshots.variance_of_used_means()],
        "measured": {id: info.metrics[id]["value"] for id, _ in MEASURED if id in info.metrics},
        "tags": {
            tag: {"names": tags.names[tag], "ids": as_base64(tags.ids[tag])} for tag in tags.names
        },
        "history": _history(info),
    }


def _objective(config: dict) -> str:
    """What this run pays for, beside the reconstruction, KL(c) and KL(z)."""
    beta = config.get("dispersion_weight", 1)
    dispersion = "disp." if beta == 1 else f"{beta:g} disp."
    return f"MI + {dispersion}" if config.get("information") else dispersion


def _history(info: backend.CheckpointInfo) -> dict[str, list[float]]:
    """Curves over held-out sentences, by step; empty where none were kept."""
    path = info.path / "metrics.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    history = kept.get("history", {})
    curves = {id: history.get(f"validation_{id}", []) for id, _, _ in CURVES}
    return {"step": history.get("step", []), **curves}


def _packed(values: np.ndarray) -> dict:
    """Two bytes a number, with the range they stand for."""
    values = values.astype(np.float32)
    low, high = float(values.min()), float(values.max())
    scaled = np.round((values - low) / max(high - low, 1e-9) * 65535)
    return {"low": low, "high": high, "data": as_base64(scaled.astype("<u2"))}


def _rounded(values: np.ndarray) -> list:
    return values.astype(float).round(3).tolist()


def _script(name: str) -> str:
    return (
        "import backend\n\n"
        f"snapshots = backend.load_snapshots({name!r})\n"
        "result = snapshots.steps, snapshots.means  # [S], [S, variables, components, 2]\n"
        "print(result)\n"
    )
