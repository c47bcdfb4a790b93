"""Sentences of Yelp reviews with a sentiment, 0 negative or 1 positive (Shen et al. 2017)."""

from backend.corpora.hashed import split_of
from backend.corpora.location import Split, lines
from backend.corpora.record import Corpus

FILES = tuple(
    f"yelp-sentences/sentiment.{part}.{y}.gz" for part in ("dev", "test") for y in (0, 1)
)


def read() -> dict[str, Split]:
    """2 % each are held out by a hash; a sentence that occurs with both labels is left out."""
    import numpy as np

    from backend.processors.text import tokenize  # brings torch

    found: dict[tuple[str, ...], tuple[str, set[int]]] = {}
    for name in FILES:
        for line in lines(name):
            entry = found.setdefault(tuple(tokenize(line)), (line.strip(), set()))
            entry[1].add(int(name[-4]))
    rows: dict[str, list[tuple[str, int]]] = {"train": [], "validation": [], "test": []}
    for tokens, (text, labels) in found.items():
        if tokens and len(labels) == 1:
            rows[split_of(tokens)].append((text, labels.pop()))
    return {
        split: Split([text for text, _ in part], np.array([label for _, label in part]))
        for split, part in rows.items()
    }


CORPUS = Corpus(
    read=read,
    files=FILES,
    kind="text",
    unit="sentence",
    name="Yelp",
    title="Sentences of Yelp reviews, lower case, negative or positive",
    hub_name="yelp_sentences",
    caution="A sentence has the sentiment of its review, whatever it says itself, so some labels "
    "are wrong. Mostly restaurants; numbers are _num_.",
    split="A hash of a sentence's words decides its split; 2 % each are held out, and sentences "
    "with both labels left out.",
    downloads=("yelp-sentences",),
    classes=("negative", "positive"),
    ends=("the food was great .", "i will never be back ."),
)
