"""CycleGAN: translates between two kinds of picture without pairs (Zhu et al., 2017)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from backend.base import BaseConfig, GenerativeModel, Live, Objective, Terms, param
from backend.nets.critics import Critic, Leaky
from backend.nets.images import downward
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(BaseConfig):
    data_shape: tuple[int, int, int] = param((3, 28, 28), "Channels, height, width")
    channels: int = param(16, "Channels of the first convolution", min=1, max=512)
    blocks: int = param(2, "Residual blocks of each translator", min=0, max=9)
    cycle_weight: float = param(
        10.0,
        "λ: weight of what a picture differs by after there and back",
        min=0,
        max=100,
        live=Live("Cycle λ"),
    )
    identity_weight: float = param(
        0.0, "Weight of what a picture differs by that is there already", min=0, max=100
    )

    @classmethod
    def tiny(cls) -> "Config":
        return cls(data_shape=(1, 8, 8), channels=2, blocks=1, identity_weight=0.5)


class Residual(nn.Module):
    """x + what two convolutions make of it; pictures [B, C, H, W]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1), nn.InstanceNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1), nn.InstanceNorm2d(channels),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Centred(nn.Module):
    """Pixels from 0 to 1 become -1 to 1, so that neither black nor white weighs more."""

    def forward(self, x: Tensor) -> Tensor:
        return 2 * x - 1


def translator(depth: int, channels: int, blocks: int) -> nn.Sequential:
    """Pictures [B, depth, H, W] to pictures in [0, 1] of the same size; H, W multiples of 4."""
    return nn.Sequential(
        Centred(),
        nn.Conv2d(depth, channels, 4, 2, 1, padding_mode="reflect"), nn.ReLU(),
        nn.Conv2d(channels, 2 * channels, 4, 2, 1), nn.InstanceNorm2d(2 * channels), nn.ReLU(),
        *(Residual(2 * channels) for _ in range(blocks)),
        nn.ConvTranspose2d(2 * channels, channels, 4, 2, 1), nn.InstanceNorm2d(channels),
        nn.ReLU(), nn.ConvTranspose2d(channels, depth, 4, 2, 1), nn.Sigmoid(),
    )  # fmt: skip


@register
class CycleGAN(GenerativeModel):
    """Translators G: X → Y and F: Y → X, each with a critic of the side that it leads to:

    - critics: ½ E (D(y) − 1)² + ½ E D(G(x))², and the same of D_X with x and F(y);
    - translators: E (D_Y(G(x)) − 1)² + E (D_X(F(y)) − 1)² + λ (E |F(G(x)) − x| + E |G(F(y)) − y|),
      with ``identity_weight`` also of |G(y) − y| and |F(x) − x|; norms are means over pixels.

    https://arxiv.org/abs/1703.10593. Departures: critics of the whole picture, which is no larger
    than one patch of theirs; zeros, not reflections, around pictures; no buffer of past pictures,
    as the game of these small ones did not swing without it.
    """

    config: Config
    capabilities = frozenset({"transfer"})
    reads = "domains"
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "critic": ("critic_x", "critic_y"),
        "generator": ("to_y", "to_x"),
    }
    training_only: ClassVar[tuple[str, ...]] = ("critic_x", "critic_y")
    betas = (0.5, 0.999)
    objective = Objective(
        formulas={
            "critic": "½ (D_Y(y) − 1)² + ½ D_Y(G(x))² + ½ (D_X(x) − 1)² + ½ D_X(F(y))²",
            "generator": "(D_Y(G(x)) − 1)² + (D_X(F(y)) − 1)² + λ (|F(G(x)) − x| + |G(F(y)) − y|)",
        },
        terms={
            "critic_loss": "½ (D_Y(y) − 1)² + ½ D_Y(G(x))² + ½ (D_X(x) − 1)² + ½ D_X(F(y))²",
            "generator_loss": "(D_Y(G(x)) − 1)² + (D_X(F(y)) − 1)²",
            "cycle": "|F(G(x)) − x| + |G(F(y)) − y|",
        },
        note="Critics see that a picture is of the other kind; the way back sees what it was of.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        sizes = config.data_shape[0], config.channels, config.blocks
        self.to_y, self.to_x = translator(*sizes), translator(*sizes)
        self.critic_x, self.critic_y = (
            Critic(*downward(config.data_shape, config.channels, Leaky)) for _ in range(2)
        )

    def across(self, x: Tensor, over: bool) -> Tensor:
        """G of pictures of X where ``over``, else F of pictures of Y: [B, C, H, W] in [0, 1]."""
        return self.to_y(x) if over else self.to_x(x)

    def loss(self, batch: tuple[Tensor, Tensor, Tensor], player: str = "generator") -> Terms:
        """``batch`` is (x [B, C, H, W], classes of x, which are not read, y [B, C, H, W])."""
        x, _, y = batch
        if player == "critic":
            with torch.no_grad():
                made_y, made_x = self.to_y(x), self.to_x(y)
            loss = 0.5 * (
                (self.critic_y(y) - 1).square().mean()
                + self.critic_y(made_y).square().mean()
                + (self.critic_x(x) - 1).square().mean()
                + self.critic_x(made_x).square().mean()
            )
            return {"loss": loss, "critic_loss": loss}
        made_y, made_x = self.to_y(x), self.to_x(y)
        adversarial = (self.critic_y(made_y) - 1).square().mean() + (
            self.critic_x(made_x) - 1
        ).square().mean()
        cycle = (self.to_x(made_y) - x).abs().mean() + (self.to_y(made_x) - y).abs().mean()
        loss = adversarial + self.config.cycle_weight * cycle
        terms = {"generator_loss": adversarial, "cycle": cycle}
        if self.config.identity_weight:
            identity = (self.to_y(y) - y).abs().mean() + (self.to_x(x) - x).abs().mean()
            loss = loss + self.config.identity_weight * identity
            terms["identity"] = identity
        return {"loss": loss, **terms}
