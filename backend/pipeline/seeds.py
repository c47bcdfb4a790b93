"""Is a model better than another, or was it the seed? Both are trained from several."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import torch

from backend import registry
from backend.base import LatentModel
from backend.corpora import load
from backend.device import seeded
from backend.evaluation import likelihood
from backend.evaluation.measured import Table
from backend.evaluation.table import METRICS
from backend.pipeline.corpus import Material, batches_of, read_corpus
from backend.pipeline.progress import Progress
from backend.pipeline.recipe import Recipe, differences
from backend.pipeline.train import build, held_out_terms
from backend.training import TrainConfig, fit

LOOKS = 40  # times that a run is validated; the weights of the best are tested


def compare(
    name: str, recipe: Recipe, other: str, other_recipe: Recipe, seeds: Sequence[int]
) -> Iterator[Progress | Table]:
    """Progress of each run, then the table: the bounds of both on test items, seed by seed.

    Runs of one seed see the same batches, and begin with the same weights where their nets are
    the same ones, so that their difference has less noise than each bound. Of each run the
    weights of its best validation bound are tested.

    Raises:
        ValueError: the two are not trained alike, so that their difference would mean nothing.
        MissingCorpus: the corpus is not here.
    """
    dataset = name.split("--")[1]
    if told := differences(_alike(name, recipe), _alike(other, other_recipe)):
        raise ValueError(f"The runs differ in more than the model: {told}.")
    material = read_corpus(dataset, recipe)
    test = material.processor.encode(load(dataset)["test"].items)
    rows = []
    runs = [(seed, pair) for seed in seeds for pair in ((other, other_recipe), (name, recipe))]
    for number, (seed, (which, how)) in enumerate(runs):
        step, nll = _run(which, how, material, test, seed)
        rows.append((seed, which, step, nll))
        text = f"{which}, seed {seed}: {nll:.2f} nats, of step {step}"
        yield Progress("measure", (number + 1) / len(runs), text)
    yield _table(name, other, rows, len(material.train), len(test))


def _alike(name: str, recipe: Recipe) -> dict:
    """What two runs must share: corpus, steps and the like, how many items."""
    return {"corpus": name.split("--")[1], "items": recipe.items} | recipe.train


def _run(
    name: str, recipe: Recipe, material: Material, test: torch.Tensor, seed: int
) -> tuple[int, float]:
    """The step of the best validation bound, and its bound on the test items in nats."""
    config = TrainConfig(**(recipe.train | {"seed": seed}))
    config = replace(config, report_every=max(1, config.steps // LOOKS))
    model = cast(LatentModel, build(name, recipe, material, seed))
    best, kept = (np.inf, 0), copy.deepcopy(model.state_dict())
    for report in fit(model, batches_of(material, model, config), config):
        terms = held_out_terms(model, material)
        bound = terms["recon_nll"] + terms["kl"]
        if bound < best[0]:
            best, kept = (bound, report.step), copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    with torch.inference_mode(), seeded(0):
        nll = [likelihood.bound(model, x).nll for x in test.split(500)]
    return best[1], float(torch.cat(nll).mean())


def _table(name: str, other: str, rows: list, items: int, tested: int) -> Table:
    """Means over seeds and each seed's bounds; differences below 0 are in favour of ``name``."""
    here, there = (
        np.array([nll for _, which, _, nll in rows if which == one]) for one in (name, other)
    )
    titles = [registry.about(one.split("--")[0]).short for one in (name, other)]
    apart = here - there

    def line(label: str, mine: float, theirs: float, gap: float, **more: float) -> dict:
        columns = dict(zip(titles, (mine, theirs), strict=True))
        columns |= {"difference": gap} | more
        return {"label": label} | {key: round(float(v), 3) for key, v in columns.items()}

    steps = {which: [step for _, one, step, _ in rows if one == which] for which in (name, other)}
    spread = (np.std(one, ddof=1) for one in (here, there, apart))
    each = [
        line(f"seed {seed}", here[i], there[i], apart[i])
        | {f"step of {titles[0]}": steps[name][i], f"step of {titles[1]}": steps[other][i]}
        for i, seed in enumerate(dict.fromkeys(seed for seed, *_ in rows))
    ]
    return {
        "title": f"{titles[0]} against {titles[1]}, {len(here)} seeds",
        "note": (
            f"{METRICS['elbo_nll'].title} in nats of {tested:,} test pictures, one code drawn for "
            f"each; lower is better. Each run learns from the same {items:,} training pictures, "
            "in the same batches for one seed, and is tested with the weights of its best bound "
            f"on validation pictures, looked at {LOOKS} times. A difference below 0 says that "
            f"{titles[0]} is better."
        ),
        "rows": [
            line("mean", here.mean(), there.mean(), apart.mean()),
            line("standard deviation over seeds", *spread),
            *each,
        ],
    }
