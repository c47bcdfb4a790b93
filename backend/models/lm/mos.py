"""Mixture of softmaxes: next words beyond the rank of one softmax (Yang et al., 2018)."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from backend.base import Objective, param
from backend.models.lm import lstm_lm
from backend.nets.language import OutputLayer
from backend.nets.sequences import TiedSoftmax
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(lstm_lm.Config):
    experts: int = param(5, "Softmaxes that are mixed", min=1, max=50)

    @classmethod
    def tiny(cls) -> "Config":
        return cls(vocab_size=12, max_len=6, embedding_dim=8, hidden_dim=8, dropout=0.0, experts=3)


class Mixed:
    """The output of a decoder that mixes ``config.experts`` softmaxes over the vectors ``words``.

    Its hidden vectors [N, K + K·E] are K weights' logits, and what each softmax is of.
    """

    config: Any
    words: OutputLayer

    def experts(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Of contexts [N, H]: log π [N, K], and each expert's log-probabilities [N, K, V]."""
        log_weights, inputs = self._parts(hidden)
        log_p = self.words.log_probs(inputs.flatten(0, 1))
        return log_weights, log_p.unflatten(0, inputs.shape[:2])

    def token_log_prob(self, hidden: Tensor, targets: Tensor) -> Tensor:
        log_weights, inputs = self._parts(hidden)
        repeated = targets.repeat_interleave(self.config.experts)
        log_p = self.words.token_log_prob(inputs.flatten(0, 1), repeated)
        return (log_weights + log_p.view_as(log_weights)).logsumexp(1)

    def log_probs(self, hidden: Tensor) -> Tensor:
        log_weights, log_p = self.experts(hidden)
        skipped = TiedSoftmax.UNPREDICTED  # -inf under every expert: no slope goes through a sum
        mixed = (log_weights[..., None] + log_p[..., skipped:]).logsumexp(1)
        return nn.functional.pad(mixed, (skipped, 0), value=-torch.inf)

    def _parts(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Log-weights [N, K] and inputs of the shared softmax [N, K, E]."""
        k = self.config.experts
        return hidden[:, :k].log_softmax(1), torch.tanh(hidden[:, k:]).unflatten(1, (k, -1))


@register(title="Mixture of softmaxes", short="MoS")
class MoS(Mixed, lstm_lm.LSTMLM):
    """p(x_t | x_<t) = Σ_k π_k softmax(W tanh(V_k h)); minimises -Σ_t log p, nats per sentence.

    https://arxiv.org/abs/1711.03953. The log-probabilities that a softmax gives in any number of
    contexts, a matrix [contexts, words], have a rank that is bounded by the size of W's vectors;
    the logarithm of a mixture has no such bound. Departures: those of `LSTMLM`, so one layer and
    an adaptive softmax for each expert, over the same W.
    """

    capabilities = lstm_lm.LSTMLM.capabilities | {"experts"}
    config: Config
    objective = Objective(
        formulas={"model": "−Σ_t log Σ_k π_k softmax_k(x_t | words before)"},
        terms={"nll": "−Σ_t log p(x_t | words before)"},
        note="All experts share the words' vectors; the weights π depend on the context.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        width = config.experts * config.embedding_dim
        self.output = nn.Linear(config.hidden_dim, width + config.experts)
