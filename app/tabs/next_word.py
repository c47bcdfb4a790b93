"""Next word: write with a language model, or translate with one, and see what it expects."""

import gradio as gr

from app import links, session
from app.components import checkpoint_picker, likeliest, seed
from app.widgets.next_word.widget import next_word
from app.widgets.senses.widget import senses

TITLE = "Next word"
FIRST = "lm/lstm_lm--everyday--forward"


def build() -> None:
    """The model and how to read it above; below what is written, what comes next, and senses."""
    picker = checkpoint_picker(
        "next-word-checkpoint",
        requires={"log_prob"},
        first=FIRST,
        given=session.given_lms(),
        also=("translate",),
    )
    source = gr.Textbox(
        label="Sentence to translate",
        placeholder="Leave it empty for an example",
        max_lines=3,
        max_length=2000,
        elem_id="next-word-source",
        elem_classes=["lp-only-translation"],
    )
    with gr.Row(elem_classes="lp-controls"):
        temperature = gr.Slider(
            0.0, 2.0, 1.0, step=0.05, label="Temperature", elem_id="next-word-temperature"
        )
        top_k, top_p = likeliest("next-word")
        k = gr.Slider(1, 50, 12, step=1, label="Words shown", elem_id="next-word-k")
        width = gr.Slider(1, 12, 5, step=1, label="Beam width", elem_id="next-word-width")
        chosen = seed("next-word-seed")
    result = next_word("next-word-result")
    word = senses("next-word-senses")
    links.connect(
        "next_word",
        result,
        {
            "checkpoint": (picker, language_model),
            "text": (result, links.text),
            "temperature": (temperature, links.number),
            "k": (k, links.integer),
            "width": (width, links.integer),
            "seed": (chosen, links.integer),
            "top_k": (top_k, links.integer),
            "top_p": (top_p, links.number),
            "word": (word, links.text),
            "source": (source, links.text),
        },
        [picker.input, chosen.input, result.input, source.submit, source.blur]
        + [slider.release for slider in (temperature, top_k, top_p, k, width)],
    )


def language_model(text: str) -> str:
    """Parser for links: a checkpoint, or the name of a model that is given with --lm."""
    return text if text in dict(session.given_lms()) else links.checkpoint(text)
