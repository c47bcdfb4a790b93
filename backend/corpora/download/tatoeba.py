"""Tatoeba's English sentences and their translations, as manythings.org packages them."""

import random
from pathlib import Path

from backend.corpora.download.reading import pairs
from backend.corpora.download.source import Download, Files, Source


def build(downloads: list[Path]) -> Files:
    """The unique English sentences of all zips, shuffled, in a fixed order; and the pairs."""
    found = {path.name.partition("-")[0]: pairs(path) for path in downloads}
    ordered = sorted({english for rows in found.values() for english, _ in rows})
    random.Random(0).shuffle(ordered)
    files = {f"eng-{name}.tsv.gz": [f"{a}\t{b}" for a, b in found[name]] for name in found}
    return {"english.txt.gz": ordered, **files}


DOWNLOAD = Download(
    licence="CC BY 2.0 FR; attribution: tatoeba.org and manythings.org/anki",
    home="https://www.manythings.org/anki/",
    megabytes=20,
    sources={
        "fra-eng.zip": Source("https://www.manythings.org/anki/fra-eng.zip"),
        "deu-eng.zip": Source("https://www.manythings.org/anki/deu-eng.zip"),
    },
    built=("english.txt.gz", "eng-fra.tsv.gz", "eng-deu.tsv.gz"),
    build=build,
    check="grows with time: no fixed checksum or size",
)
