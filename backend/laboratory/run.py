"""One run: models that take the same steps on the same batches, and what there is to see."""

import dataclasses
import functools
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from backend.base import LatentModel
from backend.corpora.plane import EXTENT, Plane, plane
from backend.device import seeded
from backend.evaluation.points import N, Scores, scores
from backend.laboratory.settings import (
    MOST_EVENTS,
    MOST_STEPS,
    ONLY,
    Event,
    Settings,
    check,
    check_knob,
    is_critic,
    knobs,
    variants,
)
from backend.models.flow.flow_matching import FlowMatching
from backend.registry import model_class
from backend.training import Diverged, TrainConfig, Trainer, checked

SCORE_EVERY = 100  # steps
KEEP_EVERY = 10  # steps between kept terms
SHOWN = 400  # samples of a frame
ARROWS = 64  # of them, those with an arrow; also the points that are reconstructed
SURFACE = 40  # values of the critic along each axis, over ±EXTENT
MESH = 13  # codes of the manifold along each axis, over ±MESH_EXTENT
MESH_EXTENT = 2.0
TIMES = 6  # of a flow that are shown, from 0 to 1
ARROWS_ASIDE = 12  # velocities along each axis, over ±EXTENT
FRESH = 2**31 - 1  # seed of the points that nothing is trained on


_LN2 = math.log(2)
_TOLD_APART = {"value": 2 * _LN2, "text": "2 ln 2"}
# A critic that sees one real and two made points of one distribution says D = 1/3.
_OF_THREE = {"value": 3 * math.log(3) - 2 * _LN2, "text": "3 ln 3 − 2 ln 2"}
# Losses where samples and data cannot be told apart and the critic is the best there is
# (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661), nats.
OPTIMA: dict[str, dict[str, dict[str, Any]]] = {
    "gan": {"critic_loss": _TOLD_APART, "generator_loss": {"value": _LN2, "text": "ln 2"}},
    "gan_minimax": {
        "critic_loss": _TOLD_APART,
        "generator_loss": {"value": -_LN2, "text": "−ln 2"},
    },
    "iwgan": {"critic_loss": _TOLD_APART, "generator_loss": {"value": _LN2, "text": "ln 2"}},
    "bigan": {"pair_critic_loss": _TOLD_APART, "generator_loss": _TOLD_APART},
    "ali": {"pair_critic_loss": _TOLD_APART, "generator_loss": _TOLD_APART},
    "aae": {"code_critic_loss": _TOLD_APART},
    "vae_gan": {"critic_loss": _OF_THREE},
    "alpha_gan": {"critic_loss": _OF_THREE, "code_critic_loss": _TOLD_APART},
}


class Row(NamedTuple):
    """Numbers of one model after ``step`` steps."""

    step: int
    values: dict[str, float]


class Entry:
    """One model of a run.

    Attributes:
        own: knobs that are fields of its configuration.
        critic_kind: "logit" or "value", empty without a critic of points.
        problem: why it has stopped, a sentence; empty while it can go on.
        terms: of its losses, at every tenth step and the last.
        scores: at every hundredth step and where someone stopped to look.
    """

    def __init__(self, name: str, settings: Settings, values: dict[str, float]) -> None:
        self.name = name
        variant = variants()[name]
        kind = cast("type[LatentModel]", model_class(variant.model))
        fields = [field.name for field in dataclasses.fields(kind.Config)]
        self.own = {key for key, knob in knobs().items() if name in knob.models and key in fields}
        config = kind.Config(
            data_shape=(2,),
            latent_dim=settings.latent_dim,
            **dict.fromkeys(
                (field for field in fields if field.endswith("hidden")),  # of every net
                (settings.units,) * settings.layers,
            ),
            **variant.fixed,
            **{key: _number(key, values[key]) for key in self.own},
        )
        with seeded(settings.seed):
            self.model = kind(config)
        self.trainer = Trainer(self.model, TrainConfig(seed=settings.seed), settings.optimiser)
        self.critic_kind = self.model.critic_kind if hasattr(self.model, "critic") else ""
        self.parameters = [p.detach() for p in self.model.parameters()]
        self.problem = ""
        self.step = 0
        self.terms: list[Row] = []
        self.scores: list[Row] = []
        self._before = [p.clone() for p in self.parameters]  # the step that is being taken
        self._good = [p.clone() for p in self.parameters]  # a step whose terms were all finite

    def set(self, name: str, value: float) -> None:
        """Turn a knob of the model; others are the run's business."""
        if name in self.own:
            changed = {name: _number(name, value)}
            self.model.config = dataclasses.replace(self.model.config, **changed)

    def take(
        self, step: int, batch: Tensor, rates: Callable[[str], float], players: list[str] | None
    ) -> None:
        """Step number ``step`` (from 0); a term that is no number stops this model for good."""
        planned = self.model.plan(step) if players is None else players
        planned = [player for player in planned if player in self.model.players]
        torch._foreach_copy_(self._before, self.parameters)
        terms: dict[str, Tensor] = {}
        for player in planned:
            terms |= self.trainer.step(step, batch, rates(player), [player])
        try:
            values = checked(terms, step + 1)
        except Diverged as error:
            torch._foreach_copy_(self.parameters, self._good)
            self.step = max(0, self.step - 1)  # the losses of the last step were those before it
            self.problem = f"Stopped at {error}. Shown is the last good state, step {self.step}."
            return
        self._before, self._good = self._good, self._before
        self.step = step + 1
        if values and (self.step % KEEP_EVERY == 0 or not self.terms):
            self.terms.append(Row(self.step, values))

    @torch.no_grad()
    def samples(self, n: int, seed: int) -> Tensor:
        """[n, 2]; the same noise for the same seed, so that frames can be compared.

        A plain auto-encoder has no prior: codes from N(0, I) show what lies between its own.
        """
        with seeded(seed):
            if hasattr(self.model, "prior"):
                return self.model.sample(n)
            return self.model.decode(torch.randn(n, self.model.config.latent_dim)).sample()


class Run:
    """Models that are trained side by side; everything follows from settings and events."""

    def __init__(self, settings: Settings, events: Iterable[Event] = ()) -> None:
        """Raises ValueError, with a sentence, for what cannot be run."""
        self.events = sorted(events, key=lambda event: event.step)
        check(settings, self.events)
        self.settings = settings
        self.plane = source(settings)
        self.values = {name: knob.default for name, knob in knobs().items()} | dict(settings.knobs)
        self.entries = [Entry(name, settings, self.values) for name in settings.models]
        self.step = 0
        self.shown = self.plane.draw(SHOWN, FRESH)
        self.fresh = self.plane.draw(N, FRESH - 1).numpy()  # nothing is trained on these

    @property
    def over(self) -> str:
        """Why no further step can be taken; empty if it can."""
        if self.step >= MOST_STEPS:
            return f"A run ends after {MOST_STEPS:,} steps. Reset to start a new one."
        return "" if any(not entry.problem for entry in self.entries) else "All models stopped."

    def edit(self, name: str, value: float) -> None:
        """Turn a knob from this step on; raises ValueError if that cannot be."""
        check_knob(name, value)
        self._forget_future()
        same = [e for e in self.events if (e.step, e.name) == (self.step, name)]
        self.events = [event for event in self.events if event not in same]
        self._note(Event(self.step, name, value))
        self._apply()

    def advance(self, player: str | None = None) -> None:
        """One step of every model that can go on; with ``player`` of that player alone.

        Raises:
            ValueError: no model here has such a player.
        """
        if player is not None:
            if all(player not in entry.model.players for entry in self.entries):
                raise ValueError(f"No model here has a player {player[:40]!r}.")
            self._forget_future()
            self._note(Event(self.step, ONLY, player))
        with seeded(self.settings.seed):
            self.advance_seeded()

    def advance_seeded(self) -> None:
        """One step; the caller has forked the random state, see ``backend.device.seeded``."""
        only = self._apply()
        batch = self.plane.draw(self.settings.batch, _batch_seed(self.settings.seed, self.step))
        for entry in self.entries:
            if not entry.problem:
                torch.default_generator.manual_seed(self.settings.seed + self.step)
                entry.take(self.step, batch, self._rate, only)
        self.step += 1

    def unscored(self) -> list[Entry]:
        """Those whose scores are due at this step."""
        return self.missing() if self.step % SCORE_EVERY == 0 else []

    def missing(self) -> list[Entry]:
        """Those without scores at this step."""
        return [e for e in self.entries if not e.scores or e.scores[-1].step != e.step]

    def score(self, entry: Entry) -> None:
        """Scores of 10,000 samples; what takes longest."""
        samples = entry.samples(N, self.settings.seed + FRESH).numpy()
        found = scores(self.plane, self.fresh, samples)
        entry.scores.append(Row(entry.step, found._asdict()))

    def _apply(self) -> list[str] | None:
        """What the events before this step change; the player that alone moves, if any."""
        only = None
        for event in self.events:
            if event.step == self.step and event.name == ONLY:
                only = [str(event.value)]
            elif event.step == self.step:
                self.values[event.name] = float(event.value)
                for entry in self.entries:
                    entry.set(event.name, float(event.value))
        return only

    def _note(self, event: Event) -> None:
        if len(self.events) >= MOST_EVENTS:
            raise ValueError(
                f"A run can hold {MOST_EVENTS} changes and single moves. Reset to start a new one."
            )
        self.events.append(event)

    def _forget_future(self) -> None:
        """Whoever changes the past has another future; a link may have brought one."""
        self.events = [event for event in self.events if event.step <= self.step]

    def _rate(self, player: str) -> float:
        return self.values["critic_lr" if is_critic(player) else "lr"]


def train(
    settings: Settings,
    steps: int,
    events: Iterable[Event] = (),
    rest: Callable[[], object] = lambda: None,
) -> Run:
    """A run after ``steps`` steps, with scores at every hundredth step and the last.

    ``rest`` is called between two steps.

    >>> run = train(Settings(models=("vae",)), steps=2)
    >>> run.entries[0].scores[-1].step
    2

    Raises:
        ValueError: the settings cannot be run; the sentence says why.
    """
    run = Run(settings, events)
    for entry in run.missing():
        run.score(entry)
    while run.step < steps and not run.over:
        run.advance()
        rest()
        for entry in run.missing() if run.step == steps or run.over else run.unscored():
            run.score(entry)
    return run


def source(settings: Settings) -> Plane:
    """The distribution that the run learns; raises ValueError for one that cannot be."""
    return plane(settings.data, theta=settings.theta, drawn=settings.drawn)


def floor(settings: Settings) -> Scores:
    """Scores of the data themselves: what a perfect model would get."""
    found = source(settings)
    return scores(found, *(found.draw(N, FRESH - k).numpy() for k in (1, 2)))


def view(run: Run, entry: Entry) -> dict[str, np.ndarray]:
    """What one square shows, all float32 but the surface.

    - samples [400, 2]; mesh [13 * 13, 2] for codes of two numbers, [101, 2] for one;
    - of an encoder: copies [64, 2], reconstructions of the first points shown;
    - of a critic of points: surface [40, 40] in rows from the bottom, its values as given to
      the sigmoid or as they are; pull [64, 2], the gradient at the first samples of what their
      generator is paid for;
    - of a flow, at six times from 0 to 1: course [6 * 400, 2], where the samples stand, and
      field [6 * 144, 2], the velocities at a lattice in rows from the bottom.
    """
    entry.model.eval()  # clips a critic whose weights are held in a box
    found = {"samples": entry.samples(SHOWN, run.settings.seed)}
    with torch.no_grad():
        if (codes := _mesh(run.settings.latent_dim)) is not None:
            found["mesh"] = entry.model.decode(codes).mean
        if "encode" in entry.model.capabilities:
            codes = entry.model.encode(run.shown[:ARROWS]).mean
            found["copies"] = entry.model.decode(codes).mean
        if critic := getattr(entry.model, "critic", None):
            found["surface"] = critic(_lattice(SURFACE)).view(SURFACE, SURFACE)
        if isinstance(entry.model, FlowMatching):
            found |= _flow(entry.model, run.settings.seed)
    if critic:
        found["pull"] = _pull(entry.model, found["samples"][:ARROWS])
    return {name: value.numpy() for name, value in found.items()}


def _pull(model: LatentModel, x: Tensor) -> Tensor:
    """∇ at x of what the generator maximises there, [n, 2]."""
    x = x.clone().requires_grad_()
    game: Any = model  # one with a critic
    return torch.autograd.grad(game.reward(game.critic(x)).sum(), x)[0]


def _flow(model: FlowMatching, seed: int) -> dict[str, Tensor]:
    """The samples of ``Entry.samples`` on their way, and what carries them."""
    with seeded(seed):
        z = model.prior().sample((SHOWN,))
    course = torch.stack([z, *model.course(z)])
    shown = torch.linspace(0, len(course) - 1, TIMES).round().long()
    places = _lattice(ARROWS_ASIDE)
    times = torch.linspace(0, 1, TIMES).repeat_interleave(len(places))[:, None]
    return {
        "course": course[shown].flatten(0, 1),
        "field": model.velocity(places.repeat(TIMES, 1), times),
    }


@functools.cache
def _lattice(side: int) -> Tensor:
    """Middles of the cells of a square of ``side`` cells a row, x fastest: [side * side, 2]."""
    ticks = (torch.arange(side) + 0.5) * (2 * EXTENT / side) - EXTENT
    y, x = torch.meshgrid(ticks, ticks, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], 1)


@functools.cache
def _mesh(dim: int) -> Tensor | None:
    """Codes of a mesh, one after the other; nothing can be drawn of more than two numbers."""
    if dim == 1:
        return torch.linspace(-MESH_EXTENT, MESH_EXTENT, 101)[:, None]
    ticks = torch.linspace(-MESH_EXTENT, MESH_EXTENT, MESH)
    return torch.cartesian_prod(ticks, ticks) if dim == 2 else None


def _batch_seed(seed: int, step: int) -> int:
    """Another one than that of the step's noise, or the two would be alike."""
    return (seed * 1_000_003 + step) % 2**31 + 2**31


def _number(name: str, value: float) -> float:
    return int(value) if knobs()[name].whole else float(value)


def describe(run: Run) -> list[dict[str, Any]]:
    """Of each model: its name, players, parameters, and whether its critic gives logits."""
    return [
        {
            "name": entry.name,
            "title": variants()[entry.name].title,
            "players": list(entry.model.players),
            "parameters": sum(math.prod(p.shape) for p in entry.parameters),
            "critic": entry.critic_kind,
            "encodes": "encode" in entry.model.capabilities,
            "optima": OPTIMA.get(entry.name, {}),
        }
        for entry in run.entries
    ]
