"""How near the samples of a model of the plane come to the distribution it learns from.

All take points as arrays [n, 2] and state their estimator; ``scores`` is what curves show.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from backend.corpora.plane import EXTENT, SIGMA, Plane

N = 10_000  # samples behind modes, good samples and divergences, as M34 wants
NEAR = 3  # deviations within which a sample is good
PER_MODE = 20  # good samples of 10,000 from which a mode counts as hit
CELLS = 32  # along each axis, over ±EXTENT; what lies outside is counted in the outermost
TRANSPORT = 256  # points of each kind that are matched for Wasserstein-1


class Scores(NamedTuple):
    modes: int  # hit, of those the data have
    good: float  # share of samples within three deviations of a centre, 0 to 1
    kl: float  # KL(data || samples), nats
    js: float  # Jensen-Shannon divergence, nats, at most ln 2
    w1: float  # Wasserstein-1, units of the plane


def scores(plane: Plane, real: np.ndarray, samples: np.ndarray) -> Scores:
    """Of ``samples`` [n, 2] against fresh points ``real`` [m, 2] of ``plane``."""
    modes, good = modes_hit(plane, samples)
    kl, js = grid_divergences(real, samples)
    return Scores(modes, good, kl, js, wasserstein_1(real[:TRANSPORT], samples[:TRANSPORT]))


def modes_hit(plane: Plane, samples: np.ndarray) -> tuple[int, float]:
    """Modes with enough good samples, and the share of good samples.

    A sample is good within three deviations of the nearest centre; a mode is hit by 20 good ones
    of 10,000, by fewer in proportion of fewer samples, but by at least one.
    """
    tree = cKDTree(plane.centres.numpy())
    samples = np.nan_to_num(samples, nan=1e6, posinf=1e6, neginf=-1e6)
    _, nearest = tree.query(samples, distance_upper_bound=NEAR * SIGMA)
    good = nearest[nearest < len(plane.centres)]  # the length stands for "none so near"
    counts = np.bincount(plane.modes.numpy()[good], minlength=plane.mode_count)
    enough = max(1, round(PER_MODE * len(samples) / N))
    return int((counts >= enough).sum()), len(good) / len(samples)


def grid_divergences(p: np.ndarray, q: np.ndarray) -> tuple[float, float]:
    """KL(p || q) and the Jensen-Shannon divergence in nats, by histograms on a grid.

    Half a sample is added to each of the 32 × 32 cells, so that KL stays finite. Both are biased
    upwards: two sets of 10,000 points of one distribution come out a little above 0.
    """
    p, q = _histogram(p), _histogram(q)
    middle = (p + q) / 2
    js = (_kl(p, middle) + _kl(q, middle)) / 2
    return _kl(p, q), js


def wasserstein_1(x: np.ndarray, y: np.ndarray) -> float:
    """Mean distance of ``x`` [n, 2] to ``y`` [n, 2] under the best one-to-one matching; exact.

    As an estimate for the distributions behind them it is biased upwards.
    """
    y = np.clip(np.nan_to_num(y, nan=1e6), -1e6, 1e6)
    distances = np.linalg.norm(x[:, None] - y[None], axis=-1)
    rows, columns = linear_sum_assignment(distances)
    return float(distances[rows, columns].mean())


def _histogram(points: np.ndarray) -> np.ndarray:
    """Shares of the cells, [CELLS * CELLS]."""
    points = np.nan_to_num(points, nan=EXTENT, posinf=EXTENT, neginf=-EXTENT)
    cells = ((points.clip(-EXTENT, EXTENT) + EXTENT) * (CELLS / (2 * EXTENT))).astype(np.int64)
    x, y = cells.clip(0, CELLS - 1).T
    counts = np.bincount(x * CELLS + y, minlength=CELLS * CELLS) + 0.5
    return counts / counts.sum()


def _kl(p: np.ndarray, q: np.ndarray) -> float:
    return float((p * np.log(p / q)).sum())
