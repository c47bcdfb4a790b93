"""Mixtures of Gaussians on the line, and divergences between densities by quadrature."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LN2 = float(np.log(2))


@dataclass(frozen=True)
class Mixture:
    """Σ_k w_k N(μ_k, σ_k²) on the line.

    Raises ValueError unless the weights are ≥ 0 with a sum of 1 and every σ is > 0.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.weights) == len(self.means) == len(self.sds):
            raise ValueError("A mixture needs as many weights as means and standard deviations.")
        if min(self.weights) < 0 or abs(sum(self.weights) - 1) > 1e-9:
            raise ValueError("The weights of a mixture must not be negative and must add up to 1.")
        if min(self.sds) <= 0:
            raise ValueError("A standard deviation must be more than 0.")

    def log_density(self, x: Array) -> Array:
        """log p at x [n]: [n], nats; finite in all tails."""
        with np.errstate(divide="ignore"):  # a weight of 0 is log 0: that component is not there
            logs = np.log(self.weights)
        z = (x[:, None] - np.array(self.means)) / np.array(self.sds)
        parts = logs - 0.5 * z**2 - np.log(self.sds) - 0.5 * np.log(2 * np.pi)
        top = parts.max(1)
        return top + np.log(np.exp(parts - top[:, None]).sum(1))

    def density(self, x: Array) -> Array:
        """p at x [n]: [n]."""
        return np.exp(self.log_density(x))

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        """One draw from each of ``n`` equally likely slices of the line, [n]; in order.

        Each is a draw of the mixture on its own; together they are more even than independent
        ones, so that means over them are less noisy.
        """
        return np.interp((np.arange(n) + rng.random(n)) / n, *self._cumulative)

    @cached_property
    def _cumulative(self) -> tuple[Array, Array]:
        """The distribution function on a grid, and the grid."""
        x = grid(self)
        mass = np.cumsum(self.density(x))
        return mass / mass[-1], x

    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation; exact."""
        w, m, s = (np.array(part) for part in (self.weights, self.means, self.sds))
        mean = float(w @ m)
        return mean, float(np.sqrt(w @ (s**2 + m**2) - mean**2))


def normal(mean: float, sd: float) -> Mixture:
    """One Gaussian."""
    return Mixture((1.0,), (mean,), (sd,))


def pair(gap: float, sd: float, weight: float = 0.5, second_sd: float | None = None) -> Mixture:
    """Two Gaussians at ∓``gap``/2, the left one with ``weight``."""
    sds = (sd, sd if second_sd is None else second_sd)
    return Mixture((weight, 1 - weight), (-gap / 2, gap / 2), sds)


def grid(*mixtures: Mixture, points: int = 2001, reach: float = 9.0) -> Array:
    """Evenly spaced x [points] over all means ± ``reach`` of their standard deviations."""
    low = min(m - reach * s for mix in mixtures for m, s in zip(mix.means, mix.sds, strict=True))
    high = max(m + reach * s for mix in mixtures for m, s in zip(mix.means, mix.sds, strict=True))
    return np.linspace(low, high, points)


def kl(log_p: Array, log_q: Array, x: Array) -> float:
    """KL(p || q) in nats from log-densities [n] on the grid x [n]: trapezoidal rule."""
    p = np.exp(log_p)
    return float(np.trapezoid(p * np.where(p > 0, log_p - log_q, 0.0), x))


def jsd(log_p: Array, log_q: Array, x: Array) -> float:
    """Jensen-Shannon divergence ½KL(p||m) + ½KL(q||m), m = (p + q)/2, in nats; 0 to ln 2."""
    log_m = np.logaddexp(log_p, log_q) - LN2
    return 0.5 * kl(log_p, log_m, x) + 0.5 * kl(log_q, log_m, x)
