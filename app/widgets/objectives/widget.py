"""Objective cards: formulas, and what was measured of them on tiny models."""

import functools
import itertools
from typing import TYPE_CHECKING

import gradio as gr

from app import parts, session
from app.components import served, widget

if TYPE_CHECKING:
    from backend.theory.cards import Card

read_state = parts.reader({"of": r"[a-z0-9_]{1,20}/[a-z0-9_]{1,40}"})
FIRST = "vae/vae"
SCRIPT = """from backend.theory.cards import cards

for card in cards():
    print(card.name, card.infers, card.scores, card.samples)
    for reach in card.reach:
        print("   ", *reach)
"""


def objectives(elem_id: str, tab: str) -> gr.HTML:
    """The cards, shown while the mode of ``tab`` is "theory"; the value says which is open.

    A link holds it as the field ``objectives`` of the tab.
    """
    return widget(
        "objectives",
        "",
        elem_id=elem_id,
        server=[served(run)],
        tab=tab,
        prefix=elem_id,
        first=FIRST,
    )


def run() -> dict:
    """All cards, by family."""
    return {"families": _families(), "code": SCRIPT}


@functools.cache  # else each visitor would wait until nobody else's model is at work
def _families() -> list[dict]:
    from backend.theory import cards as store

    with session.model_work():
        session.one_thread()
        cards = store.cards()
    return [
        {"title": title, "cards": [_described(card) for card in members]}
        for title, members in itertools.groupby(cards, key=lambda card: card.family)
    ]


def _described(card: "Card") -> dict:
    return {
        "name": card.name,
        "title": card.title,
        **card.objective._asdict(),
        "infers": card.infers,
        "scores": card.scores,
        "samples": card.samples,
        "networks": card.networks,
        "players": card.players,
        "reach": [reach._asdict() for reach in card.reach],
        "switched": card.switched,
    }
