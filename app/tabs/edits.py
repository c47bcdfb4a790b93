"""Edits: a Markov chain over sentences, one word at a time, with every decision laid open."""

import gradio as gr

from app import links
from app.widgets.attack.widget import attack
from app.widgets.attack.widget import read_state as read_attack
from app.widgets.chain_player.widget import chain_player, read_state
from app.widgets.measured.widget import measured

TITLE = "Edits"
TASKS = {
    "Write": "keywords",
    "Paraphrase": "paraphrase",
    "Correct": "correction",
    "Attack": "attack",
}


def build() -> None:
    """The task above, the chain below, and what was measured of such chains at the end."""
    with gr.Row(elem_classes="lp-controls"):
        task = gr.Radio(
            list(TASKS.items()),
            value="keywords",
            label="Task",
            show_label=False,
            elem_id="edits-task",
            elem_classes="lp-segmented",
        )
    player = chain_player("edits-chain", tab="edits")
    attacks = attack("edits-attack", tab="edits")
    measured("edits-measured")
    fields = {
        "mode": (task, links.one_of(*TASKS.values())),
        "chain": (player, read_state),
        "attack": (attacks, read_attack),
    }
    links.connect("edits", player, fields, [task.input])
