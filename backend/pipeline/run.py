"""The folder of a run: what is kept beside the state, so that a killed run ends like any other.

Rows of curves and moments are keyed by their step and written, each file whole, before the state
of that step is saved. A run that goes on drops the rows of steps after its state.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Literal, cast

import numpy as np
import psutil
import torch
from PIL import Image
from safetensors.torch import load_model, save_model

from backend import corpora
from backend.base import GenerativeModel, LatentModel
from backend.evaluation import phases, tradeoffs
from backend.evaluation.pictures import PictureBench, as_picture, judge_of, load_judge
from backend.files import read_json, remove_leftovers, replacing, replacing_tensors, write_json
from backend.nets.language import LanguageModel
from backend.pipeline.corpus import Material
from backend.pipeline.recipe import Recipe, differences
from backend.pipeline.rows import Rows
from backend.processors.text import TextProcessor
from backend.training import StepReport, TrainConfig, steps_done

STATE, BEST = "state.safetensors", "best.safetensors"
ASKED = "recipe.json"  # what the run was begun with
Wish = Literal["go", "pause", "keep"]
GAME = ("score_real", "score_fake", "critic_accuracy", "code_critic_accuracy")  # of the last step
SPLIT = "validation"  # of the pictures that moments are measured on; test pictures stay unseen


class Busy(RuntimeError):
    """Another process trains the same checkpoint; the text says which."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder is this process's alone; what killed processes left in it is removed.

    Raises ``Busy``. A lock whose process is gone is taken over.
    """
    path = folder / "lock"
    me = json.dumps({"pid": os.getpid(), "started": psutil.Process().create_time()})
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(me)
            break
        except FileExistsError:
            if (holder := _holder(path)) is not None:
                raise Busy(
                    f"{folder.name} is being trained already, by {holder}. Wait for it, "
                    "stop it, or name another folder with --runs."
                ) from None
            path.unlink(missing_ok=True)
    try:
        remove_leftovers(folder)
        yield
    finally:
        path.unlink(missing_ok=True)


def _holder(path: Path) -> str | None:
    """Who holds a lock; None where that process is gone, or its number means another one now."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        pid = int(content["pid"])
        alive = psutil.Process(pid).create_time() == content["started"]
        return f"process {pid}" if alive else None
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    except (ValueError, KeyError, TypeError):
        # Just being written, or cut off as its process was killed: only the first passes soon.
        return None if time.time() - path.stat().st_mtime > 5 else "another process"


def begin(folder: Path, recipe: Recipe) -> None:
    """Notes what a run is begun with, or raises ``ValueError`` where it was begun otherwise.

    What is said of a model, and the number of Gaussians, count after the last step alone.
    """
    path = folder / ASKED
    asked = asdict(recipe)
    for later in ("title", "note", "components"):
        del asked[later]
    asked |= asked.pop("model") | {f"train.{key}": one for key, one in asked.pop("train").items()}
    if (folder / STATE).exists() and path.exists():
        if told := differences(read_json(path), asked):
            raise ValueError(
                f"The run in {folder} was begun with {told}. Remove that folder to start over."
            )
    else:
        write_json(path, asked)


class Watch:
    """Who looks at a run and steers it while it goes on; this one does neither."""

    report_every = 50  # steps; of 5, 10, 25 and 50

    def begin(self, model: GenerativeModel, config: TrainConfig) -> None:
        """The model, as it is before the first step."""

    def peak(self, step: int, rate: float) -> float:
        """The peak learning rate of a step, of a run that began with ``rate``; asked before it."""
        return rate

    def look(
        self,
        model: GenerativeModel,
        material: Material,
        report: StepReport,
        row: dict[str, float] | None,
    ) -> None:
        """What a report brings; ``row`` of the curves at the steps that have one."""

    def wish(self) -> Wish:
        """Asked after each report: go on, stop for now, or end with what has been learned."""
        return "go"


class Clock:
    """Seconds of training, without those of measuring; goes on from ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._began = time.monotonic()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.seconds += time.monotonic() - self._began
        try:
            yield
        finally:
            self._began = time.monotonic()


class Moments:
    """The picture bench along a run: numbers and a row of samples for each moment."""

    def __init__(self, run: Path, judge: str, bench: PictureBench, keep_best: bool) -> None:
        self.run, self.judge, self.bench, self.keep_best = run, judge, bench, keep_best
        self.kept = Rows(run / "moments.jsonl", steps_done(run / STATE))

    @classmethod
    def of(cls, run: Path, material: Material, keep_best: bool = False) -> "Moments":
        """Of the pictures of ``SPLIT``, judged by the classifier of their corpus.

        With ``keep_best`` the weights of the moment with the lowest FID are kept.
        """
        judge = judge_of(material.dataset)
        seen = corpora.load(material.dataset)[SPLIT]
        pictures, labels = material.processor.encode(seen.items), torch.from_numpy(seen.classes)
        train = cast(torch.Tensor, material.train)
        bench = PictureBench(load_judge(judge), train, pictures, labels=labels)
        return cls(run, judge, bench, keep_best)

    def add(self, model: LatentModel, report: StepReport, seconds: float) -> None:
        values = {k: v for k, v in report.terms.items() if k in GAME} | self.bench.values(model)
        with replacing(self._sheet(report.step)) as temporary, temporary.open("wb") as file:
            np.save(file, self.bench.sheet(model).numpy())
        seconds = round(seconds, 1)
        self.kept.add({"step": report.step, "seconds": seconds, "values": _rounded(values)})
        if self.keep_best and self._best() == report.step:
            with replacing_tensors(self.run / BEST) as temporary:
                save_model(model, str(temporary))

    def back_to_best(self, model: LatentModel) -> int | None:
        """Gives the model the weights of its best moment, the last that ``save`` will tell of.

        Returns its step; None where the best is not kept.
        """
        if not (self.keep_best and self.kept.rows):
            return None
        load_model(model, str(self.run / BEST))
        best = self._best()
        self.kept.rows = [row for row in self.kept.rows if row["step"] <= best]
        return best

    def _best(self) -> int:
        """The step of the lowest FID so far, the first of equals."""
        return min(self.kept.rows, key=lambda row: row["values"]["fid_ours"])["step"]

    def save(self, folder: Path, model: torch.nn.Module) -> None:
        """Puts numbers and samples beside the weights."""
        rows = self.kept.rows
        sheets = [torch.from_numpy(np.load(self._sheet(row["step"]))) for row in rows]
        with replacing(folder / tradeoffs.SHEET) as temporary:
            Image.fromarray(as_picture(sheets)).save(temporary, "PNG", optimize=True)
        networks = {name: n_parameters(part) for name, part in model.named_children()}
        content = {
            "format_version": tradeoffs.FORMAT_VERSION,
            "n": self.bench.n,
            "split": SPLIT,
            "classifier": self.judge,
            "parameters": {name: size for name, size in networks.items() if size},
            "reference": _rounded(self.bench.reference()),
            "moments": rows,
        }
        write_json(folder / tradeoffs.FILE, content)

    def _sheet(self, step: int) -> Path:
        return self.run / f"sheet-{step}.npy"


class Phases:
    """What a language model knows of the toy language, exactly, for each moment of a run."""

    def __init__(self, run: Path, material: Material) -> None:
        self.words = cast(TextProcessor, material.processor)
        self.kept = Rows(run / "phases.jsonl", steps_done(run / STATE))

    def add(self, model: GenerativeModel, report: StepReport, seconds: float) -> None:
        values = _rounded(phases.exact(cast(LanguageModel, model), self.words))
        self.kept.add({"step": report.step, "seconds": round(seconds, 1), "values": values})

    def save(self, folder: Path) -> None:
        """Puts the numbers beside the weights."""
        content = {"format_version": phases.FORMAT_VERSION, "moments": self.kept.rows}
        write_json(folder / phases.FILE, content)


def n_parameters(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.5g}") for name, value in values.items()}
