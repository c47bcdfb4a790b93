"""What a run of the laboratory can be told, and what may be changed while it goes on.

Which models there are, and which of their settings are knobs, the models' own files say.
"""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NamedTuple, cast

from backend.registry import about, model_class, model_names

Optimiser = Literal["adam", "rmsprop", "sgd"]  # as backend.training, which needs torch
Data = Literal["ring", "grid", "moons", "spiral", "lines", "drawn"]
DATA: dict[Data, str] = {
    "ring": "Ring of 8 Gaussians",
    "grid": "Grid of 25 Gaussians",
    "moons": "Two moons",
    "spiral": "Spiral",
    "lines": "Two parallel lines",
    "drawn": "Drawn by hand",
}
MOST_MODELS = 3
MOST_STEPS = 20_000
MOST_EVENTS = 60
LAYERS, UNITS, BATCH = 2, 64, 128  # of every net of every model, unless a run says otherwise
OPTIMISERS: dict[Optimiser, str] = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}
SIZES = {  # what is chosen before a run -> how it is called, the least and the most
    "layers": ("Hidden layers of each net", 1, 4),
    "units": ("Units in a layer", 2, 256),
    "batch": ("Points in a batch", 2, 512),
}
ONLY = "only"  # name of the event that moves one player alone


class Variant(NamedTuple):
    """A model as the laboratory offers it: its name in the registry, with settings fixed."""

    model: str
    title: str
    fixed: dict[str, Any]


class Knob(NamedTuple):
    """A number that may be changed during a run; ``models`` are those that have it, () all."""

    title: str
    default: float
    low: float
    high: float
    whole: bool = False
    models: tuple[str, ...] = ()
    help: str = ""


LR = Knob("Learning rate", 1e-3, 0, 10, help="Step size; 0: nothing moves")
CRITIC_LR = Knob(
    "Learning rate of critics", 1e-3, 0, 10, help="Step size of the players that are critics"
)


def variants() -> dict[str, Variant]:
    """By name, what can be trained; needs no torch."""
    return _variants(tuple(model_names()))


def knobs() -> dict[str, Knob]:
    """By name, what can be turned: two learning rates, and what the models' ``Config`` marks as
    live. Imports the models.

    Raises:
        TypeError: a live setting has no range, or two of one name are not alike.
    """
    return _knobs(tuple(model_names()))


def is_critic(player: str) -> bool:
    """Whether a player follows the critics' learning rate: "critic", "code_critic" and such."""
    return player.endswith("critic")


@cache
def _variants(names: tuple[str, ...]) -> dict[str, Variant]:
    found = {}
    for name in names:
        for key, fixed in about(name).points.items():
            title = ", ".join([about(name).short, *(str(value) for value in fixed.values())])
            found[key] = Variant(name, title, fixed)
    return found


@cache
def _knobs(names: tuple[str, ...]) -> dict[str, Knob]:
    found = {"lr": LR, "critic_lr": CRITIC_LR}

    def add(name: str, knob: Knob, model: str) -> None:
        known = found.get(name, knob)
        if known._replace(models=()) != knob:
            raise TypeError(f"{model} has another knob {name!r} than {', '.join(known.models)}")
        found[name] = knob._replace(models=(*known.models, model))

    for key, variant in _variants(names).items():
        cls = model_class(variant.model)
        if any(is_critic(player) for player in cls.players):
            add("critic_lr", CRITIC_LR, key)
        for setting in dataclasses.fields(cls.Config):
            if setting.name not in variant.fixed and setting.metadata.get("live"):
                add(setting.name, _knob(setting), key)
    return found


def _knob(setting: dataclasses.Field) -> Knob:
    given, live = setting.metadata, setting.metadata["live"]
    high = given["max"] if live.max is None else live.max
    if given["min"] is None or high is None:
        raise TypeError(f"{setting.name} can be turned during a run, so it needs a min and a max")
    return Knob(
        title=live.title,
        default=cast(float, setting.default) if live.start is None else live.start,
        low=given["min"],
        high=high,
        whole=isinstance(setting.default, int),
        help=given["help"],
    )


class Event(NamedTuple):
    """Something that a person did before step ``step``: a knob turned, or one player moved.

    ``name`` is a knob and ``value`` its new value, or "only" and the name of a player: then this
    step moves that player alone, in the models that have it.
    """

    step: int
    name: str
    value: float | str


@dataclass(frozen=True, kw_only=True)
class Settings:
    data: Data = "ring"
    theta: float = 1.0  # distance of the two lines
    drawn: tuple[tuple[float, float], ...] = ()
    models: tuple[str, ...] = ("vae", "gan", "vae_gan")
    seed: int = 0
    latent_dim: int = 2
    knobs: Mapping[str, float] = field(default_factory=dict)  # others are at their defaults
    layers: int = LAYERS
    units: int = UNITS
    batch: int = BATCH
    optimiser: Optimiser = "adam"


def check(settings: Settings, events: Iterable[Event] = ()) -> None:
    """Raises ValueError, with a sentence, for what cannot be run."""
    names = settings.models
    if not 1 <= len(names) <= MOST_MODELS or len(set(names)) < len(names):
        raise ValueError(f"Choose from one to {MOST_MODELS} different models.")
    for name in names:
        if name not in variants():
            raise ValueError(f"There is no model {name[:40]!r} here; choose from the list.")
    if not 0 <= settings.seed < 2**31:
        raise ValueError("The seed is a whole number from 0 to 2147483647.")
    if not 1 <= settings.latent_dim <= 16:
        raise ValueError(f"Codes have from 1 to 16 numbers; got {settings.latent_dim}.")
    for name, (title, low, high) in SIZES.items():
        if not low <= getattr(settings, name) <= high:
            raise ValueError(f"{title} lies from {low} to {high}; got {getattr(settings, name)}.")
    for name, value in settings.knobs.items():
        check_knob(name, value)
    events = list(events)
    if len(events) > MOST_EVENTS:
        raise ValueError(f"A run can hold {MOST_EVENTS} changes; this one has {len(events)}.")
    for event in events:
        if not 0 <= event.step <= MOST_STEPS:
            raise ValueError(f"A change lies outside of the {MOST_STEPS:,} steps of a run.")
        if event.name != ONLY:
            check_knob(event.name, event.value)


def check_knob(name: str, value: float | str) -> None:
    """Raises ValueError unless there is such a knob and it can be set to ``value``."""
    if name not in knobs():
        raise ValueError(f"There is no setting {name[:40]!r}.")
    title, _, low, high, whole, *_ = knobs()[name]
    if isinstance(value, str) or not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{title} lies from {low:g} to {high:g}; got {value}.")
    if whole and value != int(value):
        raise ValueError(f"{title} is a whole number; got {value:g}.")
