"""The sample section of a card."""

import pytest

import backend
from backend import corpora
from backend.pipeline.samples import _ends


def test_a_path_has_ends_that_the_model_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    record = corpora.corpus("tatoeba")
    space = backend.load("text_vae/text_vae--tatoeba", device="cpu")
    assert _ends(space) == record.ends
    for unread in ("Zzyzx qwrty!", "so " * 40):
        other = record._replace(ends=("I like tea.", unread))
        monkeypatch.setattr(corpora, "corpus", lambda _, other=other: other)
        assert _ends(space) is None
