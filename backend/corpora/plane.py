"""Distributions of points in the plane, small enough to see what a model does to them.

Each is a mixture of round Gaussians of deviation ``SIGMA`` about equally likely centres: eight of
them, or a thousand along a curve. So the density is known, every batch can be drawn anew, and a
decoder whose noise has the same deviation (``backend.nets.points.NOISE``) can be perfect.
"""

import functools
import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor

Name = Literal["ring", "grid", "moons", "spiral", "lines", "drawn"]
NAMES: tuple[Name, ...] = get_args(Name)
SIGMA = 0.1
EXTENT = 3.2  # nearly all points lie within this distance of 0 along each axis
MOST_DRAWN = 300
DENSE = 500  # centres along one curve


class Plane(NamedTuple):
    """Centres [k, 2], float32, and the mode that each belongs to [k], int64."""

    centres: Tensor
    modes: Tensor

    @property
    def mode_count(self) -> int:
        return int(self.modes.max()) + 1

    def draw(self, n: int, seed: int) -> Tensor:
        """``n`` points, float32 [n, 2]; the same for the same seed."""
        generator = torch.Generator().manual_seed(seed)
        rows = torch.randint(len(self.centres), (n,), generator=generator)
        return torch.randn(n, 2, generator=generator).mul_(SIGMA).add_(self.centres[rows])

    def log_density(self, x: Tensor) -> Tensor:
        """log p(x) in nats for x [n, 2]: [n]; exact."""
        squared = (x[:, None] - self.centres[None]).square().sum(-1)
        constant = math.log(2 * math.pi * SIGMA**2 * len(self.centres))
        return (-squared / (2 * SIGMA**2)).logsumexp(1) - constant


def plane(name: Name, *, theta: float = 1.0, drawn: Sequence[tuple[float, float]] = ()) -> Plane:
    """The distribution called ``name``.

    Args:
        name: "ring" is eight Gaussians on a circle of radius 2, "grid" five by five of them at
            distance 1; "moons", "spiral" and "lines" are curves; "drawn" has the given centres.
        theta: distance of the two lines, from 0 to 4.
        drawn: from 2 to 300 points within ±3.2.

    Raises:
        ValueError: ``theta`` or ``drawn`` cannot be used; the sentence says why.
    """
    if name == "lines" and not 0 <= theta <= 4:
        raise ValueError(f"The two lines lie from 0 to 4 apart; got {theta:g}.")
    if name == "drawn":
        _check_drawn(drawn)
    return _plane(
        name,
        theta if name == "lines" else 0.0,
        tuple(map(tuple, drawn)) if name == "drawn" else (),
    )


def _check_drawn(points: Sequence[tuple[float, float]]) -> None:
    if len(points) < 2:
        have = "one point" if points else "no point"
        raise ValueError(
            f"The drawing has {have}. A model needs at least two to have something to learn; "
            "draw some more."
        )
    if len(points) > MOST_DRAWN:
        raise ValueError(f"The drawing has {len(points):,} points; at most {MOST_DRAWN} are used.")
    if not all(abs(value) <= EXTENT for point in points for value in point):
        raise ValueError(f"A drawn point lies outside of ±{EXTENT:g}.")


@functools.lru_cache(maxsize=64)
def _plane(name: Name, theta: float, drawn: tuple[tuple[float, float], ...]) -> Plane:
    if name == "ring":
        angle = torch.arange(8) * (math.pi / 4)
        return _each_a_mode(2 * torch.stack([angle.cos(), angle.sin()], 1))
    if name == "grid":
        ticks = torch.arange(-2.0, 3.0)
        return _each_a_mode(torch.cartesian_prod(ticks, ticks))
    if name == "drawn":
        return Plane(torch.tensor(drawn), torch.zeros(len(drawn), dtype=torch.int64))
    along = torch.linspace(0, 1, DENSE)
    if name == "lines":
        y = 4 * along - 2
        x = torch.full_like(y, theta / 2)
        return _curves(torch.stack([-x, y], 1), torch.stack([x, y], 1))
    if name == "moons":
        arc = torch.stack([(math.pi * along).cos(), (math.pi * along).sin()], 1)
        shift = torch.tensor([0.5, 0.25])
        return _curves(1.5 * (arc - shift), 1.5 * (shift - arc))
    angle = 4 * math.pi * along.sqrt()  # two turns; the root spaces the centres evenly
    return _curves(0.19 * angle[:, None] * torch.stack([angle.cos(), angle.sin()], 1))


def _each_a_mode(centres: Tensor) -> Plane:
    return Plane(centres, torch.arange(len(centres)))


def _curves(*curves: Tensor) -> Plane:
    return Plane(torch.cat(curves), torch.arange(len(curves)).repeat_interleave(DENSE))
