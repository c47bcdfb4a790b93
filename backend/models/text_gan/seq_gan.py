"""SeqGAN: words are actions, and what a critic says of the sentence is their reward (Yu, 2017)."""

from dataclasses import dataclass
from typing import Any, Literal, Self

import torch
from torch import Tensor

from backend.base import Objective, Terms, param
from backend.distributions.sequence import BOS, PAD, Sequence
from backend.models.lm import lstm_lm
from backend.nets.text_gans import TextGAN, TextGANConfig
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(TextGANConfig, lstm_lm.Config):
    rollouts: int = param(4, "Ends that are drawn for each beginning of a sample", min=1, max=64)
    reward: Literal["critic", "constant"] = param(
        "critic", "What a sentence earns: D of it, or 1/2 whatever it is"
    )
    baseline: bool = param(True, "Take off the mean reward of the other samples")

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        return super().tiny(**({"rollouts": 2} | sizes))


@register
class SeqGAN(TextGAN, lstm_lm.LSTMLM):
    """The critic minimises -E log D(x) - E log(1 - D(x̃)), the generator -E D(x̃).

    https://arxiv.org/abs/1609.05473. x̃ is drawn word by word, which no gradient passes; by
    REINFORCE that of -E D(x̃) is the gradient of -Σ_t (Q_t - b_t) log G(x̃_t | x̃_<t). Q_t is the
    mean of D over ``rollouts`` ends that the generator draws after x̃_≤t, and D(x̃) at its end.
    First come ``mle_steps`` of likelihood, then ``critic_steps`` of the critic alone. Departures:
    roll-outs by the generator as it is, not by one that lags behind; b_t, the mean of Q_t over
    the other samples, which changes no expectation; a critic with fewer windows and no highway.
    """

    config: Config
    objective = Objective(
        formulas={
            "critic": "−E log D(x) − E log(1 − D(x̃))",
            "generator": "−log G(x),   then −Σ_t (Q_t − b_t) log G(x̃_t | words before)",
        },
        terms={
            "critic_loss": "−E log D(x) − E log(1 − D(x̃))",
            "nll": "−log G(x)",
            "generator_loss": "−Σ_t (Q_t − b_t) log G(x̃_t | words before)",
        },
        note="No slope passes a word that is drawn: rewards Q weigh the words instead.",
    )

    def adversarial(self, n: int) -> Terms:
        with torch.no_grad():
            x = self.made(n)
            acted = x != PAD
            acted[:, -1] = False  # there the end is certain
            values = self.action_values(x)
            advantages = values - (_mean_of_others(values, acted) if self.config.baseline else 0)
        inputs = torch.cat([torch.full_like(x[:, :1], BOS), x[:, :-1]], 1)
        hidden, _ = self.hidden(inputs, self.start(n))
        log_p = self.token_log_prob(hidden[acted], x[acted])
        loss = -(advantages[acted] * log_p).sum() / n
        return {"loss": loss, "generator_loss": loss, "reward": _last(values, x).mean()}

    def action_values(self, x: Tensor) -> Tensor:
        """Q [n, max_len] of each word of samples x [n, max_len]; 0 at pads."""
        there = (x != PAD).to(self.critic.head.weight)
        if self.config.reward == "constant":
            return 0.5 * there
        values = torch.zeros_like(there)
        lengths = (x != PAD).sum(1)
        places = torch.arange(x.shape[1], device=x.device)
        rows, columns = (places < lengths[:, None] - 1).nonzero(as_tuple=True)
        if len(rows):  # else all have ended before their first word
            begun = x[rows].masked_fill(places > columns[:, None], PAD)
            begun = begun.repeat_interleave(self.config.rollouts, 0)
            ended = Sequence(self, self.start(len(begun)), len(begun)).generate(1.0, begun=begun)
            scores = self.critic(ended).sigmoid()
            values[rows, columns] = scores.view(-1, self.config.rollouts).mean(1)
        values[torch.arange(len(x)), lengths - 1] = self.critic(x).sigmoid()
        return values


def _mean_of_others(values: Tensor, acted: Tensor) -> Tensor:
    """[n, T]: at each place the mean over the other samples that have a word there."""
    total, count = (values * acted).sum(0), acted.sum(0)
    return (total - values) / (count - 1).clamp(min=1)


def _last(values: Tensor, x: Tensor) -> Tensor:
    """[n]: of the end marks of samples x [n, T]."""
    return values.gather(1, (x != PAD).sum(1, keepdim=True) - 1)[:, 0]
