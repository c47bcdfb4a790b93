"""LSTM language model: next-word prediction (Mikolov et al., 2010; Sundermeyer et al., 2012)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from backend.base import Objective, param
from backend.nets.language import DIRECTION, Direction, LanguageConfig, LanguageModel
from backend.nets.sequences import TiedSoftmax
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(LanguageConfig):
    vocab_size: int = param(8000, "Tokens in the vocabulary, sorted by falling frequency", min=5)
    max_len: int = param(25, "Tokens per sentence, <eos> included", min=2, max=200)
    embedding_dim: int = param(128, "Size of word embeddings, tied to the output layer", min=2)
    hidden_dim: int = param(192, "Units of the LSTM", min=2)
    dropout: float = param(0.2, "Dropout on embeddings and outputs", min=0, max=0.9)
    direction: Direction = DIRECTION

    @classmethod
    def tiny(cls) -> "Config":
        return cls(vocab_size=12, max_len=6, embedding_dim=8, hidden_dim=8, dropout=0.0)


@register(short="LSTM")
class LSTMLM(LanguageModel):
    """Minimises -Σ_t log p(x_t | x_<t), in nats per sentence.

    http://www.isca-archive.org/interspeech_2012/sundermeyer12_interspeech.html. Departures: one
    layer, embeddings tied to the output, adaptive softmax; ``direction`` "backward" reads
    sentences from their end.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−Σ_t log p(x_t | words before)"},
        terms={"nll": "−Σ_t log p(x_t | words before)"},
        note="Exact log-probabilities; a backward model reads each sentence from its end.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        self.rnn = nn.LSTM(config.embedding_dim, config.hidden_dim, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.hidden_dim, config.embedding_dim)

    def start(self, batch: int) -> Tensor:
        return self.output.weight.new_zeros(batch, 2 * self.config.hidden_dim)

    def hidden(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return self.read(self.words.embed(inputs), state)

    def read(self, embedded: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """``hidden`` of words that are given as vectors [B, T, E]."""
        h, c = (part[None].contiguous() for part in state.chunk(2, dim=1))
        out, (h, c) = self.rnn(self.dropout(embedded), (h, c))
        return self.output(self.dropout(out)), torch.cat([h[0], c[0]], 1)

    def token_log_prob(self, hidden: Tensor, targets: Tensor) -> Tensor:
        return self.words.token_log_prob(hidden, targets)

    def log_probs(self, hidden: Tensor) -> Tensor:
        return self.words.log_probs(hidden)
