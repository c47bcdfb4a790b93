"""What a model is told beside the code: nothing, the class of each item, or what was said.

A model names its kind of context (``LatentModel.context``); here is how what a person gives
becomes the tensor that ``encode``, ``decode`` and the prior take.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from backend.base import UNKNOWN
from backend.checkpoint import CheckpointInfo
from backend.corpora.dialogues import TURNS, mark, turn_ids
from backend.processors.base import Processor
from backend.processors.text import TextProcessor


class Context(ABC):
    """One kind of context. ``title`` names the checkpoint in what is said to a person."""

    def __init__(self, info: CheckpointInfo, processor: Processor) -> None:
        self.info = info
        self.processor = processor

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


class Told(NamedTuple):
    ids: Tensor  # int64 [1, U, T]
    left_out: int  # turns at the beginning that are not read


class History(Context):
    """The turns so far, oldest first, int64 [n, U, T]: one conversation for all n replies.

    A turn is a text, or a pair of speaker and text. Texts alone are by two people in turn; it is
    always someone else than who spoke last that replies. Only the last ``TURNS`` turns are read.
    """

    LIMIT = 1000  # turns that are taken at all

    def read(self, given: Any, n: int) -> Tensor:
        return self.of(given).ids.expand(n, -1, -1)

    def of(self, given: Any) -> Told:
        """Raises ``ValueError`` with a sentence on what cannot be read."""
        turns = self._turns(given)
        if not turns:
            raise ValueError("Nothing was said yet. Write the turn that is to be replied to.")
        if len(turns) > self.LIMIT:
            raise ValueError(
                f"The conversation has {len(turns):,} turns; at most {self.LIMIT:,} are taken."
            )
        processor = cast(TextProcessor, self.processor)
        tokens = [processor.tokens(text) for _, text in turns]
        for number, words in enumerate(tokens, 1):
            if not words:
                raise ValueError(f"Turn {number} is empty. Write a few words, or remove it.")
        kept, tokens = turns[-TURNS:], tokens[-TURNS:]
        if not any(
            word in processor.ids and word[0].isalnum() for turn in tokens for word in turn
        ):
            unknown = list(dict.fromkeys(word for turn in tokens for word in turn))
            raise ValueError(
                f"No turn has a word that {self.info.title} knows ({', '.join(unknown[:5])}). "
                "Use common English words."
            )
        own = torch.tensor([speaker != kept[-1][0] for speaker, _ in kept])
        ids = mark(turn_ids(tokens, processor), own)
        return Told(ids[None], len(turns) - len(kept))

    def _turns(self, given: Any) -> list[tuple[str, str]]:
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise ValueError("A conversation is a list of turns.")
        turns = []
        for place, turn in enumerate(given):
            pair = ("AB"[place % 2], turn) if isinstance(turn, str) else turn
            told = isinstance(pair, Sequence) and len(pair) == 2
            if not told or not all(isinstance(part, str) for part in pair):
                raise ValueError(
                    f"Turn {place + 1} must be a text, or a pair of speaker and text."
                )
            turns.append((pair[0], pair[1]))
        return turns


CONTEXTS: dict[str, type[Context]] = {"": NoContext, "labels": Labels, "history": History}


def context_of(info: CheckpointInfo, processor: Processor) -> Context:
    """How the checkpoint takes its context."""
    return CONTEXTS[info.context](info, processor)
