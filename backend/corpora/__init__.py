"""Real corpora, with fixed and disjoint splits: one loader per corpus, nothing downloaded here."""

import importlib
from types import ModuleType

from backend.corpora.location import MissingCorpus, Split, data_dir

__all__ = ["MissingCorpus", "Split", "available", "data_dir", "load"]

LOADERS = {  # corpus -> module that reads it
    **{name: name for name in ("tatoeba", "everyday", "ptb", "entailment")},
    **{name: name for name in ("smd", "dailydialog", "mnist")},
    "fashion-mnist": "mnist",
    "color-mnist": "color_mnist",
    "yelp": "sentiment",
    "sst2": "sentiment",
}
CORPORA = tuple(LOADERS)


def load(dataset: str) -> dict[str, Split]:
    """The splits ``train``, ``validation`` and ``test`` of a corpus.

    Raises ``KeyError`` for a corpus that is not known, ``MissingCorpus`` for one that is not here.
    """
    return _loader(dataset).load(dataset)


def available(dataset: str) -> bool:
    """Whether the corpus's files are in the data folder."""
    return all((data_dir() / file).is_file() for file in _loader(dataset).files(dataset))


def _loader(dataset: str) -> ModuleType:
    if dataset not in CORPORA:
        raise KeyError(f"no corpus {dataset!r}; there are: {', '.join(CORPORA)}")
    return importlib.import_module(f"backend.corpora.{LOADERS[dataset]}")
