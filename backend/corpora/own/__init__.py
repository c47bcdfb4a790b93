"""A user's own data as a corpus: read, looked at, split by hash, kept in plain files.

A kept corpus is a folder of ``data_of_yours()``, named by its key: "own-", its title and four
digits of what it holds, so that other data never takes the place of those that a model learned
from. No torch at import.
"""

import hashlib
import json
import re
import shutil
import time
import unicodedata
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from backend.corpora.hashed import shares
from backend.corpora.leaks import same_picture, same_text
from backend.corpora.location import Split, yours_dir
from backend.corpora.own import pictures, sentences
from backend.corpora.own.found import Found
from backend.corpora.own.limits import LIMITS
from backend.corpora.own.pictures import packed
from backend.corpora.record import OWN, Corpus
from backend.files import read_json, replacing_tensors, write_json

__all__ = ["LIMITS", "Kept", "Preview", "forget", "keep", "kept", "packed", "preview", "report"]

FORMAT_VERSION = 1
ABOUT, TEXT, PICTURES = "corpus.json", "items.json", "items.safetensors"
LARGEST = 1 << 30  # bytes of a stored corpus
SHOWN = 20  # examples
VOCABULARIES = (500, 1_000, 2_000, 5_000, 10_000, 20_000)  # words


class Preview(NamedTuple):
    """What a person sees of a corpus before anything runs."""

    kind: str  # key of ``backend.processors.KINDS``
    n: int  # different items
    duplicates: int  # left out
    columns: tuple[str, ...]  # of a table or an archive of arrays; none otherwise
    column: str  # that was taken
    label_column: str
    lengths: dict[int, int]  # words of a sentence: how many have so many
    vocabulary: list[tuple[int, float]]  # words known, and the share of all words that they are
    often: list[int]  # how many words are there at least once, twice, and so on
    examples: list[Any]  # as a model reads them: sentences, or uint8 [H, W] or [3, H, W]
    splits: dict[str, int]
    classes: tuple[str, ...]
    notes: list[str]  # what was done to the file, in sentences


class Kept(NamedTuple):
    key: str
    title: str
    kind: str
    n: int
    bytes: int  # on disk


def preview(
    file_name: str,
    data: bytes,
    *,
    column: str = "",
    label_column: str = "",
    size: int = 28,
    channels: int = 1,
) -> Preview:
    """What a file holds, and what a model would read of it.

    Raises ``ValueError`` with one sentence on what is wrong with the file and what to do.
    """
    found = _read(file_name, data, column, label_column, size, channels)
    return _seen(found, {name: len(rows) for name, rows in _rows(found).items()})


def keep(
    title: str,
    file_name: str,
    data: bytes,
    *,
    column: str = "",
    label_column: str = "",
    size: int = 28,
    channels: int = 1,
) -> str:
    """Stores what ``preview`` shows; its key. The same data under the same title are kept once.

    Raises ``ValueError`` as ``preview`` does, and ``OSError`` with a sentence on a full disk.
    """
    found = _read(file_name, data, column, label_column, size, channels)
    digest = hashlib.sha256(data + repr((column, label_column, size, channels)).encode())
    key = f"{OWN}{_slug(title)}-{digest.hexdigest()[:4]}"
    rows = _rows(found)
    about = {
        "format_version": FORMAT_VERSION,
        "title": " ".join(title.split()) or file_name,
        "kind": found.kind,
        "file": Path(file_name).name,
        "sha256": digest.hexdigest(),
        "kept": time.strftime("%Y-%m-%d"),
        "n": len(found.items),
        "duplicates": found.duplicates,
        "column": found.column,
        "label_column": found.label_column,
        "classes": list(found.classes),
        "splits": {name: len(chosen) for name, chosen in rows.items()},
        "notes": found.notes,
    }
    folder = data_of_yours() / key
    try:
        _write_items(folder, found, rows)
        write_json(folder / ABOUT, about)  # last: a folder with it is whole
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return key


def kept() -> list[Kept]:
    """All corpora of the user's, by title."""
    found = []
    for path in data_of_yours().glob(f"{OWN}*/{ABOUT}"):
        about = read_json(path)
        size = sum(file.stat().st_size for file in path.parent.iterdir())
        found.append(Kept(path.parent.name, about["title"], about["kind"], about["n"], size))
    return sorted(found, key=lambda one: (one.title.casefold(), one.key))


def forget(key: str) -> None:
    """Removes a corpus; models of it stay. Raises ``ValueError`` for one that is not kept."""
    if key not in {one.key for one in kept()}:
        raise ValueError(f"There are no data of yours called {key[:80]!r}.")
    shutil.rmtree(data_of_yours() / key)


def report(key: str) -> Preview:
    """As ``preview``, of any corpus that is on this machine.

    Raises ``KeyError`` for one that is not known, ``MissingCorpus`` for one that is not here.
    """
    from backend import corpora

    record, splits = corpora.corpus(key), corpora.load(key)
    sizes = {name: len(split.items) for name, split in splits.items()}
    about = _about(key) if key.startswith(OWN) else {}
    train = splits["train"]
    found = Found(
        record.kind,
        train.items,
        duplicates=about.get("duplicates", 0),
        column=about.get("column", ""),
        label_column=about.get("label_column", ""),
        classes=record.classes,
        notes=about.get("notes", []),
    )
    return _seen(found, sizes)._replace(n=sum(sizes.values()))


def record(key: str) -> Corpus:
    """What is known of a kept corpus. Raises ``KeyError`` naming those there are."""
    if not re.fullmatch(r"[a-z0-9-]+", key) or not (data_of_yours() / key / ABOUT).is_file():
        there = ", ".join(one.key for one in kept()) or "none"
        raise KeyError(f"no corpus {key!r} among your own; there are: {there}")
    about = _about(key)
    text = about["kind"] == "text"
    items = _items(key)
    return Corpus(
        read=partial(_splits, key),
        files=(str(items),),  # an absolute path stays what it is under any folder
        kind=about["kind"],
        unit="sentence" if text else "picture",
        name=about["title"],
        title=f"{about['title']}, the user's own data",
        hub_name=key,
        caution="Learned from data of its user's own, about which nothing else is known here.",
        split="A hash of an item decides its split.",
        downloads=(),
        classes=tuple(about["classes"]),
        ends=_ends(items) if text else ("", ""),
    )


def data_of_yours() -> Path:
    """Where the user's corpora lie; hidden, so that it is never taken for a family of models."""
    return yours_dir() / ".data"


def _about(key: str) -> dict[str, Any]:
    return read_json(data_of_yours() / key / ABOUT)


def _read(
    file_name: str, data: bytes, column: str, label_column: str, size: int, channels: int
) -> Found:
    """The file's items, each once. Raises ``ValueError``."""
    if len(data) > LIMITS["bytes"]:
        raise ValueError(
            f"{file_name} has {len(data):,} bytes; at most {LIMITS['bytes']:,} are read. "
            "Choose a part of it."
        )
    if not data:
        raise ValueError(f"{file_name} is empty. Choose another file.")
    if pictures.is_pictures(file_name, data):
        found = pictures.read(file_name, data, column, label_column, size, channels)
    else:
        found = sentences.read(file_name, data, column, label_column)
    if len(found.items) < LIMITS["fewest"]:
        noun = "sentence" if found.kind == "text" else "picture"
        raise ValueError(
            f"{file_name} has {len(found.items)} different {noun}"
            f"{'s' * (len(found.items) != 1)}; a model needs at least {LIMITS['fewest']} to "
            "learn from and be checked on."
        )
    return found


def _rows(found: Found) -> dict[str, list[int]]:
    """Where the items of each split are, in the order of the file."""
    if found.kind == "text":
        return shares([same_text(item) for item in found.items])
    return shares([same_picture(item) for item in found.items])


def _seen(found: Found, sizes: dict[str, int]) -> Preview:
    text = found.kind == "text"
    lengths, vocabulary, often, examples = (
        sentences.words_of(found.items, VOCABULARIES, SHOWN) if text else ({}, [], [], [])
    )
    if not text:
        spread = range(0, len(found.items), max(1, len(found.items) // SHOWN))
        shown = [found.items[row] for row in spread][:SHOWN]
        examples = [one if one.ndim == 2 else one.transpose(2, 0, 1) for one in shown]
    return Preview(
        kind=found.kind,
        n=len(found.items),
        duplicates=found.duplicates,
        columns=found.columns,
        column=found.column,
        label_column=found.label_column,
        lengths=lengths,
        vocabulary=vocabulary,
        often=often,
        examples=examples,
        splits=sizes,
        classes=found.classes,
        notes=list(found.notes),
    )


def _slug(title: str) -> str:
    """
    >>> _slug("Für Élise, 2nd try")
    'fur-elise-2nd-try'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "data"


def _items(key: str) -> Path:
    return data_of_yours() / key / (TEXT if _about(key)["kind"] == "text" else PICTURES)


def _write_items(folder: Path, found: Found, rows: dict[str, list[int]]) -> None:
    labels = found.labels
    if found.kind == "text":
        content = {
            name: {
                "items": [found.items[row] for row in chosen],
                "labels": labels and [labels[row] for row in chosen],
            }
            for name, chosen in rows.items()
        }
        write_json(folder / TEXT, content)
        return
    import numpy as np
    from safetensors.numpy import save_file

    tensors = {}
    for name, chosen in rows.items():
        tensors[name] = np.ascontiguousarray(found.items[chosen])
        if labels:
            tensors[f"{name}_labels"] = np.array([labels[row] for row in chosen], np.int64)
    with replacing_tensors(folder / PICTURES) as temporary:
        save_file(tensors, temporary)


def _splits(key: str) -> dict[str, Split]:
    path, classes = _items(key), _about(key)["classes"]

    def split(items: Any, labels: Any, told: bool) -> Split:
        named = {} if labels is None else {"label": [classes[label] for label in labels]}
        return Split(items, labels if told else None, named)

    if path.name == TEXT:
        content = read_json(path, most=LARGEST)
        return {n: split(one["items"], one["labels"], False) for n, one in content.items()}
    from safetensors.numpy import load_file

    tensors = load_file(path)
    names = ("train", "validation", "test")
    return {name: split(tensors[name], tensors.get(f"{name}_labels"), True) for name in names}


def _ends(path: Path) -> tuple[str, str]:
    """Two held-out sentences of middling length, for the path in a card."""
    held_out = json.loads(path.read_text(encoding="utf-8"))["validation"]["items"]
    short = sorted(held_out, key=lambda item: abs(len(item) - 40))
    return short[0], short[-1 if len(short) < 2 else 1]
