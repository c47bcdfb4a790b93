"""No held-out item stands in train: what is the same there is removed, and counted.

Two items are the same where they are equal but for case, white space and quotation marks, which
differ between copies of a text (pictures: pixel by pixel).
"""

import re
import unicodedata
from collections.abc import Callable, Hashable
from typing import Any

from backend.corpora.location import Split

_LOOSE = re.compile("[\\s'\"`´ʼ‘’‚‛“”„‟«»‹›\u200b-\u200f\u2060\ufeff\xad]+")


def same_text(text: str) -> str:
    """
    >>> same_text("I’m  here.") == same_text('i " m " HERE .')
    True
    """
    return _LOOSE.sub("", unicodedata.normalize("NFKC", text).casefold())


def same_picture(pixels: Any) -> bytes:
    return pixels.tobytes()


def without_leaks(
    splits: dict[str, Split], same: Callable[[Any], Hashable] | None = None
) -> dict[str, Split]:
    """Validation without what is in train, test without what is in either; train as it is.

    ``same`` gives equal values for items that are the same. ``Split.removed`` says how many
    went.
    """
    if same is None:
        same = same_text if isinstance(splits["train"].items, list) else same_picture
    seen = {same(item) for item in splits["train"].items}
    found = {"train": splits["train"]}
    for name in ("validation", "test"):
        keys = [same(item) for item in splits[name].items]
        kept = [row for row, key in enumerate(keys) if key not in seen]
        seen.update(keys)
        split = splits[name]
        if len(kept) < len(keys):
            split = split.rows(kept)._replace(removed=len(keys) - len(kept))
        found[name] = split
    return {name: found[name] for name in splits}
