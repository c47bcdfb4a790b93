"""Means of true and of inferred posteriors along a training."""

from pathlib import Path

import numpy as np
import torch
from torch.distributions import Independent, Normal

from backend.codes.means import Means
from backend.objectives.priors import StandardNormal


class Gaussian:
    """x ~ N(2 z + 1, 0.5²) of one number: p(z|x) is known. Its encoder says 0.3 x of any x."""

    prior = StandardNormal(1)

    def decode(self, z: torch.Tensor) -> Independent:
        return Independent(Normal(2 * z + 1, 0.5), 1)

    def encode(self, x: torch.Tensor) -> Independent:
        return Independent(Normal(0.3 * x, 1.0), 1)


def test_the_grid_gives_the_mean_of_the_true_posterior_and_a_resumed_run_repeats_none(
    tmp_path: Path,
) -> None:
    x = torch.tensor([[-3.0], [1.0], [4.0]])
    early, late = (Means.take(Gaussian(), step, x) for step in (0, 20))
    early.then(late).then(Means.take(Gaussian(), 20, x)).save(tmp_path)
    kept = Means.load(tmp_path)
    assert kept.steps.tolist() == [0, 20]
    exact = 2 * (x[:, 0] - 1) / (4 + 0.25)  # of a Gaussian prior and likelihood, by hand
    assert kept.model.shape == kept.encoder.shape == (2, 3)
    np.testing.assert_allclose(kept.model[1], exact, atol=2e-3)
    np.testing.assert_allclose(kept.encoder[0], 0.3 * x[:, 0], atol=1e-3)
