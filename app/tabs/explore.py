"""Explore: drag over a plane, along one unit or a local direction of a latent space; what it
decodes follows.
"""

import gradio as gr
import numpy as np

from app import door, links, session
from app import items as boxes
from app.components import checkpoint_picker, quietly, seed, terms, untold_note
from app.verdicts import TERM, layer_picker
from app.widgets.image_input import image_input, to_value
from app.widgets.latent_pad.widget import latent_pad, read_place

TITLE = "Explore"
FIRST = "vae/vae--mnist--2d"
SENTENCES = ("I like tea.", "She didn't want to be with him.", "Where is the station?")
TERMS = {
    "plane": "The whole latent space where it has two numbers, a sphere to turn where all codes "
    "lie on one in three dimensions, else the plane through three codes.",
    "unit": "One number of the code changes, the others stay. Active units are those whose "
    "posterior mean differs from item to item.",
    "direction": "A principal direction of the 50 held-out codes nearest to the point: all "
    "numbers change together, by standard deviations of those codes. Either end is shown.",
    "held-out items": "Codes of items that were not trained on.",
    "samples": "Codes drawn from the prior.",
    "your own": "The means of q(z|x), the encoder's distribution of codes; of sentences refined, "
    "so that they come out as typed.",
    "own, drawn": "One code drawn from q(z|x) of each of your own, by the seed.",
    "log p(z)": "How likely the code is under the prior, in nats; log p(x|z): how likely what is "
    "decoded is, given the code.",
    "verdict": TERM,
    "layer q(z|x)": "The encoder's distribution of codes of what is shown, or of your own where "
    "the ring is on it: an ellipse at one and at two standard deviations, and draws z = μ + σε.",
    "round trip": "How much survives when what was decoded is encoded and decoded again.",
}
SKETCHES = (  # corners of a pen's path, on paper 112 pixels wide
    [(56, 22), (34, 40), (32, 72), (54, 92), (76, 76), (80, 42), (56, 22)],
    [(62, 18), (52, 94)],
    [(32, 26), (82, 26), (52, 94)],
)


def build() -> None:
    """What to explore above, the pad and what it decodes below."""
    picker = checkpoint_picker(
        "explore-checkpoint", requires={"decode"}, excluding={"discrete"}, first=FIRST
    )
    untold_note()
    with gr.Row():
        mode = gr.Radio(
            [("Plane", "plane"), ("Unit", "unit"), ("Direction", "direction")],
            value="plane",
            label="Move over",
            scale=1,
            min_width=244,
            elem_id="explore-mode",
            elem_classes="lp-segmented",
        )
        points = gr.Radio(
            [
                ("Held-out items", "held-out"),
                ("Samples", "samples"),
                ("Your own", "own"),
                ("Own, drawn", "drawn"),
            ],
            value="held-out",
            label="Starting from",
            scale=9,
            min_width=320,
            elem_id="explore-points",
            elem_classes="lp-segmented",
        )
        layer = layer_picker("explore-layer", ("q(z|x)", "posterior"), scale=1, min_width=268)
        with gr.Column(scale=1, min_width=212, elem_id="explore-seeds"):
            chosen = seed("explore-seed")
    with gr.Row(elem_classes=["pad-own", "lp-only-text"]):
        texts = [
            gr.Textbox(text, label=f"Sentence {key.upper()}", max_length=400, elem_id=_id(key))
            for key, text in zip("abc", SENTENCES, strict=True)
        ]
    with gr.Row(elem_classes=["pad-own", "lp-only-image"]):
        pictures = [
            image_input(f"Picture {name}", _id(key), value=_drawn(corners))
            for name, key, corners in zip("ABC", "pqr", SKETCHES, strict=True)
        ]
    terms(TERMS)
    pad = latent_pad("explore-pad")

    for event in (picker.input, pad.ready):  # ready: also after a link was restored
        quietly(event, door.event(corpus), picker, pictures)

    own = dict(zip("abc", [(text, links.text) for text in texts], strict=True))
    own |= zip("pqr", [(picture, links.picture) for picture in pictures], strict=True)
    links.connect(
        "explore",
        pad,
        {
            "checkpoint": (picker, links.checkpoint),
            "mode": (mode, links.one_of("plane", "unit", "direction")),
            "points": (points, links.one_of("own", "drawn", "held-out", "samples")),
            "seed": (chosen, links.integer),
            "layer": (layer, links.one_of("decoded", "verdict", "posterior")),
            **own,
            "at": (pad, read_place),
        },
        [
            *(picker.input, mode.input, points.input, chosen.input, layer.input),
            *[picture.input for picture in pictures],
            *[event for text in texts for event in (text.submit, text.blur)],
        ],
    )


def corpus(checkpoint: str) -> list[gr.HTML]:
    """Let the picture fields offer test images of the checkpoint's own corpus."""
    space = session.get_space(checkpoint)
    return [gr.HTML(dataset=boxes.dataset(space))] * len(SKETCHES)


def _id(key: str) -> str:
    return f"explore-{key}"


def _drawn(corners: list[tuple[int, int]]) -> str:
    """A sketch to start from, so that the picture fields are never empty."""
    from PIL import Image, ImageDraw

    paper = Image.new("L", (112, 112))
    ImageDraw.Draw(paper).line(corners, fill=255, width=10, joint="curve")
    return to_value(np.array(paper))
