"""Runs of a user's own: queued, watched, steered, killed, and the same as from the command."""

import base64
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import backend
from backend import checkpoint, locks
from backend.corpora import own
from backend.pipeline import jobs, worker
from backend.pipeline.run import STATE, locked
from backend.training import steps_done
from scripts import train

ROOT = Path(__file__).resolve().parents[3]
MODEL = "text_vae/text_vae"
SETTINGS = {
    **{"steps": 120, "batch_size": 16, "warmup": 10, "min_count": 1, "latent_dim": 4},
    **{"embedding_dim": 8, "encoder_dim": 8, "decoder_dim": 16, "max_tokens": 12},
}
LINES = [
    f"The {colour} {animal} {verb} {place}."
    for colour in ("red", "blue", "old", "small")
    for animal in ("cat", "dog", "bird", "horse", "fish")
    for verb in ("sleeps", "sits", "waits")
    for place in ("here", "there", "outside", "at home", "in the rain")
]
DATA = "\n".join(LINES).encode()
FEW = "\n".join(LINES[::7]).encode()  # too few held out for a map, which takes seconds


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LATENT_YOURS_DIR", str(tmp_path / "yours"))
    yield
    for run in jobs.runs():
        process = jobs.alive(jobs.folder_of(run.id))
        if process is not None and process.pid != os.getpid():
            process.wait(60)
    jobs.runs()  # lets go of the processes that have ended


@pytest.fixture
def dataset() -> str:
    return own.keep("My lines", "lines.txt", FEW)


def prepared(dataset: str, name: str, **more: float) -> str:
    return jobs.prepare(MODEL, dataset, name, SETTINGS | more, device="cpu", threads=1)


def run_of(id: str) -> jobs.Run:
    return next(run for run in jobs.runs() if run.id == id)


def work(id: str) -> None:
    """As the child process would, in this one."""
    worker.main(jobs.folder_of(id))


def until(there: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def weights(id: str) -> bytes:
    return (backend.info(run_of(id).checkpoint).path / "model.safetensors").read_bytes()


def folder_of(id: str) -> dict[str, bytes]:
    """The files of a run's checkpoint."""
    folder = backend.info(run_of(id).checkpoint).path
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_from_sentences_to_a_checkpoint_of_ones_own() -> None:
    dataset = own.keep("My lines", "lines.txt", DATA)
    id = prepared(dataset, "My first")
    work(id)
    run = run_of(id)
    assert (run.state, run.message, run.step, run.steps) == ("done", "", 120, 120)
    assert run.checkpoint == f"{MODEL}--{dataset}--my-first"
    info = backend.info(run.checkpoint)
    weighty = [jobs.folder_of(id) / run.checkpoint / STATE, info.path / "model.safetensors"]
    stored = sum(path.stat().st_size for path in weighty)
    assert 0.6 * stored < run.room < stored  # what is not weights is names, which are few
    assert (info.yours, info.title, info.problem) == (True, "My first", None)
    assert {"kl", "recon_nll", "bleu"} <= info.metrics.keys()
    assert "the user's own" in backend.card(run.checkpoint)
    space = backend.load(run.checkpoint, device="cpu")
    assert len(space.interpolate(LINES[0], LINES[-1], steps=4)) == 4
    assert "components" in info.capabilities  # Gaussians fitted to its codes
    assert len(space.projection.umap) == len(space.projection.texts) == 60
    assert sum(mode.share for mode in space.modes.table()) == pytest.approx(1)
    assert space.modes.assign(LINES[:3]).shape == (3, 1, 4)
    assert len(space.modes.sample(2)) == 2

    seen = jobs.look(id)
    losses = seen["curves"]["train_loss"]
    assert [step for step, _ in losses] == list(range(5, 121, 5))
    assert all(norm > 0 for _, norm in seen["curves"]["train_gradient_norm"])
    held_out = seen["curves"]["validation_recon_nll"]
    assert [step for step, _ in held_out] == [50, 100, 120]
    assert held_out[-1][1] < held_out[0][1]
    assert len(seen["units"]) == 4
    assert seen["collapsed"] == (sum(seen["units"]) < 0.5)  # nats
    assert {len(seen["examples"][what]) for what in ("given", "back", "samples")} == {8}
    assert seen["examples"]["step"] == 120
    assert seen["lines"] == len(seen["log"])
    later = jobs.look(id, since_step=100, since_line=seen["lines"])
    assert later["curves"]["train_loss"] == losses[-4:]
    assert later["log"] == []

    with pytest.raises(ValueError, match="There is a model called 'My first'"):
        prepared(dataset, "My first")
    jobs.discard(id)
    assert jobs.runs() == []
    assert backend.info(run.checkpoint).problem is None


def test_killed_at_any_moment_it_ends_with_the_same_weights(dataset: str) -> None:
    whole = prepared(dataset, "Whole")
    jobs.set_rate(whole, 0.02)  # from the first report on
    work(whole)
    id = prepared(dataset, "Killed")
    jobs.set_rate(id, 0.02)
    folder = jobs.folder_of(id)
    jobs.resume(id)
    until(lambda: run_of(id).step > 55)  # the state is saved at 50
    with pytest.raises(ValueError, match="runs already"):
        jobs.take_up(id)  # as a second server, or a command, would
    jobs.alive(folder).kill()
    until(lambda: run_of(id).state == "paused")
    assert "Resume goes on" in run_of(id).message
    jobs.resume(id)
    until(lambda: run_of(id).state == "done")
    assert weights(id) == weights(whole)
    for what in ("train_loss", "validation_loss", "lr"):
        assert jobs.look(id)["curves"][what] == jobs.look(whole)["curves"][what]
    assert jobs.look(id)["curves"]["lr"][0][1] < 1e-3 < jobs.look(id)["curves"]["lr"][2][1]


def test_one_at_a_time_in_the_order_of_the_queue(dataset: str) -> None:
    first, second = prepared(dataset, "First"), prepared(dataset, "Second")
    with locked(jobs.folder_of(first).parent / ".device"):
        for id in (first, second):
            jobs.resume(id)
        until(lambda: run_of(second).place == 2)
        assert (run_of(first).state, run_of(first).place) == ("queued", 1)
        with pytest.raises(ValueError, match="has learned nothing yet"):
            jobs.stop_and_keep(first)
        jobs.pause(first)
        until(lambda: run_of(first).state == "paused")
        assert run_of(second).place == 1
        jobs.discard(second)
    assert [run.id for run in jobs.runs()] == [first]
    with pytest.raises(ValueError, match="There is no run"):
        jobs.look(second)


def test_paused_and_kept_before_its_end(dataset: str) -> None:
    id = prepared(dataset, "Short", steps=100)
    reports = worker.work(jobs.folder_of(id))
    jobs.sign(jobs.folder_of(id), os.getpid())
    for report in reports:
        if report.text.startswith("step 20 "):
            low, high = run_of(id).left
            assert 0 < low <= high
            jobs.pause(id)
        elif report.text.startswith("step"):
            assert run_of(id).left is None  # too early to tell
    paused = run_of(id)
    (jobs.folder_of(id) / jobs.PROCESS).unlink()  # nobody works on it
    assert (paused.state, paused.step) == ("paused", 20)
    with pytest.raises(ValueError, match="cannot be paused"):
        jobs.pause(id)
    jobs.stop_and_keep(id)
    stood: set[tuple[str, str]] = set()

    def stopped() -> bool:
        run = run_of(id)
        stood.add((run.stage, run.state))
        return run.state == "stopped"

    until(stopped)
    assert ("measure", "running") in stood and ("measure", "pausing") not in stood
    run = run_of(id)
    assert (run.state, run.step) == ("stopped", 20)  # of a run that is paused, not one step more
    assert checkpoint.describe(run.checkpoint)["train"]["steps"] == run.step
    assert backend.load(run.checkpoint, device="cpu").sample(2)

    for _ in jobs.take_up(id):  # and on to the end that was meant at first
        pass
    whole = prepared(dataset, "Whole", steps=100)
    work(whole)
    assert (run_of(id).state, run_of(id).step) == ("done", 100)
    assert weights(id) == weights(whole)


def test_paused_while_it_is_measured_and_mapped_it_goes_on_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is not trained again, and what comes out is what an uninterrupted run makes."""
    still = SimpleNamespace(monotonic=lambda: 0.0, time=time.time)
    monkeypatch.setattr("backend.pipeline.run.time", still)
    dataset = own.keep("My lines", "lines.txt", DATA)
    id = prepared(dataset, "Mine")
    for stage, before in (("measure", "train"), ("map", "measure")):
        seen = []
        for _ in jobs.take_up(id):
            seen.append(run_of(id).stage)
            if seen[-1] == stage:
                jobs.pause(id)
        assert (run_of(id).state, run_of(id).stage) == ("paused", stage)
        assert seen.count(stage) == 1 and seen[0] == before  # it ended at the next report
        (jobs.folder_of(id) / jobs.PROCESS).unlink()  # nobody works on it
    rest = [run_of(id).stage for _ in jobs.take_up(id)]
    assert run_of(id).state == "done" and set(rest) == {"map", "card"}
    files = folder_of(id)
    assert {"metrics.json", "projection.safetensors", "README.md"} < set(files)
    shutil.rmtree(backend.info(run_of(id).checkpoint).path)
    jobs.discard(id)
    whole = prepared(dataset, "Mine")
    work(whole)
    assert folder_of(whole) == files


def test_a_rate_that_is_set_while_the_run_resumes_is_not_lost(
    dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = prepared(dataset, "Slower")
    write, asked = jobs.write_json, []

    def overtaken(path: Path, content: dict) -> None:
        if path.name == jobs.WISH and not asked:
            asked.append(path)
            jobs.set_rate(id, 0.002)  # between what Resume has read and what it writes
        write(path, content)

    monkeypatch.setattr(jobs, "write_json", overtaken)
    jobs.take_up(id)
    assert asked and run_of(id).rate == 0.002


def test_who_resumes_while_a_run_ends_is_heard(
    dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = prepared(dataset, "Torn")
    jobs.sign(jobs.folder_of(id), os.getpid())
    log = worker.Status.log

    def resumed(status: worker.Status, line: str) -> None:
        log(status, line)
        if line.startswith("step 50"):
            jobs.pause(id)

    train = worker.train

    def paused(*asked: object, **how: object) -> Iterator:
        yield from train(*asked, **how)
        if worker.steps_done(jobs.folder_of(id) / run_of(id).checkpoint / STATE) < 120:
            jobs.resume(id)  # it has stopped already, and has not said so yet

    monkeypatch.setattr(worker.Status, "log", resumed)
    monkeypatch.setattr(worker, "train", paused)
    for _ in worker.work(jobs.folder_of(id)):
        pass
    assert (run_of(id).state, run_of(id).step) == ("done", 120)


def test_two_servers_on_one_folder_begin_a_run_once(
    dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = prepared(dataset, "Once")
    launched, told, popen = [], [], subprocess.Popen

    def launch(*command: Any, **how: Any) -> subprocess.Popen:
        launched.append(command)
        time.sleep(0.2)  # as it may take until a process is there
        return popen(*command, **how)

    def resume() -> None:
        try:
            jobs.resume(id)
        except ValueError as error:
            told.append(str(error))

    monkeypatch.setattr(subprocess, "Popen", launch)
    servers = [threading.Thread(target=resume) for _ in range(2)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert len(launched) == 1 and told == ["This run runs already."]
    monkeypatch.setattr(locks, "PATIENCE", 0.05)
    with locks.alone(checkpoint.yours_dir):
        for change in (
            lambda: prepared(dataset, "Another"),
            lambda: jobs.resume(id),
            lambda: jobs.take_up(id),
            lambda: jobs.stop_and_keep(id),
            lambda: jobs.discard(id),
        ):
            with pytest.raises(ValueError, match="Another playground, or a script, is changing"):
                change()
    assert [run.id for run in jobs.runs()] == [id]
    jobs.discard(id)


def test_what_is_left_is_told_as_a_range_around_the_mean_pace() -> None:
    even = [(step, 2.0 * step) for step in range(21)]
    assert worker.remaining(even, 120) == (200, 200)
    slower = [*even[:11], *((step, 20 + 4.0 * (step - 10)) for step in range(11, 21))]
    assert worker.remaining(slower, 120) == (200, 400)
    once = [*even[:20], (20, 138)]  # it was measured there: few stretches, and much of the time
    low, high = worker.remaining(once, 120)
    assert low == 200 and high == pytest.approx(690)


def test_a_run_goes_on_when_the_app_is_killed_and_is_ended_while_it_is_measured(
    dataset: str,
) -> None:
    app = "import os, sys, json; from backend.pipeline import jobs; "
    app += "print(jobs.start(*json.loads(sys.argv[1])), flush=True); os.kill(os.getpid(), 9)"
    asked = json.dumps([MODEL, dataset, "Alone", SETTINGS])
    command = [sys.executable, "-c", app, asked]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    id = killed.stdout.strip()
    assert killed.returncode == -9
    until(lambda: run_of(id).stage == "measure")
    jobs.alive(jobs.folder_of(id)).kill()
    until(lambda: run_of(id).state == "paused")
    assert (run_of(id).stage, "Resume goes on" in run_of(id).message) == ("measure", True)
    jobs.resume(id)
    until(lambda: run_of(id).state in ("running", "done"))
    name = run_of(id).checkpoint
    jobs.discard(id)
    assert jobs.runs() == [] and backend.info(name).problem is None
    assert backend.load(name, device="cpu").sample(2)


def test_a_disk_that_fills_keeps_what_was_saved_last(
    dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = prepared(dataset, "Full")
    jobs.sign(jobs.folder_of(id), os.getpid())
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        for report in worker.work(jobs.folder_of(id)):
            if report.text.startswith("step 60 "):  # saved at 50, no more room for that at 100
                resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    run = run_of(id)
    assert run.state == "failed" and "state.safetensors" in run.message
    assert "disk full? Free some space" in run.message
    state = jobs.folder_of(id) / run.checkpoint / "state.safetensors"
    assert steps_done(state) == 50 and not list(state.parent.glob(".*"))
    (jobs.folder_of(id) / jobs.PROCESS).unlink()  # nobody works on it
    for _ in jobs.take_up(id):
        pass
    assert run_of(id).state == "done"

    # Where not even that could be written, the disk itself is asked.
    other = prepared(dataset, "Dead")
    monkeypatch.setattr(jobs, "ROOM", 1 << 60)
    assert (run_of(other).state, "disk is full" in run_of(other).message) == ("paused", True)


def test_a_run_that_diverges_says_which_term_and_what_it_had_learned_can_be_kept(
    dataset: str,
) -> None:
    id, peak = prepared(dataset, "Wild"), worker.Steering.peak

    def wild(steering: worker.Steering, step: int, rate: float) -> float:
        return 1e30 if step > 60 else peak(steering, step, rate)  # saved at 50

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(worker.Steering, "peak", wild)
        work(id)
    run = run_of(id)
    assert run.state == "failed" and "is kept as it was saved last" in run.message
    assert "no longer a number" in run.message or "no longer numbers" in run.message
    (jobs.folder_of(id) / jobs.PROCESS).unlink()  # nobody works on it
    jobs.stop_and_keep(id)
    until(lambda: run_of(id).state == "stopped")
    assert run_of(id).step == 50
    assert backend.load(run.checkpoint, device="cpu").sample(2)


def test_the_command_makes_the_same_folder_byte_for_byte(
    dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but what the clock says, which stands still here."""
    still = SimpleNamespace(monotonic=lambda: 0.0, time=time.time)
    monkeypatch.setattr("backend.pipeline.run.time", still)
    dataset = own.keep("My lines", "lines.txt", DATA)
    id = prepared(dataset, "Mine", seed=3)
    work(id)
    here = folder_of(id)
    assert {"model.safetensors", "projection.safetensors", "metrics.json", "README.md"} < set(here)
    shutil.rmtree(backend.info(run_of(id).checkpoint).path)
    jobs.discard(id)
    (tmp_path / "lines.txt").write_bytes(DATA)
    told = [word for k, v in SETTINGS.items() for word in ("--set", f"{k}={v}")]
    command = [MODEL, "--data", str(tmp_path / "lines.txt"), "--data-name", "My lines"]
    command += ["--name", "Mine", "--device", "cpu", "--threads", "1", "--seed", "3"]
    assert train.main([*command, *told]) == 0
    (again,) = jobs.runs()
    assert again.dataset == dataset and folder_of(again.id) == here


def test_the_command_goes_on_with_a_run_of_the_same_settings_alone(
    dataset: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "lines.txt").write_bytes(FEW)
    command = [MODEL, "--data", str(tmp_path / "lines.txt"), "--data-name", "My lines"]
    command += ["--name", "Mine", "--device", "cpu", "--threads", "1"]
    told = [word for k, v in SETTINGS.items() for word in ("--set", f"{k}={v}")]
    id = prepared(dataset, "Mine", seed=0)  # as one that was killed: nobody works on it
    with pytest.raises(SystemExit, match="begun with latent_dim = 4 instead of 5"):
        train.main([*command, *told, "--set", "latent_dim=5"])
    with pytest.raises(SystemExit, match="begun with model = text_vae/text_vae instead of lm/lst"):
        train.main(["lm/lstm_lm", *command[1:], *told])
    assert run_of(id).step == 0
    assert train.main([*command, *told]) == 0
    assert "going on with the run of 'Mine'" in capsys.readouterr().out
    assert (run_of(id).state, len(jobs.runs())) == ("done", 1)
    with pytest.raises(SystemExit, match="There is a model called 'Mine'"):
        train.main([*command, *told, "--set", "latent_dim=5"])


def test_pictures_in_folders_become_a_model_of_one_s_own(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for n in range(60):
            picture = np.zeros((40, 32, 3), np.uint8)
            picture[:, :, n % 2] = rng.integers(0, 256, (40, 1))
            file = io.BytesIO()
            Image.fromarray(picture).save(file, "PNG")
            archive.writestr(f"{('red', 'green')[n % 2]}/{n}.png", file.getvalue())
    key = own.keep("Stripes", "stripes.zip", data.getvalue(), size=32, channels=3)
    settings = {"steps": 60, "latent_dim": 2, "net": "conv", "channels": 4}  # batches are cut
    id = jobs.prepare("vae/cvae", key, "Mine", settings, device="cpu", threads=1)
    work(id)
    run = run_of(id)
    assert (run.state, run.message) == ("done", "")
    space = backend.load(run.checkpoint, device="cpu")
    assert space.sample(3, labels=[0, 1, 1]).shape == (3, 32, 32, 3)
    assert space.labels is not None and set(space.labels) <= {0, 1}
    assert {"mse", "kl"} <= backend.info(run.checkpoint).metrics.keys()
    assert set(space.projection.tags.names["label"]) == {"red", "green"}
    examples = jobs.look(id)["examples"]
    assert examples["side"] == 32
    assert {len(base64.b64decode(one)) for one in examples["back"]} == {32 * 32 * 3}


def test_a_language_model_of_one_s_own(dataset: str) -> None:
    settings = {"steps": 60, "batch_size": 16, "embedding_dim": 8, "hidden_dim": 16}
    id = jobs.prepare("lm/lstm_lm", dataset, "Words", settings, device="cpu", threads=1)
    work(id)
    run = run_of(id)
    assert (run.state, run.message) == ("done", "")
    assert {"nll", "ppl"} <= backend.info(run.checkpoint).metrics.keys()
    examples = jobs.look(id)["examples"]
    assert len(examples["samples"]) == 8 and examples["given"] and not examples["back"]
    assert "Drawn word by word" in backend.card(run.checkpoint)


def test_sentences_that_are_all_too_long_are_told(dataset: str) -> None:
    id = prepared(dataset, "Long", max_tokens=3)
    work(id)
    assert run_of(id).state == "failed"
    assert "all have more than 3 words" in run_of(id).message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "at least one letter"),
        ({"dataset": "../trained"}, "no corpus '../trained'"),
        ({"model": "vae/vae"}, "does not learn from data of this kind"),
        ({"settings": {"wings": 2}}, "has no setting 'wings'"),
        ({"settings": {"latent_dim": 100_000}}, "at most 512"),
        ({"settings": {"lr": float("nan")}}, "is a number; got nan"),
    ],
)
def test_what_cannot_be_trained_is_told(dataset: str, change: dict, said: str) -> None:
    asked = {"model": MODEL, "dataset": dataset, "name": "Mine", "settings": {}} | change
    with pytest.raises(ValueError, match=said):
        jobs.prepare(**asked)
    assert jobs.runs() == []


@pytest.mark.parametrize("id", ["..", "../x", "20260101000000-x/..", ""])
def test_no_other_folder_is_taken_for_a_run(id: str) -> None:
    for act in (jobs.look, jobs.pause, jobs.resume, jobs.stop_and_keep, jobs.discard):
        with pytest.raises(ValueError, match="There is no run"):
            act(id)
