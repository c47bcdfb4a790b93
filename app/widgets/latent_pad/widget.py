"""The latent pad and what it asks the server.

All questions are stateless. ``view`` finds the codes that the view hangs on; the page sends them
back with each question, so dragging needs nothing but one decode. Each answer can be reproduced by
the script that ``inspect`` returns.
"""

import math
from typing import TYPE_CHECKING, Literal, cast

import gradio as gr
import numpy as np

from app import items as boxes
from app import memory, together
from app.components import Seed, as_base64, finite, packed_each, served, widget
from app.door import followed
from app.session import get_judge, get_space, model_work, rest
from app.verdicts import Layer, judged, said_of
from app.widgets.latent_pad import place
from app.widgets.latent_pad.place import Mode, Place, Points

if TYPE_CHECKING:
    from backend.processors.base import Items
    from backend.space import LatentSpace

TILES = 20  # decoded pictures on a side of the backdrop
WIDEST = 1120  # pixels of a backdrop
SLOW = 5  # items on a side where decoding takes long
CELLS = 21  # decoded sentences on a side of the map of sentences
DRAGGABLE = 16  # sentences decoded at a time: a drag waits no longer than for these
STRIP = 9  # decoded values of one unit
ENDS = 3  # standard deviations at which the ends of a local direction are
DRAWS = 8  # of q(z|x)
CLOTHES = (
    "T-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip

Code = list[float]
Layers = Layer | Literal["posterior"]


def latent_pad(elem_id: str) -> gr.HTML:
    """The widget; its value is the place as "first,second", or "" before anybody went anywhere."""
    server = [
        served(view, "run"),
        served(backdrop, "backdrop"),
        served(ends, "ends"),
        served(verdicts, "verdicts"),
        served(posterior, "posterior"),
        served(decode, "decode"),
        served(inspect, "inspect"),
        *followed(),
    ]
    return widget("latent_pad", "", elem_id=elem_id, server=server, emits=["ready"])


def read_place(text: str) -> str:
    """Parser for links: two numbers and a comma, or nothing for where the view begins."""
    if not text:
        return ""
    try:
        first, second = (float(part) for part in text.split(","))
    except ValueError:
        first = second = math.nan
    if not (abs(first) <= place.FAR and abs(second) <= place.FAR):
        raise ValueError(f"{text[:40]!r} is not a place; a place is two numbers, such as 0.5,-1.")
    return text


def view(
    checkpoint: str,
    mode: Mode,
    points: Points,
    seed: int,
    a: str = "",
    b: str = "",
    c: str = "",
    p: str = "",
    q: str = "",
    r: str = "",
    at: str = "",
    layer: Layers = "decoded",
) -> dict:
    """What the pad shows before anything is decoded: points, axes, circles, dots or units.

    ``layer`` is another question's, ``verdicts`` or ``posterior``: the page sends all of its
    controls.
    """
    read_place(at)
    space = get_space(checkpoint)
    with model_work():
        values = {"a": a, "b": b, "c": c, "picture_a": p, "picture_b": q, "picture_c": r}
        start = _start(space, mode, points, seed, values)
        own = points in place.OWN
        # A plane that is all of the latent space hangs on nothing, it only starts somewhere.
        flat = place.count(space, mode) == 0
        anchors = start.codes[:0] if flat else start.codes
        script = "" if flat else start.script
        shared = {
            "modality": space.modality,
            "anchors": _exact(anchors),
            "script": script,
            "points": _points(space, own, start) if own or not flat else [],
        } | judged(space)
        laid = _plane(space, anchors) if mode == "plane" else _units(space, mode, anchors[0])
        if flat:
            first = place.degrees(start.codes)[0] if place.is_globe(space) else start.codes[0]
            laid["home"] = [round(float(x), 2) for x in first]
    return shared | laid | {"code": place.script(space, mode, script, laid["home"])}


def backdrop(checkpoint: str, mode: Mode, anchors: list[Code], unit: int = 0) -> dict:
    """What lies behind the ring: tiles, a map of sentences, or the strip of one unit."""
    space = get_space(checkpoint)
    codes = place.check(space, mode, anchors)
    with model_work():
        return _backdrop(checkpoint, space.info.fingerprint, mode, codes.tobytes(), unit)


def ends(checkpoint: str, anchors: list[Code]) -> dict:
    """What local directions lead to: items at ``ENDS`` standard deviations either way of each."""
    space = get_space(checkpoint)
    code = place.check(space, "direction", anchors)[0]
    with model_work():
        found = space.local_directions(code)
        units = range(space.latent_dim, space.latent_dim + len(found.std))
        z = np.concatenate(
            [place.along(space, "direction", code, unit, [-ENDS, ENDS]) for unit in units]
        )
        items = []
        for part in space.decode_chunks(z):
            items += packed_each(part)
            rest()
    return {"items": list(zip(items[::2], items[1::2], strict=True))}


def verdicts(checkpoint: str, mode: Mode, anchors: list[Code], unit: int = 0) -> dict:
    """The classifier's verdict wherever the backdrop has an item, and between pictures too."""
    space = get_space(checkpoint)
    codes = place.check(space, mode, anchors)
    with model_work():
        return _verdicts(checkpoint, space.info.fingerprint, mode, codes.tobytes(), unit)


def posterior(
    checkpoint: str,
    mode: Mode,
    anchors: list[Code],
    at: Place,
    script: str = "",
    seed: Seed = 0,
    own: str = "",
) -> dict:
    """q(z|x) of the item at a place, or of a person's ``own``, and draws by the seed.

    On a plane its ellipse there and the draws' places; the draws' values of a unit that is moved.
    """
    space = get_space(checkpoint)
    codes = place.check(space, mode, anchors)
    z = place.code_at(space, mode, codes, at)
    with model_work():
        item = boxes.reader(space)(own) if own else space.decode(z[None])[0]
        mean, std = (found[0] for found in space.posterior([item]))
        drawn = space.encode([item] * DRAWS, draw=seed)
        items = packed_each(space.decode(drawn))
    if mode != "plane":
        unit = int(at[0])
        values, along = place.shadow(space, codes[0], unit, np.vstack([mean, drawn]), std)
        laid = {"mean": float(values[0]), "std": along}
        places, away = [[unit, float(value)] for value in values[1:]], None
    elif place.is_globe(space):
        laid, places, away = {}, place.degrees(drawn).tolist(), None
    else:
        plane = place.frame(space, codes)
        laid = place.spread(plane, mean, std)
        places, away = (found.tolist() for found in place.fall(plane, codes, drawn))
    source = boxes.literal(space, item) if own else ""
    script = place.spread_script(space, mode, script, at, source, DRAWS, seed)
    return laid | {"draws": places, "away": away, "items": items, "code": script}


def decode(checkpoint: str, mode: Mode, anchors: list[Code], at: Place) -> dict:
    """The item at one place. Asked on every move of the pointer, so it does nothing else."""
    space = get_space(checkpoint)
    z = place.code_at(space, mode, place.check(space, mode, anchors), at)
    return {"item": packed_each(together.decode(space, z[None]))[0]}


def inspect(
    checkpoint: str,
    mode: Mode,
    anchors: list[Code],
    at: Place,
    script: str = "",
    layer: Layers = "decoded",
) -> dict:
    """The numbers about one place, its nearest held-out item, and the script that decodes it."""
    space = get_space(checkpoint)
    z = place.code_at(space, mode, place.check(space, mode, anchors), at)
    with model_work():
        found = space.inspect(z[None])[0]
        nearest = int(space.neighbours(z[None], space.codes, k=1)[0, 0])
        item = packed_each(space.decode(space.codes[[nearest]]))[0]
    label = None if space.labels is None else _classes(space)[space.labels[nearest]]
    judge = get_judge(space) if layer == "verdict" else None
    return {
        "item": packed_each([found.item])[0],
        "verdict": said_of(space, cast("Items", [found.item]))[0] if judge else None,
        "z": [round(float(value), 4) for value in z],
        "log_p_z": finite(found.log_p_z),
        "log_p_x": finite(found.log_p_x),
        "round_trip": finite(found.round_trip),
        "typicality": finite(found.typicality),
        "atypical": bool(found.atypical),
        "nearest": {
            "item": item,
            "label": label,
            "held_out": space.held_out,  # or a draw of the prior, where nothing can be encoded
            "away": finite(float(np.linalg.norm(space.codes[nearest] - z))),
        },
        "code": place.script(space, mode, script, at, judge.info.name if judge else ""),
    }


def _start(
    space: "LatentSpace", mode: Mode, points: Points, seed: int, values: dict[str, str]
) -> place.Anchors:
    n = max(1, place.count(space, mode)) if points in place.OWN else 0
    return place.choose(space, mode, points, seed, boxes.given(space, "abc"[:n], values))


def _points(space: "LatentSpace", own: bool, anchors: place.Anchors) -> list[dict]:
    """What each point is, what it decodes to, and which typed words the model does not know."""
    typed = own and space.words
    items = packed_each(space.decode(anchors.codes))
    return [
        {
            "name": name,
            "label": label,
            "item": item,
            "unknown": space.unknown_words(label) if typed else [],
        }
        for name, label, item in zip("ABC"[: len(items)], anchors.labels, items, strict=True)
    ]


def _plane(space: "LatentSpace", codes: np.ndarray) -> dict:
    flat = len(codes) == 0
    dots = None
    if flat and space.labels is not None:
        dots = {"xy": space.codes.round(3).tolist(), "label": space.labels.tolist()}
    if place.is_globe(space):
        return {"kind": "globe", "flat": True, "dots": dots, "classes": _classes(space)}
    plane = place.frame(space, codes)
    return {
        "kind": "plane",
        "flat": flat,
        "origin": plane.origin.tolist(),
        "basis": plane.basis.tolist(),
        "corner": plane.corner,
        "side": plane.side,
        "circles": place.circles(space, plane),
        "dots": dots,
        "classes": _classes(space),
        "home": [0.25, 0.25],
    }


def _units(space: "LatentSpace", mode: Mode, code: np.ndarray) -> dict:
    """The units to choose among, behind the local directions where these are asked for."""
    units = space.units()
    posterior = any(unit.kl for unit in units)  # a plain auto-encoder has none
    home = [units[0].index, round(float(code[units[0].index]), 2)]
    directions = []
    if mode == "direction":
        found = space.local_directions(code)
        directions = [
            {"index": space.latent_dim + i, "share": float(share), "std": float(std)}
            for i, (std, share) in enumerate(zip(found.std, found.share, strict=True))
        ]
        home = [space.latent_dim, 0.0] if directions else home
    return {
        "kind": "unit",
        "units": [unit._asdict() | ({} if posterior else {"kl": None}) for unit in units],
        "directions": directions,
        "held_out": space.held_out,
        "ranges": {
            str(unit): _range(space, unit) for unit in range(space.latent_dim + len(directions))
        },
        "home": home,
    }


def _range(space: "LatentSpace", unit: int) -> tuple[float, float]:
    """From -3 to 3, wider where the held-out codes lie wider; of a direction to its ends."""
    if unit not in range(space.latent_dim):
        return -ENDS, ENDS
    values = space.codes[:, unit]
    reach = math.ceil(max(3, abs(values.mean()) + 3 * values.std() - 0.5))
    return -reach, reach


@memory.kept(16)
def _backdrop(checkpoint: str, fingerprint: str, mode: Mode, anchors: bytes, unit: int) -> dict:
    """Cached by everything it depends on, the weights' fingerprint included."""
    space = get_space(checkpoint)
    codes = np.frombuffer(anchors, dtype=np.float32).reshape(-1, space.latent_dim)
    if mode != "plane":
        values, items = _strip(space, mode, codes, unit)
        return {"values": values.tolist(), "items": packed_each(items)}
    n = _across(space)
    z = _grid(space, mode, codes, n)
    if not space.words:
        tiles = []
        for part in space.decode_chunks(z):
            tiles.append(part)
            rest()
        on_globe = {"globe": z.tolist()} if place.is_globe(space) else {}
        return {"n": n, "tiles": as_base64(np.concatenate(tiles))} | on_globe
    items = []
    for chunk in space.decode_chunks(z, chunk=min(DRAGGABLE, space.chunk), rest=rest):
        items += chunk
        rest()
    texts = list(dict.fromkeys(items))
    number = {text: i for i, text in enumerate(texts)}
    return {"n": n, "texts": texts, "cells": [number[text] for text in items]}


@memory.kept(16)
def _verdicts(checkpoint: str, fingerprint: str, mode: Mode, anchors: bytes, unit: int) -> dict:
    """Cached like the backdrop, of whose sentences and strip it is."""
    space = get_space(checkpoint)
    judge = get_judge(space)
    codes = np.frombuffer(anchors, dtype=np.float32).reshape(-1, space.latent_dim)
    n, on_globe = 0, {}
    if mode != "plane":
        found = said_of(space, _strip(space, mode, codes, unit)[1])
    elif space.words:
        behind = _backdrop(checkpoint, fingerprint, mode, anchors, unit)
        n, texts = behind["n"], said_of(space, behind["texts"])
        found = [texts[cell] for cell in behind["cells"]]
    else:
        n, found = 2 * _across(space), []
        z = _grid(space, mode, codes, n)
        for part in space.decode_chunks(z):
            found += said_of(space, part)
            rest()
        on_globe = {"globe": z.tolist()} if place.is_globe(space) else {}
    told = {"n": n, "judge": judge.info.title, "classes": judge.classes, "found": found}
    return told | on_globe


def _strip(
    space: "LatentSpace", mode: Mode, codes: np.ndarray, unit: int
) -> tuple[np.ndarray, "Items"]:
    """Values [STRIP] of one unit, and what they decode to."""
    values = np.linspace(*_range(space, unit), STRIP)
    return values, space.decode(place.along(space, mode, codes[0], unit, values.tolist()))


def _grid(space: "LatentSpace", mode: Mode, codes: np.ndarray, n: int) -> np.ndarray:
    """Codes [n * n, D] at the middles of the square's cells, or all over the sphere."""
    if place.is_globe(space):
        return place.spiral(n * n)
    places = place.grid(place.frame(space, codes), n)
    return np.stack([place.code_at(space, mode, codes, at) for at in places.tolist()])


def _across(space: "LatentSpace") -> int:
    """Items on a side of the backdrop: fewer where they are large, or slow to make."""
    if space.slow:
        return SLOW
    if space.words:
        return CELLS
    side = space.info.config["data_shape"][1]
    return max(SLOW, min(TILES, WIDEST // side))


def _classes(space: "LatentSpace") -> list[str]:
    if space.labels is None:
        return []
    if space.class_names:
        return list(space.class_names)
    return list(CLOTHES if space.info.dataset == "fashion-mnist" else "0123456789")


def _exact(codes: np.ndarray) -> list[Code]:
    """float32 numbers in as few digits as bring exactly the same numbers back."""
    return [[float(f"{value:.9g}") for value in code] for code in codes]
