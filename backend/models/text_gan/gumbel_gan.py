"""Gumbel-softmax GAN: words are drawn softly, so that the critic's slope passes (Kusner, 2016)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from backend.base import Objective, Terms, param
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.sequence import BOS, EOS, PAD
from backend.models.lm import lstm_lm
from backend.nets.text_gans import TextGAN, TextGANConfig
from backend.objectives.divergences import gan_loss
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(TextGANConfig, lstm_lm.Config):
    first_temperature: float = param(2.0, "Temperature τ of the first samples", min=0.01, max=100)
    last_temperature: float = param(0.3, "Temperature τ of the last samples", min=0.01, max=100)
    cooling_steps: int = param(1000, "Steps after likelihood until it is reached", min=1)
    straight_through: bool = param(False, "Show the critic one-hots, with the soft ones' slope")


@register(title="Gumbel-softmax GAN", short="Gumbel GAN")
class GumbelGAN(TextGAN, lstm_lm.LSTMLM):
    """The critic minimises -E log D(x) - E log(1 - D(x̃)), the generator -E log D(x̃).

    https://arxiv.org/abs/1611.04051. Each word of x̃ is softmax((log G(· | words before) + g) / τ)
    with Gumbel noise g: a draw of G where τ goes to 0, the same for all words where it is large.
    The generator reads the mixture of vectors that it has written. τ falls exponentially; with
    ``straight_through`` the likeliest word is what is shown and read, and only the slope is the
    soft one's. First come ``mle_steps`` of likelihood, then ``critic_steps`` of the critic alone.
    Departures: those two phases, and sentences that end, after which soft pads follow.
    """

    config: Config
    objective = Objective(
        formulas={
            "critic": "−E log D(x) − E log(1 − D(x̃))",
            "generator": "−log G(x),   then −E log D(x̃), x̃_t = softmax((log G + g)/τ)",
        },
        terms={
            "critic_loss": "−E log D(x) − E log(1 − D(x̃))",
            "nll": "−log G(x)",
            "generator_loss": "−E log D(x̃)",
        },
        note="Samples are mixtures of words; the lower τ is, the fewer words share a place.",
    )

    @property
    def temperature(self) -> float:
        """τ at the current step."""
        config = self.config
        done = (self.step - config.mle_steps - config.critic_steps) / config.cooling_steps
        share = min(max(done, 0.0), 1.0)
        return config.first_temperature ** (1 - share) * config.last_temperature**share

    def made(self, n: int) -> Tensor:
        return self.relaxed(n, self.temperature, hard=self.config.straight_through)

    def relaxed(self, n: int, temperature: float, hard: bool = False) -> Tensor:
        """``n`` samples as soft one-hots [n, max_len, V], of which each place adds up to 1.

        ``hard`` ones are one-hots with the slope of the soft ones.
        """
        state, vectors = self.start(n), self.words.vectors()
        embedded = vectors[BOS].expand(n, 1, -1)
        pad, end = (one_hot(torch.tensor(i), len(vectors)).to(vectors) for i in (PAD, EOS))
        alive = vectors.new_ones(n, 1)  # the share of each sentence that has not ended
        places = []
        for place in range(self.max_len):
            word = end.expand(n, -1)
            if place < self.max_len - 1:
                hidden, state = self.read(embedded, state)
                word = self._word(self.log_probs(hidden[:, 0]), temperature, hard)
            places.append(alive * word + (1 - alive) * pad)
            alive = alive * (1 - word[:, EOS, None])
            embedded = (word @ vectors)[:, None]
        return torch.stack(places, 1)

    @staticmethod
    def _word(log_p: Tensor, temperature: float, hard: bool) -> Tensor:
        """One-hots [n, V] of one place, soft or hard."""
        soft = DiscreteVariables(log_p[:, None], temperature).rsample()
        if not hard:
            return soft
        return one_hot(soft.argmax(1), soft.shape[1]).to(soft) + soft - soft.detach()

    def adversarial(self, n: int) -> Terms:
        loss = gan_loss(self.critic(self.made(n)), True)
        return {"loss": loss, "generator_loss": loss}
