"""Normalizing flows: maps of codes whose inverse and Jacobian's determinant are known.

Each is a ``torch.distributions`` transform of vectors [..., B, D], whose parameters have a row for
each of the batch [B]: an encoder makes them. At parameters of 0 each is the identity, but for the
autoregressive step, whose gate starts at 0.88.
"""

from itertools import pairwise
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, TransformedDistribution, constraints
from torch.distributions.transforms import Transform
from torch.nn.functional import linear, logsigmoid, softplus

_ONE = 0.5413248546129181  # softplus of it is 1
_HALVINGS = 40  # of an interval: more than float32 resolves


class Flow(Transform):
    """A one-to-one map of vectors that remembers its last pair, so a draw need not be inverted."""

    domain = constraints.real_vector
    codomain = constraints.real_vector
    bijective = True

    def __init__(self) -> None:
        super().__init__(cache_size=1)


class Planar(Flow):
    """z + û tanh(w·z + b), for u and w [B, D], b [B] (Rezende & Mohamed 2015, eq. 10).

    https://arxiv.org/abs/1505.05770. û is u with its part along w changed (appendix A.1) so that
    w·û ≥ -1, without which it would have no inverse; here the change is 0 at w·u = 0.
    """

    def __init__(self, u: Tensor, w: Tensor, b: Tensor) -> None:
        super().__init__()
        along = (w * u).sum(-1)
        self.slope = softplus(along + _ONE) - 1  # w·û
        square = w.square().sum(-1).clamp(min=1e-12)
        self.u = u + ((self.slope - along) / square)[..., None] * w
        self.w, self.b = w, b

    def _call(self, x: Tensor) -> Tensor:
        return x + self.u * torch.tanh(self._along(x) + self.b)[..., None]

    def _inverse(self, y: Tensor) -> Tensor:
        """a + w·û tanh(a + b) = w·y rises with a = w·x, so halving an interval finds a.

        No gradient passes through the halving: learn from a draw, which is remembered.
        """
        wanted = self._along(y)
        with torch.no_grad():
            low, high = wanted - self.slope.abs(), wanted + self.slope.abs()
            for _ in range(_HALVINGS):
                middle = (low + high) / 2
                above = middle + self.slope * torch.tanh(middle + self.b) > wanted
                low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        return y - self.u * torch.tanh((low + high) / 2 + self.b)[..., None]

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        flat = 1 - torch.tanh(self._along(x) + self.b).square()
        return torch.log1p(self.slope * flat)

    def _along(self, x: Tensor) -> Tensor:
        return (self.w * x).sum(-1)


class Radial(Flow):
    """z + β (z - c) / (α + |z - c|), for centres c [B, D] and raw α, β [B] (ibid., eq. 14).

    α = softplus(``size``), β = α (softplus(``push`` + …) - 1), which is ≥ -α (appendix A.2).
    """

    def __init__(self, centre: Tensor, size: Tensor, push: Tensor) -> None:
        super().__init__()
        self.centre, self.alpha = centre, softplus(size)
        self.beta = self.alpha * (softplus(push + _ONE) - 1)

    def _call(self, x: Tensor) -> Tensor:
        away = x - self.centre
        return x + (self.beta / (self.alpha + _length(away)))[..., None] * away

    def _inverse(self, y: Tensor) -> Tensor:
        """The distance r of x solves r² + (α + β - r') r - α r' = 0, r' that of y."""
        away = y - self.centre
        far = _length(away)
        half = (self.alpha + self.beta - far) / 2
        r = (half.square() + self.alpha * far).sqrt() - half
        return self.centre + away / (1 + self.beta / (self.alpha + r))[..., None]

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        r = _length(x - self.centre)
        across = torch.log1p(self.beta / (self.alpha + r))
        along = torch.log1p(self.beta * self.alpha / (self.alpha + r).square())
        return (x.shape[-1] - 1) * across + along


class Masked(nn.Linear):
    """A linear layer whose output i keeps the inputs j with ``reads`` [inputs] ≤ ``upto`` [i]."""

    reads: Tensor
    upto: Tensor

    def __init__(self, reads: list[int], upto: list[int]) -> None:
        super().__init__(len(reads), len(upto))
        self.register_buffer("reads", torch.tensor(reads), persistent=False)
        self.register_buffer("upto", torch.tensor(upto), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.weight * (self.upto[:, None] >= self.reads), self.bias)


class MADE(nn.Module):
    """z [..., B, D], context [B, C] -> m and s [..., B, D]; of unit i they read z_1 … z_(i-1).

    Germain et al. 2015, https://arxiv.org/abs/1502.03509: unit k of a hidden layer may see the
    first d_k numbers, and each layer keeps to what the one before it may see.
    """

    def __init__(self, dim: int, context: int, hidden: tuple[int, ...]) -> None:
        super().__init__()
        order = list(range(1, dim + 1))
        most = max(dim - 1, 1)
        seen = [order, *([k % most + min(dim - 1, 1) for k in range(size)] for size in hidden)]
        self.layers = nn.ModuleList(Masked(a, b) for a, b in pairwise(seen))
        self.context = nn.Linear(context, hidden[0])
        self.out = Masked(seen[-1], [i - 1 for i in order] * 2)
        with torch.no_grad():
            self.out.bias[dim:] = 2.0  # an open gate, as in Kingma et al. 2016

    def forward(self, z: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        first, *rest = self.layers
        h = torch.relu(first(z) + self.context(context))
        for layer in rest:
            h = torch.relu(layer(h))
        m, s = self.out(h).chunk(2, -1)
        return m, s


FARTHEST = 1e6  # deviations from the mean: no density there that float32 can tell from none


class Autoregressive(Flow):
    """σ z + (1 - σ) m, where m and σ = sigmoid(s) of a unit depend on the units before it.

    Kingma et al. 2016, https://arxiv.org/abs/1606.04934, algorithm 1; with ``reverse`` the units
    are then put in the reverse order, so that the last come first in the next step.
    """

    def __init__(self, net: MADE, context: Tensor, reverse: bool) -> None:
        super().__init__()
        self.net, self.context, self.reverse = net, context, reverse

    def _call(self, x: Tensor) -> Tensor:
        m, s = self.net(x, self.context)
        gate = s.sigmoid()
        return self._turned(gate * x + (1 - gate) * m)

    def _inverse(self, y: Tensor) -> Tensor:
        """Unit by unit: each needs those before it. What gates of near 0 would send to infinity
        stays at ``FARTHEST``, so that a density of 0 is told as one and not as NaN."""
        y = self._turned(y) + torch.zeros_like(self.context[:, :1])  # one y may serve the batch
        x = torch.zeros_like(y)
        for i in range(y.shape[-1]):
            m, s = self.net(x, self.context)
            gate = s.sigmoid()
            found = ((y - (1 - gate) * m) / gate).clamp(-FARTHEST, FARTHEST)
            x = torch.cat([x[..., :i], found[..., i : i + 1], x[..., i + 1 :]], -1)
        return x

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return logsigmoid(self.net(x, self.context)[1]).sum(-1)

    def _turned(self, x: Tensor) -> Tensor:
        return x.flip(-1) if self.reverse else x


class Flowed(TransformedDistribution):
    """A Gaussian [B, D] after flows. No closed form gives its mean: ``mean`` is where μ goes.

    ``log_prob`` is exact at every z: of the last draw at once, else by the inverses.
    """

    def __init__(self, base: Distribution, flows: list[Flow]) -> None:
        super().__init__(base, list(flows), validate_args=False)

    @property
    def mean(self) -> Tensor:
        return self.steps(self.base_dist.mean)[-1]

    @property
    def mode(self) -> Tensor:
        return self.mean

    def steps(self, z: Tensor) -> list[Tensor]:
        """z [..., B, D] before the first flow and after each."""
        found = [z]
        for flow in self.transforms:
            found.append(cast(Any, flow)._call(found[-1]))  # leaves the remembered pair alone
        return found


def _length(x: Tensor) -> Tensor:
    """|x| over the last dimension, with a gradient at 0."""
    return (x.square().sum(-1) + 1e-12).sqrt()
