"""A sure critic stops the minimax generator, not the non-saturating one (Goodfellow et al., 2014).

https://arxiv.org/abs/1406.2661, section 3; Arjovsky & Bottou 2017
(https://arxiv.org/abs/1701.04862) prove it. A GAN of the playground is used as it is: the critic
learns, the generator stands still, and both losses are asked for their gradient at the same
weights and the same noise.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from backend.device import seeded
from backend.models.gan.gan import GAN, Config
from backend.training import TrainConfig, fit

HIDDEN = (64, 64)
BATCH = 256
SPREAD = 0.5  # standard deviation of the data about their centre
SLICE = 10  # steps of the critic between two states
Objective = Literal["minimax", "non-saturating"]


@dataclass(frozen=True)
class State:
    """After ``step`` steps of the critic.

    Attributes:
        score: mean D(G(z)) over the samples.
        minimax: Euclidean norm, over all the generator's weights, of the gradient of
            E log(1 - D(G(z))).
        non_saturating: the same of -E log D(G(z)).
    """

    step: int
    score: float
    minimax: float
    non_saturating: float

    @property
    def ratio(self) -> float:
        """Minimax over non-saturating."""
        return self.minimax / self.non_saturating


def train(distance: float, steps: int = 200, rate: float = 3e-3, seed: int = 0) -> Iterator[State]:
    """States before the first step of the critic and after every ``SLICE``, up to ``steps``.

    Data are N((``distance``, 0), 0.5² I) in the plane; the untrained generator's samples lie
    about the origin. ``rate`` is the critic's learning rate, constant.
    """
    with seeded(seed):
        model = GAN(Config(data_shape=(2,), latent_dim=2, hidden=HIDDEN))
    model.plan = lambda step: ["critic"]  # type: ignore[method-assign]  # this one game only
    config = TrainConfig(
        steps=steps,
        batch_size=BATCH,
        lr=rate,
        warmup=1,
        decay=False,
        seed=seed,
        report_every=SLICE,
    )

    def data(step: int) -> Tensor:
        rng = np.random.default_rng((seed, step))
        points = SPREAD * rng.standard_normal((BATCH, 2)) + (distance, 0.0)
        return torch.from_numpy(points).float()

    yield _state(0, model, seed)
    for report in fit(model, data, config):
        yield _state(report.step, model, seed)


def _state(step: int, model: GAN, seed: int) -> State:
    with torch.no_grad(), seeded(seed):
        score = model.critic(model.made(BATCH)).sigmoid().mean()
    norms = (gradient_norm(model, objective, seed) for objective in ("minimax", "non-saturating"))
    return State(step, float(score), *norms)


def gradient_norm(model: GAN, objective: Objective, seed: int) -> float:
    """Norm of the generator's gradient if it minimised ``objective``, on noise of ``seed``."""
    kept = model.config
    try:
        model.config = replace(kept, objective=objective)
        with seeded(seed):
            loss = model.loss(torch.zeros(BATCH, 2), "generator")["loss"]
    finally:
        model.config = kept
    gradients = torch.autograd.grad(loss, model.player_parameters("generator"))
    return float(torch.cat([g.flatten() for g in gradients]).cpu().double().norm())
