"""What a model is told beside the code: nothing, or the class of each item.

A model names its kind of context (``LatentModel.context``); here is how what a person gives
becomes the tensor that ``encode``, ``decode`` and the prior take.
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backend.base import UNKNOWN
from backend.checkpoint import CheckpointInfo


class Context(ABC):
    """One kind of context. ``title`` names the checkpoint in what is said to a person."""

    def __init__(self, info: CheckpointInfo) -> None:
        self.info = info

    @abstractmethod
    def read(self, given: Any, n: int) -> Tensor | None:
        """What was given for n items, [n, …] on the CPU; None where nothing was.

        Raises ``ValueError`` with a sentence fit to show.
        """

    def draw(self, n: int, seed: int) -> Any:
        """What to tell for n new items where a person does not say; None: nothing."""
        return None


class NoContext(Context):
    def read(self, given: Any, n: int) -> None:
        if given is not None:
            raise ValueError(f"{self.info.title} cannot be told classes. Leave the labels out.")


class Labels(Context):
    """A class for each item, int64 [n] from 0; -1 where the class is not known."""

    def read(self, given: Any, n: int) -> Tensor | None:
        if given is None:
            return None
        told = np.asarray(given)
        if told.shape != (n,):
            raise ValueError(
                f"There must be one label for each item: {n:,}, in the shape [{n}]; "
                f"got {list(told.shape)}."
            )
        if told.dtype.kind not in "iu" or told.min() < UNKNOWN or told.max() >= self.info.classes:
            raise ValueError(
                f"Labels of {self.info.name} are whole numbers from 0 to {self.info.classes - 1}, "
                f"or {UNKNOWN} where the class is not known."
            )
        return torch.from_numpy(told.astype(np.int64))

    def draw(self, n: int, seed: int) -> np.ndarray:
        """Uniform, int64 [n].

        From a stream of its own: classes that shared their random bits with the codes would
        depend on them.
        """
        return np.random.default_rng(seed).integers(self.info.classes, size=n)


CONTEXTS: dict[str, type[Context]] = {"": NoContext, "labels": Labels}


def context_of(info: CheckpointInfo) -> Context:
    """How the checkpoint takes its context."""
    return CONTEXTS[info.context](info)
