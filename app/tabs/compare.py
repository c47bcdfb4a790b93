"""Compare: two checkpoints do the same thing on the same input and seed."""

import gradio as gr

from app import door, links
from app.components import checkpoint_picker, quietly, seed, terms
from app.examples import SENTENCES, fill_pictures, sketches
from app.widgets.compare.widget import AXES, ENDS, FIELDS, MODES, MOST, SORTS, compare_pair
from app.widgets.image_input import image_input

TITLE = "Compare"
FIRST = "vae/vae--mnist--2d"
SECOND = "vae/vae--mnist--16d"
LABELS = {"top_p": "top p", "drawn": "two draws", "boxes": "A and B"}
TERMS = {
    "same input and seed": "Both models draw from the same random numbers, and read the same "
    "items. Codes of different sizes cannot be the same draw, so there only the seed is shared.",
    "unit": "Units of two models have nothing in common but their order: number 1 is the most "
    "active of each.",
    "difference": "Of pictures the mean difference of their pixels, of sentences the share of "
    "words that are not shared: from 0 for equal ones to 1.",
    "map": "The codes of both are centred and divided by their root mean square length; the "
    "shorter ones are padded with zeros. Then the second model's are turned, or mirrored, as "
    "close to the first's as they come (orthogonal Procrustes), and both are seen along the two "
    "principal axes of the first.",
    "drift": "The distance that is left between the two codes of an item: 0 where one space is "
    "the other one turned; the root mean square of unrelated codes nears √2.",
    "position": "On the arc from the draw of the seed, 0, to that of the next seed, 1; or from "
    "the code of A to that of B.",
    "top p": "Words are drawn at temperature 1 from the likeliest that reach this share together.",
}


def build() -> None:
    """The two models and what they do above, both results below."""
    picker = checkpoint_picker("compare-checkpoint", {"sample", "decode"}, first=FIRST)
    other = checkpoint_picker(
        "compare-other", {"sample", "decode"}, first=SECOND, label="Second checkpoint"
    )
    with gr.Row(elem_classes="lp-controls"):
        mode = _segmented("compare-mode", "Compare", MODES, "samples")
        n = gr.Slider(1, MOST, 8, step=1, label="How many", elem_id="compare-n")
        unit = gr.Number(1, label=FIELDS["unit"], precision=0, elem_id="compare-unit")
        first = gr.Number(0, label=FIELDS["first"], precision=0, elem_id="compare-first")
        temperature = gr.Slider(
            0.0, 2.0, 1.0, step=0.05, label="Code temperature", elem_id="compare-temperature"
        )
        rows = _segmented("compare-rows", "Rows", AXES, "temperature")
        columns = _segmented("compare-columns", "Columns", AXES, "seed")
        ends = _segmented("compare-ends", "Positions lie between", ENDS, "drawn")
        with gr.Column(elem_id="compare-seeds", min_width=176):
            chosen = seed("compare-seed")
    with gr.Row(elem_classes=["lp-inputs", "compare-inputs", "lp-only-text"]):
        texts = [
            gr.Textbox(SENTENCES[key], label=key.upper(), max_lines=3, elem_id=f"compare-{key}")
            for key in "ab"
        ]
    with gr.Row(elem_classes=["lp-inputs", "compare-inputs", "lp-only-image"]):
        pictures = [
            image_input(key.upper(), f"compare-picture-{key}", value=sketch)
            for key, sketch in zip("ab", sketches(), strict=False)
        ]
    terms(TERMS)
    result = compare_pair("compare-result")
    filled = door.event(fill_two)
    suited = quietly(picker.input, filled, [picker, *pictures], pictures)
    fields: dict = {
        "checkpoint": (picker, links.checkpoint),
        "other": (other, links.checkpoint),
        "mode": (mode, links.one_of(*MODES)),
        "n": (n, links.integer),
        "seed": (chosen, links.integer),
        "temperature": (temperature, links.number),
        "unit": (unit, links.integer),
        "first": (first, links.integer),
        "rows": (rows, links.one_of(*AXES)),
        "columns": (columns, links.one_of(*AXES)),
        "ends": (ends, links.one_of(*ENDS)),
        "sort": (result, links.one_of(*SORTS)),
    }
    fields |= {key: (text, links.text) for key, text in zip("ab", texts, strict=True)}
    fields |= {
        f"picture_{key}": (one, links.picture) for key, one in zip("ab", pictures, strict=True)
    }
    triggers = [suited.then, other.input, mode.input, rows.input, columns.input, ends.input]
    triggers += [chosen.input, n.release, temperature.release]
    triggers += [one.submit for one in (unit, first, *texts)]
    triggers += [one.blur for one in (unit, first)]
    triggers += [one.input for one in pictures]
    links.connect("compare", result, fields, triggers)


def fill_two(checkpoint: str, *pictures: str) -> list:
    """Examples for the two picture fields, where a person has put nothing of their own."""
    return fill_pictures(checkpoint, *pictures, "", "")[: len(pictures)]  # they come in fours


def _segmented(elem_id: str, label: str, choices: tuple[str, ...], value: str) -> gr.Radio:
    named = [(LABELS.get(choice, choice), choice) for choice in choices]
    return gr.Radio(named, value=value, label=label, elem_id=elem_id, elem_classes="lp-segmented")
