"""Tatoeba: about 200,000 short English sentences (CC BY 2.0, tatoeba.org)."""

from backend.corpora.hashed import split_of
from backend.corpora.location import Split, lines
from backend.corpora.record import Corpus

FILE = "tatoeba/english.txt.gz"


def read() -> dict[str, Split]:
    """Sentences as written. A sentence's split is a hash of its tokens.

    Sentences that differ in capitals or spacing alone have the same tokens, so no sentence is
    in two splits, however the file is ordered.
    """
    from backend.processors.text import tokenize  # brings torch

    unique = {tuple(tokenize(line)): line.strip() for line in lines(FILE) if line.strip()}
    splits: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for tokens, line in unique.items():
        splits[split_of(tokens)].append(line)
    return {name: Split(items, None) for name, items in splits.items()}


CORPUS = Corpus(
    read=read,
    files=(FILE,),
    kind="text",
    unit="sentence",
    name="Tatoeba",
    title="Tatoeba English sentences, as packaged by manythings.org",
    hub_name="tatoeba",
    caution="The sentences were written by volunteers for language learners: short, plain, about "
    "everyday matters, with the names Tom and Mary far too often. Samples repeat these "
    "habits, including stereotypes and the occasional rude sentence.",
    split="A hash of a sentence's words decides its split; 2 % each are held out.",
    downloads=("tatoeba",),
    ends=("I like tea.", "It is raining."),
)
