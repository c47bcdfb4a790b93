"""Words that mark a mode: their log-odds against all other modes, with an informative prior.

Monroe, Colaresi and Quinn, Fightin' Words, Political Analysis 16(4), 2008, equations 15, 16, 19
and 22. The prior keeps rare words from winning by chance; dividing by the standard deviation keeps
common ones from winning by their number.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

PRIOR = 500.0  # words of the whole collection that each side is taken to have said beforehand
# Words that say how a sentence is built and not what it is about: the closed classes of English,
# and what is left of contractions where a corpus has them cut off.
_FUNCTION_WORDS = """
a an the this that these those some any no each every all both such same other another i me my mine
myself you your yours yourself he him his himself she her hers herself it its itself we us our ours
ourselves they them their theirs themselves one ones who whom whose which what when where why how
there here am is are was were be been being do does did done doing have has had having can could
will would shall should may might must ought and or but nor so if then than because as while though
although until unless whether of in on at by for with about against between into through during
before after above below to from up down out off over under again further not only own too very
just also s t d m re ve ll don doesn didn isn aren wasn weren won wouldn couldn shouldn ca wo ain
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
SURE = 1.96  # standard deviations from which a word is one that marks a mode
MOST = 6


class Keyword(NamedTuple):
    """A word that a mode uses more than the others do."""

    word: str
    z: float  # log-odds ratio in standard deviations
    share: float  # of all times that the word occurs, 0 to 1: those in this mode


def keywords(
    tokens: Sequence[Sequence[str]], modes: np.ndarray, components: int
) -> list[list[Keyword]]:
    """For each of ``components`` modes up to ``MOST`` words, the most telling first.

    All words count, but function words and punctuation are not returned: a mode says more of
    "will" as it says more of the weather.

    Args:
        tokens: the words of each of N items; for pictures what is known of each.
        modes: int [N], the mode of each item.
        components: K.
    """
    names = sorted({token for item in tokens for token in item if token[0].isalnum()})
    ids = {name: i for i, name in enumerate(names)}
    counts = np.zeros((components, len(names)))
    for mode, item in zip(modes.tolist(), tokens, strict=True):
        np.add.at(counts[mode], [ids[token] for token in item if token in ids], 1)
    total = counts.sum(0)
    telling = np.array([name not in FUNCTION_WORDS for name in names], bool)
    return [
        [
            Keyword(names[w], float(z[w]), float(counts[k, w] / total[w]))
            for w in np.argsort(np.where(telling, -z, np.inf), kind="stable")[:MOST]
            if telling[w] and z[w] > SURE
        ]
        for k, z in enumerate(_z_scores(counts))
    ]


def _z_scores(counts: np.ndarray) -> np.ndarray:
    """Log-odds ratios of each mode against the others, in standard deviations; both [K, V]."""
    total = counts.sum(0)
    prior = PRIOR * total / max(total.sum(), 1)
    mine, others = counts + prior, total - counts + prior
    with np.errstate(divide="ignore", invalid="ignore"):  # of a collection of a single word
        log_odds = np.log(mine / (mine.sum(1, keepdims=True) - mine))
        log_odds -= np.log(others / (others.sum(1, keepdims=True) - others))
        z = log_odds / np.sqrt(1 / mine + 1 / others)
    return np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)
