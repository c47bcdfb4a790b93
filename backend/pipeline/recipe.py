"""What makes a checkpoint, beside the corpus itself; listing imports no model."""

import importlib
import json
import pkgutil
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Recipe:
    """Everything that makes a checkpoint, beside the corpus itself."""

    title: str
    model: dict[str, Any] = field(default_factory=dict)
    train: dict[str, Any] = field(default_factory=dict)
    items: int | None = None  # of the training items, the first so many alone; None: all
    min_count: int = 4  # a word rarer than this in the training sentences is unknown
    max_tokens: int = 24  # longer sentences are left out
    split: Literal["words", "spaces"] = "words"  # where the corpus's sentences are cut into tokens
    components: int = 20  # of the mixture fitted to the codes
    snapshots: tuple[int, ...] = ()  # steps at which codes, and modes, are kept
    moments: tuple[int, ...] = ()  # steps at which pictures, or the toy language, are measured
    keep_best: bool = False  # the moment of the lowest FID to validation pictures ships
    note: str = ""  # what a reader of the model card must know of the shipped run


def recipes() -> dict[str, Recipe]:
    """All recipes by the name of their checkpoint: ``RECIPES`` of each module in ``recipes``."""
    from backend.pipeline import recipes as folder

    found: dict[str, Recipe] = {}
    for module in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
        found |= importlib.import_module(module.name).RECIPES
    return found


def differences(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What two runs are set to, where that is not the same.

    >>> differences({"steps": 10, "lr": 0.1}, {"lr": 0.2, "steps": 10})
    'lr = 0.1 instead of 0.2'
    """
    new = json.loads(json.dumps(new))  # which has no tuples
    return " and ".join(
        f"{name} = {old.get(name, 'its default')} instead of {new.get(name, 'its default')}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )
