"""MHA, attacks on a classifier by Metropolis-Hastings (Zhang et al., 2019).

https://aclanthology.org/P19-1559. The chain samples from π(x) ∝ LM(x) · C(y|x), with y a label
that the sentence does not have: fluent sentences that the classifier takes for y. b-MHA proposes
as CGMH does, and without C it is CGMH; w-MHA also looks at the classifier's gradient.
"""

import math
from collections.abc import Callable, Sequence
from typing import Protocol, Unpack

import numpy as np
import torch
from cachetools import LRUCache
from torch import Tensor, nn

from backend.distributions.sequence import EOS, PAD
from backend.language.samplers.contexts import Contexts
from backend.language.samplers.kept import computed
from backend.language.samplers.metropolis_hastings import Action, Tokens
from backend.language.samplers.proposals import Options, Place, WordProposals

UNK = 3
KEPT = 4096


class Classifier(Protocol):
    """What a victim's model gives; B sentences of T words, vectors of E numbers."""

    words: nn.Embedding

    def __hash__(self) -> int: ...

    def logits(self, x: Tensor) -> Tensor:
        """ids [B, T] -> [B, classes]"""
        ...

    def logits_of(self, embedded: Tensor, x: Tensor) -> Tensor:
        """The same from word vectors [B, T, E]."""
        ...


class Victim:
    """A sentence classifier asked through another model's vocabulary; counts what it is asked.

    ``ids`` maps a token of the attacker to one of the victim (<unk> where it has none). Where the
    victim reads pairs, ``before`` are its ids of the premise and the mark behind it.

    Attributes:
        forward_passes: sentences classified so far.
        gradients: sentences whose gradient was asked for; the forward pass that this takes also
            answers for the sentence's probabilities, so it counts once.
    """

    def __init__(
        self, model: Classifier, ids: Callable[[int], int], before: Sequence[int] = ()
    ) -> None:
        self.model, self.ids, self.before = model, ids, list(before)
        self.forward_passes = self.gradients = 0
        self._log_p: LRUCache[Tokens, np.ndarray] = LRUCache(KEPT)
        self._slopes: LRUCache[tuple[Tokens, int], np.ndarray] = LRUCache(KEPT)

    def log_probs(self, sentences: Sequence[Tokens]) -> list[np.ndarray]:
        """log C(·|x) of each sentence, nats; the last ``KEPT`` asked for are not asked again."""
        return computed(self._log_p, sentences, self._asked)

    @torch.inference_mode()
    def _asked(self, sentences: Sequence[Tokens]) -> np.ndarray:
        self.forward_passes += len(sentences)
        return self.model.logits(self._batch(sentences)).cpu().double().log_softmax(1).numpy()

    def slopes(self, x: Tokens, label: int) -> np.ndarray:
        """∂(-log C(label|x)) / ∂ the vector of each word, float64 [n, E]."""
        key = x, label
        if key not in self._slopes:
            self.forward_passes += x not in self._log_p
            self.gradients += 1
            batch = self._batch([x])
            with torch.inference_mode(False), torch.enable_grad():
                vectors = self.model.words.weight[batch].clone().requires_grad_(True)
                with torch.backends.cudnn.flags(
                    enabled=False
                ):  # it differentiates in training only
                    log_p = self.model.logits_of(vectors, batch).cpu().double().log_softmax(1)[0]
                (slope,) = torch.autograd.grad(-log_p[label], vectors)
            self._log_p.setdefault(x, log_p.detach().numpy())
            first = len(self.before)
            self._slopes[key] = slope[0, first : first + len(x)].cpu().double().numpy()
        return self._slopes[key]

    def vectors(self, vocabulary: int) -> np.ndarray:
        """The victim's vector of each of the attacker's tokens, float64 [V, E]."""
        rows = torch.tensor([self.ids(token) for token in range(vocabulary)])
        return self.model.words.weight.detach()[rows].cpu().double().numpy()

    def _batch(self, sentences: Sequence[Tokens]) -> Tensor:
        rows = [torch.tensor([*self.before, *map(self.ids, x), EOS]) for x in sentences]
        batch = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
        return batch.to(self.model.words.weight.device)


class Misleading:
    """log C(label|x): the part of the target that an attack adds."""

    name = "classifier"

    def __init__(self, victim: Victim, label: int) -> None:
        self.victim, self.label = victim, label

    def log_values(self, sentences: Sequence[Tokens]) -> list[float]:
        return [float(row[self.label]) for row in self.victim.log_probs(sentences)]


class GradientProposals(WordProposals):
    """The proposals of w-MHA, whose probabilities are as exact as those of ``WordProposals``.

    A word is replaced with probability proportional to the norm of its gradient of -log C(label),
    by words reweighted with (1 + cos(-gradient, e' - e)) / 2: those that lead towards the label.
    The same weights from x' give the probability of the way back, at the price of its gradient.
    Insertions and deletions are those of b-MHA, as in the paper.
    """

    def __init__(
        self,
        forward: Contexts,
        backward: Contexts,
        victim: Victim,
        label: int,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(forward, backward, **options)
        self.victim, self.label = victim, label
        self._vectors = victim.vectors(forward.model.config.vocab_size)
        self._squares = (self._vectors**2).sum(1)

    def log_positions(self, x: Tokens, action: Action) -> dict[int, float]:
        found = super().log_positions(x, action)
        if action != "replace" or not found:
            return found
        norms = np.linalg.norm(self.victim.slopes(x, self.label), axis=1)
        weights = {i: float(norms[i]) + 1e-12 for i in found}  # no place becomes impossible
        total = sum(weights.values())
        return {i: math.log(weight / total) for i, weight in weights.items()}

    def log_words(self, places: Sequence[Place]) -> list[np.ndarray]:
        plain = super().log_words(places)
        return [self._reweighed(*pair) for pair in zip(places, plain, strict=True)]

    def _reweighed(self, place: Place, log_q: np.ndarray) -> np.ndarray:
        if place.action != "replace":
            return log_q
        slope = self.victim.slopes(place.tokens, self.label)[place.position]
        old = place.tokens[place.position]
        along = self._vectors @ slope  # e'·slope; differences e' - e are never written out
        squares = self._squares + self._squares[old] - 2 * self._vectors @ self._vectors[old]
        lengths = np.sqrt(squares.clip(0)) * np.linalg.norm(slope)
        cosine = np.zeros(len(along))
        np.divide(along[old] - along, lengths, out=cosine, where=lengths > 1e-9)
        cosine = cosine.clip(-1, 1)
        weighed = log_q + np.log((1 + cosine) / 2 + 1e-9)
        peak = weighed.max()
        return weighed - peak - math.log(np.exp(weighed - peak).sum())
