"""Gaussians with full covariances are torch's, draw by draw."""

import pytest
import torch
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from backend.device import seeded
from backend.distributions.gaussians import Gaussians


@pytest.mark.parametrize("n", [1, 7])
def test_they_draw_and_weigh_as_torchs_do(n: int) -> None:
    with seeded(0):
        means, factors = torch.randn(3, 4), torch.randn(3, 4, 4).tril()
    factors.diagonal(dim1=1, dim2=2).abs_().add_(0.1)
    weights = Categorical(torch.tensor([0.2, 0.5, 0.3]))
    mine, theirs = (
        MixtureSameFamily(weights, parts)
        for parts in (Gaussians(means, factors), MultivariateNormal(means, scale_tril=factors))
    )
    with seeded(1):
        z = theirs.sample((n,))
    with seeded(1):
        torch.testing.assert_close(mine.sample((n,)), z)
    torch.testing.assert_close(mine.log_prob(z), theirs.log_prob(z))
    torch.testing.assert_close(mine.mean, theirs.mean)
    single = mine.component_distribution
    torch.testing.assert_close(single.log_prob(z[0]), theirs.component_distribution.log_prob(z[0]))
    assert single.rsample().shape == (3, 4)
