"""Wasserstein auto-encoder: the codes as a whole are held to the prior (Tolstikhin, 2018)."""

from dataclasses import dataclass

from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Live, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.objectives.divergences import mmd
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    mmd_weight: float = param(
        10.0,
        "Weight λ of the discrepancy of codes and prior",
        min=0,
        live=Live("Weight λ of the MMD", max=1000),
    )


@register(title="WAE-MMD", points=True)
class WAEMMD(LatentModel):
    """Minimises E |x - G(e(x))|² + λ MMD²(e(x), N(0, I)).

    https://arxiv.org/abs/1711.01558, WAE-MMD with its kernel: unlike a VAE's, each code is a
    point, and only all codes together must look like the prior. Batches need at least two rows.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    objective = Objective(
        formulas={"model": "E |x − G(e(x))|² + λ MMD²(e(x), N(0, I))"},
        terms={
            "mse": "|x − G(e(x))|², mean over numbers",
            "mmd": "MMD²(e(x), N(0, I))",
        },
        note="Each code is a point; only all codes together must look like the prior.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.encoder = build_encoder(config, config.latent_dim)
        self.decoder = build_decoder(config)
        self.prior = StandardNormal(config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        z = self.encode(batch).mean
        squared = (self.decode(z).mean - batch).square()
        discrepancy = mmd(z, self.prior.draw(len(z)))
        total = squared.flatten(1).sum(1).mean() + self.config.mmd_weight * discrepancy
        return {"loss": total, "mse": squared.mean(), "mmd": discrepancy}
