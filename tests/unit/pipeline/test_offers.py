"""What a user can train: models by kind of item, their settings, and a recipe of both."""

import dataclasses
import io
import json

import numpy as np
import pytest

from backend import corpora, registry
from backend.corpora import own
from backend.pipeline import offers as module
from backend.pipeline.corpus import batches_of, read_corpus
from backend.pipeline.offers import offers, recipe_of
from backend.pipeline.train import build
from backend.pipeline.worker import seen
from backend.training import TrainConfig, Trainer


@pytest.mark.parametrize("kind", ["text", "image"])
def test_each_offer_is_a_model_of_that_kind_that_can_be_set_and_shown(kind, monkeypatch):
    pictures = corpora.Split(np.zeros((3, 28, 28), np.uint8), None, {})
    monkeypatch.setattr(corpora, "load", lambda _: {"train": pictures})
    found = offers(kind)
    assert found[0].model == {"text": "text_vae/text_vae", "image": "vae/vae"}[kind]
    names = {one.model for one in found}
    assert names >= {"text": {"lm/lstm_lm"}, "image": {"vae/cvae", "ae/linear_ae"}}[kind]
    assert not names & {"dialog/hred", "text_vae/di_vst", "classifier/text_classifier"}
    assert [one.model for one in found if one.told] == {"text": [], "image": ["vae/cvae"]}[kind]
    for offer in found:
        settings = {one.name: one for one in offer.settings}
        assert sum(one.first for one in offer.settings) == module.FEW
        assert offer.settings[0].name == "steps" and "vocab_size" not in settings
        assert all(one.help for one in offer.settings)
        assert list(offer.presets) == ["two minutes", "half an hour", "as shipped"]
        for preset in offer.presets.values():
            assert set(preset) <= set(settings)
            data = {"text": "tatoeba", "image": "mnist"}[kind]
            recipe = recipe_of(offer.model, data, "Mine", preset)
            assert preset.items() <= (vars(recipe) | recipe.model | recipe.train).items()
    json.dumps([offer.settings for offer in found])


@pytest.mark.parametrize("kind", ["text", "image"])
def test_no_setting_of_a_model_or_of_training_is_left_out(kind):
    for offer in offers(kind):
        settings = [one.name for one in offer.settings]
        config = registry.model_class(offer.model).Config
        fields = [*dataclasses.fields(TrainConfig), *dataclasses.fields(config)]
        free = [field.name for field in fields if field.name not in module.GIVEN]
        assert len(set(settings)) == len(settings) == len(free) + 2 * (kind == "text")
        assert {name.removeprefix(module.OF_MODEL) for name in settings} >= set(free)


def test_a_name_that_model_and_training_share_is_two_settings(monkeypatch):
    pictures = corpora.Split(np.zeros((3, 28, 28), np.uint8), None, {})
    monkeypatch.setattr(corpora, "load", lambda _: {"train": pictures})
    settings = {"clip": 3.0, "model_clip": 0.5, "hidden": [64, 32]}
    recipe = recipe_of("gan/wgan", "mnist", "Mine", settings)
    assert (recipe.train["clip"], recipe.model["clip"]) == (3.0, 0.5)
    assert registry.model_class("gan/wgan").Config(**recipe.model).hidden == (64, 32)


@pytest.mark.parametrize("preset", ["two minutes", "as shipped"])
def test_what_is_set_goes_where_it_belongs_and_the_rest_stays_as_shipped(preset):
    offer = offers("text")[0]
    recipe = recipe_of(offer.model, "tatoeba", "Mine", offer.presets[preset] | {"latent_dim": 7})
    assert recipe.title == "Mine" and recipe.model["latent_dim"] == 7
    assert recipe.model["kl_target"] == 24.5 and not recipe.note
    assert recipe.min_count == (2 if preset == "two minutes" else 4)
    assert recipe.train["steps"] == (2000 if preset == "two minutes" else 13_000)
    TrainConfig(**recipe.train)
    registry.model_class(offer.model).Config(**recipe.model)


def test_a_picture_model_takes_the_shape_of_the_pictures(monkeypatch):
    pictures = corpora.Split(np.zeros((3, 32, 32, 3), np.uint8), None, {})
    monkeypatch.setattr(corpora, "load", lambda _: {"train": pictures})
    assert recipe_of("vae/vae", "mnist", "x", {}).model["data_shape"] == (3, 32, 32)


@pytest.mark.parametrize("kind", ["text", "image"])
def test_each_offered_model_learns_from_data_of_one_s_own(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_YOURS_DIR", str(tmp_path))
    if kind == "text":
        data = "\n".join(f"The {n % 3} cat is {n}." for n in range(40)).encode()
        key = own.keep("Lines", "lines.txt", data)
    else:
        file = io.BytesIO()
        pictures = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
        np.savez(file, pictures=pictures, kinds=np.arange(40) % 2)
        key = own.keep("Noise", "noise.npz", file.getvalue(), label_column="kinds")
    small = {"batch_size": 8, "embedding_dim": 8, "encoder_dim": 8, "decoder_dim": 8}
    small |= {"hidden_dim": 8, "width": 8, "layers": 1, "channels": 2, "min_count": 1}
    for offer in offers(kind):
        names = {one.name for one in offer.settings}
        settings = {name: value for name, value in small.items() if name in names}
        recipe = recipe_of(offer.model, key, "Mine", settings)
        material = read_corpus(key, recipe)
        model = build(f"{offer.model}--{key}", recipe, material, 0)
        config = TrainConfig(**recipe.train)
        terms = Trainer(model, config).step(0, batches_of(material, model, config)(0), 1e-3)
        assert all(value.isfinite() for value in terms.values()), offer.model
        assert len(seen(model.eval(), material, 1)["examples"]["samples"]) == 8, offer.model


def test_a_model_that_is_told_classes_needs_data_with_labels(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_YOURS_DIR", str(tmp_path))
    file = io.BytesIO()
    np.savez(file, np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8))
    key = own.keep("Noise", "noise.npz", file.getvalue())
    with pytest.raises(ValueError, match="Noise has fewer than two classes"):
        recipe_of("vae/cvae", key, "Mine", {})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"nonsense": 1}, "no setting 'nonsense'"),
        ({"steps": 0}, "Steps is at least 1 and at most 1,000,000; got 0"),
        ({"latent_dim": 2.5}, "Size of the code is a whole number"),
        ({"lr": "fast"}, "Learning rate is a number"),
        ({"word_dropout": 2}, "Word dropout is at least 0 and at most 1; got 2"),
        ({"annealing": "never"}, "Annealing is one of constant"),
        ({"annealing": ["constant"]}, "Annealing is one of constant"),
        ({"decay": "no"}, "Decay is true or false; got 'no'"),
        ({"lr": None}, "Learning rate is a number; got None"),
        ({"lr": [1]}, "Learning rate is a number; got "),
        ({"steps": 10**400}, "Steps is a whole number; got 1000"),
        ({"steps": True}, "Steps is a whole number; got True"),
    ],
)
def test_a_wrong_setting_is_refused_in_a_sentence(settings, said):
    with pytest.raises(ValueError, match=said):
        recipe_of("text_vae/text_vae", "tatoeba", "x", settings)


@pytest.mark.parametrize("sizes", [[], [0], [1.5], ["64"], "64", None, [9] * 9, [10**400]])
def test_sizes_of_layers_are_a_few_whole_numbers(sizes):
    with pytest.raises(ValueError, match="Hidden is one to 8 whole numbers, each from 1 to 4,096"):
        recipe_of("ae/ae", "mnist", "x", {"hidden": sizes})


def test_a_model_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="does not learn from data of this kind"):
        recipe_of("vae/vae", "tatoeba", "x", {})
