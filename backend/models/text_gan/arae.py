"""ARAE: an auto-encoder of sentences, and a generator of codes beside it (Zhao et al., 2018)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.distributions.von_mises_fisher import unit
from backend.nets.critics import flat_critic
from backend.nets.points import mlp
from backend.nets.sequences import SequenceConfig, SequenceDecoder, SequenceEncoder, TiedSoftmax
from backend.objectives.divergences import gradient_penalty
from backend.objectives.priors import MadeDirections
from backend.registry import register

EVERY = 100  # steps between two that lower the noise


@dataclass(frozen=True, kw_only=True)
class Config(SequenceConfig):
    latent_dim: int = param(64, "Size of the code z, whose length is 1", min=2, max=512)
    noise_dim: int = param(32, "Numbers s that the generator makes a code of", min=1, max=512)
    code_hidden: tuple[int, ...] = param((128, 128), "Units per hidden layer of the generator")
    critic_hidden: tuple[int, ...] = param((256, 256), "Units per hidden layer of the critic")
    noise: float = param(
        0.1, "Standard deviation σ of the noise on the codes that are decoded", min=0, max=2
    )
    noise_kept: float = param(
        0.995, "Share of that noise which is left after each 100 steps", min=0, max=1
    )
    encoder_weight: float = param(
        1.0, "Weight λ of the critic's score in what the encoder minimises", min=0, max=1000
    )
    penalty_weight: float = param(10.0, "Weight λ_p of the gradient penalty", min=0, max=1000)
    critic_steps: int = param(5, "Steps of the critic for each of the others", min=1, max=100)

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        small: dict[str, Any] = {"noise_dim": 2, "code_hidden": (8,), "critic_hidden": (8,)}
        return super().tiny(**(small | sizes))


@register(short="ARAE")
class ARAE(LatentModel):
    """Algorithm 1 of https://arxiv.org/abs/1706.04223, with the codes e(x) on the unit sphere:

    - critic: E f(g(s)) - E f(e(x)) + λ_p E (|∇f(ẑ)| - 1)²: it *raises* the scores of codes;
    - generator: -E f(g(s)), s ~ N(0, I);
    - autoencoder: -E log p(x | e(x) + σ ε) + λ E f(e(x)): the encoder *lowers* those scores.

    So generator and encoder both shrink what the critic makes of the Wasserstein distance between
    codes and samples, from either side. Nothing passes through a word. As in the released code
    the critic sees codes without noise, and σ is lowered every hundred steps. Departures: a
    gradient penalty in place of clipped weights, also as in the released code, but with a
    gradient of each sample's own and no batch normalisation; g(s) is scaled to length 1 too; the
    encoder's two gradients are added in one step, where Algorithm 1 takes two; Adam for all; GRUs
    with tied embeddings. With λ = 0 it is a plain auto-encoder, with a GAN of its codes beside it.
    """

    config: Config
    prior: MadeDirections
    capabilities = frozenset({"sample", "encode", "decode", "spherical"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "critic": ("critic",),
        "generator": ("prior",),
        "autoencoder": ("encoder", "decoder"),
    }
    training_only = ("critic",)
    betas = (0.5, 0.9)
    objective = Objective(
        formulas={
            "critic": "E f(g(s)) − E f(e(x)) + λ_p E (|∇f(ẑ)| − 1)²",
            "generator": "−E f(g(s))",
            "autoencoder": "−E log p(x|e(x) + σ ε) + λ E f(e(x))",
        },
        terms={
            "critic_loss": "E f(g(s)) − E f(e(x))",
            "penalty": "E (|∇f(ẑ)| − 1)²",
            "generator_loss": "−E f(g(s))",
            "recon_nll": "−E log p(x|e(x) + σ ε)",
            "encoder_loss": "E f(e(x))",
        },
        note="The game is among codes, which are continuous: no gradient has to pass a word.",
    )
    _seen: tuple[int, Tensor, Tensor] | None = None

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        self.encoder = SequenceEncoder(config, words, config.latent_dim)
        self.decoder = SequenceDecoder(config, words)
        layers = mlp(config.noise_dim, *config.code_hidden, config.latent_dim)
        self.prior = MadeDirections(layers, config.noise_dim, config.latent_dim)
        self.critic = flat_critic(config.latent_dim, config.critic_hidden)

    @property
    def sigma(self) -> float:
        """σ at the current step."""
        return self.config.noise * self.config.noise_kept ** (self.step // EVERY)

    def plan(self, step: int) -> list[str]:
        """The auto-encoder comes last: what the critic reads of a batch stays as it is."""
        return ["critic"] * self.config.critic_steps + ["generator", "autoencoder"]

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(unit(self.encoder(x)))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "autoencoder") -> Terms:
        """``batch`` is int64 [B, T]; the reconstruction is in nats per sentence.

        Noise is put on codes in training alone.
        """
        if player == "critic":
            return self.critic_terms(self._codes_once(batch))
        if player == "generator":
            loss = -self.critic(self.prior.draw(len(batch))).mean()
            return {"loss": loss, "generator_loss": loss}
        z = self.encode(batch).mean
        noisy = z + self.sigma * torch.randn_like(z) if self.training else z
        recon_nll = -self.decode(noisy).log_prob(batch).mean()
        score = self.critic(z).mean()
        total = recon_nll + self.config.encoder_weight * score
        return {"loss": total, "recon_nll": recon_nll, "encoder_loss": score}

    def critic_terms(self, real: Tensor) -> Terms:
        """Of codes of data, [B, D]."""
        with torch.no_grad():
            made = self.prior.draw(len(real))
        gap = self.critic(made).mean() - self.critic(real).mean()
        penalty = gradient_penalty(self.critic, real, made)
        total = gap + self.config.penalty_weight * penalty
        return {"loss": total, "critic_loss": gap, "penalty": penalty}

    @torch.no_grad()
    def _codes_once(self, x: Tensor) -> Tensor:
        """The codes of a batch, read once for all moves of the critic in a step."""
        seen = self._seen if self.training else None
        if seen is None or seen[0] != self.step or seen[1] is not x:
            self._seen = seen = self.step, x, self.encode(x).mean
        return seen[2]
