"""Makes the corpora of what their home pages give, for download_data.py; standard library only.

A builder takes the downloaded files and returns the lines of each file of the corpus. Where a
download is not laid out as expected it raises KeyError, ValueError or zipfile.BadZipFile.
"""

import io
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

Files = dict[str, list[str]]  # file name -> lines

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


def build_english(downloads: list[Path]) -> Files:
    """The unique English sentences of all zips, shuffled, in a fixed order."""
    sentences: set[str] = set()
    for path in downloads:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(path.name.removesuffix("-eng.zip") + ".txt").decode("utf-8")
        # A line is: English TAB translation TAB attribution.
        sentences.update(line.partition("\t")[0].strip() for line in text.splitlines())
    ordered = sorted(sentences - {""})
    random.Random(0).shuffle(ordered)
    return {"english.txt.gz": ordered}


def build_smd(downloads: list[Path]) -> Files:
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


def build_dailydialog(downloads: list[Path]) -> Files:
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
    # Not splitlines, which also breaks at rare characters that stand inside sentences.
    return archive.read(name).decode("utf-8").strip().split("\n")


def _utterances(line: str) -> list[str]:
    *ended, rest = (" ".join(part.split()) for part in line.split("__eou__"))
    return [*ended, rest] if rest else ended


def _letters(line: str) -> str:
    """The dialogue without white space, which differs between the two publications."""
    return "".join(line.split())
