"""Translating with a small model: what is read, told and refused."""

from pathlib import Path

import pytest
import torch

import backend
from backend.distributions.sequence import EOS
from backend.language import next_words, senses, translation
from backend.language.text_models import TextModel
from backend.processors.text import UNK
from tests.small_language import write_checkpoint

SOURCE = "She likes good tea"  # of words that the small vocabulary has


@pytest.fixture(params=["translation", "mos_translation", "kerbs_translation"])
def lm(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch) -> TextModel:
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    name = f"seq2seq/{request.param}--tatoeba-de-en"
    write_checkpoint(tmp_path, name, separator=20)  # words from there on can be read alone
    return backend.load_text_model(name, device="cpu")


def test_the_likeliest_translation_is_told_with_where_it_looked(lm: TextModel) -> None:
    found = translation.translate(lm, SOURCE, width=4)
    scores = [one.log_p for one in found.found]
    assert scores == sorted(scores, reverse=True)
    assert found.attention.source == ["she", "likes", "good", "tea", "(end)"]
    assert found.attention.words[-1] == "(end)"
    assert len(found.attention.weights) == len(found.attention.words)
    for row in found.attention.weights:
        assert len(row) == 5 and sum(row) == pytest.approx(1, abs=1e-5)
    assert not found.unknown
    best = lm.processor.tokens(found.found[0].text)
    reader = translation.Translator(lm, SOURCE)
    ids = torch.tensor([[*(lm.processor.ids[word] for word in best), EOS]])
    said = float(reader.model.translations(reader.source).log_prob(ids))
    assert scores[0] == pytest.approx(said, abs=1e-4)


def test_next_words_follow_from_source_and_beginning(lm: TextModel) -> None:
    reader = translation.Translator(lm, SOURCE)
    first, other, begun = (
        next_words.predict(one, text, k=100)
        for one, text in (
            (reader, ""),
            (translation.Translator(lm, "The dog sleeps"), ""),
            (reader, "the"),
        )
    )
    separator = lm.model.config.separator
    beyond = {lm.processor.vocabulary[i] for i in range(separator, len(lm.processor.vocabulary))}
    for found in (first, other, begun):
        assert sum(word.p for word in found.words) == pytest.approx(1, abs=1e-5)
        assert not beyond & {word.word.lower() for word in found.words}
    assert [w.p for w in first.words] != [w.p for w in other.words]
    assert [w.p for w in first.words] != [w.p for w in begun.words]
    assert begun.typed[0].word == "the" and begun.typed[0].log_p < 0
    experts = next_words.experts(reader, "the")
    assert len(experts) == (3 if "experts" in lm.info.capabilities else 0)
    word = sorted(beyond - {"|"})[0]
    assert next_words.predict(reader, word).unknown == [word]
    assert reader.ids(word) == [UNK]
    drawn = next_words.continuations(reader, "the", 3, seed=1)
    assert drawn == next_words.continuations(reader, "the", 3, seed=1)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("  ", "Write a sentence in German"),
        ("dog " * 13, "has 13 words and marks; this model reads at most 12"),
        ("qwerty zzz", r"no word that this model knows \(qwerty, zzz\)"),
        ("...", "no word that this model knows"),
    ],
)
def test_what_cannot_be_read_is_told(lm: TextModel, source: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        translation.Translator(lm, source)


def test_unknown_words_and_marks_of_pairs_are_read_as_such(lm: TextModel) -> None:
    reader = translation.Translator(lm, "A qwerty dog | runs")
    assert reader.strange == ["qwerty", ","]
    assert (reader.source == lm.model.config.separator).sum() == 1


def test_a_language_model_does_not_translate(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    name = "lm/lstm_lm--everyday--forward"
    write_checkpoint(tmp_path, name)
    with pytest.raises(ValueError, match="does not translate"):
        translation.translate(backend.load_text_model(name, device="cpu"), SOURCE)


def test_senses_are_found_in_translations_and_not_in_sources(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    name = "seq2seq/kerbs_translation--tatoeba-de-en"
    write_checkpoint(tmp_path, name)
    senses.keep_sentences(
        tmp_path / name, ["The dog runs | the cat", "A cat | the bed in the tea"]
    )
    lm = backend.load_text_model(name, device="cpu")
    found = senses.of_word(lm, "the")
    assert [(c.before, c.after) for c in found.contexts] == [
        ("", "cat"),
        ("", "bed in the tea"),
        ("The bed in", "tea"),
    ]
    alone = lm.processor.vocabulary[-1]
    with pytest.raises(ValueError, match="does not know"):
        senses.of_word(lm, alone)
    assert senses.richest(lm, 3)
