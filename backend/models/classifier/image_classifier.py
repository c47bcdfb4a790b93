"""Picture classifier: judges samples and gives them features (LeCun et al., 1998)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from backend.base import BaseConfig, GenerativeModel, Objective, Terms, param
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(BaseConfig):
    data_shape: tuple[int, int, int] = param((1, 28, 28), "Channels, height, width")
    channels: tuple[int, int] = param((16, 32), "Channels of the two convolutions")
    features: int = param(64, "Size of the feature vector", min=2)
    classes: int = param(10, "Classes", min=2)
    batch_norm: bool = param(False, "Batch-normalise the convolutions")
    turn: float = param(0.0, "Degrees by which a picture is turned in training", min=0, max=180)
    shift: float = param(0.0, "Pixels by which it is shifted in training", min=0, max=10)

    @classmethod
    def tiny(cls) -> "Config":
        return cls(data_shape=(1, 8, 8), channels=(2, 3), features=4, classes=3)


@register
class ImageClassifier(GenerativeModel):
    """Minimises the cross-entropy of the class.

    After LeNet (https://doi.org/10.1109/5.726791): two convolutions with max-pooling, one hidden
    layer. Departures: ReLU, dropout, no further fully connected layer, batch normalisation where
    ``batch_norm``; pictures may be turned and shifted at random in training. It generates nothing;
    it is here because the Inception score and FID of small pictures need a classifier of their own.
    """

    config: Config
    capabilities = frozenset({"classify"})
    objective = Objective(
        formulas={"model": "−log p(c|x)"},
        terms={"loss": "−log p(c|x)"},
        note="Features of its last hidden layer stand for pictures where samples are judged.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        channels, height, width = config.data_shape
        first, second = config.channels
        self.convolutions = nn.Sequential(
            *self._convolution(channels, first), *self._convolution(first, second), nn.Flatten()
        )
        self.hidden = nn.Linear(second * (height // 4) * (width // 4), config.features)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(config.features, config.classes)

    def _convolution(self, inputs: int, outputs: int) -> list[nn.Module]:
        norm = [nn.BatchNorm2d(outputs)] if self.config.batch_norm else []
        return [nn.Conv2d(inputs, outputs, 5, padding=2), *norm, nn.ReLU(), nn.MaxPool2d(2)]

    def features(self, x: Tensor) -> Tensor:
        """x [B, C, H, W] in [0, 1] -> [B, F]"""
        return self.hidden(self.convolutions(x)).relu()

    def logits(self, x: Tensor) -> Tensor:
        """x [B, C, H, W] in [0, 1] -> [B, classes]"""
        return self.output(self.dropout(self.features(x)))

    def loss(self, batch: tuple[Tensor, Tensor], player: str = "model") -> Terms:
        """``batch`` is (x [B, C, H, W], labels [B])."""
        x, labels = batch
        if self.training and (self.config.turn or self.config.shift):
            x = jittered(x, self.config.turn, self.config.shift)
        logits = self.logits(x)
        accuracy = (logits.argmax(1) == labels).float().mean()
        return {"loss": nn.functional.cross_entropy(logits, labels), "accuracy": accuracy}


def jittered(x: Tensor, turn: float, shift: float) -> Tensor:
    """Pictures [B, C, H, W], each turned by up to ``turn`` degrees and shifted by up to ``shift``
    pixels either way, evenly drawn; 0 where nothing was.
    """
    angle, right, down = torch.rand(3, len(x), device=x.device).mul(2).sub(1)
    angle = angle * math.radians(turn)
    # In units of half a picture. Rows and columns are as far apart where it is no square.
    height, width = x.shape[2:]
    theta = torch.stack(
        [
            *(angle.cos(), -angle.sin() * height / width, 2 * shift * right / width),
            *(angle.sin() * width / height, angle.cos(), 2 * shift * down / height),
        ],
        1,
    ).view(-1, 2, 3)
    grid = nn.functional.affine_grid(theta, list(x.shape), align_corners=False)
    return nn.functional.grid_sample(x, grid, align_corners=False)
