"""Sentence classifier: a bidirectional LSTM, its states pooled by their maximum."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from backend.base import BaseConfig, GenerativeModel, Objective, Terms, param
from backend.distributions.sequence import PAD
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(BaseConfig):
    vocab_size: int = param(8000, "Tokens in the vocabulary", min=5)
    max_len: int = param(25, "Tokens per sentence, <eos> included", min=2, max=200)
    classes: int = param(2, "Classes", min=2)
    embedding_dim: int = param(96, "Size of word embeddings", min=2)
    hidden_dim: int = param(96, "Units of the LSTM, per direction", min=2)
    dropout: float = param(0.4, "Dropout on embeddings and features", min=0, max=0.9)

    @classmethod
    def tiny(cls) -> "Config":
        return cls(vocab_size=12, max_len=6, embedding_dim=8, hidden_dim=8, dropout=0.0)


@register
class TextClassifier(GenerativeModel):
    """Minimises -log p(label | sentence).

    The encoder is the BiLSTM-max of Conneau et al. 2017 (https://arxiv.org/abs/1705.02364),
    small. It is what attacks on text try to mislead.
    """

    config: Config
    capabilities = frozenset({"classify"})
    objective = Objective(
        formulas={"model": "−log p(c|x)"},
        terms={"loss": "−log p(c|x)"},
        note="Attacks on sentences try to mislead it.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.words = nn.Embedding(config.vocab_size, config.embedding_dim, padding_idx=PAD)
        self.rnn = nn.LSTM(
            config.embedding_dim, config.hidden_dim, batch_first=True, bidirectional=True
        )
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(2 * config.hidden_dim, config.classes)

    def logits(self, x: Tensor) -> Tensor:
        """ids [B, T] -> [B, classes]"""
        return self.logits_of(self.words(x), x)

    def logits_of(self, embedded: Tensor, x: Tensor) -> Tensor:
        """The same from word vectors [B, T, E], so that a gradient on words can be asked for."""
        lengths = (x != PAD).sum(1)
        longest = int(lengths.max())
        packed = nn.utils.rnn.pack_padded_sequence(
            self.dropout(embedded[:, :longest]),
            lengths.cpu(),
            batch_first=True,
            enforce_sorted=False,
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return self.output(self.dropout(self.features(states, x[:, :longest])))

    def features(self, states: Tensor, x: Tensor) -> Tensor:
        """States [B, T, 2H] of words [B, T] -> features [B, 2H]."""
        return states.masked_fill((x == PAD)[..., None], -torch.inf).amax(1)

    def loss(self, batch: tuple[Tensor, Tensor], player: str = "model") -> Terms:
        """``batch`` is sentences [B, T] and labels [B]; nats per sentence."""
        x, labels = batch
        logits = self.logits(x)
        nll = nn.functional.cross_entropy(logits, labels)
        accuracy = (logits.argmax(1) == labels).float().mean()
        return {"loss": nll, "nll": nll, "accuracy": accuracy}
