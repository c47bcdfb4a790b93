"""Two parallel lines: where JSD and KL say nothing, W1 does (Arjovsky et al. 2017, example 1).

https://arxiv.org/abs/1701.07875: P is uniform on {0} x [0, 1], Q on {θ} x [0, 1]. Noise of
standard deviation σ across the lines gives both a density (Arjovsky & Bottou 2017,
https://arxiv.org/abs/1701.04862, section 3), and with it finite divergences.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from backend.theory.densities import LN2, Array, grid, jsd, normal

BIN = 0.05  # width of the histogram's bins across the lines


@dataclass(frozen=True)
class Distances:
    """Of P and Q; KL and JSD in nats, W1 in units of the plane. KL may be infinite."""

    jsd: float
    kl: float
    reverse_kl: float
    w1: float


def exact(theta: float, noise: float = 0.0) -> Distances:
    """Closed forms; the JSD with ``noise`` > 0 has none and is a quadrature."""
    if noise < 0:
        raise ValueError("The noise must not be negative.")
    if theta == 0:
        return Distances(0.0, 0.0, 0.0, 0.0)
    if noise == 0:
        return Distances(LN2, inf, inf, abs(theta))
    p, q = normal(0.0, noise), normal(theta, noise)
    x = grid(p, q)
    divergence = jsd(p.log_density(x), q.log_density(x), x)
    kl = theta**2 / (2 * noise**2)
    return Distances(divergence, kl, kl, abs(theta))


def draws(theta: float, noise: float, n: int, seed: int = 0) -> tuple[Array, Array]:
    """``n`` points of P and of Q, each [n, 2]."""
    rng = np.random.default_rng(seed)
    (p, q), height = noise * rng.standard_normal((2, n)), rng.random((2, n))
    return np.column_stack([p, height[0]]), np.column_stack([q + theta, height[1]])


def estimated(p: Array, q: Array) -> Distances:
    """From draws [n, 2] alone, as many of each.

    W1 is that of the draws, by the cheapest assignment, so at 0 it shows how far apart two draws
    of the same lie. KL and JSD are those of histograms across the lines, bins of width ``BIN``:
    lines nearer than a bin look like one. KL is infinite where a bin has draws of one alone.
    """
    cost = cdist(p, q)
    w1 = float(cost[linear_sum_assignment(cost)].mean())
    low = np.floor((min(p[:, 0].min(), q[:, 0].min()) + BIN / 2) / BIN)
    high = np.floor((max(p[:, 0].max(), q[:, 0].max()) + BIN / 2) / BIN)
    edges = BIN * (np.arange(low, high + 2) - 0.5)  # a bin has its middle at 0
    a, b = (np.histogram(x[:, 0], edges)[0] / len(x) for x in (p, q))
    middle = (a + b) / 2
    return Distances(
        jsd=_discrete_kl(a, middle) / 2 + _discrete_kl(b, middle) / 2,
        kl=_discrete_kl(a, b),
        reverse_kl=_discrete_kl(b, a),
        w1=w1,
    )


def _discrete_kl(p: Array, q: Array) -> float:
    there = p > 0
    if (q[there] == 0).any():
        return inf
    return float((p[there] * np.log(p[there] / q[there])).sum())
