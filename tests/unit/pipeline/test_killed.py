"""A run that is killed again and again, while it saves too, ends like one that was not.

One process imports torch and then forks a child for each attempt, which the system kills at a
random moment, as a power cut would: no handler runs, and nothing is written any more.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

TRAIN = """
import os, random, signal, sys, time
from pathlib import Path

import torch
from safetensors.torch import load_file

from backend.corpora.batching import Batches
from backend.device import seeded
from backend.files import _TEMPORARY
from backend.models.vae.vae import VAE, Config
from backend.pipeline.rows import Rows
from backend.pipeline.run import locked
from backend.training import TrainConfig, fit, steps_done

torch.set_num_threads(1)
KILLS = 20
config = TrainConfig(steps=30, batch_size=4, report_every=3)


def train(folder):
    with locked(folder):
        state = folder / "state.safetensors"
        with seeded(0):
            model = VAE(Config(**(vars(Config.tiny()) | {"hidden": (300, 300)})))
            batches = Batches(torch.rand(22, 1, 4, 4), 4, seed=0)
        rows = Rows(folder / "history.jsonl", steps_done(state))
        for report in fit(model, batches, config, state=state, save_every=2):
            rows.add({"step": report.step, **report.terms})


def attempt(folder, seconds):
    child = os.fork()
    if child == 0:
        if seconds:
            signal.setitimer(signal.ITIMER_REAL, seconds)  # the end, where nobody handles it
        train(folder)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    return os.WIFSIGNALED(status), status


out = Path(sys.argv[1])
draw = random.Random(int(sys.argv[2]))
train(out / "whole")  # here: what torch imports at the first step is not to be killed
began = time.monotonic()
assert attempt(out / "timed", 0) == (False, 0)
long = time.monotonic() - began
kills, saving, runs = 0, 0, 0
while kills < KILLS:
    broken = out / f"broken{runs}"
    runs += 1
    while kills < KILLS:
        killed, _ = attempt(broken, draw.uniform(0.05, 0.6) * long)
        kills += killed
        left = [path.name for path in broken.iterdir()] if broken.exists() else []
        saving += killed and any(map(_TEMPORARY.fullmatch, left))
        if not killed:
            break
    assert attempt(broken, 0) == (False, 0)
    whole, found = (load_file(run / "state.safetensors") for run in (out / "whole", broken))
    assert whole.keys() == found.keys() and len(whole) > 20  # weights, and Adam's moments
    assert all(torch.equal(whole[key], found[key]) for key in whole)
    whole, found = ((run / "history.jsonl").read_bytes() for run in (out / "whole", broken))
    assert whole == found
    assert sorted(path.name for path in broken.iterdir()) == ["history.jsonl", "state.safetensors"]
print(kills, saving)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks no processes")
def test_a_run_killed_at_twenty_random_moments_ends_like_one_that_was_not(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, tmp_path, "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    kills, saving = map(int, done.stdout.split())
    assert kills == 20 and saving >= 1  # some while a file was half-written
