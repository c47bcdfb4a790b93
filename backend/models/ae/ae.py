"""Auto-encoder: reconstruct through a narrow code, no prior (Hinton & Salakhutdinov, 2006)."""

from dataclasses import dataclass

from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms
from backend.distributions.deterministic import Deterministic
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    pass


@register(short="AE", points=True)
class AE(LatentModel):
    """Minimises -log p(x | e(x)).

    https://doi.org/10.1126/science.1127647. Departures: trained end to end by Adam instead of
    layer by layer, and with the VAE's nets and likelihood, so that the two can be compared.
    Nothing shapes its codes, so decoding a random code shows what lies in the holes.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    objective = Objective(
        formulas={"model": "−log p(x|e(x))"},
        terms={"recon_nll": "−log p(x|e(x))"},
        note="Nothing shapes the codes, so between them lie holes.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.encoder = build_encoder(config, config.latent_dim)
        self.decoder = build_decoder(config)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        recon_nll = -self.decode(self.encode(batch).mean).log_prob(batch).mean()
        return {"loss": recon_nll, "recon_nll": recon_nll}
