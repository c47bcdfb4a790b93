"""How much memory the process may have, who owns what of it, and who gives way first.

The resident memory is what counts, so it is looked at: once it comes near the bound, results that
can be computed again go, then models that can be loaded again, the least used first. What Python
has given back is then given back to the system too, which the allocator would keep for itself.
"""

import ctypes
import functools
import gc
import logging
import os
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import cachetools
import psutil

LOG = logging.getLogger(__name__)
GIB = 1 << 30
DEFAULT = 1.2  # GiB
NEAR = 0.9  # of the bound, from which on something goes
EVERY = 1.0  # seconds between two looks
ARENAS = 2  # of glibc's allocator; by default eight for each core, which are never given back
M_ARENA_MAX = -8  # in malloc.h

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class Kept(Protocol[P, R]):
    """A function that keeps results, as ``functools.lru_cache`` makes it."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

    def cache_clear(self) -> None: ...

    def cache_info(self) -> functools._CacheInfo: ...


_process = psutil.Process()
_caches: dict[str, Kept] = {}
_drops: list[Callable[[], bool]] = []  # each lets go of one thing; False when it has none
_limit = DEFAULT * GIB
_watching = threading.Event()


def kept(most: int) -> Callable[[Callable[P, R]], Kept[P, R]]:
    """Keep the last ``most`` results of a function, until memory is short.

    Two who ask the same at once may both compute it: whoever waited for the other's result could
    have the model, which the other needs.
    """

    def decorate(function: Callable[P, R]) -> Kept[P, R]:
        results = cachetools.LRUCache[Any, Any](most)
        decorator = cachetools.cached(results, lock=threading.Lock(), info=True)
        cached = cast(Kept[P, R], decorator(function))
        _caches[f"{function.__module__}.{function.__name__}".removeprefix("app.")] = cached
        return cached

    return decorate


def gives_way(drop: Callable[[], bool]) -> Callable[[], bool]:
    """Ask ``drop`` to let go of one thing when memory is short, after the kept results."""
    _drops.append(drop)
    return drop


def forget_results() -> None:
    """Compute all kept results anew: what they are of has changed."""
    for cached in _caches.values():
        cached.cache_clear()


def resident() -> int:
    """Bytes of this process in memory."""
    return _process.memory_info().rss


def parts() -> dict[str, Any]:
    """Numbers of kept results by the function that computes them, and the bound."""
    sizes = {name: cached.cache_info().currsize for name, cached in sorted(_caches.items())}
    return {"resident": resident(), "limit": int(_limit), "results": sizes}


def watch(gib: float) -> None:
    """Hold this bound from now on, in a thread of its own."""
    global _limit
    _limit = gib * GIB
    _few_arenas()
    if not _watching.is_set():
        _watching.set()
        threading.Thread(target=_look, name="memory", daemon=True).start()


def _look() -> None:
    pause = threading.Event()
    while not pause.wait(EVERY):
        if resident() > NEAR * _limit:
            relieve()


def relieve() -> None:
    """Let go of one thing after the other until there is room again, or nothing is left."""
    _trim()
    if resident() <= NEAR * _limit:
        return
    forget_results()
    _trim()
    for drop in _drops:
        while resident() > NEAR * _limit and drop():
            _trim()
    if resident() > _limit:
        LOG.warning("%d bytes are in use, and nothing is left to let go of", resident())


def _trim() -> None:
    """Back to the system with what is free; glibc alone can be asked."""
    gc.collect()
    if (libc := _libc()) is not None:
        libc.malloc_trim(0)


def _few_arenas() -> None:
    if (libc := _libc()) is not None:
        libc.mallopt(M_ARENA_MAX, ARENAS)


def _libc() -> Any:
    """The C library, where it is glibc."""
    try:
        libc = ctypes.CDLL("libc.so.6") if os.name == "posix" else None
    except OSError:
        return None
    return libc if hasattr(libc, "malloc_trim") else None
