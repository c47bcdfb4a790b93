"""Importance-weighted auto-encoder: a tighter bound from several codes (Burda et al., 2016)."""

import math
from dataclasses import dataclass

from torch import Tensor

from backend.base import Live, Objective, Terms, param
from backend.models.vae import vae
from backend.objectives.divergences import kl
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(vae.Config):
    samples: int = param(
        5, "Codes k per example", min=1, max=1000, live=Live("Codes k per point", max=50)
    )


@register(title="IWAE", points=True)
class IWAE(vae.VAE):
    """Minimises -E log (1/k) Σ_i p(x, z_i) / q(z_i|x), z_1 … z_k drawn from q(z|x).

    https://arxiv.org/abs/1509.00519. With k = 1 it is the VAE, its KL estimated by the draw.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−E log (1/k) Σ_i p(x, z_i)/q(z_i|x)"},
        terms={"nll": "−E log (1/k) Σ_i p(x, z_i)/q(z_i|x)"},
        note="Several codes for each x give a tighter bound; one code gives the VAE.",
    )

    def log_weights(self, x: Tensor, k: int) -> Tensor:
        """log p(x, z_i) - log q(z_i|x) of k draws: [k, B], nats."""
        q = self.encode(x)
        z = q.rsample((k,))  # [k, B, D]
        repeated = x.repeat(k, *[1] * (x.dim() - 1))
        log_p_x = self.decode(z.flatten(0, 1)).log_prob(repeated).unflatten(0, (k, len(x)))
        return log_p_x + self.prior().log_prob(z) - q.log_prob(z)

    def bound(self, x: Tensor, k: int) -> Tensor:
        """An unbiased estimate of the k-sample bound of log p(x): [B], nats."""
        return self.log_weights(x, k).logsumexp(0) - math.log(k)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]; ``nll`` is the bound."""
        nll = -self.bound(batch, self.config.samples).mean()
        divergence = kl(self.encode(batch), self.prior()).mean().detach()
        return {"loss": nll, "nll": nll, "kl": divergence}
