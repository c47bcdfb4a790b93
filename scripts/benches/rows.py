"""Rows of measurements, and medians of times."""

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
TEXT = "text_vae/text_vae--tatoeba"
TALK = "dialog/dialog_wae_gmp--dailydialog"
MODES = "text_vae/dgmvae--smd"
LARGEST = "text_vae/dgmvae--dailydialog"


class Row(NamedTuple):
    what: str
    value: float
    unit: str
    target: str  # as the project's plan states it
    how: str


def median_of(run: Callable[[], object], times: int) -> float:
    """Median seconds of ``run``, after one run that does not count."""
    return medians_of((run,), times)[0]


def medians_of(runs: Sequence[Callable[[], object]], times: int) -> list[float]:
    """Median seconds of each, taken in turn: a host that slows down slows all of them."""
    taken: list[list[float]] = [[] for _ in runs]
    for run in runs:
        run()
    for _ in range(times):
        for run, seconds in zip(runs, taken, strict=True):
            began = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - began)
    return [statistics.median(seconds) for seconds in taken]
