"""Questions that take their time: how far each is, and whether anybody still waits for it.

The page gives such a question a name, and asks by it. Between two pieces of the work those who
wait for the model go first, and work that nobody wants any more ends.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import pydantic

from app import session
from backend import hearing

Name = Annotated[str, pydantic.Field(min_length=16, max_length=40)]


class Cancelled(ValueError):
    """Whoever asked does not want it any more."""


@dataclass
class Watch:
    """One question that is being answered."""

    said: str = ""
    share: float | None = None  # of the work that ``said`` names
    wanted: bool = True
    since: float = field(default_factory=time.monotonic)

    def hear(self, said: str, done: int, of: int) -> None:
        """Note how far it is, and let others go first; raises ``Cancelled``."""
        self.said = f"{said} {done:,} of {of:,}"
        self.share = done / of
        if not self.wanted:
            raise Cancelled("Cancelled.")
        session.rest()


_watches: dict[str, Watch] = {}  # by name; one is there while its question is answered


@contextmanager
def watched(name: Any) -> Iterator[None]:
    """What is computed within goes by this name; by none, if it is no name."""
    if not (isinstance(name, str) and 16 <= len(name) <= 40):
        yield
        return
    watch = _watches[name] = Watch()
    try:
        with hearing(watch.hear):
            yield
    finally:
        _watches.pop(name, None)


def progress(name: Name) -> dict:
    """How far a question is; nothing is said of one that is not being answered."""
    found = _watches.get(name, Watch())
    seconds = round(time.monotonic() - found.since)
    return {"said": found.said, "share": found.share, "seconds": seconds}


def leave(name: Name) -> dict:
    """Nobody waits for it any more: it ends before its next piece."""
    if found := _watches.get(name):
        found.wanted = False
    return {}
