"""The state of a widget as one field of a link: ``of:2 colour:domain step:3000``.

Names are short words; a value is anything without a space, but for ``text``, which stands last
and takes the rest. What is as it was at the start is left out. The scripts of the widgets write
it; here it is checked.
"""

import re
from collections.abc import Callable, Mapping


def reader(patterns: Mapping[str, str]) -> Callable[[str], str]:
    """Parser for links: returns the text as it is, or raises ValueError naming the wrong part."""

    def read(text: str) -> str:
        for name, value in split(text).items():
            if name not in patterns:
                raise ValueError(f"{name[:40]!r} is not a part of it.")
            if not re.fullmatch(patterns[name], value, re.DOTALL):
                raise ValueError(f"{name} cannot be {value[:40]!r}.")
        return text

    return read


def split(text: str) -> dict[str, str]:
    """Parts by name."""
    before, mark, free = f" {text}".partition(" text:")
    pairs = [part.partition(":") for part in before.split()]
    return {name: value for name, _, value in pairs} | ({"text": free} if mark else {})
