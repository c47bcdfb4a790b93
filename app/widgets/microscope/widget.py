"""The mode microscope and what it asks the server: the modes, samples, one variable flipped.

All three are stateless. Typical items come from the stored map; without one the rest works, and
the page says what is missing.
"""

from typing import TYPE_CHECKING, Annotated, Any, cast

import gradio as gr
import numpy as np
import pydantic

from app import parts
from app.components import Seed, packed, packed_each, script, served, widget
from app.door import followed
from app.markdown import html
from app.session import get_space, model_work
from app.widgets.paths.words import marked

if TYPE_CHECKING:
    from backend.codes.modes import Modes
    from backend.codes.projection import Projection
    from backend.space import LatentSpace

SAMPLES = 8
Index = Annotated[int, pydantic.Field(ge=0, lt=1000)]
Row = Annotated[int, pydantic.Field(ge=0)]  # of the map

_NAMED = r"\d{1,3}\.\d{1,3}=[^;=]{1,40}"  # variable, mode and the name that a person gave it

read_state = parts.reader(
    {
        "mode": r"\d{1,3}\.\d{1,3}",
        "seed": r"\d{1,10}",
        "t": r"[0-5](\.\d{1,2})?",
        "weights": r"\d{1,3}(\.\d{1,3}){0,99}",
        "flip": r"\d{1,3}",
        "names": rf"{_NAMED}(;{_NAMED})*",  # 1.2=weather;3.1=thanks
        "text": r".{0,400}",
    }
)
FITTED = "; its modes are Gaussians fitted to the codes of its items"


def microscope(elem_id: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads. `follow` tells it the checkpoint."""
    server = [served(modes, "run"), served(samples, "samples"), served(flip, "flip"), *followed()]
    return widget("microscope", "", elem_id=elem_id, server=server, tab="modes", checkpoint="")


def follow(checkpoint: str) -> gr.HTML:
    """The microscope with another checkpoint under it."""
    return gr.HTML(checkpoint=checkpoint)


def modes(checkpoint: str) -> dict:
    """All modes of a checkpoint, with typical items as far as its map knows them."""
    space = get_space(checkpoint)
    found = space.modes
    with model_work():
        try:
            projection, missing = space.projection, ""
        except ValueError as problem:
            projection, missing = None, html(str(problem))
    # Reading the corpus takes seconds, in which nobody else shall wait for the model.
    original = projection is not None and projection.originals() is not None
    with model_work():
        rows = _bare(found) if projection is None else _known(space, projection)
        faces = "" if space.words else packed(_faces(space))
    return {
        "checkpoint": checkpoint,
        "title": space.info.title + (FITTED if space.info.own else ""),
        "modality": space.modality,
        "variables": found.variables,
        "components": found.components,
        "discrete": found.discrete,
        "extra": space.latent_dim > found.variables * found.dim,  # numbers beside the variables
        "weights": found.prior.weights.tolist(),
        "rows": rows,
        "faces": faces,
        "missing": missing,
        "n": 0 if projection is None else len(projection.codes),
        "original": original,
        "code": "",
    }


def samples(
    checkpoint: str,
    variable: Index,
    component: Index | None,
    seed: Seed,
    temperature: float,
    weights: Annotated[list[float], pydantic.Field(max_length=1000)] | None = None,
) -> dict:
    """Items of one mode, or of its whole variable with these weights; other variables are drawn.

    ``origin`` is the mode of ``variable`` that each is most likely of.
    """
    space = get_space(checkpoint)
    found = space.modes
    found.check(variable, component or 0)
    options: dict[str, Any] = {"seed": seed, "temperature": temperature}
    if component is not None:
        options["fixed"] = {variable: component}
    elif weights is not None:
        table = found.prior.weights.tolist()
        if not sum(weights) > 0:
            raise ValueError("All weights are 0. Raise one of them.")
        table[variable] = [round(weight / sum(weights), 4) for weight in weights]
        options["weights"] = table
    with model_work():
        z = found.sample_codes(SAMPLES, **options)
        items = packed(space.decode(z))
        origin = found.at(z)[:, variable].argmax(-1).tolist()
    said = ", ".join(f"{name}={value!r}" for name, value in options.items())
    lines = [f"z = space.modes.sample_codes({SAMPLES}, {said})", "result = space.decode(z)"]
    return {"items": items, "origin": origin, "code": script(checkpoint, *lines)}


def flip(
    checkpoint: str,
    variable: Index,
    code: list[float] | None = None,
    text: str = "",
    row: Row | None = None,
) -> dict:
    """What a code decodes to with ``variable`` at each of its modes in turn.

    The code is given, or that of a typed sentence, or that of a row of the map; by default it is
    drawn from the prior.
    """
    space = get_space(checkpoint)
    found = space.modes
    found.check(variable)
    with model_work():
        z, line, unknown = _code(space, code, text, row)
        items = space.decode(np.concatenate([z[None], found.flip(z, variable)]))
        here = found.at(z[None])[0, variable]
    base, others = items[0], items[1:]
    answer: dict[str, object] = {
        "base": packed(base),
        "items": packed(others),
        "unknown": unknown,
        "responsibilities": [round(float(p), 4) for p in here],
        "code": script(
            checkpoint, line, f"result = space.decode(space.modes.flip(z, {variable}))"
        ),
    }
    if space.words:
        before = space.tokens(base)
        answer["parts"] = [marked(before, space.tokens(item), item) for item in others]
    return answer


def _code(
    space: "LatentSpace", code: list[float] | None, text: str, row: int | None
) -> tuple[np.ndarray, str, list[str]]:
    """The code [D], the line of a script that makes it, and words the model does not know."""
    if code is not None:
        if len(code) != space.latent_dim:
            raise ValueError(f"A code of {space.info.name} has {space.latent_dim} numbers.")
        return np.array(code, np.float32), f"z = {code!r}", []
    if text.strip():
        unknown = space.unknown_words(text)
        return space.encode([text])[0], f"z = space.encode([{text!r}])[0]", unknown
    if row is not None:
        codes = space.projection.codes
        if row >= len(codes):
            raise ValueError(f"The map has {len(codes):,} items, counted from 0; got {row}.")
        return codes[row], f"z = space.projection.codes[{row}]", []
    return space.modes.sample_codes(1)[0], "z = space.modes.sample_codes(1)[0]", []


def _known(space: "LatentSpace", projection: "Projection") -> list[dict]:
    """Rows of the table with their typical items, and how common each tag is overall."""
    originals = projection.originals()
    overall = {
        tag: np.bincount(ids, minlength=len(projection.tags.names[tag])) / len(ids)
        for tag, ids in projection.tags.ids.items()
    }
    rows = []
    keywords = space.modes.keywords()
    for mode in space.modes.table():
        tags = [
            {
                "tag": tag,
                "name": name,
                "purity": purity,
                "overall": float(overall[tag][projection.tags.names[tag].index(name)]),
            }
            for tag, (name, purity) in mode.tags.items()
        ]
        typical = [
            {"row": r, "item": _item(space, projection, originals, r)} for r in mode.typical
        ]
        words = [word._asdict() for word in keywords[mode.variable][mode.component]]
        rows.append(mode._asdict() | {"tags": tags, "typical": typical, "keywords": words})
    return rows


def _item(space: "LatentSpace", projection: "Projection", originals: Any, row: int) -> str:
    if originals is not None:
        return packed_each([originals[row]])[0]
    if space.words:
        return projection.texts[row]
    return packed_each(space.decode(projection.codes[[row]]))[0]


def _bare(found: "Modes") -> list[dict]:
    """Rows without a map: nothing is known but the prior."""
    nothing: dict[str, object] = {
        "share": None, "tags": [], "typical": [], "flags": [], "keywords": [],
    }  # fmt: skip
    return [
        {"variable": j, "component": k, "weight": weight} | nothing
        for j, row in enumerate(found.prior.weights.tolist())
        for k, weight in enumerate(row)
    ]


def _faces(space: "LatentSpace") -> np.ndarray:
    """The picture at the centre of each mode, variable by variable."""
    found = space.modes
    base = found.sample_codes(1, temperature=0)[0]
    codes = np.concatenate([found.flip(base, j) for j in range(found.variables)])
    return cast(np.ndarray, space.decode(codes))
