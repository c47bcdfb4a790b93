"""Sparse auto-encoder: few units of the code at a time may differ from 0 (Ng, 2011)."""

from dataclasses import dataclass

from torch import Tensor

from backend.base import Objective, Terms, param
from backend.models.ae import ae
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(ae.Config):
    latent_dim: int = param(64, "Size of the code z", min=1, max=512)
    sparsity_weight: float = param(0.1, "Weight λ of Σ|z_i|", min=0, max=100)


@register(short="Sparse AE")
class SparseAE(ae.AE):
    """Minimises -log p(x | z) + λ Σ_i |z_i|, z = e(x).

    After the lecture notes https://web.stanford.edu/class/cs294a/sparseAutoencoder_2011new.pdf.
    Departure: an L1 penalty on the code in place of the KL of its mean activations. With λ = 0
    it is the plain auto-encoder.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−log p(x|e(x)) + λ Σ|z_i|"},
        terms={
            "recon_nll": "−log p(x|e(x))",
            "sparsity": "Σ|z_i|",
        },
        note="Few units of a code may differ from 0.",
    )

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        z = self.encode(batch).mean
        recon_nll = -self.decode(z).log_prob(batch).mean()
        sparsity = z.abs().sum(1).mean()
        total = recon_nll + self.config.sparsity_weight * sparsity
        return {"loss": total, "recon_nll": recon_nll, "sparsity": sparsity}
