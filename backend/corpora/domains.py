"""Two domains of one kind of picture, without pairs: no digit stands in both.

A corpus of domains holds them together; the tag ``DOMAIN`` says of which each item is.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from backend.corpora.location import Split

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

DOMAIN = "domain"


class Unpaired(NamedTuple):
    """As many pictures of two domains; a row of one has nothing to do with that of the other."""

    x: "Tensor"  # [N, C, H, W] in [0, 1]
    classes: "Tensor"  # of x, int64 [N]
    y: "Tensor"  # [N, C, H, W] in [0, 1]
    classes_of_y: "Tensor"  # int64 [N], for who measures; no model is told

    def __len__(self) -> int:
        """Pictures of each."""
        return len(self.x)

    def batch(self, of_x: "Tensor", of_y: "Tensor") -> "tuple[Tensor, Tensor, Tensor]":
        """(x, classes of x, y) at these rows of the first and of the second domain."""
        return self.x[of_x], self.classes[of_x], self.y[of_y]


def unpaired(
    splits: dict[str, Split],
    names: tuple[str, str],
    change: "Callable[[np.ndarray, int], np.ndarray]",
    seed: int,
) -> dict[str, Split]:
    """Every second picture of grey splits, uint8 [n, H, W], goes over into the second domain.

    Args:
        names: what the first domain, grey pictures as they are, and the second are called.
        change: of pictures uint8 [n, H, W] and a seed, uint8 [n, H, W, 3] of the second domain.
        seed: of the first split; the next has the next.

    Returns:
        Splits of uint8 [n, H, W, 3], with their labels and the tag ``DOMAIN``.
    """
    found = {}
    for index, (name, split) in enumerate(splits.items()):
        pictures = split.pictures[..., None].repeat(3, -1)
        pictures[1::2] = change(split.pictures[1::2], seed + index)
        tags = {DOMAIN: [names[row % 2] for row in range(len(pictures))]}
        found[name] = Split(pictures, split.labels, tags)
    return found


def parted(split: Split, names: tuple[str, str]) -> tuple[Split, Split]:
    """The two domains of a split of such a corpus, without the tag."""
    rows: dict[str, list[int]] = {name: [] for name in names}
    for row, name in enumerate(split.tags[DOMAIN]):
        rows[name].append(row)
    first, second = (split.rows(rows[name])._replace(tags={}) for name in names)
    return first, second
