"""Is a model better than another, or was it the seed? Each is trained from several."""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, NamedTuple, cast

import numpy as np
import torch

from backend import corpora
from backend.base import LatentModel
from backend.device import seeded
from backend.evaluation import likelihood
from backend.evaluation.measured import Table
from backend.evaluation.table import METRICS
from backend.pipeline.corpus import Material, batches_of, read_corpus
from backend.pipeline.progress import Progress
from backend.pipeline.recipe import Recipe, differences
from backend.pipeline.train import build
from backend.training import TrainConfig, fit

LOOKS = 20  # times that a run is validated; the weights of the best are tested


class Tested(NamedTuple):
    """A run: the step of its best validation bound, and its bound on test items in nats."""

    step: int
    nll: float


class Arm(NamedTuple):
    """One of the models: what a table calls it, its name as a checkpoint, and its recipe."""

    label: str
    name: str
    recipe: Recipe


def compare(arms: Sequence[Arm], seeds: Sequence[int]) -> Iterator[Progress | Table]:
    """Progress of each run, then the table: bounds on test items, seed by seed.

    All are compared with the first. Runs of one seed see the same batches, and begin with the
    same weights where their nets are the same ones, so that a difference has less noise than a
    bound. Of each run the weights of its best validation bound are tested.

    Raises:
        ValueError: two are not trained alike, so that their difference would mean nothing.
        MissingCorpus: the corpus is not here.
    """
    first = arms[0]
    for arm in arms[1:]:
        if told := differences(_alike(arm), _alike(first)):
            raise ValueError(f"The runs differ in more than the model: {told}.")
    material = read_corpus(_dataset(first), first.recipe)
    test = material.processor.encode(corpora.load(_dataset(first))["test"].items)
    found: dict[str, list[Tested]] = {arm.label: [] for arm in arms}
    runs = [(seed, arm) for seed in seeds for arm in arms]
    for number, (seed, arm) in enumerate(runs):
        tested = _run(arm, material, test, seed)
        found[arm.label].append(tested)
        text = f"{arm.label}, seed {seed}: {tested.nll:.2f} nats, of step {tested.step}"
        yield Progress("measure", (number + 1) / len(runs), text)
    yield table(found, seeds, len(material.train), len(test))


def _dataset(arm: Arm) -> str:
    return arm.name.split("--")[1]


def _alike(arm: Arm) -> dict:
    """What runs must share: corpus, steps and the like, how many items."""
    return {"corpus": _dataset(arm), "items": arm.recipe.items} | arm.recipe.train


def _run(arm: Arm, material: Material, test: torch.Tensor, seed: int) -> Tested:
    config = TrainConfig(**(arm.recipe.train | {"seed": seed}))
    config = replace(config, report_every=max(1, config.steps // LOOKS))
    model = cast(LatentModel, build(arm.name, arm.recipe, material, seed))
    best, kept = (np.inf, 0), copy.deepcopy(model.state_dict())
    for report in fit(model, batches_of(material, model, config), config):
        bound = _bound(model, cast(torch.Tensor, material.held_out))
        if bound < best[0]:
            best, kept = (bound, report.step), copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    return Tested(best[1], _bound(model, test))


@torch.inference_mode()
def _bound(model: LatentModel, x: torch.Tensor) -> float:
    """Mean negative ELBO in nats, always with the same noise."""
    with seeded(0):
        nll = [likelihood.bound(model, part).nll for part in x.split(500)]
    return float(torch.cat(nll).mean())


def table(found: dict[str, list[Tested]], seeds: Sequence[int], items: int, tested: int) -> Table:
    """Means and deviations over seeds, and each seed's bounds, by label of the arms."""
    bounds = {label: np.array([one.nll for one in runs]) for label, runs in found.items()}
    first, *others = bounds
    columns = bounds | {f"{label} − {first}": bounds[label] - bounds[first] for label in others}

    def row(label: str, of: Callable[[np.ndarray], Any]) -> dict:
        return {"label": label} | {key: round(float(of(v)), 3) for key, v in columns.items()}

    each = [row(f"seed {seed}", itemgetter(i)) for i, seed in enumerate(seeds)]
    for i, one in enumerate(each):
        one |= {f"step of {label}": runs[i].step for label, runs in found.items()}
    return {
        "title": f"{' and '.join(others)} against {first}, {len(seeds)} seeds",
        "note": (
            f"{METRICS['elbo_nll'].title} in nats of {tested:,} test pictures, one code drawn for "
            f"each; lower is better. Each run learns from the same {items:,} training pictures, "
            "in the same batches for one seed, and is tested with the weights of its best bound "
            f"on validation pictures, looked at {LOOKS} times."
        ),
        "rows": [
            row("mean", np.ndarray.mean),
            row("standard deviation over seeds", lambda v: v.std(ddof=1)),
            *each,
        ],
    }
