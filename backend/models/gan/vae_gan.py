"""VAE/GAN: a VAE whose likeness is judged by the features of a critic (Larsen et al., 2016)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Live, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.models.vae.vae import posterior
from backend.nets.build import DataConfig, build_critic, build_decoder, build_encoder
from backend.objectives.divergences import gan_loss, kl
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    feature_weight: float = param(
        1.0,
        "Weight γ of the features for the decoder",
        min=0,
        max=1000,
        live=Live("Weight γ of the features"),
    )
    batch_norm: bool = param(False, "Batch-normalise the three nets")


@register(points=True)
class VAEGAN(LatentModel):
    """Each of three players minimises its own part of the objective:

    - encoder: KL(q(z|x) || N(0, I)) + L_f, L_f = ½|f(x) - f(G(z))|², f the critic's features;
    - decoder G: γ L_f - log D(G(z)) - log D(G(z_p)), z_p from the prior;
    - critic: -log D(x) - log(1 - D(G(z))) - log(1 - D(G(z_p))).

    https://arxiv.org/abs/1512.09300. No gradient of the game reaches the encoder. Departures:
    the non-saturating loss, no pause of the player that leads, and batch normalisation only where
    ``batch_norm`` asks for it.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "encoder": ("encoder",),
        "decoder": ("decoder",),
        "critic": ("critic",),
    }
    training_only = ("critic",)
    betas = (0.5, 0.999)
    objective = Objective(
        formulas={
            "encoder": "KL(q(z|x) ‖ N(0, I)) + L_f,   L_f = ½ |f(x) − f(G(z))|²",
            "decoder": "γ L_f − log D(G(z)) − log D(G(z_p))",
            "critic": "−log D(x) − log(1 − D(G(z))) − log(1 − D(G(z_p)))",
        },
        terms={
            "kl": "KL(q(z|x) ‖ N(0, I))",
            "feature_nll": "L_f",
            "decoder_loss": "γ L_f − log D(G(z)) − log D(G(z_p))",
            "critic_loss": "−log D(x) − log(1 − D(G(z))) − log(1 − D(G(z_p)))",
        },
        note="Likeness is judged by the critic’s features f, not pixel by pixel.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        norm = config.batch_norm
        self.encoder = build_encoder(config, 2 * config.latent_dim, batch_norm=norm)
        self.decoder = build_decoder(config, batch_norm=norm)
        self.critic = build_critic(config, batch_norm=norm)
        self.prior = StandardNormal(config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return posterior(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.decoder.mean(z))

    def loss(self, batch: Tensor, player: str = "encoder") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]; scores are means of D."""
        if player == "critic":
            return self.critic_terms(batch)
        q = self.encode(batch)
        copy = self.decode(q.rsample()).mean
        if player == "encoder":
            divergence, feature_nll = kl(q, self.prior()).mean(), self.feature_nll(batch, copy)
            loss = divergence + feature_nll
            terms = {"kl": divergence, "feature_nll": feature_nll}
            return {"loss": loss, "encoder_loss": loss, **terms}
        sample = self.decode(self.prior.draw(len(batch))).mean
        loss = self.config.feature_weight * self.feature_nll(batch, copy)
        loss = loss + gan_loss(self.critic(copy), True) + gan_loss(self.critic(sample), True)
        return {"loss": loss, "decoder_loss": loss}

    def critic_terms(self, batch: Tensor) -> Terms:
        with torch.no_grad():
            copy = self.decode(self.encode(batch).sample()).mean
            sample = self.decode(self.prior.draw(len(batch))).mean
        real, *made = (self.critic(x) for x in (batch, copy, sample))
        loss = gan_loss(real, True) + sum(gan_loss(logits, False) for logits in made)
        scores = {"score_real": real.sigmoid().mean(), "score_fake": made[1].sigmoid().mean()}
        return {"loss": loss, "critic_loss": loss, **scores}

    def feature_nll(self, x: Tensor, copy: Tensor) -> Tensor:
        """½|f(x) - f(copy)|², mean over the batch: a Gaussian of variance 1, up to a constant."""
        distance = self.critic.features(x) - self.critic.features(copy)
        return 0.5 * distance.square().sum(1).mean()
