"""SMD: turns of a driver and an in-car assistant (Eric et al., SIGDIAL 2017), lower case."""

import gzip
import json

from backend.corpora.location import Split, corpus_file

FILES = {"train": "train", "validation": "dev", "test": "test"}


def files(dataset: str) -> list[str]:
    return [f"smd/{name}.normalised.jsonl.gz" for name in FILES.values()]


def load(dataset: str = "smd") -> dict[str, Split]:
    """The published splits, turn by turn, with entities joined by "_" (550_alester_ave).

    Tags: ``domain`` (schedule, weather, navigate) and ``speaker`` (driver, assistant).
    """
    return {split: _read(path) for split, path in zip(FILES, files(dataset), strict=True)}


def _read(name: str) -> Split:
    with gzip.open(corpus_file(name), "rt", encoding="utf-8") as lines:
        dialogues = [json.loads(line) for line in lines]
    turns = [(d["domain"], t["speaker"], t["text"]) for d in dialogues for t in d["turns"]]
    domain, speaker, text = (list(column) for column in zip(*turns, strict=True))
    return Split(text, None, {"domain": domain, "speaker": speaker})
