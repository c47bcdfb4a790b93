"""What ARAE is measured by, and its spaces on the page: tiny nets over a small corpus."""

import dataclasses
import gzip
import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from backend import checkpoint, corpora
from backend.device import seeded
from backend.evaluation import examples
from backend.evaluation.studies import arae
from backend.evaluation.subject import Sizes, Subject
from backend.evaluation.text import LanguageModelSettings
from backend.pipeline import measure, train
from backend.pipeline.card import card
from backend.pipeline.corpus import read_corpus
from backend.pipeline.recipe import Recipe
from backend.pipeline.rows import Rows
from backend.space import LatentSpace
from backend.training import TrainConfig, fit

NAME = "text_gan/arae--snli"
NETS = {"latent_dim": 8, "embedding_dim": 16, "encoder_dim": 16, "decoder_dim": 24, "noise_dim": 4}
NETS |= {"code_hidden": (16,), "critic_hidden": (16,), "critic_steps": 1, "dropout": 0.0}
SIZES = Sizes(
    held_out=40,
    nll=20,
    nll_codes=20,
    pairs=10,
    samples=200,
    language_model=LanguageModelSettings(lm_embedding_dim=16, lm_hidden_dim=16, lm_epochs=2),
)


@pytest.fixture(scope="module", autouse=True)
def trained(tmp_path_factory):
    """A checkpoint over a thousand sentences, trained for some steps; another comes later."""
    folder, made = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("trained")
    choose = random.Random(0).choice
    words = ["a", "the", "one"], ["man", "dog", "woman", "child"], ["runs", "sits", "eats"]
    words = (*words, [f"thing{i}" for i in range(30)])
    lines = sorted({" ".join(map(choose, words)) + choose([".", ""]) for _ in range(1000)})
    (folder / "snli-subset").mkdir()
    path = folder / "snli-subset" / "sentences.txt.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_DATA_DIR", str(folder))
        patch.setenv("LATENT_TRAINED_DIR", str(made))
        finished(NAME, 400)
        yield


def finished(name: str, steps: int) -> None:
    recipe = Recipe("Tiny", NETS, {}, min_count=1, components=1)
    read = read_corpus("snli", recipe)
    model = train.build(name, recipe, read, seed=0)
    config = TrainConfig(steps=steps, batch_size=32, lr=1e-2, warmup=10)
    for _ in fit(model, lambda step: read.train[32 * (step % 20) :][:32], config):
        pass
    rows = Rows(Path("no such file"), 0)
    train.finish(name, recipe, read, model.eval(), config, rows, checkpoint.trained_dir() / name)


def test_sentences_that_differ_in_their_full_stop_are_in_one_split() -> None:
    splits = corpora.load("snli")
    bare = {name: {x.removesuffix(".") for x in split.items} for name, split in splits.items()}
    assert sum(map(len, bare.values())) < sum(len(split.items) for split in splits.values())
    assert not bare["train"] & bare["test"] and not bare["train"] & bare["validation"]
    assert not bare["test"] & bare["validation"] and bare["test"]


def test_codes_are_the_likelier_to_decode_alike_the_less_noise_they_have() -> None:
    subject = Subject(checkpoint.info(NAME), SIZES)
    found = dict(measure.numbers(subject, ["noised_same"]))["noised_same"]
    levels = found["settings"]["by_noise"]
    assert found["value"] == pytest.approx(levels[str(found["settings"]["noise"])], abs=0.01)
    assert found["n"] == sum(map(len, subject.held_out))
    shares = [levels[str(level)] for level in arae.NOISES]
    assert 0 <= shares[-1] < shares[0] <= 100
    z = subject.means(subject.held_out)
    with seeded(0), torch.inference_mode():  # the seed of all studies
        noisy = z + 0.05 * torch.randn_like(z)
    same = [a == b for a, b in zip(subject.greedy(noisy), subject.greedy(z), strict=True)]
    spread = torch.nn.functional.normalize(noisy)
    on_sphere = [a == b for a, b in zip(subject.greedy(spread), subject.greedy(z), strict=True)]
    assert levels["0.05"] == pytest.approx(100 * np.mean(on_sphere), abs=0.01)
    assert len(same) == len(on_sphere)


def test_an_odd_number_of_sentences_can_be_paired() -> None:
    subject = Subject(checkpoint.info(NAME), dataclasses.replace(SIZES, held_out=15, pairs=500))
    found = dict(measure.numbers(subject, ["ends_match", "exact_match"]))
    assert found["exact_match"]["n"] == 15 and found["ends_match"]["n"] == 7


def test_it_is_compared_with_the_same_nets_without_the_game_once_they_are_there() -> None:
    subject = Subject(checkpoint.info(NAME), SIZES)
    assert "reverse_ppl_apart" not in measure.possible(subject)
    finished(NAME + arae.ALONE, 30)
    ids = ["reverse_ppl", "reverse_ppl_aggregate", "reverse_ppl_apart"]
    found = dict(measure.numbers(subject, ids))
    assert found["reverse_ppl_apart"]["settings"]["of"] == NAME + arae.ALONE
    alone = Subject(checkpoint.info(NAME + arae.ALONE), SIZES)
    assert "reverse_ppl_apart" not in measure.possible(alone)
    of_alone = dict(measure.numbers(alone, ids[:2]))
    assert found["reverse_ppl_apart"]["value"] == of_alone["reverse_ppl_aggregate"]["value"]
    for better, said in ((True, "made samples better"), (False, "did not make samples better")):
        found["reverse_ppl"] |= {"value": found["reverse_ppl_apart"]["value"] + 1 - 2 * better}
        checkpoint.write_metrics(checkpoint.info(NAME).path, values=found)
        text = card(checkpoint.info(NAME), "")
        assert f"so the game {said}." in text and "space = backend.load" in text


def test_its_prior_can_be_drawn_from_but_has_no_density() -> None:
    space = LatentSpace.load(NAME, "cpu")
    z = space.sample_codes(50, seed=1)
    np.testing.assert_allclose(np.linalg.norm(z, axis=1), 1, rtol=1e-5)
    assert space.spherical and z.std(0).min() > 0
    assert not np.allclose(space.sample_codes(50, seed=1, source="aggregate"), z)
    cold = space.sample_codes(50, seed=1, temperature=0.0)
    assert np.allclose(cold, cold[0])
    for point in space.inspect(z[:3]):
        assert math.isnan(point.log_p_z) and math.isfinite(point.log_p_x)
        assert 0 <= point.typicality <= 100
    assert examples.evaluate(NAME)["log_p_z"] == [None] * 4


def test_refined_codes_stay_on_the_sphere_and_bring_out_more_sentences() -> None:
    space = LatentSpace.load(NAME, "cpu")
    sentences = corpora.load("snli")["train"].sentences[:80]
    said = space.processor.decode(space.read(sentences))
    plain, refined = space.encode(sentences), space.encode(sentences, refine=True)
    np.testing.assert_allclose(np.linalg.norm(refined, axis=1), 1, rtol=1e-5)
    before, after = (
        sum(a == b for a, b in zip(space.decode(z), said, strict=True)) for z in (plain, refined)
    )
    assert after > before
    assert (refined != plain).any(1).sum() == after - before
