"""Senses of a word: whose they are, where they are used, and what training moved."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from backend.device import seeded
from backend.distributions.sequence import EOS
from backend.language import senses
from backend.language.text_models import TextModel
from backend.models.lm.kerbs import Config, KerBS
from backend.models.lm.lstm_lm import LSTMLM
from backend.processors.text import SPECIALS, TextProcessor

WORDS = ["the", "dog", "runs", "."]
SENTENCES = ["the dog runs.", "Dog runs the dog.", "runs runs.", "the strange dog."]
DOG = len(SPECIALS) + 1


def make(folder: Path, direction: str = "forward") -> TextModel:
    """Random weights, two senses a word; the third of "dog" was taken from "runs" at step 7."""
    sizes = {"vocab_size": 8, "max_len": 6, "direction": direction}
    with seeded(3):
        model = KerBS(Config(**vars(Config.tiny()) | sizes)).eval().requires_grad_(False)
    layer = model.words
    layer.needed[:] = 1.0
    layer.needed[layer.table[DOG + 1, 0]] = 0.0
    layer.surprise[DOG] = 2.0
    layer.reallocate(7, 1)
    layer.log_theta[layer.table[DOG, 1]] = 1.0
    processor = TextProcessor(SPECIALS + WORDS, {"dog": "Dog"}, 5)
    senses.keep_sentences(folder, SENTENCES)
    info = SimpleNamespace(name="tiny", path=folder, capabilities=model.capabilities)
    return TextModel(info, model, processor)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_shares_of_senses_are_those_of_the_model_where_the_word_stands(
    tmp_path: Path, direction: str
) -> None:
    lm = make(tmp_path, direction)
    found = senses.of_word(lm, "dog")
    assert (found.word, found.kernel, found.sentences) == ("Dog", "paper", 4)
    around = [(context.before, context.after) for context in found.contexts]
    assert around[:2] == [("The", "runs."), ("", "runs the Dog.")]
    assert around[2] == ("Dog runs the", ".") and len(around) == 4
    ids = torch.tensor([[DOG, DOG + 1, DOG - 1, DOG, DOG + 2, EOS]])
    place = 3 + (direction == "backward")  # the gap whose reading predicts the second dog
    x = lm.lm.contexts(ids)[:, place]
    own = lm.model.words.table[DOG, :3]
    p = lm.model.words.scores(x)[0, own].softmax(0).tolist()
    assert found.contexts[2].p == pytest.approx(p, abs=1e-6)
    shares = torch.tensor([context.p for context in found.contexts]).mean(0).tolist()
    assert [sense.share for sense in found.senses] == pytest.approx(shares)


def test_senses_say_how_wide_they_are_and_where_they_came_from(tmp_path: Path) -> None:
    lm = make(tmp_path)
    layer = lm.model.words
    found = senses.of_word(lm, "dog")
    assert [(sense.step, sense.giver) for sense in found.senses] == [(0, ""), (0, ""), (7, "runs")]
    assert senses.moves(lm) == [(7, "runs", "Dog")]
    assert senses.richest(lm, 2) == [("Dog", 3), ("the", 2)]
    assert [round(sense.theta, 3) for sense in found.senses] == [1, 2.718, 1]
    assert len(senses.thetas(lm)) == layer.absent
    wide, wider, _ = (sense.kernels["paper"] for sense in found.senses)
    assert len(wide) == len(senses.ANGLES) and wide == sorted(wide, reverse=True)
    assert wide[0] - wide[12] > wider[0] - wider[12]  # at 60 degrees
    assert found.senses[1].kernels["code"][12] < wide[12] * found.senses[1].kernels["code"][0]


def test_the_plane_keeps_what_it_says_of_distances(tmp_path: Path) -> None:
    lm = make(tmp_path)
    found = senses.of_word(lm, "dog")
    points = [[one.x, one.y] for one in (*found.contexts, *found.senses)]
    shown = torch.tensor(points).square().sum()
    own = lm.model.words.table[DOG, :3]
    x = torch.cat([context_of(lm, i) for i in range(4)] + [lm.model.words.sense_vectors[own]])
    directions = torch.nn.functional.normalize(x)
    whole = (directions - directions.mean(0)).square().sum()
    assert found.kept == pytest.approx(float(shown / whole), abs=1e-4)
    assert 0.3 < found.kept < 1


def context_of(lm: TextModel, i: int) -> torch.Tensor:
    """What was read before the i-th "dog", [1, E]."""
    sentence, place = [(0, 1), (1, 0), (1, 3), (3, 2)][i]
    return lm.lm.contexts(lm.processor.encode([SENTENCES[sentence]]))[:, place]


def test_a_word_without_contexts_is_told_by_its_vectors_alone(tmp_path: Path) -> None:
    lm = make(tmp_path)
    senses.keep_sentences(tmp_path, ["the dog."])
    found = senses.of_word(lm, "runs")
    assert found.contexts == [] and len(found.senses) == 1
    assert found.senses[0].share != found.senses[0].share  # NaN
    assert (found.senses[0].x, found.senses[0].y) == (0, 0)


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    lm = make(tmp_path)
    for word, said in (("two words", "has 2"), ("", "has 0"), ("cat", "does not know 'cat'")):
        with pytest.raises(ValueError, match=said):
            senses.of_word(lm, word)
    plain = TextModel(lm.info, LSTMLM(LSTMLM.Config.tiny()), lm.processor)
    with pytest.raises(ValueError, match="one vector for each word"):
        senses.of_word(plain, "dog")
    (tmp_path / senses.FILE).write_text("{}")
    with pytest.raises(ValueError, match="no list of sentences"):
        senses.of_word(lm, "dog")
    (tmp_path / senses.FILE).unlink()
    with pytest.raises(ValueError, match="has no contexts"):
        senses.of_word(lm, "dog")
