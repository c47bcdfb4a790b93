"""Translation with attention: a sentence in another language (Luong et al., 2015)."""

from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from backend.base import BaseConfig, GenerativeModel, Objective, Terms, param
from backend.distributions.sequence import BOS, EOS, PAD, Sequence
from backend.nets.language import OutputLayer
from backend.nets.packed import Packing, packed_gru
from backend.nets.sequences import UNK, TiedSoftmax
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(BaseConfig):
    vocab_size: int = param(8000, "Tokens of both languages", min=5)
    max_len: int = param(26, "Tokens of a pair, its mark and <eos> included", min=2, max=200)
    separator: int = param(4000, "Id of the mark of a pair; words below can be written", min=5)
    embedding_dim: int = param(64, "Size of word embeddings, tied to the output layer", min=2)
    hidden_dim: int = param(192, "Units of the decoder, and of both encoders together", min=2)
    dropout: float = param(0.2, "Dropout on embeddings and outputs", min=0, max=0.9)

    @classmethod
    def tiny(cls) -> "Config":
        return cls(
            vocab_size=12, max_len=6, separator=8, embedding_dim=8, hidden_dim=8, dropout=0.0
        )


class Pair(NamedTuple):
    source: Tensor  # int64 [B, S], the mark at its end included, then padded
    target: Tensor  # int64 [B, T], ended by <eos>, then padded
    begins: Tensor  # int64 [B, 1], where in the pair its target begins


class Looking(NamedTuple):
    """What the decoder makes of some beginnings of translations."""

    states: Tensor  # [B, T, H], of the GRU
    weights: Tensor  # [B, T, S], of the source's places; they add up to 1


@register(title="Translation with attention", short="Softmax")
class Translation(GenerativeModel):
    """Minimises -Σ_t log p(y_t | y_<t, x), in nats per sentence, for pairs "x | y".

    Global attention with the general score, h_tᵀ W h_s, of https://arxiv.org/abs/1508.04025.
    Departures: the source is read in both directions (Bahdanau et al. 2015,
    https://arxiv.org/abs/1409.0473); one GRU in the place of four LSTMs; no input feeding, so
    that all words of a translation are taught at once; embeddings tied to the output, and words
    that both languages have share one; adaptive softmax.
    """

    capabilities = frozenset({"translate"})
    config: Config
    words: OutputLayer
    max_len: int
    backward_order = False
    objective = Objective(
        formulas={"model": "−Σ_t log p(y_t | words before, x)"},
        terms={"nll": "−Σ_t log p(y_t | words before, x)"},
        note="Each word of the translation looks at all words of the source, by shares.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        size, hidden = config.embedding_dim, config.hidden_dim
        self.max_len = config.max_len
        self.words = TiedSoftmax(config.separator, size)
        self.foreign = nn.Embedding(config.vocab_size - config.separator, size)
        nn.init.normal_(self.foreign.weight, std=size**-0.5)
        self.dropout = nn.Dropout(config.dropout)
        self.onward = nn.GRU(size, hidden // 2, batch_first=True)
        self.back = nn.GRU(size, hidden - hidden // 2, batch_first=True)
        self.initial = nn.Linear(hidden, hidden)
        self.score = nn.Linear(hidden, hidden, bias=False)
        self.rnn = nn.GRU(size, hidden, batch_first=True)
        self.combine = nn.Linear(2 * hidden, hidden)
        self.output = nn.Linear(hidden, size)

    def split(self, x: Tensor) -> Pair:
        """The two parts of pairs [B, T]; without a mark all is source, its translation empty.

        Words that only the source's language has cannot be written: they are unknown there.
        """
        places = torch.arange(x.shape[1], device=x.device)
        length = (x != PAD).sum(1, keepdim=True)
        apart = x == self.config.separator
        marked = apart.any(1, keepdim=True)
        at = torch.where(marked, apart.long().argmax(1, keepdim=True), length - 1)
        source = x.masked_fill(places > at, PAD)[:, : int(at.max()) + 1]
        moved = (at + 1 + places).clamp(max=x.shape[1] - 1)
        target = x.gather(1, moved).masked_fill(at + 1 + places >= length, PAD)
        target[:, :1] = torch.where(marked, target[:, :1], EOS)
        target = target.masked_fill(target >= self.config.separator, UNK)
        return Pair(source, target[:, : int((target != PAD).sum(1).max())], at + 1)

    def start(self, source: Tensor) -> Tensor:
        """The decoder's state before the first word, of sources [B, S]: [B, 1 + S, H + 1].

        Row 0 is the GRU's state, the others what was read at each place of the source; the last
        column says where there is one.
        """
        memory = self._read(source)  # [B, S, H]
        there = (source != PAD)[..., None].to(memory.dtype)
        mean = memory.sum(1) / there.sum(1)
        state = torch.cat([torch.tanh(self.initial(mean))[:, None], memory], 1)
        return torch.cat([state, nn.functional.pad(there, (0, 0, 1, 0))], 2)

    def look(self, inputs: Tensor, state: Tensor) -> Looking:
        """What is made of ``inputs`` [B, T], words that are read after ``state``."""
        batch, steps = inputs.shape
        memory, there = state[:, 1:, :-1], state[:, 1:, -1] > 0
        embedded = self.dropout(self.words.embed(inputs)).transpose(0, 1).flatten(0, 1)
        first = state[:, 0, :-1].contiguous()
        states = packed_gru(self.rnn, _gates(self.rnn, embedded), first, [batch] * steps)
        states = states.unflatten(0, (steps, batch)).transpose(0, 1)
        scores = self.score(states) @ memory.transpose(1, 2)
        return Looking(states, scores.masked_fill(~there[:, None], -torch.inf).softmax(2))

    def hidden(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        states, weights = self.look(inputs, state)
        read = weights @ state[:, 1:, :-1]
        out = torch.tanh(self.combine(torch.cat([read, states], 2)))
        after = nn.functional.pad(states[:, -1:], (0, 1))  # not a place of the source
        return self.output(self.dropout(out)), torch.cat([after, state[:, 1:]], 1)

    def token_log_prob(self, hidden: Tensor, targets: Tensor) -> Tensor:
        return self.words.token_log_prob(hidden, targets)

    def log_probs(self, hidden: Tensor) -> Tensor:
        return self.words.log_probs(hidden)

    def translations(self, source: Tensor) -> Sequence:
        """p(y | x) of sources [B, S]."""
        return Sequence(self, self.start(source), len(source))

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T], pairs."""
        source, target, _ = self.split(batch)
        nll = -self.translations(source).log_prob(target).mean()
        return {"loss": nll, "nll": nll}

    def contexts(self, x: Tensor) -> Tensor:
        """What was read before each token of the targets of pairs [B, T], at its place: [B, T, H].

        0 at the sources.
        """
        source, target, begins = self.split(x)
        begin = torch.full_like(target[:, :1], BOS)
        read, _ = self.hidden(torch.cat([begin, target[:, :-1]], 1), self.start(source))
        rows, columns = (target != PAD).nonzero(as_tuple=True)
        places = (rows, (begins[rows, 0] + columns).clamp(max=x.shape[1] - 1))
        return read.new_zeros(*x.shape, read.shape[2]).index_put(places, read[rows, columns])

    def _read(self, source: Tensor) -> Tensor:
        """States [B, S, H] of both directions at each place of the sources; 0 at pads."""
        lengths = (source != PAD).sum(1)
        packing = Packing.of(lengths)
        vectors = torch.cat([self.words.vectors(), self.foreign.weight])
        found = []
        for rnn, columns in (
            (self.onward, packing.columns),
            (self.back, lengths[packing.rows] - 1 - packing.columns),
        ):
            read = self.dropout(nn.functional.embedding(source[packing.rows, columns], vectors))
            states = packed_gru(rnn, _gates(rnn, read), None, packing.sizes)
            table = states.new_zeros(*source.shape, states.shape[1])
            found.append(table.index_put((packing.rows, columns), states))
        return torch.cat(found, 2)


def _gates(rnn: nn.GRU, x: Tensor) -> Tensor:
    """What the inputs x [N, E] give to the gates, [N, 3H]."""
    return nn.functional.linear(x, cast(Tensor, rnn.weight_ih_l0), cast(Tensor, rnn.bias_ih_l0))
