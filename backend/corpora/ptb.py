"""Penn Treebank, the Wall Street Journal part as language models use it (Mikolov et al., 2010)."""

import gzip

from backend.corpora.location import Split, corpus_file

FILES = {"train": "ptb.train", "validation": "ptb.valid", "test": "ptb.test"}


def files(dataset: str) -> list[str]:
    return [f"ptb/{name}.txt.gz" for name in FILES.values()]


def load(dataset: str = "ptb") -> dict[str, Split]:
    """The published splits; words are lower-cased, numbers are N and rare words <unk>."""
    splits = {}
    for split, name in zip(FILES, files(dataset), strict=True):
        with gzip.open(corpus_file(name), "rt", encoding="utf-8") as lines:
            splits[split] = Split([line.strip() for line in lines if line.strip()], None)
    return splits
