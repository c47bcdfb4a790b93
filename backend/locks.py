"""Locks that leave nobody waiting for ever; no torch."""

import threading
from collections import deque


class FairLock:
    """A reentrant lock that goes to whoever has waited longest.

    That of ``threading`` goes to whoever is quickest: a thread that takes it for one training
    step after the other would leave all others waiting.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._owner = 0
        self._depth = 0
        self._waiting: deque[tuple[int, threading.Lock]] = deque()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for it."""
        return bool(self._waiting)

    def acquire(self, blocking: bool = True) -> bool:
        me = threading.get_ident()
        with self._guard:
            if self._owner in (0, me):
                self._owner = me
                self._depth += 1
                return True
            if not blocking:
                return False
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append((me, turn))
        turn.acquire()  # released by the owner before, who has made this thread the owner
        return True

    def release(self) -> None:
        with self._guard:
            self._depth -= 1
            if self._depth:
                return
            self._owner = 0
            if self._waiting:
                self._owner, turn = self._waiting.popleft()
                self._depth = 1
                turn.release()

    def pass_on(self) -> None:
        """Let those who wait go first, however often the owner has taken the lock."""
        if not self.wanted:
            return
        depth, self._depth = self._depth, 1
        self.release()
        self.acquire()
        self._depth = depth

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
