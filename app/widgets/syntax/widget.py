"""Syntax and meaning: what one sentence says, built as another is, and what each code tells."""

from typing import Annotated, Any

import gradio as gr
import pydantic

import backend
from app import items as boxes
from app import parts, session
from app.components import finite, served, titled, widget

MODEL = "dss_vae"
A, B = "The princess kissed the frog.", "Which window did the thief break?"
PROBES = {  # by what is read, and off which code
    "tree": {"syntax": "tree_in_syntax", "meaning": "tree_in_meaning"},
    "words": {"syntax": "words_in_syntax", "meaning": "words_in_meaning"},
}
SWAPS = ("swap_tree", "swap_words", "swap_both")

Sentence = Annotated[str, pydantic.Field(min_length=1, max_length=200)]

read_state = parts.reader(
    {"of": r"text_vae/dss_vae--[a-z0-9_-]+", "a": r"[^\n]{1,200}", "b": r"[^\n]{1,200}"}
)


def syntax(elem_id: str, tab: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads. Asks when its view is first shown."""
    labels = {"a": "Sentence A", "b": "Sentence B"}
    server = [served(numbers, "run"), served(swap, "swap", labels)]
    return widget("syntax", "", elem_id=elem_id, server=server, tab=tab)


def numbers() -> dict[str, Any]:
    """What was measured of every DSS-VAE; needs no torch."""
    models = [
        {
            "name": info.name,
            "title": titled(info),
            "probes": {
                read: {code: _entry(info, id) for code, id in codes.items()}
                for read, codes in PROBES.items()
            },
            "swaps": {id: _entry(info, id) for id in SWAPS},
        }
        for info in backend.available()
        if info.model == MODEL
    ]
    return finite({"models": models, "first": [A, B], "code": CODE if models else ""})


def _entry(info: backend.CheckpointInfo, id: str) -> dict[str, Any] | None:
    entry = info.metrics.get(id)
    return entry and {
        "value": entry["value"],
        "n": entry["n"],
        "reference": entry["reference"],
        "reference_is": entry["settings"].get("reference_is", ""),
    }


def swap(checkpoint: str, a: Sentence, b: Sentence) -> dict[str, Any]:
    """Both sentences as they come back, and each one's meaning in the form of the other."""
    from backend.evaluation import swaps

    session.check_name(checkpoint)
    space = session.get_space(checkpoint)
    with session.model_work(), boxes.by_letter("abab"):
        found = swaps.swaps(space, [a, b, a, b], [a, b, b, a])
    given = [
        {**_built(swaps.parse_of(space, text)), "unknown": space.unknown_words(text)}
        for text in (a, b)
    ]
    return {"given": given, "swaps": [_told(one) for one in found]}


def _built(parse: Any) -> dict[str, Any]:
    """A parse as the page shows it; nothing where there is none."""
    if parse is None:
        return {"construction": "", "tree": "", "content": []}
    tree = " ".join(parse.tree).replace(" )", ")")
    return {"construction": parse.construction, "tree": tree, "content": list(parse.content)}


def _told(one: Any) -> dict[str, Any]:
    return {
        **_built(one.parse),
        "text": one.text,
        "same_tree": one.same_tree,
        "kept": list(one.kept),
        "lost": list(one.lost),
        "added": list(one.added),
    }


CODE = f"""import backend
from backend.evaluation import swaps

for info in backend.available():
    if info.model == {MODEL!r}:
        print(info.name, {{id: entry["value"] for id, entry in info.metrics.items()}})
        space = backend.load(info.name)
        print(swaps.swap(space, meaning={A!r}, form={B!r}))
"""
