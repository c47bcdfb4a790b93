"""The words of a decoded sentence, marked where they differ from the sentence before."""

from collections.abc import Sequence
from difflib import SequenceMatcher


def marked(previous: list[str] | None, tokens: list[str], text: str) -> list[dict]:
    """Words with the mark of their change: "", insert, replace (with the old words), delete."""
    words = as_written(tokens, text)
    if previous is None:
        return [word | {"mark": ""} for word in words]
    parts = []
    for kind, i, j, k, m in SequenceMatcher(None, previous, tokens, autojunk=False).get_opcodes():
        old = " ".join(previous[i:j])
        if kind == "delete":
            parts.append({"text": old, "space": True, "mark": "delete"})
        for word in words[k:m]:
            parts.append(word | ({"mark": ""} if kind == "equal" else {"mark": kind, "old": old}))
    return parts


def as_written(tokens: Sequence[str], text: str) -> list[dict]:
    """Each token as ``text`` has it (its capitals), and whether a space stands before it."""
    low, at, words = text.lower().replace("\u2019", "'"), 0, []
    for token in tokens:
        found = low.find(token, at)
        if found == at + 1 and low[at] == "'":  # of a corpus whose contractions have none
            found, token = at, f"'{token}"
        end = at if found < 0 else found + len(token)
        words.append({"text": token if found < 0 else text[found:end], "space": found != at})
        at = end
    return words
