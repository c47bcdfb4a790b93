"""A toy language: a small grammar, so that the probability of every sentence is known."""

import functools
import random
from collections.abc import Iterator, Mapping
from itertools import product

from backend.corpora.hashed import split_of
from backend.corpora.location import Split
from backend.corpora.record import Corpus

LONGEST = 7  # words of a sentence
DRAWS = {"train": 10_000, "validation": 1000, "test": 1000}

Weights = Mapping[str, float]  # "" is no word

DETERMINERS: tuple[Weights, Weights] = (  # of one, of several
    {"the": 0.5, "a": 0.3, "this": 0.2},
    {"the": 0.5, "two": 0.3, "these": 0.2},
)
ADJECTIVES: Weights = {"": 0.6, "small": 0.2, "old": 0.12, "white": 0.08}
NOUNS: Weights = {"cat": 0.35, "dog": 0.25, "bird": 0.2, "horse": 0.12, "king": 0.08}
ALONE: Weights = {"sleep": 0.2, "run": 0.12, "sing": 0.08}  # verbs without an object
TAKING: Weights = {"see": 0.25, "hear": 0.15, "like": 0.12, "follow": 0.08}
ADVERBS: Weights = {"": 0.6, "today": 0.25, "again": 0.15}


@functools.cache
def language() -> dict[str, float]:
    """Every sentence with its probability, which add up to 1.

    Verbs agree with their subject's number across an adjective; what is seen, heard, liked and
    followed differs.
    """
    return dict(_sentences())


def read() -> dict[str, Split]:
    """Draws of the language, always the same, as published corpora are.

    A hash of its words decides the split of a sentence, so train is the language without the
    4 % of its sentences that are held out. A sentence is as frequent there as it is likely.
    """
    sentences = language()
    splits = {}
    for seed, (name, n) in enumerate(DRAWS.items()):
        here = [s for s in sentences if split_of(tuple(s.split())) == name]
        weights = [sentences[s] for s in here]
        splits[name] = Split(random.Random(seed).choices(here, weights, k=n), None)
    return splits


def _sentences() -> Iterator[tuple[str, float]]:
    for number in (0, 1):
        subjects = product(DETERMINERS[number].items(), ADJECTIVES.items(), NOUNS.items())
        for (the, p), (adjective, q), (noun, r) in subjects:
            begin = f"{the} {adjective} {_of(noun, number)}"
            for (end, s), (adverb, t) in product(_predicates(number), ADVERBS.items()):
                words = f"{begin} {end} {adverb}".split()
                yield " ".join(words), 0.5 * p * q * r * s * t


def _predicates(number: int) -> Iterator[tuple[str, float]]:
    """Verbs, each with its object where it takes one; one subject sleeps, several sleep."""
    for verb, p in ALONE.items():
        yield _of(verb, 1 - number), p
    nouns, shares = list(NOUNS), list(NOUNS.values())
    for turn, (verb, p) in enumerate(TAKING.items()):
        preferred = nouns[turn:] + nouns[:turn]
        for (noun, q), of_object in product(zip(preferred, shares, strict=True), (0, 1)):
            yield f"{_of(verb, 1 - number)} the {_of(noun, of_object)}", 0.5 * p * q


def _of(word: str, several: int) -> str:
    """Several nouns, or the verb of one subject, end in s."""
    return f"{word}s" if several else word


CORPUS = Corpus(
    read=read,
    files=(),
    kind="text",
    unit="sentence",
    name="Toy language",
    title="A toy language: 12,000 draws from a grammar of 15,480 sentences",
    hub_name="toy_language",
    caution="The sentences come from a grammar of 34 words, so that their probabilities are "
    "known: cats, dogs, birds, horses and kings. It knows nothing of English beyond that.",
    split="A hash of a sentence's words decides its split; 2 % of all sentences each are held "
    "out.",
    downloads=(),
    ends=("The cat sleeps.", "These old dogs see the king today."),
)
