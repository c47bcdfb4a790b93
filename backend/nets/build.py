"""One configuration for points in the plane and small pictures: the nets that fit their shape."""

from dataclasses import dataclass
from math import prod
from typing import Any, Literal, Self

from torch import Tensor, nn

from backend.base import CodeConfig, param
from backend.nets.critics import Critic, Leaky, PairCritic, flat_critic
from backend.nets.images import PictureDecoder, downward, upward
from backend.nets.points import PointDecoder, mlp


@dataclass(frozen=True, kw_only=True)
class DataConfig(CodeConfig):
    data_shape: tuple[int, ...] = param((1, 28, 28), "Channels, height, width; or 2 for points")
    latent_dim: int = param(16, "Size of the code z", min=1, max=512)
    hidden: tuple[int, ...] = param((512, 256), "Units per hidden layer of the encoder")
    net: Literal["mlp", "conv"] = param("mlp", "Layers for pictures; points are given to an MLP")
    channels: int = param(32, "Channels of the first convolution", min=1, max=512)
    dense: int = param(0, "Units between convolutions and code; 0: no such layer", min=0, max=4096)

    @property
    def convolutional(self) -> bool:
        return self.net == "conv" and len(self.data_shape) == 3

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        small: dict[str, Any] = dict(data_shape=(1, 4, 4), latent_dim=2, hidden=(8,), channels=2)
        return cls(**(small | sizes))


class Encoder(nn.Module):
    """x [B, *data_shape] -> features [B, outputs]"""

    def __init__(self, config: DataConfig, outputs: int, batch_norm: bool = False) -> None:
        super().__init__()
        if config.convolutional:
            body, size = downward(
                config.data_shape, config.channels, nn.ReLU, batch_norm, config.dense
            )
            self.layers = nn.Sequential(*body, nn.Linear(size, outputs))
        else:
            sizes = prod(config.data_shape), *config.hidden, outputs
            self.layers = mlp(*sizes, batch_norm=batch_norm)
        self.flat = not config.convolutional

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x.flatten(1) if self.flat else x)


def build_encoder(config: DataConfig, outputs: int, *, batch_norm: bool = False) -> Encoder:
    return Encoder(config, outputs, batch_norm)


def build_pair_critic(
    config: DataConfig, hidden: tuple[int, ...], *, batch_norm: bool = False
) -> PairCritic:
    """Of x and its code: the critic's layers for x, then ``hidden`` for both."""
    critic = build_critic(config, batch_norm=batch_norm)
    return PairCritic(critic.body, critic.head.in_features, config.latent_dim, hidden)


def build_decoder(
    config: DataConfig, *, inputs: int | None = None, batch_norm: bool = False
) -> PictureDecoder | PointDecoder:
    """The mirror of the encoder, from codes with ``inputs`` (``latent_dim``) numbers to p(x|z)."""
    shape = config.data_shape
    inputs = inputs or config.latent_dim
    if config.convolutional:
        layers = upward(inputs, shape, config.channels, batch_norm, config.dense)
    else:
        layers = mlp(inputs, *reversed(config.hidden), prod(shape), batch_norm=batch_norm)
    return PictureDecoder(layers, shape) if len(shape) == 3 else PointDecoder(layers)


def build_critic(config: DataConfig, *, batch_norm: bool = False) -> Critic:
    """A critic of the size of the encoder."""
    if config.convolutional:
        sizes = config.data_shape, config.channels
        return Critic(*downward(*sizes, Leaky, batch_norm, config.dense))
    return flat_critic(prod(config.data_shape), config.hidden, batch_norm)
