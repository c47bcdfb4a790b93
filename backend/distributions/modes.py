"""Mixtures of a few diagonal Gaussians, each item with modes of its own; codes made from them."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal, constraints, kl_divergence
from torch.distributions.kl import register_kl
from torch.types import _size


class GaussianModes(Distribution):
    """Σ_k π_k N(μ_k, σ_k²): log_weights [B, K], means and scales [B, K, D]; event [D].

    ``rsample`` chooses the mode by Gumbel-softmax at ``temperature``, straight through (Jang et
    al. 2017, https://arxiv.org/abs/1611.01144): a draw belongs to one mode, yet the weights have
    a gradient. With a single mode nothing is chosen, and no random number is spent on it.
    """

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012 (torch's protocol)
    has_rsample = True

    def __init__(
        self, log_weights: Tensor, means: Tensor, scales: Tensor, temperature: float = 0.1
    ) -> None:
        self.log_weights = log_weights
        self.means = means
        self.scales = scales
        self.temperature = temperature
        super().__init__(means.shape[:1], means.shape[2:], validate_args=False)

    @property
    def weights(self) -> Tensor:
        """[B, K]"""
        return self.log_weights.exp()

    @property
    def mean(self) -> Tensor:
        return (self.weights[..., None] * self.means).sum(-2)

    @property
    def mode(self) -> Tensor:
        """The mean of the likeliest mode, [B, D]."""
        best = self.log_weights.argmax(-1)
        return self.means[torch.arange(len(best)), best]

    def rsample(self, sample_shape: _size = ()) -> Tensor:
        shape = torch.Size(sample_shape) + self.batch_shape
        noise = torch.randn(*shape, *self.event_shape, device=self.means.device)
        if self.means.shape[1] == 1:
            return self.means[:, 0] + self.scales[:, 0] * noise
        chosen = self._choose(shape)[..., None]  # [*shape, K, 1]
        return (chosen * self.means).sum(-2) + (chosen * self.scales).sum(-2) * noise

    def log_prob(self, value: Tensor) -> Tensor:
        """Exact, nats."""
        return self.joint(value).logsumexp(-1)

    def joint(self, value: Tensor) -> Tensor:
        """log π_k N(value; μ_k, σ_k²) of each mode: [..., B, K]."""
        parts = Normal(self.means, self.scales, validate_args=False)
        return parts.log_prob(value[..., None, :]).sum(-1) + self.log_weights

    def _choose(self, shape: torch.Size) -> Tensor:
        logits = self.log_weights.expand(*shape, -1)
        gumbel = -torch.empty_like(logits).exponential_().log()
        soft = ((logits + gumbel) / self.temperature).softmax(-1)
        hard = nn.functional.one_hot(soft.argmax(-1), soft.shape[-1]).to(soft)
        return hard + soft - soft.detach()


@register_kl(GaussianModes, GaussianModes)
def _kl_single(q: GaussianModes, p: GaussianModes) -> Tensor:
    """Exact where both have a single mode; a mixture's KL has no closed form."""
    if q.means.shape[1] > 1 or p.means.shape[1] > 1:
        raise NotImplementedError("the KL of mixtures has no closed form")
    return kl_divergence(
        Independent(Normal(q.means[:, 0], q.scales[:, 0], validate_args=False), 1),
        Independent(Normal(p.means[:, 0], p.scales[:, 0], validate_args=False), 1),
    )


class Made(Distribution):
    """Codes that a network makes of noise: z = ``make``(ε), event [``size``].

    Such codes can be drawn but have no density that is known: ``log_prob`` raises.
    """

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012 (torch's protocol)
    has_rsample = True

    def __init__(self, noise: Distribution, make: Callable[[Tensor], Tensor], size: int) -> None:
        self.noise = noise
        self.make = make
        super().__init__(noise.batch_shape, torch.Size([size]), validate_args=False)

    @property
    def mean(self) -> Tensor:
        """What the mean of the noise is made into; not the mean of the codes."""
        return self.make(self.noise.mean)

    @property
    def mode(self) -> Tensor:
        return self.make(self.noise.mode)

    def rsample(self, sample_shape: _size = ()) -> Tensor:
        return self.make(self.noise.rsample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        raise NotImplementedError("codes that a network makes of noise have no known density")
