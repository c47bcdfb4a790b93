"""A VAE whose critic is not perfect fits data and its own samples (Hu et al., 2018).

"On Unifying Deep Generative Models", https://arxiv.org/abs/1706.00550, lemma 2 and section 4.2.
With L(x) = -log p_θ(x), which a VAE bounds, it minimises E_data D(x) L(x) + E_p_θ₀ D(x) L(x).
Up to a factor and a constant that is KL(q^r || p_θ), q^r(x) ∝ D(x) ½(p_data(x) + p_θ₀(x)): a GAN's
divergence with its sides exchanged. A VAE's critic is perfect: it is told which x is a sample,
gives 1 to data and 0 to samples, and q^r is p_data. So it is for the best critic that sees x
alone, D = p_data/(p_data + p_θ₀); one that is less sure lets the model learn from itself too.

Here p_θ = N(μ, σ²), so that the minimum has a closed form: the mean and deviation of q^r.
"""

from dataclasses import dataclass

import numpy as np

from backend.theory.densities import Array, Mixture, grid, kl, normal
from backend.theory.unifying import Setting


@dataclass(frozen=True)
class Round:
    """The generator N(``mean``, ``sd``²) before a fit to what its critic lets count.

    Attributes:
        samples: share of the whole weight that samples have, 0 to 1; a perfect critic gives 0.
        kl: KL(p_data || p_θ) in nats.
    """

    mean: float
    sd: float
    samples: float
    kl: float


def rounds(setting: Setting, n: int) -> list[Round]:
    """``n`` + 1 generators: that of ``setting``, and each after a fit by its own critic."""
    found = [_round(setting)]
    for _ in range(n):
        x = _grid(setting)
        target = np.exp(setting.log_target(x))
        mean = float(np.trapezoid(target * x, x))
        sd = float(np.sqrt(np.trapezoid(target * (x - mean) ** 2, x)))
        setting = Setting(setting.data, mean, sd, setting.sureness)
        found.append(_round(setting))
    return found


def perfect(data: Mixture) -> Round:
    """What a VAE fits, in one round: the moments of the data."""
    mean, sd = data.moments()
    return Round(mean, sd, 0.0, _kl(data, mean, sd))


def _round(setting: Setting) -> Round:
    x = _grid(setting)
    d = np.exp(setting.log_d(x))
    real, made = (
        float(np.trapezoid(density * d, x))
        for density in (setting.data.density(x), setting.generator().density(x))
    )
    return Round(
        setting.mean, setting.sd, made / (real + made), _kl(setting.data, setting.mean, setting.sd)
    )


def _grid(setting: Setting) -> Array:
    return grid(setting.data, setting.generator())


def _kl(data: Mixture, mean: float, sd: float) -> float:
    x = grid(data)
    return kl(data.log_density(x), normal(mean, sd).log_density(x), x)
