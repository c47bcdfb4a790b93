"""What every dialogue model shares: it reads a context and decodes a code into a reply to it."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from backend.base import LatentModel, param
from backend.distributions.deterministic import Deterministic
from backend.distributions.sequence import PAD, Sequence
from backend.nets.packed import Packing, last_states
from backend.nets.sequences import SequenceConfig, SequenceDecoder, TiedSoftmax

Batch = tuple[Tensor, Tensor, Tensor]  # context [B, U, T], reply [B, T'], act [B] (-1: unknown)


@dataclass(frozen=True, kw_only=True)
class DialogueConfig(SequenceConfig):
    max_len: int = param(41, "Tokens per turn, <eos> included", min=2, max=200)
    latent_dim: int = param(64, "Size of the code z of a reply", min=0, max=512)
    embedding_dim: int = param(128, "Size of word embeddings, tied to the output layer", min=2)
    encoder_dim: int = param(160, "Units of the encoder of turns", min=2)
    context_dim: int = param(192, "Units of the encoder of the turns so far", min=2)
    decoder_dim: int = param(256, "Units of the decoder", min=2)
    hidden_dim: int = param(192, "Units of the layers between context and code", min=2)

    @classmethod
    def tiny(cls, **sizes: int) -> Self:
        return super().tiny(**({"context_dim": 8, "hidden_dim": 8} | sizes))


class TurnEncoder(nn.Module):
    """Turns as ids [N, T] -> features [N, H]: what a GRU has read after the last token."""

    def __init__(self, config: SequenceConfig, words: TiedSoftmax) -> None:
        super().__init__()
        self.words = words
        self.dropout = nn.Dropout(config.dropout)
        self.rnn = nn.GRU(config.embedding_dim, config.encoder_dim, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        lengths = (x != PAD).sum(1)
        vectors = self.words.vectors()
        if x.device.type == "cpu":
            packing = Packing.of(lengths)
            words = self.dropout(
                nn.functional.embedding(x[packing.rows, packing.columns], vectors)
            )
            return self.dropout(last_states(self.rnn, words, packing))
        # A GRU that reads forward knows nothing of the pads behind the place that is asked.
        embedded = nn.functional.embedding(x[:, : int(lengths.max())], vectors)
        states, _ = self.rnn(self.dropout(embedded))
        return self.dropout(states[torch.arange(len(x), device=x.device), lengths - 1])


class ContextEncoder(nn.Module):
    """Turns [B, U, T], oldest first, -> c [B, C]; turns without a token are not there."""

    def __init__(self, config: DialogueConfig, turns: TurnEncoder) -> None:
        super().__init__()
        self.turns = turns
        self.rnn = nn.GRU(config.encoder_dim, config.context_dim, batch_first=True)

    def forward(self, context: Tensor) -> Tensor:
        said = (context != PAD).any(2)  # [B, U]
        count = said.sum(1)
        if (count == 0).any():
            raise ValueError("a context needs at least one turn")
        read = self.turns(context[said])
        features = read.new_zeros(*said.shape, read.shape[1])
        features[said] = read
        first = (~said).byte().argsort(dim=1, stable=True)  # those that are there, in their order
        features = features.gather(1, first[..., None].expand_as(features))
        if context.device.type == "cpu":
            packing = Packing.of(count)
            return last_states(self.rnn, features[packing.rows, packing.columns], packing)
        states, _ = self.rnn(features[:, : int(count.max())])
        return states[torch.arange(len(count), device=count.device), count - 1]


class DialogueModel(LatentModel):
    """p(reply | z, context) with a code z for what is meant.

    Subclasses give ``prior_of`` and ``posterior_of``, and what they minimise. A context of one
    row serves all rows of what it is given with.
    """

    context = "history"
    reads = "dialogues"
    capabilities = frozenset({"respond"})
    config: DialogueConfig

    def __init__(self, config: DialogueConfig, told: int = 0) -> None:
        """``told`` is how many numbers the decoder is given beside context and code."""
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        self.turns = TurnEncoder(config, words)
        self.history = ContextEncoder(config, self.turns)
        inputs = config.context_dim + config.latent_dim + told
        self.decoder = SequenceDecoder(config, words, inputs)

    @property
    def actions(self) -> tuple[str, ...]:
        """Names of what a reply can be asked to do; none for most models."""
        return ()

    @property
    def tells_acts(self) -> bool:
        """Whether the actions are acts that a code tells: ``act_logits(z, c)`` [B, actions]."""
        return False

    # A method, where the prior of others is a module.
    def prior(self, context: Tensor) -> Distribution:  # type: ignore[override]
        """p(z|context): batch [B], event [D], for context int64 [B, U, T]."""
        return self.prior_of(self.history(context))

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        """q(z|reply, context) for replies int64 [B, T]."""
        c = self._read(context)
        return self.posterior_of(self.turns(x), c.expand(len(x), -1))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Sequence:
        """p(reply|z, context) for z [B, D]."""
        c = self._read(context)
        return self.reply(z, c.expand(len(z), -1))

    def prior_of(self, c: Tensor) -> Distribution:
        """p(z|c) for what was read of the context, c [B, C]."""
        raise NotImplementedError(f"{type(self).__name__} has no prior")

    def posterior_of(self, h: Tensor, c: Tensor) -> Distribution:
        """q(z|h, c) for what was read of the reply, h [B, H], and of the context."""
        raise NotImplementedError(f"{type(self).__name__} has no posterior")

    def reply(self, z: Tensor, c: Tensor) -> Sequence:
        """p(reply|z, c)."""
        return self.decoder(torch.cat([z, c], 1))

    def sample(self, n: int) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} replies to a context only")

    def _read(self, context: Tensor | None) -> Tensor:
        if context is None:
            raise NotImplementedError(f"{type(self).__name__} needs a context")
        return self.history(context)


def nothing(like: Tensor) -> Deterministic:
    """The code of a model without one: [B, 0]."""
    return Deterministic(like.new_zeros(len(like), 0))
