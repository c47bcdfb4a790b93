"""Inputs that come with CGMH, and keyword sets drawn from Tatoeba."""

import itertools
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from backend.corpora.download.reading import lines_of, pairs
from backend.corpora.download.source import Download, Files, Source

KEYWORD_SETS = 300
# Words that say little of what a sentence is about; they are no keywords.
FUNCTION_WORDS = """
about after again all also and any are because been before being both but can could did does
don down each even ever every few for from get got had has have her here hers him his how
its just let made make many may more most much must never not now off one only other our out
over she should some such than that the their them then there these they this those through
tom too two until very want was way were what when where which while who whom whose why will
with without would you your yours
"""


def build(downloads: list[Path]) -> Files:
    """The inputs that come with CGMH, and keyword sets drawn from sentences of Tatoeba."""
    *inputs, sentences = downloads
    keywords, paraphrase, correction = (
        [line.strip() for line in lines_of(path.read_bytes())] for path in inputs
    )
    drawn = itertools.islice(
        _drawn(sorted({english for english, _ in pairs(sentences)})), KEYWORD_SETS
    )
    return {
        "keywords_published.jsonl": [_keywords(line.split(), None, "CGMH") for line in keywords],
        "paraphrase_input.txt": paraphrase,
        "correction_input.txt": correction,
        "keywords_tatoeba.jsonl": list(drawn),
    }


def _drawn(sentences: list[str]) -> Iterator[str]:
    """One to four content words of each sentence that has so many, in a fixed random order."""
    skipped = frozenset(FUNCTION_WORDS.split())
    draw = random.Random(0)
    draw.shuffle(sentences)
    for sentence in sentences:
        words = dict.fromkeys(re.findall(r"[a-z]{3,}", sentence.lower()))
        content = [word for word in words if word not in skipped]
        if len(content) >= (size := draw.randint(1, 4)):
            kept = sorted(draw.sample(range(len(content)), size))
            yield _keywords([content[i] for i in kept], sentence, "Tatoeba sentence")


def _keywords(keywords: list[str], reference: str | None, source: str) -> str:
    record = {"keywords": keywords, "reference": reference, "source": source}
    return json.dumps(record, ensure_ascii=False)


DOWNLOAD = Download(
    licence="none is stated; the sentences of Tatoeba CC BY 2.0 FR",
    home="https://github.com/NingMiao/CGMH",
    megabytes=8,
    sources={
        f"{task}.txt": Source(
            "https://raw.githubusercontent.com/NingMiao/CGMH/"
            f"10e245227d6b4144c4d906b22d17f2491536682c/{task}/input/input.txt"
        )
        for task in ("key_gen", "paraphrase", "correction")
    }
    | {"fra-eng.zip": Source("https://www.manythings.org/anki/fra-eng.zip")},
    built=(
        "keywords_published.jsonl",
        "paraphrase_input.txt",
        "correction_input.txt",
        "keywords_tatoeba.jsonl",
    ),
    build=build,
    check="keyword sets are drawn anew from the Tatoeba sentences of the day",
)
