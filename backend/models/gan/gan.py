"""GAN: a generator learns from a critic that tells samples from data (Goodfellow et al., 2014)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor
from torch.distributions import Distribution
from torch.nn.functional import softplus

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.nets.build import DataConfig, build_critic, build_decoder
from backend.objectives.divergences import gan_loss
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    objective: Literal["non-saturating", "minimax"] = param(
        "non-saturating", "What the generator minimises: -log D(G(z)) or log(1 - D(G(z)))"
    )


@register(points={"gan": {}, "gan_minimax": {"objective": "minimax"}})
class GAN(LatentModel):
    """The critic minimises -E log D(x) - E log(1 - D(G(z))), the generator -E log D(G(z)).

    https://arxiv.org/abs/1406.2661. With ``objective`` "minimax" the generator minimises
    E log(1 - D(G(z))), the very value that the critic maximises: its gradient vanishes where the
    critic is sure. D = σ(critic). Departure: z is normal instead of uniform.
    """

    config: Config
    capabilities = frozenset({"sample", "decode"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "critic": ("critic",),
        "generator": ("generator",),
    }
    training_only: ClassVar[tuple[str, ...]] = ("critic",)
    betas = (0.5, 0.999)
    objective = Objective(
        formulas={
            "critic": "−E log D(x) − E log(1 − D(G(z)))",
            "generator": "−E log D(G(z)),   or E log(1 − D(G(z)))",
        },
        terms={
            "critic_loss": "−E log D(x) − E log(1 − D(G(z)))",
            "generator_loss": "−E log D(G(z))",
        },
        note="No likelihood and no encoder: the critic alone says what is wrong.",
    )

    def __init__(self, config: DataConfig) -> None:
        super().__init__(config)
        self.generator = build_decoder(config, batch_norm=self.batch_norm)
        self.critic = build_critic(config, batch_norm=self.batch_norm)
        self.prior = StandardNormal(config.latent_dim)

    @property
    def batch_norm(self) -> bool:
        """Whether its nets are batch-normalised."""
        return False

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.generator.mean(z))

    def made(self, n: int) -> Tensor:
        """``n`` samples through which gradients reach the generator, [n, *data_shape]."""
        return self.decode(self.prior.draw(n)).mean

    def reward(self, score: Tensor) -> Tensor:
        return softplus(score) if self.config.objective == "minimax" else super().reward(score)

    def loss(self, batch: Tensor, player: str = "critic") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]; scores are means of D."""
        if player == "generator":
            logits = self.critic(self.made(len(batch)))
            saturating = self.config.objective == "minimax"
            loss = -gan_loss(logits, False) if saturating else gan_loss(logits, True)
            return {"loss": loss, "generator_loss": loss}
        with torch.no_grad():
            fake = self.made(len(batch))
        if self.batch_norm:  # each kind is normalised on its own
            real, made = self.critic(batch), self.critic(fake)
        else:
            real, made = self.critic(torch.cat([batch, fake])).split([len(batch), len(fake)])
        loss = gan_loss(real, True) + gan_loss(made, False)
        scores = {"score_real": real.sigmoid().mean(), "score_fake": made.sigmoid().mean()}
        return {"loss": loss, "critic_loss": loss, **scores}
