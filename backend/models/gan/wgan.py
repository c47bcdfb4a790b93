"""WGAN: the critic estimates the Wasserstein distance, its weights clipped (Arjovsky, 2017)."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from backend.base import Live, Objective, Terms, param
from backend.models.gan import gan
from backend.nets.build import DataConfig
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
    clip: float = param(
        0.01,
        "Largest weight of the critic",
        min=1e-4,
        max=10,
        live=Live("Clip value c", start=0.05),
    )


@register(points=True)
class WGAN(gan.GAN):
    """The critic minimises E f(G(z)) - E f(x), the generator -E f(G(z)); all |w| of f ≤ c.

    https://arxiv.org/abs/1701.07875. Clipping bounds the slope of f, so that its loss is, up to
    a factor, minus a Wasserstein-1 distance; there is no logarithm and no sigmoid. Departures:
    Adam without momentum instead of RMSprop, and no longer runs of the critic at times.
    """

    config: Config  # type: ignore[assignment]  # its own settings, not those of its parent
    critic_kind = "value"
    betas = (0.0, 0.99)
    objective = Objective(
        formulas={
            "critic": "E f(G(z)) − E f(x),   all |w| ≤ c",
            "generator": "−E f(G(z))",
        },
        terms={
            "critic_loss": "E f(G(z)) − E f(x)",
            "generator_loss": "−E f(G(z))",
        },
        note="The critic’s value is, up to a factor, a Wasserstein distance: no log, no sigmoid.",
    )

    def __init__(self, config: DataConfig) -> None:
        super().__init__(config)
        self.constrain()

    def plan(self, step: int) -> list[str]:
        due = (step + 1) % self.config.critic_steps == 0
        return ["critic", "generator"] if due else ["critic"]

    def reward(self, score: Tensor) -> Tensor:
        return score

    def train(self, mode: bool = True) -> Self:
        """``fit`` ends each step by leaving training mode: from there on weights are clipped."""
        if hasattr(self, "critic"):  # a checkpoint has none
            self.constrain()
        return super().train(mode)

    def constrain(self) -> None:
        """What keeps the critic's slope bounded, beside its loss."""
        self.critic.clip(self.config.clip)

    def loss(self, batch: Tensor, player: str = "critic") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]; scores are means of f."""
        self.constrain()
        if player == "generator":
            loss = -self.critic(self.made(len(batch))).mean()
            return {"loss": loss, "generator_loss": loss}
        with torch.no_grad():
            fake = self.made(len(batch))
        return self.critic_terms(batch, fake)

    def critic_terms(self, real: Tensor, fake: Tensor) -> Terms:
        scores = {
            "score_real": self.critic(real).mean(),
            "score_fake": self.critic(fake).mean(),
        }
        loss = scores["score_fake"] - scores["score_real"]
        return {"loss": loss, "critic_loss": loss, **scores}
