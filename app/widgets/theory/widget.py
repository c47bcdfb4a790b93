"""The decks' theory as eight panels, of which one is shown; it trains while the page asks."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from app import parts, session
from app.components import served, widget
from app.widgets.theory import exact, modes, trained
from app.widgets.theory.figure import Figure
from app.widgets.theory.panels import PANELS, Choice, Panel, checked

FIGURES = {
    "critic": trained.critic,
    "gradient": trained.gradient,
    "lines": exact.lines,
    "fit": exact.fit,
    "unify": exact.unify,
    "activated": exact.activated,
    "means": modes.means,
    "split": modes.split,
}
NUMBER = r"-?\d{1,5}(\.\d{1,4})?"

read_state = parts.reader(
    {"panel": "|".join(PANELS)}
    | {
        control.name: (
            "|".join(value.replace(".", r"\.") for value, _ in control.options)
            if isinstance(control, Choice)
            else NUMBER
        )
        for panel in PANELS.values()
        for control in panel.controls
    }
)


def theory(elem_id: str, tab: str) -> gr.HTML:
    """The view, shown while the mode of ``tab`` is "theory"; its value is what `read_state` reads.

    A link holds its value as the field ``theory`` of the tab.
    """
    return widget(
        "theory",
        "",
        elem_id=elem_id,
        server=[served(run), served(more, "more"), served(stop, "stop")],
        tab=tab,
        prefix=elem_id,
        panels=[_described(panel) for panel in PANELS.values()],
    )


def _described(panel: Panel) -> dict:
    controls = [
        control._asdict() | {"kind": type(control).__name__.lower()} for control in panel.controls
    ]
    return panel._asdict() | {"controls": controls}


def run(panel: str, values: dict[str, Any]) -> dict:
    """The first figure of a panel, and the job that yields the others when asked."""
    pieces = _pieces(panel, checked(panel, values))
    first = next(pieces)
    return first if first["done"] else first | {"job": session.jobs.add(pieces)}


def more(job: str) -> dict:
    """The next figure of a job."""
    return session.jobs.next(job) or {"done": True}


def stop(job: str) -> dict:
    """Forget the rest of a job."""
    session.jobs.stop(job)
    return {}


def _pieces(panel: str, values: dict[str, Any]) -> Iterator[Figure]:
    """Figures with ``done``; each is computed while nobody else's work is."""
    figures = FIGURES[panel](values)
    while True:
        with session.model_work():
            if FIGURES[panel].__module__ == trained.__name__:
                session.one_thread()  # before torch is used: too small to be worth two cores
            figure = next(figures)
        done = figure.pop("share", 1) >= 1
        yield figure | {"done": done}
        if done:
            return
