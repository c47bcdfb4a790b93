"""Flow matching: where the best velocities are known, codes become what they should."""

import pytest
import torch
from torch import Tensor

from backend.device import seeded
from backend.models.flow.flow_matching import Config, FlowMatching

MEAN, SCALE = torch.tensor([1.0, -2.0]), 0.3


def model(**changed) -> FlowMatching:
    with seeded(0):
        return FlowMatching(Config(data_shape=(2,), latent_dim=2, hidden=(16,), **changed))


def best(x: Tensor, t: Tensor) -> Tensor:
    """E[x₁ - z | x_t] for x₁ ~ N(MEAN, SCALE²), a regression of Gaussians on their sum."""
    slope = (t * SCALE**2 - (1 - t)) / ((1 - t) ** 2 + (t * SCALE) ** 2)
    return MEAN + slope * (x - t * MEAN)


def test_with_the_best_velocities_codes_of_noise_become_draws_of_a_gaussian(monkeypatch) -> None:
    flow = model(stages=200)
    monkeypatch.setattr(flow, "velocity", best)
    with seeded(1):
        z = torch.randn(50, 2)
    torch.testing.assert_close(flow.decode(z).mean, MEAN + SCALE * z, atol=2e-3, rtol=0)
    torch.testing.assert_close(flow.encode(MEAN + SCALE * z).mean, z, atol=2e-2, rtol=0)


def test_no_velocities_have_a_lower_loss_than_the_best(monkeypatch) -> None:
    flow = model()
    with seeded(2):
        x = MEAN + SCALE * torch.randn(20_000, 2)

    def loss(velocity) -> float:
        monkeypatch.setattr(flow, "velocity", velocity)
        with seeded(3):
            return flow.loss(x)["loss"].item()

    least = loss(best)
    for other in (
        lambda x, t: 0.9 * best(x, t),
        lambda x, t: 1.1 * best(x, t),
        lambda x, t: best(x, 1 - t),
        lambda x, t: best(x, t) + 0.1,
    ):
        assert loss(other) > least


def test_an_encoder_is_the_way_back() -> None:
    flow = model()
    with seeded(1):
        z = torch.randn(20, 2)
    x = flow.decode(z).mean
    assert not torch.allclose(x, z, atol=0.05)
    torch.testing.assert_close(flow.encode(x).mean, z, atol=1e-3, rtol=0)


def test_a_code_is_as_large_as_the_data() -> None:
    with pytest.raises(ValueError, match="its code has 2 numbers, not 3"):
        Config(data_shape=(2,), latent_dim=3)
