"""The training script, as a user runs it and as a power cut stops it."""

import gzip
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from backend import checkpoint, corpora, registry
from backend.corpora.batching import Batches
from backend.corpora.idx import VALIDATION
from backend.device import seeded
from backend.models.vae.vae import VAE
from backend.models.vae.vae import Config as VAEConfig
from backend.pipeline.recipe import Recipe, recipes
from backend.pipeline.rows import Rows
from backend.pipeline.run import STATE, Busy, Moments, begin, locked
from backend.training import StepReport, TrainConfig, fit, steps_done

ROOT = Path(__file__).resolve().parents[3]
NAME = "vae/vae--mnist--2d"
STEPS = 120  # the state is saved at 50


def write_idx(path: Path, array: np.ndarray) -> None:
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(gzip.compress(header + array.tobytes(), 1))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of one bright bar each, in the files of MNIST."""
    folder = tmp_path_factory.mktemp("data") / "mnist"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for part, n in (("train", VALIDATION + 600), ("t10k", 100)):
        labels = rng.integers(0, 10, n).astype(np.uint8)
        images = np.zeros((n, 28, 28), np.uint8)
        images[np.arange(n), 2 * labels + 4] = 255
        images[:, :2] = rng.integers(0, 256, (n, 2, 28))  # no two are the same
        write_idx(folder / f"{part}-images-idx3-ubyte.gz", images)
        write_idx(folder / f"{part}-labels-idx1-ubyte.gz", labels)
    return folder.parent


def start(data: Path, out: Path) -> subprocess.Popen:
    command = [sys.executable, "scripts/train.py", NAME, "--device", "cpu", "--threads", "1"]
    command += ["--steps", str(STEPS), "--runs", str(out / "runs")]
    places = {"LATENT_DATA_DIR": str(data), "LATENT_TRAINED_DIR": str(out / "trained")}
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | places, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen) -> None:
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said


@pytest.mark.slow
def test_a_run_killed_at_any_moment_ends_like_one_that_was_not(data: Path, tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    undisturbed, process = start(data, whole), start(data, broken)
    state = broken / "runs" / NAME / "state.safetensors"
    while not state.exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert not (broken / "trained" / NAME / "config.json").exists()
    finish(start(data, broken))
    finish(undisturbed)
    first, second = (out / "trained" / NAME / "model.safetensors" for out in (whole, broken))
    assert first.read_bytes() == second.read_bytes()
    assert curves(whole) == curves(broken) and len(curves(whole)) == 3


def test_without_the_corpus_the_way_to_get_it_is_said(tmp_path: Path) -> None:
    process = start(tmp_path, tmp_path)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "python scripts/download_data.py mnist" in said
    assert "Traceback" not in said


def curves(out: Path) -> list[dict]:
    lines = (out / "runs" / NAME / "history.jsonl").read_text(encoding="utf-8").splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in lines]


def test_rows_of_steps_after_the_state_are_dropped_and_a_cut_line_is_not_fatal(tmp_path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text('{"step": 50, "seconds": 1}\n{"step": 100, "seconds": 2}\n{"step": 1', "utf-8")
    assert [row["step"] for row in Rows(path, done=50).rows] == [50]
    rows = Rows(path, done=100)
    assert rows.seconds == 2
    rows.add({"step": 100, "seconds": 3})
    rows.add({"step": 150, "seconds": 4})
    assert [row["seconds"] for row in Rows(path, done=150).rows] == [1, 3, 4]
    first, *others = Rows(path, done=150).rows
    rows.rows = [first | {"train_kl": 1.0}, *others]  # a term of the first phase alone
    assert "train_kl" not in rows.columns() and rows.columns()["seconds"] == [1, 3, 4]
    assert Rows(path, done=0).rows == [] and Rows(tmp_path / "none", done=9).columns() == {}


def test_a_run_goes_on_only_as_it_was_begun(tmp_path) -> None:
    recipe = Recipe("Plain", model={"hidden": (8,)}, train={"steps": 10})
    other = replace(recipe, model={"hidden": (9,)}, train={"steps": 10, "lr": 0.1}, min_count=2)
    begin(tmp_path, other)
    begin(tmp_path, recipe)  # nothing was learned yet
    (tmp_path / STATE).touch()
    begin(tmp_path, replace(recipe, title="Other", note="words", components=3))
    said = (
        r"begun with hidden = \[8\] instead of \[9\] and min_count = 4 instead of 2 and train.lr"
    )
    with pytest.raises(ValueError, match=f"{said} = its default instead of 0.1. Remove that"):
        begin(tmp_path, other)


def test_a_run_is_one_process_and_a_lock_of_a_dead_one_is_taken_over(tmp_path) -> None:
    folder = tmp_path / "vae--mnist"
    with locked(folder):
        assert (folder / "lock").is_file()
        said = rf"being trained already, by process {os.getpid()}"
        with pytest.raises(Busy, match=said), locked(folder):
            pass
        assert (folder / "lock").is_file()
    assert not (folder / "lock").exists()
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True
    )
    for left in (
        f'{{"pid": {int(done.stdout)}, "started": 1.0}}',
        f'{{"pid": {os.getpid()}, "started": 1.0}}',
    ):
        (folder / "lock").write_text(left, encoding="utf-8")
        (folder / ".state.safetensors.abcd1234").write_bytes(b"half")
        (folder / ".tmpaZ09_x").write_bytes(b"half")  # of safetensors
        (folder / "state.safetensors").write_bytes(b"whole")
        with locked(folder):
            left_over = sorted(path.name for path in folder.iterdir())
            assert left_over == ["lock", "state.safetensors"]


def test_a_lock_that_was_cut_off_is_taken_over_after_a_while(tmp_path) -> None:
    (tmp_path / "lock").write_text("", encoding="utf-8")
    with pytest.raises(Busy, match="by another process"), locked(tmp_path):
        pass
    os.utime(tmp_path / "lock", (time.time() - 60,) * 2)
    with locked(tmp_path):
        pass


FULL = """
import resource, sys, torch
from pathlib import Path
from safetensors.torch import save_file
from backend.files import replacing_tensors
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))  # of a file, as on a disk that fills
try:
    with replacing_tensors(Path(sys.argv[1])) as temporary:
        save_file({"a": torch.zeros(30_000)}, temporary)
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are told to POSIX systems")
def test_a_full_disk_is_told_in_a_sentence_and_leaves_the_file_before(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    path.write_bytes(b"before")
    done = subprocess.run(
        [sys.executable, "-c", FULL, path], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.startswith(f"Could not write {path}: "), done.stderr
    assert "ree some space" in done.stdout and done.stdout.count("\n") == 1
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]


def test_what_is_reported_of_a_step_is_kept_before_the_step_is_saved(tmp_path) -> None:
    """Killed between the two, a run comes by the step again instead of losing its row."""
    with seeded(0):
        model = VAE(VAEConfig.tiny())
        batches = Batches(torch.rand(22, 1, 4, 4), 4, seed=0)
    state = tmp_path / "state.safetensors"
    config = TrainConfig(steps=12, batch_size=4, report_every=5)
    seen = []
    for report in fit(model, batches, config, state=state, save_every=5):
        seen.append((report.step, steps_done(state)))
    assert seen == [(5, 0), (10, 5), (12, 10)] and steps_done(state) == 12


def test_commands_show_what_a_console_can_show() -> None:
    for script in ("train.py", "download_data.py"):
        done = subprocess.run(
            [sys.executable, f"scripts/{script}"],
            cwd=ROOT,
            env=os.environ | {"PYTHONIOENCODING": "cp1252"},
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr.decode()
    shown = subprocess.run(
        [sys.executable, "scripts/train.py"],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert r"\u03b2-VAE, \u03b2 = 4" in shown.stdout


def test_every_recipe_is_of_a_model_and_a_corpus_that_exist() -> None:
    known = recipes()
    assert set(known) >= {info.name for info in checkpoint.available()}
    for name in known:
        model, dataset = name.split("--")[:2]
        assert model in registry.model_names() and dataset in corpora.names()


class Judged:
    """Stands for a bench: the distances that a run meets, one after the other."""

    n = 1

    def __init__(self, *distances: float) -> None:
        self.distances = list(distances)

    def values(self, model: VAE) -> dict[str, float]:
        return {"fid_ours": self.distances.pop(0)}

    def sheet(self, model: VAE) -> torch.Tensor:
        return torch.zeros(16, 1, 4, 4)

    def reference(self) -> dict[str, float]:
        return {}


@pytest.mark.parametrize(("keep_best", "ships"), [(True, 2), (False, 4)])
def test_the_moment_of_the_lowest_distance_ships(
    keep_best: bool, ships: int, tmp_path: Path
) -> None:
    """Moment 2 of four; the numbers beside the weights end with the moment that ships."""
    model = VAE(VAEConfig.tiny())
    weight = next(model.parameters())
    bench = Judged(9.0, 3.0, 5.0, 3.0)
    for step in (1, 2, 3, 4):
        torch.nn.init.constant_(weight, step)
        moments = Moments(tmp_path, "a classifier", bench, keep_best)  # as a run that goes on
        moments.kept.rows = Rows(tmp_path / "moments.jsonl").rows
        moments.add(model, StepReport(step, {}, 0.1), 1.0)
    assert moments.back_to_best(model) == (2 if keep_best else None)
    assert (weight == ships).all()
    moments.save(tmp_path, model)
    rows = json.loads((tmp_path / "tradeoffs.json").read_text())["moments"]
    assert [row["step"] for row in rows] == list(range(1, ships + 1))
