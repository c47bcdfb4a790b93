"""Categorical variables as one-hots that gradients can pass through."""

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, constraints
from torch.types import _size


class DiscreteVariables(Distribution):
    """m independent variables of K classes, flat: logits [B, m, K], event [m·K].

    ``sample`` and ``mode`` are one-hots; ``rsample`` is the Gumbel-softmax relaxation of Jang et
    al. 2017 (https://arxiv.org/abs/1611.01144) at ``temperature``. ``log_prob`` is exact for
    one-hots.
    """

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012 (torch's protocol)
    has_rsample = True

    def __init__(self, logits: Tensor, temperature: float = 1.0) -> None:
        self.temperature = temperature
        self.log_p = logits.log_softmax(-1)  # [B, m, K]
        event = torch.Size([logits.shape[1] * logits.shape[2]])
        super().__init__(logits.shape[:1], event, validate_args=False)

    @property
    def probs(self) -> Tensor:
        """[B, m, K]"""
        return self.log_p.exp()

    @property
    def mean(self) -> Tensor:
        return self.probs.flatten(1)

    @property
    def mode(self) -> Tensor:
        return self._hot(self.log_p.argmax(-1))

    def sample(self, sample_shape: _size = ()) -> Tensor:
        with torch.no_grad():
            noisy = self._gumbel(torch.Size(sample_shape))
            return self._hot(noisy.argmax(-1))

    def rsample(self, sample_shape: _size = ()) -> Tensor:
        noisy = self._gumbel(torch.Size(sample_shape))
        return (noisy / self.temperature).softmax(-1).flatten(-2)

    def log_prob(self, value: Tensor) -> Tensor:
        return (value.unflatten(-1, self.log_p.shape[1:]) * self.log_p).sum((-2, -1))

    def _gumbel(self, shape: torch.Size) -> Tensor:
        log_p = self.log_p.expand(*shape, *self.log_p.shape)
        return log_p - torch.empty_like(log_p).exponential_().log()

    def _hot(self, classes: Tensor) -> Tensor:
        hot = nn.functional.one_hot(classes, self.log_p.shape[-1])
        return hot.flatten(-2).to(self.log_p)
