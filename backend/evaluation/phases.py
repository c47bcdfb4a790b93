"""What a language model knows of the toy language, exactly, and along its training.

Beside the weights of each lies ``phases.json``; it is read without torch. All sentences of
``backend.corpora.toy_language`` can be counted, so nothing here is estimated from samples.
"""

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from backend import checkpoint
from backend.corpora import toy_language

if TYPE_CHECKING:
    from backend.nets.language import LanguageModel
    from backend.processors.text import TextProcessor

FILE = "phases.json"
FORMAT_VERSION = 1
DATASET = "toy-language"
ODD = 0.01  # share of the smoothed language that is any words in any order
DRAWS = 10_000  # samples of which it is asked what they cover
EXACT = ("language_nll", "sample_nll", "grammatical", "effective_sentences", "covered")


class Moment(NamedTuple):
    step: int
    values: dict[str, float]  # of EXACT


@dataclass(frozen=True)
class Phases:
    """One checkpoint along its training; ``reference`` is the language itself."""

    moments: list[Moment]
    reference: dict[str, float]


def price() -> float:
    """Nats that the smoothed language asks for a sentence that the grammar does not give.

    Any of the sequences of 1 to ``LONGEST`` words has the same share of ``ODD``.
    """
    words = len({word for sentence in toy_language.language() for word in sentence.split()})
    sequences = sum(words**length for length in range(1, toy_language.LONGEST + 1))
    return math.log(sequences) - math.log(ODD)


def exact(model: "LanguageModel", words: "TextProcessor") -> dict[str, float]:
    """The quantities ``EXACT`` of a model that reads by ``words``, which has all of the language.

    Raises ``ValueError`` where a word of the language is unknown.
    """
    import torch

    language = toy_language.language()
    if missing := {w for s in language for w in words.unknown_words(s)}:
        raise ValueError(f"The model does not know all words: {', '.join(sorted(missing))}.")
    parts = words.encode(list(language)).split(2000)
    with torch.inference_mode():
        log_g = torch.cat([model.log_prob(x.to(model.device)).cpu() for x in parts]).double()
    return quantities(log_g.tolist(), list(language.values()))


def quantities(log_g: list[float], p: list[float]) -> dict[str, float]:
    """``EXACT`` from log-probabilities under G, and probabilities, of all sentences."""
    import numpy as np

    log_of_g, of_p = np.array(log_g), np.array(p)
    g = np.exp(log_of_g)
    mass, dear = g.sum(), price()
    smoothed = (1 - ODD) * of_p + math.exp(-dear)
    within = g / mass
    return {
        "language_nll": float(-(of_p * log_of_g).sum()),
        "sample_nll": float(-(g * np.log(smoothed)).sum() + max(0.0, 1 - mass) * dear),
        "grammatical": float(100 * mass),
        "effective_sentences": float(np.exp(-(within * np.log(within + 1e-300)).sum())),
        "covered": float(100 * (of_p * -np.expm1(DRAWS * np.log1p(-g))).sum()),
    }


def of_the_language() -> dict[str, float]:
    """``EXACT`` of the language itself: what a model would have that has learned it."""
    p = list(toy_language.language().values())
    return quantities([math.log(q) for q in p], p)


def read(name: str) -> Phases:
    """Raises ``KeyError`` for an unknown checkpoint, ``ValueError`` if nothing usable is there."""
    info = checkpoint.info(name)
    try:
        content = json.loads((info.path / FILE).read_text(encoding="utf-8"))
        if content["format_version"] != FORMAT_VERSION:
            raise ValueError(f"its format is version {content['format_version']}, not 1")
        moments = [
            Moment(int(row["step"]), {id: float(row["values"][id]) for id in EXACT})
            for row in content["moments"]
        ]
    except FileNotFoundError:
        raise ValueError(f"Nothing was measured along the training of {name}.") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{FILE} of {name} is damaged: {error}.") from None
    return Phases(moments, of_the_language())
