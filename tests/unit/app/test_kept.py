"""Results that are kept for the next who asks."""

import threading
import time

import pytest

from app import memory, session


def test_who_asks_the_same_with_the_model_does_not_wait_for_who_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "_caches", {})
    monkeypatch.setattr(session, "SLICE", 0.0)
    begun, other = threading.Event(), threading.Event()

    @memory.kept(2)
    def slow(number: int) -> int:
        if begun.is_set():
            other.set()
        begun.set()
        end = time.monotonic() + 10
        while not other.is_set() and time.monotonic() < end:
            session.rest()  # until the other has the model, and asks the same
        return number + 1

    found = []

    def ask() -> None:
        with session.model_work():
            found.append(slow(1))

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    for thread in threads:
        thread.join(10)
    assert found == [2, 2] and other.is_set()
    assert slow(1) == 2 and slow.cache_info().hits == 1
