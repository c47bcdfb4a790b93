"""How builders read what was downloaded."""

import zipfile
from pathlib import Path


def pairs(path: Path) -> list[tuple[str, str]]:
    """English sentences and their translations, from a zip of manythings.org."""
    with zipfile.ZipFile(path) as archive:
        text = archive.read(path.name.removesuffix("-eng.zip") + ".txt").decode("utf-8")
    # A line is: English TAB translation TAB attribution.
    cells = [[*line.split("\t"), ""] for line in text.splitlines()]
    return [(row[0].strip(), row[1].strip()) for row in cells if row[0].strip()]


def rows(path: Path, header: str | None = None) -> list[list[str]]:
    """The rows of a table whose cells tabs separate; ``header`` is the first line it must have."""
    first, *rest = lines = lines_of(path.read_bytes())
    if header is not None and first != header:
        raise ValueError(f"{path.name} begins with {first[:40]!r}")
    return [line.split("\t") for line in (lines if header is None else rest)]


def lines_of(content: bytes) -> list[str]:
    # Not splitlines, which also breaks at rare characters that stand inside sentences.
    return content.decode("utf-8").replace("\r\n", "\n").removesuffix("\n").split("\n")
