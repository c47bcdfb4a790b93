"""What a run of the laboratory can be told, and what may be changed while it goes on."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Data = Literal["ring", "grid", "moons", "spiral", "lines", "drawn"]
DATA: dict[Data, str] = {
    "ring": "Ring of 8 Gaussians",
    "grid": "Grid of 25 Gaussians",
    "moons": "Two moons",
    "spiral": "Spiral",
    "lines": "Two parallel lines",
    "drawn": "Drawn by hand",
}
MODELS = {
    "gan": "GAN",
    "gan_minimax": "GAN, minimax",
    "wgan": "WGAN",
    "wgan_gp": "WGAN-GP",
    "vae": "VAE",
    "beta_vae": "β-VAE",
    "iwae": "IWAE",
    "wae_mmd": "WAE-MMD",
    "vae_gan": "VAE/GAN",
    "aae": "AAE",
    "alpha_gan": "α-GAN",
    "ae": "Auto-encoder",
}
MOST_MODELS = 3
MOST_STEPS = 20_000
MOST_EVENTS = 60
HIDDEN = (64, 64)  # units of every net of every model
BATCH = 128
CRITICS = ("critic", "code_critic")  # players that follow the critics' learning rate
ONLY = "only"  # name of the event that moves one player alone


class Knob(NamedTuple):
    """A number that may be changed during a run; ``models`` are those that have it, () all."""

    title: str
    default: float
    low: float
    high: float
    whole: bool = False
    models: tuple[str, ...] = ()


KNOBS = {
    "lr": Knob("Learning rate", 1e-3, 0, 10),
    "critic_lr": Knob(
        "Learning rate of critics",
        *(1e-3, 0, 10),
        models=("gan", "gan_minimax", "wgan", "wgan_gp", "vae_gan", "aae", "alpha_gan"),
    ),
    "critic_steps": Knob("Critic steps", 5, 1, 100, True, ("wgan", "wgan_gp")),
    "clip": Knob("Clip value c", 0.05, 1e-4, 10, models=("wgan",)),
    "penalty_weight": Knob("Gradient penalty λ", 1, 0, 1000, models=("wgan_gp",)),
    "beta": Knob("Weight β of the KL", 4, 0, 1000, models=("beta_vae",)),
    "samples": Knob("Codes k per point", 5, 1, 50, True, ("iwae",)),
    "mmd_weight": Knob("Weight λ of the MMD", 10, 0, 1000, models=("wae_mmd",)),
    "feature_weight": Knob("Weight γ of the features", 1, 0, 1000, models=("vae_gan",)),
    "l1_weight": Knob("Weight λ of the L1 error", 10, 0, 1000, models=("alpha_gan",)),
}


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


def check(settings: Settings, events: Iterable[Event] = ()) -> None:
    """Raises ValueError, with a sentence, for what cannot be run."""
    names = settings.models
    if not 1 <= len(names) <= MOST_MODELS or len(set(names)) < len(names):
        raise ValueError(f"Choose from one to {MOST_MODELS} different models.")
    for name in names:
        if name not in MODELS:
            raise ValueError(f"There is no model {name[:40]!r} here; choose from the list.")
    if not 0 <= settings.seed < 2**31:
        raise ValueError("The seed is a whole number from 0 to 2147483647.")
    if not 1 <= settings.latent_dim <= 16:
        raise ValueError(f"Codes have from 1 to 16 numbers; got {settings.latent_dim}.")
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
    if name not in KNOBS:
        raise ValueError(f"There is no setting {name[:40]!r}.")
    title, _, low, high, whole, _ = KNOBS[name]
    if isinstance(value, str) or not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{title} lies from {low:g} to {high:g}; got {value}.")
    if whole and value != int(value):
        raise ValueError(f"{title} is a whole number; got {value:g}.")
