"""Flow matching: noise is carried to data along a field of velocities (Lipman et al., 2023)."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.nets.build import DataConfig
from backend.nets.points import mlp
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    latent_dim: int = param(784, "Size of the code z, which is that of the data", min=1)
    stages: int = param(20, "Steps in which noise is carried to data", min=1, max=1000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.latent_dim != prod(self.data_shape):
            raise ValueError(
                "Flow matching carries a code to an item of the same size: its code has "
                f"{prod(self.data_shape)} numbers, not {self.latent_dim}."
            )

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        return super().tiny(**({"latent_dim": 16} | sizes))


@register(points=True)
class FlowMatching(LatentModel):
    """Minimises E |v(x_t, t) - (x - z)|² for x_t = (1 - t) z + t x, z ~ N(0, I), t uniform.

    https://arxiv.org/abs/2210.02747, with straight paths between independent pairs, as rectified
    flow (Liu et al. 2023, https://arxiv.org/abs/2209.03003) begins. The best v is the mean of
    x - z over all pairs whose line passes there, so what is carried bends where lines cross. A
    code z is decoded by dx/dt = v(x, t) from t = 0 to 1, in midpoint steps, and the way back is
    its encoder. Departure: the smallest deviation σ_min of the paper is 0.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    objective = Objective(
        formulas={"model": "E |v((1 − t) z + t x, t) − (x − z)|²"},
        terms={"mse": "|v((1 − t) z + t x, t) − (x − z)|²"},
        note="No game and no bound: a regression, whose loss stays above 0 where lines cross.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        size = config.latent_dim
        self.net = mlp(size + 1, *config.hidden, size, activation=nn.SiLU)
        self.prior = StandardNormal(size)

    def velocity(self, x: Tensor, t: Tensor) -> Tensor:
        """v [B, D] at places x [B, D] and times t [B, 1]."""
        return self.net(torch.cat([x, t], 1))

    def course(self, z: Tensor) -> Iterator[Tensor]:
        """Where codes [B, D] stand after each of ``stages`` equal steps of time from 0 to 1."""
        for stage in range(self.config.stages):
            z = self._carried(z, stage / self.config.stages, 1 / self.config.stages)
            yield z

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        z, stages = x.flatten(1), self.config.stages
        for stage in range(stages):
            z = self._carried(z, 1 - stage / stages, -1 / stages)
        return Deterministic(z)

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        *_, x = self.course(z)
        return Deterministic(x.view(-1, *self.config.data_shape))

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        x = batch.flatten(1)
        z, t = torch.randn_like(x), torch.rand_like(x[:, :1])
        off = self.velocity((1 - t) * z + t * x, t) - (x - z)
        mse = off.square().sum(1).mean()
        return {"loss": mse, "mse": mse}

    def _carried(self, x: Tensor, time: float, step: float) -> Tensor:
        """One midpoint step of the differential equation."""
        at = torch.full_like(x[:, :1], time)
        middle = x + 0.5 * step * self.velocity(x, at)
        return x + step * self.velocity(middle, at + 0.5 * step)
