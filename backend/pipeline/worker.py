"""The child process of a run: waits for its turn, trains, measures, maps and writes the card.

``python -m backend.pipeline.worker FOLDER``, with a folder that ``jobs.prepare`` made. What it
finds there of an earlier process is gone on with.
"""

import base64
import itertools
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import psutil
import torch

from backend import checkpoint, corpora
from backend.base import GenerativeModel, LatentModel
from backend.codes.posteriors import kl_of_units
from backend.corpora import MissingCorpus
from backend.device import seeded
from backend.distributions.sequence import Sequence
from backend.evaluation.gauges import COLLAPSED_KL
from backend.files import read_json, write_json
from backend.locks import alone
from backend.objectives.priors import StandardNormal
from backend.pipeline import jobs
from backend.pipeline.card import write_card
from backend.pipeline.corpus import Material
from backend.pipeline.estimate import STORED
from backend.pipeline.map import project
from backend.pipeline.measure import measure, quick
from backend.pipeline.offers import recipe_of
from backend.pipeline.progress import Progress
from backend.pipeline.recipe import Recipe
from backend.pipeline.rows import Rows
from backend.pipeline.run import STATE, Busy, Watch, Wish, locked, n_parameters
from backend.pipeline.train import train
from backend.processors.text import UNK
from backend.training import Diverged, StepReport, TrainConfig, steps_done

SHOWN = 8  # held-out items that are followed through the run
REPORTS = 400  # about so many in a run
PACES = 20  # stretches of the run behind each
STAGES = ("train", "measure", "map", "card")


class Ended(Exception):
    """The user wished so."""


def work(folder: Path) -> Iterator[Progress]:
    """Does what is left of a run, when its turn comes; its state is in its files.

    What can go wrong, a full disk too, becomes the run's message.
    """
    about, status = read_json(folder / jobs.ABOUT), Status(folder)
    try:
        while True:
            try:
                yield from _attempt(folder, about, status)
                return
            except Ended:
                if not status.goes_on():
                    return
    except (ArithmeticError, Busy, KeyError, MissingCorpus, OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if isinstance(error, Diverged):
            said += ". The run is kept as it was saved last; a lower learning rate may help."
        with suppress(OSError):  # on a full disk not even this can be written
            status.set(state="failed", message=said, left=None)
            status.log(said)


def _attempt(folder: Path, about: dict[str, Any], status: "Status") -> Iterator[Progress]:
    with _turn(folder, status):
        recipe = recipe_of(*(about[key] for key in ("model", "dataset", "title", "settings")))
        # Steps of recurrent nets are too small to share out, as ``ONE_THREAD`` says: with two
        # threads they take twice as long on a busy machine, and the processor time of four.
        small = corpora.corpus(about["dataset"]).kind == "text"
        torch.set_num_threads(1 if small else about["threads"])
        yield from _stages(folder, about, recipe, status)


class Status:
    """What the worker says of its run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def set(self, **values: Any) -> None:
        path = self.folder / jobs.STATUS
        write_json(path, read_json(path) | values)

    def __getitem__(self, key: str) -> Any:
        return read_json(self.folder / jobs.STATUS).get(key)

    def log(self, line: str) -> None:
        with (self.folder / jobs.LOG).open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {line}\n")

    def wish(self) -> Wish:
        return read_json(self.folder / jobs.WISH)["wish"]

    def goes_on(self) -> bool:
        """Whether the user has changed their mind since the run ended; paused if not."""
        with alone(checkpoint.yours_dir):
            going = self.wish() != "pause"
            state = "queued" if going else "paused"
            self.set(state=state, since=time.time(), left=None)
        self.log(state)
        return going


@contextmanager
def _turn(folder: Path, status: Status) -> Iterator[None]:
    """One run at a time has the device; the others come in the order in which they queued."""
    with ExitStack() as held:
        while not _taken(folder, held):
            if status.wish() == "pause":
                raise Ended
            time.sleep(0.3)
        status.set(state="running", message="")
        yield


def _taken(folder: Path, held: ExitStack) -> bool:
    """Whether the device is this run's now."""
    if jobs.queue()[:1] != [folder.name]:
        return False
    try:
        held.enter_context(locked(folder.parent / ".device"))
    except Busy:
        return False
    return True


def _stages(folder: Path, about: dict, recipe: Recipe, status: Status) -> Iterator[Progress]:
    name, first = about["checkpoint"], status["stage"] or STAGES[0]
    for stage in STAGES[STAGES.index(first) :]:
        status.set(stage=stage)
        for progress in _stage(stage, folder, about, recipe, status):
            if stage != "train":
                status.log(f"{stage}: {progress.text}")
                if status.wish() == "pause":
                    raise Ended
            yield progress
        if stage == "train" and steps_done(folder / name / STATE) < status["steps"]:
            if status.wish() != "keep":
                raise Ended
            status.log(f"stopped at step {status['step']:,}; what has been learned is kept")
    state = "stopped" if status["step"] < status["steps"] else "done"
    status.set(state=state, left=None)
    status.log(f"{name} is ready")


def _stage(
    stage: str, folder: Path, about: dict, recipe: Recipe, status: Status
) -> Iterator[Progress]:
    name, device = about["checkpoint"], about["device"]
    if stage == "train":
        steering = Steering(folder, recipe, steps_done(folder / name / STATE), status)
        seed = recipe.train.get("seed", 0)
        return train(
            name,
            recipe,
            device=device,
            seed=seed,
            runs=folder,
            root=checkpoint.yours_dir(),
            watch=steering,
        )
    if stage == "measure":
        return measure(name, quick(name), device=device)
    if stage == "map":
        return _mapped(name, status)
    return write_card(name)


def _mapped(name: str, status: Status) -> Iterator[Progress]:
    """A map where one can be made: a model is none the worse without."""
    if "components" not in checkpoint.info(name).capabilities:
        return
    try:
        yield from project(name)
    except ValueError as error:
        status.log(f"no map: {error}")


class Steering(Watch):
    """Writes what a run does into its folder, and reads there what the user wishes."""

    def __init__(self, folder: Path, recipe: Recipe, done: int, status: Status) -> None:
        self.folder, self.status = folder, status
        self.steps = recipe.train["steps"]
        self.report_every = next(
            n for n in (5, 10, 25, 50) if n == 50 or n * REPORTS >= self.steps
        )
        self.rows = Rows(folder / jobs.CURVES, done)
        self.rates = Rows(folder / "rates.jsonl", self.steps)  # those to come again, too
        self.first, self.began = done, time.monotonic()
        self.marks: deque[tuple[int, float]] = deque(maxlen=PACES + 1)  # steps done, seconds
        self.before = status["seconds"] or 0.0
        status.set(steps=self.steps, step=done)
        status.log(f"training from step {done:,} to {self.steps:,}")

    def begin(self, model: GenerativeModel, config: TrainConfig) -> None:
        weights = n_parameters(model)
        self.status.set(room=STORED * weights, work=weights * config.batch_size)

    def peak(self, step: int, rate: float) -> float:
        if (made := step - self.first) <= jobs.EARLY:
            self._mark(step)
        if made == jobs.EARLY:
            self._estimate(step)
        told = [row["rate"] for row in self.rates.rows if row["step"] <= step]
        return told[-1] if told else rate

    def wish(self) -> Wish:
        return self.status.wish()

    def look(
        self,
        model: GenerativeModel,
        material: Material,
        report: StepReport,
        row: dict[str, float] | None,
    ) -> None:
        step = report.step
        terms = {f"train_{term}": value for term, value in report.terms.items()}
        terms |= {"train_clipped": report.clipped, "train_gradient_norm": report.norm}
        terms["lr"] = report.lr
        held_out = {k: v for k, v in (row or {}).items() if k.startswith("validation_")}
        self.rows.add({"step": step, **terms, **held_out})
        if row:
            write_json(self.folder / jobs.EXAMPLES, seen(model, material, step))
            loss = row.get("validation_loss")
            self.status.log(
                f"step {step:,}: held-out loss {loss:.4g}" if loss else f"step {step:,}"
            )
        self._turn_rate(step)
        if step - self.first > jobs.EARLY:
            self._mark(step)
        self._estimate(step)

    def _mark(self, step: int) -> None:
        self.marks.append((step, time.monotonic() - self.began))

    def _estimate(self, step: int) -> None:
        seconds = time.monotonic() - self.began
        left = remaining(list(self.marks), self.steps) if step - self.first >= jobs.EARLY else None
        self.status.set(
            step=step,
            seconds=round(self.before + seconds, 1),
            left=left,
            memory=psutil.Process().memory_info().rss,
        )

    def _turn_rate(self, step: int) -> None:
        """Kept with its step before it counts, so that a killed run turns at the same one."""
        rate = jobs.wanted_rate(self.folder)
        if rate is not None and (not self.rates.rows or self.rates.rows[-1]["rate"] != rate):
            self.rates.add({"step": step, "rate": rate})
            self.status.set(rate=rate)
            self.status.log(f"peak learning rate {rate:g} from step {step:,} on")


def remaining(marks: list[tuple[int, float]], steps: int) -> tuple[float, float]:
    """Seconds that are left at a good and at a bad pace of late, around the mean one.

    ``marks`` are steps done and the seconds since the beginning, at least two of them.
    """
    (first, began), (last, now) = marks[0], marks[-1]
    paces = sorted((t - s) / (n - m) for (m, s), (n, t) in itertools.pairwise(marks))
    mean, fifth = (now - began) / (last - first), len(paces) // 5
    low, high = min(paces[fifth], mean), max(paces[-1 - fifth], mean)
    return (steps - last) * low, (steps - last) * high


@torch.no_grad()
def seen(model: GenerativeModel, material: Material, step: int) -> dict[str, Any]:
    """The same held-out items as they are and as they come back; samples; KL of each unit.

    Of a model without codes, samples alone.
    """
    held_out = cast(torch.Tensor, material.held_out)
    x, decode = held_out[:SHOWN].to(model.device), material.processor.decode

    def shown(ids: Any) -> list[str]:
        items = decode(ids)
        return items if material.kind == "text" else [_packed(item) for item in items]

    def made(z: torch.Tensor) -> list[str]:
        p = cast(LatentModel, model).decode(z)
        return shown(p.generate(0.0, forbid=(UNK,)) if isinstance(p, Sequence) else p.mean)

    examples: dict[str, Any] = {"step": step, "given": shown(x), "back": []}
    units: list[float] = []
    with seeded(0):
        if isinstance(model, LatentModel):
            plain = StandardNormal(model.config.latent_dim)
            prior = model.prior if hasattr(model, "prior") else plain
            examples["samples"] = made(prior().sample((SHOWN,)).to(model.device))
        else:
            examples["samples"] = shown(model.sample(SHOWN))
        if isinstance(model, LatentModel) and "encode" in model.capabilities:
            examples["back"] = made(model.encode(x).mode)
            some = held_out[:250].to(model.device)
            units = kl_of_units(model, model.encode(some)).mean(0).tolist()
    if material.kind == "image":
        examples["side"] = held_out.shape[-1]
    return {
        "units": units,
        "examples": examples,
        "collapsed": any(units) and sum(units) < COLLAPSED_KL,
    }


def _packed(picture: Any) -> str:
    """uint8 [H, W] or [H, W, 3] as base64 of its bytes."""
    return base64.b64encode(picture.tobytes()).decode("ascii")


def main(folder: Path) -> None:
    jobs.sign(folder, os.getpid())
    for _ in work(folder):
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]))
