"""α-GAN: an auto-encoder with a critic of pictures and a critic of codes (Rosca et al., 2017)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Live, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.nets.build import DataConfig, build_critic, build_decoder, build_encoder
from backend.nets.critics import flat_critic
from backend.objectives.divergences import gan_loss
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    l1_weight: float = param(
        10.0,
        "Weight λ of the mean absolute error",
        min=0,
        max=1000,
        live=Live("Weight λ of the L1 error"),
    )
    use_l1: bool = param(True, "Keep the reconstruction term")
    use_critic: bool = param(True, "Keep the critic D of pictures")
    use_code_critic: bool = param(True, "Keep the critic C of codes")
    code_hidden: tuple[int, ...] = param((700, 700), "Units per hidden layer of the code critic")
    batch_norm: bool = param(False, "Batch-normalise all nets but the code critic")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.use_l1 and not (self.use_critic and self.use_code_critic):
            raise ValueError("without the reconstruction term both critics are needed")

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        return super().tiny(**(dict(code_hidden=(8,)) | sizes))


@register(points=True)
class AlphaGAN(LatentModel):
    """Each of four networks minimises its own part, L1 = λ mean|x - G(E(x))|:

    - encoder E: L1 - log C(E(x));
    - generator G: L1 - log D(G(E(x))) - log D(G(z));
    - critic D: -log D(x) - log(1 - D(G(E(x)))) - log(1 - D(G(z)));
    - code critic C: -log C(z) - log(1 - C(E(x))), z from the prior.

    https://arxiv.org/abs/1706.04987. C is the probability that a code came from the *prior*; the
    paper's first version had the two exchanged. Departure: the non-saturating losses alone, not
    the ratio log D/(1 - D). Without one of its terms it is near an AAE (no D), a VAE/GAN (no C)
    or a GAN with an encoder (no L1).
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "encoder": ("encoder",),
        "generator": ("generator",),
        "critic": ("critic",),
        "code_critic": ("code_critic",),
    }
    training_only = ("critic", "code_critic")
    betas = (0.5, 0.9)
    objective = Objective(
        formulas={
            "encoder": "λ |x − G(E(x))| − log C(E(x))",
            "generator": "λ |x − G(E(x))| − log D(G(E(x))) − log D(G(z))",
            "critic": "−log D(x) − log(1 − D(G(E(x)))) − log(1 − D(G(z)))",
            "code_critic": "−log C(z) − log(1 − C(E(x)))",
        },
        terms={
            "encoder_loss": "λ |x − G(E(x))| − log C(E(x))",
            "recon_l1": "|x − G(E(x))|",
            "generator_loss": "λ |x − G(E(x))| − log D(G(E(x))) − log D(G(z))",
            "critic_loss": "−log D(x) − log(1 − D(G(E(x)))) − log(1 − D(G(z)))",
            "code_critic_loss": "−log C(z) − log(1 − C(E(x)))",
        },
        note=(
            "C says how probably a code came from the prior. Without D it is "
            "near an AAE, without C near a VAE/GAN, without L1 a GAN with an "
            "encoder."
        ),
        switches={
            "L1": "use_l1",
            "D": "use_critic",
            "C": "use_code_critic",
        },
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        norm = config.batch_norm
        self.encoder = build_encoder(config, config.latent_dim, batch_norm=norm)
        self.generator = build_decoder(config, batch_norm=norm)
        self.critic = build_critic(config, batch_norm=norm)
        self.code_critic = flat_critic(config.latent_dim, config.code_hidden)
        self.prior = StandardNormal(config.latent_dim)

    def plan(self, step: int) -> list[str]:
        kept = {"critic": self.config.use_critic, "code_critic": self.config.use_code_critic}
        return [player for player in self.players if kept.get(player, True)]

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.generator.mean(z))

    def loss(self, batch: Tensor, player: str = "encoder") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2].

        Scores are means of D (of real pictures and samples) and of C (of prior and codes).
        """
        if player == "critic":
            return self.critic_terms(batch)
        if player == "code_critic":
            return self.code_critic_terms(batch)
        config = self.config
        z = self.encode(batch).mean
        copy = self.decode(z).mean
        recon_l1 = (batch - copy).abs().mean()
        loss = config.l1_weight * recon_l1 if config.use_l1 else recon_l1.new_zeros(())
        if player == "encoder":
            if config.use_code_critic:
                loss = loss + gan_loss(self.code_critic(z), True)
            return {"loss": loss, "encoder_loss": loss, "recon_l1": recon_l1}
        if config.use_critic:
            sample = self.decode(self.prior.draw(len(batch))).mean
            loss = loss + sum(gan_loss(self.critic(x), True) for x in (copy, sample))
        return {"loss": loss, "generator_loss": loss}

    def critic_terms(self, batch: Tensor) -> Terms:
        with torch.no_grad():
            copy = self.decode(self.encode(batch).mean).mean
            sample = self.decode(self.prior.draw(len(batch))).mean
        real, *made = (self.critic(x) for x in (batch, copy, sample))
        loss = gan_loss(real, True) + sum(gan_loss(logits, False) for logits in made)
        scores = {"score_real": real.sigmoid().mean(), "score_fake": made[1].sigmoid().mean()}
        scores["critic_accuracy"] = _accuracy(real, made[1])
        return {"loss": loss, "critic_loss": loss, **scores}

    def code_critic_terms(self, batch: Tensor) -> Terms:
        with torch.no_grad():
            z = self.encode(batch).mean
        prior, code = self.code_critic(self.prior.draw(len(batch))), self.code_critic(z)
        loss = gan_loss(prior, True) + gan_loss(code, False)
        scores = {"score_prior": prior.sigmoid().mean(), "score_code": code.sigmoid().mean()}
        scores["code_critic_accuracy"] = _accuracy(prior, code)
        return {"loss": loss, "code_critic_loss": loss, **scores}


def _accuracy(positive: Tensor, negative: Tensor) -> Tensor:
    """Share of logits on the right side of 0, both kinds weighing the same."""
    return ((positive > 0).float().mean() + (negative < 0).float().mean()) / 2
