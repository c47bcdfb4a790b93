"""SMD: turns of a driver and an in-car assistant (Eric et al., SIGDIAL 2017), lower case."""

import json
from collections.abc import Iterator

from backend.corpora.location import Dialogue, Split, Turn, lines
from backend.corpora.record import Corpus

PARTS = {"train": "train", "validation": "dev", "test": "test"}
FILES = {split: f"smd/{part}.normalised.jsonl.gz" for split, part in PARTS.items()}


def read() -> dict[str, Split]:
    """The published splits, turn by turn, with entities joined by "_" (550_alester_ave).

    Tags: ``domain`` (schedule, weather, navigate) and ``speaker`` (driver, assistant).
    """
    return {split: _turns(name) for split, name in FILES.items()}


def dialogues() -> dict[str, list[Dialogue]]:
    """The published splits; the driver begins, and the two speak in turn."""
    return {split: list(_dialogues(name)) for split, name in FILES.items()}


def _turns(name: str) -> Split:
    turns = [turn for dialogue in _dialogues(name) for turn in dialogue]
    tags = {tag: [turn.tags[tag] for turn in turns] for tag in ("domain", "speaker")}
    return Split([turn.text for turn in turns], None, tags)


def _dialogues(name: str) -> Iterator[Dialogue]:
    for line in lines(name):
        dialogue = json.loads(line)
        yield [
            Turn(t["text"], t["speaker"], {"domain": dialogue["domain"], "speaker": t["speaker"]})
            for t in dialogue["turns"]
        ]


CORPUS = Corpus(
    read=read,
    files=tuple(FILES.values()),
    kind="text",
    unit="turn",
    name="SMD",
    title="SMD, turns of drivers and an in-car assistant, lower case, entities joined by _",
    hub_name="smd",
    caution="Three domains only (calendar, weather, navigation), written by crowd workers for "
    "made-up facts: places, people and appointments in samples mean nothing.",
    split="The published splits of dialogues, turn by turn.",
    downloads=("smd",),
    tags=("domain", "speaker"),
    dialogues=dialogues,
    ends=("what s the weather like today", "set a reminder for my meeting on tuesday"),
)
