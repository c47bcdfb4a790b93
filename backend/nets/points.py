"""Fully connected layers, and the decoder of points in the plane."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

NOISE = 0.1  # standard deviation of a point about its mean; data lie within a few units


def mlp(
    *sizes: int, activation: type[nn.Module] = nn.ReLU, batch_norm: bool = False
) -> nn.Sequential:
    """Linear layers with ``activation`` between them, batch-normalised before it if wanted."""
    layers: list[nn.Module] = []
    for a, b in pairwise(sizes):
        layers.append(nn.Linear(a, b))
        layers += [nn.BatchNorm1d(b)] if batch_norm else []
        layers.append(activation())
    return nn.Sequential(*layers[: -2 if batch_norm else -1])


class PointDecoder(nn.Module):
    """z [B, D] -> independent Gaussian coordinates [B, d] of standard deviation ``NOISE``."""

    def __init__(self, layers: nn.Sequential) -> None:
        super().__init__()
        self.layers = layers

    def mean(self, z: Tensor) -> Tensor:
        """``forward(z).mean`` alone, for who needs no density."""
        return self.layers(z)

    def forward(self, z: Tensor) -> Independent:
        mean = self.mean(z)
        return Independent(Normal(mean, torch.full_like(mean, NOISE), validate_args=False), 1)
