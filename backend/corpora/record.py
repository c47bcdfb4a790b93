"""What is known of a corpus. Listing needs the standard library only.

A corpus is one file here, named as the corpus with ``_`` for ``-``, that sets ``CORPUS``; and one
in ``download`` for each folder that it is read from.
"""

import ast
import functools
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from backend.corpora.location import Dialogue, Split, yours_dir

HERE = Path(__file__).parent
OWN = "own-"  # how the keys of the user's corpora begin; see ``backend.corpora.own``
Unit = Literal["sentence", "turn", "pair", "picture"]


class Parse(NamedTuple):
    """What is known of how a sentence is built."""

    construction: str
    tree: tuple[str, ...]  # linearised: "(NP", Penn tags in place of words, and ")"
    content: tuple[str, ...]  # its content words in order, each in its base form
    kinds: tuple[str, ...]  # of each, such as "noun" or "verb of two": what may take its place


class Corpus(NamedTuple):
    """One corpus, as the models name it: "yelp" is read from the folder "yelp-sentences"."""

    read: Callable[[], dict[str, Split]]  # the splits as published; ``corpora.load`` cleans them
    files: tuple[str, ...]  # what it reads, as "folder/file"
    kind: str  # of its items: key of ``backend.processors.KINDS``
    unit: Unit  # what a model reads at once; none stands in two splits
    name: str  # "MNIST", where there is little room
    title: str  # of the training data, in a card
    hub_name: str  # as model hubs call it
    caution: str  # what to know of models of it
    split: str  # how train, validation and test came about, as a sentence
    downloads: tuple[str, ...]  # of ``download``: each has its licence and home page
    caution_of_talk: str = ""  # the same of models that reply to conversations
    classes: tuple[str, ...] = ()  # what its labels are called, in order
    languages: tuple[str, ...] = ()  # of a pair's sentences; the second is a translation
    tags: tuple[str, ...] = ()  # what else is known of each item
    domains: tuple[str, ...] = ()  # the two that its pictures are of; see ``domains``
    ends: tuple[str, str] = ("", "")  # of the path in a card's sample section; sentences only
    normalise: Callable[[str], str] | None = None  # what is mended in a sentence
    normalised: str = ""  # the same, in words
    same: Callable[[Any], Any] | None = None  # equal for items that are the same; see ``leaks``
    # The same text as whole conversations, by split, as published; see ``dialogues``.
    dialogues: Callable[[], dict[str, list[Dialogue]]] | None = None
    parse: Callable[[str], Parse | None] | None = None  # of a sentence; None where it has none
    judged_as: str = ""  # the corpus whose classifier judges its pictures, where it is another


def names() -> list[str]:
    """All corpora, sorted; the user's own among them."""
    found = [path.parent.name for path in yours_dir().glob(f".data/{OWN}*/corpus.json")]
    for file in HERE.glob("*.py"):
        if declares(file, "CORPUS"):
            found.append(file.stem.replace("_", "-"))
    return sorted(found)


def corpus(name: str) -> Corpus:
    """Raises ``KeyError`` naming those there are."""
    if name.startswith(OWN):
        return importlib.import_module("backend.corpora.own").record(name)
    module = name.replace("-", "_")
    if not re.fullmatch(r"[a-z0-9-]+", name) or not declares(HERE / f"{module}.py", "CORPUS"):
        raise KeyError(f"no corpus {name!r}; there are: {', '.join(names())}")
    return importlib.import_module(f"backend.corpora.{module}").CORPUS


def classes(name: str) -> tuple[str, ...]:
    """What the labels of a corpus are called; nothing for a corpus that is not known."""
    return corpus(name).classes if name in names() else ()


def declares(file: Path, name: str) -> bool:
    """Whether a module sets ``name``, read without importing it."""
    return name in _set_in(file, file.stat().st_mtime_ns) if file.is_file() else False


@functools.cache
def _set_in(file: Path, _changed: int) -> frozenset[str]:
    """What a module sets. Kept: the pickers of a page ask for all corpora a thousand times."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return frozenset(ast.unparse(n.targets[0]) for n in body if isinstance(n, ast.Assign))
