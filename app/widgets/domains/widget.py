"""Digits across two domains without pairs: CycleGAN there and back, and DANN's features."""

from typing import Annotated, Any

import gradio as gr
import numpy as np
import pydantic

import backend
from app import memory, parts, session
from app.components import as_base64, finite, served, widget
from app.widgets.image_input import read as read_picture
from backend import corpora
from backend.corpora.ink_mnist import in_ink
from backend.evaluation import domains

KEPT = {
    "kept_over": "there",
    "kept_over_back": "there and back",
    "kept_back": "there",
    "kept_back_over": "there and back",
}  # by metric, what it is called in its direction
CACHED = 8
HUE = 3  # seed of the hue of one's own digit in ink

Picture = Annotated[str, pydantic.Field(max_length=2_000_000)]

read_state = parts.reader({"way": "over|back", "colour": "domain|class"})


def across_domains(elem_id: str, tab: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads. Asks for nothing until it is seen."""
    server = [served(measured, "run"), served(strips, "strips", {"picture": "Your digit"})]
    return widget("domains", "", elem_id=elem_id, server=server, tab=tab)


def measured() -> dict[str, Any]:
    """What was measured of translators and classifiers, and the maps; needs no torch."""
    translators = [
        {
            "name": info.name,
            "title": info.title,
            "weight": info.config["cycle_weight"],
            "names": corpora.corpus(info.dataset).domains,
            "kept": {id: _entry(info, id) for id in KEPT},
            "error": _entry(info, "cycle_l1"),
        }
        for info in _known("transfer")
    ]
    classifiers = []
    for info in _known("classify"):
        kept = domains.Domains.load(info.path)
        classifiers.append(
            {
                "name": info.name,
                "title": info.title,
                "weight": info.config["reversal"],
                "names": corpora.corpus(info.dataset).domains,
                "values": {
                    id: _entry(info, id) for id in ("accuracy", "target_accuracy", "domain_guess")
                },
                "n": kept.places.shape[1],
                "places": as_base64(kept.places, "float32"),
                "classes": as_base64(kept.classes),
                "guesses": as_base64(kept.guesses),
            }
        )
    return finite({"translators": translators, "classifiers": classifiers, "code": CODE})


def strips(over: bool, picture: Picture = "") -> dict[str, Any]:
    """Held-out digits, one of each, and one's own first: there and back by each translator."""
    infos = _known("transfer")
    if not infos:
        raise ValueError("There is no translator on this machine.")
    held = domains.Domains.load(infos[0].path).pictures[0 if over else 1]
    labels: list[int | None] = list(range(len(held)))
    if picture:
        own = read_picture(picture)[None]
        drawn = own[..., None].repeat(3, -1) if over else in_ink(own, HUE)
        held, labels = np.concatenate([drawn, held]), [None, *labels]
    with session.model_work():
        trips = [_trip(info.name, info.fingerprint, held.tobytes(), over) for info in infos]
    return {
        "own": bool(picture),
        "labels": labels,
        "given": as_base64(held),
        "trips": [
            {"there": as_base64(t.there), "back": as_base64(t.back), "classes": t.classes}
            for t in trips
        ],
    }


@memory.kept(CACHED)
def _trip(name: str, fingerprint: str, pictures: bytes, over: bool) -> domains.Trip:
    """``fingerprint`` is of the weights, so that a retrained checkpoint is asked anew."""
    height, width = backend.info(name).config["data_shape"][1:]
    held = np.frombuffer(pictures, np.uint8).reshape(-1, height, width, 3)
    return domains.trip(name, held, over)


def _known(capability: str) -> list[backend.CheckpointInfo]:
    """Of two domains, with what is kept of them; the one with the term first."""
    found = [
        info
        for info in backend.available({capability}, modality="image")
        if (info.path / domains.FILE).is_file()
    ]
    return sorted(found, key=lambda info: bool(info.tag))


def _entry(info: backend.CheckpointInfo, id: str) -> dict[str, Any] | None:
    entry = info.metrics.get(id)
    return entry and {key: entry[key] for key in ("value", "stderr", "reference", "n")}


CODE = """import backend
from backend.evaluation.domains import Domains, trip

for info in backend.available({"transfer"}):
    held = Domains.load(info.path).pictures[0]  # uint8 [10, 28, 28, 3]
    print(info.name, trip(info.name, held, over=True).classes)
for info in backend.available({"classify"}):
    if info.model == "dann":
        print(info.name, {id: one["value"] for id, one in info.metrics.items()})
        print(Domains.load(info.path).places)  # [2, m, 2], t-SNE of features
"""
