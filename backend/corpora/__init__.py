"""Real corpora, with fixed and disjoint splits; each is a record in a file of its own.

Nothing is downloaded here: scripts/download_data.py does that by ``backend.corpora.download``.
"""

from backend.corpora.leaks import without_leaks
from backend.corpora.location import MissingCorpus, Split, data_dir
from backend.corpora.record import Corpus, classes, corpus, names

__all__ = [
    "Corpus",
    "MissingCorpus",
    "Split",
    "available",
    "classes",
    "corpus",
    "data_dir",
    "load",
    "names",
    "published",
]


def load(dataset: str) -> dict[str, Split]:
    """The splits ``train``, ``validation`` and ``test`` of a corpus, none of which share an item.

    Raises ``KeyError`` for a corpus that is not known, ``MissingCorpus`` for one that is not here.
    """
    record, splits = corpus(dataset), published(dataset)
    if mend := record.normalise:
        splits = {
            name: split._replace(items=[mend(item) for item in split.items])
            for name, split in splits.items()
        }
    return without_leaks(splits, record.same)


def published(dataset: str) -> dict[str, Split]:
    """The splits as their makers have them: items as written, and some of them in two splits.

    Raises as ``load`` does.
    """
    return corpus(dataset).read()


def available(dataset: str) -> bool:
    """Whether the corpus's files are in the data folder; not so for one that is not known.

    Models outlive the corpora of their users, and travel without them.
    """
    try:
        record = corpus(dataset)
    except KeyError:
        return False
    return all((data_dir() / file).is_file() for file in record.files)
