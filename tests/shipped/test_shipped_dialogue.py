"""What must come out of the dialogue models that ship, by the numbers that are kept of them."""

import pytest

from backend import checkpoint

INFOS = {info.name: info for info in checkpoint.available({"respond"})}
CODED = [name for name, info in INFOS.items() if info.latent_dim]
GAMES = [name for name, info in INFOS.items() if info.model.startswith("dialog_wae")]
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
    assert silhouette["value"] > silhouette["reference"]


def test_actions_that_are_asked_for_are_read_in_the_replies() -> None:
    acting = [info for info in INFOS.values() if "action_obeyed" in info.metrics]
    for info in acting:
        entry = info.metrics["action_obeyed"]
        assert entry["value"] > 3 * entry["reference"]
