"""Encoder, decoder and classifier of small grey pictures."""

from dataclasses import dataclass
from itertools import pairwise
from math import prod

from torch import Tensor, nn
from torch.distributions import Bernoulli, Independent

from backend.base import BaseConfig, param


@dataclass(frozen=True, kw_only=True)
class ImageConfig(BaseConfig):
    data_shape: tuple[int, int, int] = param((1, 28, 28), "Channels, height, width")
    latent_dim: int = param(16, "Size of the code z", min=1, max=512)
    hidden: tuple[int, ...] = param((512, 256), "Units per hidden layer of the encoder")

    @classmethod
    def tiny(cls) -> "ImageConfig":
        return cls(data_shape=(1, 4, 4), latent_dim=2, hidden=(8,))


def mlp(*sizes: int) -> nn.Sequential:
    """Linear layers with ReLU between them."""
    layers = [layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


class Encoder(nn.Module):
    """x [B, C, H, W] -> features [B, outputs]"""

    def __init__(self, config: ImageConfig, outputs: int) -> None:
        super().__init__()
        self.layers = mlp(prod(config.data_shape), *config.hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x.flatten(1))


class Decoder(nn.Module):
    """z [B, D] -> independent Bernoulli pixels [B, C, H, W], the mirror of the encoder.

    A grey value in [0, 1] is read as the probability that a pixel is on, so ``log_prob`` of a
    grey picture is the expected log-probability of its binarisations.
    """

    def __init__(self, config: ImageConfig) -> None:
        super().__init__()
        self.shape = tuple(config.data_shape)
        self.layers = mlp(config.latent_dim, *reversed(config.hidden), prod(self.shape))

    def forward(self, z: Tensor) -> Independent:
        logits = self.layers(z).unflatten(1, self.shape)
        return Independent(Bernoulli(logits=logits, validate_args=False), len(self.shape))
