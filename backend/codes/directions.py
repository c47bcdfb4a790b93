"""Where the codes around one code spread: the principal directions of its neighbourhood."""

from typing import NamedTuple

import numpy as np

from backend.codes.neighbours import neighbours

NEAREST = 50  # codes whose spread is looked at
MOST = 8  # directions: the spread along a later one is little, and estimated badly


class Directions(NamedTuple):
    """Directions in a latent space, the one of the widest spread first."""

    axes: np.ndarray  # float32 [m, D], orthonormal
    std: np.ndarray  # [m], standard deviation of the neighbours along each
    share: np.ndarray  # [m], of the neighbours' whole variance


def local_directions(z: np.ndarray, codes: np.ndarray, k: int = NEAREST) -> Directions:
    """Principal components of the ``k`` of ``codes`` [N, D] that lie nearest to z [D].

    At most ``MOST`` of them, and none along which the neighbours do not spread. Each points to
    where its largest number is positive, as the sign of a component means nothing.

    >>> line = np.linspace(-1, 1, 9)[:, None] * np.array([[3.0, 4.0]])
    >>> local_directions(np.zeros(2), line).axes.round(3).tolist()
    [[0.6, 0.8]]
    """
    near = codes[neighbours(z[None], codes, k)[0]][:k].astype(np.float64)
    _, spread, axes = np.linalg.svd(near - near.mean(0), full_matrices=False)
    variance = spread**2 / max(len(near) - 1, 1)
    kept = np.flatnonzero(variance > 1e-12 * max(1.0, float((near**2).sum())))[:MOST]
    axes = axes[kept]
    axes *= np.sign(np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1))
    share = variance[kept] / max(variance.sum(), 1e-30)
    return Directions(axes.astype(np.float32), np.sqrt(variance[kept]), share)
