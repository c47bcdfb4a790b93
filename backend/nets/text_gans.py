"""What GANs of sentences share: likelihood first, then a game against a critic."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import torch
from torch import Tensor

from backend.base import Terms, param
from backend.distributions.sequence import PAD, Sequence
from backend.nets.critics import sentence_critic
from backend.nets.language import LanguageConfig, LanguageModel
from backend.objectives.divergences import gan_loss


@dataclass(frozen=True, kw_only=True)
class TextGANConfig(LanguageConfig):
    mle_steps: int = param(1500, "Steps of likelihood that the generator begins with", min=0)
    critic_steps: int = param(300, "Steps that the critic then has for itself", min=0)
    critic_updates: int = param(2, "Steps of the critic for one of the generator", min=1, max=20)
    critic_maps: int = param(32, "Feature maps of the critic for each width of window", min=1)
    dropout: float = param(0.0, "Dropout; it also disturbs what is drawn", min=0, max=0.9)

    if TYPE_CHECKING:
        embedding_dim: int

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        small: dict[str, Any] = {"embedding_dim": 8, "hidden_dim": 8, "critic_maps": 4}
        phases = {"mle_steps": 0, "critic_steps": 0}
        return cls(**({"vocab_size": 12, "max_len": 6} | small | phases | sizes))


class TextGAN(LanguageModel):
    """A language model with a critic: beside the class that gives the generator's nets.

    Subclasses say what the generator makes for the critic (``made``), and what it minimises
    against it (``adversarial``). Sentences are in the generator's reading order throughout.
    """

    config: TextGANConfig
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "critic": ("critic",),
        "generator": ("words", "rnn", "output"),
    }

    def __init__(self, config: TextGANConfig) -> None:
        super().__init__(config)
        sizes = config.vocab_size, config.max_len, config.embedding_dim, config.critic_maps
        self.critic = sentence_critic(*sizes)

    def made(self, n: int) -> Tensor:
        """``n`` samples for the critic: ids [n, max_len], or soft one-hots [n, max_len, V]."""
        return Sequence(self, self.start(n), n).generate(1.0)

    def adversarial(self, n: int) -> Terms:
        """Terms of the generator against the critic, over ``n`` samples."""
        raise NotImplementedError

    def plan(self, step: int) -> list[str]:
        """The generator alone, the critic alone, then both in turn."""
        if step < self.config.mle_steps:
            return ["generator"]
        if step < self.config.mle_steps + self.config.critic_steps:
            return ["critic"]
        return ["critic"] * self.config.critic_updates + ["generator"]

    def loss(self, batch: Tensor, player: str = "critic") -> Terms:
        """``batch`` is int64 [B, T]. ``nll``, nats per sentence, is reported in each phase."""
        if player == "critic":
            return self._critic_loss(batch)
        if self.step < self.config.mle_steps:
            return super().loss(batch)
        # With its slope, which is not in this phase's loss but in the first one's.
        return self.adversarial(len(batch)) | {"nll": -self.log_prob(batch).mean()}

    def _critic_loss(self, batch: Tensor) -> Terms:
        with torch.no_grad():
            made = self.made(len(batch))
        missing = self.max_len - batch.shape[1]
        x = torch.nn.functional.pad(self._ordered(batch), (0, missing), value=PAD)
        real, fake = self.critic(x), self.critic(made)
        loss = gan_loss(real, True) + gan_loss(fake, False)
        scores = {"score_real": real.sigmoid().mean(), "score_fake": fake.sigmoid().mean()}
        return {"loss": loss, "critic_loss": loss, **scores}
