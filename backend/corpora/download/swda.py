"""The Switchboard Dialogue Act Corpus, as one repository on GitHub has it in plain text."""

import json
import re
import zipfile
from pathlib import Path

from backend.corpora.download.reading import lines_of
from backend.corpora.download.source import Download, Files, Source

SPLITS = ("train", "val", "test")
_CALL = re.compile(r"[^/]+/swda_data/(\w+)/(\d+)\.txt")


def build(downloads: list[Path]) -> Files:
    """One JSON record per call; a line of it is speaker|utterance|act."""
    found: Files = {f"{split}.jsonl.gz": [] for split in SPLITS}
    with zipfile.ZipFile(downloads[0]) as archive:
        for name in sorted(archive.namelist()):
            place = _CALL.fullmatch(name)
            if place is None or place[1] not in SPLITS:
                continue
            turns = [_turn(name, line) for line in lines_of(archive.read(name).strip())]
            record = json.dumps({"id": place[2], "turns": turns}, ensure_ascii=False)
            found[f"{place[1]}.jsonl.gz"].append(record)
    if empty := [name for name, records in found.items() if not records]:
        raise ValueError(f"{downloads[0].name} has no calls for {empty[0]}")
    return found


def _turn(name: str, line: str) -> dict[str, str]:
    speaker, text, act = line.strip().split("|")
    if speaker not in ("A", "B"):
        raise ValueError(f"{name} has a line of {speaker[:40]!r}")
    return {"speaker": speaker, "text": text, "act": act}


DOWNLOAD = Download(
    licence="none is stated",
    home="https://web.stanford.edu/~jurafsky/ws97/",
    megabytes=20,
    sources={
        "Switchboard-Corpus.zip": Source(
            "https://github.com/NathanDuran/Switchboard-Corpus/archive/refs/heads/master.zip"
        )
    },
    built=tuple(f"{split}.jsonl.gz" for split in SPLITS),
    build=build,
    check="checked line by line",
)
