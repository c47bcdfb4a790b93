"""WGAN-GP: a Wasserstein critic whose slope is held at 1 by a penalty (Gulrajani et al., 2017)."""

from dataclasses import dataclass

from torch import Tensor

from backend.base import Live, Objective, Terms, param
from backend.models.gan import wgan
from backend.nets.build import DataConfig
from backend.objectives.divergences import gradient_penalty
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    critic_steps: int = param(
        5,
        "Steps of the critic for each of the generator",
        min=1,
        max=100,
        live=Live("Critic steps"),
    )
    penalty_weight: float = param(
        10.0,
        "Weight λ of the gradient penalty",
        min=0,
        max=1000,
        live=Live("Gradient penalty λ", start=1),
    )


@register(points=True)
class WGANGP(wgan.WGAN):
    """As ``wgan``, but the critic's loss has + λ E (|∇f(x̂)| - 1)² in place of the clipping.

    https://arxiv.org/abs/1704.00028; x̂ lies uniformly between a real x and a sample, and each
    has a gradient of its own. The critic has no batch normalisation, which would mix them.
    """

    config: Config  # type: ignore[assignment]  # its own settings, not those of its parent
    betas = (0.0, 0.9)
    objective = Objective(
        formulas={
            "critic": "E f(G(z)) − E f(x) + λ E (|∇f(x̂)| − 1)²",
            "generator": "−E f(G(z))",
        },
        terms={
            "critic_loss": "E f(G(z)) − E f(x)",
            "penalty": "E (|∇f(x̂)| − 1)²",
            "generator_loss": "−E f(G(z))",
        },
        note="A penalty on each sample’s slope in place of clipped weights.",
    )

    def constrain(self) -> None:
        """Nothing: the penalty does it."""

    def critic_terms(self, real: Tensor, fake: Tensor) -> Terms:
        terms = super().critic_terms(real, fake)
        penalty = gradient_penalty(self.critic, real, fake)
        total = terms["critic_loss"] + self.config.penalty_weight * penalty
        return {**terms, "loss": total, "penalty": penalty}
