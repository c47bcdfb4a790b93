"""What the next-word page asks the server: the bars at once, then what lies further ahead."""

from typing import TYPE_CHECKING, Annotated, Any

import gradio as gr
import pydantic

import backend
from app import session
from app.components import Seed, served, widget

if TYPE_CHECKING:
    from backend.language.hub_lm import HubLM
    from backend.language.text_models import TextModel
    from backend.language.translation import Translator

EXAMPLE = "A man is"  # what the page opens with
DRAWN = 4  # continuations drawn at random
SHOWN = 3  # pruned branches at each step
OWN = 6  # words of each expert

EXAMPLES = {  # by language: what is translated where nothing is given
    "German": "Wo hast du das Buch gekauft?",
    "French": "Où as-tu acheté ce livre ?",
}

Text = Annotated[str, pydantic.Field(max_length=2000)]


def next_word(elem_id: str) -> gr.HTML:
    """The widget; its value is the text that is being written. Emits ``input``."""
    labels = {"temperature": "Temperature"}
    server = [served(predict, "run", labels), served(ahead, "ahead", labels)]
    emits = ["ready", "input"]
    return widget("next_word", EXAMPLE, elem_id=elem_id, server=server, emits=emits, shown=SHOWN)


def predict(
    checkpoint: str,
    text: Text,
    temperature: float,
    k: int,
    width: int,
    seed: Seed,
    top_k: int = 0,
    top_p: float = 1.0,
    source: Text = "",
) -> dict[str, Any]:
    """The likeliest next words, and what the model thinks of the words that are there."""
    from backend.language import next_words

    lm = reader(checkpoint, source)
    translation = None if session.is_given(checkpoint) else told(lm, source)
    with session.model_work():
        found = next_words.predict(lm, text, k, temperature, top_k=top_k, top_p=top_p)
        experts = next_words.experts(lm, text, OWN)
    return {
        **found._asdict(),
        "words": [word._asdict() for word in found.words],
        "typed": [typed._asdict() for typed in found.typed],
        "experts": [
            {"weight": one.weight, "words": [word._asdict() for word in one.words]}
            for one in experts
        ],
        "senses": not session.is_given(checkpoint)
        and "senses" in backend.info(checkpoint).capabilities,
        "translation": translation,
        "code": script(
            *(checkpoint, text, temperature, k, width, seed, top_k, top_p, bool(experts)),
            translation["source"] if translation else None,
        ),
    }


def ahead(
    checkpoint: str,
    text: Text,
    temperature: float,
    width: int,
    seed: Seed,
    top_k: int = 0,
    top_p: float = 1.0,
    source: Text = "",
) -> dict:
    """Continuations, the greedy one first, and the tree of a beam search.

    Of a translation also where the likeliest one looked.
    """
    from backend.language import next_words, translation

    lm = reader(checkpoint, source)
    with session.model_work():
        rest = next_words.continuations(lm, text, temperature=0)
        rest += next_words.continuations(
            lm, text, DRAWN, temperature=temperature, seed=seed, top_k=top_k, top_p=top_p
        )
    with session.model_work():  # apart, so that somebody who types on need not wait for both
        beam = next_words.beam(lm, text, width, SHOWN)
        looked = None
        if isinstance(lm, translation.Translator) and beam.found:
            looked = translation.attention(lm, beam.found[0].text)._asdict()
    return {
        "attention": looked,
        "rest": [one._asdict() for one in rest],
        "found": [one._asdict() for one in beam.found],
        "steps": [[branch._asdict() for branch in step] for step in beam.steps],
    }


def reader(checkpoint: str, source: str) -> "TextModel | HubLM | Translator":
    """The model of this name; one that translates has read ``source``, or an example."""
    from backend.language import translation

    lm = language_model(checkpoint)
    if session.is_given(checkpoint) or "translate" not in backend.info(checkpoint).capabilities:
        return lm
    model = session.get_text_model(checkpoint)
    with session.model_work():
        return translation.Translator(
            model, source.strip() or EXAMPLES[translation.languages(model)[0]]
        )


def told(lm: Any, source: str) -> dict[str, Any] | None:
    """What was read of the source; None of a model that does not translate."""
    from backend.language import translation

    if not isinstance(lm, translation.Translator):
        return None
    return {
        "language": lm.languages[0],
        "source": source.strip() or EXAMPLES[lm.languages[0]],
        "strange": lm.strange,
    }


def language_model(checkpoint: str) -> "TextModel | HubLM":
    """The model of this name; raises ValueError where there is none at all."""
    if not checkpoint:
        raise ValueError(
            "There is no language model on this machine. Train one with scripts/train.py "
            "lm/lstm_lm--everyday--forward, or start with --lm and a folder where one is."
        )
    return session.get_language_model(checkpoint)


def script(
    checkpoint: str,
    text: str,
    temperature: float,
    k: int,
    width: int,
    seed: int,
    top_k: int,
    top_p: float,
    mixed: bool,
    source: str | None = None,
) -> str:
    """A short program with the same answers; of a model that is ``mixed``, its experts' too."""
    if session.is_given(checkpoint):
        name = checkpoint.removeprefix(session.HUB)
        head = (
            "from backend.language import next_words\n"
            "from backend.language.hub_lm import HubLM\n\n"
            f"lm = HubLM.load({name!r})  # what was given with --lm\n"
        )
    else:
        head = (
            "import backend\nfrom backend.language import next_words\n\n"
            f"lm = backend.load_text_model({checkpoint!r})\n"
        )
    if source is not None:
        head = (
            "import backend\nfrom backend.language import next_words, translation\n\n"
            f"model = backend.load_text_model({checkpoint!r})\n"
            f"lm = translation.Translator(model, {source!r})\n"
            f"print(translation.translate(model, {source!r}, width={width}).attention)\n"
        )
    kept = f", top_k={top_k}" if top_k else ""
    kept += f", top_p={top_p!r}" if top_p < 1 else ""
    return (
        f"{head}text = {text!r}\n"
        f"result = next_words.predict(lm, text, k={k}, temperature={temperature!r}{kept})\n"
        f"drawn = next_words.continuations(\n"
        f"    lm, text, {DRAWN}, temperature={temperature!r}, seed={seed}{kept}\n)\n"
        f"tree = next_words.beam(lm, text, width={width}, shown={SHOWN})\n"
        + f"experts = next_words.experts(lm, text, {OWN})\n" * mixed
        + "print(result.words)\n"
    )
