"""Penn Treebank, the Wall Street Journal part as language models use it (Mikolov et al., 2010)."""

from backend.corpora.location import Split, lines
from backend.corpora.record import Corpus

PARTS = {"train": "ptb.train", "validation": "ptb.valid", "test": "ptb.test"}
FILES = {split: f"ptb/{part}.txt.gz" for split, part in PARTS.items()}


def read() -> dict[str, Split]:
    """The published splits; words are lower-cased, numbers are N and rare words <unk>."""
    return {
        split: Split([line.strip() for line in lines(name) if line.strip()], None)
        for split, name in FILES.items()
    }


CORPUS = Corpus(
    read=read,
    files=tuple(FILES.values()),
    kind="text",
    unit="sentence",
    name="Penn Treebank",
    title="Penn Treebank, sentences of the Wall Street Journal as language models use them",
    hub_name="ptb_text_only",
    caution="Business news of 1989 with 10,000 words; numbers are N, rarer words <unk>, and there "
    "is neither punctuation nor upper case. It knows little beyond that.",
    split="The published splits.",
    downloads=("ptb",),
    ends=("the company said it expects to report a loss", "prices fell in early trading"),
)
