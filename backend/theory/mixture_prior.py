"""Why the modes of a mixture prior slide together, and what keeps them apart (Shi et al., 2020).

"Dispersed Exponential Family Mixture VAEs for Interpretable Text Generation",
https://proceedings.mlr.press/v119/shi20f.html, on the line, where all of it is a finite sum.

There are K clusters of x with centres a_j and shares w_j; q(z|x) = N(a_j, s²), components
p(z|c = k) = N(μ_k, 1). The class is told by x as far as τ says: q(c|x) puts 1 - τ evenly on all
components and τ on the cluster's own.

- Theorem 1: S = Σ_k (a_j - μ_k)² is never below the variance of means Var_M = Σ_k (μ_k - mean μ)²,
  whatever a_j is. The KL to components that c does not choose holds S/2K: to lower it, in the end
  the means have to meet.
- The split: mean KL(q(c|x) || U) = I(x; c) + KL(q(c) || U), and
  Σ_c q(c|x) KL(q(z|x) || p(z|c)) = KL(q(z|x) || p̂) + Δ, p̂ the component of the mean natural
  parameters and Δ the dispersion. A bound that holds I pays for a class that says something of x,
  and one that holds Δ pays for means that are apart. Shi et al. leave out I and give Δ a weight
  β < 1.
"""

from dataclasses import dataclass

import numpy as np

from backend.theory.densities import Array

RATE = 0.3  # of gradient descent, times K
POSTERIOR = 0.5  # standard deviation s of q(z|x), in those of the components


def centres(components: int, gap: float) -> Array:
    """a_j [K], evenly spaced about 0."""
    return gap * (np.arange(components, dtype=np.float64) - (components - 1) / 2)


def classes(components: int, told: float) -> Array:
    """q(c = k | x of cluster j), [K, K]; ``told`` is τ."""
    return (1 - told) / components + told * np.eye(components)


def variance(means: Array) -> Array:
    """Var_M = Σ_k (μ_k - mean μ)² of means [..., K]."""
    return np.square(means - means.mean(-1, keepdims=True)).sum(-1)


def distances(means: Array, a: Array) -> Array:
    """S = Σ_k (a_j - μ_k)² of means [..., K], mean over the clusters a [K]."""
    return np.square(means[..., None, :] - a[:, None]).sum(-1).mean(-1)


def slide(a: Array, told: float, beta: float, steps: int) -> Array:
    """Means [steps + 1, K] under gradient descent on KL(q(z|x) || p̂) + β Δ; they begin at a [K].

    With components of deviation 1 that is ½(a_j - m_j)² + ½β Σ_k q_jk (μ_k - m_j)², the mean over
    j, up to a constant; m_j = Σ_k q_jk μ_k. q(z|x) and q(c|x) stand still.
    """
    q, means = classes(len(a), told), [a]
    for _ in range(steps):
        mu = means[-1]
        m = q @ mu
        pull = q * (beta * (mu - m[:, None]) - (a - m)[:, None])  # [j, k]
        means.append(mu - RATE * len(a) * pull.mean(0))
    return np.array(means)


def ends(told: float, beta: float) -> float:
    """Where ``slide`` ends, as a multiple of a: τ / (τ² + β (1 - τ²)); exact.

    1 at τ = 1; with β = 1 it is τ, so that the means meet where c is not told; with β = 0 it is
    1/τ. Raises ValueError where both are 0: then nothing moves the means.
    """
    if told == 0 and beta == 0:
        raise ValueError("With nothing told and no dispersion term the means stay where they are.")
    return told / (told**2 + beta * (1 - told**2))


@dataclass(frozen=True)
class Split:
    """What a bound with a mixture prior pays beside the error, in nats, means over all x.

    Attributes:
        class_kl: KL(q(c|x) || U), as the plain bound has it.
        information: I(x; c).
        usage: KL(q(c) || U), q(c) the mean of q(c|x).
        code_kl: Σ_c q(c|x) KL(q(z|x) || p(z|c)), as the plain bound has it.
        averaged_kl: KL(q(z|x) || p̂).
        dispersion: Δ.
    """

    class_kl: float
    information: float
    usage: float
    code_kl: float
    averaged_kl: float
    dispersion: float

    @property
    def plain(self) -> float:
        """The rate of the plain bound, as it is usually written."""
        return self.class_kl + self.code_kl

    def dispersed(self, beta: float, information: bool) -> float:
        """That of the split, with Δ times β, with I or without."""
        kept = self.information if information else 0.0
        return self.usage + kept + self.averaged_kl + beta * self.dispersion

    @property
    def difference(self) -> float:
        """|plain bound - the sum of the four parts|: rounding alone."""
        return abs(self.plain - self.dispersed(1.0, True))


def split(a: Array, means: Array, shares: Array, told: float) -> Split:
    """All parts for clusters a [K] with shares [K] of a sum of 1 and components at means [K]."""
    q = classes(len(a), told)
    average = shares @ q
    uniform = np.full(len(a), 1 / len(a))
    m = q @ means  # the mean of p̂; all components have deviation 1, and so has p̂
    log_partition = 0.5 * np.square(means), 0.5 * np.square(m)
    return Split(
        class_kl=float(shares @ _discrete_kl(q, uniform)),
        information=float(shares @ _discrete_kl(q, average)),
        usage=float(_discrete_kl(average, uniform)),
        code_kl=float(shares @ (q * _gaussian_kl(a[:, None], means)).sum(1)),
        averaged_kl=float(shares @ _gaussian_kl(a, m)),
        dispersion=float(shares @ (q @ log_partition[0] - log_partition[1])),
    )


def shares_of(components: int, first: float) -> Array:
    """Shares [K] of the clusters: ``first`` of the first one, the others alike."""
    return np.array([first, *[(1 - first) / (components - 1)] * (components - 1)])


def _discrete_kl(q: Array, p: Array) -> Array:
    """KL(q || p) over the last axis, nats."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(q > 0, q * np.log(q / p), 0.0).sum(-1)


def _gaussian_kl(mean: Array, other: Array) -> Array:
    """KL(N(mean, s²) || N(other, 1)), nats."""
    return 0.5 * (np.square(mean - other) + POSTERIOR**2 - 1) - np.log(POSTERIOR)
