"""Everyday English: sentences of Tatoeba, CommonGen, Flickr8k, SNLI and SICK, for language models.

Short, plain sentences about things that people see and do; about 300,000 of them.
"""

import csv
import json
from collections.abc import Iterator

from backend.corpora import tatoeba
from backend.corpora.hashed import split_of
from backend.corpora.location import Split, corpus_file, lines
from backend.corpora.record import Corpus

UNSEEN = {  # files with sentences that stay unseen, and where in a row they are
    "cgmh/keywords_tatoeba.jsonl": ("reference",),  # what keyword sets were drawn from
    "snli-subset/test.jsonl.gz": ("premise", "hypothesis"),  # what attacks start from
}
FILES = (
    tatoeba.FILE,
    "commongen/train.jsonl.gz",
    "flickr8k-captions/captions.tsv.gz",
    "snli-subset/sentences.txt.gz",
    *(f"sick/{part}.jsonl.gz" for part in ("train", "trial", "test")),
    *UNSEEN,
)


def read() -> dict[str, Split]:
    """Unique sentences; the hash of a sentence's tokens decides its split, 2 % each held out.

    Sentences of the files in ``UNSEEN`` are always test sentences.
    Tag: ``corpus``.
    """
    from backend.processors.text import tokenize  # brings torch

    for name in FILES:
        corpus_file(name)  # says which corpus is missing before minutes of reading
    unique = {tuple(tokenize(text)): (text.strip(), corpus) for text, corpus in _sentences()}
    unique.pop((), None)
    unseen = {
        tuple(tokenize(json.loads(line)[key]))
        for name, keys in UNSEEN.items()
        for line in lines(name)
        for key in keys
    }
    rows: dict[str, list[tuple[str, str]]] = {"train": [], "validation": [], "test": []}
    for tokens, row in unique.items():
        rows["test" if tokens in unseen else split_of(tokens)].append(row)
    return {
        name: Split([text for text, _ in part], None, {"corpus": [corpus for _, corpus in part]})
        for name, part in rows.items()
    }


def _sentences() -> Iterator[tuple[str, str]]:
    """Every sentence with the name of its corpus; later ones win where two are alike."""
    parts = ("test", "trial", "train")
    sick = [line for part in parts for line in lines(f"sick/{part}.jsonl.gz")]
    for line in sick:
        pair = json.loads(line)
        yield from ((pair[key], "SICK") for key in ("sentence1", "sentence2"))
    for row in csv.reader(lines("snli-subset/sentences.txt.gz")):
        yield ",".join(row), "SNLI"  # quoted where they hold quotation marks
    for line in lines("flickr8k-captions/captions.tsv.gz"):
        yield line.rstrip("\n").split("\t")[3], "Flickr8k"
    for line in lines("commongen/train.jsonl.gz"):
        yield from ((text, "CommonGen") for text in json.loads(line)["sentences"])
    yield from ((line, "Tatoeba") for line in lines(tatoeba.FILE))


CORPUS = Corpus(
    read=read,
    files=FILES,
    kind="text",
    unit="sentence",
    name="Everyday English",
    title="Everyday English: sentences of Tatoeba, CommonGen, Flickr8k captions, SNLI and SICK",
    hub_name="everyday_english",
    caution="Sentences for language learners and captions of photographs: people, dogs, streets, "
    "mostly in the present tense. Captions repeat the habits of those who wrote them, "
    "stereotypes included. Parts of the corpus are licensed for non-commercial use.",
    split="A hash of a sentence's words decides its split; 2 % each are held out, and all that "
    "keyword sets and attacks are taken from.",
    downloads=("tatoeba", "commongen", "flickr8k-captions", "snli-subset", "sick", "cgmh"),
    tags=("corpus",),
    ends=("A man is riding a bike.", "I like tea."),
)
