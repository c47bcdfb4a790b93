"""One-word edits of sentences, with words proposed by a forward and a backward language model."""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypedDict, Unpack

import numpy as np
import torch
from cachetools import LRUCache

from backend.language.samplers.contexts import Contexts
from backend.language.samplers.kept import computed
from backend.language.samplers.metropolis_hastings import Action, Candidate, Edit, Target, Tokens

ACTIONS: tuple[Action, ...] = ("replace", "insert", "delete")
INVERSE: dict[Action, Action] = {"replace": "replace", "insert": "delete", "delete": "insert"}
CANDIDATES = 100  # words rescored by the target at each place
SHOWN = 12  # words of the candidate table
KEPT = 256  # word distributions kept, one number per word of the vocabulary each


Gap = tuple[Tokens, Tokens]  # the words before and after one that comes or goes


class Options(TypedDict, total=False):
    """What ``WordProposals`` can be told beside its models."""

    probabilities: Mapping[str, float]
    keywords: Sequence[int]
    words: tuple[int, int]
    forbidden: Sequence[int]


class Place(NamedTuple):
    """Where an edit of ``tokens`` happens."""

    tokens: Tokens
    action: Action
    position: int

    @property
    def gap(self) -> Gap:
        """Words before and after the word that comes or goes: all that its choice depends on."""
        after = self.position + (self.action != "insert")
        return self.tokens[: self.position], self.tokens[after:]


class WordProposals:
    """Replace, insert or delete one word.

    The action is drawn by ``probabilities`` among those possible, the place uniformly among the
    free ones, the word from q(w) ∝ p→(w | words before) · p←(w | words after), as in CGMH (Miao
    et al. 2019, https://arxiv.org/abs/1811.10996), normalised over the whole vocabulary: so the
    probability of each proposal and of its inverse is known in closed form, and one proposal
    costs one scoring. A replaced word never comes back as itself. A word is free unless it is
    the last occurrence of one of the ``keywords``.

    Args:
        forward, backward: contexts of the two language models, over one vocabulary.
        probabilities: of ``ACTIONS``, in any scale.
        keywords: token ids that a sentence never loses.
        words: the shortest and the longest sentence proposed.
        forbidden: token ids that are never proposed.
    """

    def __init__(
        self,
        forward: Contexts,
        backward: Contexts,
        *,
        probabilities: Mapping[str, float] | None = None,
        keywords: Sequence[int] = (),
        words: tuple[int, int] = (1, 10_000),
        forbidden: Sequence[int] = (0, 1, 2, 3),
    ) -> None:
        self.forward, self.backward = forward, backward
        self.probabilities = dict.fromkeys(ACTIONS, 1.0) | dict(probabilities or {})
        if set(self.probabilities) != set(ACTIONS) or min(self.probabilities.values()) < 0:
            raise ValueError(f"Probabilities are for {', '.join(ACTIONS)} and at least 0.")
        self.keywords = frozenset(keywords)
        self.shortest = words[0]
        self.longest = min(words[1], forward.longest, backward.longest)
        self.forbidden = list(forbidden)
        self._kept: LRUCache[Gap, np.ndarray] = LRUCache(KEPT)

    def propose(
        self, rngs: Sequence[random.Random], sentences: Sequence[Tokens]
    ) -> list[Candidate]:
        """One proposal for each sentence; word distributions of all are computed at once."""
        places = [self._place(*pair) for pair in zip(rngs, sentences, strict=True)]
        columns = zip(rngs, places, self.log_words(places), strict=True)
        return [self._complete(*column) for column in columns]

    def moves(self, x: Tokens) -> Iterator[Candidate]:
        """Every proposal from ``x`` that has a probability above 0."""
        for action in self._actions(x):
            for position in self.log_positions(x, action):
                place = Place(x, action, position)
                (log_q,) = self.log_words([place])
                words = range(len(log_q)) if action != "delete" else [None]
                for word in words:
                    move = self._candidate(place, log_q, word)
                    if move.log_forward > -math.inf:
                        yield move

    def log_words(self, places: Sequence[Place]) -> list[np.ndarray]:
        """log q(w) at each place over the vocabulary, float64 [V]; -inf for what is forbidden."""
        by_gap = {place.gap: place for place in places}
        return computed(
            self._kept,
            [place.gap for place in places],
            lambda missing: self._log_words([by_gap[gap] for gap in missing]),
        )

    @torch.inference_mode()
    def _log_words(self, places: Sequence[Place]) -> np.ndarray:
        """[len(places), V]"""
        read = self.forward.gaps([p.tokens for p in places])
        ahead = [hidden[p.position] for hidden, p in zip(read, places, strict=True)]
        read = self.backward.gaps([p.tokens for p in places])
        behind = [
            hidden[p.position + (p.action != "insert")]
            for hidden, p in zip(read, places, strict=True)
        ]
        log_p = self.forward.model.log_probs(torch.stack(ahead)).cpu().double()
        log_p = log_p + self.backward.model.log_probs(torch.stack(behind)).cpu().double()
        log_p[:, self.forbidden] = -math.inf
        return log_p.log_softmax(1).numpy()

    def _actions(self, x: Tokens) -> dict[Action, float]:
        """Log-probabilities of the actions that are possible in ``x``."""
        possible = {
            "replace": any(self.is_free(x, i) for i in range(len(x))),
            "insert": len(x) < self.longest,
            "delete": len(x) > self.shortest and any(self.is_free(x, i) for i in range(len(x))),
        }
        weights = {a: self.probabilities[a] for a in ACTIONS if possible[a]}
        total = sum(weights.values())
        return {a: math.log(w / total) for a, w in weights.items() if w > 0}

    def log_positions(self, x: Tokens, action: Action) -> dict[int, float]:
        """Gaps for a new word, or words that may go, with their log-probabilities: uniform."""
        gaps = range(len(x) + 1) if action == "insert" else range(len(x))
        found = [i for i in gaps if action == "insert" or self.is_free(x, i)]
        return dict.fromkeys(found, -math.log(len(found)) if found else 0.0)

    def is_free(self, x: Tokens, position: int) -> bool:
        """Whether the word may go: it is no keyword, or not the last of its kind."""
        word = x[position]
        return word not in self.keywords or x.count(word) > 1

    def _place(self, rng: random.Random, x: Tokens) -> Place:
        actions = self._actions(x)
        if not actions:
            raise ValueError("No edit is possible: allow longer sentences or fewer keywords.")
        (action,) = rng.choices(list(actions), [math.exp(log_p) for log_p in actions.values()])
        positions = self.log_positions(x, action)
        weights = [math.exp(log_p) for log_p in positions.values()]
        return Place(x, action, rng.choices(list(positions), weights)[0])

    def _complete(self, rng: random.Random, place: Place, log_q: np.ndarray) -> Candidate:
        if place.action == "delete":
            return self._candidate(place, log_q, None)
        weights = np.exp(log_q)
        if place.action == "replace":
            weights[place.tokens[place.position]] = 0.0
        cumulative = weights.cumsum()
        word = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
        table = _likeliest(weights / cumulative[-1], word)
        return self._candidate(place, log_q, word)._replace(words=table)

    def _candidate(self, place: Place, log_q: np.ndarray, word: int | None) -> Candidate:
        """The edit with the log-probabilities of itself and of its inverse."""
        x, action, position = place
        old = None if action == "insert" else x[position]
        y = x[:position] + (() if word is None else (word,)) + place.gap[1]
        there = Place(y, INVERSE[action], position)  # the inverse edit happens at the same gap
        edit = Edit(action, position, old, word)
        if action == "replace" and word == old:
            return Candidate(y, -math.inf, -math.inf, edit)
        log_there, log_back = self._log_place(place), self._log_place(there)
        log_new = self._log_word(place, log_q, word)
        log_old = -math.inf
        if log_back > -math.inf:
            (log_q_back,) = self.log_words([there])
            log_old = self._log_word(there, log_q_back, old)
        return Candidate(y, float(log_there + log_new), float(log_back + log_old), edit)

    def _log_place(self, place: Place) -> float:
        """Log-probability of this action at this place; -inf where it is not possible."""
        log_action = self._actions(place.tokens).get(place.action, -math.inf)
        if log_action == -math.inf:
            return log_action
        positions = self.log_positions(place.tokens, place.action)
        return log_action + positions.get(place.position, -math.inf)

    def _log_word(self, place: Place, log_q: np.ndarray, word: int | None) -> float:
        """Log-probability that ``word`` comes there; a replaced word never comes back."""
        if word is None:  # a deletion brings none
            return 0.0
        if place.action == "insert":
            return float(log_q[word])
        return float(log_q[word] - _log_others(log_q, place.tokens[place.position]))


class RescoredProposals(WordProposals):
    """The same edits, with words drawn by the target itself from the likeliest ``CANDIDATES``.

    At each place the candidates are those of ``WordProposals`` with the highest q, and one is
    drawn by its share of their sum of π, as CGMH does. All depends on the words around the place
    alone, so both q's are known here too; a word outside the candidates cannot come back. A step
    costs as many scorings as there are candidates.
    """

    def __init__(
        self, forward: Contexts, backward: Contexts, target: Target, **options: Unpack[Options]
    ) -> None:
        super().__init__(forward, backward, **options)
        self.target = target
        self._shares: LRUCache[Gap, np.ndarray] = LRUCache(KEPT)

    def log_words(self, places: Sequence[Place]) -> list[np.ndarray]:
        plain = super().log_words(places)
        return [self._rescored(*pair) for pair in zip(places, plain, strict=True)]

    def _rescored(self, place: Place, log_q: np.ndarray) -> np.ndarray:
        if place.action == "delete":  # it brings no word
            return log_q
        if place.gap not in self._shares:
            words = [int(w) for w in (-log_q).argsort()[:CANDIDATES] if log_q[w] > -math.inf]
            before, after = place.gap
            scores = self.target.score([(*before, word, *after) for word in words])
            totals = np.array([score.total for score in scores])
            shares = np.full(len(log_q), -math.inf)
            if totals.max() > -math.inf:  # else no candidate is possible
                shares[words] = totals - np.logaddexp.reduce(totals)
            else:
                shares[words] = -math.log(len(words))
            self._shares[place.gap] = shares
        return self._shares[place.gap]


def _log_others(log_q: np.ndarray, word: int) -> float:
    """log of the probability that another word than ``word`` is drawn."""
    if log_q[word] < -1e-6:
        return math.log(-math.expm1(log_q[word]))
    return float(np.logaddexp.reduce(np.delete(log_q, word)))  # 1 - p would lose all digits


def _likeliest(q: np.ndarray, drawn: int) -> tuple[tuple[int, float], ...]:
    """The words with the highest probability, and the one that was drawn."""
    top = np.argpartition(-q, min(SHOWN, len(q) - 1))[:SHOWN]
    shown = sorted({int(word) for word in top if q[word] > 0} | {drawn}, key=lambda w: -q[w])
    return tuple((word, float(q[word])) for word in shown)
