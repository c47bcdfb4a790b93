"""Corpora of pairs: no English is in two splits, and one vocabulary holds both languages."""

import gzip
from pathlib import Path

import pytest

from backend import corpora
from backend.corpora.translations import parted
from backend.pipeline.corpus import read_corpus
from backend.pipeline.recipe import Recipe
from backend.processors.text import UNK


@pytest.fixture
def pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """300 sentences, each with two translations, and an English that differs in quotes alone."""
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))
    (tmp_path / "tatoeba").mkdir()
    rows = [
        f"Tom's cat {n} is here.\t{said} {n} | ist hier.\n"
        for n in range(300)
        for said in ("Toms Katze", "Die Katze von Tom")
    ]
    rows += [row.replace("'", "\u2019") for row in rows[:200]]
    for name in ("deu", "fra"):
        with gzip.open(
            tmp_path / "tatoeba" / f"eng-{name}.tsv.gz", "wt", encoding="utf-8"
        ) as file:
            file.writelines(rows if name == "deu" else reversed(rows))


@pytest.mark.usefixtures("pairs")
def test_no_english_is_in_two_splits_of_any_corpus_of_pairs() -> None:
    english = {}
    for name in ("tatoeba-de-en", "tatoeba-fr-en"):
        splits = corpora.load(name)
        assert corpora.corpus(name).languages[1] == "English"
        for split, found in splits.items():
            said = {parted(item)[1].replace("\u2019", "'") for item in found.sentences}
            english.setdefault(split, set()).update(said)
        assert sum(len(found.items) for found in splits.values()) == 800
    train, validation, test = (english[name] for name in ("train", "validation", "test"))
    assert train and validation and test
    assert not train & validation and not train & test and not validation & test


@pytest.mark.usefixtures("pairs")
def test_words_that_a_translation_can_have_come_first() -> None:
    material = read_corpus("tatoeba-de-en", Recipe("", min_count=20))
    words = material.processor
    mark = words.vocabulary.index("|")
    assert set(words.vocabulary[4:mark]) == {"cat", "here", "is", "tom", "'s", "."}
    assert set(words.vocabulary[mark + 1 :]) == {"toms", "katze", "die", "von", "ist", "hier", ","}
    assert words.casing["katze"] == "Katze" and "die" not in words.casing
    item = corpora.load("tatoeba-de-en")["train"].sentences[0]
    [row] = words.encode([item]).tolist()
    assert row.count(mark) == 1  # a mark that a sentence has is read as a comma
    assert UNK in row  # the number
