"""Contractive auto-encoder: a small change of the input hardly moves the code (Rifai, 2011)."""

from dataclasses import dataclass
from math import prod

from torch import Tensor, nn
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.nets.build import DataConfig, build_decoder
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    contraction_weight: float = param(0.1, "Weight λ of the squared Jacobian norm", min=0, max=100)


@register(short="Contractive AE")
class ContractiveAE(LatentModel):
    """Minimises -log p(x | h) + λ |∂h/∂x|²_F, h = σ(Wx + b).

    https://icml.cc/2011/papers/455_icmlpaper.pdf. One layer, for which the Jacobian's norm has a
    closed form; the code h lies in (0, 1). The decoder is that of the other auto-encoders.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    objective = Objective(
        formulas={"model": "−log p(x|e(x)) + λ |∂h/∂x|²"},
        terms={
            "recon_nll": "−log p(x|e(x))",
            "contraction": "|∂h/∂x|²",
        },
        note="A small change of the input hardly moves the code.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.encoder = nn.Linear(prod(config.data_shape), config.latent_dim)
        self.decoder = build_decoder(config)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.encoder(x.flatten(1)).sigmoid())

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def contraction(self, h: Tensor) -> Tensor:
        """|∂h/∂x|²_F = Σ_i (h_i (1 - h_i))² Σ_j W_ij² at codes h [B, D]: [B], exact."""
        return (h * (1 - h)).square() @ self.encoder.weight.square().sum(1)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        h = self.encode(batch).mean
        recon_nll = -self.decode(h).log_prob(batch).mean()
        contraction = self.contraction(h).mean()
        total = recon_nll + self.config.contraction_weight * contraction
        return {"loss": total, "recon_nll": recon_nll, "contraction": contraction}
