"""SMD: turns of a driver and an in-car assistant (Eric et al., SIGDIAL 2017), lower case."""

import json

from backend.corpora.location import Split, lines
from backend.corpora.record import Corpus

PARTS = {"train": "train", "validation": "dev", "test": "test"}
FILES = {split: f"smd/{part}.normalised.jsonl.gz" for split, part in PARTS.items()}


def read() -> dict[str, Split]:
    """The published splits, turn by turn, with entities joined by "_" (550_alester_ave).

    Tags: ``domain`` (schedule, weather, navigate) and ``speaker`` (driver, assistant).
    """
    return {split: _turns(name) for split, name in FILES.items()}


def _turns(name: str) -> Split:
    dialogues = [json.loads(line) for line in lines(name)]
    turns = [(d["domain"], t["speaker"], t["text"]) for d in dialogues for t in d["turns"]]
    domain, speaker, text = (list(column) for column in zip(*turns, strict=True))
    return Split(text, None, {"domain": domain, "speaker": speaker})


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
    ends=("what s the weather like today", "set a reminder for my meeting on tuesday"),
)
