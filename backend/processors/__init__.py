"""From what people handle to tensors and back; the kinds of items that models are made of.

A kind is one file here, named as in the ``modality`` of a checkpoint, and a row of ``KINDS``.
"""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from backend.processors.base import Processor


class Kind(NamedTuple):
    """What a kind of items is called; listing needs no torch."""

    title: str  # "Sentences", over a list of checkpoints
    noun: str  # "sentence"
    words: bool  # whether an item is made of words, which can be drawn, marked and unknown
    task: str  # what model hubs call making such items


KINDS = {
    "text": Kind("Sentences", "sentence", True, "text-generation"),
    "image": Kind("Pictures", "picture", False, "unconditional-image-generation"),
}


def load_processor(kind: str, folder: Path) -> "Processor":
    """The processor kept in a checkpoint's folder. Raises ``KeyError`` for an unknown kind."""
    if kind not in KINDS:
        raise KeyError(f"no kind of items {kind!r}; there are: {', '.join(KINDS)}")
    module = importlib.import_module(f"backend.processors.{kind}")
    return module.PROCESSOR.load(folder)
