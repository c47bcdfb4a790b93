"""What must come out of the dialogue models that ship, by the numbers that are kept of them."""

import numpy as np
import pytest

import backend
from backend import checkpoint

INFOS = {info.name: info for info in checkpoint.available({"respond"})}
CODED = [name for name, info in INFOS.items() if info.latent_dim]
GAMES = [name for name, info in INFOS.items() if info.model.startswith("dialog_wae")]
ACTING = [name for name, info in INFOS.items() if "action_obeyed" in info.metrics]
ALONE = [name for name, info in INFOS.items() if info.dataset == "smd"]
MIXTURES = [name for name in GAMES if INFOS[name].config.get("components", 1) > 1]


def value(name: str, id: str) -> float:
    return INFOS[name].metrics[id]["value"]


def test_the_bag_of_words_keeps_the_code_from_collapsing() -> None:
    assert value("dialog/cvae--dailydialog", "reply_kl") > 2
    assert value("dialog/cvae--dailydialog--no-bow", "reply_kl") < 0.1


@pytest.mark.parametrize("name", CODED)
def test_a_code_makes_replies_differ_whose_words_are_the_likeliest(name: str) -> None:
    """Without one they are copies; a code that collapsed is hardly better."""
    assert value("dialog/hred--dailydialog", "likeliest_sameness") == pytest.approx(1)
    collapsed = INFOS[name].metrics.get("reply_kl", {}).get("value", 1) < 0.1
    assert (value(name, "likeliest_sameness") > 0.5) == collapsed


@pytest.mark.parametrize("name", GAMES)
def test_the_gap_of_the_critic_shrinks_and_its_slope_is_near_1(name: str) -> None:
    curves = checkpoint.history(name)
    gap = [abs(gap) for gap in curves["validation_critic_loss"]]
    assert gap[-1] < 0.1 * gap[0]
    assert curves["validation_slope"][-1] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("name", MIXTURES)
def test_modes_are_used_and_part_the_replies(name: str) -> None:
    silhouette = INFOS[name].metrics["mode_silhouette"]
    assert value(name, "effective_modes") > 1.5
    assert silhouette["value"] > silhouette["reference"] + 0.02  # of shuffled modes


@pytest.mark.parametrize("name", ACTING)
def test_actions_that_are_asked_for_are_read_in_the_replies(name: str) -> None:
    entry = INFOS[name].metrics["action_obeyed"]
    assert entry["value"] > 3 * entry["reference"]
    parts = INFOS[name].metrics.get("action_parts_obeyed")
    assert (parts is not None) == (INFOS[name].model == "st_ed")
    assert parts is None or parts["value"] > 2 * parts["reference"]


@pytest.mark.parametrize("name", ALONE)
def test_one_reply_is_better_than_a_random_one(name: str) -> None:
    entry = INFOS[name].metrics["single_bleu"]
    assert entry["value"] > 5 * entry["reference"]
    cases = entry["settings"]["cases"]
    assert bool(cases) == (INFOS[name].model == "st_ed")
    for case in cases:
        shares = [move["probability"] for move in case["moves"]]
        assert case["talk"] and case["reply"] and shares == sorted(shares, reverse=True)


def test_the_clouds_end_together() -> None:
    """Those of posterior and prior lie farther apart, for their widths, soon after the start."""
    clouds = backend.load_clouds("dialog/dialog_wae--dailydialog")
    assert clouds is not None and clouds.steps[0] == 0 and clouds.steps[-1] == 3000
    pairs = np.stack([clouds.posterior, clouds.prior]).astype(float)
    apart = np.linalg.norm(np.subtract(*pairs.mean(2)), axis=1) / pairs.std(2).max((0, 2))
    assert apart[-1] < 0.3 * apart[1:6].max()
