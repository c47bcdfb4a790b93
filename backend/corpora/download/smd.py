"""SMD, in the normalised text that the authors of EER publish."""

import json
from collections.abc import Iterator
from pathlib import Path

from backend.corpora.download.source import FIXED, Download, Files, github


def build(downloads: list[Path]) -> Files:
    """One JSON record per dialogue of each of the files train.txt, dev.txt, test.txt."""
    return {
        f"{path.stem}.normalised.jsonl.gz": [
            json.dumps(record, ensure_ascii=False) for record in _smd_dialogues(path)
        ]
        for path in downloads
    }


def _smd_dialogues(path: Path) -> Iterator[dict]:
    """A dialogue ends with an empty line; it begins with #domain#, and a line of it is

    0 a row of the car's knowledge, its cells separated by tabs
    n what the driver says TAB what the assistant answers TAB entities in the answer
    """
    kept = 0
    for block in path.read_text("utf-8").strip().split("\n\n"):
        head, *lines = block.split("\n")
        if head not in ("#schedule#", "#weather#", "#navigate#"):
            raise ValueError(f"{path.name} has a dialogue that begins with {head[:40]!r}")
        turns, kb = [], []
        for line in lines:
            number, _, rest = line.partition(" ")
            if number == "0":
                kb.append(rest.split("\t"))
                continue
            driver, assistant, _ = rest.split("\t")
            turns.append({"speaker": "driver", "text": driver})
            turns.append({"speaker": "assistant", "text": assistant})
        if turns:  # four dialogues of the train file have none
            yield {
                "id": f"{path.stem}-{kept}",
                "domain": head.strip("#"),
                "turns": turns,
                "kb": kb,
            }
            kept += 1


DOWNLOAD = Download(
    licence="none is stated",
    home="https://nlp.stanford.edu/blog/"
    "a-new-multi-turn-multi-domain-task-oriented-dialogue-dataset/",
    megabytes=3,
    # The normalised text as the authors of EER publish it.
    sources=github(
        "scoyer/EER",
        "fc33de01139644170512c2b39405f33249cb5192",
        *(f"data/KVR/{split}.txt" for split in ("train", "dev", "test")),
    ),
    built=tuple(f"{split}.normalised.jsonl.gz" for split in ("train", "dev", "test")),
    build=build,
    check=FIXED,
)
