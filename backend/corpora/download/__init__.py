"""Folders of corpora, by their home pages; standard library only.

A download is one file here, named as its folder with ``_`` for ``-``, that sets ``DOWNLOAD``.
"""

import importlib
from pathlib import Path

from backend.corpora import record
from backend.corpora.download.source import Download


def downloads() -> dict[str, Download]:
    """All of them by the name of their folder, sorted."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return {
        file.stem.replace("_", "-"): importlib.import_module(f"{__name__}.{file.stem}").DOWNLOAD
        for file in files
        if record.declares(file, "DOWNLOAD")
    }


def collections() -> dict[str, tuple[str, ...]]:
    """Corpora of the models that are read from several folders, or from one named otherwise."""
    found = {name: record.corpus(name).downloads for name in record.names()}
    return {name: parts for name, parts in found.items() if parts and parts != (name,)}


def parts(dataset: str) -> tuple[str, ...]:
    """The folders that a corpus of the models is read from."""
    return record.corpus(dataset).downloads if dataset in record.names() else (dataset,)
