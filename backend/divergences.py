"""Distances between distributions, as plain functions; each states its estimator."""

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal, kl_divergence


def kl(q: Distribution, p: Distribution, z: Tensor | None = None) -> Tensor:
    """KL(q || p) in nats, [B].

    The closed form where torch knows one (exact); otherwise log q(z) - log p(z) at the given
    z [B, D] ~ q (unbiased, one draw). Raises ``NotImplementedError`` if it needs z and has none.

    >>> one = Independent(Normal(torch.ones(1, 2), 1.0), 1)
    >>> kl(one, Independent(Normal(torch.zeros(1, 2), 1.0), 1))
    tensor([1.])
    """
    try:
        return kl_divergence(q, p)
    except NotImplementedError:
        if z is None:
            raise
        return q.log_prob(z) - p.log_prob(z)


def kl_per_unit(q: Independent) -> Tensor:
    """KL(q || N(0, I)) of a diagonal Gaussian, unit by unit, in nats: [B, D]; exact.

    >>> kl_per_unit(Independent(Normal(torch.tensor([[0.0, 2.0]]), 1.0), 1))
    tensor([[0., 2.]])
    """
    normal = q.base_dist
    zero = torch.zeros_like(normal.loc)
    return kl_divergence(normal, Normal(zero, torch.ones_like(zero)))
