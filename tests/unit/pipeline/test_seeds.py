"""Two recipes over seeds: trained alike, each tested at its best moment, and what is written."""

import numpy as np
import pytest
import torch

from backend import corpora
from backend.corpora import Split
from backend.device import seeded
from backend.evaluation import likelihood
from backend.pipeline import seeds
from backend.pipeline.corpus import batches_of, read_corpus
from backend.pipeline.recipe import Recipe
from backend.pipeline.seeds import Arm
from backend.pipeline.train import build
from backend.training import TrainConfig, fit

TRAIN = {"steps": 40, "batch_size": 8, "lr": 3e-2, "warmup": 1}
PLAIN, CRITIC = "vae/vae--mnist--few", "vae/aavae--mnist--few"


@pytest.fixture(autouse=True)
def _few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    kinds = {
        name: Split(rng.integers(0, 256, (n, 28, 28), dtype=np.uint8), np.arange(n) % 10)
        for name, n in (("train", 50), ("validation", 20), ("test", 30))
    }
    monkeypatch.setattr(corpora, "load", lambda dataset: kinds)


def recipe(items: int = 30, **settings) -> Recipe:
    return Recipe("few", {"latent_dim": 2, "hidden": (8,)} | settings, TRAIN, items=items)


def test_a_recipe_reads_as_many_of_the_first_items_as_it_says() -> None:
    whole = read_corpus("mnist", recipe(items=None))
    few = read_corpus("mnist", recipe())
    assert len(whole.train) == 50 and torch.equal(few.train, whole.train[:30])
    assert torch.equal(few.held_out, whole.held_out) and len(few.held_out) == 20


def test_with_a_perfect_critic_the_two_runs_are_one_and_the_table_says_so() -> None:
    plain, critic = Arm("VAE", PLAIN, recipe()), Arm("A", CRITIC, recipe(use_critic=False))
    wide = Arm("wide", PLAIN, recipe(latent_dim=4))
    *progress, table = seeds.compare([plain, critic, wide], range(2))
    assert [round(one.done, 2) for one in progress] == [0.17, 0.33, 0.5, 0.67, 0.83, 1]
    mean, spread, *each = table["rows"]
    assert [row["label"] for row in each] == ["seed 0", "seed 1"]
    assert each[0]["VAE"] != each[1]["VAE"]  # seeds are told apart
    for row in table["rows"]:
        assert row["A − VAE"] == pytest.approx(0, abs=2e-3)
    for row in (mean, *each):
        assert row["wide − VAE"] == pytest.approx(row["wide"] - row["VAE"], abs=2e-3)
    bounds = [row["VAE"] for row in each]
    assert mean["VAE"] == pytest.approx(np.mean(bounds), abs=1e-3)
    assert spread["VAE"] == pytest.approx(np.std(bounds, ddof=1), abs=2e-3)
    assert "30 training pictures" in table["note"] and "2 seeds" in table["title"]


def test_a_run_is_tested_with_the_weights_of_its_best_validation_bound() -> None:
    """The same run by hand: noise cannot be learned, so the best moment is not the last."""
    arm, material = Arm("VAE", PLAIN, recipe()), read_corpus("mnist", recipe())
    test = material.processor.encode(corpora.load("mnist")["test"].items)
    step, nll = seeds._run(arm, material, test, 3)
    config = TrainConfig(**TRAIN, seed=3, report_every=40 // seeds.LOOKS)
    model = build(PLAIN, recipe(), material, 3)
    found = {}
    for report in fit(model, batches_of(material, model, config), config):
        bounds = []
        for x in (material.held_out, test):
            with torch.no_grad(), seeded(0):
                bounds.append(likelihood.bound(model, x).nll.mean().item())
        found[report.step] = bounds
    best = min(found, key=lambda step: found[step][0])
    assert (step, nll) == (best, pytest.approx(found[best][1], rel=1e-5))


@pytest.mark.parametrize(
    "other", [recipe(items=20), Recipe("few", {}, TRAIN | {"steps": 30}, items=30)]
)
def test_runs_that_are_not_trained_alike_are_not_compared(other: Recipe) -> None:
    with pytest.raises(ValueError, match=r"differ in more than the model: (items|steps)"):
        next(seeds.compare([Arm("VAE", PLAIN, other), Arm("A", CRITIC, recipe())], range(1)))
