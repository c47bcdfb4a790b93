"""What a language model has read at each gap of a sentence, computed in batches and kept."""

from collections.abc import Sequence

import torch
from cachetools import LRUCache
from torch import Tensor

from backend.distributions.sequence import EOS, PAD
from backend.language.samplers.kept import computed
from backend.language.samplers.metropolis_hastings import Tokens
from backend.nets.language import LanguageModel


class Contexts:
    """``LanguageModel.contexts`` and log-probabilities of sentences, each computed once.

    Both the proposals and the target ask for the same sentences: this is where they share. Keeps
    the ``limit`` sentences used last.
    """

    def __init__(self, model: LanguageModel, limit: int = 4096) -> None:
        self.model = model
        self.longest = model.max_len - 1  # words
        self._gaps: LRUCache[Tokens, Tensor] = LRUCache(limit)
        self._scores: LRUCache[Tokens, float] = LRUCache(limit)

    def gaps(self, sentences: Sequence[Tokens]) -> list[Tensor]:
        """Hidden vectors [n + 1, H] of the gaps of each sentence of n words."""
        return computed(self._gaps, sentences, lambda missing: self._read(missing)[1])

    def log_probs(self, sentences: Sequence[Tokens]) -> list[float]:
        """log p(x) of each sentence, nats."""
        return computed(self._scores, sentences, self._score)

    @torch.inference_mode()
    def _read(self, sentences: Sequence[Tokens]) -> tuple[Tensor, list[Tensor], Tensor]:
        """Ids [B, T], the gaps of each sentence, and all hidden vectors [B, T, H]."""
        x = as_ids(sentences).to(self.model.device)
        hidden = self.model.contexts(x)
        gaps = [hidden[row, : len(tokens) + 1].clone() for row, tokens in enumerate(sentences)]
        return x, gaps, hidden

    @torch.inference_mode()
    def _score(self, sentences: Sequence[Tokens]) -> list[float]:
        """The sum over words and the end mark; the mark is certain after ``longest`` words."""
        x, gaps, hidden = self._read(sentences)
        self._gaps.update(zip(sentences, gaps, strict=True))  # the proposals ask for them next
        if self.model.backward_order:  # gap i + 1 has read all after word i; gap 0 predicts <eos>
            targets = torch.where(x == EOS, PAD, x)
            first = torch.full_like(x[:, :1], EOS)
            targets = torch.cat([first, targets], 1)[:, : x.shape[1]]
        else:
            targets = x
        counted = targets != PAD
        full = (x != PAD).sum(1) > self.longest
        counted &= ~(full[:, None] & (targets == EOS))
        rows, places = counted.nonzero(as_tuple=True)
        log_p = self.model.token_log_prob(hidden[rows, places], targets[rows, places])
        sums = torch.zeros(len(x), dtype=torch.float64)
        return sums.index_add(0, rows.cpu(), log_p.cpu().double()).tolist()


def as_ids(sentences: Sequence[Tokens]) -> Tensor:
    """int64 [B, T], ended and padded."""
    rows = [torch.tensor([*tokens, EOS]) for tokens in sentences]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
