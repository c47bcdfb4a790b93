"""Adversarial auto-encoder: a critic of codes shapes them after a prior (Makhzani, 2016)."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.nets.critics import flat_critic
from backend.objectives.divergences import gan_loss
from backend.objectives.priors import GaussianMixture, StandardNormal
from backend.registry import register

RING, SPREAD = 4.0, 0.5  # of the mixture: radius of its centres, standard deviation about them


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    prior: Literal["normal", "mixture"] = param(
        "normal", "What codes are to be distributed like: N(0, I), or Gaussians on a ring"
    )
    components: int = param(10, "Gaussians of the mixture", min=2, max=100)
    code_hidden: tuple[int, ...] = param((256, 256), "Units per hidden layer of the code critic")

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        return super().tiny(**(dict(code_hidden=(8,)) | sizes))


@register(short="AAE", points=True)
class AAE(LatentModel):
    """Three updates in turn, as in https://arxiv.org/abs/1511.05644:

    - autoencoder: -log p(x | e(x));
    - critic of codes: -log C(z_p) - log(1 - C(e(x))), z_p from the prior;
    - encoder: -log C(e(x)).

    The prior may be any that can be sampled; no density is needed.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "autoencoder": ("encoder", "decoder"),
        "code_critic": ("code_critic",),
        "encoder": ("encoder",),
    }
    training_only = ("code_critic",)
    betas = (0.5, 0.999)
    objective = Objective(
        formulas={
            "autoencoder": "−log p(x|e(x))",
            "code_critic": "−log C(z_p) − log(1 − C(e(x)))",
            "encoder": "−log C(e(x))",
        },
        terms={
            "recon_nll": "−log p(x|e(x))",
            "code_critic_loss": "−log C(z_p) − log(1 − C(e(x)))",
            "encoder_loss": "−log C(e(x))",
        },
        note="A critic of codes in place of the KL: the prior need only be sampled.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.encoder = build_encoder(config, config.latent_dim)
        self.decoder = build_decoder(config)
        self.code_critic = flat_critic(config.latent_dim, config.code_hidden)
        ring = config.prior == "mixture"
        self.prior = _ring(config) if ring else StandardNormal(config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "autoencoder") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]; scores are means of C."""
        if player == "code_critic":
            return self.code_critic_terms(batch)
        z = self.encode(batch).mean
        if player == "autoencoder":
            recon_nll = -self.decode(z).log_prob(batch).mean()
            return {"loss": recon_nll, "recon_nll": recon_nll}
        loss = gan_loss(self.code_critic(z), True)
        return {"loss": loss, "encoder_loss": loss}

    def code_critic_terms(self, batch: Tensor) -> Terms:
        with torch.no_grad():
            z = self.encode(batch).mean
        prior, code = self.code_critic(self.prior.draw(len(batch))), self.code_critic(z)
        loss = gan_loss(prior, True) + gan_loss(code, False)
        scores = {"score_prior": prior.sigmoid().mean(), "score_code": code.sigmoid().mean()}
        return {"loss": loss, "code_critic_loss": loss, **scores}


def _ring(config: Config) -> GaussianMixture:
    """A mixture that does not learn, its centres on a circle in the first two units."""
    prior = GaussianMixture(1, config.components, config.latent_dim).requires_grad_(False)
    angle = torch.arange(config.components) * (2 * math.pi / config.components)
    prior.means.zero_()
    prior.means[0, :, 0] = RING * angle.cos()
    if config.latent_dim > 1:
        prior.means[0, :, 1] = RING * angle.sin()
    prior.log_var.fill_(2 * math.log(SPREAD))
    return prior
