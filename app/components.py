"""Parts that several tabs use: widgets from a folder, the checkpoint picker, the seed."""

import functools
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import gradio as gr
import pydantic

import backend
from app import session

LOG = logging.getLogger(__name__)
WIDGETS = Path(__file__).parent / "widgets"
MODALITIES = {"text": "Sentences", "image": "Pictures"}
UNEXPECTED = "Something went wrong on the server. Its log says what; your inputs are kept."


def widget(
    name: str,
    value: Any = None,
    *,
    elem_id: str,
    server: Iterable[Callable] = (),
    classes: Iterable[str] = (),
    **props: Any,
) -> gr.HTML:
    """The widget in ``app/widgets/<name>/<name>.js``; its style is collected by the page.

    The script gets ``element``, ``props``, ``trigger``, ``server`` and ``watch`` (see gr.HTML)
    and draws with ``latent.el``, so what a user typed is only ever text, never markup.
    """
    return gr.HTML(
        value,
        html_template="",
        js_on_load=(WIDGETS / name / f"{name}.js").read_text(),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=[f"lp-{name.replace('_', '-')}", *classes],
        server_functions=list(server) or None,
        **props,
    )


def served(function: Callable[..., dict], name: str = "run") -> Callable[[dict], dict]:
    """``function`` as a server function of a widget: ``await server.<name>({argument: value})``.

    Arguments come from outside, so they are checked against the type hints. A ValueError is a
    sentence for the user and travels as ``{"error": sentence}``; anything else is logged.
    """
    checked = pydantic.validate_call(function)

    def call(request: dict) -> dict:
        try:
            return checked(**request)
        except pydantic.ValidationError as error:
            return {"error": first_mistake(error)}
        except ValueError as error:
            return {"error": str(error)}
        except Exception:
            LOG.exception("%s failed", function.__qualname__)
            return {"error": UNEXPECTED}

    call.__name__ = name
    return call


def first_mistake(error: pydantic.ValidationError) -> str:
    """One plain sentence about the first wrong argument."""
    mistake = error.errors()[0]
    where = ".".join(str(part) for part in mistake["loc"]) or "The request"
    return f"{where.replace('_', ' ')}: {mistake['msg'][0].lower()}{mistake['msg'][1:]}."


def header(device: str) -> gr.HTML:
    """Name, what is loaded, Copy link, shortcuts, light or dark; also shows notices."""
    return widget("header", {"notice": ""}, elem_id="header", device=device)


def checkpoint_picker(
    elem_id: str, requires: Iterable[str], modality: str | None = None
) -> gr.HTML:
    """A list of the checkpoints that can do ``requires``; its value is the checkpoint's name.

    Damaged checkpoints are listed with the reason and cannot be chosen. Emits ``input`` when a
    person chooses. Beside it: the checkpoint's honest numbers, and its card.
    """
    names = [info.name for info in fitting(requires, modality) if not info.problem]
    first = session.FIRST if session.FIRST in names else next(iter(names), "")
    return widget(
        "picker",
        first,
        elem_id=elem_id,
        server=[served(facts, "facts")],
        groups=groups(fitting(requires, modality)),
    )


def fitting(requires: Iterable[str], modality: str | None) -> list[backend.CheckpointInfo]:
    """Checkpoints with these capabilities, damaged ones included."""
    return backend.available(requires=frozenset(requires), modality=modality, include_damaged=True)


def groups(infos: list[backend.CheckpointInfo]) -> list[dict]:
    """The picker's options under one heading for each modality."""
    return [
        {
            "label": label,
            "options": [
                {"name": i.name, "title": i.title, "problem": i.problem or ""}
                for i in infos
                if i.modality == modality
            ],
        }
        for modality, label in MODALITIES.items()
    ]


def facts(checkpoint: str) -> dict:
    """The checkpoint's gauges and card, for the line beside the picker."""
    space = session.get_space(checkpoint)
    card = Path(space.info.path) / "README.md"
    return {
        "gauges": [gauge._asdict() for gauge in space.gauges()],
        "card": card.read_text() if card.exists() else "",
        "device": str(space.device),
    }


def checkpoint_facts() -> dict[str, dict]:
    """What the script of the page must know of each checkpoint without asking."""
    return {
        info.name: {
            "title": info.title,
            "modality": info.modality,
            "fingerprint": info.fingerprint,
            "latent_dim": info.latent_dim,
        }
        for info in backend.available()
    }


def seed(elem_id: str, value: int = 0) -> gr.HTML:
    """A seed to see, edit, copy and roll; emits ``input`` when it changes."""
    return widget("seed", value, elem_id=elem_id)


@functools.cache
def icon(name: str) -> str:
    """A picture from ``assets/icons`` for buttons made in Python."""
    return str(Path(__file__).parent / "assets" / "icons" / f"{name}.svg")
