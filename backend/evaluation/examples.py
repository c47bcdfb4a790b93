"""Stored inputs and outputs of a checkpoint, to notice when it no longer does what it did."""

import json
import math
from typing import Any

import numpy as np

from backend.checkpoint import info
from backend.files import write_json
from backend.processors.base import Items
from backend.processors.text import TextProcessor
from backend.space import LatentSpace

FILE = "examples.json"
SENTENCES = ["I like tea.", "It is raining.", "Where is my book?", "She didn't want to go."]
SEED = 7


def write_examples(name: str) -> None:
    write_json(info(name).path / FILE, evaluate(name))


def read_examples(name: str) -> dict[str, Any]:
    return json.loads((info(name).path / FILE).read_text(encoding="utf-8"))


def evaluate(name: str) -> dict[str, Any]:
    """What the checkpoint makes of fixed inputs, on the CPU, as JSON values."""
    space = LatentSpace.load(name, device="cpu")
    inputs = SENTENCES if space.words else space.sample(4, seed=SEED)
    codes = space.encode(inputs) if _reads(space) else space.sample_codes(4, seed=SEED)
    samples = space.sample(4, seed=SEED)
    return {
        "codes": np.round(codes[:, :8], 4).tolist(),
        "decoded": _plain(space.decode(codes)),
        "samples": _plain(samples),
        "log_p_z": [_known(point.log_p_z) for point in space.inspect(codes)],
    }


def _known(log_p: float) -> float | None:
    return None if math.isnan(log_p) else round(log_p, 3)


def _reads(space: LatentSpace) -> bool:
    """Whether it encodes; a model of a user's own sentences may know none of the words above."""
    if not isinstance(space.processor, TextProcessor):
        return space.encodes
    return space.encodes and len(space.processor.readable(SENTENCES)) == len(SENTENCES)


def _plain(items: Items) -> list:
    """Sentences as they are; of pictures the mean brightness of 16 tiles."""
    if not isinstance(items, np.ndarray):
        return list(items)
    grey: np.ndarray = items.mean(-1) if items.ndim == 4 else items
    tiles = grey.reshape(len(grey), 4, grey.shape[1] // 4, 4, -1)
    return np.round(tiles.mean((2, 4)), 2).reshape(len(items), -1).tolist()
