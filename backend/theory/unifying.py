"""The generator's update is the gradient of KL(p_θ || q^r) minus that of a JSD (Hu et al., 2018).

"On Unifying Deep Generative Models", https://arxiv.org/abs/1706.00550, lemma 1. Samples and data
are equally likely, p(y = 0) = p(y = 1) = ½; D(x) says how probably x is real; at θ₀ let
p_θ₀(x) = ½ p_θ₀(x|0) + ½ p_data(x) and q^r(x) ∝ D(x) p_θ₀(x). Then, at θ₀ and for *any* D,

    ½ ∇ E_{p_θ}[-log D] = ½ ∇ KL(p_θ || q^r) - ∇ JSD(p_θ, p_data).

Proof: E_{p_θ}[-log D] = KL(p_θ || q^r) - KL(p_θ || p_θ₀(x)) + const, and ½ KL(p_θ || p_θ₀(x)) +
½ KL(p_data || p_θ₀(x)) = JSD(p_θ, p_data) + KL(p_θ(x) || p_θ₀(x)), whose last term has its
minimum, and so no gradient, at θ₀.

Here p_θ = N(μ, σ²) and θ = (μ, ln σ). The left side is a derivative along the samples
x = μ + σz; the right side takes finite differences of divergences on a grid of x.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backend.theory.densities import LN2, Array, Mixture, grid, jsd, kl, normal

NAMES = ("μ", "ln σ")  # the parameters
STEP = 1e-4  # of the finite differences
Z = np.linspace(-9.0, 9.0, 2001)  # the generator's noise, weighted by its density


@dataclass(frozen=True)
class Sides:
    """Both sides at θ₀, each [2]: derivatives by μ and by ln σ, in nats.

    Attributes:
        update: ½ ∇ E_{p_θ}[-log D], the non-saturating GAN's gradient.
        kl: ½ ∇ KL(p_θ || q^r).
        jsd: ∇ JSD(p_θ, p_data).
    """

    update: Array
    kl: Array
    jsd: Array

    @property
    def difference(self) -> float:
        """Largest |update - (kl - jsd)|: the errors of quadrature and differences."""
        return float(np.abs(self.update - (self.kl - self.jsd)).max())


@dataclass(frozen=True)
class Setting:
    """Data, the generator N(``mean``, ``sd``²), and a critic between knowing nothing and all.

    The critic is D = σ(t · ln(p_data/p_θ₀)), t = ``sureness``: 0 answers ½ everywhere, 1 is the
    best one, above 1 it is too sure of itself.
    """

    data: Mixture
    mean: float
    sd: float
    sureness: float = 1.0

    def generator(self, theta: Array | None = None) -> Mixture:
        """p_θ for θ = (μ, ln σ), by default θ₀."""
        mean, log_sd = (self.mean, np.log(self.sd)) if theta is None else theta
        return normal(float(mean), float(np.exp(log_sd)))

    def logit(self, x: Array) -> Array:
        """log D/(1 - D) at x [n]."""
        return self.sureness * (self.data.log_density(x) - self.generator().log_density(x))

    def log_d(self, x: Array) -> Array:
        """log D at x [n], nats."""
        return -np.logaddexp(0.0, -self.logit(x))

    def log_target(self, x: Array) -> Array:
        """log q^r on a grid x [n] that it has all its mass on."""
        log_p = self.generator().log_density(x)
        log_q = self.log_d(x) + np.logaddexp(log_p, self.data.log_density(x)) - LN2
        top = log_q.max()
        return log_q - top - np.log(np.trapezoid(np.exp(log_q - top), x))


def sides(setting: Setting) -> Sides:
    """Both sides of the identity, computed independently."""
    x = grid(setting.data, setting.generator(), points=6001, reach=10.0)
    log_data, log_target = setting.data.log_density(x), setting.log_target(x)

    def to_target(theta: Array) -> float:
        return 0.5 * kl(setting.generator(theta).log_density(x), log_target, x)

    def to_data(theta: Array) -> float:
        return jsd(setting.generator(theta).log_density(x), log_data, x)

    theta = np.array([setting.mean, np.log(setting.sd)])
    return Sides(
        _along_samples(setting), _differences(to_target, theta), _differences(to_data, theta)
    )


def _along_samples(setting: Setting) -> Array:
    """½ E_z[∂(-log D)/∂x · ∂x/∂θ], x = μ + σz: the path that a GAN's gradient takes."""
    weights = normal(0.0, 1.0).density(Z)
    x = setting.mean + setting.sd * Z
    slope = -(setting.log_d(x + STEP) - setting.log_d(x - STEP)) / (2 * STEP)
    along = np.array([slope, slope * setting.sd * Z])  # ∂x/∂μ = 1, ∂x/∂(ln σ) = σz
    return 0.5 * np.trapezoid(weights * along, Z, axis=1)


def _differences(f: Callable[[Array], float], theta: Array) -> Array:
    """Central differences of f at theta [2]: [2]."""
    steps = STEP * np.eye(2)
    return np.array([(f(theta + step) - f(theta - step)) / (2 * STEP) for step in steps])
