"""What a step of the pipeline reports while it works."""

from typing import Any, NamedTuple


class Progress(NamedTuple):
    step: str  # "train", "measure", "map" or "card"
    done: float  # share of the step that is done, 0 to 1
    text: str  # what happened, for a person
    values: dict[str, Any] = {}  # loss terms, or the number that was measured  # noqa: RUF012
