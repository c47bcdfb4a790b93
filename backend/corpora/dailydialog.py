"""DailyDialog: everyday conversations with dialogue acts and emotions (Li et al., IJCNLP 2017)."""

import json
import re
from collections.abc import Iterator

from backend.corpora.location import Dialogue, Split, Turn, lines
from backend.corpora.record import Corpus

FILES = {part: f"dailydialog/{part}.jsonl.gz" for part in ("train", "validation", "test")}
UNKNOWN = "not labelled"
_QUOTES = str.maketrans("‘’“”", "''\"\"")
_GLUED = re.compile(r"(?<=[a-z]{2}[.?!])(?=[A-Z])")  # neither "Ph.D" nor "U.S.A"


def read() -> dict[str, Split]:
    """The published splits, turn by turn.

    Tags: ``act`` (inform, question, directive, commissive), ``emotion`` (no_emotion, happiness,
    …) and ``topic``; "not labelled" where the corpus has none.
    """
    return {split: _turns(name) for split, name in FILES.items()}


def dialogues() -> dict[str, list[Dialogue]]:
    """The published splits; two people speak in turn."""
    return {split: list(_dialogues(name)) for split, name in FILES.items()}


def _turns(name: str) -> Split:
    turns = [turn for dialogue in _dialogues(name) for turn in dialogue]
    tags = {tag: [turn.tags[tag] for turn in turns] for tag in ("act", "emotion", "topic")}
    return Split([turn.text for turn in turns], None, tags)


def _dialogues(name: str) -> Iterator[Dialogue]:
    for line in lines(name):
        dialogue = json.loads(line)
        topic = dialogue["topic"] or UNKNOWN
        yield [
            Turn(
                turn["text"],
                "AB"[place % 2],
                {
                    "act": turn["act"] or UNKNOWN,
                    "emotion": turn["emotion"] or UNKNOWN,
                    "topic": topic,
                },
            )
            for place, turn in enumerate(dialogue["turns"])
        ]


def normalise(text: str) -> str:
    """Contractions stay as the corpus cuts them ("I ' m"): the vocabularies that ship have them.

    >>> normalise("I know.But  he said “ no ” .")
    'I know. But he said " no " .'
    """
    return " ".join(_GLUED.sub(" ", text.translate(_QUOTES)).split())


CORPUS = Corpus(
    read=read,
    files=tuple(FILES.values()),
    kind="text",
    unit="turn",
    name="DailyDialog",
    title="DailyDialog, turns of everyday conversations with dialogue acts and emotions",
    hub_name="daily_dialog",
    caution="Conversations from textbooks for learners of English; turns are taken one by one, "
    "without what was said before. Licensed for non-commercial use.",
    caution_of_talk="Conversations from textbooks for learners of English, of two people who "
    "speak in turn. Licensed for non-commercial use.",
    split="The published splits of dialogues, turn by turn.",
    downloads=("dailydialog",),
    tags=("act", "emotion", "topic"),
    ends=("I like tea.", "It is raining."),
    normalise=normalise,
    dialogues=dialogues,
    normalised="curly quotes are made straight, double spaces single, and sentences that were "
    "glued together are parted",
)
