"""Spherical VAE: codes are directions, von Mises-Fisher around the encoder's (Davidson, 2018)."""

from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn.functional import softplus

from backend.base import Live, Objective, param
from backend.distributions.von_mises_fisher import LARGEST, VonMisesFisher, unit
from backend.models.vae import vae
from backend.nets.build import build_encoder
from backend.objectives.priors import Sphere
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(vae.Config):
    latent_dim: int = param(3, "Dimensions D of the space of the sphere", min=2, max=LARGEST)
    learned: bool = param(True, "The encoder gives each example its own concentration κ")
    concentration: float = param(
        50.0,
        "Concentration κ of all posteriors where it is not learned",
        min=1,
        max=1000,
        live=Live("Concentration κ"),
    )

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        return super().tiny(**(dict(latent_dim=3) | sizes))


@register(title="Spherical VAE", short="vMF-VAE")
class VMFVAE(vae.VAE):
    """Minimises -E_q(z|x) log p(x|z) + KL(vMF(μ(x), κ) || uniform on the sphere), with one draw.

    https://arxiv.org/abs/1804.00891: the encoder gives μ, and κ = 1 + softplus of one number more.
    With κ fixed, as in https://arxiv.org/abs/1808.10805, the KL is a constant, which no training
    can bring to 0.
    """

    config: Config
    prior: Sphere
    capabilities = vae.VAE.capabilities | {"spherical"}
    objective = Objective(
        formulas={"model": "−E_q log p(x|z) + KL(vMF(μ(x), κ) ‖ U(S))"},
        terms={"recon_nll": "−E_q log p(x|z)", "kl": "KL(vMF(μ(x), κ) ‖ U(S))"},
        note="Codes are directions: the prior prefers none, and pulls no code to a centre.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.encoder = build_encoder(config, config.latent_dim + config.learned)
        self.prior = Sphere(config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> VonMisesFisher:
        features = self.encoder(x)
        direction, size = features.split(
            [self.config.latent_dim, features.shape[1] - self.config.latent_dim], 1
        )
        kappa = (
            1 + softplus(size[:, 0])
            if self.config.learned
            else torch.full_like(direction[:, 0], self.config.concentration)
        )
        return VonMisesFisher(unit(direction), kappa)
