"""InfoVAE: how much a code tells and how all codes lie, weighted apart (Zhao et al., 2017)."""

from dataclasses import dataclass

from torch import Tensor

from backend.base import Live, Objective, Terms, param
from backend.models.vae import vae
from backend.objectives.divergences import kl, mmd
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(vae.Config):
    alpha: float = param(
        0.5,
        "Weight α of the information that a code carries: 1 takes the KL away",
        min=0,
        max=1,
        live=Live("Information α"),
    )
    discrepancy_weight: float = param(
        100.0,
        "Weight λ of the discrepancy of all codes and the prior; 1 with α = 0 is the VAE",
        min=1,
        live=Live("Weight λ of the prior", max=1000),
    )


@register(title="InfoVAE", points=True)
class InfoVAE(vae.VAE):
    """Minimises -E_q log p(x|z) + (1 - α) KL(q(z|x) || p(z)) + (α + λ - 1) MMD²(q(z), p(z)).

    https://arxiv.org/abs/1706.02262, eq. 6 with the MMD for the divergence of q(z), which is
    estimated from one draw for each x. With α = 0, λ = 1 it is the VAE, with α = 1 only all codes
    together are held to the prior. λ is at least 1, so the MMD's weight is never negative.
    Batches need at least two rows.
    """

    config: Config
    objective = Objective(
        formulas={
            "model": "−E_q log p(x|z) + (1 − α) KL(q(z|x) ‖ N(0, I)) "
            "+ (α + λ − 1) MMD²(z, N(0, I))"
        },
        terms={
            "recon_nll": "−E_q log p(x|z)",
            "kl": "KL(q(z|x) ‖ N(0, I))",
            "mmd": "MMD²(z, N(0, I))",
        },
        note="The KL is what each code tells plus how all codes differ from the prior; "
        "here the first is cheap and the second dear.",
    )

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        q = self.encode(batch)
        z = q.rsample()
        recon_nll = -self.decode(z).log_prob(batch).mean()
        divergence = kl(q, self.prior()).mean()
        discrepancy = mmd(z, self.prior.draw(len(z)))
        alpha, weight = self.config.alpha, self.config.discrepancy_weight
        total = recon_nll + (1 - alpha) * divergence + (alpha + weight - 1) * discrepancy
        return {"loss": total, "recon_nll": recon_nll, "kl": divergence, "mmd": discrepancy}
