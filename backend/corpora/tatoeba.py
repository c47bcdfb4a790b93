"""Tatoeba: about 200,000 short English sentences (CC BY 2.0, tatoeba.org)."""

from backend.corpora.hashed import split_sentences
from backend.corpora.location import Split, lines
from backend.corpora.record import Corpus

FILE = "tatoeba/english.txt.gz"


def read() -> dict[str, Split]:
    """Sentences as written. A sentence's split is a hash of its tokens.

    Sentences that differ in capitals or spacing alone have the same tokens, so no sentence is
    in two splits, however the file is ordered.
    """
    return split_sentences(lines(FILE))


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
