"""DailyDialog: three splits, which are zips inside a zip, and topics of the whole."""

import io
import json
import zipfile
from pathlib import Path

from backend.corpora.download.reading import lines_of
from backend.corpora.download.source import Download, Files, Source

ACTS = {"1": "inform", "2": "question", "3": "directive", "4": "commissive"}
EMOTIONS = {
    "0": "no_emotion",
    "1": "anger",
    "2": "disgust",
    "3": "fear",
    "4": "happiness",
    "5": "sadness",
    "6": "surprise",
}
TOPICS = {
    "1": "ordinary_life",
    "2": "school_life",
    "3": "culture_education",
    "4": "attitude_emotion",
    "5": "relationship",
    "6": "tourism",
    "7": "health",
    "8": "work",
    "9": "politics",
    "10": "finance",
}


def build(downloads: list[Path]) -> Files:
    """One JSON record per dialogue of each of the three splits, which are zips inside the zip."""
    found = {}
    with zipfile.ZipFile(downloads[0]) as outer:
        topics = _topics(outer)
        for split in ("train", "validation", "test"):
            inner = io.BytesIO(outer.read(f"ijcnlp_dailydialog/{split}.zip"))
            with zipfile.ZipFile(inner) as archive:
                columns = [
                    _lines(archive, f"{split}/dialogues_{kind}{split}.txt")
                    for kind in ("", "act_", "emotion_")
                ]
            found[f"{split}.jsonl.gz"] = [
                json.dumps(
                    {
                        "id": f"{split}-{row}",
                        "topic": topics.get(_letters(text)),
                        "turns": _turns(_utterances(text), acts.split(), emotions.split()),
                    },
                    ensure_ascii=False,
                )
                for row, (text, acts, emotions) in enumerate(zip(*columns, strict=True))
            ]
    return found


def _turns(texts: list[str], acts: list[str], emotions: list[str]) -> list[dict]:
    if not len(texts) == len(acts) == len(emotions):
        # Which label belongs to which turn cannot be known.
        return [{"text": text, "act": None, "emotion": None} for text in texts]
    return [
        {"text": text, "act": ACTS[act], "emotion": EMOTIONS[emotion]}
        for text, act, emotion in zip(texts, acts, emotions, strict=True)
    ]


def _topics(archive: zipfile.ZipFile) -> dict[str, str | None]:
    """The topic of each dialogue by its letters.

    Topics are published for the corpus before it was split, in another order. None where the same
    dialogue stands there with different topics.
    """
    texts, codes = (
        _lines(archive, f"ijcnlp_dailydialog/dialogues_{kind}.txt") for kind in ("text", "topic")
    )
    found: dict[str, str | None] = {}
    for text, code in zip(texts, codes, strict=True):
        key, topic = _letters(text), TOPICS[code.strip()]
        found[key] = topic if found.get(key, topic) == topic else None
    return found


def _lines(archive: zipfile.ZipFile, name: str) -> list[str]:
    return lines_of(archive.read(name).strip())


def _utterances(line: str) -> list[str]:
    *ended, rest = (" ".join(part.split()) for part in line.split("__eou__"))
    return [*ended, rest] if rest else ended


def _letters(line: str) -> str:
    """The dialogue without white space, which differs between the two publications."""
    return "".join(line.split())


DOWNLOAD = Download(
    licence="CC BY-NC-SA 4.0: no commercial use",
    home="http://yanran.li/dailydialog",
    megabytes=5,
    sources={
        "ijcnlp_dailydialog.zip": Source(
            "http://yanran.li/files/ijcnlp_dailydialog.zip",
            "c641e88cbf21fd7c1b57289387f9107d33fe8685a2b37fe8066b82776535ea89",
            # The home page is often out of reach.
            mirror="https://web.archive.org/web/2022id_/"
            "http://yanran.li/files/ijcnlp_dailydialog.zip",
        )
    },
    built=tuple(f"{split}.jsonl.gz" for split in ("train", "validation", "test")),
    build=build,
)
