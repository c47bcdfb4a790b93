"""Pairs of sentences with an entailment label, from SNLI (a subset) and SICK."""

import json
from collections.abc import Iterator

from backend.corpora.hashed import split_of
from backend.corpora.location import Split, lines
from backend.corpora.record import Corpus

SNLI = {"train": "snli-subset/train.jsonl.gz", "test": "snli-subset/test.jsonl.gz"}
SICK = {"train": "sick/train.jsonl.gz", "validation": "sick/trial.jsonl.gz"}
LABELS = ("entailment", "neutral", "contradiction")
SEPARATOR = "|"


def read() -> dict[str, Split]:
    """Items are "premise | hypothesis"; labels index ``LABELS``.

    Test pairs are SNLI's test pairs, validation pairs SICK's trial pairs and those of 2 % of
    SNLI's train premises. A train pair whose premise is held out is left out.
    """
    import numpy as np

    from backend.processors.text import tokenize  # brings torch

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
    yield from map(json.loads, lines(name))


CORPUS = Corpus(
    read=read,
    files=(*SNLI.values(), *SICK.values()),
    kind="text",
    unit="pair",
    name="SNLI and SICK",
    title="Pairs of sentences, of which the first entails or contradicts the second or neither: "
    "SNLI (20,000 of its 570,000 pairs) and SICK",
    hub_name="snli_sick",
    caution="Sentences are captions of photographs and variants of them. The second sentence "
    "alone gives many labels away, so accuracy says little about understanding. SICK is licensed "
    "for non-commercial use.",
    split="SNLI's test pairs are for test; SICK's trial pairs and those of 2 % of SNLI's premises "
    "are for validation. No premise is in two splits.",
    downloads=("snli-subset", "sick"),
    classes=LABELS,
    ends=("A man is riding a bike.", "A dog is running."),
)
