"""Locks that leave nobody waiting for ever; no torch."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

PATIENCE = 10.0  # seconds that a change waits for that of another process
LOOK = 0.2  # seconds between two looks whether waiting still makes sense


@contextmanager
def alone(folder: Callable[[], Path]) -> Iterator[None]:
    """No other thread or process changes the folder meanwhile; also a decorator.

    It ends with its process, however that ends. Raises ``ValueError`` with a sentence where
    another keeps it for ``PATIENCE`` seconds, ``OSError`` where the folder cannot be written.
    """
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place / ".lock", timeout=PATIENCE):
            yield
    except Timeout:
        raise ValueError(
            f"Another playground, or a script, is changing {place.name!r} just now. Try again "
            "when it is done."
        ) from None


class FairLock:
    """A reentrant lock that goes to whoever has waited longest.

    That of ``threading`` goes to whoever is quickest: a thread that takes it for one training
    step after the other would leave all others waiting.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._owner = 0
        self._depth = 0
        self._since = 0.0  # when the owner's turn began
        self._waiting: deque[tuple[int, threading.Lock]] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for it."""
        return len(self._waiting)

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for it."""
        return self.waiting > 0

    @property
    def mine(self) -> bool:
        """Whether this thread has it."""
        return self._owner == threading.get_ident()

    def acquire(
        self, blocking: bool = True, meanwhile: Callable[[], object] | None = None
    ) -> bool:
        """Whether this thread has it now.

        ``meanwhile`` is called every ``LOOK`` seconds while it waits; what that raises ends the
        wait.
        """
        me = threading.get_ident()
        with self._guard:
            if self._owner == me:
                self._depth += 1
                return True
            if self._owner == 0:
                self._owner, self._depth, self._since = me, 1, time.monotonic()
                return True
            if not blocking:
                return False
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append((me, turn))
        # ``turn`` is released by the owner before, who has made this thread the owner.
        while not turn.acquire(timeout=LOOK if meanwhile else -1):
            try:
                if meanwhile:
                    meanwhile()
            except BaseException:
                self._give_up((me, turn))
                raise
        return True

    def _give_up(self, place: tuple[int, threading.Lock]) -> None:
        with self._guard:
            if waits := place in self._waiting:
                self._waiting.remove(place)
        if not waits:  # it has become the owner meanwhile
            self.release()

    def release(self) -> None:
        with self._guard:
            self._depth -= 1
            if self._depth:
                return
            self._owner = 0
            if self._waiting:
                self._owner, turn = self._waiting.popleft()
                self._depth, self._since = 1, time.monotonic()
                turn.release()

    def pass_on(self, after: float = 0.0) -> None:
        """Let those who wait go first, however often the owner has taken the lock.

        But not before the owner's turn has lasted ``after`` seconds: else it would hardly get on
        where many wait.
        """
        if self.wanted and time.monotonic() - self._since >= after:
            with self.let_go():
                pass

    @contextmanager
    def let_go(self) -> Iterator[None]:
        """Within, it is free for others, however often the owner has taken it."""
        if not self.mine:
            yield
            return
        depth, self._depth = self._depth, 1
        self.release()
        try:
            yield
        finally:
            self.acquire()
            self._depth = depth

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
