"""Runs of a user's own: each a child process and a folder, found again whatever ends.

The page, or a script, reads and writes small files of the folder alone; the child that does the
work is ``backend.pipeline.worker``. Nobody has to be there for a run to go on, and one that was
killed goes on where it was when it is resumed. No torch but to check what is asked for.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import psutil

from backend import checkpoint, corpora
from backend.checkpoint import yours_dir
from backend.files import read_json, write_json
from backend.locks import alone
from backend.pipeline.offers import Offer, Setting, offers, recipe_of
from backend.pipeline.recipe import differences
from backend.pipeline.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backend.pipeline.progress import Progress

__all__ = ["Offer", "Run", "Setting", "offers", "start"]

ROOT = Path(__file__).parents[2]
ABOUT = "run.json"  # what was asked for, written once
PROCESS = "process.json"  # who works on it, or did last
WISH = "wish.json"  # what the user wants of it: {"wish": "go"}
RATE = "rate.json"  # the peak learning rate that the user wants, once one was set
STATUS = "status.json"  # how far it is; the fields of ``Run`` that the worker knows
CURVES = "curves.jsonl"
EXAMPLES = "seen.json"  # units and examples at the last step of the curves
LOG = "log.txt"
OUTPUT = "output.txt"  # what the process printed: nothing, unless it broke
EARLY = 20  # steps behind the first estimate of what is left
MOST = 100  # runs that are kept
ROOM = 1 << 20  # bytes of a disk that is not full
THREADS = 2

State = Literal["queued", "running", "pausing", "paused", "stopped", "done", "failed"]
_ID = re.compile(r"[0-9]{14}-[a-z0-9-]{1,40}")
_children: list[subprocess.Popen] = []  # of this process, so that none stays a zombie


class Run(NamedTuple):
    id: str
    checkpoint: str
    model: str
    dataset: str
    title: str
    state: State
    place: int  # in the queue, from 1; 0 for a run that does not wait
    step: int
    steps: int
    seconds: float  # of training
    left: tuple[float, float] | None  # seconds of training to come, once that can be told
    memory: int  # bytes that the process holds
    disk: int  # bytes of the run's folder
    room: int  # bytes that the run and its checkpoint will take in the end, about
    message: str  # what went wrong, or what to do
    stage: str  # "train", "measure", "map" or "card"
    rate: float  # peak learning rate


class Pace(NamedTuple):
    """How fast a run went."""

    seconds: float  # of a step, with all that is done beside it
    work: int  # weights times examples of a step


def start(model: str, dataset: str, name: str, settings: dict[str, Any]) -> str:
    """Begin a run, or queue it behind the others; its id.

    Raises ``ValueError`` with a sentence for what cannot be trained.
    """
    folder = folder_of(prepare(model, dataset, name, settings))
    with alone(yours_dir):
        if not alive(folder):  # another server may have resumed it
            _launch(folder)
    return folder.name


@alone(yours_dir)
def prepare(
    model: str,
    dataset: str,
    name: str,
    settings: dict[str, Any],
    *,
    device: str = "auto",
    threads: int = THREADS,
) -> str:
    """The folder of a new run, on which nobody works yet; its id. Raises as ``start`` does."""
    if not (title := " ".join(name.split())):
        raise ValueError("A model has a name of at least one letter. Write one.")
    if dataset not in corpora.names() or not corpora.available(dataset):
        raise ValueError(f"There is no corpus {dataset[:80]!r} on this machine.")
    recipe = recipe_of(model, dataset, title, settings)
    target = f"{model}--{dataset}--{_slug(title)}"
    found = runs()
    if len(found) >= MOST:
        raise ValueError(f"{MOST} runs are kept. Discard some of them first.")
    if any((root / target).exists() for root in (checkpoint.trained_dir(), yours_dir())) or any(
        run.checkpoint == target and run.state not in ("done", "stopped") for run in found
    ):
        raise ValueError(f"There is a model called {title!r} of these data. Choose another name.")
    while (folder := _runs() / f"{time.strftime('%Y%m%d%H%M%S')}-{_slug(title)}").exists():
        time.sleep(0.1)
    folder.mkdir(parents=True)
    about = {
        "format_version": 1,
        "model": model,
        "dataset": dataset,
        "title": title,
        "checkpoint": target,
        "settings": settings,
        "device": device,
        "threads": threads,
    }
    steps, rate = recipe.train.get("steps", 0), recipe.train.get("lr", 0.0)
    write_json(folder / WISH, {"wish": "go"})
    status = {"state": "queued", "since": time.time(), "steps": steps, "rate": rate}
    write_json(folder / STATUS, status)
    write_json(folder / ABOUT, about)
    return folder.name


def begun(model: str, dataset: str, name: str, settings: dict[str, Any]) -> str | None:
    """The run of these data by that name that has not come to its end; its id.

    Raises ``ValueError`` for one that was begun with other settings.
    """
    for run in runs():
        if (run.dataset, run.title) == (dataset, name) and run.state in ("paused", "failed"):
            about = _read(folder_of(run.id) / ABOUT)
            old, new = {"model": run.model} | about["settings"], {"model": model} | settings
            if told := differences(old, new):
                raise ValueError(
                    f"The run of {name!r} was begun with {told}. Ask for the same to go on with "
                    "it, or for another name to begin another."
                )
            return run.id
    return None


def runs() -> list[Run]:
    """All runs, the newest first, those of earlier starts of the app among them."""
    for child in _children[:]:
        if child.poll() is not None:
            _children.remove(child)
    folders = [path.parent for path in _runs().glob(f"*/{ABOUT}")]
    waiting = queue()
    found = (_run(folder, waiting) for folder in sorted(folders, reverse=True))
    return [run for run in found if run]


def paces(model: str) -> list[Pace]:
    """Of the runs of a model that are kept and have come far enough, the newest first."""
    found = []
    for path in sorted(_runs().glob(f"*/{ABOUT}"), reverse=True):
        status = _read(path.parent / STATUS)
        alike = _read(path).get("model") == model
        if alike and status.get("step", 0) >= EARLY and "work" in status:  # since it is kept
            found.append(Pace(status["seconds"] / status["step"], status["work"]))
    return found


def look(id: str, since_step: int = 0, since_line: int = 0) -> dict[str, Any]:
    """What is new of a run: curves after a step, lines of its log, its last examples.

    Raises ``ValueError``, as all functions here do, for a run that is not there.
    """
    folder = folder_of(id)
    if not (run := _run(folder, queue())):
        raise ValueError(f"The run {id} was discarded.")
    curves: dict[str, list[list[float]]] = {}
    for row in Rows(folder / CURVES).rows:
        if row["step"] > since_step:
            for term, value in row.items():
                if term not in ("step", "seconds"):
                    curves.setdefault(term, []).append([row["step"], value])
    path = folder / LOG
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    seen = _read(folder / EXAMPLES)
    return {
        "run": run._asdict(),
        "curves": curves,
        "units": seen.get("units", []),
        "log": lines[since_line:],
        "lines": len(lines),
        "examples": seen.get("examples"),
        "collapsed": seen.get("collapsed", False),
    }


def pause(id: str) -> None:
    """Stop at the next report, with all saved; ``resume`` goes on from there."""
    folder = folder_of(id)
    if not alive(folder):
        raise ValueError("This run does not run, so it cannot be paused.")
    _ask(folder, "pause")


@alone(yours_dir)
def resume(id: str) -> None:
    """Go on with a run that was paused, stopped or killed, or that failed."""
    folder = folder_of(id)
    _see_out(folder)
    if alive(folder):
        if _wish(folder) == "go":
            raise ValueError("This run runs already.")
        _ask(folder, "go")  # it had not come to its next report
        return
    _queue(folder)
    _launch(folder)


@alone(yours_dir)
def take_up(id: str) -> "Iterator[Progress]":
    """Go on with a run in this process; raises as ``resume`` does."""
    from backend.pipeline.worker import work

    folder = folder_of(id)
    _see_out(folder)
    if alive(folder):
        raise ValueError("This run runs already.")
    _queue(folder)
    sign(folder, os.getpid())
    return work(folder)


@alone(yours_dir)
def stop_and_keep(id: str) -> None:
    """End at the next report; what has been learned becomes a checkpoint."""
    folder = folder_of(id)
    status = _read(folder / STATUS)
    if not status.get("step"):
        raise ValueError("This run has learned nothing yet. Discard it instead.")
    if status.get("state") in ("done", "stopped"):
        raise ValueError("This run has ended, and its model is kept.")
    _see_out(folder)
    _ask(folder, "keep")
    if not alive(folder):
        write_json(folder / STATUS, status | {"state": "queued", "since": time.time()})
        _launch(folder)


@alone(yours_dir)
def discard(id: str) -> None:
    """End a run and remove its folder; a checkpoint that it wrote stays."""
    folder = folder_of(id)
    if (process := alive(folder)) is not None and process.pid != os.getpid():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(10)
    shutil.rmtree(folder)


def set_rate(id: str, rate: float) -> None:
    """Another peak learning rate from the next report on."""
    if not 0 < rate <= 1:
        raise ValueError(f"A learning rate lies above 0 and at most at 1; got {rate}.")
    write_json(folder_of(id) / RATE, {"rate": rate})


# What the worker needs too


def folder_of(id: str) -> Path:
    folder = _runs() / id
    if not _ID.fullmatch(id) or not (folder / ABOUT).is_file():
        raise ValueError(f"There is no run {id[:60]!r}. It may have been discarded.")
    return folder


def queue() -> list[str]:
    """Ids of the runs that wait for the device, the first in line first."""
    waiting = []
    for path in _runs().glob(f"*/{STATUS}"):
        status = _read(path)
        if status.get("state") == "queued" and alive(path.parent):
            waiting.append((status.get("since", 0.0), path.parent.name))
    return [id for _, id in sorted(waiting)]


def alive(folder: Path) -> psutil.Process | None:
    """The process that works on a run; None where it has ended, or its number means another."""
    known = _read(folder / PROCESS)
    try:
        process = psutil.Process(known["pid"])
        mine = process.create_time() == known["started"]
        return process if mine and process.status() != psutil.STATUS_ZOMBIE else None
    except (KeyError, psutil.NoSuchProcess):
        return None


def wanted_rate(folder: Path) -> float | None:
    """The peak learning rate that the user has set; None as long as it is the recipe's."""
    return _read(folder / RATE).get("rate")


def sign(folder: Path, pid: int) -> None:
    """Say who works on a run."""
    with contextlib.suppress(psutil.NoSuchProcess):  # it has ended already
        started = psutil.Process(pid).create_time()
        write_json(folder / PROCESS, {"pid": pid, "started": started})


def _runs() -> Path:
    """Where the runs lie; hidden, so that it is never taken for a family of models."""
    return yours_dir() / ".runs"


def _launch(folder: Path) -> None:
    command = [sys.executable, "-m", "backend.pipeline.worker", str(folder)]
    with (folder / OUTPUT).open("ab") as output:
        child = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    _children.append(child)
    sign(folder, child.pid)


def _see_out(folder: Path) -> None:
    """Wait for a process whose run has ended, but which itself has not yet."""
    process = alive(folder)
    if process is None or process.pid == os.getpid():
        return
    if _read(folder / STATUS).get("state") not in ("queued", "running"):
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(10)


def _queue(folder: Path) -> None:
    """Put a run that nobody works on at the end of the queue."""
    status = _read(folder / STATUS)
    if status.get("state") == "done":
        raise ValueError("This run has come to its end.")
    if status.get("state") == "stopped":
        status["stage"] = "train"
    write_json(folder / STATUS, status | {"state": "queued", "since": time.time(), "message": ""})
    _ask(folder, "go")


def _run(folder: Path, waiting: list[str]) -> Run | None:
    """None for one that was discarded meanwhile."""
    if not (about := _read(folder / ABOUT)):
        return None
    status = _read(folder / STATUS)
    state, message = status.get("state", "queued"), status.get("message", "")
    stage = status.get("stage", "train")
    if state in ("queued", "running"):
        if not alive(folder):
            state, message = "paused", message or _interrupted(folder)
        elif (wish := _wish(folder)) == "pause" or (wish == "keep" and stage == "train"):
            state = "pausing"
    return Run(
        id=folder.name,
        checkpoint=about["checkpoint"],
        model=about["model"],
        dataset=about["dataset"],
        title=about["title"],
        state=state,
        place=waiting.index(folder.name) + 1 if folder.name in waiting else 0,
        step=status.get("step", 0),
        steps=status.get("steps", 0),
        seconds=status.get("seconds", 0.0),
        left=_left(status) if state == "running" else None,
        memory=status.get("memory", 0) if state == "running" else 0,
        disk=_size(folder),
        room=status.get("room", 0),
        message=message,
        stage=stage,
        rate=wanted_rate(folder) or status.get("rate", 0.0),
    )


def _left(status: dict[str, Any]) -> tuple[float, float] | None:
    left = status.get("left")
    return tuple(left) if isinstance(left, list) else None  # a number is of an earlier version


def _interrupted(folder: Path) -> str:
    """Why a run has ended that could not say so itself."""
    if shutil.disk_usage(folder).free < ROOM:
        return "The disk is full. Make room; Resume then goes on from what was saved last."
    return "It was interrupted. Resume goes on from what was saved last."


def _size(folder: Path) -> int:
    """Bytes on disk; files may come and go meanwhile."""
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def _wish(folder: Path) -> str:
    return _read(folder / WISH).get("wish", "go")


def _ask(folder: Path, wish: str) -> None:
    write_json(folder / WISH, {"wish": wish})


def _read(path: Path) -> dict[str, Any]:
    """What a small file says; nothing where there is none yet, or none any more."""
    try:
        return read_json(path)
    except (FileNotFoundError, ValueError):
        return {}


def _slug(title: str) -> str:
    """
    >>> _slug("My diary, no. 2")
    'my-diary-no-2'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "model"
