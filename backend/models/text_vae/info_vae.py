"""Text InfoVAE: what a code tells, and how all codes lie, weighted apart (Zhao et al., 2017)."""

from dataclasses import dataclass

from torch import Tensor
from torch.distributions import Independent

from backend.base import Objective, Terms, param
from backend.models.text_vae import text_vae
from backend.objectives.divergences import mmd
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(text_vae.Config):
    alpha: float = param(
        0.5, "Weight α of the information that a code carries: 1 takes the KL away", min=0, max=1
    )
    discrepancy_weight: float = param(
        10.0, "Weight λ of the discrepancy of all codes and the prior; 1 with α = 0: a VAE", min=1
    )


@register(title="Text InfoVAE")
class TextInfoVAE(text_vae.TextVAE):
    """Minimises -E_q log p(x|z) + w(t) β (1 - α) Σ_d max(λ_f, KL_d) + (α + λ - 1) MMD²(z, p(z)).

    https://arxiv.org/abs/1706.02262, eq. 6, with the MMD of one draw for each x, beside the KL
    of the text VAE. The KL to the prior is what each code tells plus how far all codes together
    are from the prior; α gives back the first, λ charges for the second. With α = 0 and λ = 1 it
    is the text VAE. Batches need at least two rows.
    """

    config: Config
    objective = Objective(
        formulas={
            "model": "−E_q log p(x|z) + w(t) β (1 − α) Σ_d max(λ_f, KL_d) "
            "+ (α + λ − 1) MMD²(z, N(0, I))"
        },
        terms={
            "recon_nll": "−E_q log p(x|z)",
            "kl": "Σ_d KL_d",
            "mmd": "MMD²(z, N(0, I))",
        },
        note="The KL pays for what a code tells; here that is cheap, and all codes together "
        "are held to the prior instead.",
    )

    def bound(self, q: Independent, z: Tensor, x: Tensor) -> Terms:
        terms = super().bound(q, z, x)
        alpha, weight = self.config.alpha, self.config.discrepancy_weight
        rate = terms["loss"] - terms["recon_nll"]
        discrepancy = mmd(z, self.prior.draw(len(z)))
        total = terms["loss"] - alpha * rate + (alpha + weight - 1) * discrepancy
        return {**terms, "loss": total, "mmd": discrepancy}
