"""Values that are worth keeping: what is missing is computed in one batch."""

from collections.abc import Callable, Hashable, Iterable, MutableMapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def computed(
    kept: MutableMapping[K, V], keys: Sequence[K], compute: Callable[[list[K]], Iterable[V]]
) -> list[V]:
    """The value of each key; ``compute`` gives those of the keys, each once, that ``kept`` lacks.

    ``kept`` may be a cache that holds fewer values than there are keys.
    """
    wanted = dict.fromkeys(keys)
    found = {key: kept[key] for key in wanted if key in kept}
    if missing := [key for key in wanted if key not in found]:
        for key, value in zip(missing, compute(missing), strict=True):
            found[key] = kept[key] = value
    return [found[key] for key in keys]
