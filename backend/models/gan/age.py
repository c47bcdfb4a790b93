"""AGE: the encoder is the critic, by where it puts codes (Ulyanov et al., 2018)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution
from torch.nn.functional import normalize

from backend.base import LatentModel, Live, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.objectives.divergences import kl_of_sample
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    match_x: float = param(
        10.0,
        "Weight of the encoder's error |x - G(E(x))|",
        min=0,
        max=1000,
        live=Live("Weight of |x − G(E(x))|"),
    )
    match_z: float = param(
        1000.0,
        "Weight of the generator's error 1 - cos(z, E(G(z)))",
        min=0,
        max=10_000,
        live=Live("Weight of 1 − cos(z, E(G(z)))"),
    )
    generator_steps: int = param(2, "Steps of the generator for each of the encoder", min=1)


@register(points=True)
class AGE(LatentModel):
    """Two nets and no critic; Δ(Z) = KL(N(mean, variance of Z) || N(0, I)), the mean over units:

    - encoder E: Δ(E(x)) - Δ(E(G(z))) + λ_x |x - G(E(x))|;
    - generator G: Δ(E(G(z))) + λ_z (1 - cos(z, E(G(z)))).

    https://arxiv.org/abs/1704.02304. E spreads codes of data like the prior and those of samples
    unlike it; where G wins, both lie alike. Codes lie on the sphere of radius √D, where each unit
    has a mean square of 1: only the direction of z counts. Departure from the authors' code,
    which squares the variance that it takes for a deviation: this is the KL itself.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "encoder": ("encoder",),
        "generator": ("generator",),
    }
    betas = (0.5, 0.999)
    objective = Objective(
        formulas={
            "encoder": "Δ(E(x)) − Δ(E(G(z))) + λ_x |x − G(E(x))|",
            "generator": "Δ(E(G(z))) + λ_z (1 − cos(z, E(G(z))))",
        },
        terms={
            "encoder_loss": "Δ(E(x)) − Δ(E(G(z))) + λ_x |x − G(E(x))|",
            "generator_loss": "Δ(E(G(z))) + λ_z (1 − cos(z, E(G(z))))",
            "kl_real": "Δ(E(x))",
            "kl_fake": "Δ(E(G(z)))",
            "recon_l1": "|x − G(E(x))|",
            "match_z": "1 − cos(z, E(G(z)))",
        },
        note="No critic: codes of samples must not be told from codes of data by their spread.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        normalised = len(config.data_shape) == 3
        self.encoder = build_encoder(config, config.latent_dim, batch_norm=normalised)
        self.generator = build_decoder(config, batch_norm=normalised)
        self.prior = StandardNormal(config.latent_dim)

    def plan(self, step: int) -> list[str]:
        return ["encoder", *["generator"] * self.config.generator_steps]

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self._on_sphere(self.encoder(x)))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.generator.mean(self._on_sphere(z)))

    def loss(self, batch: Tensor, player: str = "encoder") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        z = self.prior.draw(len(batch))
        if player == "generator":
            code = self.encode(self.decode(z).mean).mean
            match_z = 1 - torch.cosine_similarity(z, code).mean()
            kl_fake = kl_of_sample(code).mean()
            loss = kl_fake + self.config.match_z * match_z
            terms = {"kl_fake": kl_fake, "match_z": match_z}
            return {"loss": loss, "generator_loss": loss, **terms}
        with torch.no_grad():
            sample = self.decode(z).mean
        code = self.encode(batch).mean
        kl_real = kl_of_sample(code).mean()
        kl_fake = kl_of_sample(self.encode(sample).mean).mean()
        recon_l1 = (batch - self.decode(code).mean).abs().mean()
        loss = kl_real - kl_fake + self.config.match_x * recon_l1
        terms = {"kl_real": kl_real, "kl_fake": kl_fake, "recon_l1": recon_l1}
        return {"loss": loss, "encoder_loss": loss, **terms}

    def _on_sphere(self, z: Tensor) -> Tensor:
        """The same direction at distance √D."""
        return normalize(z, dim=1) * self.config.latent_dim**0.5
