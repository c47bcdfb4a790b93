"""Sentences as one writes them, from the tokens that corpora are cut into; and back.

Corpora cut contractions in three ways: as the Penn Treebank ("do n't"), with a lone apostrophe
(DailyDialog: "don ' t"), or without any (SMD: "don t"). What is put together again from the last
two has the apostrophe ’, which no corpus here has, so that the same tokens are read from it.
"""

import re
from collections.abc import Mapping, Sequence

CLITICS = ("s", "m", "re", "ve", "ll", "d")
PENN = frozenset(("n't", *(f"'{clitic}" for clitic in CLITICS)))
GLUED = frozenset([*".,!?;:%)\u2026\u20ac\u00b0", "..."])


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLURAL = "you we they"
_PRONOUNS = f"i he she it that there who what {_PLURAL}"
_LONE: dict[str, frozenset[str]] = {  # what stands before a clitic that has lost its apostrophe
    "t": _words(
        "don doesn didn isn aren wasn weren won wouldn couldn shouldn haven hasn hadn can mustn "
        "needn ain"
    ),
    "m": _words("i"),
    "re": _words(_PLURAL),
    "ve": _words(f"i {_PLURAL} should would could might must"),
    "ll": _words(_PRONOUNS),
    "d": _words(_PRONOUNS),
    "s": _words("it that what there here he she who where how when let today tomorrow"),
}
_WRITTEN = re.compile(r"(?<=\S)\u2019(?=(?:t|s|m|re|ve|ll|d)\b)", re.IGNORECASE)
_NOT = re.compile(r"(?<=\w)n\u2019t\b", re.IGNORECASE)


def joined(tokens: Sequence[str], mark: str = "") -> str:
    """Tokens joined as one writes them; ``mark`` is what ``apostrophe`` says of their corpus.

    >>> joined(["i", "do", "n't", "know", ",", "it", "'s", "late", "."])
    "i don't know, it's late."
    >>> joined("Don ' t worry , Ann ' s here .".split(), " ' ")
    'Don’t worry, Ann’s here.'
    """
    out, opened = "", False
    for token in _contracted(tokens, mark):
        glued = token in PENN or token in GLUED or token.startswith("\u2019")
        if token[0] in ".\u2026" and out.endswith((".", "\u2026")):
            glued = False  # or the two would be read as one
        if token == '"':
            glued, opened = opened, not opened
        after_opening = out.endswith(("(", "$", "\u00a3", "\u2018\u2018"))
        after_opening |= opened and (out == '"' or out.endswith(' "'))
        out += token if not out or glued or after_opening else " " + token
    return out


def spaced(tokens: Sequence[str]) -> str:
    """Tokens of a corpus in which only spaces part words, with its contractions put together.

    >>> spaced("it 's what they do n't say".split())
    'it’s what they don’t say'
    """
    return "".join(
        token.replace("'", "\u2019") if token in PENN else f" {token}" for token in tokens
    ).strip()


def _contracted(tokens: Sequence[str], mark: str) -> list[str]:
    """Tokens with what was cut from a contraction behind a ’; quotes of TeX as ‘‘ and ’’."""
    found: list[str] = []
    rest = list(reversed(tokens))
    quoted = False
    while rest:
        token = rest.pop()
        before = found[-1].lower() if found else ""
        cut_off = rest and rest[-1].lower() in _LONE
        if token in ("``", "''") or (token == "'" and rest and rest[-1] == "'"):
            rest = rest[:-1] if token == "'" else rest
            quoted = not quoted
            found.append("\u2018\u2018" if quoted else "\u2019\u2019")
        elif mark == " ' " and token == "'" and before[-1:].isalnum() and cut_off:
            found.append(f"\u2019{rest.pop()}")
        elif mark == " " and before in _LONE.get(token.lower(), ()):
            found.append(f"\u2019{token}")
        else:
            found.append(token)
    return found


def apostrophe(ids: Mapping[str, int]) -> str:
    """What stands for ’ in a corpus with these ``ids`` by falling frequency: "", " " or " ' ".

    A lone "t" is rare wherever contractions are cut as the Penn Treebank cuts them.
    """
    lone, penn = ids.get("t"), ids.get("n't")
    if lone is None or (penn is not None and lone > 5 * penn):
        return ""
    return " ' " if "'" in ids else " "


def cut(text: str, mark: str) -> str:
    """``text`` with each ’ of a contraction replaced by ``mark``.

    >>> cut("you’re here", " "), cut("don’t", " ' ")
    ('you re here', "don ' t")
    """
    return _WRITTEN.sub(mark, text) if mark else text


def cut_as_penn(text: str) -> str:
    """``text`` with a space where the Penn Treebank cuts a contraction that is written with ’.

    >>> cut_as_penn("it’s what they don’t say")
    "it 's what they do n't say"
    """
    return _WRITTEN.sub(" '", _NOT.sub(" n't", text))
