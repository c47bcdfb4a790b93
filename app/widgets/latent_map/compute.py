"""A map computed on demand: ``scripts/project.py NAME`` as a child process, one at a time."""

import atexit
import os
import re
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import NamedTuple

import backend
from app import session

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, str(ROOT / "scripts" / "project.py"))
ESTIMATE = "It takes from one to ten minutes, depending on the number of items and the machine."
READ_ONLY = (
    "This playground is read-only, so it writes nothing to disk. Whoever runs it can make the map "
    "with the command above."
)


class Run(NamedTuple):
    """A child process and the last lines that it wrote."""

    checkpoint: str
    process: subprocess.Popen
    lines: deque[str]
    began: float


_guard = threading.Lock()
_last: Run | None = None


def offer(checkpoint: str) -> dict:
    """What the page says of computing a map, and whether it is under way already."""
    return {
        "allowed": not session.read_only(),
        "estimate": READ_ONLY if session.read_only() else ESTIMATE,
        "running": bool(_last and _last.checkpoint == checkpoint and _last.process.poll() is None),
    }


def start(checkpoint: str) -> dict:
    """Begin; raises ValueError where nothing may be written or another map is being made."""
    global _last
    if session.read_only():
        raise ValueError(READ_ONLY)
    session.check_name(checkpoint)  # what reaches the child is a name from the list
    file = backend.own_files().get(checkpoint)
    own = ["--space", str(file)] if file else []
    with _guard:
        if _last and _last.process.poll() is None:
            if _last.checkpoint == checkpoint:
                return state(checkpoint)
            raise ValueError(f"The map of {_last.checkpoint} is being computed. Wait for it.")
        process = subprocess.Popen(
            [*COMMAND, checkpoint, *own],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            encoding="utf-8",
            errors="replace",
        )
        _last = Run(checkpoint, process, deque(maxlen=50), time.monotonic())
        threading.Thread(target=_listen, args=[_last], name="map", daemon=True).start()
    return state(checkpoint)


def _listen(run: Run) -> None:
    """Keep what the child says until it ends."""
    if run.process.stdout is not None:
        with run.process.stdout as lines:
            run.lines.extend(line.strip() for line in lines if line.strip())
    run.process.wait()


def state(checkpoint: str) -> dict:
    """How far it is: {running, done, percent, stage, seconds}; raises ValueError if it failed."""
    run = _last
    if run is None or run.checkpoint != checkpoint:
        raise ValueError("No map is being computed for this checkpoint. Start again.")
    code = run.process.poll()
    lines = list(run.lines)
    if code not in (None, 0):
        said = lines[-1] if lines else f"exit status {code}"
        raise ValueError(f"The map could not be computed: {said[:300]}")
    found = [re.match(r"(\d+) % (.*)", line) for line in lines]
    percent, stage = next(((f[1], f[2]) for f in reversed(found) if f), ("0", "starting"))
    return {
        "running": code is None,
        "done": code == 0,
        "percent": int(percent),
        "stage": stage,
        "seconds": round(time.monotonic() - run.began),
    }


def cancel(checkpoint: str) -> dict:
    """Stop it; the map is one file, written at the very end, so nothing is left half done."""
    run = _last
    if run is None or run.checkpoint != checkpoint:
        return {"written": False}
    _end(run.process)
    return {"written": run.process.returncode == 0}


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@atexit.register
def _end_last() -> None:
    if _last:
        _end(_last.process)
