"""The genetic attack on a classifier of sentences (Alzantot et al., 2018), a baseline for MHA.

https://aclanthology.org/D18-1316. Departures: neighbours of words come from a language model's
own vectors, as counter-fitted ones are not ours to ship, so they may change the meaning; the
language model that filters them looks at both sides of the word.
"""

import math
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from backend.language.samplers.metropolis_hastings import Tokens, rng_of
from backend.language.samplers.mha import Victim
from backend.language.samplers.proposals import Place, WordProposals

POPULATION = 20
NEIGHBOURS, FLUENT = 20, 5  # words near in meaning, and those of them that fit best
TEMPERATURE = 0.3  # of selection


class Generation(NamedTuple):
    number: int
    population: list[Tokens]  # the fittest first
    log_p: list[float]  # log C(label|x) of each

    @property
    def best(self) -> Tokens:
        return self.population[0]


class Neighbours:
    """The nearest words by cosine of ``vectors`` [V, E], without the ``forbidden`` token ids."""

    def __init__(self, vectors: np.ndarray, forbidden: Sequence[int]) -> None:
        self.vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
        self.forbidden = list(forbidden)
        self._found: dict[int, list[int]] = {}

    def of(self, word: int) -> list[int]:
        if word not in self._found:
            self._found[word] = self._search(word)
        return self._found[word]

    def _search(self, word: int) -> list[int]:
        cosine = self.vectors @ self.vectors[word]
        cosine[[*self.forbidden, word]] = -np.inf
        near = np.argsort(-cosine)[:NEIGHBOURS]  # all of them in a small vocabulary
        return [int(i) for i in near if cosine[i] > 0]


class Attack:
    """Populations of sentences that ``victim`` takes ever more for ``label``.

    ``proposals`` say which words are free and how well a word fits between its neighbours.
    """

    def __init__(
        self, victim: Victim, label: int, proposals: WordProposals, neighbours: Neighbours
    ) -> None:
        self.victim, self.label = victim, label
        self.proposals, self.neighbours = proposals, neighbours

    def run(self, seed: int, start: Tokens, generations: int) -> Iterator[Generation]:
        """Generation 0 holds ``start`` with one word replaced in each member.

        A child takes each word from one of two parents, drawn by softmax(C / 0.3) of C(label|x),
        then one of its words is replaced. The fittest lives on unchanged. All sentences have as
        many words as ``start``.
        """
        current = self._ranked(0, self._mutated(rng_of(seed, 0, 0), [start] * POPULATION))
        yield current
        for number in range(1, generations):
            rng = rng_of(seed, 0, number)
            children = [self._child(rng, current) for _ in range(POPULATION - 1)]
            current = self._ranked(number, [current.best, *self._mutated(rng, children)])
            yield current

    def _ranked(self, number: int, population: Sequence[Tokens]) -> Generation:
        scored = zip(population, self._fitness(population), strict=True)
        ranked = sorted(scored, key=lambda pair: -pair[1])
        return Generation(number, [x for x, _ in ranked], [log_p for _, log_p in ranked])

    def _fitness(self, sentences: Sequence[Tokens]) -> list[float]:
        return [float(row[self.label]) for row in self.victim.log_probs(sentences)]

    def _child(self, rng: random.Random, parents: Generation) -> Tokens:
        weights = [math.exp(math.exp(log_p) / TEMPERATURE) for log_p in parents.log_p]
        pair = rng.choices(parents.population, weights, k=2)
        return tuple(rng.choice(words) for words in zip(*pair, strict=True))

    def _mutated(self, rng: random.Random, sentences: Sequence[Tokens]) -> list[Tokens]:
        """Each with one word replaced: of the neighbours that fit best, by the likeliest to win.

        Places with more neighbours are drawn more often. One without any stays as it is.
        """
        places = [self._place(rng, x) for x in sentences]
        moved = [place for place in places if place is not None]
        families = dict(zip(moved, self._families(moved), strict=True))
        asked = list(dict.fromkeys(y for family in families.values() for y in family))
        fitness = dict(zip(asked, self._fitness(asked), strict=True)) if asked else {}
        return [
            max(families[place], key=fitness.__getitem__) if place else x
            for x, place in zip(sentences, places, strict=True)
        ]

    def _place(self, rng: random.Random, x: Tokens) -> Place | None:
        counts = [
            len(self.neighbours.of(word)) if self.proposals.is_free(x, i) else 0
            for i, word in enumerate(x)
        ]
        if not any(counts):
            return None
        return Place(x, "replace", rng.choices(range(len(x)), counts)[0])

    def _families(self, places: Sequence[Place]) -> Iterator[list[Tokens]]:
        """At each place, the sentences with the ``FLUENT`` neighbours that fit best there."""
        for place, log_q in zip(places, self.proposals.log_words(places), strict=True):
            x, i = place.tokens, place.position
            fluent = sorted(self.neighbours.of(x[i]), key=lambda word: -log_q[word])[:FLUENT]
            yield [(*x[:i], word, *x[i + 1 :]) for word in fluent]
