"""Priors over codes: modules whose ``forward`` returns a distribution with event [D]."""

import torch
from torch import Tensor, nn
from torch.distributions import (
    Categorical,
    Distribution,
    Independent,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
)


class StandardNormal(nn.Module):
    """N(0, I) in ``dim`` dimensions."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.register_buffer("loc", torch.zeros(dim), persistent=False)

    def forward(self, context: Tensor | None = None) -> Distribution:
        return Independent(Normal(self.loc, torch.ones_like(self.loc)), 1)


class GaussianMixture(nn.Module):
    """A mixture of K Gaussians with full covariances: weights [K], means [K, D]."""

    def __init__(self, weights: Tensor, means: Tensor, scale_tril: Tensor) -> None:
        super().__init__()
        self.register_buffer("weights", weights)  # [K]
        self.register_buffer("means", means)  # [K, D]
        self.register_buffer("scale_tril", scale_tril)  # [K, D, D], lower Cholesky factors

    def forward(self, context: Tensor | None = None) -> Distribution:
        parts = MultivariateNormal(self.means, scale_tril=self.scale_tril)
        return MixtureSameFamily(Categorical(self.weights), parts)

    def scaled(self, temperature: float) -> Distribution:
        """The mixture with every component's standard deviation times ``temperature``."""
        parts = MultivariateNormal(self.means, scale_tril=self.scale_tril * temperature)
        return MixtureSameFamily(Categorical(self.weights), parts)
