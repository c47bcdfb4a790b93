"""One Gaussian fitted to two modes by four measures: cover both, or choose one.

After figure 1 of Theis, van den Oord & Bethge 2016 (https://arxiv.org/abs/1511.01844), on the
line instead of the plane, so that every measure is a quadrature or a closed form.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from backend.theory.densities import Mixture, grid, jsd, kl, normal

MEASURES = ("kl", "reverse_kl", "jsd", "mmd")
STARTS = ("left", "middle", "right")
UNIT = np.linspace(-9.0, 9.0, 301)  # standard deviations about the mean of q
SMALLEST, LARGEST = 0.02, 20.0  # standard deviations that the search may try


@dataclass(frozen=True)
class Fit:
    """A Gaussian and what all four measures say of it.

    Attributes:
        values: by measure; nats, but for the squared MMD, which has no unit.
        start: where the search began.
    """

    mean: float
    sd: float
    values: dict[str, float]
    start: str


def squared_mmd(p: Mixture, q: Mixture, bandwidth: float) -> float:
    """MMD² with the kernel exp(-(x - y)²/(2ℓ²)), exact: all parts are Gaussian integrals."""
    return max(
        0.0, _kernel(p, p, bandwidth) + _kernel(q, q, bandwidth) - 2 * _kernel(p, q, bandwidth)
    )


def _kernel(p: Mixture, q: Mixture, bandwidth: float) -> float:
    """E k(X, Y), X ~ p and Y ~ q independent."""
    variance = bandwidth**2 + np.square(p.sds)[:, None] + np.square(q.sds)
    gap = np.subtract.outer(p.means, q.means)
    mean = bandwidth / np.sqrt(variance) * np.exp(-(gap**2) / (2 * variance))
    return float(np.array(p.weights) @ mean @ np.array(q.weights))


def measures(p: Mixture, bandwidth: float = 1.0) -> dict[str, Callable[[float, float], float]]:
    """Each measure as a function of the Gaussian's mean and standard deviation.

    ``kl`` is KL(p || q), that of maximum likelihood; ``reverse_kl`` is KL(q || p).
    """
    if bandwidth <= 0:
        raise ValueError("The kernel's width must be more than 0.")
    wide = grid(p, points=601)
    log_p = p.log_density(wide)
    mean_p, sd_p = p.moments()
    minus_entropy = float(np.trapezoid(np.exp(log_p) * log_p, wide))

    def forward(mean: float, sd: float) -> float:  # exact but for the entropy of p
        squared = (sd_p**2 + (mean_p - mean) ** 2) / sd**2
        return minus_entropy + 0.5 * float(np.log(2 * np.pi * sd**2) + squared)

    def reverse_kl(mean: float, sd: float) -> float:
        x = mean + sd * UNIT  # q may be much narrower than p
        return kl(normal(mean, sd).log_density(x), p.log_density(x), x)

    def shannon(mean: float, sd: float) -> float:
        x = np.sort(np.concatenate([wide, mean + sd * UNIT]))
        return jsd(p.log_density(x), normal(mean, sd).log_density(x), x)

    return {
        "kl": forward,
        "reverse_kl": reverse_kl,
        "jsd": shannon,
        "mmd": lambda mean, sd: squared_mmd(p, normal(mean, sd), bandwidth),
    }


def fit(p: Mixture, start: str = "best", bandwidth: float = 1.0) -> dict[str, Fit]:
    """The Gaussian that each measure ends at, by measure.

    Args:
        p: the target, two modes.
        start: "left", "middle" or "right", or "best": the best of the three, left before right.
        bandwidth: ℓ of the MMD's kernel.
    """
    if start not in (*STARTS, "best"):
        raise ValueError(f"A search starts at {', '.join(STARTS)} or best, not at {start[:40]!r}.")
    every = measures(p, bandwidth)
    found = {}
    for name in MEASURES:
        tries = [_descend(every[name], p, at) for at in (STARTS if start == "best" else (start,))]
        lowest = min(value for _, _, value, _ in tries)
        mean, sd, _, at = next(one for one in tries if one[2] <= lowest + 1e-6)
        found[name] = Fit(mean, sd, {key: f(mean, sd) for key, f in every.items()}, at)
    return found


def _descend(
    measure: Callable[[float, float], float], p: Mixture, start: str
) -> tuple[float, float, float, str]:
    """The minimum nearest to a start: mean, standard deviation, value, start."""
    mean, sd = p.moments()
    begin = {
        "left": (p.means[0], p.sds[0]),
        "middle": (mean, sd),
        "right": (p.means[-1], p.sds[-1]),
    }
    first = np.array([begin[start][0], np.log(begin[start][1])])
    limits = np.log(SMALLEST), np.log(LARGEST)
    result = minimize(
        lambda at: measure(at[0], float(np.exp(np.clip(at[1], *limits)))),
        first,
        method="BFGS",
        options={"gtol": 1e-4},
    )
    return float(result.x[0]), float(np.exp(result.x[1])), float(result.fun), start
