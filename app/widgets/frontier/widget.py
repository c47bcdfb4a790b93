"""The bench of pictures: what was measured of each checkpoint at each moment, and one of them.

The numbers are sent once and need no torch; samples and reconstructions are computed when a
person asks for one checkpoint.
"""

from collections import Counter
from typing import Annotated

import gradio as gr
import pydantic

import backend
from app import parts, session
from app.components import Seed, as_base64, served, titled, widget
from app.door import PictureModel
from app.widgets.triptych import compute
from backend import corpora
from backend.evaluation import tradeoffs

KINDS = {"ae": "Auto-encoders", "vae": "VAEs", "gan": "GANs", "fusion": "Fusions of both"}

First = Annotated[int, pydantic.Field(ge=0, lt=2**31)]

_NAME = r"[a-z0-9_]+/[a-z0-9_-]+"
read_state = parts.reader(
    {
        "data": r"[a-z0-9-]{1,40}",
        "x": r"[a-z_]{1,40}",
        "y": r"[a-z_]{1,40}",
        "dot": rf"{_NAME}@\d{{1,9}}",
        "without": r"[a-z,]{1,40}",
        "seed": r"\d{1,10}",
    }
)


def frontier(elem_id: str, tab: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads. Starts when its view is shown."""
    server = [
        served(bench, "run"),
        served(moments, "moments"),
        served(look, "look"),
        served(nearest, "nearest"),
    ]
    return widget("frontier", "", elem_id=elem_id, server=server, tab=tab)


def bench() -> dict:
    """Every run with its moments, and what the quantities mean."""
    found = tradeoffs.read()
    titles = {info.name: titled(info) for info in backend.available()}
    used = Counter(run.dataset for run in found.runs)
    known = set(corpora.names())
    return {
        "kinds": KINDS,
        "datasets": {n: corpora.corpus(n).name for n, _ in used.most_common() if n in known},
        "quantities": [
            {
                "id": metric.id,
                "title": metric.title,
                "unit": metric.unit,
                "direction": metric.direction,
                "explanation": metric.explanation,
            }
            for metric in tradeoffs.QUANTITIES.values()
        ],
        "runs": [described(run, titles) for run in found.runs],
        "problems": found.problems,
        "code": CODE,
    }


def described(run: tradeoffs.Run, titles: dict[str, str]) -> dict:
    """A run as the page has it; ``titles`` are those of checkpoints, by name."""
    return {
        "name": run.name,
        "title": titles.get(run.name, run.title),
        "label": run.label,
        "kind": run.kind,
        "model": run.model,
        "dataset": run.dataset,
        "encodes": run.encodes,
        "discrete": run.discrete,
        "latent_dim": run.latent_dim,
        "n": run.n,
        "split": run.split,
        "parameters": run.parameters,
        "reference": run.reference,
        "moments": [moment._asdict() for moment in run.moments],
    }


def moments(checkpoint: PictureModel) -> dict:
    """The sheet of samples: pictures of all moments, row by row."""
    session.check_name(checkpoint)
    sheet = tradeoffs.sheet(checkpoint)
    return {"pictures": as_base64(sheet), "across": tradeoffs.ACROSS}


def look(checkpoint: PictureModel, seed: Seed, first: First = 0) -> dict:
    """What the shipped weights draw and reconstruct."""
    return compute.look(checkpoint, seed, first)


def nearest(checkpoint: PictureModel, seed: Seed) -> dict:
    """Samples and the training pictures nearest to them."""
    return compute.nearest(checkpoint, seed)


CODE = """from backend.evaluation import tradeoffs

for run in tradeoffs.read().runs:
    for moment in run.moments:
        print(run.name, moment.step, moment.values)
    print(run.name, "real pictures", run.reference)
"""
