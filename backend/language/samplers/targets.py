"""What a chain over sentences samples from: log π(x) as a sum of named parts."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from cachetools import LRUCache

from backend.language.samplers.contexts import Contexts
from backend.language.samplers.kept import computed
from backend.language.samplers.metropolis_hastings import Score, Tokens

KEPT = 4096  # sentences whose log-probability is kept


class Part(Protocol):
    """One term of log π."""

    name: str

    def log_values(self, sentences: Sequence[Tokens]) -> list[float]:
        """The term of each sentence in nats, 0 where it does not matter, -inf where π is 0."""


class Product:
    """π(x) ∝ Π_i f_i(x)^w_i over ``parts`` with weights (default 1)."""

    def __init__(self, parts: Sequence[Part], weights: dict[str, float] | None = None) -> None:
        self.parts = list(parts)
        self.weights = {part.name: (weights or {}).get(part.name, 1.0) for part in parts}
        if any(not 0 <= w <= 100 for w in self.weights.values()):
            raise ValueError("Weights of the target's parts must lie between 0 and 100.")

    def score(self, sentences: Sequence[Tokens]) -> list[Score]:
        columns = {}
        for part in self.parts:
            weight = self.weights[part.name]
            values = part.log_values(sentences) if weight else [0.0] * len(sentences)
            columns[part.name] = [weight * value for value in values]
        rows = [
            {name: column[i] for name, column in columns.items()} for i in range(len(sentences))
        ]
        return [Score(sum(row.values()), row) for row in rows]


class Fluency:
    """log p(x) under a language model."""

    name = "language model"

    def __init__(self, contexts: Contexts) -> None:
        self.contexts = contexts

    def log_values(self, sentences: Sequence[Tokens]) -> list[float]:
        fitting = [len(tokens) <= self.contexts.longest for tokens in sentences]
        known = [tokens for tokens, fits in zip(sentences, fitting, strict=True) if fits]
        values = iter(self.contexts.log_probs(known) if known else [])
        return [next(values) if fits else -math.inf for fits in fitting]


class Keywords:
    """0 where a sentence holds every keyword as often as given, in any order; else -inf."""

    name = "keywords"

    def __init__(self, keywords: Sequence[int]) -> None:
        self.needed = Counter(keywords)

    def log_values(self, sentences: Sequence[Tokens]) -> list[float]:
        return [0.0 if self.needed <= Counter(tokens) else -math.inf for tokens in sentences]


class Length:
    """0 for a number of words between ``shortest`` and ``longest``; else -inf."""

    name = "length"

    def __init__(self, shortest: int, longest: int) -> None:
        if not 1 <= shortest <= longest:
            raise ValueError(
                f"The length must go from at least 1 up, got {shortest} to {longest} words."
            )
        self.shortest, self.longest = shortest, longest

    def log_values(self, sentences: Sequence[Tokens]) -> list[float]:
        fits = (self.shortest <= len(tokens) <= self.longest for tokens in sentences)
        return [0.0 if ok else -math.inf for ok in fits]


class Judged:
    """log p(x) under a model that reads sentences as text, with tokens of its own."""

    name = "language model"

    def __init__(
        self, log_probs: Callable[[list[str]], list[float]], text: Callable[[Tokens], str]
    ) -> None:
        self.log_probs, self.text = log_probs, text
        self._kept: LRUCache[Tokens, float] = LRUCache(KEPT)

    def log_values(self, sentences: Sequence[Tokens]) -> list[float]:
        return computed(
            self._kept, sentences, lambda missing: self.log_probs([self.text(x) for x in missing])
        )


class WordMeaning:
    """log of how well the words of a sentence are kept: their best cosines, averaged.

    Each content word of the source is compared with all words of x by the language model's
    vectors ``vectors`` [V, E], as the matching of keywords in CGMH (Miao et al. 2019). Departure:
    the mean of the cosines (at least 0.01) in place of their thresholded minimum, so that the
    chain is told which way is up. ``content`` are the source's token ids that carry meaning.
    """

    name = "meaning of words"

    def __init__(self, content: Sequence[int], vectors: np.ndarray) -> None:
        self.vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
        self.source = self.vectors[list(content)]

    def log_values(self, sentences: Sequence[Tokens]) -> list[float]:
        if not len(self.source):
            return [0.0] * len(sentences)
        best = [(self.source @ self.vectors[list(x)].T).max(1).mean() for x in sentences]
        return [math.log(max(0.01, float(value))) for value in best]


class CodeMeaning:
    """log of the cosine (at least 0.01) between the latent codes of a sentence and the source's.

    ``codes`` maps texts to codes [n, D], such as the posterior means of a text VAE; a sentence
    that it cannot read counts as 0.01.
    """

    name = "meaning of codes"

    def __init__(
        self,
        source: str,
        codes: Callable[[list[str]], Sequence[np.ndarray | None]],
        text: Callable[[Tokens], str],
    ) -> None:
        self.codes, self.text = codes, text
        self.source = codes([source])[0]

    def log_values(self, sentences: Sequence[Tokens]) -> list[float]:
        return [self._log_cosine(code) for code in self.codes([self.text(x) for x in sentences])]

    def _log_cosine(self, code: np.ndarray | None) -> float:
        if code is None or self.source is None:
            return math.log(0.01)
        norms = float(np.linalg.norm(code) * np.linalg.norm(self.source))
        return math.log(max(0.01, float(code @ self.source) / max(norms, 1e-12)))


class Closeness:
    """Minus the number of words inserted, deleted or replaced since ``source``."""

    name = "closeness"

    def __init__(self, source: Tokens) -> None:
        self.source = source

    def log_values(self, sentences: Sequence[Tokens]) -> list[float]:
        return [-float(edit_distance(self.source, x)) for x in sentences]


def edit_distance(a: Tokens, b: Tokens) -> int:
    """Fewest insertions, deletions and replacements that turn a into b (Levenshtein 1966)."""
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]
