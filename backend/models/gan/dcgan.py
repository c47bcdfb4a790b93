"""DCGAN: a GAN of strided convolutions and batch normalisation (Radford et al., 2016)."""

from dataclasses import dataclass
from typing import Literal

from torch import nn

from backend.base import Objective, param
from backend.models.gan import gan
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(gan.Config):
    latent_dim: int = param(100, "Size of the code z", min=1, max=512)
    net: Literal["mlp", "conv"] = param("conv", "Layers for pictures; points are given to an MLP")


@register
class DCGAN(gan.GAN):
    """The losses of ``gan`` with the nets of https://arxiv.org/abs/1511.06434.

    Batch normalisation in all layers but the generator's last and the critic's first. Departures:
    two strided layers instead of four, for pictures of 28 x 28; pixels lie in [0, 1]; in the
    plane the layers are fully connected.
    """

    config: Config
    objective = Objective(
        formulas={
            "critic": "−E log D(x) − E log(1 − D(G(z)))",
            "generator": "−E log D(G(z))",
        },
        terms={
            "critic_loss": "−E log D(x) − E log(1 − D(G(z)))",
            "generator_loss": "−E log D(G(z))",
        },
        note="The losses of the GAN; its nets are strided convolutions with batch normalisation.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(module.weight, std=0.02)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.weight, 1.0, 0.02)
                nn.init.zeros_(module.bias)

    @property
    def batch_norm(self) -> bool:
        return True
