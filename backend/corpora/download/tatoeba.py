"""Tatoeba's English sentences, as manythings.org packages them."""

import random
from pathlib import Path

from backend.corpora.download.reading import english
from backend.corpora.download.source import Download, Files, Source


def build(downloads: list[Path]) -> Files:
    """The unique English sentences of all zips, shuffled, in a fixed order."""
    ordered = sorted(set().union(*(english(path) for path in downloads)))
    random.Random(0).shuffle(ordered)
    return {"english.txt.gz": ordered}


DOWNLOAD = Download(
    licence="CC BY 2.0 FR; attribution: tatoeba.org and manythings.org/anki",
    home="https://www.manythings.org/anki/",
    megabytes=20,
    sources={
        "fra-eng.zip": Source("https://www.manythings.org/anki/fra-eng.zip"),
        "deu-eng.zip": Source("https://www.manythings.org/anki/deu-eng.zip"),
    },
    built=("english.txt.gz",),
    build=build,
    check="grows with time: no fixed checksum or size",
)
