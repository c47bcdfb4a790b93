"""Results that are kept for the next who asks."""

import threading

import pytest

from app import memory, session


def test_who_asks_the_same_with_the_model_does_not_wait_for_who_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "_caches", {})
    monkeypatch.setattr(session, "SLICE", 0.0)
    begun, asked = threading.Event(), threading.Event()

    @memory.kept(2)
    def slow(number: int) -> int:
        if not begun.is_set():
            begun.set()
            assert asked.wait(10)
            while not session._model_work.wanted:
                pass
            session.rest()  # the other has the model now, and asks the same
        return number + 1

    found = []

    def ask() -> None:
        with session.model_work():
            found.append(slow(1))

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    asked.set()
    for thread in threads:
        thread.join(10)
    assert found == [2, 2]
    assert slow(1) == 2 and slow.cache_info().hits == 1
