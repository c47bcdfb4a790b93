"""Sentences of SNLI: captions of photographs, and what people made of them (a subset)."""

from backend.corpora.hashed import split_sentences
from backend.corpora.location import Split, lines
from backend.corpora.record import Corpus

FILE = "snli-subset/sentences.txt.gz"


def read() -> dict[str, Split]:
    """Premises and hypotheses as written, each once. A sentence's split is a hash of its tokens.

    Many hypotheses lack a full stop, so none counts: with one and without are in one split, and
    so are sentences that differ in capitals or spacing alone, of which the last is kept.
    """
    return split_sentences(lines(FILE), besides=frozenset("."))


CORPUS = Corpus(
    read=read,
    files=(FILE,),
    kind="text",
    unit="sentence",
    name="SNLI sentences",
    title="Sentences of SNLI (37,900 of them: those of 20,000 of its 570,000 pairs)",
    hub_name="snli",
    caution="Sentences are captions of photographs, and what crowd workers wrote to follow from "
    "one, to fit it or to contradict it: mostly a man, a woman or a dog outdoors, with the "
    "stereotypes that such writing is known for.",
    split="A hash of a sentence's words decides its split; 2 % each are held out. Pairs play no "
    "part: a caption may be in one split and what was written about it in another.",
    downloads=("snli-subset",),
    ends=("A man is riding a bike.", "Two dogs are running on the beach."),
)
