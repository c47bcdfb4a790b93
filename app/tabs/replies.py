"""Replies: a conversation, what a model could do next, and the replies that it would give."""

import gradio as gr

from app import links
from app.components import checkpoint_picker, seed
from app.widgets.replies.widget import replies, talk

TITLE = "Replies"
FIRST = "dialog/dialog_wae_gmp--dailydialog"


def build() -> None:
    """The model and how it draws above; the conversation, the moves and the replies below."""
    picker = checkpoint_picker("replies-checkpoint", requires={"respond"}, first=FIRST)
    with gr.Row(elem_classes="lp-controls"):
        n = gr.Slider(1, 30, 10, step=1, label="Replies", elem_id="replies-n")
        temperature = gr.Slider(
            0.0, 2.0, 1.0, step=0.05, label="Temperature", elem_id="replies-temperature"
        )
        chosen = seed("replies-seed")
    result = replies("replies-result")
    links.connect(
        "replies",
        result,
        {
            "checkpoint": (picker, links.checkpoint),
            "talk": (result, talk),
            "n": (n, links.integer),
            "temperature": (temperature, links.number),
            "seed": (chosen, links.integer),
        },
        [picker.input, chosen.input, result.input, n.release, temperature.release],
    )
