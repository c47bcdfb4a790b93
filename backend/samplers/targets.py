"""What a chain over sentences samples from: log π(x) as a sum of named parts."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from backend.samplers.contexts import Contexts
from backend.samplers.metropolis_hastings import Score, Tokens


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
