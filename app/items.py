"""What the page does with each kind of item: read what a person gave, write it as Python."""

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from app.widgets.image_input import read as read_picture
from app.widgets.image_input import read_as, to_value

if TYPE_CHECKING:
    from backend.processors.base import Item, Items
    from backend.space import LatentSpace


class Box(NamedTuple):
    """The boxes that take items of one kind. They are called "Sentence A", "Picture B"."""

    title: str
    prefix: str  # of the name of their controls, before the letter
    read: Callable[[Any], Any]  # what was given -> an item; ValueError with a sentence
    trouble: str  # how a sentence on what is wrong with the box called {} begins
    literal: Callable[[Any], str]  # an item as Python source, see ``components.script``


def _sentence(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty. Write one.")
    return text


def _picture_source(pixels: np.ndarray) -> str:
    return f"picture({to_value(pixels).split(',')[1]!r})"


BOXES = {
    "text": Box("Sentence", "", _sentence, "Sentence {}", repr),
    "image": Box("Picture", "picture_", read_picture, "Picture {}:", _picture_source),
}


def given(space: "LatentSpace", letters: str, values: dict[str, Any]) -> list:
    """The items in the boxes of these letters; ``values`` by the name of the control.

    Raises ``ValueError`` naming the box that is empty or cannot be read.
    """
    box, read = BOXES[space.modality], reader(space)
    items = []
    for letter in letters:
        try:
            items.append(read(values.get(f"{box.prefix}{letter}", "")))
        except ValueError as error:
            raise ValueError(f"{box.trouble.format(letter.upper())} {error}") from None
    return items


@contextmanager
def by_letter(letters: str) -> Iterator[None]:
    """The backend counts the sentences that it was given; the page calls them A, B, C, D."""
    try:
        yield
    except ValueError as error:

        def called(match: re.Match[str]) -> str:
            return f"Sentence {letters[int(match[1]) - 1].upper()}"

        raise ValueError(re.sub(r"^Sentence (\d)", called, str(error))) from None


def reader(space: "LatentSpace") -> Callable[[Any], Any]:
    """What was given -> an item of the space, as ``Box.read``."""
    if space.info.own and not space.words:
        return functools.partial(read_as, shape=space.info.config["data_shape"])
    return BOXES[space.modality].read


def dataset(space: "LatentSpace") -> str:
    """Whose pictures a field offers: of the model's corpus, or those that a class names."""
    return space.info.name if space.info.own else space.info.dataset


def literal(space: "LatentSpace", item: "Item") -> str:
    """An item as Python source."""
    return BOXES[space.modality].literal(item)


def read_all(space: "LatentSpace", values: list[str]) -> list:
    """Items as endpoints take them: sentences, or pictures as data URLs."""
    return values if space.words else [reader(space)(value) for value in values]


def written(found: "Items") -> list[str]:
    """What a space returned, as endpoints give it."""
    return found if isinstance(found, list) else [to_value(picture) for picture in found]
