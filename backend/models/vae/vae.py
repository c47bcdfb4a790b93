"""Variational auto-encoder: each picture's code is a small Gaussian (Kingma & Welling, 2014)."""

from dataclasses import dataclass

from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from backend.base import LatentModel, Objective, Terms
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.objectives.divergences import kl
from backend.objectives.priors import Prior, StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    pass


def posterior(features: Tensor) -> Independent:
    """The diagonal Gaussian of features [B, 2 D]: its means, then the logarithms of variances."""
    mu, log_var = features.chunk(2, dim=1)
    return Independent(Normal(mu, (0.5 * log_var).exp(), validate_args=False), 1)


@register(title="VAE", points=True)
class VAE(LatentModel):
    """Minimises -E_q(z|x) log p(x|z) + KL(q(z|x) || N(0, I)), with one draw of z.

    https://arxiv.org/abs/1312.6114
    """

    config: Config
    prior: Prior
    capabilities = frozenset({"sample", "encode", "decode"})
    objective = Objective(
        formulas={"model": "−E_q log p(x|z) + KL(q(z|x) ‖ N(0, I))"},
        terms={
            "recon_nll": "−E_q log p(x|z)",
            "kl": "KL(q(z|x) ‖ N(0, I))",
        },
        note="The negative of a lower bound of log p(x). The KL never asks the decoder.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.encoder = build_encoder(config, 2 * config.latent_dim)
        self.decoder = build_decoder(config)
        self.prior = StandardNormal(config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return posterior(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        q = self.encode(batch)
        z = q.rsample()
        recon_nll = -self.decode(z).log_prob(batch).mean()
        divergence = kl(q, self.prior(), z).mean()
        return {"loss": recon_nll + divergence, "recon_nll": recon_nll, "kl": divergence}
