"""Light questions that wait for the same model are answered in one batch.

A batch of eight sentences takes a third of the time of eight sentences one by one, and of the
pictures of a pad next to nothing more than one. Each item is what it would have been alone, but
for the last digits of float32.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import numpy as np

from app import session

if TYPE_CHECKING:
    from backend.processors.base import Item, Items
    from backend.space import LatentSpace

MOST = 64  # rows of a batch; who comes later begins the next one


class Batch:
    """What waits: rows of several questions, and their common answer."""

    def __init__(self) -> None:
        self.rows: list = []
        self.answer: Future[Any] = Future()


class Together:
    """``function(space, rows)``, row by row, for all who wait at once.

    The first to ask computes, as soon as the model is free, for all who have come until then.
    """

    def __init__(self, function: Callable[["LatentSpace", list], Any]) -> None:
        self.function = function
        self._waiting: dict[int, Batch] = {}
        self._guard = threading.Lock()

    def __call__(self, space: "LatentSpace", rows: Sequence | np.ndarray) -> Any:
        """The answers to these rows, in order; raises what the function raises for them."""
        if session.working():  # whoever has the model cannot wait for another to take it
            return self.function(space, list(rows))
        key = id(space)
        with self._guard:
            batch = self._waiting.get(key)
            first = False
            if batch is None or len(batch.rows) + len(rows) > MOST:
                batch, first = Batch(), True
                self._waiting[key] = batch
            start = len(batch.rows)
            batch.rows.extend(rows)  # of an array, += would add its numbers
        if first:
            self._compute(space, key, batch)
        try:
            found = batch.answer.result()
        except ValueError:  # somebody's rows are wrong, perhaps not these
            if len(batch.rows) == len(rows):
                raise
            with session.model_work():
                return self.function(space, list(rows))
        return found[start : start + len(rows)]

    def _compute(self, space: "LatentSpace", key: int, batch: Batch) -> None:
        with session.model_work():
            with self._guard:
                if self._waiting.get(key) is batch:
                    del self._waiting[key]
            try:
                batch.answer.set_result(self.function(space, batch.rows))
            except Exception as error:  # whatever it is, all who wait for the batch are told
                batch.answer.set_exception(error)


def _decode(space: "LatentSpace", codes: list[np.ndarray]) -> Any:
    return space.decode(np.stack(codes))


def _encode(space: "LatentSpace", items: list["Item"]) -> np.ndarray:
    return space.encode(items, refine=True)


def items(space: "LatentSpace", codes: np.ndarray, **options: Any) -> "Items":
    """``space.decode`` of at most ``MOST`` codes: in one batch with others, where it can be."""
    if options.get("labels") is None and not options.get("token_temperature"):
        return decode(space, space.check_codes(codes))
    with session.model_work():
        return space.decode(codes, **options)


decode = Together(_decode)  # codes [D] to items, the likeliest words
encode = Together(_encode)  # items to codes that bring them back, as ``LatentSpace.interpolate``
