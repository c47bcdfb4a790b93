"""What a language model has read at each gap of a sentence, computed in batches and kept."""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.distributions.sequence import EOS, PAD
from backend.language.samplers.metropolis_hastings import Tokens
from backend.nets.language import LanguageModel


class Contexts:
    """``LanguageModel.contexts`` and log-probabilities of sentences, each computed once.

    Both the proposals and the target ask for the same sentences: this is where they share. Keeps
    the ``limit`` sentences used last.
    """

    def __init__(self, model: LanguageModel, limit: int = 4096) -> None:
        self.model = model
        self.limit = limit
        self.longest = model.max_len - 1  # words
        self._kept: OrderedDict[Tokens, tuple[Tensor, float | None]] = OrderedDict()

    def gaps(self, sentences: Sequence[Tokens]) -> list[Tensor]:
        """Hidden vectors [n + 1, H] of the gaps of each sentence of n words."""
        self._compute(sentences, scored=False)
        return [self._kept[tokens][0] for tokens in sentences]

    def log_probs(self, sentences: Sequence[Tokens]) -> list[float]:
        """log p(x) of each sentence, nats."""
        self._compute(sentences, scored=True)
        return [self._kept[tokens][1] for tokens in sentences]

    @torch.inference_mode()
    def _compute(self, sentences: Sequence[Tokens], scored: bool) -> None:
        def lacks(tokens: Tokens) -> bool:
            return tokens not in self._kept or (scored and self._kept[tokens][1] is None)

        missing = [tokens for tokens in dict.fromkeys(sentences) if lacks(tokens)]
        if missing:
            x = as_ids(missing).to(self.model.device)
            hidden = self.model.contexts(x)
            scores = self._score(x, hidden) if scored else [None] * len(missing)
            for row, tokens in enumerate(missing):
                self._kept[tokens] = hidden[row, : len(tokens) + 1].clone(), scores[row]
        for tokens in sentences:
            self._kept.move_to_end(tokens)
        while len(self._kept) > max(self.limit, len(sentences)):
            self._kept.popitem(last=False)

    def _score(self, x: Tensor, hidden: Tensor) -> list[float]:
        """The sum over words and the end mark; the mark is certain after ``longest`` words."""
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
        sums = log_p.new_zeros(len(x), dtype=torch.float64)
        return sums.index_add(0, rows, log_p.double()).tolist()


def as_ids(sentences: Sequence[Tokens]) -> Tensor:
    """int64 [B, T], ended and padded."""
    rows = [torch.tensor([*tokens, EOS]) for tokens in sentences]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
