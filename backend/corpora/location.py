"""Where corpora and checkpoints lie, and what a loader gives back."""

import gzip
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    import numpy as np

ROOT = Path(__file__).parents[2]


class Split(NamedTuple):
    items: "list[str] | np.ndarray"  # sentences, or uint8 [n, 28, 28] or [n, 28, 28, 3]
    labels: "np.ndarray | None"  # int64 [n]
    tags: dict[str, list[str]] = {}  # what else is known of each item: {"act": [n], …}  # noqa: RUF012
    removed: int = 0  # items left out, as they stand in train, or of test ones in validation

    @property
    def sentences(self) -> list[str]:
        """The items of a corpus of text."""
        return cast(list[str], self.items)

    @property
    def pictures(self) -> "np.ndarray":
        """The items of a corpus of pictures."""
        return cast("np.ndarray", self.items)

    @property
    def classes(self) -> "np.ndarray":
        """The labels of a corpus that has them."""
        return cast("np.ndarray", self.labels)

    def rows(self, chosen: Sequence[int]) -> "Split":
        """Only these items, in this order."""
        items, at = self.items, list(chosen)
        return self._replace(
            items=[items[row] for row in at] if isinstance(items, list) else items[at],
            labels=None if self.labels is None else self.labels[at],
            tags={tag: [column[row] for row in chosen] for tag, column in self.tags.items()},
        )


class Turn(NamedTuple):
    """What one speaker says before another does, or one utterance where the corpus cuts finer."""

    text: str
    speaker: str
    tags: dict[str, str]  # what else is known of it, as in ``Split.tags``


Dialogue = list[Turn]


class MissingCorpus(FileNotFoundError):
    """The corpus is not in the data folder; the text says how to get it."""


def data_dir() -> Path:
    return Path(os.environ.get("LATENT_DATA_DIR") or ROOT / "data")


def trained_dir() -> Path:
    """Where the checkpoints lie that ship."""
    return Path(os.environ.get("LATENT_TRAINED_DIR") or ROOT / "trained")


def yours_dir() -> Path:
    """Where the user's corpora, runs and checkpoints lie: beside what ships, never in it."""
    return Path(os.environ.get("LATENT_YOURS_DIR") or trained_dir().parent / "yours")


def corpus_file(name: str) -> Path:
    """``name`` is "corpus/file". Raises ``MissingCorpus``."""
    path = data_dir() / name
    if not path.is_file():
        corpus = name.split("/")[0]
        raise MissingCorpus(
            f"The corpus {corpus} is not in {data_dir()}. Get it with "
            f"`python scripts/download_data.py {corpus}`, or name its folder with --data-dir."
        )
    return path


def lines(name: str) -> Iterator[str]:
    """The lines of a file of text, gzipped or not. Raises ``MissingCorpus``."""
    opened = gzip.open if name.endswith(".gz") else open
    with opened(corpus_file(name), "rt", encoding="utf-8") as file:
        yield from file
