"""Picture classifier: judges samples and gives them features (LeCun et al., 1998)."""

from dataclasses import dataclass

from torch import Tensor, nn

from backend.base import BaseConfig, GenerativeModel, Objective, Terms, param
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(BaseConfig):
    data_shape: tuple[int, int, int] = param((1, 28, 28), "Channels, height, width")
    channels: tuple[int, int] = param((16, 32), "Channels of the two convolutions")
    features: int = param(64, "Size of the feature vector", min=2)
    classes: int = param(10, "Classes", min=2)

    @classmethod
    def tiny(cls) -> "Config":
        return cls(data_shape=(1, 8, 8), channels=(2, 3), features=4, classes=3)


@register
class ImageClassifier(GenerativeModel):
    """Minimises the cross-entropy of the class.

    After LeNet (https://doi.org/10.1109/5.726791): two convolutions with max-pooling, one hidden
    layer. Departures: ReLU, dropout, no further fully connected layer. It generates nothing; it
    is here because the Inception score and FID of small pictures need a classifier of their own.
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
            nn.Conv2d(channels, first, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(first, second, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        )  # fmt: skip
        self.hidden = nn.Linear(second * (height // 4) * (width // 4), config.features)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(config.features, config.classes)

    def features(self, x: Tensor) -> Tensor:
        """x [B, C, H, W] in [0, 1] -> [B, F]"""
        return self.hidden(self.convolutions(x)).relu()

    def logits(self, x: Tensor) -> Tensor:
        """x [B, C, H, W] in [0, 1] -> [B, classes]"""
        return self.output(self.dropout(self.features(x)))

    def loss(self, batch: tuple[Tensor, Tensor], player: str = "model") -> Terms:
        """``batch`` is (x [B, C, H, W], labels [B])."""
        x, labels = batch
        logits = self.logits(x)
        accuracy = (logits.argmax(1) == labels).float().mean()
        return {"loss": nn.functional.cross_entropy(logits, labels), "accuracy": accuracy}
