"""Runs of the laboratory follow from settings and changes alone, and visitors get their turns."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from app import api
from app.widgets.laboratory import widget as page
from backend.corpora.plane import EXTENT
from backend.laboratory import service
from backend.laboratory.presets import PRESETS
from backend.laboratory.run import (
    ARROWS_ASIDE,
    OPTIMA,
    SHOWN,
    TIMES,
    Run,
    describe,
    floor,
    train,
    view,
)
from backend.laboratory.service import Gone, Laboratory
from backend.laboratory.settings import (
    BATCH,
    MOST_EVENTS,
    MOST_STEPS,
    OPTIMISERS,
    Event,
    Settings,
    check_knob,
    knobs,
    variants,
)


@pytest.fixture(autouse=True)
def one_thread():
    """As the page trains; two threads would wait for each other on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def weights(run: Run, index: int = 0) -> torch.Tensor:
    return torch.cat([p.flatten() for p in run.entries[index].parameters])


def moved(run: Run, before: dict[str, torch.Tensor], index: int = 0) -> set[str]:
    """Names of the submodules whose weights differ from ``before``."""
    now = run.entries[index].model.state_dict()
    return {name.split(".")[0] for name in now if not torch.equal(now[name], before[name])}


def snapshot(run: Run, index: int = 0) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in run.entries[index].model.state_dict().items()}


# One run


@pytest.mark.parametrize("name", variants())
def test_every_model_takes_steps_and_can_be_looked_at(name: str) -> None:
    run = Run(Settings(models=(name,)))
    start = weights(run)
    run.advance()
    entry = run.entries[0]
    assert not torch.equal(start, weights(run))
    assert not entry.problem and entry.terms[0].step == 1
    seen = view(run, entry)
    assert seen["samples"].shape == (400, 2) and seen["mesh"].shape == (169, 2)
    assert ("surface" in seen) == (describe(run)[0]["critic"] != "")
    assert ("copies" in seen) == describe(run)[0]["encodes"]
    assert ("field" in seen) == ("course" in seen) == name.startswith("flow")
    assert all(math.isfinite(value) for array in seen.values() for value in array.flatten())


def test_a_flow_is_seen_on_its_way_from_noise_to_its_samples() -> None:
    run = Run(Settings(models=("flow_matching",)))
    run.advance()
    seen = view(run, run.entries[0])
    course, model = seen["course"].reshape(TIMES, SHOWN, 2), run.entries[0].model
    np.testing.assert_allclose(course[-1], seen["samples"], atol=1e-5)
    z = torch.from_numpy(course[0])
    assert abs(z.std().item() - 1) < 0.1
    with torch.no_grad():
        halfway = list(model.course(z))[7]  # the eighth of twenty stages: at 0.4
        corner = model.velocity(
            torch.full((1, 2), EXTENT / ARROWS_ASIDE - EXTENT), torch.ones(1, 1)
        )
    np.testing.assert_allclose(course[2], halfway, atol=1e-5)
    field = seen["field"].reshape(TIMES, ARROWS_ASIDE**2, 2)
    np.testing.assert_allclose(field[-1, 0], corner[0], atol=1e-5)


def test_every_model_has_nets_of_the_same_size() -> None:
    for name in variants():
        config = Run(Settings(models=(name,))).entries[0].model.config
        assert config.hidden == (64, 64)
        assert getattr(config, "code_hidden", (64, 64)) == (64, 64)


def test_nets_batches_and_optimiser_are_as_chosen() -> None:
    chosen = Settings(models=("aae",), layers=3, units=16, batch=8, optimiser="sgd")
    run = Run(chosen)
    entry = run.entries[0]
    assert entry.model.config.hidden == (16, 16, 16)
    assert {type(one).__name__ for one in entry.trainer.optimisers.values()} == {"SGD"}
    seen = []
    entry.take = lambda step, batch, *rest: seen.append(batch.shape)
    run.advance()
    assert seen == [(8, 2)]
    start = snapshot(Run(chosen))
    plain = {name: Run(replace(chosen, optimiser=name)) for name in OPTIMISERS}
    for each in plain.values():
        each.advance()
    assert len({str(moved(each, start)) for each in plain.values()}) == 1
    assert len({float(weights(each).sum()) for each in plain.values()}) == len(OPTIMISERS)


@pytest.mark.parametrize(
    ("name", "wrong"), [("layers", 0), ("layers", 5), ("units", 1), ("batch", 513)]
)
def test_sizes_that_cannot_be_are_told(name: str, wrong: int) -> None:
    with pytest.raises(ValueError, match=rf"lies from \d+ to \d+; got {wrong}"):
        Run(Settings(models=("vae",), **{name: wrong}))


@pytest.mark.parametrize("name", OPTIMA)
def test_the_lines_of_the_loss_curves_are_the_losses_at_the_optimum(name: str) -> None:
    """With samples that no critic tells from the data: its best constant answer is the best."""
    model = Run(Settings(models=(name,))).entries[0].model
    points = torch.zeros(64, 2)
    for loss, optimum in OPTIMA[name].items():
        player = loss.removesuffix("_loss")
        critics = [other for other in model.players if other.endswith("critic")]
        critic = player if player in critics else critics[0]
        last = [layer for layer in getattr(model, critic).modules() if hasattr(layer, "bias")][-1]
        torch.nn.init.zeros_(last.weight)
        found = {}
        for answer in torch.linspace(-2, 2, 401):
            torch.nn.init.constant_(last.bias, float(answer))
            terms = model.loss(points, player)
            found[float(answer)] = float(terms[loss].detach())
        if player == critic:
            assert min(found.values()) == pytest.approx(optimum["value"], abs=1e-4)
        else:
            assert found[min(found, key=abs)] == pytest.approx(optimum["value"], abs=1e-4)


def _seen(run: Run, index: int) -> dict[str, float]:
    """What the page says of a model: scores, last losses, mean pull, spread of the samples."""
    entry = run.entries[index]
    shown = view(run, entry)
    pull = shown.get("pull")
    return {
        **entry.scores[-1].values,
        **entry.terms[-1].values,
        "pull": 0.0 if pull is None else float(np.linalg.norm(pull, axis=1).mean()),
        "spread": float(shown["samples"].std(0).mean()),
        "copies": float(shown["copies"].std(0).mean()) if "copies" in shown else 0.0,
        "outside": float((np.abs(shown["samples"]) > EXTENT).any(1).mean()),
    }


PROMISES: dict[str, Callable[..., bool]] = {  # what a preset says, of what its models show
    "collapse": lambda gan, vae: gan["modes"] <= 2 < 6 <= vae["modes"],
    "vanishing": lambda minimax, gan: (
        minimax["score_fake"] < 0.1 and minimax["pull"] < gan["pull"] / 10
    ),
    "weak": lambda gan: gan["outside"] > 0.5 and gan["critic_loss"] > 2 * 2 * math.log(2),
    "strong": lambda gan, wgan_gp: (
        gan["modes"] <= 2
        and gan["score_real"] - gan["score_fake"] > 0.5
        and wgan_gp["modes"] >= 2 * gan["modes"]
    ),
    "beta": lambda vae, beta: (
        beta["kl"] < 0.05 < 1 < vae["kl"] and beta["copies"] < 0.1 < vae["copies"]
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_shows_what_it_says(name: str) -> None:
    preset = PRESETS[name]
    run = train(preset.settings, preset.steps)
    seen = [_seen(run, i) for i in range(len(run.entries))]
    assert PROMISES[name](*seen), seen


def test_a_run_is_repeated_exactly_with_its_changes() -> None:
    settings = Settings(models=("gan", "vae"), seed=3)
    first = Run(settings)
    for step in range(6):
        if step == 2:
            first.edit("lr", 0.01)
        first.advance("generator" if step == 4 else None)
    second = Run(settings, first.events)
    for _ in range(6):
        second.advance()
    assert [event.name for event in first.events] == ["lr", "only"]
    for index in range(2):
        assert torch.equal(weights(first, index), weights(second, index))


def test_models_get_the_same_batches_whoever_else_is_trained(monkeypatch) -> None:
    seen: dict[str, list[torch.Tensor]] = {}
    for names in (("gan",), ("vae", "gan")):
        run = Run(Settings(models=names))
        for entry in run.entries:
            take = entry.take

            def noted(step, batch, rates, players, take=take, key=(names, entry.name)):
                seen.setdefault(key, []).append(batch.clone())
                take(step, batch, rates, players)

            monkeypatch.setattr(entry, "take", noted)
        for _ in range(3):
            run.advance()
    alone, beside = seen[("gan",), "gan"], seen[("vae", "gan"), "gan"]
    other = seen[("vae", "gan"), "vae"]
    for a, b, c in zip(alone, beside, other, strict=True):
        assert a.shape == (BATCH, 2) and torch.equal(a, b) and torch.equal(a, c)
    assert not torch.equal(alone[0], alone[1])


def test_a_model_learns_the_same_alone_and_beside_others() -> None:
    alone, beside = Run(Settings(models=("gan",))), Run(Settings(models=("aae", "gan")))
    for _ in range(3):
        alone.advance()
        beside.advance()
    assert torch.equal(weights(alone), weights(beside, 1))


@pytest.mark.parametrize("player", ["encoder", "generator", "critic", "code_critic"])
def test_one_player_alone_moves_only_its_own_weights(player: str) -> None:
    run = Run(Settings(models=("alpha_gan", "vae")))
    run.advance()
    before, other = snapshot(run), snapshot(run, 1)
    run.advance(player)
    assert moved(run, before) == {player}
    assert moved(run, other, 1) == set()
    assert run.step == 2


def test_a_player_that_nobody_has() -> None:
    with pytest.raises(ValueError, match="No model here has a player 'critic'"):
        Run(Settings(models=("vae",))).advance("critic")


def test_a_learning_rate_of_zero_moves_nothing() -> None:
    run = Run(Settings(models=("gan", "vae"), knobs={"lr": 0, "critic_lr": 0}))
    before = weights(run), weights(run, 1)
    for _ in range(3):
        run.advance()
    assert torch.equal(before[0], weights(run)) and torch.equal(before[1], weights(run, 1))
    assert run.step == 3


def test_critics_have_a_learning_rate_of_their_own() -> None:
    run = Run(Settings(models=("gan",), knobs={"critic_lr": 0}))
    before = snapshot(run)
    run.advance()
    assert moved(run, before) == {"generator"}


def test_knobs_take_effect_during_the_run() -> None:
    run = Run(Settings(models=("wgan", "beta_vae")))
    run.advance()
    run.edit("clip", 0.01)
    run.edit("critic_steps", 2)
    run.edit("beta", 9)
    wgan, beta_vae = (entry.model for entry in run.entries)
    assert wgan.config.critic_steps == 2 and beta_vae.config.beta == 9
    assert wgan.plan(1) == ["critic", "generator"]
    run.advance()
    run.advance("generator")  # critics are clipped before each loss
    assert max(float(p.detach().abs().max()) for p in wgan.critic.parameters()) <= 0.01
    run.edit("beta", 2)
    run.edit("beta", 3)  # of two changes at one step the last counts
    assert [e.value for e in run.events if e.name == "beta"] == [9, 3]


def test_changes_of_a_past_that_was_left_are_forgotten() -> None:
    run = Run(Settings(models=("vae",)), [Event(50, "lr", 0.5)])
    run.edit("lr", 0.1)
    assert run.events == [Event(0, "lr", 0.1)]


@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_a_huge_learning_rate_is_survived(rate: float) -> None:
    run = Run(Settings(models=("vae", "gan", "wgan_gp"), knobs={"lr": rate, "critic_lr": rate}))
    for _ in range(60):
        if run.over:
            break
        run.advance()
    for entry in run.entries:
        run.score(entry)
        assert 0 <= entry.scores[-1].values["js"] <= math.log(2)
        assert bool(entry.problem) == ("no longer" in entry.problem)


def test_a_run_that_diverges_keeps_the_last_good_state_and_names_the_term() -> None:
    run = Run(Settings(models=("vae", "gan")))
    for _ in range(3):
        run.advance()
    broken, sound = run.entries
    with torch.no_grad():  # as an update that went too far would leave them
        broken.parameters[0].fill_(math.inf)
    run.advance()
    assert "recon_nll" in broken.problem and "step 4" in broken.problem
    assert torch.isfinite(weights(run)).all()
    assert not sound.problem and sound.step == 4
    stopped = weights(run)
    run.advance()
    assert torch.equal(stopped, weights(run)) and sound.step == 5
    twin = Run(Settings(models=("vae", "gan")))
    for _ in range(2):
        twin.advance()
    assert torch.equal(stopped, weights(twin))  # the weights whose losses were finite last
    assert broken.step == twin.step


def test_training_brings_samples_nearer_to_the_data() -> None:
    run = train(Settings(models=("vae",)), steps=100)
    first, last = run.entries[0].scores[0].values, run.entries[0].scores[-1].values
    assert last["js"] < first["js"] - 0.05
    assert last["js"] > floor(run.settings).js


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"models": ()}, "from one to 3"),
        ({"models": ("gan", "gan")}, "different"),
        ({"models": ("nobody",)}, "no model 'nobody'"),
        ({"data": "drawn", "drawn": ()}, "no point"),
        ({"data": "drawn", "drawn": ((0.0, 0.0),)}, "one point"),
        ({"knobs": {"lr": 11}}, "from 0 to 10"),
        ({"knobs": {"lr": math.nan}}, "from 0 to 10"),
        ({"knobs": {"nothing": 1}}, "no setting"),
        ({"knobs": {"critic_steps": 1.5}}, "whole number"),
        ({"latent_dim": 0}, "1 to 16"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_that_cannot_be_run(settings: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Run(Settings(**settings))


def test_changes_that_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="outside"):
        Run(Settings(), [Event(MOST_STEPS + 1, "lr", 0.1)])
    with pytest.raises(ValueError, match="can hold"):
        Run(Settings(), [Event(k, "lr", 0.1) for k in range(MOST_EVENTS + 1)])
    with pytest.raises(ValueError, match="from 0 to 10"):
        check_knob("lr", "much")


def test_defaults_of_knobs_are_allowed() -> None:
    for name, knob in knobs().items():
        check_knob(name, knob.default)


# Runs of several visitors


@pytest.fixture
def lab(monkeypatch) -> Laboratory:
    monkeypatch.setattr(service, "PATIENCE", math.inf)  # nobody looks while a test waits
    return Laboratory()


@pytest.fixture
def at_rest() -> Callable[[], bool]:
    """Whether every thread of a laboratory has ended that began in this test."""
    others = set(threading.enumerate())
    return lambda: (
        not any(thread.name == "laboratory" for thread in set(threading.enumerate()) - others)
    )


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Waits for training in its own thread, which has no end that one could wait for."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.005)


def test_a_run_rests_where_it_was_told_to(lab: Laboratory) -> None:
    key = lab.start(Settings(models=("vae",)))
    lab.play(key, until=7)
    until(lambda: not lab.state(key)["playing"])
    run = lab.session(key).run
    twin = train(Settings(models=("vae",)), steps=7)
    assert run.step == 7
    assert torch.equal(weights(run), weights(twin))


def test_pause_stops_between_two_steps_and_play_goes_on(lab: Laboratory) -> None:
    key = lab.start(Settings(models=("vae",)))
    lab.play(key)
    run = lab.session(key).run
    until(lambda: run.step > 2)
    lab.pause(key)
    with lab.session(key).busy:  # the step that was being taken is over
        reached = run.step
    assert not lab.state(key)["playing"]
    lab.step(key)
    assert run.step == reached + 1
    lab.play(key, until=reached + 4)
    until(lambda: not lab.state(key)["playing"])
    assert run.step == reached + 4


def test_a_pause_does_not_wait_for_the_scores_of_other_models(
    lab: Laboratory, at_rest, monkeypatch
) -> None:
    key = lab.start(Settings(models=("vae", "gan")))
    run = lab.session(key).run
    scored = []

    def pauses(entry) -> None:
        scored.append(entry)
        lab.pause(key)

    monkeypatch.setattr(run, "score", pauses)
    lab.play(key)
    until(at_rest)
    assert scored == run.entries[:1] and run.step == 0


def test_visitors_share_fairly(lab: Laboratory) -> None:
    keys = [lab.start(Settings(models=("vae",))) for _ in range(2)]
    runs = [lab.session(key).run for key in keys]
    for key in keys:
        lab.play(key)
    until(lambda: sum(run.step for run in runs) > 60)
    steps = sorted(run.step for run in runs)
    for key in keys:
        lab.stop(key)
    assert steps[0] > steps[1] / 3


def test_ten_visitors_are_queued_and_told_their_place(lab: Laboratory, monkeypatch) -> None:
    monkeypatch.setattr(Laboratory, "_work", lambda self: None)  # nobody gets on meanwhile
    keys = [lab.start(Settings(models=("vae",))) for _ in range(10)]
    for key in keys:
        lab.play(key)
    assert [lab.state(key)["place"] for key in keys] == [0, 0, 0, 0, 1, 2, 3, 4, 5, 6]
    lab.pause(keys[0])
    assert [lab.state(key)["place"] for key in keys[1:]] == [0, 0, 0, 0, 1, 2, 3, 4, 5]
    lab.play(keys[0])
    assert lab.state(keys[0])["place"] == 6


def test_who_waits_gets_on_when_others_are_done(lab: Laboratory, at_rest) -> None:
    keys = [lab.start(Settings(models=("vae",))) for _ in range(service.LIVE + 1)]
    for key in keys:
        lab.play(key, until=3)
    until(lambda: all(lab.session(key).run.step == 3 for key in keys))
    until(at_rest)  # and the thread has ended


def test_a_run_that_nobody_looks_at_is_paused(lab: Laboratory, at_rest, monkeypatch) -> None:
    monkeypatch.setattr(service, "PATIENCE", 0.0)
    key = lab.start(Settings(models=("vae",)))
    lab.play(key)
    until(at_rest)
    assert lab.state(key) == {
        "playing": False,
        "place": 0,
        "note": "Paused, since nobody was looking.",
    }
    assert lab.session(key).run.step < MOST_STEPS


def test_a_run_ends_at_its_budget_of_seconds(lab: Laboratory, monkeypatch) -> None:
    monkeypatch.setattr(service, "BUDGET", 0.0)
    key = lab.start(Settings(models=("vae",)))
    lab.play(key)
    until(lambda: not lab.state(key)["playing"])
    assert "seconds of training" in lab.state(key)["note"]


def test_a_pace_is_kept(lab: Laboratory) -> None:
    key = lab.start(Settings(models=("vae",)))
    began = time.monotonic()
    lab.play(key, until=4, pace=10)
    until(lambda: not lab.state(key)["playing"])
    assert time.monotonic() - began >= 0.3  # three pauses of a tenth of a second


def test_the_oldest_runs_are_forgotten(lab: Laboratory, monkeypatch) -> None:
    monkeypatch.setattr(service, "KEPT", 2)
    keys = [lab.start(Settings(models=("vae",))) for _ in range(3)]
    with pytest.raises(Gone):
        lab.session(keys[0])
    assert lab.session(keys[2]).run.step == 0
    lab.stop(keys[1])
    with pytest.raises(Gone):
        lab.state(keys[1])


def test_training_leaves_the_random_numbers_of_others_alone(lab: Laboratory) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    key = lab.start(Settings(models=("vae",)))
    worker = threading.Thread(target=lab.step, args=(key,))
    worker.start()
    worker.join()
    assert torch.equal(torch.rand(3), expected)


def test_a_run_that_fails_does_not_stop_the_others(lab: Laboratory, monkeypatch, caplog) -> None:
    bad, good = (lab.start(Settings(models=("vae",))) for _ in range(2))

    def fails() -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(lab.session(bad).run, "advance_seeded", fails)
    lab.play(bad, until=3)
    lab.play(good, until=3)
    until(lambda: not lab.state(bad)["playing"] and not lab.state(good)["playing"])
    assert lab.session(good).run.step == 3
    assert "failed" in lab.state(bad)["note"] and "on purpose" in caplog.text


# The endpoint and the link


def test_the_endpoint_gives_the_numbers_of_a_run() -> None:
    found = api.train_points(model="vae", data="moons", steps=10, seed=2, knobs={"lr": 0.01})
    settings = Settings(models=("vae",), data="moons", seed=2, knobs={"lr": 0.01})
    entry = train(settings, steps=10).entries[0]
    assert found["scores"] == [{"step": row.step} | row.values for row in entry.scores]
    assert [row["step"] for row in found["losses"]] == [1, 10]
    assert len(found["samples"]) == 200 and found["problem"] == ""
    assert found["floor"]["js"] < found["scores"][-1]["js"]


def test_the_endpoint_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="one point"):
        api.train_points(data="drawn", drawn=[(0.0, 0.0)])


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("data:lines theta:1.5 models:vae~wgan_gp seed:3 dim:1 step:400 speed:30 hide:am", True),
        ("knobs:lr/0.01~beta/2 events:10/lr/1e-4~20/only/critic", True),
        ("data:drawn drawn:-1.5/0.25~3/1", True),
        ("data:moon", False),
        ("models:vae~gan~aae~ae", False),
        ("step:-1", False),
        ("other:1", False),
    ],
)
def test_states_in_links(text: str, fine: bool) -> None:
    if fine:
        assert page.read_state(text) == text
    else:
        with pytest.raises(ValueError):
            page.read_state(text)


def test_show_code_gives_the_same_numbers(capsys) -> None:
    settings = Settings(models=("vae",), data="grid", seed=1, knobs={"lr": 0.01})
    events = [Event(2, "lr", 0.001), Event(40, "lr", 1.0)]
    program = page.script(settings, events, 5)
    assert "40" not in program  # what has not come to pass is left out
    exec(compile(program, "shown", "exec"), {})
    run = train(settings, 5, events)
    assert str(run.entries[0].scores[-1]) in capsys.readouterr().out


def test_the_page_is_told_new_rows_only() -> None:
    first = page.start(Settings(models=("vae", "wgan")), [], 0)
    assert first["step"] == 0 and len(first["frames"]) == 2 and not first["playing"]
    rows = [len(frame["scores"]) for frame in first["frames"]]
    assert rows == [1, 1]
    second = page.step(first["key"], None, 0, [0, 0], rows)
    assert second["step"] == 1
    assert [[row[0] for row in frame["scores"]] for frame in second["frames"]] == [[1], [1]]
    assert set(second["frames"][1]) >= {"surface", "pull", "low", "high", "samples", "mesh"}
    assert "surface" not in second["frames"][0]
    turned = page.edit(first["key"], "clip", 0.5)
    assert turned["step"] == 1 and "frames" not in turned
    assert turned["events"] == [[1, "clip", 0.5]] and turned["knobs"]["clip"] == 0.5
    page.stop(first["key"])
    assert page.poll(first["key"], 1, [], []) == {"gone": True}
