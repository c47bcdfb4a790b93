"""Soft words of a Gumbel-softmax GAN, the slope they let through, and samples that are judged."""

from types import SimpleNamespace

import pytest
import torch

from backend import registry
from backend.corpora import toy_language
from backend.device import seeded
from backend.language import text_gans
from backend.language.text_models import TextModel
from backend.processors.text import TextProcessor


def build(name: str) -> TextModel:
    """An untrained model over the toy language's words."""
    words = TextProcessor.train(["a cat sleeps", "two cats sleep"], 1, toy_language.LONGEST)
    cls = registry.model_class(f"text_gan/{name}")
    with seeded(0):
        model = (
            cls(cls.Config.tiny(vocab_size=len(words.vocabulary), max_len=8))
            .eval()
            .requires_grad_(False)
        )
    return TextModel(SimpleNamespace(title="A model"), model, words)


@pytest.fixture(scope="module")
def lm() -> TextModel:
    return build("gumbel_gan")


def test_one_soft_sample_sharpens_as_the_temperature_falls(lm: TextModel) -> None:
    found = {tau: text_gans.relaxed(lm, tau, seed=3) for tau in (0.05, 0.5, 5.0)}
    surest = [min(words[0][1] for words in found[tau].words) for tau in found]
    assert surest[0] > surest[1] > surest[2]
    for soft in found.values():
        assert len(soft.words) == 8
        for words in soft.words:
            shares = [share for _, share in words]
            assert shares == sorted(shares, reverse=True) and sum(shares) <= 1.001
    likeliest = [words[0][0] for words in found[0.05].words]
    kept = likeliest[: likeliest.index("<eos>")]
    assert found[0.05].drawn == lm.processor.written(kept)
    assert text_gans.relaxed(lm, 0.5, seed=3) == found[0.5] != text_gans.relaxed(lm, 0.5, seed=4)


def test_the_slope_is_that_of_what_the_generator_minimises(lm: TextModel) -> None:
    found = text_gans.slopes(lm, seed=1)
    assert [slope.temperature for slope in found] == list(text_gans.TEMPERATURES)
    shared = [slope.words for slope in found]
    assert shared == sorted(shared) and 1 <= shared[0] < 1.5
    lm.model.config = type(lm.model.config)(
        **{**vars(lm.model.config), "first_temperature": 1.0, "last_temperature": 1.0}
    )
    lm.model.requires_grad_(True)
    with seeded(1):
        loss = lm.model.adversarial(text_gans.SAMPLES)["loss"]
    parts = torch.autograd.grad(loss, lm.model.player_parameters("generator"))
    length = torch.cat([part.flatten() for part in parts]).norm()
    at_one = next(slope for slope in found if slope.temperature == 1.0)
    assert at_one.length == pytest.approx(float(length), rel=1e-4) and at_one.length > 0


def test_samples_are_looked_up_in_the_language(lm: TextModel, monkeypatch) -> None:
    ids = lm.processor.encode(["a cat sleeps", "cat a sleeps"])
    monkeypatch.setattr(lm.model, "sample", lambda n, forbid: ids)
    right, wrong = text_gans.drawn(lm, 2)
    assert right.text == "A cat sleeps" and wrong.log_p is None
    p = toy_language.language()["a cat sleeps"]
    assert right.log_p == pytest.approx(torch.tensor(p).log().item())


def test_who_draws_whole_words_is_named() -> None:
    with pytest.raises(ValueError, match="A model draws whole words"):
        text_gans.relaxed(build("seq_gan"), 1.0)
