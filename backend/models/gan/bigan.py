"""BiGAN: a critic of pairs teaches an encoder without comparing copies (Donahue et al., 2017)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.models.vae.vae import posterior
from backend.nets.build import DataConfig, build_decoder, build_encoder, build_pair_critic
from backend.objectives.divergences import gan_loss
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    encoder: Literal["point", "normal"] = param(
        "point", "What the encoder gives: a code, as in BiGAN, or a Gaussian of codes, as in ALI"
    )
    pair_hidden: tuple[int, ...] = param((256,), "Units per hidden layer behind x and z")

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        return super().tiny(**(dict(pair_hidden=(8,)) | sizes))


@register(points={"bigan": {}, "ali": {"encoder": "normal"}})
class BiGAN(LatentModel):
    """One critic D of pairs; encoder E and generator G together want its verdicts exchanged:

    - critic: -log D(x, E(x)) - log(1 - D(G(z), z));
    - encoder and generator: -log(1 - D(x, E(x))) - log D(G(z), z).

    https://arxiv.org/abs/1605.09782, and with a Gaussian encoder ALI (Dumoulin et al. 2017,
    https://arxiv.org/abs/1606.00704). Where the pairs cannot be told apart, E and G invert one
    another, though no term compares a copy with its original. Departures: convolutions for
    pictures, where BiGAN has layers that are fully connected, and z is normal.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "pair_critic": ("pair_critic",),
        "generator": ("encoder", "generator"),
    }
    training_only = ("pair_critic",)
    betas = (0.5, 0.999)
    objective = Objective(
        formulas={
            "pair_critic": "−log D(x, E(x)) − log(1 − D(G(z), z))",
            "generator": "−log(1 − D(x, E(x))) − log D(G(z), z)",
        },
        terms={
            "pair_critic_loss": "−log D(x, E(x)) − log(1 − D(G(z), z))",
            "generator_loss": "−log(1 − D(x, E(x))) − log D(G(z), z)",
        },
        note="Copies come back, though no term compares a copy with its original.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.gaussian = config.encoder == "normal"
        outputs = config.latent_dim * (2 if self.gaussian else 1)
        normalised = len(config.data_shape) == 3
        self.encoder = build_encoder(config, outputs, batch_norm=normalised)
        self.generator = build_decoder(config, batch_norm=normalised)
        self.pair_critic = build_pair_critic(config, config.pair_hidden, batch_norm=normalised)
        self.prior = StandardNormal(config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        if not self.gaussian:
            return Deterministic(self.encoder(x))
        return posterior(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.generator.mean(z))

    def loss(self, batch: Tensor, player: str = "pair_critic") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]; scores are means of D."""
        critic = player == "pair_critic"
        with torch.set_grad_enabled(torch.is_grad_enabled() and not critic):
            code = self.encode(batch).rsample()
            z = self.prior.draw(len(batch))
            sample = self.decode(z).mean
        real, made = self.pair_critic(batch, code), self.pair_critic(sample, z)
        loss = gan_loss(real, critic) + gan_loss(made, not critic)
        if not critic:
            return {"loss": loss, "generator_loss": loss}
        scores = {"score_real": real.sigmoid().mean(), "score_fake": made.sigmoid().mean()}
        return {"loss": loss, "pair_critic_loss": loss, **scores}
