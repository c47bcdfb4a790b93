"""What a classifier says of items, as Explore and Interpolate show it."""

from typing import TYPE_CHECKING, Any, Literal

import gradio as gr
import numpy as np

import backend
from app.session import get_judge
from backend import corpora

if TYPE_CHECKING:
    from backend.processors.base import Items
    from backend.space import LatentSpace

Layer = Literal["decoded", "verdict"]
TERM = (
    "What a classifier takes each item for: of pictures the one that judges samples of the same "
    "data, of sentences a sentiment classifier of restaurant reviews."
)
Verdict = tuple[int, float]  # class, -1 for what cannot be read; its probability


def layer_picker(elem_id: str, *more: tuple[str, str], **look: Any) -> gr.Radio:
    """Whether items are shown as they are decoded, or what a classifier says of them too.

    ``more`` are layers that a tab has beside these: a label and a value each.
    """
    return gr.Radio(
        [("Decoded", "decoded"), ("Verdict", "verdict"), *more],
        value="decoded",
        label="Layer",
        elem_id=elem_id,
        elem_classes="lp-segmented",
        **look,
    )


def judged(space: "LatentSpace") -> dict:
    """Classes that a verdict can name, or why there is none."""
    try:
        info = backend.info(backend.judge_name(space))
    except ValueError as error:
        return {"judged": [], "unjudged": str(error)}
    return {"judged": corpora.classes(info.dataset), "unjudged": ""}


def said_of(space: "LatentSpace", items: "Items") -> list[Verdict]:
    """The likeliest class of each item; raises ValueError where no classifier reads them."""
    return [
        (-1, 0.0) if np.isnan(row).any() else (int(row.argmax()), round(float(row.max()), 3))
        for row in get_judge(space)(items)
    ]
