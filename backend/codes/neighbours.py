"""Which codes lie nearest."""

import numpy as np


def neighbours(z: np.ndarray, codes: np.ndarray, k: int) -> np.ndarray:
    """Indices [n, k] of the codes [N, D] nearest to each z [n, D], nearest first (Euclidean)."""
    square = (z**2).sum(1)[:, None] - 2 * z @ codes.T + (codes**2).sum(1)
    if k >= len(codes):
        return np.argsort(square, axis=1, kind="stable")
    nearest = np.sort(np.argpartition(square, k, axis=1)[:, :k], axis=1)
    order = np.argsort(np.take_along_axis(square, nearest, 1), axis=1, kind="stable")
    return np.take_along_axis(nearest, order, 1)
