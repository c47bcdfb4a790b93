"""The corpora: sizes, disjoint splits, and a plain word where one is missing."""

import numpy as np
import pytest

from backend import data
from backend.data.mnist import load as load_images
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


def test_a_missing_corpus_says_where_it_looked_and_how_to_get_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))
    for name in data.CORPORA:
        assert not data.available(name)
        with pytest.raises(data.MissingCorpus, match=f"download_data.py {name}") as error:
            data.load(name)
        assert str(tmp_path) in str(error.value)


def test_an_unknown_corpus_is_named() -> None:
    with pytest.raises(KeyError, match="no corpus 'imagenet'"):
        data.load("imagenet")


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
