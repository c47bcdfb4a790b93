"""Decoders and convolutions of small pictures."""

from torch import Tensor, nn
from torch.distributions import Bernoulli, Independent

Shape = tuple[int, ...]  # channels, height, width


class PictureDecoder(nn.Module):
    """z [B, D] -> independent Bernoulli pixels [B, C, H, W]; ``layers`` give their logits.

    A grey value in [0, 1] is read as the probability that a pixel is on, so ``log_prob`` of a
    grey picture is the expected log-probability of its binarisations.
    """

    def __init__(self, layers: nn.Sequential, shape: Shape) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.layers = layers

    def mean(self, z: Tensor) -> Tensor:
        """``forward(z).mean`` alone, for who needs no density."""
        return self._logits(z).sigmoid()

    def forward(self, z: Tensor) -> Independent:
        pixels = Bernoulli(logits=self._logits(z), validate_args=False)
        return Independent(pixels, len(self.shape))

    def _logits(self, z: Tensor) -> Tensor:
        return self.layers(z).unflatten(1, self.shape)


def downward(
    shape: Shape,
    channels: int,
    activation: type[nn.Module] = nn.ReLU,
    batch_norm: bool = False,
    dense: int = 0,
) -> tuple[nn.Sequential, int]:
    """Two convolutions that halve the picture, x [B, C, H, W] -> [B, F]; and F.

    With ``dense`` a layer of so many units that see the whole picture follows, and F is dense.

    As in DCGAN (Radford et al. 2016, https://arxiv.org/abs/1511.06434) the first is never
    batch-normalised. Raises ``ValueError`` where a picture cannot be halved twice.
    """
    depth, height, width = shape
    if height % 4 or width % 4:
        raise ValueError(f"height and width must be multiples of 4, got {height} x {width}")
    layers: list[nn.Module] = [nn.Conv2d(depth, channels, 4, 2, 1), activation()]
    layers.append(nn.Conv2d(channels, 2 * channels, 4, 2, 1))
    layers += [nn.BatchNorm2d(2 * channels)] if batch_norm else []
    layers += [activation(), nn.Flatten()]
    size = 2 * channels * (height // 4) * (width // 4)
    if dense:
        layers.append(nn.Linear(size, dense))
        layers += [nn.BatchNorm1d(dense)] if batch_norm else []
        layers.append(activation())
    return nn.Sequential(*layers), dense or size


def upward(
    dim: int, shape: Shape, channels: int, batch_norm: bool = False, dense: int = 0
) -> nn.Sequential:
    """The mirror of ``downward``: z [B, dim] -> values [B, C·H·W]."""
    depth, height, width = shape
    small = 2 * channels, height // 4, width // 4
    layers: list[nn.Module] = []
    if dense:
        layers.append(nn.Linear(dim, dense))
        layers += [nn.BatchNorm1d(dense)] if batch_norm else []
        layers.append(nn.ReLU())
    layers.append(nn.Linear(dense or dim, small[0] * small[1] * small[2]))
    layers.append(nn.Unflatten(1, small))
    layers += [nn.BatchNorm2d(2 * channels)] if batch_norm else []
    layers += [nn.ReLU(), nn.ConvTranspose2d(2 * channels, channels, 4, 2, 1)]
    layers += [nn.BatchNorm2d(channels)] if batch_norm else []
    layers += [nn.ReLU(), nn.ConvTranspose2d(channels, depth, 4, 2, 1), nn.Flatten()]
    return nn.Sequential(*layers)
