"""A subset of SNLI: 18,000 and 2,000 of its 570,000 pairs."""

import json
from pathlib import Path

from backend.corpora.download.reading import rows
from backend.corpora.download.source import FIXED, Download, Files, github

SNLI_LABELS = {"1": "neutral", "2": "contradiction", "3": "entailment"}


def build(downloads: list[Path]) -> Files:
    """One JSON record per pair, and the unique sentences of all of them."""
    found: Files = {}
    sentences: set[str] = set()
    for path in downloads:
        lines = found[f"{path.stem}.jsonl.gz"] = []
        for _, code, premise, hypothesis in rows(path):
            pair = {"premise": premise.strip(), "hypothesis": hypothesis.strip()}
            sentences.update(pair.values())
            lines.append(json.dumps(pair | {"label": SNLI_LABELS[code]}, ensure_ascii=False))
    return found | {"sentences.txt.gz": sorted(sentences)}


DOWNLOAD = Download(
    licence="CC BY-SA 4.0",
    home="https://nlp.stanford.edu/projects/snli/",
    megabytes=2,
    # 18,000 and 2,000 of the 570,000 pairs.
    sources=github(
        "academic-repository/cat",
        "7248e705e6cf5c7022879ca167e8534ba9e76062",
        "data/snli/train.csv",
        "data/snli/test.csv",
    ),
    built=("train.jsonl.gz", "test.jsonl.gz", "sentences.txt.gz"),
    build=build,
    check=FIXED,
)
