"""The same style in every class: of a model that is told the class, and of one that finds it."""

from typing import Annotated, Any, Literal

import gradio as gr
import numpy as np
import pydantic

import backend
from app import memory, parts, session
from app.components import Seed, as_base64, finite, served, titled, widget
from app.door import PictureModel
from app.widgets.triptych import compute
from backend import corpora
from backend.evaluation import styles

NOISE = 8  # styles of the noise
VALUES = np.linspace(-2, 2, 9, dtype=np.float32)  # of the unit that is walked along
CACHED = 32

First = Annotated[int, pydantic.Field(ge=0, lt=2**31)]
Unit = Annotated[int, pydantic.Field(ge=0, lt=1000)] | None
Source = Literal["noise", "pictures", "unit"]

read_state = parts.reader(
    {
        "of": r"[a-z0-9_]+/[a-z0-9_-]+",
        "source": r"noise|pictures|unit",
        "seed": r"\d{1,10}",
        "first": r"\d{1,9}",
        "unit": r"\d{1,3}",
    }
)


def class_styles(elem_id: str, tab: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads. Asks for nothing until it is seen."""
    models = [
        {
            "name": info.name,
            "title": titled(info),
            "told": styles.told(info),
            "digits": corpora.classes(info.dataset)[:1] == ("digit 0",),
            "names": corpora.classes(info.dataset) or None,
        }
        for info in backend.available()
        if styles.separates(info)
    ]
    models.sort(key=lambda model: not model["told"])
    return widget(
        "styles",
        "",
        elem_id=elem_id,
        server=[served(grid, "run"), served(measured, "measured")],
        tab=tab,
        models=models,
    )


def grid(
    checkpoint: PictureModel, source: Source, seed: Seed, first: First, unit: Unit = None
) -> dict:
    """Styles in every class, row by row; ``unit`` None is the one with the largest KL."""
    session.check_name(checkpoint)
    space = session.get_space(checkpoint)
    columns = styles.classes(space)
    known = styles.units(space)
    unit = known[0] if unit is None else unit
    if unit not in known:
        raise ValueError(f"Unit {unit} of {space.info.title} is no unit of its style.")
    found: dict[str, Any] = {"given": None, "labels": None, "own": None, "note": ""}
    with session.model_work():
        if source == "pictures":
            held = compute.held_out(space.info.dataset)
            given = compute.picked(held, first)
            labels = None if held.labels is None else compute.picked(held, first, held.labels)
            codes = styles.encode(space, given, labels)
            found |= {"given": as_base64(given), "note": held.note}
            found["labels"] = None if labels is None else labels.tolist()
            own = labels if styles.told(space.info) else codes[:, :columns].argmax(1)
            found["own"] = None if own is None else own.tolist()
        elif source == "unit":
            codes = space.traverse(space.sample_codes(NOISE, seed=seed)[0], unit, VALUES)
            found["values"] = VALUES.tolist()
        else:
            codes = space.sample_codes(NOISE, seed=seed)
        pictures = styles.in_every_class(space, codes)
    held_in = styles.carried(space)
    return found | {
        "pictures": as_base64(pictures),
        "rows": len(codes),
        "columns": columns,
        "carried": None if held_in is None else [finite(each._asdict()) for each in held_in],
        "units": [[one, float(space.statistics.kl[one])] for one in known],
        "unit": unit,
        "code": script(space.info, source, seed, first, unit),
    }


def measured(checkpoint: PictureModel, seed: Seed) -> dict:
    """What the classifier sees, how strokes agree, and the KLs along training."""
    session.check_name(checkpoint)
    space = session.get_space(checkpoint)
    found = _measured(checkpoint, space.info.fingerprint, seed)
    curves = styles.curves(space)
    judge = styles.judge_name(space.info.dataset)
    accuracy = backend.info(judge).metrics.get("accuracy", {})
    return finite(found._asdict()) | {
        "judge": judge,
        "accuracy": accuracy.get("value"),
        "accuracy_n": accuracy.get("n"),
        "curves": None if curves is None else curves._asdict(),
    }


@memory.kept(CACHED)
def _measured(checkpoint: str, fingerprint: str, seed: int) -> styles.Measured:
    """``fingerprint`` is of the weights, so that a retrained checkpoint is measured anew."""
    space = session.get_space(checkpoint)
    with session.model_work():
        return styles.measure(space, seed=seed)


def script(info: backend.CheckpointInfo, source: str, seed: int, first: int, unit: int) -> str:
    """A short program with the same pictures and numbers."""
    imports = ["from backend.evaluation import styles"]
    if source == "pictures":
        imports = ["from backend import corpora", *imports]
        codes = [
            f'test = corpora.load({info.dataset!r})["test"]',
            f"shown = ({first} + np.arange({compute.PICTURES})) % len(test.items)",
            "z = styles.encode(space, test.items[shown], test.labels[shown])",
        ]
    elif source == "unit":
        codes = [
            f"values = np.linspace(-2, 2, {len(VALUES)})",
            f"z = space.traverse(space.sample_codes({NOISE}, seed={seed})[0], {unit}, values)",
        ]
    else:
        codes = [f"z = space.sample_codes({NOISE}, seed={seed})"]
    return "\n".join(
        [
            *(["import numpy as np", ""] if source != "noise" else []),
            "import backend",
            *imports,
            "",
            f"space = backend.load({info.name!r})",
            *codes,
            "pictures = styles.in_every_class(space, z)  # [styles, classes, 28, 28]",
            *([] if styles.told(info) else ["print(styles.carried(space))"]),
            f"print(styles.measure(space, seed={seed}))",
            *([] if styles.told(info) else ["print(styles.curves(space))"]),
            "",
        ]
    )
