"""Linear auto-encoder: without a nonlinearity it can only find what PCA finds (Baldi, 1989)."""

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from backend.base import LatentModel, Objective, Terms
from backend.distributions.deterministic import Deterministic
from backend.nets.build import DataConfig
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    """Of the nets' settings only the shapes of data and code are used."""


@register(short="Linear AE")
class LinearAE(LatentModel):
    """Minimises ½|x - W₂(W₁x + b₁) - b₂|², up to a constant.

    Baldi & Hornik 1989 (https://doi.org/10.1016/0893-6080(89)90014-2): the optimum projects onto
    the subspace of the first ``latent_dim`` principal components, though in a basis of its own.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    objective = Objective(
        formulas={"model": "½ |x − W_2(W_1 x + b_1) − b_2|² + const"},
        terms={"recon_nll": "½ |x − W_2(W_1 x + b_1) − b_2|² + const"},
        note="Its optimum spans the first principal components.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        size = prod(config.data_shape)
        self.encoder = nn.Linear(size, config.latent_dim)
        self.decoder = nn.Linear(config.latent_dim, size)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.encoder(x.flatten(1)))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        shape = self.config.data_shape
        mean = self.decoder(z).unflatten(1, shape)
        return Independent(Normal(mean, torch.ones_like(mean), validate_args=False), len(shape))

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        p = self.decode(self.encode(batch).mean)
        recon_nll = -p.log_prob(batch).mean()
        mse = (p.mean - batch).square().mean()
        return {"loss": recon_nll, "recon_nll": recon_nll, "mse": mse}
