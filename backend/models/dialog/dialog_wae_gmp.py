"""DialogWAE-GMP: a prior of several modes, each a kind of reply (Gu et al., 2019)."""

from dataclasses import dataclass

from backend.base import Objective, param
from backend.models.dialog import dialog_wae
from backend.objectives.priors import ConditionalModes
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(dialog_wae.Config):
    components: int = param(3, "Modes K of the prior", min=1, max=20)


@register(short="DialogWAE-GMP")
class DialogWAEGMP(dialog_wae.DialogWAE):
    """The losses of ``dialog_wae`` with ε_p ~ Σ_k π_k(c) N(μ_k(c), σ_k(c)).

    https://arxiv.org/abs/1805.12352. The mode is chosen by Gumbel-softmax at temperature 0.1,
    straight through, so that weights learn too. K = 1 is ``dialog_wae``.
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
        size = config.latent_dim
        return ConditionalModes(config.context_dim, config.hidden_dim, size, config.components)
