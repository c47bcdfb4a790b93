"""DialogWAE-GMP: a prior of several modes, each a kind of reply (Gu et al., 2019)."""

from dataclasses import dataclass

from backend.base import Objective, param
from backend.models.dialog import dialog_wae
from backend.objectives.priors import ConditionalModes
from backend.registry import register

APART = 2.0  # standard deviation of the means at the start, that of noise being 1


@dataclass(frozen=True, kw_only=True)
class Config(dialog_wae.Config):
    components: int = param(3, "Modes K of the prior", min=1, max=20)


@register(short="DialogWAE-GMP")
class DialogWAEGMP(dialog_wae.DialogWAE):
    """The losses of ``dialog_wae`` with ε_p ~ Σ_k π_k(c) N(μ_k(c), σ_k(c)).

    https://arxiv.org/abs/1805.12352. The mode is chosen by Gumbel-softmax at temperature 0.1,
    straight through, so that weights learn too. K = 1 is ``dialog_wae``. Departure: the means
    start apart. Nothing in the losses parts modes, and those that begin in one place stay near
    each other: G then makes the same codes of all.
    """

    config: Config
    objective = Objective(
        formulas={
            "critic": "L + λ E (|∇D(ẑ,c)| − 1)²,   L = E D(z,c) − E D(z_p,c)",
            "generator": "−L,   z_p = G(ε_p),   ε_p ~ Σ_k π_k(c) N(μ_k(c), σ_k(c))",
            "autoencoder": "−E log p(x|z,c)",
        },
        terms={
            "critic_loss": "L",
            "penalty": "E (|∇D(ẑ,c)| − 1)²",
            "slope": "E |∇D(ẑ,c)|",
            "generator_loss": "−L",
            "recon_nll": "−E log p(x|z,c)",
        },
        note="Weights, means and variances of the modes are read off the context.",
    )

    def build_prior(self) -> ConditionalModes:
        config = self.config
        sizes = config.context_dim, config.hidden_dim, config.latent_dim, config.components
        return ConditionalModes(*sizes, apart=APART if config.components > 1 else 0.0)
