"""Where the corpora lie, and what a loader gives back."""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).parents[2]


class Split(NamedTuple):
    items: list[str] | np.ndarray  # sentences, or uint8 [n, 28, 28] or [n, 28, 28, 3]
    labels: np.ndarray | None  # int64 [n]
    tags: dict[str, list[str]] = {}  # what else is known of each item: {"act": [n], …}  # noqa: RUF012


class MissingCorpus(FileNotFoundError):
    """The corpus is not in the data folder; the text says how to get it."""


def data_dir() -> Path:
    return Path(os.environ.get("LATENT_DATA_DIR") or ROOT / "data")


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
