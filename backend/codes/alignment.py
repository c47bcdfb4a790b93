"""Codes of the same items by two models, turned onto each other."""

from typing import NamedTuple

import numpy as np

LEAST = 3  # items; two can always be turned onto each other


class Aligned(NamedTuple):
    """Both codes in one frame: centred, and of root mean square length 1 over the n items."""

    first: np.ndarray  # float64 [n, D], D the larger of the two sizes
    second: np.ndarray  # [n, D], turned
    drift: np.ndarray  # [n], distance between the two; its root mean square is 0 to √2
    plane: np.ndarray  # [2, n, 2], both on the two principal axes of the first


def align(first: np.ndarray, second: np.ndarray) -> Aligned:
    """Turn the codes ``second`` [n, E] onto ``first`` [n, D] of the same items, row by row.

    Both are centred and divided by their root mean square length; the shorter codes are padded
    with zeros. What then brings them closest is a rotation or reflection: the orthogonal
    Procrustes problem (Schönemann 1966, https://doi.org/10.1007/BF02289451). An item's drift is
    the distance left between its two codes: 0 where one space is the other one turned, mirrored,
    shifted or scaled as a whole; the root mean square of unrelated ones nears √2.

    Raises ``ValueError`` for fewer than ``LEAST`` items, or codes that are all the same.
    """
    from scipy.linalg import orthogonal_procrustes  # only here: listing needs no scipy

    if len(first) != len(second):
        raise ValueError("Both models must have a code of each item.")
    if len(first) < LEAST:
        raise ValueError(f"At least {LEAST} items are needed to turn codes onto each other.")
    size = max(first.shape[1], second.shape[1])
    a, b = _unit(first, size), _unit(second, size)
    turn, _ = orthogonal_procrustes(b, a)
    b = b @ turn
    _, _, axes = np.linalg.svd(a, full_matrices=False)
    axes = axes[:2]
    axes = axes * np.where(axes[np.arange(len(axes)), np.abs(axes).argmax(1)] < 0, -1, 1)[:, None]
    plane = np.zeros((2, len(a), 2))
    plane[:, :, : len(axes)] = np.stack([a, b]) @ axes.T
    return Aligned(a, b, np.linalg.norm(a - b, axis=1), plane)


def _unit(codes: np.ndarray, size: int) -> np.ndarray:
    """Codes [n, D] centred, of root mean square length 1, and padded to ``size`` numbers."""
    centred = codes - codes.mean(0, dtype=np.float64)
    length = np.sqrt((centred**2).sum(1).mean())
    if length < 1e-6:
        raise ValueError(
            "A model gives all of these items the same code, so nothing can be turned."
        )
    return np.pad(centred / length, ((0, 0), (0, size - codes.shape[1])))
