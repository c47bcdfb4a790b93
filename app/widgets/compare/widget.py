"""The comparison and what it asks the server: both sides at once, or some cells of the grid."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import gradio as gr
import numpy as np
import pydantic

import backend
from app import items as boxes
from app import session
from app.components import Seed, finite, packed_each, script, served, widget
from app.door import followed
from app.widgets.compare import compute

if TYPE_CHECKING:
    from backend.space import LatentSpace

Mode = Literal["samples", "path", "traversal", "reconstruction", "map", "grid"]
Axis = Literal["checkpoint", "seed", "temperature", "top_p", "position"]
MODES: tuple[Mode, ...] = ("samples", "path", "traversal", "reconstruction", "map", "grid")
Ends = Literal["drawn", "boxes"]
ENDS: tuple[Ends, ...] = ("drawn", "boxes")
AXES: tuple[Axis, ...] = ("checkpoint", "seed", "temperature", "top_p", "position")
SORTS = ("", "index", "first", "second", "between", "drift")
ALONG: dict[str, list[float]] = {
    "temperature": [0, 0.5, 1, 1.5, 2],
    "top_p": [0.3, 0.5, 0.7, 0.9, 1],
    "position": [0, 0.25, 0.5, 0.75, 1],
}
SEEDS = 5  # along an axis of seeds
MOST = 64  # items
FIELDS = {"unit": "Unit by activity", "first": "From held-out item"}  # what the tab calls them

Several = Annotated[int, pydantic.Field(ge=1, le=MOST)]
First = Annotated[int, pydantic.Field(ge=0, le=999_999)]
Rank = Annotated[int, pydantic.Field(ge=1, le=1000)]
Heat = Annotated[float, pydantic.Field(ge=0, le=5)]
Share = Annotated[float, pydantic.Field(ge=0, le=1)]


def compare_pair(elem_id: str) -> gr.HTML:
    """The widget; its value is the column that its table is sorted by, one of ``SORTS``."""
    server = [served(compare, labels=FIELDS), served(cells, "cells"), *followed()]
    return widget("compare", "", elem_id=elem_id, server=server, emits=["ready"])


def compare(
    checkpoint: str,
    other: str,
    mode: Mode,
    n: Several,
    seed: Seed,
    temperature: Heat,
    unit: Rank,
    first: First,
    rows: Axis = "temperature",
    columns: Axis = "seed",
    ends: Ends = "drawn",
    sort: str = "",
    **inputs: str,
) -> dict:
    """Both sides of the comparison; ``unit`` is a rank by activity, the most active first."""
    names = (checkpoint, other)
    leads = compute.leader(names)
    shared = {"mode": mode, "modality": leads.modality}
    if mode == "grid":
        between = ends == "boxes" and "position" in (rows, columns)
        typed = boxed(leads, names[1], rows, columns, inputs) if between else None
        found: dict[str, Any] = grid(names, rows, columns, seed, temperature, typed)
    elif mode == "reconstruction":
        found = reconstructed(names, leads, first, n)
    elif mode == "map":
        found = mapped(names, leads, first)
    else:
        found = strips(names, leads, mode, n, seed, temperature, unit, inputs)
    return shared | finite(found)


def strips(
    names: tuple[str, str],
    leads: "LatentSpace",
    mode: Mode,
    n: int,
    seed: int,
    temperature: float,
    unit: int,
    inputs: dict[str, str],
) -> dict[str, Any]:
    """Items in a row for each side: samples, a path, a unit."""
    given = boxes.given(leads, {"path": "ab", "traversal": "a"}.get(mode, ""), inputs)

    def make(space: Any) -> dict[str, Any]:
        if mode == "samples":
            return compute.samples(space, n, seed, temperature)
        compute.check_kind(space.info, leads.info)
        if mode == "path":
            return compute.path(space, given)
        return compute.traversal(space, given[0], unit, seed)

    with session.model_work():
        sides = [compute.side(name, make) for name in names]
    asked = [boxes.literal(leads, item) for item in given]
    if mode == "samples":
        lines = [f"result = [one.sample({n}, seed={seed}, temperature={temperature!r})", BOTH]
    elif mode == "path":
        lines = [
            f"a, b = {', '.join(asked)}",
            "ends = [one.encode([a, b], refine=True) for one in (space, other)]",
            f"result = [one.decode(one.path_codes(*z, {compute.STEPS}))",
            "          for one, z in zip((space, other), ends)]",
        ]
    else:
        lines = [
            "def walk(one):",
            f"    z = one.encode([{asked[0]}])[0] if one.encodes else "
            f"one.sample_codes(1, seed={seed})[0]",
            f"    unit = one.units()[{unit - 1}].index",
            f"    return one.decode(one.traverse(z, unit, {compute.VALUES.tolist()}))",
            "",
            "result = [walk(one)",
            BOTH,
        ]
    return {"sides": sides, "code": _script(names, *lines)}


def reconstructed(
    names: tuple[str, str], leads: "LatentSpace", first: int, n: int
) -> dict[str, Any]:
    """The same held-out items given back by both, with what differs."""
    held = compute.held_out(leads)
    items = held.part(first, n)

    def make(space: Any) -> dict[str, Any]:
        compute.check_kind(space.info, leads.info)
        return compute.reconstructions(space, items)

    with session.model_work():
        sides = [compute.side(name, make) for name in names]
    rebuilt = [one.pop("rebuilt", None) for one in sides]
    between = None
    if all(each is not None for each in rebuilt) and alike(*rebuilt):
        between = [compute.difference(leads, *pair) for pair in zip(*rebuilt, strict=True)]
    for one, each in zip(sides, rebuilt, strict=True):
        one["items"] = None if each is None else packed_each(each)
    notes = [held.note, *filter(None, (one.pop("note", "") for one in sides))]
    lines = [
        held.source,
        f"shown = [items[i % len(items)] for i in range({first}, {first + n})]",
        "result = [one.reconstruct(shown)",
        BOTH,
    ]
    return {
        "sides": sides,
        "given": packed_each(items),
        "first": first,
        "between": between,
        "note": " ".join(notes),
        "code": _script(names, *lines),
    }


def alike(a: Any, b: Any) -> bool:
    """Whether the items of two models can be compared: pictures of one size, or sentences."""
    return np.shape(a)[1:3] == np.shape(b)[1:3]


def mapped(names: tuple[str, str], leads: "LatentSpace", first: int) -> dict[str, Any]:
    """Codes of the same held-out items by both, aligned."""
    held = compute.held_out(leads)
    items = held.part(first, min(compute.MAPPED, len(held.items)))
    with session.model_work():
        found = compute.map_of(names, leads, items)
    lines = [
        held.source,
        f"shown = [items[i % len(items)] for i in range({first}, {first + len(items)})]",
        "result = align(space.encode(shown), other.encode(shown))",
    ]
    return found | {
        "given": packed_each(items),
        "first": first,
        "note": held.note,
        "code": _script(names, *lines),
    }


class Typed(NamedTuple):
    """Two items that a person gave."""

    values: dict[str, str]  # of the boxes, by letter
    source: str  # both as Python


def boxed(
    leads: "LatentSpace", other: str, rows: Axis, columns: Axis, inputs: dict[str, str]
) -> Typed:
    """What is in the boxes A and B, between which the positions of a grid lie."""
    if "temperature" in (rows, columns):
        raise ValueError("Codes of A and B are not drawn: a code temperature changes nothing.")
    if "checkpoint" in (rows, columns) and not backend.info(other).problem:
        compute.check_kind(backend.info(other), leads.info)
    given = boxes.given(leads, "ab", inputs)
    prefix = boxes.BOXES[leads.modality].prefix
    source = ", ".join(boxes.literal(leads, item) for item in given)
    return Typed({letter: inputs[f"{prefix}{letter}"] for letter in "ab"}, source)


def grid(
    names: tuple[str, str],
    rows: Axis,
    columns: Axis,
    seed: int,
    temperature: float,
    typed: Typed | None,
) -> dict[str, Any]:
    """The settings of each cell; what they give is asked for as it is seen.

    ``typed`` are the ends of the positions, where they are not drawn.
    """
    if rows == columns:
        raise ValueError("Rows and columns are the same setting. Choose two different ones.")
    base: dict[str, Any] = {"checkpoint": names[0], "seed": seed, "temperature": temperature}
    base |= {"top_p": None, "position": 0.0}
    base |= typed.values if typed else {}
    along: dict[str, list] = {
        "checkpoint": list(names),
        "seed": [seed + i for i in range(SEEDS)],
        **ALONG,
    }
    made = [[base | {rows: row, columns: col} for col in along[columns]] for row in along[rows]]
    titles = {name: backend.info(name).title for name in names}
    return {
        "rows": [titles.get(str(value), value) for value in along[rows]],
        "columns": [titles.get(str(value), value) for value in along[columns]],
        "axes": [rows, columns],
        "cells": made,
        "code": _script(
            names,
            *([f"a, b = {typed.source}"] if typed else []),
            f"along = {along[rows]!r}",
            "result = []",
            f"for value in along:  # {rows}; of the columns, the first",
            *_cell_lines(made[0][0], rows),
        ),
    }


def _cell_lines(settings: dict[str, Any], rows: Axis) -> list[str]:
    said = {
        key: "value" if key == rows else repr(settings[key])
        for key in ("seed", "temperature", "position")
    }
    words = "value" if rows == "top_p" else repr(settings["top_p"])
    how = f", token_temperature=1.0, top_p={words}" if words != "None" else ""
    one = "(space if value == space.info.name else other)" if rows == "checkpoint" else "space"
    drawn = [
        f"    ends = [one.sample_codes(1, seed=s, temperature={said['temperature']})[0]",
        "            for s in (seed, seed + 1)]",
    ]
    return [
        f"    one, seed = {one}, {said['seed']}",
        *(["    ends = one.encode([a, b], refine=True)"] if "a" in settings else drawn),
        f"    place = round({said['position']} * {compute.PLACES - 1})",
        f"    z = one.path_codes(*ends, {compute.PLACES})[[place]]",
        "    labels = one.sample_labels(1, seed=seed)",
        f"    result += list(one.decode(z, seed=seed, labels=labels{how}))",
    ]


class Cell(pydantic.BaseModel):
    """What a cell is of; see ``compute.Settings``."""

    model_config = pydantic.ConfigDict(extra="forbid")
    checkpoint: str
    seed: Seed
    temperature: Heat
    top_p: Share | None
    position: Share
    a: str = ""
    b: str = ""


def cells(wanted: Annotated[list[Cell], pydantic.Field(min_length=1, max_length=16)]) -> dict:
    """The items of some cells, each computed once; what one cannot is said in its place."""
    found = []
    for one in wanted:
        settings = compute.Settings(**one.model_dump())
        try:
            space = session.get_space(one.checkpoint)
            with session.model_work():
                item = compute.cell(settings, space.info.fingerprint)
            found.append({"item": item, "modality": space.modality})
        except ValueError as error:
            found.append({"cannot": str(error)})
    return {"cells": found}


BOTH = "          for one in (space, other)]"


def _script(names: tuple[str, str], *lines: str) -> str:
    """The same by the public interface; ``space`` is the first, ``other`` the second."""
    made = script(names[0], f"other = backend.load({names[1]!r})", *lines)
    wanted = [
        *(["from backend import corpora"] if "corpora." in made else []),
        *(["from backend.codes.alignment import align"] if "align(" in made else []),
    ]
    return made.replace("import backend\n", "\n".join(["import backend", *wanted, ""]), 1)
