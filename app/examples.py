"""What the inputs hold before anybody has touched them, so that no view starts empty."""

from functools import cache
from typing import cast

import gradio as gr
import numpy as np
from PIL import Image, ImageDraw

from app import items as boxes
from app import memory, session
from app.widgets.image_input import to_value

SENTENCES = {
    "a": "We should go home now.",
    "b": "They were waiting for the bus.",
    "c": "What are you doing?",
    "d": "The dog is in the garden.",
}
ARITHMETIC = ("Are you hungry?", "You are hungry.", "He is hungry.", SENTENCES["d"])
STROKES = {  # a pen's path over each first picture, on paper 56 pixels wide
    "a": [(28, 11), (17, 20), (16, 36), (27, 46), (38, 38), (40, 21), (28, 11)],
    "b": [(16, 13), (41, 13), (26, 46)],
    "c": [(31, 9), (26, 47)],
    "d": [(36, 46), (36, 10), (14, 34), (44, 34)],
}
_given: set[str] = set()  # examples that have been put into boxes


@cache
def sketches() -> list[str]:
    """A first picture for each box, for when no checkpoint has been asked for better ones."""
    return [_sketch(stroke) for stroke in STROKES.values()]


def suit(mode: str, *texts: str) -> list[str]:
    """Sentences that suit the kind of walk, unless a person has written their own."""
    usual = tuple(SENTENCES.values())
    if texts not in (usual, ARITHMETIC):
        return list(texts)
    return list(ARITHMETIC if mode == "arithmetic" else usual)


def _sketch(stroke: list[tuple[int, int]]) -> str:
    paper = Image.new("L", (56, 56))
    ImageDraw.Draw(paper).line(stroke, fill=255, width=5, joint="curve")
    return to_value(np.array(paper))


def fill_pictures(checkpoint: str, *pictures: str) -> list:
    """Examples for the boxes where a person has put nothing of their own."""
    space = session.get_space(checkpoint)
    if space.words:
        return [gr.skip()] * len(pictures)
    replaceable = {"", *sketches(), *_given}
    examples = example_pictures(checkpoint)
    _given.update(examples)
    return [
        gr.HTML(dataset=boxes.dataset(space), value=new if old in replaceable else old)
        for old, new in zip(pictures, examples, strict=True)
    ]


@memory.kept(64)
def example_pictures(checkpoint: str) -> list[str]:
    """Four reconstructed held-out pictures, of different classes where classes are known."""
    space = session.get_space(checkpoint)
    labels = [] if space.labels is None else space.labels.tolist()
    wanted = [labels.index(label) for label in (3, 8, 0, 7) if label in labels]
    rows = wanted if len(wanted) == len(STROKES) else np.arange(len(STROKES)) % len(space.codes)
    with session.model_work():
        pictures = cast(np.ndarray, space.decode(space.codes[rows]))
        return [to_value(picture) for picture in pictures]
