"""IntroVAE: the encoder is the critic, by the KL of what it reads (Huang et al., 2018)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Live, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.models.vae.vae import posterior
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.objectives.divergences import kl
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    margin: float = param(
        30.0,
        "Margin m in nats: what was made is pushed no further from the prior",
        min=0,
        max=1000,
        live=Live("Margin m", start=10, max=100),
    )
    adversary_weight: float = param(
        0.25,
        "Weight α of the KLs of what was made",
        min=0,
        max=100,
        live=Live("Weight α of the game", max=10),
    )
    recon_weight: float = param(
        1.0,
        "Weight β of the squared error",
        min=0,
        max=1000,
        live=Live("Weight β of the error", start=10),
    )
    pretraining_steps: int = param(0, "Steps without the game before", min=0)
    batch_norm: bool = param(False, "Batch-normalise both nets")


@register(points=True)
class IntroVAE(LatentModel):
    """Two nets and no critic beside them; R(x) = KL(E(x) || N(0, I)), E(x) = q(z|x), and
    L = ½|x - x_r|² of the copy x_r = G(z), z ~ E(x); x_p = G(z_p) with z_p from the prior:

    - encoder E: R(x) + α Σ_s [m - R(x_s)]₊ + β L, s = r, p;
    - generator G: α Σ_s R(x_s) + β L.

    https://arxiv.org/abs/1807.06358, equations 11 and 12. E brings data to the prior and what was
    made, copies too, at least m nats away from it; G makes what E takes for data. No gradient of
    the encoder reaches G, nor the other way. The hinge is taken of each example. Departure: small
    nets without residual blocks. ``pretraining_steps`` are those of a VAE, α = 0, as the authors'
    code begins.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "encoder": ("encoder",),
        "generator": ("generator",),
    }
    objective = Objective(
        formulas={
            "encoder": "R(x) + α ([m − R(x_r)]_+ + [m − R(x_p)]_+) + β L,   "
            "R(x) = KL(q(z|x) ‖ N(0, I)),   L = ½ |x − x_r|²",
            "generator": "α (R(x_r) + R(x_p)) + β L",
        },
        terms={
            "encoder_loss": "R(x) + α ([m − R(x_r)]_+ + [m − R(x_p)]_+) + β L",
            "generator_loss": "α (R(x_r) + R(x_p)) + β L",
            "kl": "R(x)",
            "kl_copy": "R(x_r)",
            "kl_sample": "R(x_p)",
            "recon_nll": "L",
        },
        note="The encoder is the critic: what was made is to lie m nats from the prior.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        norm = config.batch_norm
        self.encoder = build_encoder(config, 2 * config.latent_dim, batch_norm=norm)
        self.generator = build_decoder(config, batch_norm=norm)
        self.prior = StandardNormal(config.latent_dim)

    @property
    def adversary_weight(self) -> float:
        """α, 0 while the game has not begun."""
        early = self.training and self.step < self.config.pretraining_steps
        return 0.0 if early else self.config.adversary_weight

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return posterior(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.generator.mean(z))

    def away(self, x: Tensor) -> Tensor:
        """R(x), nats [B]."""
        return kl(self.encode(x), self.prior())

    def loss(self, batch: Tensor, player: str = "encoder") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]; KLs in nats."""
        alpha, beta = self.adversary_weight, self.config.recon_weight
        noise = self.prior.draw(len(batch))
        if player == "generator":
            with torch.no_grad():
                z = self.encode(batch).sample()
            copy, sample = self.decode(z).mean, self.decode(noise).mean
            recon_nll = squared_error(batch, copy)
            kl_copy, kl_sample = self.away(copy).mean(), self.away(sample).mean()
            loss = alpha * (kl_copy + kl_sample) + beta * recon_nll
            terms = {"kl_copy": kl_copy, "kl_sample": kl_sample, "recon_nll": recon_nll}
            return {"loss": loss, "generator_loss": loss, **terms}
        q = self.encode(batch)
        copy = self.decode(q.rsample()).mean
        with torch.no_grad():
            sample = self.decode(noise).mean
        recon_nll, divergence = squared_error(batch, copy), kl(q, self.prior()).mean()
        kl_copy, kl_sample = self.away(copy.detach()), self.away(sample)
        hinges = sum((self.config.margin - away).relu().mean() for away in (kl_copy, kl_sample))
        loss = divergence + alpha * hinges + beta * recon_nll
        terms = {"kl": divergence, "kl_copy": kl_copy.mean(), "kl_sample": kl_sample.mean()}
        return {"loss": loss, "encoder_loss": loss, **terms, "recon_nll": recon_nll}


def squared_error(x: Tensor, copy: Tensor) -> Tensor:
    """½|x - copy|², mean over the batch: a Gaussian of variance 1, up to a constant."""
    return 0.5 * (x - copy).square().flatten(1).sum(1).mean()
