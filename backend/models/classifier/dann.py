"""DANN: features that do not tell where a picture is from (Ganin & Lempitsky, 2015)."""

from dataclasses import dataclass
from math import exp
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, softplus

from backend.base import BaseConfig, GenerativeModel, Live, Objective, Terms, param
from backend.nets.points import mlp
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(BaseConfig):
    data_shape: tuple[int, int, int] = param((3, 28, 28), "Channels, height, width")
    channels: tuple[int, int] = param((16, 32), "Channels of the two convolutions")
    class_hidden: int = param(64, "Units of the head that tells the class", min=2)
    classes: int = param(10, "Classes", min=2)
    domain_hidden: int = param(64, "Units of the head that tells the domain", min=2)
    reversal: float = param(
        1.0,
        "λ: how strongly features hide the domain; 0: learned on the first domain only",
        min=0,
        max=10,
        live=Live("Reversal λ"),
    )
    ramp: int = param(2000, "Steps over which λ rises to its value", min=1)

    @classmethod
    def tiny(cls) -> "Config":
        return cls(
            data_shape=(1, 8, 8),
            channels=(2, 3),
            class_hidden=4,
            classes=3,
            domain_hidden=4,
            ramp=40,
        )


class Standardised(nn.Module):
    """Each picture less its mean, over its deviation: neither brightness nor contrast is told."""

    def forward(self, x: Tensor) -> Tensor:
        """x [B, C, H, W], of any values; the same shape."""
        deviation, mean = torch.std_mean(x, (1, 2, 3), keepdim=True)
        return (x - mean) / (deviation + 1e-3)


class Reversal(torch.autograd.Function):
    """The identity, whose gradient is multiplied by -λ."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: float) -> Tensor:
        context.weight = weight
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -context.weight * gradients[0], None


@register(title="Domain-adversarial network", short="DANN")
class DANN(GenerativeModel):
    """Features f of pictures x, whose class c is known, and of pictures y of another domain:

    - the class head and f minimise -log p(c|f(x));
    - the domain head D minimises -½ log D(f(x)) - ½ log(1 - D(f(y))), and f maximises it, λ times
      as strongly, as its gradient is reversed on the way from D to f.

    https://arxiv.org/abs/1409.7495. λ rises by 2 / (1 + exp(-10 p)) - 1, where p goes from 0 to 1
    over ``ramp`` steps. No class of y is ever read. As in the paper f is what the convolutions
    give: hidden behind one more layer, the domain left the features without any gain in y.
    Departures: convolutions that are batch-normalised over both domains together, pictures
    standardised one by one where they subtract the mean picture, and Adam in place of SGD with a
    rate of its own.
    """

    config: Config
    capabilities = frozenset({"classify"})
    reads = "domains"
    training_only: ClassVar[tuple[str, ...]] = ("domain_head",)
    betas = (0.5, 0.999)
    objective = Objective(
        formulas={"model": "−log p(c|f(x)) − ½ log D(f(x)) − ½ log(1 − D(f(y)))"},
        terms={
            "class_loss": "−log p(c|f(x))",
            "domain_loss": "− ½ log D(f(x)) − ½ log(1 − D(f(y)))",
        },
        note="From D to f the gradient is reversed: f gets −λ times that of the domain's terms.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        depth, height, width = config.data_shape
        first, second = config.channels
        self.convolutions = nn.Sequential(
            Standardised(),
            nn.Conv2d(depth, first, 5, 2, 2), nn.BatchNorm2d(first), nn.ReLU(),
            nn.Conv2d(first, second, 5, 2, 2), nn.BatchNorm2d(second), nn.ReLU(), nn.Flatten(),
        )  # fmt: skip
        size = second * (height // 4) * (width // 4)
        self.output = nn.Sequential(
            nn.Linear(size, config.class_hidden), nn.ReLU(), nn.Dropout(0.3),
            nn.Linear(config.class_hidden, config.classes),
        )  # fmt: skip
        self.domain_head = mlp(size, config.domain_hidden, 1)

    @property
    def weight(self) -> float:
        """λ at this step."""
        progress = min(1.0, self.step / self.config.ramp)
        return self.config.reversal * (2 / (1 + exp(-10 * progress)) - 1)

    def features(self, x: Tensor) -> Tensor:
        """x [B, C, H, W] in [0, 1] -> [B, F], what both heads read"""
        return self.convolutions(x)

    def logits(self, x: Tensor) -> Tensor:
        """x [B, C, H, W] in [0, 1] -> [B, classes]"""
        return self.output(self.features(x))

    def loss(self, batch: tuple[Tensor, Tensor, Tensor], player: str = "model") -> Terms:
        """``batch`` is (x [B, C, H, W], classes of x [B], y [B, C, H, W]); pictures in [0, 1]."""
        x, labels, y = batch
        features = self.features(torch.cat([x, y]))
        logits = self.output(features[: len(x)])
        class_loss = cross_entropy(logits, labels)
        domains = self.domain_head(Reversal.apply(features, self.weight))[:, 0]
        of_x, of_y = domains.split([len(x), len(y)])
        domain_loss = 0.5 * softplus(-of_x).mean() + 0.5 * softplus(of_y).mean()
        right = torch.cat([of_x > 0, of_y < 0])
        return {
            "loss": class_loss + domain_loss,
            "class_loss": class_loss,
            "domain_loss": domain_loss,
            "accuracy": (logits.argmax(1) == labels).float().mean(),
            "domain_accuracy": right.float().mean(),
        }
