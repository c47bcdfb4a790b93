"""Several independent distributions side by side: one code [D] made of parts."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.types import _size


class Joint(Distribution):
    """Independent ``parts`` with equal batch shape and vector events, concatenated."""

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012 (torch's protocol)
    has_rsample = True

    def __init__(self, parts: Sequence[Distribution]) -> None:
        self.parts = list(parts)
        self.sizes = [part.event_shape[0] for part in parts]
        event = torch.Size([sum(self.sizes)])
        super().__init__(parts[0].batch_shape, event, validate_args=False)

    @property
    def mean(self) -> Tensor:
        return torch.cat([part.mean for part in self.parts], -1)

    @property
    def mode(self) -> Tensor:
        return torch.cat([part.mode for part in self.parts], -1)

    def sample(self, sample_shape: _size = ()) -> Tensor:
        return torch.cat([part.sample(torch.Size(sample_shape)) for part in self.parts], -1)

    def rsample(self, sample_shape: _size = ()) -> Tensor:
        return torch.cat([part.rsample(torch.Size(sample_shape)) for part in self.parts], -1)

    def log_prob(self, value: Tensor) -> Tensor:
        values = value.split(self.sizes, -1)
        total = value.new_zeros(())
        for part, each in zip(self.parts, values, strict=True):
            total = total + part.log_prob(each)
        return total
