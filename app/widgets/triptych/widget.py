"""The same noise and the same pictures through up to three models of the bench."""

from typing import Annotated

import gradio as gr
import pydantic

from app import parts, session
from app.components import Seed, served, widget
from app.door import PictureModel
from app.widgets.triptych import compute
from backend import corpora
from backend.codes import attributes

FIRST = ("vae/vae--mnist--conv", "gan/dcgan--mnist", "gan/vae_gan--mnist")
MOST = 3

First = Annotated[int, pydantic.Field(ge=0, lt=2**31)]
Amount = Annotated[float, pydantic.Field(ge=-3, le=3)]
Attribute = Annotated[str, pydantic.Field(pattern=r"^([a-z]{1,20}|class-\d)$")]
Models = Annotated[list[str], pydantic.Field(min_length=1, max_length=MOST)]

_NAME = r"[a-z0-9_]+/[a-z0-9_-]+"
read_state = parts.reader(
    {
        "models": rf"{_NAME}(,{_NAME}){{0,2}}",
        "seed": r"\d{1,10}",
        "first": r"\d{1,9}",
        "attribute": r"[a-z0-9-]{1,20}",
        "by": r"-?[0-3](\.\d{1,2})?",
    }
)


def triptych(elem_id: str, tab: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads. It follows the frontier's numbers."""
    return widget(
        "triptych",
        "",
        elem_id=elem_id,
        server=[served(chosen, "run"), served(look, "look"), served(move, "move")],
        tab=tab,
        first=FIRST,
        attributes=[[id, *one] for id, one in attributes.ATTRIBUTES.items()],
        classes={name: corpora.classes(name) for name in corpora.names()},
    )


def chosen(models: Models, seed: Seed, first: First, attribute: Attribute, amount: Amount) -> dict:
    """The program that does the same; raises ValueError for a checkpoint that is not here."""
    for name in models:
        session.check_name(name)
    return {"code": script(models, seed, first, attribute, amount)}


def look(checkpoint: PictureModel, seed: Seed, first: First) -> dict:
    """Samples, reconstructions and a path of one model."""
    return compute.look(checkpoint, seed, first)


def move(checkpoint: PictureModel, attribute: Attribute, amount: Amount, first: First) -> dict:
    """The same pictures with their codes moved along an attribute."""
    return compute.move(checkpoint, attribute, amount, first)


def script(models: list[str], seed: int, first: int, attribute: str, amount: float) -> str:
    """A short program with the same numbers, where the corpus is on the machine."""
    import backend

    dataset = backend.info(models[0]).dataset
    new = "test.labels[shown]"
    if attribute.startswith(compute.CLASS):
        target = int(attribute.removeprefix(compute.CLASS))
        by_code = f"attributes.towards(codes, test.labels[held], {target})[test.labels[shown]]"
        step = f"0 if space.classes else {by_code}"
        if amount >= compute.HALF:
            new = f"[{target}] * len(shown)"
    else:
        step = f"attributes.direction(codes, attributes.measure(test.items[held])[{attribute!r}])"
    half = (compute.STEPS + 1) // 2
    return f"""import numpy as np

import backend
from backend import corpora
from backend.codes import attributes

test = corpora.load({dataset!r})["test"]
shown = ({first} + np.arange({compute.PICTURES})) % len(test.items)
held = np.arange(len(test.items))[-{compute.MEASURED}:]
way = shown[:2].repeat({half})[:{compute.STEPS}]
for name in {models!r}:
    space = backend.load(name)
    samples = space.sample({compute.SAMPLES}, seed={seed})
    if "encode" not in space.info.capabilities:
        continue

    def told(labels):
        return labels if space.classes else None

    given, labels = test.items[shown], told(test.labels[shown])
    z = space.encode(given, labels=labels)
    print(name, "MSE", ((given / 255 - space.decode(z, labels=labels) / 255) ** 2).mean())
    steps = space.path_codes(z[0], z[1], {compute.STEPS})
    path = space.decode(steps, labels=told(test.labels[way]))
    codes = space.encode(test.items[held], labels=told(test.labels[held]))
    step = {step}
    moved = space.decode(z + np.float32({amount!r}) * step, labels=told({new}))
    print(attributes.measure(moved))
"""
