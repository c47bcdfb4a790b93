"""Batches as pure functions of the step, so that a resumed run sees the same ones."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import torch
from torch import Tensor

from backend.base import Batch
from backend.corpora.dialogues import Conversations
from backend.corpora.domains import Unpaired
from backend.corpora.parses import Parses

B = TypeVar("B", bound=Batch, covariant=True)


class Drawn(ABC, Generic[B]):
    """Random rows of ``items`` [N, ...]: each epoch a new permutation, the rest dropped."""

    def __init__(self, items: Tensor, batch_size: int, seed: int) -> None:
        if not 0 < batch_size <= len(items):
            raise ValueError(f"batch_size must lie between 1 and {len(items)}, got {batch_size}")
        self.items = items
        self.batch_size = batch_size
        self.seed = seed
        self._epoch, self._order = -1, torch.empty(0)

    def __len__(self) -> int:
        """Batches per epoch."""
        return len(self.items) // self.batch_size

    def __call__(self, step: int) -> B:
        epoch, index = divmod(step, len(self))
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
            self._epoch, self._order = epoch, self._permute(generator)
        return self._collate(self._order[index])

    def _permute(self, generator: torch.Generator) -> Tensor:
        """Indices [batches, batch_size] of one epoch."""
        order = torch.randperm(len(self.items), generator=generator)
        return order[: len(self) * self.batch_size].view(len(self), self.batch_size)

    @abstractmethod
    def _collate(self, rows: Tensor) -> B:
        """The batch of these rows."""


class Batches(Drawn[Tensor]):
    """Random batches of the items alone."""

    def _collate(self, rows: Tensor) -> Tensor:
        return self.items[rows]


class DomainBatches(Drawn[tuple[Tensor, Tensor, Tensor]]):
    """Batches of (x, classes of x, y), see ``Unpaired``; each domain in an order of its own."""

    def __init__(self, pictures: Unpaired, batch_size: int, seed: int) -> None:
        super().__init__(pictures.x, batch_size, seed)
        self.pictures = pictures

    def _permute(self, generator: torch.Generator) -> Tensor:
        """Indices [batches, 2, batch_size], of x and of y."""
        orders = [super(DomainBatches, self)._permute(generator) for _ in range(2)]
        return torch.stack(orders, 1)

    def _collate(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.pictures.batch(rows[0], rows[1])


class _ByLength(Drawn[B]):
    """Padded ids [N, T] of nearly equal lengths together, so that little is spent on pads."""

    def __init__(self, items: Tensor, batch_size: int, seed: int) -> None:
        super().__init__(items, batch_size, seed)
        self.lengths = (items != 0).sum(1)

    def _permute(self, generator: torch.Generator) -> Tensor:
        return _alike_together(self.lengths, self.batch_size, generator)

    def _cut(self, rows: Tensor) -> Tensor:
        """Without the pads that all of these rows have."""
        return self.items[rows, : int(self.lengths[rows].max())]


class LengthBatches(_ByLength[Tensor]):
    """Batches of padded ids."""

    def _collate(self, rows: Tensor) -> Tensor:
        return self._cut(rows)


class LabelledBatches(Drawn[tuple[Tensor, Tensor]]):
    """Random batches of (items, labels)."""

    def __init__(self, items: Tensor, labels: Tensor, batch_size: int, seed: int) -> None:
        super().__init__(items, batch_size, seed)
        self.labels = labels

    def _collate(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return self.items[rows], self.labels[rows]


class LabelledLengthBatches(_ByLength[tuple[Tensor, Tensor]]):
    """Batches of (padded ids, labels)."""

    def __init__(self, items: Tensor, labels: Tensor, batch_size: int, seed: int) -> None:
        super().__init__(items, batch_size, seed)
        self.labels = labels

    def _collate(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return self._cut(rows), self.labels[rows]


class ParsedBatches(_ByLength[tuple[Tensor, Tensor, Tensor]]):
    """Batches of (padded ids, trees, content words), see ``Parses``."""

    def __init__(self, items: Tensor, parses: Parses, batch_size: int, seed: int) -> None:
        super().__init__(items, batch_size, seed)
        self.parses = parses

    def _collate(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        trees, content = self.parses.batch(rows)
        return self._cut(rows), trees, content


class DialogueBatches(Drawn[tuple[Tensor, Tensor, Tensor]]):
    """Batches of (context [B, U, T], reply [B, T'], act [B]), see ``Conversations``.

    Pairs with as many turns of context and nearly as long replies stand together, so that little
    is spent on turns and words that are not there.
    """

    def __init__(self, pairs: Conversations, batch_size: int, seed: int) -> None:
        super().__init__(pairs.replies, batch_size, seed)
        self.pairs = pairs
        lengths = (pairs.turns != 0).sum(1)
        spoken = pairs.context >= 0
        words = (lengths[pairs.context.clamp(min=0)] * spoken).amax(1)
        # Contexts whose longest turns are alike stand together, too, in steps of eight words.
        self._rank = (spoken.sum(1) * 1000 + lengths[pairs.replies]) * 10 + words // 8

    def _permute(self, generator: torch.Generator) -> Tensor:
        return _alike_together(self._rank, self.batch_size, generator)

    def _collate(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.pairs.batch(rows)


class NeighbourBatches(DialogueBatches):
    """Batches of (turn, the one before, the one after), each [B, T], from the same pairs.

    The turn is the last of a context, the one after it the reply; before the first is none.
    """

    def _collate(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.pairs.neighbours(rows)


def _alike_together(rank: Tensor, batch_size: int, generator: torch.Generator) -> Tensor:
    """Indices [batches, batch_size] of items with nearly equal rank [N], in random order."""
    shuffled = torch.randperm(len(rank), generator=generator)
    order = shuffled[rank[shuffled].argsort(stable=True)]
    batches = len(order) // batch_size
    skip = len(order) % batch_size // 2
    rows = order[skip : skip + batches * batch_size].view(batches, batch_size)
    return rows[torch.randperm(batches, generator=generator)]
