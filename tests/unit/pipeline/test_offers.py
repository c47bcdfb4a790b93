"""What a user can train: models by kind of item, their settings, and a recipe of both."""

import json

import numpy as np
import pytest

from backend import corpora, registry
from backend.pipeline import offers as module
from backend.pipeline.offers import offers, recipe_of
from backend.training import TrainConfig


@pytest.mark.parametrize("kind", ["text", "image"])
def test_each_offer_is_a_model_of_that_kind_that_can_be_set_and_shown(kind):
    found = offers(kind)
    assert found[0].model == {"text": "text_vae/text_vae", "image": "vae/vae"}[kind]
    names = {one.model for one in found}
    assert not names & {"dialog/hred", "vae/cvae", "lm/lstm_lm", "classifier/text_classifier"}
    for offer in found:
        settings = {one.name: one for one in offer.settings}
        assert sum(one.first for one in offer.settings) == module.FEW
        assert offer.settings[0].name == "steps" and "vocab_size" not in settings
        assert all(one.help for one in offer.settings)
        assert list(offer.presets) == ["two minutes", "half an hour", "as shipped"]
        for preset in offer.presets.values():
            assert set(preset) <= set(settings)
            for name, value in preset.items():
                assert module._checked(settings[name], value) == value
    json.dumps([offer.settings for offer in found])


@pytest.mark.parametrize("preset", ["two minutes", "as shipped"])
def test_what_is_set_goes_where_it_belongs_and_the_rest_stays_as_shipped(preset):
    offer = offers("text")[0]
    recipe = recipe_of(offer.model, "tatoeba", "Mine", offer.presets[preset] | {"latent_dim": 7})
    assert recipe.title == "Mine" and recipe.model["latent_dim"] == 7
    assert recipe.model["kl_target"] == 24.5 and not recipe.note
    assert recipe.min_count == (2 if preset == "two minutes" else 4)
    assert recipe.train["steps"] == (1200 if preset == "two minutes" else 13_000)
    TrainConfig(**recipe.train)
    registry.model_class(offer.model).Config(**recipe.model)


def test_a_picture_model_takes_the_shape_of_the_pictures(monkeypatch):
    pictures = corpora.Split(np.zeros((3, 32, 32, 3), np.uint8), None, {})
    monkeypatch.setattr(corpora, "load", lambda _: {"train": pictures})
    assert recipe_of("vae/vae", "mnist", "x", {}).model["data_shape"] == (3, 32, 32)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"nonsense": 1}, "no setting 'nonsense'"),
        ({"steps": 0}, "Steps is at least 1 and at most 1,000,000; got 0"),
        ({"latent_dim": 2.5}, "Size of the code is a whole number"),
        ({"lr": "fast"}, "Learning rate is a number"),
        ({"word_dropout": 2}, "Word dropout is at least 0 and at most 1; got 2"),
        ({"annealing": "never"}, "Annealing is one of constant"),
    ],
)
def test_a_wrong_setting_is_refused_in_a_sentence(settings, said):
    with pytest.raises(ValueError, match=said):
        recipe_of("text_vae/text_vae", "tatoeba", "x", settings)


def test_a_model_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="does not learn from data of this kind"):
        recipe_of("vae/vae", "tatoeba", "x", {})
