"""Batches as pure functions of the step, so that a resumed run sees the same ones."""

import torch
from torch import Tensor


class Batches:
    """Random batches of ``items`` [N, ...]: each epoch a new permutation, the rest dropped."""

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

    def __call__(self, step: int) -> Tensor:
        epoch, index = divmod(step, len(self))
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
            self._epoch, self._order = epoch, self._permute(generator)
        return self._collate(self._order[index])

    def _permute(self, generator: torch.Generator) -> Tensor:
        """Indices [batches, batch_size] of one epoch."""
        order = torch.randperm(len(self.items), generator=generator)
        return order[: len(self) * self.batch_size].view(len(self), self.batch_size)

    def _collate(self, rows: Tensor) -> Tensor:
        return self.items[rows]


class LengthBatches(Batches):
    """Batches of padded ids [N, T] with nearly equal lengths, so that little is spent on pads."""

    def __init__(self, items: Tensor, batch_size: int, seed: int) -> None:
        super().__init__(items, batch_size, seed)
        self.lengths = (items != 0).sum(1)

    def _permute(self, generator: torch.Generator) -> Tensor:
        shuffled = torch.randperm(len(self.items), generator=generator)
        order = shuffled[self.lengths[shuffled].argsort(stable=True)]
        skip = len(order) % self.batch_size // 2
        rows = order[skip : skip + len(self) * self.batch_size].view(len(self), self.batch_size)
        return rows[torch.randperm(len(self), generator=generator)]

    def _collate(self, rows: Tensor) -> Tensor:
        return self.items[rows, : int(self.lengths[rows].max())]


class LabelledBatches(Batches):
    """Random batches of (items, labels)."""

    def __init__(self, items: Tensor, labels: Tensor, batch_size: int, seed: int) -> None:
        super().__init__(items, batch_size, seed)
        self.labels = labels

    def _collate(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return self.items[rows], self.labels[rows]


class LabelledLengthBatches(LengthBatches):
    """Batches of (padded ids, labels), sentences of nearly equal lengths together."""

    def __init__(self, items: Tensor, labels: Tensor, batch_size: int, seed: int) -> None:
        super().__init__(items, batch_size, seed)
        self.labels = labels

    def _collate(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return super()._collate(rows), self.labels[rows]
