"""A picture from a person: a sketch, an uploaded file, or the next image of the test set."""

import base64
import binascii
import io
import math
from functools import lru_cache
from typing import Any, Literal

import gradio as gr
import numpy as np

from app.components import served, widget

SIDE = 28  # pixels of the pictures that the image models know
BOX = 20  # the ink of an MNIST digit fits a box of this side
MAX_CHARS = 2_000_000  # of base64; the widget itself never sends more than a few thousand
MAX_SIDE = 2048  # pixels; a small PNG can unfold into gigabytes
Dataset = Literal["mnist", "fashion-mnist"]
TITLES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST"}

EMPTY = "The picture is empty. Sketch something, upload a picture, or take a test image."
UNREADABLE = "That is not a picture this field can read. Upload a PNG or JPEG, or sketch one."
TOO_LARGE = f"The picture is too large. Use one of at most {MAX_SIDE} x {MAX_SIDE} pixels."


def image_input(label: str, elem_id: str, value: str = "", dataset: str = "mnist") -> gr.HTML:
    """Returns a field whose value is "" or a PNG as a data URL; ``read`` turns it into pixels.

    It fires ``change`` whenever the value changes and ``input`` only when a person changed it.
    Return ``gr.HTML(dataset=...)`` from a handler to offer test images of another corpus.
    """
    return widget(
        "image_input",
        value,
        elem_id=elem_id,
        server=[
            served(as_seen, "as_seen"),
            served(corpus_state, "corpus_state"),
            served(next_test_image, "next_test_image"),
        ],
        emits=["input"],
        label=label,
        dataset=dataset,
    )


def read(value: Any) -> np.ndarray:
    """Returns the picture as uint8 [28, 28], 0 for paper and 255 for ink.

    A picture of exactly 28 x 28 pixels is taken as it is. Any other is treated the way MNIST was
    made: dark ink on light paper is inverted, the ink is cut out, scaled with its proportions kept
    so that its longer side is 20 pixels, and placed with its centre of mass in the middle.

    Raises:
        ValueError: with a sentence for the person, where there is no picture in ``value``.
    """
    if value is None or value == "":
        raise ValueError(EMPTY)
    pixels = _from_list(value) if isinstance(value, list) else _from_data_url(value)
    if pixels.max() - pixels.min() < 16:  # one flat tone
        raise ValueError(EMPTY)
    return pixels if pixels.shape == (SIDE, SIDE) else _like_mnist(pixels)


def to_value(pixels: np.ndarray) -> str:
    """Returns the value of the field that ``read`` turns back into exactly these pixels."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _from_list(value: list) -> np.ndarray:
    try:
        pixels = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(UNREADABLE) from None
    if pixels.shape != (SIDE, SIDE) or not np.isfinite(pixels).all():
        raise ValueError(f"A picture given as a list has {SIDE} rows of {SIDE} numbers.")
    if pixels.min() < 0 or pixels.max() > 255:
        raise ValueError("A picture given as a list holds numbers between 0 and 255.")
    return pixels.round().astype(np.uint8)


def _from_data_url(value: Any) -> np.ndarray:
    from PIL import Image

    head, _, body = value.partition(",") if isinstance(value, str) else ("", "", "")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ValueError(UNREADABLE)
    if len(body) > MAX_CHARS:
        raise ValueError(TOO_LARGE)
    try:
        file = io.BytesIO(base64.b64decode(body, validate=True))
        with Image.open(file, formats=["PNG", "JPEG"]) as picture:
            if max(picture.size) > MAX_SIDE:
                raise ValueError(TOO_LARGE)
            picture = picture.convert("RGBA")
            paper = Image.new("RGBA", picture.size, "black")
            return np.array(Image.alpha_composite(paper, picture).convert("L"))
    except (binascii.Error, OSError, SyntaxError):  # PIL reports broken PNGs as SyntaxError
        raise ValueError(UNREADABLE) from None


def _like_mnist(pixels: np.ndarray) -> np.ndarray:
    from PIL import Image

    tone = pixels.astype(np.float64)  # [H, W]
    paper = np.median(np.concatenate([tone[0], tone[-1], tone[:, 0], tone[:, -1]]))
    tone = tone - paper if paper < 128 else paper - tone
    tone = 255 * tone.clip(min=0) / max(tone.max(), 1)
    rows, columns = np.nonzero(tone > 25)
    if not len(rows):
        raise ValueError(EMPTY)
    ink = tone[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]

    scale = BOX / max(ink.shape)
    height, width = (max(1, round(scale * side)) for side in ink.shape)
    small = Image.fromarray(ink.astype(np.uint8)).resize((width, height), Image.Resampling.BOX)
    ink = np.array(small, dtype=np.float64)
    ink *= 255 / ink.max()

    canvas = np.zeros((SIDE, SIDE), dtype=np.uint8)
    y, x = (_start(ink.sum(axis)) for axis in (1, 0))
    canvas[y : y + height, x : x + width] = ink.round()
    return canvas


def _start(weights: np.ndarray) -> int:
    """Where these rows (or columns) of ink begin, for their mean to lie at the middle."""
    mean = (weights * np.arange(len(weights))).sum() / weights.sum()
    start = math.floor((SIDE - 1) / 2 - mean + 0.5)
    return min(max(start, 0), SIDE - len(weights))


def as_seen(value: str) -> dict:
    """For the page: an uploaded picture the way ``read`` makes it."""
    return {"value": to_value(read(value))}


def corpus_state(dataset: Dataset) -> dict:
    """For the page: whether test images can be offered, and if not, why."""
    from backend import corpora

    if corpora.available(dataset):
        return {"present": True, "note": ""}
    note = f"The {TITLES[dataset]} test images are not on this machine."
    return {"present": False, "note": note}


def next_test_image(dataset: Dataset, index: int) -> dict:
    """For the page: picture ``index`` of the test set, counted round and round."""
    try:
        pictures = _test_images(dataset)
    except FileNotFoundError as missing:
        raise ValueError(str(missing)) from None
    index %= len(pictures)
    note = f"{TITLES[dataset]} test image {index:,} of {len(pictures):,}"
    return {"value": to_value(pictures[index]), "index": index, "note": note}


@lru_cache(maxsize=2)
def _test_images(dataset: str) -> np.ndarray:  # uint8 [N, 28, 28]
    from backend import corpora

    return corpora.load(dataset)["test"].items
