"""Sentences of Yelp reviews: the dev and test files of Shen et al. 2017."""

from pathlib import Path

from backend.corpora.download.reading import lines_of
from backend.corpora.download.source import Download, Files, github

PARTS = tuple(
    f"data/yelp/sentiment.{part}.{label}" for part in ("dev", "test") for label in (0, 1)
)


def build(downloads: list[Path]) -> Files:
    """Tokenised sentences in lower case, one a line; white space is made single spaces."""
    found = {}
    for path in downloads:
        lines = [" ".join(line.split()) for line in lines_of(path.read_bytes())]
        if strange := [line for line in lines if line != line.lower()]:
            raise ValueError(f"{path.name} has a line in capitals, {strange[0][:40]!r}")
        found[f"{path.name}.gz"] = lines
    return found


DOWNLOAD = Download(
    licence="the sentences fall under the terms of the Yelp data set",
    home="https://www.yelp.com/dataset",
    megabytes=10,
    sources=github("shentianxiao/language-style-transfer", "master", *PARTS),
    built=tuple(f"{Path(path).name}.gz" for path in PARTS),
    build=build,
    check="checked line by line",
)
