"""The state of a widget as one field of a link: ``of:2 colour:domain step:3000``.

Names are short words; in a value, spaces and ``%`` are percent-encoded. ``text`` stands last, as
it is, and takes the rest. What is as it was at the start is left out. ``app/page/state.js``
writes and reads it; here it is checked, by the same rules.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

LONGEST = 8000  # characters of a state, unless a widget says otherwise
_PART = re.compile(r"[a-z_]+:\S.*", re.DOTALL)
_OLD = re.compile(r"/[a-z_]+:")  # before there was one spelling: ``view:pca/at:p12``


def reader(patterns: Mapping[str, str], longest: int = LONGEST) -> Callable[[str], str]:
    """Parser for links: returns the text as it is, or raises ValueError naming the wrong part.

    ``patterns`` are regular expressions of the values by name.
    """

    def read(text: str) -> str:
        if len(text) > longest:
            raise ValueError(f"a state has at most {longest} characters.")
        for name, value in split(text).items():
            if name not in patterns:
                raise ValueError(f"it has no part {name[:40]!r}.")
            if not re.fullmatch(patterns[name], value, re.DOTALL):
                raise ValueError(f"{name} cannot be {value[:40]!r}.")
        return text

    return read


def split(text: str) -> dict[str, str]:
    """Parts by name."""
    before, mark, free = f" {text}".partition(" text:")
    pieces = before.strip().split(" ")
    if _OLD.search(before) or not all(_PART.fullmatch(piece) for piece in pieces if piece):
        pieces = before.strip().split("/")
    pairs = [piece.partition(":") for piece in pieces if piece]
    known = {name: unquote(value) for name, _, value in pairs}
    return known | ({"text": free} if mark else {})
