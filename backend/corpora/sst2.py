"""SST-2: phrases of film reviews, 0 negative or 1 positive (Socher et al., EMNLP 2013)."""

from backend.corpora.location import Split, lines
from backend.corpora.record import Corpus

PARTS = {"train": "train", "validation": "dev", "test": "test"}
FILES = {split: f"sst2/{part}.tsv.gz" for split, part in PARTS.items()}


def read() -> dict[str, Split]:
    """The published splits."""
    import numpy as np

    splits = {}
    for split, name in FILES.items():
        rows = [line.rstrip("\n").split("\t", 1) for line in lines(name)]
        splits[split] = Split(
            [text.strip() for _, text in rows], np.array([int(label) for label, _ in rows])
        )
    return splits


CORPUS = Corpus(
    read=read,
    files=tuple(FILES.values()),
    kind="text",
    unit="sentence",
    name="SST-2",
    title="SST-2, sentences and phrases of film reviews, negative or positive",
    hub_name="sst2",
    caution="Training items are phrases cut out of sentences about films, lower case and "
    "tokenised; neutral ones were left out, so every text is called negative or positive.",
    split="The published splits.",
    downloads=("sst2",),
    classes=("negative", "positive"),
    ends=("a charming film .", "a dull , lifeless movie ."),
)
