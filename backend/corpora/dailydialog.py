"""DailyDialog: everyday conversations with dialogue acts and emotions (Li et al., IJCNLP 2017)."""

import gzip
import json

from backend.corpora.location import Split, corpus_file

SPLITS = ("train", "validation", "test")
UNKNOWN = "not labelled"


def files(dataset: str) -> list[str]:
    return [f"dailydialog/{split}.jsonl.gz" for split in SPLITS]


def load(dataset: str = "dailydialog") -> dict[str, Split]:
    """The published splits, turn by turn.

    Tags: ``act`` (inform, question, directive, commissive), ``emotion`` (no_emotion, happiness,
    …) and ``topic``; "not labelled" where the corpus has none.
    """
    return {split: _read(name) for split, name in zip(SPLITS, files(dataset), strict=True)}


def _read(name: str) -> Split:
    with gzip.open(corpus_file(name), "rt", encoding="utf-8") as lines:
        dialogues = [json.loads(line) for line in lines]
    rows = [
        (t["text"], t["act"] or UNKNOWN, t["emotion"] or UNKNOWN, d["topic"] or UNKNOWN)
        for d in dialogues
        for t in d["turns"]
    ]
    text, act, emotion, topic = (list(column) for column in zip(*rows, strict=True))
    return Split(text, None, {"act": act, "emotion": emotion, "topic": topic})
