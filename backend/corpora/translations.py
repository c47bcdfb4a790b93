"""Pairs of a sentence and its English, from Tatoeba; what the corpora of two languages share."""

from collections.abc import Callable

from backend.corpora.entailment import SEPARATOR, joined
from backend.corpora.hashed import split_of
from backend.corpora.leaks import same_text
from backend.corpora.location import Split, lines
from backend.corpora.record import Corpus


def parted(item: str) -> tuple[str, str]:
    """Source and English of an item; a text without a mark is all source."""
    source, _, english = item.partition(f" {SEPARATOR} ")
    return source, english


def same_english(item: str) -> str:
    return same_text(parted(item)[1])


def pairs_of(file: str) -> Callable[[], dict[str, Split]]:
    """What reads a file of lines "English TAB translation", as items "translation | English".

    The English decides the split, by a hash of its tokens as in the corpus of English sentences:
    whatever a sentence is translated from, in either corpus of pairs, it is in one split.
    """

    def read() -> dict[str, Split]:
        from backend.processors.text import tokenize  # brings torch

        splits: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
        for line in dict.fromkeys(lines(file)):
            english, _, source = line.rstrip("\n").partition("\t")
            if english.strip() and source.strip():
                splits[split_of(tuple(tokenize(english)))].append(joined(source, english))
        return {name: Split(items, None) for name, items in splits.items()}

    return read


def tatoeba(language: str, file: str) -> Corpus:
    """The record of the pairs of one language and English."""
    return Corpus(
        read=pairs_of(file),
        files=(file,),
        kind="text",
        unit="pair",
        name=f"Tatoeba, {language} and English",
        title=f"Tatoeba sentences in {language} and their English, as packaged by manythings.org",
        hub_name="tatoeba",
        caution="Sentences are short and plain, for language learners, with the name Tom far too "
        "often. A translation can read well and say something else: names, numbers and negations "
        "get lost first.",
        split="A hash of the English sentence's words decides the split of all its pairs, the "
        "same in every language; 2 % each are held out.",
        downloads=("tatoeba",),
        languages=(language, "English"),
        same=same_english,
    )
