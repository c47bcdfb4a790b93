"""Splits of corpora that come without: by a hash of the words, whatever the order of a file."""

import hashlib


def split_of(tokens: tuple[str, ...]) -> str:
    """The split of a sentence, from its tokens alone: 2 % each are held out."""
    bucket = hashlib.blake2b(" ".join(tokens).encode(), digest_size=4).digest()
    percent = int.from_bytes(bucket, "big") % 100
    return "test" if percent < 2 else "validation" if percent < 4 else "train"
