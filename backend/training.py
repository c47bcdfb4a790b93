"""Training: one generator that the app streams, a script loops over and a test takes steps of."""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from backend.base import BaseConfig, Batch, GenerativeModel, param
from backend.device import seeded
from backend.files import replacing_tensors


@dataclass(frozen=True, kw_only=True)
class TrainConfig(BaseConfig):
    steps: int = param(1000, "Training steps", min=1)
    batch_size: int = param(128, "Examples per step", min=1)
    lr: float = param(1e-3, "Peak learning rate of Adam", min=0, max=10)
    warmup: int = param(100, "Steps over which the learning rate rises", min=1)
    decay: bool = param(True, "Let the learning rate fall to 0 along a cosine")
    clip: float = param(5.0, "Largest gradient norm", min=0)
    seed: int = param(0, "Seed of weights, batches and noise", min=0)
    precision: Literal["float32", "bfloat16"] = param("bfloat16", "On CUDA; CPUs use float32")
    report_every: int = param(1, "Steps between reports", min=1)


class StepReport(NamedTuple):
    step: int  # steps done
    terms: dict[str, float]  # of the last step, averaged over the batch
    lr: float
    clipped: float = 0.0  # share of the updates since the last report with a shortened gradient
    norm: float = 0.0  # mean length of their gradients, before any was shortened


class Diverged(ArithmeticError):
    """A loss stopped being a number; the message names the term."""


def fit(
    model: GenerativeModel,
    batches: Callable[[int], Batch],
    config: TrainConfig,
    *,
    state: Path | None = None,
    save_every: int = 500,
    peak: Callable[[int], float] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[StepReport]:
    """Trains ``model`` in place on its own device, yielding a report every ``report_every`` steps.

    ``batches(step)`` is the batch of a step, on the CPU. With ``state``, the run is saved there
    atomically every ``save_every`` steps and continues from it: on the CPU, a run that was
    killed ends with the same weights as one that was not. A step is saved after its report was
    dealt with: what the caller keeps of a report is there whenever the state is. Closing the
    generator stops training. ``peak`` gives the peak learning rate of a step, where that is not
    ``config.lr`` throughout. ``stop`` is asked after each report; where it says so, the run is
    saved and ends there; one that goes on asks before its first step, too. The optimisers, and
    what torch imports for them, are made at once.

    Raises:
        Diverged: a term is NaN or infinite. The model keeps the weights it had before that step.
        ValueError: ``state`` belongs to a run with another configuration.
    """
    return _fit(Trainer(model, config), batches, config, state, save_every, peak, stop)


def _fit(
    trainer: "Trainer",
    batches: Callable[[int], Batch],
    config: TrainConfig,
    state: Path | None,
    save_every: int,
    peak: Callable[[int], float] | None,
    stop: Callable[[], bool] | None,
) -> Iterator[StepReport]:
    model = trainer.model
    identity = _identity(model, config)
    done = _restore(state, identity, model, trainer.optimisers) if state and state.exists() else 0
    if done and stop and stop():
        return
    for step, batch in _prefetch(batches, done, config.steps, model.device):
        rate = _learning_rate(config, step, peak(step) if peak else config.lr)
        with seeded(config.seed + step):
            terms = trainer.step(step, batch, rate)
        done = step + 1
        saving = state and (done % save_every == 0 or done == config.steps)
        reporting = done % config.report_every == 0 or done == config.steps
        if saving or reporting:
            model.eval()
        if reporting:
            yield StepReport(done, checked(terms, done), rate, *trainer.gradients())
        ending = bool(reporting and stop and stop())
        if state and (saving or ending):
            _save(state, identity, model, trainer.optimisers, done)
        if ending:
            return


def steps_done(state: Path) -> int:
    """Steps behind a saved state; 0 where there is none."""
    if not state.exists():
        return 0
    with safe_open(state, "pt") as file:
        return int(file.metadata()["done"])


Optimiser = Literal["adam", "rmsprop", "sgd"]


def _optimiser(
    name: Optimiser, parameters: list[torch.nn.Parameter], lr: float, model: GenerativeModel
) -> torch.optim.Optimizer:
    """Adam has the model's own betas; the others are as torch has them, without momentum."""
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=lr)
    if name == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=lr)
    fused = model.device.type != "mps"
    return torch.optim.Adam(parameters, lr=lr, betas=model.betas, fused=fused)


class Trainer:
    """A model and an optimiser for each of its players: what ``fit`` takes steps with."""

    def __init__(
        self, model: GenerativeModel, config: TrainConfig, optimiser: Optimiser = "adam"
    ) -> None:
        self.model = model
        self.clip = config.clip or math.inf
        self.players = {name: model.player_parameters(name) for name in model.players}
        self.optimisers = {
            name: _optimiser(optimiser, parameters, config.lr, model)
            for name, parameters in self.players.items()
        }
        self._autocast = _autocast(model.device, config.precision)
        self.updates = self.clipped = 0  # of how many updates the gradient was shortened
        self.lengths = 0.0  # sum of the gradients' norms

    def step(
        self, number: int, batch: Batch, rate: float, players: Sequence[str] | None = None
    ) -> dict[str, Tensor]:
        """Moves the players that the plan names, or ``players``, once each; terms of all losses.

        The model stays in training mode. Random numbers come from the state of the caller.
        """
        self.model.step = number
        if not self.model.training:  # to walk through all modules takes a tenth of a small step
            self.model.train()
        terms: dict[str, Tensor] = {}
        for name in self.model.plan(number) if players is None else players:
            with self._autocast():
                losses = self.model.loss(batch, name)
            self._update(name, losses["loss"], rate)
            terms |= losses
        return terms

    def gradients(self) -> tuple[float, float]:
        """Share of the updates since the last call that were clipped; mean norm before that."""
        found = self.clipped / max(1, self.updates), self.lengths / max(1, self.updates)
        self.updates = self.clipped = 0
        self.lengths = 0.0
        return found

    def _update(self, player: str, loss: Tensor, rate: float) -> None:
        """One step of one player. A gradient that is not finite changes nothing."""
        parameters = self.players[player]
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        given = [g for g in gradients if g is not None]
        # Products of vectors with themselves: a tenth of the time of ``get_total_norm``.
        size = math.sqrt(sum(torch.dot(g, g) for g in map(torch.flatten, given)))
        if not math.isfinite(size):
            return
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        self.updates += 1
        self.lengths += size
        if size > self.clip:  # a shorter one is left as it is: spare the multiplication
            self.clipped += 1
            torch._foreach_mul_(given, self.clip / (size + 1e-6))
        optimiser = self.optimisers[player]
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.step()
        for parameter in parameters:
            parameter.grad = None


def checked(terms: dict[str, Tensor], step: int) -> dict[str, float]:
    """Terms as numbers; raises ``Diverged`` naming those of ``step`` that are none."""
    values = {name: float(value.detach()) for name, value in terms.items()}
    if bad := [name for name, value in values.items() if not math.isfinite(value)]:
        what = "is no longer a number" if len(bad) == 1 else "are no longer numbers"
        raise Diverged(f"step {step}: {', '.join(bad)} {what}")
    return values


def _learning_rate(config: TrainConfig, step: int, peak: float) -> float:
    rise = min(1.0, (step + 1) / config.warmup)
    fall = 0.5 * (1 + math.cos(math.pi * step / config.steps)) if config.decay else 1.0
    return peak * rise * fall


def _autocast(device: torch.device, precision: str) -> Callable[[], AbstractContextManager]:
    if device.type == "cuda" and precision == "bfloat16":
        return lambda: torch.autocast("cuda", torch.bfloat16)
    return nullcontext


def _prefetch(
    batches: Callable[[int], Batch], start: int, stop: int, device: torch.device
) -> Iterator[tuple[int, Batch]]:
    """Batches on ``device``; on CUDA the next one is made and pinned while this one is used."""
    if device.type != "cuda":
        for step in range(start, stop):
            yield step, _to(batches(step), device)
        return

    def pinned(step: int) -> Batch:
        batch = batches(step)
        if isinstance(batch, Tensor):
            return batch.pin_memory()
        return tuple(part.pin_memory() for part in batch)

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(pinned, start)
        for step in range(start, stop):
            batch = coming.result()
            if step + 1 < stop:
                coming = pool.submit(pinned, step + 1)
            yield step, _to(batch, device)


def _to(batch: Batch, device: torch.device) -> Batch:
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    return tuple(part.to(device, non_blocking=True) for part in batch)


def _identity(model: GenerativeModel, config: TrainConfig) -> str:
    """What must be equal for a run to be continued."""
    described = {"model": type(model).__qualname__, **asdict(model.config), **asdict(config)}
    described.pop("report_every")
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _save(
    path: Path,
    identity: str,
    model: GenerativeModel,
    optimisers: Mapping[str, torch.optim.Optimizer],
    done: int,
) -> None:
    # Tied weights share memory, which safetensors refuses: clone. State of no lasting value.
    state = {**model.state_dict(), **dict(model.named_buffers())}  # what no checkpoint keeps too
    tensors = {f"model.{key}": value.clone() for key, value in state.items()}
    for player, optimiser in optimisers.items():
        for index, values in optimiser.state_dict()["state"].items():
            for key, value in values.items():
                tensors[f"optimiser.{player}.{index}.{key}"] = value.clone()
    with replacing_tensors(path) as temporary:
        save_file(tensors, temporary, {"done": str(done), "identity": identity})


def _restore(
    path: Path,
    identity: str,
    model: GenerativeModel,
    optimisers: Mapping[str, torch.optim.Optimizer],
) -> int:
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
        if metadata["identity"] != identity:
            raise ValueError(
                f"{path} belongs to a run with another configuration. Remove it to start over."
            )
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no mapping)
    weights = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
    lasting = model.state_dict().keys()
    model.load_state_dict({key: value for key, value in weights.items() if key in lasting})
    for key in weights.keys() - lasting:
        model.get_buffer(key).copy_(weights[key])
    for player, optimiser in optimisers.items():
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith(f"optimiser.{player}."):
                index, name = key.removeprefix(f"optimiser.{player}.").split(".")
                state.setdefault(int(index), {})[name] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    return int(metadata["done"])
