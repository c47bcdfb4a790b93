"""A point mass: what a plain auto-encoder's encoder, or a GAN's generator, returns."""

from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.types import _size


class Deterministic(Distribution):
    """Always ``value`` [B, *event]. It has no density: ``log_prob`` raises."""

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012 (torch's protocol)
    has_rsample = True

    def __init__(self, value: Tensor) -> None:
        self.value = value
        super().__init__(value.shape[:1], value.shape[1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        return self.value

    @property
    def mode(self) -> Tensor:
        return self.value

    def rsample(self, sample_shape: _size = ()) -> Tensor:
        return self.value.expand(*sample_shape, *self.value.shape)

    def log_prob(self, value: Tensor) -> Tensor:
        raise NotImplementedError("a deterministic output has no probability density")
