"""Interpolate: walk between sentences or pictures, and see what each step is worth."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import gradio as gr
import numpy as np
from gradio.events import Dependency

from app import door, links, session, together
from app import items as boxes
from app.components import (
    Seed,
    checkpoint_picker,
    finite,
    packed,
    quietly,
    script,
    seed,
    served,
    terms,
    untold_note,
    widget,
)
from app.examples import SENTENCES, fill_pictures, sketches, suit
from app.verdicts import TERM, Layer, judged, layer_picker, said_of
from app.widgets.image_input import image_input
from app.widgets.paths.words import marked

if TYPE_CHECKING:
    from backend.space import LatentSpace

TITLE = "Interpolate"
Mode = Literal["path", "corners", "arithmetic"]
NEEDED = {"path": "ab", "corners": "abcd", "arithmetic": "abc"}
TERMS = {
    "path": "The codes that are decoded: slerp along the arc between the two, lerp along the "
    "straight line.",
    "corners": "A grid whose places blend four codes.",
    "arithmetic": "The code of A, minus that of B, plus that of C.",
    "codes of the ends": "The encoder gives a distribution q(z|x) of codes. Mean is its middle; "
    "draw takes one code from it, as in training, by the seed. Sentences' means are then refined, "
    "so that they come out as typed; draws are left as they are.",
    "log p(z)": "How likely the code is under the prior, in nats; log p(x|z): how likely the "
    "decoded sentence is, given the code.",
    "round trip": "How much survives when what was decoded is encoded and decoded again.",
    "verdict": TERM,
}
SIDE = 5  # decoded places along one side of the four-corner grid


def build() -> None:
    """What to walk between above, the walk below."""
    picker = checkpoint_picker(
        "interpolate-checkpoint", requires={"encode", "decode"}, excluding={"discrete"}
    )
    untold_note()
    with gr.Row(elem_classes="lp-inputs lp-only-text"):
        texts = [
            gr.Textbox(text, label=key.upper(), max_lines=3, elem_id=f"interpolate-{key}")
            for key, text in SENTENCES.items()
        ]
    with gr.Row(elem_classes="lp-inputs lp-only-image"):
        pictures = [
            image_input(key.upper(), f"interpolate-picture-{key}", value=sketch)
            for key, sketch in zip(SENTENCES, sketches(), strict=True)
        ]
    with gr.Row(elem_classes="lp-controls"):
        mode = segmented("interpolate-mode", "Walk", "path", "corners", "arithmetic")
        path = segmented("interpolate-path", "Path", "slerp", "lerp")
        steps = gr.Slider(3, 16, 8, step=1, label="Steps", elem_id="interpolate-steps")
        code = segmented("interpolate-code", "Codes of the ends", "mean", "draw")
        layer = layer_picker("interpolate-layer")
        with gr.Column(elem_id="interpolate-seeds", min_width=176):
            chosen_seed = seed("interpolate-seed")
        swap = gr.Button("Swap A and B", elem_id="interpolate-swap")
        go = gr.Button("Interpolate", variant="primary", elem_id="interpolate-go")
    terms(TERMS)
    server = [served(interpolate), *door.followed()]
    result = widget("paths", elem_id="interpolate-result", server=server, emits=["ready"])

    pairs = [*texts[:2], *pictures[:2]]
    swapped = quietly(swap.click, None, pairs, pairs, js="(a, b, c, d) => [b, a, d, c]")
    suited = quietly(mode.input, door.event(suit), [mode, *texts], texts)
    filled = door.event(fill_pictures)
    chosen = quietly(picker.input, filled, [picker, *pictures], pictures)
    fields: dict = {"checkpoint": (picker, links.checkpoint)}
    fields |= {"mode": (mode, links.one_of(*NEEDED))}
    fields |= {key: (text, links.text) for key, text in zip(SENTENCES, texts, strict=True)}
    fields |= {
        f"picture_{key}": (picture, links.picture)
        for key, picture in zip(SENTENCES, pictures, strict=True)
    }
    fields |= {"steps": (steps, links.integer), "path": (path, links.one_of("slerp", "lerp"))}
    fields |= {"code": (code, links.one_of("mean", "draw")), "seed": (chosen_seed, links.integer)}
    fields |= {"layer": (layer, links.one_of("decoded", "verdict"))}
    triggers: list[Callable[..., Dependency]]
    triggers = [go.click, swapped.then, chosen.then, suited.then, path.input, steps.release]
    triggers += [code.input, chosen_seed.input, layer.input]
    triggers += [text.submit for text in texts] + [picture.input for picture in pictures]
    links.connect("interpolate", result, fields, triggers)


def segmented(elem_id: str, label: str, *choices: str) -> gr.Radio:
    """A few choices in one frame; the first is chosen."""
    return gr.Radio(
        list(choices), value=choices[0], label=label, elem_id=elem_id, elem_classes="lp-segmented"
    )


def interpolate(
    checkpoint: str,
    mode: Mode,
    steps: int,
    path: str,
    code: Literal["mean", "draw"] = "mean",
    seed: Seed = 0,
    layer: Layer = "decoded",
    **inputs: str,
) -> dict:
    """The decoded walk, each step with its evidence; ``seed`` is that of drawn codes."""
    space = session.get_space(checkpoint)
    items = boxes.given(space, NEEDED[mode], inputs)
    draw = seed if code == "draw" else None
    with boxes.by_letter(NEEDED[mode]):
        codes = walk(space, mode, items, steps, path, draw)
    with session.model_work():
        rows = [row._asdict() for row in space.inspect(codes)]
        told = judged(space) if layer == "verdict" else {}
        if told.get("judged"):
            said = said_of(space, [row["item"] for row in rows])
            rows = [row | {"verdict": verdict} for row, verdict in zip(rows, said, strict=True)]
    unknown = {}
    if space.words:
        mark_changes(space, rows)
        keys = zip(NEEDED[mode], items, strict=True)
        unknown = {key: space.unknown_words(text) for key, text in keys}
    return {
        "mode": mode,
        "modality": space.modality,
        "rows": [{**finite(row), "item": packed(row["item"])} for row in rows],
        **told,
        "unknown": unknown,
        "code": interpolate_script(space, mode, items, steps, path, draw),
    }


def walk(
    space: "LatentSpace", mode: Mode, items: list, steps: int, path: str, draw: int | None = None
) -> np.ndarray:
    """The codes to decode, float32 [n, D]."""
    if mode == "path" and draw is None:
        z = together.encode(space, items)  # ends that come out, as space.interpolate has them
        return space.path_codes(z[0], z[1], steps, path)
    with session.model_work():
        if mode == "path":
            z = space.encode(items, draw=draw)
            return space.path_codes(z[0], z[1], steps, path)
        if mode == "corners":
            return space.corners(items, steps=SIDE, draw=draw)
        return space.arithmetic(*items, draw=draw)[None]


def mark_changes(space: "LatentSpace", rows: list[dict]) -> None:
    """Give each row ``parts``: its words, marked where they differ from the row before."""
    previous: list[str] | None = None
    for row in rows:
        tokens = space.tokens(row["item"])
        row["parts"] = marked(previous, tokens, row["item"])
        previous = tokens


def interpolate_script(
    space: "LatentSpace", mode: Mode, items: list, steps: int, path: str, draw: int | None = None
) -> str:
    """The same walk by the public interface."""
    pairs = zip(NEEDED[mode], items, strict=True)
    lines = [f"{name} = {boxes.literal(space, item)}" for name, item in pairs]
    drawn = "" if draw is None else f", draw={draw}"
    call = {
        "path": [
            f"result = space.interpolate(a, b, steps={steps}, path={path!r}{drawn})",
        ],
        "corners": [f"result = space.decode(space.corners([a, b, c, d], steps={SIDE}{drawn}))"],
        "arithmetic": [f"result = space.decode(space.arithmetic(a, b, c{drawn})[None])"],
    }
    return script(space.info.name, *lines, *call[mode])
