"""The 2-D laboratory: one to three models of points in the plane, trained live side by side."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import gradio as gr
import numpy as np
import pydantic

from app import session
from app.components import as_base64, served, widget
from app.parts import reader
from backend.laboratory.presets import PRESETS
from backend.laboratory.settings import (
    DATA,
    MOST_MODELS,
    MOST_STEPS,
    OPTIMISERS,
    SIZES,
    Event,
    Settings,
    knobs,
    variants,
)

if TYPE_CHECKING:
    from backend.laboratory.run import Entry, Run
    from backend.laboratory.service import Laboratory

FIRST = Settings()
OPENING = 100  # steps that are trained unasked, so that there is something to see

Step = Annotated[int, pydantic.Field(ge=0, le=MOST_STEPS)]
Rows = Annotated[
    list[Annotated[int, pydantic.Field(ge=0)]], pydantic.Field(max_length=MOST_MODELS)
]
_NUMBERS = r"[\w/.~+-]"

read_state = reader(
    {
        "data": "|".join(DATA),
        "models": r"[a-z_]{1,20}(~[a-z_]{1,20}){0,2}",
        "theta": r"\d{1,2}(\.\d{1,4})?",
        "drawn": r"[\d./~-]{0,6000}",
        "seed": r"\d{1,10}",
        "dim": r"\d{1,2}",
        "layers": r"\d{1,3}",
        "units": r"\d{1,4}",
        "batch": r"\d{1,4}",
        "optimiser": "|".join(OPTIMISERS),
        "knobs": _NUMBERS + "{1,400}",
        "events": _NUMBERS + "{1,3000}",
        "step": r"\d{1,5}",
        "speed": r"\d{1,4}",
        "hide": r"[a-z]{1,7}",
        "time": r"[0-4]",  # of a flow, in fifths
    }
)


def laboratory(elem_id: str, tab: str) -> gr.HTML:
    """The result widget of ``tab``; its value is what ``read_state`` reads.

    It wants the fields ``mode`` and ``laboratory`` (its own value) from ``links.connect``, and
    rests while the mode is another than "laboratory".
    """
    functions = (poll, play, pause, step, edit, stop)
    server = [served(start, "run"), *(served(one, one.__name__) for one in functions)]
    names = [*SIZES, "optimiser"]
    sizes = {name: getattr(FIRST, name) for name in names}
    return widget(
        "laboratory",
        "",
        elem_id=elem_id,
        server=server,
        emits=["ready"],
        tab=tab,
        prefix=elem_id,
        data=DATA,
        models={name: variant.title for name, variant in variants().items()},
        first={"models": FIRST.models, "data": FIRST.data, "dim": FIRST.latent_dim, **sizes},
        plain=state(FIRST),
        presets=[
            {
                "name": name,
                "title": preset.title,
                "watch": preset.watch,
                "state": state(preset.settings),
                "until": preset.steps,
            }
            for name, preset in PRESETS.items()
        ],
        sizes=SIZES,
        optimisers=OPTIMISERS,
        opening=OPENING,
        most={"models": MOST_MODELS, "steps": MOST_STEPS},
    )


def state(settings: Settings) -> dict[str, Any]:
    """Settings as the page holds what a run follows from; points drawn by hand are its own."""
    found = dataclasses.asdict(settings)
    del found["drawn"]
    return {**found, "dim": found.pop("latent_dim"), "models": list(settings.models)}


def start(
    settings: Settings,
    events: Sequence[Event],
    until: Step,
    resume: bool = False,
) -> dict[str, Any]:
    """A new run, which trains up to step ``until``, or on from there if it is to ``resume``."""
    session.one_thread()
    from backend.laboratory.run import describe, floor
    from backend.laboratory.service import LABORATORY

    key = LABORATORY.start(settings, events)
    run = LABORATORY.session(key).run
    if until:
        LABORATORY.play(key, MOST_STEPS if resume else until)
    return {
        "key": key,
        "models": describe(run),
        "turnable": {name: knob._asdict() for name, knob in knobs().items()},
        "real": as_base64(run.shown.numpy()),
        "floor": floor(settings)._asdict(),
        "modes": run.plane.mode_count,
        **_answer(key, -1, [], []),
    }


def poll(key: str, version: int, terms: Rows, scores: Rows) -> dict[str, Any]:
    """How the run stands, and what there is to see if it is not at ``version`` any more.

    ``terms`` and ``scores`` are the numbers of rows of each model that the page has already.
    """
    return _kept(key, lambda lab: None, version, terms, scores)


def play(key: str, until: Step, pace: Annotated[float, pydantic.Field(ge=0, le=10_000)]) -> dict:
    """Train up to step ``until``, at most ``pace`` steps per second (0: as fast as it goes)."""
    return _kept(key, lambda lab: lab.play(key, until, pace))


def pause(key: str) -> dict:
    """Rest after the step that is being taken; how the run stands then.

    There is no frame with it: its scores take several times as long as the step.
    """

    def rest(lab: "Laboratory") -> None:
        lab.pause(key)
        with lab.session(key).busy:
            pass

    return _kept(key, rest)


def step(key: str, player: str | None, version: int, terms: Rows, scores: Rows) -> dict:
    """One step, or one of a single player."""
    return _kept(key, lambda lab: lab.step(key, player), version, terms, scores)


def edit(key: str, name: str, value: float) -> dict:
    """Turn a knob from the next step on."""
    return _kept(key, lambda lab: lab.edit(key, name, value))


def stop(key: str) -> dict:
    """Forget the run."""
    from backend.laboratory.service import LABORATORY

    LABORATORY.stop(key)
    return {}


def _kept(
    key: str,
    act: Callable[["Laboratory"], None],
    version: int | None = None,
    terms: Sequence[int] = (),
    scores: Sequence[int] = (),
) -> dict[str, Any]:
    """What the page is told after ``act``; ``{"gone": true}`` if there is no such run."""
    from backend.laboratory.service import LABORATORY, Gone

    try:
        act(LABORATORY)
        return _answer(key, version, terms, scores)
    except Gone:
        return {"gone": True}


def _answer(
    key: str, version: int | None, terms: Sequence[int], scores: Sequence[int]
) -> dict[str, Any]:
    """State of the run; with the frame if the page has another ``version`` (None: wants none)."""
    from backend.laboratory.service import LABORATORY

    kept = LABORATORY.session(key)
    run = kept.run
    state = LABORATORY.state(key)
    told: dict[str, Any] = {**state, "step": run.step}
    told["events"] = [list(event) for event in run.events if event.step <= run.step]
    told["knobs"] = run.values.copy()
    if version is None or (version == run.step and state["playing"]):
        return told
    with kept.busy:
        if not state["playing"]:
            for entry in run.missing():
                run.score(entry)
        frames = [
            _frame(run, entry, *(rows[i] if i < len(rows) else 0 for rows in (terms, scores)))
            for i, entry in enumerate(run.entries)
        ]
        code = script(run.settings, run.events, run.step)
        return {**told, "step": run.step, "frames": frames, "code": code}


def _frame(run: "Run", entry: "Entry", terms: int, scores: int) -> dict[str, Any]:
    """One square: points as base64 of float32, the critic as bytes, and new rows of numbers."""
    from backend.laboratory.run import view

    seen = view(run, entry)
    surface, pull = seen.pop("surface", None), seen.pop("pull", None)
    found: dict[str, Any] = {name: as_base64(points) for name, points in seen.items()}
    if surface is not None and pull is not None and entry.critic_kind:
        found |= _surface(surface, entry.critic_kind)
        length = np.linalg.norm(pull, axis=1)
        mean = float(np.nan_to_num(length).mean())
        found |= {"pull": as_base64(pull), "slope": mean}
    return found | {
        "step": entry.step,
        "problem": entry.problem,
        "from": {"terms": terms, "scores": scores},
        "terms": [[row.step, row.values] for row in entry.terms[terms:]],
        "scores": [[row.step, row.values] for row in entry.scores[scores:]],
    }


def _surface(values: np.ndarray, kind: Literal["logit", "value"]) -> dict[str, Any]:
    """A critic as bytes about its middle, 127.5: D = 0.5, or the median of its values."""
    values = np.nan_to_num(values.astype(np.float64), posinf=1e30, neginf=-1e30)
    if kind == "logit":
        low, high = 0.0, 1.0
        shares = 1 / (1 + np.exp(-values.clip(-50, 50)))
    else:
        middle = float(np.median(values))
        reach = max(float(np.abs(values - middle).max()), 1e-12)
        low, high = middle - reach, middle + reach
        shares = (values - low) / (high - low)
    return {"surface": as_base64((255 * shares).round(), np.uint8), "low": low, "high": high}


def script(settings: Settings, events: Sequence[Event], steps: int) -> str:
    """A short program with the same scores at step ``steps``."""
    plain = Settings()
    chosen = [
        f"    {name}={getattr(settings, name)!r},\n"
        for name in vars(plain)
        if getattr(settings, name) != getattr(plain, name) or name in ("data", "models", "seed")
    ]
    done = [tuple(event) for event in events if event[0] < steps]
    changes = f"events = [Event(*one) for one in {done!r}]\n" if done else ""
    return (
        "from backend.laboratory.run import train\n"
        f"from backend.laboratory.settings import {'Event, ' if done else ''}Settings\n\n"
        f"settings = Settings(\n{''.join(chosen)})\n{changes}"
        f"run = train(settings, steps={steps}{', events=events' if done else ''})\n"
        "for entry in run.entries:\n"
        "    print(entry.name, entry.scores[-1])\n"
    )
