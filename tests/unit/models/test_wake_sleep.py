"""The Helmholtz machine on 4 x 4 bars, where everything can be summed over."""

import itertools
import math

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.device import seeded
from backend.training import TrainConfig, fit

SIZES = {"data_shape": (1, 4, 4), "latent_dim": 8, "hidden": ()}


def machine(**sizes):
    cls = registry.model_class("vae/wake_sleep")
    with seeded(0):
        return cls(cls.Config(**(SIZES | sizes)))


def bars() -> Tensor:
    """All that can be seen, each as likely: rows or columns, each line on or off. [32, 1, 4, 4]"""
    lines = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)))
    rows = lines[:, None, :, None].expand(-1, 1, 4, 4)
    return torch.cat([rows, rows.mT])


def trained(model, steps: int, players: tuple[str, ...] = ("wake", "sleep")):
    x = bars()
    model.plan = lambda step: list(players)
    config = TrainConfig(steps=steps, batch_size=32, lr=2e-2, warmup=10)
    for _ in fit(model, lambda step: x, config):
        pass
    return model.requires_grad_(False)


def test_what_it_makes_of_all_codes_sums_to_one() -> None:
    model = machine(latent_dim=2).requires_grad_(False)
    with torch.no_grad():
        model.prior.logits.copy_(torch.tensor([0.7, -1.2]))
        model.decoder.layers[-1].bias[4:] = -40.0  # all but four pixels are always off
        seen = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)))
        x = torch.cat([seen, torch.zeros(16, 12)], 1).view(16, 1, 4, 4)
        assert float(model.log_prob(x).exp().sum()) == pytest.approx(1, abs=1e-5)
        with seeded(1):
            drawn = model.prior.draw(100_000)
            made = model.decode(drawn).sample().flatten(1)[:, :4]
    share = (made == seen[5]).all(1).float().mean()
    assert float(share) == pytest.approx(float(model.log_prob(x)[5].exp()), abs=0.005)


def test_the_exact_likelihood_of_bars_rises_far_above_chance() -> None:
    """Nothing better than chance is known of a pixel alone: each is on half the time."""
    x, start = bars(), machine()
    with torch.no_grad():
        before = float(start.log_prob(x).mean())
    after = float(trained(start, 1500).log_prob(x).mean())
    chance, best = -16 * math.log(2), -math.log(32)
    assert before < chance + 0.5 and chance + 3 < after <= best + 0.2


def test_asleep_only_the_reader_learns_and_it_learns_to_read_dreams() -> None:
    model = machine(latent_dim=3)
    with torch.no_grad():
        model.decoder.layers[-1].weight.mul_(30)  # a dream tells its code
        with seeded(2):
            z = model.prior.draw(500)
            dreams = model.decode(z).sample()
        p = model.log_prob(bars())
        q = [float(model.encode(dreams).log_prob(z).mean())]
    trained(model, 200, ("sleep",))
    q.append(float(model.encode(dreams).log_prob(z).mean()))
    assert torch.equal(model.log_prob(bars()), p)
    assert q[1] > q[0] + 1


def test_bits_of_the_prior_follow_its_logits_and_the_temperature() -> None:
    prior = machine().prior
    prior.logits.data = torch.tensor([1.0, -1.0, 2.0, 0.5, -0.5, -2.0, 0.1, -0.1])
    for temperature in (0.5, 1.0, 2.0):
        with seeded(1):
            share = prior.draw(20_000, temperature).mean(0)
        expected = (prior.logits / temperature).sigmoid()
        torch.testing.assert_close(share, expected.detach(), atol=0.015, rtol=0)
    likeliest = (prior.logits > 0).float()
    assert torch.equal(prior.draw(3, 0), likeliest.expand(3, -1))
    z = torch.tensor([[0.2, 0.7, 0.51, 0.49, -3.0, 1.0, 9.0, 0.0]])
    assert prior.snap(z).tolist() == [[0, 1, 1, 0, 0, 1, 1, 0]]
    alone = torch.where(z > 0.5, prior.logits.sigmoid(), (-prior.logits).sigmoid()).log()
    torch.testing.assert_close(prior.unit_log_prob(prior.snap(z)), alone)
    assert set(prior().rsample((50,)).unique().tolist()) == {0.0, 1.0}
