"""Tatoeba: about 200,000 short English sentences (CC BY 2.0, tatoeba.org)."""

import gzip
import hashlib

from backend.corpora.location import Split, corpus_file
from backend.processors.text import tokenize


def files(dataset: str) -> list[str]:
    return ["tatoeba/english.txt.gz"]


def load(dataset: str = "tatoeba") -> dict[str, Split]:
    """Sentences as written. A sentence's split is a hash of its tokens: 2 % each are held out.

    Sentences that differ in capitals or spacing alone have the same tokens, so no sentence is
    in two splits, however the file is ordered.
    """
    with gzip.open(corpus_file(files(dataset)[0]), "rt", encoding="utf-8") as lines:
        unique = {tuple(tokenize(line)): line.strip() for line in lines if line.strip()}
    splits: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for tokens, line in unique.items():
        splits[split_of(tokens)].append(line)
    return {name: Split(items, None) for name, items in splits.items()}


def split_of(tokens: tuple[str, ...]) -> str:
    """The split of a sentence, from its tokens alone."""
    bucket = hashlib.blake2b(" ".join(tokens).encode(), digest_size=4).digest()
    percent = int.from_bytes(bucket, "big") % 100
    return "test" if percent < 2 else "validation" if percent < 4 else "train"
