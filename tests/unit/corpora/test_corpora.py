"""The corpora: sizes, disjoint splits, and a plain word where one is missing."""

import math
from collections import Counter

import numpy as np
import pytest

from backend import corpora
from backend.corpora.mnist import load as load_images
from backend.processors.text import tokenize


@pytest.mark.needs_corpus("tatoeba")
def test_no_sentence_is_in_two_splits(corpus) -> None:
    splits = {
        name: {" ".join(tokenize(sentence)) for sentence in split.items}
        for name, split in corpus("tatoeba").items()
    }
    assert not splits["train"] & splits["validation"]
    assert not splits["train"] & splits["test"]
    assert not splits["validation"] & splits["test"]
    total = sum(map(len, splits.values()))
    assert total > 200_000
    assert 0.015 < len(splits["test"]) / total < 0.025


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
def test_coloured_digits_are_those_of_mnist(corpus) -> None:
    coloured, grey = corpora.load("color-mnist"), corpus("mnist")
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
def test_smd_turns_have_their_speaker_and_domain(corpus) -> None:
    splits = corpus("smd")
    assert turns(splits) == [12580, 1554, 1614]
    for split in splits.values():
        assert set(split.tags) == {"domain", "speaker"}
        speakers = split.tags["speaker"]
        assert speakers == ["driver", "assistant"] * (len(speakers) // 2)
        assert set(split.tags["domain"]) == {"navigate", "weather", "schedule"}
        for word, domain in (
            ("forecast", "weather"),
            ("meeting", "schedule"),
            ("gas_station", "navigate"),
        ):
            assert tagged(split, "domain", word) == {domain: 1}


@pytest.mark.needs_corpus("dailydialog")
def test_dailydialog_turns_have_their_act_and_emotion(corpus) -> None:
    splits = corpus("dailydialog")
    # As published, or without 116 dialogues that some copies lack.
    assert turns(splits) in ([87170, 8069, 7740], [87083, 8060, 6906])
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
def test_labels_of_dailydialog_are_as_uncertain_as_published(corpus) -> None:
    """Entropies of the complete test file: 1.234 nats of acts and 0.661 nats of emotions."""
    tags = corpus("dailydialog")["test"].tags
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
    for name in corpora.CORPORA:
        assert not corpora.available(name)
        first = {"everyday": "tatoeba", "yelp": "yelp-sentences", "entailment": "snli-subset"}
        first["color-mnist"] = "mnist"
        wanted = first.get(name, name)
        with pytest.raises(corpora.MissingCorpus, match=f"download_data.py {wanted}") as error:
            corpora.load(name)
        assert str(tmp_path) in str(error.value)


def test_an_unknown_corpus_is_named() -> None:
    with pytest.raises(KeyError, match="no corpus 'imagenet'"):
        corpora.load("imagenet")


def test_a_file_that_is_not_idx_is_refused(tmp_path, monkeypatch) -> None:
    import gzip

    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))
    (tmp_path / "mnist").mkdir()
    for part in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            path = tmp_path / "mnist" / f"{part}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(b"<html>not found</html>"))
    with pytest.raises(ValueError, match="is not an IDX file"):
        load_images("mnist")


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
