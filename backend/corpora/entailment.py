"""Pairs of sentences with an entailment label, from SNLI (a subset) and SICK."""

import gzip
import json
from collections.abc import Iterator

import numpy as np

from backend.corpora.location import Split, corpus_file
from backend.corpora.tatoeba import split_of
from backend.processors.text import tokenize

SNLI = {"train": "snli-subset/train.jsonl.gz", "test": "snli-subset/test.jsonl.gz"}
SICK = {"train": "sick/train.jsonl.gz", "validation": "sick/trial.jsonl.gz"}
LABELS = ("entailment", "neutral", "contradiction")
SEPARATOR = "|"


def files(dataset: str) -> list[str]:
    return [*SNLI.values(), *SICK.values()]


def load(dataset: str = "entailment") -> dict[str, Split]:
    """Items are "premise | hypothesis"; labels index ``LABELS``.

    Test pairs are SNLI's test pairs, validation pairs SICK's trial pairs and those of 2 % of
    SNLI's train premises. A train pair whose premise is held out is left out.
    """
    held_out = {
        "test": [(row["premise"], row["hypothesis"], row["label"]) for row in _rows(SNLI["test"])],
        "validation": list(_sick("validation")),
    }
    premises = {tuple(tokenize(row[0])) for part in held_out.values() for row in part}
    train = [(row["premise"], row["hypothesis"], row["label"]) for row in _rows(SNLI["train"])]
    rows = {"train": [], **held_out}
    for row in [*train, *_sick("train")]:
        premise = tuple(tokenize(row[0]))
        if premise not in premises:
            rows["validation" if split_of(premise) == "validation" else "train"].append(row)
    return {
        split: Split(
            [joined(premise, hypothesis) for premise, hypothesis, _ in part],
            np.array([LABELS.index(label) for *_, label in part]),
        )
        for split, part in rows.items()
    }


def joined(premise: str, hypothesis: str) -> str:
    """A pair as one text; a mark that is written in a sentence becomes a comma."""
    plain = (text.strip().replace(SEPARATOR, ",") for text in (premise, hypothesis))
    return f" {SEPARATOR} ".join(plain)


def _sick(split: str) -> Iterator[tuple[str, str, str]]:
    for row in _rows(SICK[split]):
        yield row["sentence1"], row["sentence2"], row["label"]


def _rows(name: str) -> Iterator[dict]:
    with gzip.open(corpus_file(name), "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
