"""The best critic of a GAN is p/(p + q), and its value 2 JSD - 2 ln 2 (Goodfellow et al., 2014).

https://arxiv.org/abs/1406.2661, proposition 1 and theorem 1. Here p and q are known, so that a
network trained on their draws alone can be held against the truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend.base import BaseConfig, GenerativeModel, Terms
from backend.device import seeded
from backend.nets.critics import flat_critic
from backend.objectives.divergences import gan_loss
from backend.theory.densities import LN2, Array, Mixture, grid, jsd
from backend.training import TrainConfig, fit

HIDDEN = (64, 64)
BATCH = 256  # draws of p, and of q, for each step
LEARNING_RATE = 1e-2
WHERE_DATA = 0.05  # of the highest (p + q)/2: below it there are hardly any draws to learn from
SLICE = 20  # steps between two states


@dataclass(frozen=True)
class State:
    """The critic after ``step`` steps.

    Attributes:
        d: D(x) on the grid, [n], in (0, 1).
        value: V(D) = E_p log D + E_q log(1 - D) in nats, by quadrature of the known densities.
        error: largest |D - D*| where there is data, see `Truth.data`.
    """

    step: int
    d: Array
    value: float
    error: float


@dataclass(frozen=True)
class Truth:
    """What the critic should become, on a grid x [n].

    Attributes:
        best: D*(x) = p/(p + q).
        data: where (p + q)/2 is at least ``WHERE_DATA`` of its highest value.
        jsd: Jensen-Shannon divergence of p and q in nats.
        value: V(D*) = 2 JSD - 2 ln 2.
    """

    x: Array
    p: Array
    q: Array
    best: Array
    data: NDArray[np.bool_]
    jsd: float
    value: float


class _Critic(GenerativeModel):
    """A critic between two given distributions: nothing else learns."""

    def __init__(self) -> None:
        super().__init__(BaseConfig())
        self.critic = flat_critic(1, HIDDEN)

    def loss(self, batch: tuple[Tensor, Tensor], player: str = "model") -> Terms:
        """``batch`` is draws of p and of q, each [B, 1]."""
        real, fake = (self.critic(x) for x in batch)
        return {"loss": gan_loss(real, True) + gan_loss(fake, False)}


def truth(p: Mixture, q: Mixture) -> Truth:
    """D* and its value, by quadrature."""
    x = grid(p, q)
    log_p, log_q = p.log_density(x), q.log_density(x)
    best = np.exp(log_p - np.logaddexp(log_p, log_q))
    middle = (np.exp(log_p) + np.exp(log_q)) / 2
    divergence = jsd(log_p, log_q, x)
    return Truth(
        x=x,
        p=np.exp(log_p),
        q=np.exp(log_q),
        best=best,
        data=middle >= WHERE_DATA * middle.max(),
        jsd=divergence,
        value=2 * divergence - 2 * LN2,
    )


def train(p: Mixture, q: Mixture, steps: int = 600, seed: int = 0) -> Iterator[State]:
    """States of the critic before the first step and after every ``SLICE``, up to ``steps``.

    The critic sees draws only, fresh ones at each step, spread evenly (`Mixture.draw`); the
    densities are used to judge it.
    """
    target = truth(p, q)
    with seeded(seed):
        model = _Critic()
    config = TrainConfig(
        steps=steps,
        batch_size=BATCH,
        lr=LEARNING_RATE,
        warmup=1,
        seed=seed,
        report_every=SLICE,
    )

    def draws(step: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng((seed, step))
        real, made = (torch.from_numpy(mix.draw(BATCH, rng)).float()[:, None] for mix in (p, q))
        return real, made

    yield _state(0, model, target)
    for report in fit(model, draws, config):
        yield _state(report.step, model, target)


@torch.no_grad()
def _state(step: int, model: _Critic, target: Truth) -> State:
    logits = model.critic(torch.from_numpy(target.x).float()[:, None]).cpu().double()
    log_d = torch.nn.functional.logsigmoid(logits).numpy()
    log_not_d = torch.nn.functional.logsigmoid(-logits).numpy()
    d = np.exp(log_d)
    return State(
        step=step,
        d=d,
        value=float(np.trapezoid(target.p * log_d + target.q * log_not_d, target.x)),
        error=float(np.abs(d - target.best)[target.data].max()),
    )
