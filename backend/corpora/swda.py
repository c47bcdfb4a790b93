"""SWDA: telephone calls of strangers, cut into utterances with their dialogue acts (1997)."""

import json
import re
from collections.abc import Iterator

from backend.corpora.location import Dialogue, Split, Turn, lines
from backend.corpora.record import Corpus

PARTS = {"train": "train", "validation": "val", "test": "test"}
FILES = {split: f"swda/{part}.jsonl.gz" for split, part in PARTS.items()}
# The tags of SWBD-DAMSL and what its manual calls them, in short.
ACTS = {
    "sd": "statement",
    "b": "backchannel",
    "sv": "opinion",
    "%": "uninterpretable",
    "aa": "agreement",
    "ba": "appreciation",
    "qy": "yes-no question",
    "ny": "yes",
    "fc": "closing",
    "qw": "wh-question",
    "nn": "no",
    "bk": "response acknowledgement",
    "h": "hedge",
    "qy^d": "declarative yes-no question",
    "bh": "backchannel as a question",
    "^q": "quotation",
    "bf": "summary",
    'fo_o_fw_"_by_bc': "other",
    "na": "affirmative answer",
    "ad": "directive",
    "^2": "completion of what the other says",
    "b^m": "repetition",
    "qo": "open question",
    "qh": "rhetorical question",
    "^h": "hold before an answer",
    "ar": "rejection",
    "ng": "negative answer",
    "br": "non-understanding",
    "no": "other answer",
    "fp": "opening",
    "qrr": "or-clause",
    "arp_nd": "dispreferred answer",
    "t3": "talk to somebody else",
    "oo_co_cc": "offer",
    "t1": "self-talk",
    "bd": "downplayer",
    "aap_am": "partial agreement",
    "^g": "tag question",
    "qw^d": "declarative wh-question",
    "fa": "apology",
    "ft": "thanks",
}
_NOTES = re.compile(r"\*.*|<[^>]*>|\(\(|\)\)")  # of the transcribers


def read() -> dict[str, Split]:
    """The published splits, utterance by utterance.

    Tags: ``act`` (statement, backchannel, …) and ``speaker`` (A, B).
    """
    return {split: _turns(name) for split, name in FILES.items()}


def dialogues() -> dict[str, list[Dialogue]]:
    """The published splits; a speaker may have several utterances in a row."""
    return {split: list(_dialogues(name)) for split, name in FILES.items()}


def _turns(name: str) -> Split:
    turns = [turn for dialogue in _dialogues(name) for turn in dialogue]
    tags = {tag: [turn.tags[tag] for turn in turns] for tag in ("act", "speaker")}
    return Split([turn.text for turn in turns], None, tags)


def _dialogues(name: str) -> Iterator[Dialogue]:
    for line in lines(name):
        yield [
            Turn(t["text"], t["speaker"], {"act": ACTS[t["act"]], "speaker": t["speaker"]})
            for t in json.loads(line)["turns"]
        ]


def normalise(text: str) -> str:
    """
    >>> normalise("Oh,  boy <laughter>, it's to far. *sp: too")
    "Oh, boy , it's to far."
    """
    return " ".join(_NOTES.sub("", text).split())


CORPUS = Corpus(
    read=read,
    files=tuple(FILES.values()),
    kind="text",
    unit="turn",
    name="SWDA",
    title="Switchboard Dialogue Act Corpus, utterances of telephone calls with dialogue acts",
    hub_name="swda",
    caution="Telephone calls of American strangers in 1990 about given topics, as they were "
    "spoken, with pauses and false starts; utterances are taken one by one.",
    caution_of_talk="Telephone calls of American strangers in 1990 about given topics, as they "
    "were spoken, with pauses and false starts; a speaker may have several utterances in a row.",
    split="The published train and test calls; the 21 others are validation.",
    downloads=("swda",),
    tags=("act", "speaker"),
    ends=("I don't know.", "That's a good idea."),
    normalise=normalise,
    dialogues=dialogues,
    normalised="what transcribers noted is taken out, and double spaces are made single",
)
