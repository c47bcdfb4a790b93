"""The corpora: sizes, disjoint splits, and a plain word where one is missing."""

import gzip
import math
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from backend import corpora
from backend.corpora import record, toy_language
from backend.corpora.hashed import split_of
from backend.corpora.leaks import without_leaks
from backend.processors.text import tokenize

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
@pytest.mark.needs_corpus("tatoeba")
@pytest.mark.usefixtures("read_once")
def test_two_of_a_hundred_sentences_are_held_out(corpus) -> None:
    sizes = {name: len(split.items) for name, split in corpus("tatoeba").items()}
    total = sum(sizes.values())
    assert total > 200_000
    assert 0.015 < sizes["test"] / total < 0.025


def test_sentences_of_the_same_words_are_one(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))
    (tmp_path / "tatoeba").mkdir()
    lines = [f"Tom – or Mary’s cat {n} – left.\n" for n in range(200)]
    again = [line.upper().replace("–", " - ").replace("’", "'") for line in lines]
    with gzip.open(tmp_path / "tatoeba" / "english.txt.gz", "wt", encoding="utf-8") as file:
        file.writelines([*lines, *again])
    splits = corpora.load("tatoeba")
    found = [item for split in splits.values() for item in split.items]
    assert sorted(found) == sorted(line.strip() for line in again)
    assert 0 < len(splits["train"].items) < 200


@pytest.mark.needs_corpus("mnist")
@pytest.mark.needs_corpus("fashion-mnist")
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_pictures_have_their_labels(corpus, name: str) -> None:
    splits = corpus(name)
    assert [len(splits[s].items) for s in ("train", "validation", "test")] == [55000, 5000, 10000]
    for split in splits.values():
        assert split.items.dtype == np.uint8
        assert split.items.shape[1:] == (28, 28)
        assert set(split.labels) == set(range(10))


@pytest.mark.needs_corpus("mnist")
@pytest.mark.slow
def test_coloured_digits_are_those_of_mnist(corpus) -> None:
    coloured, grey = corpus("color-mnist"), corpus("mnist")
    for name, split in coloured.items():
        assert np.array_equal(split.items.max(-1), grey[name].items)
        assert np.array_equal(split.labels, grey[name].labels)
    assert not np.array_equal(coloured["test"].items[..., 0], coloured["test"].items[..., 1])


def turns(splits: dict[str, corpora.Split]) -> list[int]:
    """Sizes of the splits, whose tags must be as many as their items."""
    for split in splits.values():
        assert split.labels is None
        assert {len(column) for column in split.tags.values()} == {len(split.items)}
        assert all(item == item.strip() != "" for item in split.items)
    return [len(splits[name].items) for name in ("train", "validation", "test")]


@pytest.mark.needs_corpus("smd")
@pytest.mark.usefixtures("read_once")
def test_smd_turns_have_their_speaker_and_domain(corpus) -> None:
    splits = corpus("smd")
    assert turns(splits) == [12580, 853, 878]
    assert turns(corpora.published("smd")) == [12580, 1554, 1614]
    for split in splits.values():
        assert set(split.tags) == {"domain", "speaker"}
        assert set(split.tags["speaker"]) == {"driver", "assistant"}
        assert set(split.tags["domain"]) == {"navigate", "weather", "schedule"}
        for word, domain in (
            ("forecast", "weather"),
            ("meeting", "schedule"),
            ("gas_station", "navigate"),
        ):
            assert tagged(split, "domain", word) == {domain: 1}


@pytest.mark.needs_corpus("dailydialog")
@pytest.mark.usefixtures("read_once")
def test_dailydialog_turns_have_their_act_and_emotion(corpus) -> None:
    splits = corpus("dailydialog")
    # As published, or without 116 dialogues that some copies lack.
    whole = turns(corpora.published("dailydialog"))
    assert whole in ([87170, 8069, 7740], [87083, 8060, 6906])
    assert [n + splits[name].removed for name, n in zip(splits, turns(splits), strict=True)] == (
        whole
    )
    for split in splits.values():
        assert set(split.tags) == {"act", "emotion", "topic"}
        acts, emotions = set(split.tags["act"]), set(split.tags["emotion"])
        assert acts - {"not labelled"} == {"inform", "question", "directive", "commissive"}
        assert len(emotions - {"not labelled"}) == 7
        assert split.tags["act"].count("not labelled") <= 12  # one dialogue lacks a label
        assert tagged(split, "act", "?")["question"] > 0.7
        assert tagged(split, "emotion", "wow")["happiness"] > 0.3
    hotels = tagged(splits["train"], "topic", "hotel")
    assert max(hotels, key=hotels.get) == "tourism"


@pytest.mark.needs_corpus("dailydialog")
@pytest.mark.usefixtures("read_once")
def test_labels_of_dailydialog_are_as_uncertain_as_published() -> None:
    """Entropies of the complete test file: 1.234 nats of acts and 0.661 nats of emotions."""
    tags = corpora.published("dailydialog")["test"].tags
    for tag, published in (("act", 1.234), ("emotion", 0.661)):
        counts = Counter(tags[tag])
        shares = [n / counts.total() for n in counts.values()]
        assert -sum(p * math.log(p) for p in shares) == pytest.approx(published, abs=0.015)


def tagged(split: corpora.Split, tag: str, word: str) -> dict[str, float]:
    """How the items with a word are tagged, as shares."""
    found = Counter(
        name
        for item, name in zip(split.items, split.tags[tag], strict=True)
        if word in item.lower().split()
    )
    return {name: n / found.total() for name, n in found.items()}


def test_a_missing_corpus_says_where_it_looked_and_how_to_get_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))
    for name in corpora.names():
        made_here = not corpora.corpus(name).files
        assert corpora.available(name) == made_here
        if made_here:
            continue
        wanted = corpora.corpus(name).downloads[0]
        with pytest.raises(corpora.MissingCorpus, match=f"download_data.py {wanted}") as error:
            corpora.load(name)
        assert str(tmp_path) in str(error.value)


def test_the_toy_language_is_drawn_as_likely_as_its_grammar_says() -> None:
    language = toy_language.language()
    assert len(language) == 15_480 and sum(language.values()) == pytest.approx(1)
    assert max(len(sentence.split()) for sentence in language) == toy_language.LONGEST
    assert language["a cat sleeps"] == pytest.approx(0.5 * 0.3 * 0.6 * 0.35 * 0.2 * 0.6)
    p = 0.5 * 0.2 * 0.12 * 0.08 * 0.08 * 0.5 * 0.08 * 0.15  # a bird is followed least of all
    assert language["these old kings follow the birds again"] == pytest.approx(p)
    for wrong in ("a cat sleep", "two cat sleep", "these cats sees the dog"):
        assert wrong not in language
    splits = corpora.load("toy-language")
    assert [len(split.items) for split in splits.values()] == [10_000, 1000, 1000]
    train = splits["train"].items
    often = Counter(train).most_common(1)[0][0]
    within = sum(p for s, p in language.items() if split_of(tuple(s.split())) == "train")
    expected = 10_000 * language[often] / within
    assert abs(train.count(often) - expected) < 5 * math.sqrt(expected)
    assert corpora.load("toy-language")["test"] == splits["test"]


def test_an_unknown_corpus_is_named() -> None:
    with pytest.raises(KeyError, match="no corpus 'imagenet'"):
        corpora.load("imagenet")


def test_a_file_that_is_not_idx_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))
    (tmp_path / "mnist").mkdir()
    for part in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            path = tmp_path / "mnist" / f"{part}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(b"<html>not found</html>"))
    with pytest.raises(ValueError, match="is not an IDX file"):
        corpora.load("mnist")


@pytest.mark.needs_corpus("snli-subset", "sick")
def test_no_premise_is_in_two_splits() -> None:
    splits = corpora.load("entailment")
    premises = {
        name: {" ".join(tokenize(pair.split(" | ")[0])) for pair in split.items}
        for name, split in splits.items()
    }
    assert not premises["train"] & premises["validation"]
    assert not premises["train"] & premises["test"]
    for split in splits.values():
        assert all(pair.count("|") == 1 for pair in split.items)
        assert set(split.labels) == {0, 1, 2}


def alike(items: list[str] | np.ndarray) -> set[str] | set[bytes]:
    """Written apart from the loader's: letters, digits and marks but quotes, in one case."""
    if isinstance(items, np.ndarray):
        grey = items.max(-1) if items.ndim == 4 else items
        return {picture.tobytes() for picture in grey}
    drop = dict.fromkeys(map(ord, "'\"`´‘’“”„«»‹›"))
    return {
        "".join(unicodedata.normalize("NFKC", item).lower().translate(drop).split())
        for item in items
    }


READ_FROM = {name: corpora.corpus(name).downloads for name in corpora.names()}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.needs_corpus(*folders))
        for name, folders in READ_FROM.items()
    ],
)
@pytest.mark.slow
@pytest.mark.usefixtures("read_once")
def test_nothing_held_out_stands_in_train(corpus, name: str) -> None:
    splits = corpus(name)
    found = {part: alike(split.items) for part, split in splits.items()}
    assert not found["train"] & found["validation"]
    assert not found["train"] & found["test"]
    assert not found["validation"] & found["test"]
    for part, split in corpora.published(name).items():
        assert len(split.items) == len(splits[part].items) + splits[part].removed
        assert 0.5 * len(split.items) < len(splits[part].items), "hardly anything is left"
    assert splits["train"].removed == 0


def test_what_is_removed_is_counted_and_takes_labels_and_tags_along() -> None:
    splits = {
        "train": corpora.Split(["It is I.", "No!"], np.array([0, 1]), {"who": ["a", "b"]}),
        "validation": corpora.Split(["Yes .", "no !"], np.array([2, 3]), {"who": ["c", "d"]}),
        "test": corpora.Split(["“Yes.”", "it  is i.", "Well"], np.array([4, 5, 6]), {}),
    }
    cleaned = without_leaks(splits)
    assert cleaned["train"] == splits["train"]
    assert cleaned["validation"].items == ["Yes ."] and cleaned["validation"].removed == 1
    assert cleaned["validation"].labels.tolist() == [2]
    assert cleaned["validation"].tags == {"who": ["c"]}
    assert cleaned["test"].items == ["Well"] and cleaned["test"].removed == 2
    assert cleaned["test"].labels.tolist() == [6]


@pytest.mark.needs_corpus("mnist")
def test_a_digit_in_another_hue_is_the_same_digit(corpus) -> None:
    grey = corpus("mnist")["train"].items[:3]
    same = corpora.corpus("color-mnist").same
    red, green = (grey[..., None] * np.array(hue, np.uint8) for hue in ((1, 0, 0), (0, 1, 0)))
    assert [same(picture) for picture in red] == [same(picture) for picture in green]
    assert same(red[0]) != same(red[1])


def test_listing_corpora_and_downloads_needs_the_standard_library_only() -> None:
    code = (
        "from backend import corpora\nfrom backend.corpora.download import downloads\n"
        "known = downloads()\n"
        "for name in corpora.names(): assert set(corpora.corpus(name).downloads) <= set(known)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_a_corpus_exists_by_its_file(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(record, "HERE", tmp_path)
    (tmp_path / "my_tweets.py").write_text("CORPUS = 1\n", encoding="utf-8")
    (tmp_path / "helper.py").write_text('"""\nCORPUS = no\n"""\n', encoding="utf-8")
    (tmp_path / "first.py").write_text('"""A."""\n\nCORPUS = 1\n', encoding="utf-8")
    assert corpora.names() == ["first", "my-tweets"]
