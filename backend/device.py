"""Where and how tensors are computed: devices, seeds, and one step at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from backend.locks import FairLock

STEP_LOCK = FairLock()  # global random state is in use: a training step, or a request


def pick_device(name: str = "auto") -> torch.device:
    """``auto`` is CUDA, else MPS, else the CPU. Raises ``ValueError`` for one not here."""
    present = {"cpu": True, "cuda": torch.cuda.is_available()}
    present["mps"] = torch.backends.mps.is_available()
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if present[kind]))
    kind = name.split(":")[0]
    if not present.get(kind):
        have = ", ".join(kind for kind, here in present.items() if here)
        raise ValueError(f"device {name!r} is not available on this machine; it has: {have}")
    return torch.device(name)


class _OneThread:
    """Counts who is inside; the first notes torch's threads, the last puts them back."""

    def __init__(self) -> None:
        self._lock, self._inside, self._before = threading.Lock(), 0, 1

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = torch.get_num_threads()
            self._inside += 1
            torch.set_num_threads(1)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                torch.set_num_threads(self._before)


ONE_THREAD = _OneThread()
"""A context for recurrent nets as small as ours, on the CPU.

A step multiplies matrices of a few hundred rows: to hand parts of it to other threads takes as
long as the step, and on a busy machine each of thousands of steps waits for the slowest thread.
"""


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers as after ``torch.manual_seed(seed)``; the state outside is untouched.

    ``torch.distributions`` takes no generator, so the process-wide state is forked. The lock
    keeps a training step and a visitor's request out of each other's random numbers.
    """
    kind = "mps" if torch.backends.mps.is_available() else "cuda"
    indices = range(torch.cuda.device_count()) if kind == "cuda" else [0]
    with STEP_LOCK, torch.random.fork_rng(devices=indices, device_type=kind):
        # Where there is the CPU alone, ``manual_seed`` would note for each kind of device, with a
        # stack trace, that it has to be seeded once it is used: 20 times as slow.
        seed_all = torch.manual_seed if len(indices) else torch.default_generator.manual_seed
        seed_all(seed)
        yield
