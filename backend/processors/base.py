"""What every processor does: items of one kind to tensors, and back."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from torch import Tensor

Item = str | np.ndarray  # a sentence, or a picture uint8 [H, W] or [H, W, 3]
Items = list[str] | np.ndarray  # sentences, or uint8 [n, H, W] or [n, H, W, 3]


class Processor(ABC):
    """Items of one kind and the tensors that models read; n counts items."""

    kind: ClassVar[str]  # key of ``backend.processors.KINDS``

    @abstractmethod
    def encode(self, items: Any) -> Tensor:
        """Items as a batch. Raises ``ValueError`` with a sentence on what cannot be read."""

    @abstractmethod
    def decode(self, x: Tensor) -> Any:
        """A batch as items."""

    @abstractmethod
    def join(self, chunks: Sequence[Any]) -> Any:
        """Items that were decoded in chunks as one."""

    @abstractmethod
    def likeness(self, a: Any, b: Any) -> float:
        """How alike two items are: 1 for equal ones, 0 for those with nothing in common."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Writes what ``load`` reads."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self:
        """Raises ``FileNotFoundError`` naming the file that is missing."""


class Words(Processor):
    """Items are sentences: they have words, which can be marked and unknown."""

    max_tokens: int  # words and marks that a sentence may have

    @abstractmethod
    def tokens(self, text: str) -> list[str]:
        """The words and marks of a sentence, as they are read."""

    @abstractmethod
    def unknown_words(self, text: str) -> list[str]:
        """Tokens of ``text`` that are not known, in order, each once."""

    @abstractmethod
    def prose(self, text: str) -> str:
        """A sentence of the corpus as people write it; the same tokens are read from it."""
