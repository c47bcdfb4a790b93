"""What the page asks of a word's senses, of a model that has several for each."""

from typing import Annotated, Any

import gradio as gr
import numpy as np
import pydantic

from app import session
from app.components import finite, served, widget

EXAMPLE = "like"  # what is shown at first, if the model knows it
RICHEST = 20  # words that are offered
BINS = 24  # of the histogram of θ

Word = Annotated[str, pydantic.Field(max_length=60)]


def senses(elem_id: str) -> gr.HTML:
    """The widget; its value is the word, or "" for an example.

    It is shown once the tab's result has told it a checkpoint that has senses.
    """
    labels = {"word": "The word"}
    return widget("senses", "", elem_id=elem_id, server=[served(of_word, "run", labels)])


def of_word(checkpoint: str, word: Word = "") -> dict[str, Any]:
    """A word's senses and contexts, and of all senses their widths and moves."""
    from backend.language import senses

    lm = session.get_text_model(checkpoint)
    with session.model_work():
        offered = senses.richest(lm, RICHEST)
        example = EXAMPLE if EXAMPLE in lm.processor.ids else offered[0][0]
        found = senses.of_word(lm, word.strip() or example)
        thetas, moves = senses.thetas(lm), senses.moves(lm)
    counts, edges = np.histogram(np.log(thetas), BINS)
    return finite(
        {
            "word": found.word,
            "kernel": found.kernel,
            "kept": found.kept,
            "sentences": found.sentences,
            "senses": [sense._asdict() for sense in found.senses],
            "contexts": [context._asdict() for context in found.contexts],
            "angles": list(senses.ANGLES),
            "offered": [{"word": one, "senses": n} for one, n in offered],
            "thetas": {"counts": counts.tolist(), "edges": np.exp(edges).tolist()},
            "moves": [list(move) for move in moves],
            "code": script(checkpoint, found.word),
        }
    )


def script(checkpoint: str, word: str) -> str:
    """A short program with the same answers."""
    return (
        "import backend\nfrom backend.language import senses\n\n"
        f"lm = backend.load_text_model({checkpoint!r})\n"
        f"result = senses.of_word(lm, {word!r})\n"
        "print(result.senses, senses.moves(lm), sep='\\n')\n"
    )
