"""CGMH, constrained sentence generation by Metropolis-Hastings (Miao et al., 2019).

https://arxiv.org/abs/1811.10996. Its chain on the exact kernel is ``metropolis_hastings`` with
``WordProposals``; here is the procedure that the authors released, which is not a
Metropolis-Hastings chain, as a step of its own so that the two can be compared.
"""

import math
import random
from collections.abc import Sequence
from typing import NamedTuple

from backend.language.samplers.metropolis_hastings import (
    Action,
    Candidate,
    Edit,
    Info,
    State,
    Target,
    Tokens,
    after,
    rng_of,
)
from backend.language.samplers.proposals import CANDIDATES, SHOWN, Place, WordProposals

ACTIONS: dict[Action, float] = {"replace": 0.3, "insert": 0.3, "delete": 0.3, "none": 0.1}
PERIOD = 10  # steps between the two thresholds
THRESHOLDS = (0.0, 0.5)  # of π(x') / π(x), below which nothing is accepted


class Scored(NamedTuple):
    """The candidates of one place with their share of the sum of π."""

    words: list[int]
    states: list[State]
    log_shares: list[float]


def paper_step(
    seed: int, number: int, states: Sequence[State], target: Target, proposals: WordProposals
) -> tuple[list[State], list[Info]]:
    """Step ``number`` of the released procedure, for chains 0, 1, … one after the other.

    Positions are swept from left to right. The 100 likeliest words of a place are rescored by π
    and one is drawn by its share. A replacement is accepted whenever π(x') > threshold · π(x),
    the threshold alternating between 0 and 0.5 every ten steps. An insertion needs that, too,
    and is accepted with probability π(x') p_delete / (π(x) p_insert share) · 10 / length; a
    deletion with the reverse. So the share appears although the sweep's place does not, and
    what the chain converges to is not π.
    """
    rngs = [rng_of(seed, chain, number) for chain in range(len(states))]
    return paper_advance(rngs, number, states, target, proposals)


def paper_advance(
    rngs: Sequence[random.Random],
    number: int,
    states: Sequence[State],
    target: Target,
    proposals: WordProposals,
) -> tuple[list[State], list[Info]]:
    """The same with the random numbers given."""
    infos = [
        _paper_info(rng, number, state, target, proposals)
        for rng, state in zip(rngs, states, strict=True)
    ]
    return [after(state, info) for state, info in zip(states, infos, strict=True)], infos


def _paper_info(
    rng: random.Random, number: int, state: State, target: Target, proposals: WordProposals
) -> Info:
    x = state.tokens
    position = number % len(x)
    (action,) = rng.choices(list(ACTIONS), list(ACTIONS.values()))
    free = proposals.is_free(x, position)
    allowed = {
        "replace": free,
        "insert": len(x) < proposals.longest,
        "delete": free and len(x) > proposals.shortest,
    }
    if not allowed.get(action, False):
        stay = Candidate(x, 0.0, 0.0, Edit("none", position))
        return Info(stay, state.score, 0.0, -rng.expovariate(1.0), True)
    if action == "delete":
        move, new, log_alpha = _deletion(state, position, target, proposals)
    else:
        place = Place(x, action, position)
        scored = _candidates(place, target, proposals)
        (index,) = rng.choices(
            range(len(scored.words)), [math.exp(share) for share in scored.log_shares]
        )
        new, share, drawn = scored.states[index], scored.log_shares[index], scored.words[index]
        old = x[position] if action == "replace" else None
        table = sorted(zip(scored.words, scored.log_shares, strict=True), key=lambda w: -w[1])
        move = Candidate(
            new.tokens,
            share,
            -math.inf,  # the procedure has no inverse of its own
            Edit(action, position, old, drawn),
            tuple((w, math.exp(p)) for i, (w, p) in enumerate(table) if i < SHOWN or w == drawn),
        )
        log_alpha = 0.0
        if action == "insert":
            gain = new.score.total - state.score.total - share
            log_alpha = min(0.0, gain + math.log(10 / len(x)))
    log_u = -rng.expovariate(1.0)
    threshold = THRESHOLDS[number // PERIOD % 2]
    passes = new.score.total > state.score.total + (
        math.log(threshold) if threshold else -math.inf
    )
    return Info(move, new.score, log_alpha, log_u, passes and log_u <= log_alpha)


def _deletion(
    state: State, position: int, target: Target, proposals: WordProposals
) -> tuple[Candidate, State, float]:
    x = state.tokens
    y = x[:position] + x[position + 1 :]
    new = State(y, target.score([y])[0])
    scored = _candidates(Place(y, "insert", position), target, proposals, also=x[position])
    share = scored.log_shares[scored.words.index(x[position])]
    log_alpha = new.score.total + share - state.score.total - math.log(10 / len(y))
    move = Candidate(y, 0.0, share, Edit("delete", position, x[position]))
    return move, new, min(0.0, log_alpha)


def _candidates(
    place: Place, target: Target, proposals: WordProposals, also: int | None = None
) -> Scored:
    """The likeliest words of a place by both language models, rescored by π."""
    (log_q,) = proposals.log_words([place])
    order = [int(w) for w in (-log_q).argsort()[:CANDIDATES] if log_q[w] > -math.inf]
    if also is not None and also not in order:
        order.append(also)
    rest = place.gap[1]
    sentences: list[Tokens] = [(*place.tokens[: place.position], w, *rest) for w in order]
    states = [State(*pair) for pair in zip(sentences, target.score(sentences), strict=True)]
    totals = [state.score.total for state in states]
    peak = max(totals)
    if peak == -math.inf:
        return Scored(order, states, [-math.log(len(order))] * len(order))
    log_sum = peak + math.log(sum(math.exp(total - peak) for total in totals))
    return Scored(order, states, [total - log_sum for total in totals])
