"""Gaussian-mixture VAE: a mixture prior trained by the plain ELBO, whose modes collapse."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Independent

from backend.base import Objective, Terms, param
from backend.models.text_vae import dgmvae
from backend.objectives.divergences import kl_to_components
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(dgmvae.Config):
    dispersion_weight: float = param(1.0, "Fixed: the plain ELBO", min=1, max=1)
    information: bool = param(True, "Fixed: the plain ELBO")
    usage_weight: float = param(1.0, "Fixed: the plain ELBO", min=1, max=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.information:
            raise ValueError("gmvae keeps the information term; dgmvae can leave it out")


@register(short="GMVAE")
class GMVAE(dgmvae.DGMVAE):
    """Minimises E_q -log p(x|z) + w(t) [KL(q(c|x)||U) + Σ_c q(c|x) KL(q(z|x)||N(μ_c, σ_c))].

    The baseline of Shi et al. 2020 (https://proceedings.mlr.press/v119/shi20f.html): the special
    case of DGMVAE with β = 1 and the information term, written here as the ELBO is usually
    written; a test shows that the two losses are equal.
    """

    config: Config
    objective = Objective(
        formulas={
            "model": (
                "−E_q log p(x|z) + w(t) [KL(q(c|x) ‖ U) + Σ_c q(c|x) KL(q(z|x) ‖ N(μ_c, σ_c²))]"
            )
        },
        terms={
            "recon_nll": "−E_q log p(x|z)",
            "loss": "the whole sum",
        },
        note="The plain bound: it pulls the components together and makes c ignore x.",
    )

    def rate(self, q_z: Independent, q_c: Tensor) -> Terms:
        with torch.no_grad():
            parts = super().rate(q_z, q_c)
        each = kl_to_components(q_z, self.prior.means, self.prior.log_var)
        kl_z = (q_c * each).sum((1, 2)).mean()
        uniform = torch.full_like(q_c, 1 / q_c.shape[-1])
        kl_c = (torch.xlogy(q_c, q_c) - torch.xlogy(q_c, uniform)).sum((1, 2)).mean()
        return {**parts, "rate": kl_c + kl_z}
