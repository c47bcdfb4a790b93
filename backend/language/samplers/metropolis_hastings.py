"""Metropolis-Hastings over token sequences; every step can be replayed and explained.

Metropolis et al. 1953, Hastings 1970 (https://doi.org/10.1093/biomet/57.1.97). A sentence is a
tuple of token ids without its end mark. Everything random in step t of a chain comes from one
``random.Random``, made from the seed, the chain and t: a step can be repeated alone.
"""

import math
import random
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

Tokens = tuple[int, ...]


Action = Literal["replace", "insert", "delete", "none"]


class Edit(NamedTuple):
    """What a proposal does to a sentence."""

    action: Action
    position: int  # of the word that is replaced or deleted; of the new word
    old: int | None = None  # token that goes
    new: int | None = None  # token that comes


class Candidate(NamedTuple):
    """A proposed sentence. The two q's belong to the edit and to its inverse, never to sums."""

    tokens: Tokens
    log_forward: float  # log q(edit | x), nats
    log_reverse: float  # log q(inverse edit | x'), nats; -inf if it cannot be undone
    edit: Edit
    words: tuple[tuple[int, float], ...] = ()  # likeliest words at that place, with probabilities


class Score(NamedTuple):
    """log π(x) up to a constant, in nats, and the parts that it is the sum of."""

    total: float
    parts: dict[str, float]


class State(NamedTuple):
    tokens: Tokens
    score: Score


class Info(NamedTuple):
    """One step. The candidate is kept when it was rejected, too."""

    candidate: Candidate
    score: Score  # of the candidate
    log_alpha: float  # log acceptance probability, at most 0
    log_u: float  # log of the uniform number drawn
    accepted: bool


class Target(Protocol):
    def score(self, sentences: Sequence[Tokens]) -> list[Score]:
        """log π of each sentence, in one batch."""


class Proposals(Protocol):
    def propose(
        self, rngs: Sequence[random.Random], sentences: Sequence[Tokens]
    ) -> list[Candidate]:
        """One proposal for each sentence, in one batch."""


def rng_of(seed: int, chain: int, step: int) -> random.Random:
    return random.Random(f"{seed} {chain} {step}")


def init(sentences: Sequence[Tokens], target: Target) -> list[State]:
    """States of chains that start at ``sentences``; raises ``ValueError`` where π is 0."""
    states = [State(*pair) for pair in zip(sentences, target.score(sentences), strict=True)]
    for state in states:
        if state.score.total == -math.inf:
            broken = [name for name, part in state.score.parts.items() if part == -math.inf]
            raise ValueError(
                f"A chain cannot start where the target is 0; here it is because of: "
                f"{', '.join(broken)}."
            )
    return states


def decide(
    rng: random.Random, state: State, move: Candidate, score: Score, temperature: float = 1.0
) -> Info:
    """Accepts with probability min(1, π(x')^(1/T) q(x|x') / (π(x)^(1/T) q(x'|x)))."""
    log_u = -rng.expovariate(1.0)  # -Exp(1) is log U(0, 1)
    if score.total == -math.inf or move.log_reverse == -math.inf:
        return Info(move, score, -math.inf, log_u, False)
    gain = (score.total - state.score.total) / temperature
    log_alpha = min(0.0, gain + move.log_reverse - move.log_forward)
    return Info(move, score, log_alpha, log_u, log_u <= log_alpha)


def step(
    seed: int, number: int, states: Sequence[State], target: Target, proposals: Proposals
) -> tuple[list[State], list[Info]]:
    """Step ``number`` of chains 0, 1, … at once; a pure function of its arguments."""
    rngs = [rng_of(seed, chain, number) for chain in range(len(states))]
    return advance(rngs, states, target, proposals)


def advance(
    rngs: Sequence[random.Random],
    states: Sequence[State],
    target: Target,
    proposals: Proposals,
    temperature: float = 1.0,
) -> tuple[list[State], list[Info]]:
    """One step of each chain with the random numbers given, on π^(1/``temperature``)."""
    moves = proposals.propose(rngs, [state.tokens for state in states])
    scores = target.score([move.tokens for move in moves])
    columns = zip(rngs, states, moves, scores, strict=True)
    infos = [decide(*column, temperature) for column in columns]
    return [after(state, info) for state, info in zip(states, infos, strict=True)], infos


def after(state: State, info: Info) -> State:
    """Where the chain is after a step."""
    return State(info.candidate.tokens, info.score) if info.accepted else state


def run(
    seed: int,
    states: Sequence[State],
    target: Target,
    proposals: Proposals,
    steps: int,
    first: int = 0,
) -> Iterator[tuple[list[State], list[Info]]]:
    """``steps`` steps from number ``first``; stopping the iteration stops the chains."""
    current = list(states)
    for number in range(first, first + steps):
        current, infos = step(seed, number, current, target, proposals)
        yield current, infos
