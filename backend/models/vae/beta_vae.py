"""β-VAE: a heavier KL for codes whose units mean one thing each (Higgins et al., 2017)."""

from dataclasses import dataclass

from torch import Tensor

from backend.base import Live, Objective, Terms, param
from backend.models.vae import vae
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(vae.Config):
    beta: float = param(
        4.0, "Weight β of the KL", min=0, max=1000, live=Live("Weight β of the KL")
    )


@register(points=True)
class BetaVAE(vae.VAE):
    """Minimises -E_q(z|x) log p(x|z) + β KL(q(z|x) || N(0, I)), with one draw of z.

    https://openreview.net/forum?id=Sy2fzU9gl. With β = 1 it is the VAE.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−E_q log p(x|z) + β KL(q(z|x) ‖ N(0, I))"},
        terms={
            "recon_nll": "−E_q log p(x|z)",
            "kl": "KL(q(z|x) ‖ N(0, I))",
        },
        note="With β = 1 it is the VAE; a larger β buys tidy codes with blur.",
    )

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        terms = super().loss(batch)
        return {**terms, "loss": terms["recon_nll"] + self.config.beta * terms["kl"]}
