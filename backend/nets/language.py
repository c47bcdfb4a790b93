"""What every language model over words shares: both directions, scores, contexts of each place."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal, Protocol

import torch
from torch import Tensor

from backend.base import BaseConfig, GenerativeModel, Terms, param
from backend.distributions.sequence import BOS, EOS, PAD, Sequence

Direction = Literal["forward", "backward"]
DIRECTION: Direction = param("forward", "Reading order: backward predicts x_t from what follows")


def reverse(x: Tensor) -> Tensor:
    """Sentences [B, T] back to front; end marks and pads stay where they are."""
    lengths = ((x != PAD) & (x != EOS)).sum(1, keepdim=True)  # [B, 1]
    places = torch.arange(x.shape[1], device=x.device)
    source = torch.where(places < lengths, lengths - 1 - places, places)
    return x.gather(1, source)


class OutputLayer(Protocol):
    """Vectors of words, and the log-probabilities that they give; E is their size."""

    def embed(self, ids: Tensor) -> Tensor:
        """ids [...] -> [..., E]"""

    def vectors(self) -> Tensor:
        """Embeddings of the whole vocabulary, [V, E]."""

    def token_log_prob(self, x: Tensor, targets: Tensor) -> Tensor:
        """x [N, E], targets [N] -> [N], nats."""

    def log_probs(self, x: Tensor) -> Tensor:
        """x [N, E] -> [N, V], nats; -inf for tokens that are never predicted."""


class LanguageConfig(BaseConfig):
    """Parent of the configurations of language models."""

    if TYPE_CHECKING:
        vocab_size: int
        direction: Direction
        max_len: int


class LanguageModel(GenerativeModel):
    """p(x) word by word, in reading order or back to front (``config.direction``).

    Subclasses give ``hidden``, ``token_log_prob`` and ``log_probs`` (see ``StepDecoder``) and
    ``start``. All of them see a backward model's sentences reversed.
    """

    capabilities = frozenset({"sample", "log_prob"})
    config: LanguageConfig
    words: OutputLayer
    max_len: int

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__(config)
        self.backward_order = config.direction == "backward"
        self.max_len = config.max_len

    def hidden(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        raise NotImplementedError

    def token_log_prob(self, hidden: Tensor, targets: Tensor) -> Tensor:
        raise NotImplementedError

    def log_probs(self, hidden: Tensor) -> Tensor:
        raise NotImplementedError

    def start(self, batch: int) -> Tensor:
        """The state [batch, …] before the first word."""
        raise NotImplementedError

    def sample(self, n: int, temperature: float = 1.0, forbid: Collection[int] = ()) -> Tensor:
        """``n`` draws [n, max_len]; ``temperature`` and ``forbid`` as in ``Sequence.generate``."""
        return self._ordered(Sequence(self, self.start(n), n).generate(temperature, forbid))

    def log_prob(self, x: Tensor) -> Tensor:
        return Sequence(self, self.start(len(x)), len(x)).log_prob(self._ordered(x))

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; minimises -Σ_t log p(x_t | context), nats per sentence."""
        nll = -self.log_prob(batch).mean()
        return {"loss": nll, "nll": nll}

    def contexts(self, x: Tensor) -> Tensor:
        """Hidden vectors [B, T, H] of the gaps of sentences [B, T] with their end marks.

        Entry i of a forward model has read x_<i, of a backward model x_≥i: so the word at t
        lies between forward entry t and backward entry t + 1, and a word put into gap i between
        entries i of both. ``log_probs`` turns entries into log-probabilities of words.
        """
        begin = torch.full_like(x[:, :1], BOS)
        read, _ = self.hidden(torch.cat([begin, self._ordered(x)[:, :-1]], 1), self.start(len(x)))
        if not self.backward_order:
            return read
        lengths = ((x != PAD) & (x != EOS)).sum(1, keepdim=True)
        places = torch.arange(x.shape[1], device=x.device)
        source = torch.where(places <= lengths, lengths - places, places)
        return read.gather(1, source[:, :, None].expand_as(read))

    def _ordered(self, x: Tensor) -> Tensor:
        return reverse(x) if self.backward_order else x
