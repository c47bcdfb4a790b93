"""Questions that wait for the same model are one batch, and each gets its own answers."""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from app import session
from app.together import MOST, Together, items


class Space:
    """Counts the batches; doubles numbers, and knows none below 0."""

    def __init__(self) -> None:
        self.batches: list[list] = []

    def double(self, rows: list) -> list:
        self.batches.append(rows)
        for place, row in enumerate(rows, 1):
            if row < 0:
                raise ValueError(f"Number {place} is negative.")
        return [2 * row for row in rows]


class Rows(list):
    """Rows that tell when they have been read, which is when their asker waits in a batch."""

    def __init__(self, rows: list) -> None:
        super().__init__(rows)
        self.read = threading.Event()

    def __iter__(self) -> Iterator:
        yield from super().__iter__()
        self.read.set()


def ask_together(together: Together, space: Space, questions: list[list]) -> list[Any]:
    """What each of those who ask gets, an error too; all wait before the first is answered."""
    found: list[Any] = [None] * len(questions)

    rows = [Rows(question) for question in questions]

    def ask(place: int) -> None:
        try:
            found[place] = together(space, rows[place])
        except ValueError as error:
            found[place] = str(error)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(questions))]
    with session.model_work():
        for thread, mine in zip(threads, rows, strict=True):
            thread.start()
            assert mine.read.wait(10)
    for thread in threads:
        thread.join(10)
    return found


def test_those_who_wait_are_answered_in_one_batch():
    together, space = Together(Space.double), Space()
    assert ask_together(together, space, [[1], [2, 3], [4]]) == [[2], [4, 6], [8]]
    assert space.batches == [[1, 2, 3, 4]]
    assert together(space, [5]) == [10] and space.batches[1:] == [[5]]


def test_a_mistake_of_one_is_told_to_that_one_alone():
    found = ask_together(Together(Space.double), Space(), [[1], [2, -3], [4]])
    assert found == [[2], "Number 2 is negative.", [8]]


def test_other_spaces_are_other_batches():
    together, one, other = Together(Space.double), Space(), Space()
    together(one, [1])
    together(other, [2])
    assert one.batches == [[1]] and other.batches == [[2]]


def test_a_batch_has_a_largest_size():
    together, space = Together(Space.double), Space()
    with session.model_work():  # whoever has the model cannot wait for another
        assert together(space, [7]) == [14]
    space.batches.clear()
    questions = [[place] * (MOST // 2 + 1) for place in range(3)]
    found = ask_together(together, space, questions)
    assert found == [[2 * row for row in rows] for rows in questions]
    assert [len(batch) for batch in space.batches] == [MOST // 2 + 1] * 3


@pytest.mark.parametrize("name", ["vae/vae--mnist--2d", "text_vae/text_vae--tatoeba"])
def test_decoded_together_is_as_decoded_alone(name):
    session.configure("cpu")
    space = session.get_space(name)
    z = space.sample_codes(6, seed=1)
    alone = [space.decode(row[None])[0] for row in z]
    found = items(space, z, token_temperature=0.0, seed=0, labels=None)
    if space.words:
        assert found == alone
    else:
        assert np.abs(np.int16(found) - np.int16(alone)).max() <= 1
    drawn = [items(space, z, token_temperature=0.9, seed=3) for _ in range(2)]
    assert np.array_equal(*drawn)
    with pytest.raises(ValueError, match="numbers each"):
        items(space, z[:, :1])
