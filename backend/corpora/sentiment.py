"""Sentences with a sentiment, 0 negative or 1 positive: Yelp reviews and the SST-2 phrases."""

import gzip

import numpy as np

from backend.corpora.location import Split, corpus_file
from backend.corpora.tatoeba import split_of
from backend.processors.text import tokenize

YELP = tuple(f"yelp-sentences/sentiment.{part}.{y}.gz" for part in ("dev", "test") for y in (0, 1))
SST2 = {"train": "train", "validation": "dev", "test": "test"}


def files(dataset: str) -> list[str]:
    return list(YELP) if dataset == "yelp" else [f"sst2/{part}.tsv.gz" for part in SST2.values()]


def load(dataset: str) -> dict[str, Split]:
    """``yelp``: Shen et al. 2017, 2 % each held out by a hash; ``sst2``: the published splits.

    A sentence that occurs with both labels is left out of ``yelp``.
    """
    if dataset == "yelp":
        return _yelp()
    splits = {}
    for split, name in zip(SST2, files(dataset), strict=True):
        rows = [line.rstrip("\n").split("\t", 1) for line in _lines(name)]
        splits[split] = Split(
            [text.strip() for _, text in rows], np.array([int(label) for label, _ in rows])
        )
    return splits


def _yelp() -> dict[str, Split]:
    found: dict[tuple[str, ...], tuple[str, set[int]]] = {}
    for name in YELP:
        for line in _lines(name):
            entry = found.setdefault(tuple(tokenize(line)), (line.strip(), set()))
            entry[1].add(int(name[-4]))
    rows: dict[str, list[tuple[str, int]]] = {"train": [], "validation": [], "test": []}
    for tokens, (text, labels) in found.items():
        if tokens and len(labels) == 1:
            rows[split_of(tokens)].append((text, labels.pop()))
    return {
        split: Split([text for text, _ in part], np.array([label for _, label in part]))
        for split, part in rows.items()
    }


def _lines(name: str) -> list[str]:
    with gzip.open(corpus_file(name), "rt", encoding="utf-8") as lines:
        return lines.readlines()
