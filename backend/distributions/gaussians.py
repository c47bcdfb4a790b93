"""Gaussians with full covariances."""

import math

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.types import _size


class Gaussians(Distribution):
    """N(μ_k, L_k L_kᵀ) for each of K: means [K, D], lower Cholesky factors [K, D, D]; event [D].

    ``torch.distributions.MultivariateNormal`` is the same, and draws the same for a seed. To
    compare two shapes it imports sympy, for which the first sample of a session waited a second.
    """

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012 (torch's protocol)
    has_rsample = True

    def __init__(self, means: Tensor, scale_tril: Tensor) -> None:
        self.means = means
        self.scale_tril = scale_tril
        super().__init__(means.shape[:1], means.shape[1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        return self.means

    @constraints.dependent_property(is_discrete=False, event_dim=1)
    def support(self) -> constraints.Constraint:
        return constraints.real_vector

    def rsample(self, sample_shape: _size = ()) -> Tensor:
        shape = torch.Size(sample_shape) + self.means.shape
        noise = torch.empty(shape, dtype=self.means.dtype, device=self.means.device).normal_()
        spread = (
            noise.reshape(-1, *self.means.shape).transpose(0, 1) @ self.scale_tril.mT
        )  # [K, n, D]
        return self.means + spread.transpose(0, 1).reshape(shape)

    def log_prob(self, value: Tensor) -> Tensor:
        """Nats, [..., K], of ``value`` [..., K or 1, D]."""
        away = value - self.means
        columns = away.reshape(-1, *self.means.shape).permute(1, 2, 0)
        white = torch.linalg.solve_triangular(self.scale_tril, columns, upper=False)  # [K, D, n]
        squares = white.square().sum(1).T.reshape(away.shape[:-1])
        log_volume = self.scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return -0.5 * (squares + self.means.shape[1] * math.log(2 * math.pi)) - log_volume
