"""How far long work is: told where it is done, heard by who asked for it; no torch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Heard = Callable[[str, int, int], object]  # what is done, how many of how many

_heard: ContextVar[Heard | None] = ContextVar("heard", default=None)


@contextmanager
def hearing(heard: Heard) -> Iterator[None]:
    """``heard`` is told of all work of this thread within; what it raises ends the work."""
    before = _heard.set(heard)
    try:
        yield
    finally:
        _heard.reset(before)


def tell(doing: str, done: int, of: int) -> None:
    """Say, between two pieces, how many have been done. Holds no lock but the caller's own."""
    if heard := _heard.get():
        heard(doing, done, of)
