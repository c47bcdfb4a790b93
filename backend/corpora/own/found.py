"""What was found in a user's file."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Found:
    """Different items of a file, in its order.

    Attributes:
        items: sentences, or uint8 [n, H, W] or [n, H, W, 3].
        labels: of each item, a number into ``classes``; None where there are none.
        notes: what was done to the file, in sentences.
    """

    kind: str
    items: Any
    duplicates: int = 0
    columns: tuple[str, ...] = ()
    column: str = ""
    label_column: str = ""
    labels: list[int] | None = None
    classes: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
