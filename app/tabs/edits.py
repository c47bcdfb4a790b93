"""Edits: a Markov chain over sentences, one word at a time, with every decision laid open."""

import gradio as gr

from app import links
from app.widgets.chain_player.widget import chain_player, read_state

TITLE = "Edits"
TASKS = {"Write": "keywords", "Paraphrase": "paraphrase", "Correct": "correction"}


def build() -> None:
    """The task above, the chain below."""
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
    fields = {"mode": (task, links.one_of(*TASKS.values())), "chain": (player, read_state)}
    links.connect("edits", player, fields, [task.input])
