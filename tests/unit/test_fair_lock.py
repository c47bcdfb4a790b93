"""The lock of the random state goes to whoever has waited longest."""

import threading

import pytest

from backend.device import FairLock


def test_who_waits_comes_before_who_just_had_it() -> None:
    lock, order = FairLock(), []
    lock.acquire()

    def wait(name: str) -> None:
        with lock:
            order.append(name)

    threads = [threading.Thread(target=wait, args=(name,)) for name in "abc"]
    for number, thread in enumerate(threads, 1):
        thread.start()
        while lock.waiting < number:  # so that they wait in this order
            threading.Event().wait(0.001)
    assert lock.wanted
    lock.release()
    with lock:  # at once, yet after the others
        order.append("me")
    for thread in threads:
        thread.join()
    assert order == ["a", "b", "c", "me"]
    assert not lock.wanted


def test_it_can_be_taken_twice_by_one_thread_and_not_by_two() -> None:
    lock, taken = FairLock(), []
    with lock, lock:
        other = threading.Thread(target=lambda: taken.append(lock.acquire(blocking=False)))
        other.start()
        other.join()
    assert taken == [False]
    assert lock.acquire(blocking=False)
    lock.release()


def test_it_is_let_go_when_something_fails() -> None:
    lock = FairLock()
    with pytest.raises(RuntimeError), lock:
        raise RuntimeError("on purpose")
    assert lock.acquire(blocking=False)


def test_who_is_not_wanted_any_more_waits_no_longer_and_the_lock_goes_to_the_next() -> None:
    lock, taken, left = FairLock(), [], threading.Event()
    lock.acquire()

    def stop() -> None:
        raise InterruptedError("on purpose")

    def wait() -> None:
        with pytest.raises(InterruptedError):
            lock.acquire(meanwhile=stop)
        left.set()
        with lock:
            taken.append(lock.mine)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    assert left.wait(10)  # while it is held
    lock.release()
    thread.join(10)
    assert taken == [True] and not lock.wanted
    assert lock.acquire(blocking=False)


def test_long_work_passes_it_on_after_a_slice_and_not_before() -> None:
    lock, order = FairLock(), []
    lock.acquire()
    lock.acquire()
    assert lock.mine

    def wait() -> None:
        with lock:
            order.append(lock.mine)

    thread = threading.Thread(target=wait)
    thread.start()
    while not lock.wanted:
        threading.Event().wait(0.001)
    lock.pass_on(after=60)
    assert order == []
    threading.Event().wait(0.02)
    lock.pass_on(after=0.01)
    assert order == [True] and lock.mine
    lock.release()
    lock.release()
    assert not lock.mine
    thread.join()
