"""Recurrent encoder and decoder of sentences."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, Self, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from backend.base import CodeConfig, param
from backend.distributions.sequence import PAD, Sequence
from backend.nets.packed import packed_gru
from backend.objectives.schedules import schedule

UNK = 3


@dataclass(frozen=True, kw_only=True)
class SequenceConfig(CodeConfig):
    vocab_size: int = param(8000, "Tokens in the vocabulary", min=5)
    max_len: int = param(25, "Tokens per sentence, <eos> included", min=2, max=200)
    latent_dim: int = param(32, "Size of the code z", min=0, max=512)
    embedding_dim: int = param(192, "Size of word embeddings, tied to the output layer", min=2)
    encoder_dim: int = param(256, "Units of the encoder, per direction", min=2)
    decoder_dim: int = param(448, "Units of the decoder", min=2)
    dropout: float = param(0.1, "Dropout on embeddings and outputs", min=0, max=0.9)
    word_dropout: float = param(0.0, "Share of decoder inputs hidden", min=0, max=1)

    @classmethod
    def tiny(cls, **sizes: int) -> Self:
        small = {"latent_dim": 3, "embedding_dim": 8, "encoder_dim": 8, "decoder_dim": 8}
        return cls(**({"vocab_size": 12, "max_len": 6} | small | sizes))


@dataclass(frozen=True, kw_only=True)
class AnnealedConfig(SequenceConfig):
    """Of models whose KL terms count little at first, lest the code collapse."""

    annealing: Literal["constant", "linear", "logistic", "cyclical"] = param(
        "logistic", "How the KL weight rises from 0 to its final value"
    )
    annealing_steps: int = param(2000, "Steps until it is reached", min=1)
    kl_weight: float = param(1.0, "Weight of the KL terms once it has risen", min=0, max=10)

    def annealed(self, step: int) -> float:
        """What share of its final value the KL weight has at a step, 0 to 1."""
        return schedule(self.annealing, step, self.annealing_steps)


class TiedSoftmax(nn.AdaptiveLogSoftmaxWithLoss):
    """Adaptive softmax (Grave et al. 2017, https://arxiv.org/abs/1609.04309) and word embedding.

    Exact and normalised, yet rare words cost only where one of them occurs: token ids must be
    sorted by falling frequency. ``<pad>`` and ``<bos>`` are never predicted, so they have
    embeddings but no output. All other embeddings are the output weights themselves.
    """

    UNPREDICTED = 2  # ids below this have no output

    def __init__(self, vocab_size: int, dim: int) -> None:
        outputs = vocab_size - self.UNPREDICTED
        super().__init__(dim, outputs, [max(1, outputs // 8)], div_value=1.0, head_bias=True)
        self.special = nn.Parameter(torch.empty(self.UNPREDICTED, dim))
        for weight in (self.special, self.head.weight, self._rare()):
            nn.init.normal_(weight, std=dim**-0.5)

    def embed(self, ids: Tensor) -> Tensor:
        """ids [...] -> [..., dim]"""
        if torch.is_grad_enabled():
            return nn.functional.embedding(ids, self.vectors())
        frequent = (ids - self.UNPREDICTED).clamp(0, self.shortlist_size - 1)
        rare = ids - self.UNPREDICTED - self.shortlist_size
        found = torch.where(
            rare[..., None] < 0, self.head.weight[frequent], self._rare()[rare.clamp(min=0)]
        )  # joining the whole vocabulary costs more than all else that a step of decoding does
        special = self.special[ids.clamp(max=self.UNPREDICTED - 1)]
        return torch.where(ids[..., None] < self.UNPREDICTED, special, found)

    def vectors(self) -> Tensor:
        """Embeddings of the whole vocabulary, [V, dim]."""
        frequent = self.head.weight[: self.shortlist_size]
        return torch.cat([self.special, frequent, self._rare()])

    def _rare(self) -> Tensor:
        """Output weights of the words beyond the short list, [V', dim]."""
        return self.tail.get_submodule("0.1").get_parameter("weight")

    def token_log_prob(self, x: Tensor, targets: Tensor) -> Tensor:
        """x [N, dim], targets [N] -> [N], nats."""
        return self(x, targets - self.UNPREDICTED).output

    def log_probs(self, x: Tensor) -> Tensor:
        """x [N, dim] -> [N, V], nats; -inf for tokens that are never predicted."""
        return nn.functional.pad(self.log_prob(x), (self.UNPREDICTED, 0), value=-torch.inf)

    def likeliest(self, x: Tensor, forbid: Collection[int] = ()) -> Tensor:
        """The token [N] to which ``log_probs(x)`` gives most, but for those forbidden.

        All rare words together are one entry of the head: where another has more, so has it than
        each of them, and their scores are left out.
        """
        scores = self.head(x)
        barred = [token - self.UNPREDICTED for token in forbid if token >= self.UNPREDICTED]
        scores[:, [token for token in barred if token < self.shortlist_size]] = -torch.inf
        found = scores.argmax(1) + self.UNPREDICTED
        unsure = found == self.shortlist_size + self.UNPREDICTED
        if unsure.any():
            log_p = self.log_probs(x[unsure])
            log_p[:, list(forbid)] = -torch.inf
            found[unsure] = log_p.argmax(1)
        return found


class SequenceEncoder(nn.Module):
    """Ids [B, T] -> features [B, outputs], from a bidirectional GRU's two last states."""

    def __init__(self, config: SequenceConfig, words: TiedSoftmax, outputs: int) -> None:
        super().__init__()
        self.words = words
        self.dropout = nn.Dropout(config.dropout)
        self.rnn = nn.GRU(
            config.embedding_dim, config.encoder_dim, batch_first=True, bidirectional=True
        )
        self.output = nn.Linear(2 * config.encoder_dim, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.read(self.words.embed(x), (x != PAD).sum(1))

    def read(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """Embeddings [B, T, E], of which ``lengths`` [B] count, to features."""
        kept = self.dropout(embedded[:, : int(lengths.max())])
        inputs: Tensor | PackedSequence = kept
        if (lengths < kept.shape[1]).any():  # packing is slow: training batches are mostly even
            inputs = pack_padded_sequence(
                kept, lengths.cpu(), batch_first=True, enforce_sorted=False
            )
        _, last = self.rnn(inputs)  # [2, B, H]
        return self.output(self.dropout(torch.cat([last[0], last[1]], 1)))


class SequenceDecoder(nn.Module):
    """z [B, D] -> p(x|z); z sets the initial state and enters at each step. D = 0: no code.

    D is ``inputs``, or ``config.latent_dim`` where the code is all that it is given.
    """

    def __init__(
        self, config: SequenceConfig, words: TiedSoftmax, inputs: int | None = None
    ) -> None:
        super().__init__()
        self.words = words
        self.max_len = config.max_len
        self.word_dropout = config.word_dropout
        self.latent_dim = config.latent_dim if inputs is None else inputs
        self.dropout = nn.Dropout(config.dropout)
        self.initial = nn.Linear(self.latent_dim, config.decoder_dim)
        self.rnn = nn.GRU(
            config.embedding_dim + self.latent_dim, config.decoder_dim, batch_first=True
        )
        self.output = nn.Linear(config.decoder_dim, config.embedding_dim)

    def forward(self, z: Tensor) -> Sequence:
        state = torch.cat([torch.tanh(self.initial(z)), z], 1)  # [B, H + D]
        return Sequence(self, state, len(z))

    def hidden(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        hidden, z = state.split([self.rnn.hidden_size, self.latent_dim], dim=1)
        if self.training and self.word_dropout:
            hide = torch.rand(inputs.shape, device=inputs.device) < self.word_dropout
            inputs = inputs.masked_fill(hide, UNK)
        embedded = self.dropout(self.words.embed(inputs))
        if self.training and inputs.device.type == "cpu":
            out, last = self._taught(embedded, z, hidden)
            return self.output(self.dropout(out)), torch.cat([last, z], 1)
        repeated = z[:, None].expand(-1, inputs.shape[1], -1)
        out, last = self.rnn(torch.cat([embedded, repeated], 2), hidden[None].contiguous())
        return self.output(self.dropout(out)), torch.cat([last[0], z], 1)

    def _taught(self, embedded: Tensor, z: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
        """The same states [B, T, H], and the last; what z gives to a gate is found once."""
        batch, steps, size = embedded.shape
        weight, bias = cast(Tensor, self.rnn.weight_ih_l0), cast(Tensor, self.rnn.bias_ih_l0)
        of_words, of_code = weight.split([size, self.latent_dim], 1)
        given = nn.functional.linear(z, of_code, bias)
        gates = nn.functional.linear(embedded.transpose(0, 1), of_words) + given
        states = packed_gru(self.rnn, gates.flatten(0, 1), first, [batch] * steps)
        out = states.unflatten(0, (steps, batch))
        return out.transpose(0, 1), out[-1]

    def token_log_prob(self, hidden: Tensor, targets: Tensor) -> Tensor:
        return self.words.token_log_prob(hidden, targets)

    def log_probs(self, hidden: Tensor) -> Tensor:
        return self.words.log_probs(hidden)

    def likeliest(self, hidden: Tensor, forbid: Collection[int]) -> Tensor:
        return self.words.likeliest(hidden, forbid)
