"""Splits of corpora that come without: by a hash, whatever the order of a file."""

import hashlib
from collections.abc import Iterable

from backend.corpora.location import Split

FEWEST = 200  # held-out items of a split, where that is no more than a tenth


def split_of(tokens: tuple[str, ...]) -> str:
    """The split of a sentence, from its tokens alone: 2 % each are held out."""
    bucket = hashlib.blake2b(" ".join(tokens).encode(), digest_size=4).digest()
    percent = int.from_bytes(bucket, "big") % 100
    return "test" if percent < 2 else "validation" if percent < 4 else "train"


def split_sentences(
    lines: Iterable[str], besides: frozenset[str] = frozenset()
) -> dict[str, Split]:
    """Sentences as written, each once, in the split of their tokens; ``besides`` do not count.

    Of sentences that differ in capitals or spacing alone the last is kept.
    """
    from backend.processors.text import tokenize  # brings torch

    unique = {tuple(tokenize(line)): line.strip() for line in lines if line.strip()}
    splits: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for tokens, line in unique.items():
        splits[split_of(tuple(token for token in tokens if token not in besides))].append(line)
    return {name: Split(items, None) for name, items in splits.items()}


def bucket_of(key: str | bytes) -> float:
    """A number in [0, 1) that depends on what an item is, and on nothing else."""
    data = key.encode() if isinstance(key, str) else key
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") / 2**64


def shares(keys: list[str] | list[bytes]) -> dict[str, list[int]]:
    """Rows of train, validation and test of different items, in their order.

    Those whose hashes are smallest are held out: 2 % for each of the two, or ``FEWEST`` where
    that is more, but a tenth at most, so that a small corpus too can be checked on some items.
    """
    n = len(keys)
    held = max(1, n // 50, min(FEWEST, n // 10))
    order = sorted(range(n), key=lambda row: bucket_of(keys[row]))
    return {
        "train": sorted(order[2 * held :]),
        "validation": sorted(order[held : 2 * held]),
        "test": sorted(order[:held]),
    }
