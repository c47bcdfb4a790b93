"""The training script, as a user runs it and as a power cut stops it."""

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from backend.corpora.idx import VALIDATION

ROOT = Path(__file__).resolve().parents[3]
NAME = "vae/vae--mnist--2d"
STEPS = 620  # the state is saved at 500


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


def test_without_the_corpus_the_way_to_get_it_is_said(tmp_path: Path) -> None:
    process = start(tmp_path, tmp_path)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "python scripts/download_data.py mnist" in said
    assert "Traceback" not in said
