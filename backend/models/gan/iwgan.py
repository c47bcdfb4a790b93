"""IWGAN: samples that the critic takes for real count for more (Hu et al., 2018)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from backend.base import Live, Objective, Terms, param
from backend.models.gan import dcgan
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(dcgan.Config):
    k: int = param(
        64,
        "Samples k that share one weight of 1; 1: those of the GAN",
        min=1,
        max=512,
        live=Live("Samples k", max=128),
    )


@register(points=True)
class IWGAN(dcgan.DCGAN):
    """The generator minimises -Σ_i w_i log D(G(z_i)), w_i ∝ D / (1 - D) over k samples.

    Equation 7 of https://arxiv.org/abs/1706.00550, where a GAN is variational inference of which
    samples are real: the weights are those of an importance weighted auto-encoder, so that the
    samples nearest to data move the generator most. No gradient flows through w. k = 1, or a
    critic that cannot tell samples apart, is the GAN. The critic is that of ``gan``. Pictures
    have the nets of ``dcgan``, points those of ``gan``.
    """

    config: Config
    objective = Objective(
        formulas={
            "critic": "−E log D(x) − E log(1 − D(G(z)))",
            "generator": "−Σ_i w_i log D(G(z_i)),   w_i ∝ D(G(z_i)) / (1 − D(G(z_i)))",
        },
        terms={
            "critic_loss": "−E log D(x) − E log(1 − D(G(z)))",
            "generator_loss": "−Σ_i w_i log D(G(z_i))",
        },
        note="The weights of k samples sum to 1: what already looks real leads.",
    )

    @property
    def batch_norm(self) -> bool:
        return self.config.convolutional

    def weights(self, scores: Tensor) -> Tensor:
        """w of samples with these logits, [n]; ``k`` at a time share their part of a sum of 1."""
        parts = scores.detach().split(self.config.k)
        return torch.cat([part.softmax(0) * len(part) for part in parts]) / len(scores)

    def loss(self, batch: Tensor, player: str = "critic") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]; scores are means of D."""
        if player == "critic":
            return super().loss(batch, player)
        logits = self.critic(self.made(len(batch)))
        weights = self.weights(logits)
        loss = (weights * softplus(-logits)).sum()
        effective = 1 / weights.square().sum()
        return {"loss": loss, "generator_loss": loss, "effective_samples": effective}
