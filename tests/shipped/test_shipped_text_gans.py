"""What the text GANs that ship show of the two claims, computed again from their weights."""

import math

import numpy as np
import pytest

import backend
from backend import checkpoint
from backend.evaluation import phases

NAMES = [
    info.name
    for info in backend.available()
    if info.family == "text_gan" and info.dataset == phases.DATASET
]
TOY = "text_gan/seq_gan--toy-language"
ARAE = "text_gan/arae--snli"


@pytest.mark.parametrize("name", NAMES)
def test_the_last_moment_is_that_of_the_weights(name: str) -> None:
    lm = backend.load_text_model(name)
    found = phases.exact(lm.lm, lm.processor)
    kept = phases.read(name).moments[-1]
    assert kept.step == 3000
    for id, value in kept.values.items():
        assert found[id] == pytest.approx(value, rel=0.01)  # weights ship in half precision


def test_all_runs_begin_alike_and_a_constant_reward_does_not_improve() -> None:
    runs = {name: phases.read(name).moments for name in NAMES}
    assert len(runs) == 4
    for moments in runs.values():
        assert moments[:15] == runs[TOY][:15]  # 1500 steps of likelihood
    begun = runs[TOY][14].values
    constant = runs[f"{TOY}--constant"][-1].values
    assert constant["language_nll"] > begun["language_nll"] + 0.5
    assert constant["covered"] < begun["covered"] - 10
    alone = runs[f"{TOY}--mle"][-1].values
    for name in (TOY, "text_gan/gumbel_gan--toy-language"):
        game = runs[name][-1].values
        assert game["covered"] < alone["covered"] and game["grammatical"] < alone["grammatical"]


def test_the_game_among_codes_closes_the_gap_and_noise_is_borne_as_is_said() -> None:
    """Its samples differ, and codes with a little noise decode alike as often as was measured."""
    info = checkpoint.info(ARAE)
    gap = [-value for value in checkpoint.history(ARAE)["validation_critic_loss"]]
    assert sum(gap[-8:]) / 8 < 0.2 * gap[0]
    space = backend.load(ARAE, device="cpu")
    samples = space.sample(300, seed=5)
    share = 100 * len(set(samples)) / len(samples)
    assert share >= info.metrics["samples_distinct"]["value"] - 5
    z = space.codes[:300]
    noise = np.random.default_rng(0).standard_normal(z.shape)
    wanted = space.decode(z)
    for level, stored in info.metrics["noised_same"]["settings"]["by_noise"].items():
        made = space.decode(z + float(level) * noise)
        found = 100 * np.mean([a == b for a, b in zip(made, wanted, strict=True)])
        assert abs(found - stored) < 4 * 100 * math.sqrt(0.25 / 300)  # of other sentences
