"""Distances between distributions against closed forms and sums written out."""

import math

import pytest
import torch
from torch.distributions import Distribution, Independent, Normal, StudentT

from backend.device import seeded
from backend.objectives import divergences
from backend.objectives.schedules import schedule

F64 = torch.float64


def normal(mean: list[float], sigma: list[float]) -> Independent:
    return Independent(Normal(*torch.tensor([[mean], [sigma]], dtype=F64)), 1)


def test_the_kl_of_normals_is_the_closed_form() -> None:
    q, p = normal([1.0, -2.0], [0.5, 3.0]), normal([0.0, 0.5], [2.0, 1.0])
    expected = sum(
        math.log(s / t) + (t**2 + (m - n) ** 2) / (2 * s**2) - 0.5
        for m, t, n, s in ((1.0, 0.5, 0.0, 2.0), (-2.0, 3.0, 0.5, 1.0))
    )
    assert divergences.kl(q, p).item() == pytest.approx(expected)
    each = divergences.kl_per_unit(q)[0].tolist()
    assert each == pytest.approx(
        [0.5 * (0.25 + 1 - 1) - math.log(0.5), 0.5 * (9 + 4 - 1) - math.log(3)]
    )


def test_the_kl_of_a_sample_is_that_of_the_normal_with_its_mean_and_variance() -> None:
    z = torch.tensor([[0.0, -1.0, 2.0], [4.0, 1.0, 2.5], [2.0, 0.3, 2.25]], dtype=F64)
    wanted = [
        torch.distributions.kl_divergence(
            Normal(unit.mean(), unit.std(correction=0)), Normal(0.0, 1.0)
        )
        for unit in z.T
    ]
    torch.testing.assert_close(divergences.kl_of_sample(z), torch.stack(wanted))
    assert divergences.kl_of_sample(torch.ones(4, 1)).isfinite().all()


def test_where_no_closed_form_is_known_the_kl_is_that_of_the_draw() -> None:
    q = normal([1.0], [0.5])
    p: Distribution = Independent(StudentT(torch.tensor([[3.0]], dtype=F64)), 1)
    z = torch.tensor([[1.7]], dtype=F64)
    assert divergences.kl(q, p, z).item() == pytest.approx(
        (q.log_prob(z) - p.log_prob(z)).item(), rel=1e-12
    )
    with pytest.raises(NotImplementedError):
        divergences.kl(q, p)


def test_natural_parameters_and_the_partition_are_those_of_a_normal() -> None:
    """log N(x) = η₁ x + η₂ x² - A(η) - ln √(2π), at any x."""
    mu, log_var = torch.tensor(1.5, dtype=F64), torch.tensor(0.7, dtype=F64)
    eta = divergences.natural(mu, log_var)
    for x in (-1.0, 0.4, 3.0):
        by_eta = eta[0] * x + eta[1] * x**2 - divergences.log_partition(*eta)
        density = Normal(mu, log_var.exp().sqrt()).log_prob(torch.tensor(x, dtype=F64))
        assert (by_eta - 0.5 * math.log(2 * math.pi)).item() == pytest.approx(density.item())


def test_the_discrepancy_of_unequal_numbers_of_codes_is_the_sum_written_out() -> None:
    with seeded(0):
        x, y = torch.randn(3, 2, dtype=F64), torch.randn(5, 2, dtype=F64) + 1

    def kernel(a, b) -> float:
        squared = float((a - b).square().sum())
        return sum(4 * s / (4 * s + squared) for s in (0.1, 0.2, 0.5, 1, 2, 5, 10))

    within = sum(
        kernel(part[i], part[j]) / (len(part) * (len(part) - 1))
        for part in (x, y)
        for i in range(len(part))
        for j in range(len(part))
        if i != j
    )
    across = sum(kernel(a, b) for a in x for b in y) / 15
    assert divergences.mmd(x, y).item() == pytest.approx(within - 2 * across)


def test_the_spread_of_means_is_about_each_variables_own_mean() -> None:
    means = torch.tensor([[[0.0, 1.0], [2.0, 1.0]], [[5.0, 5.0], [5.0, 9.0]]])
    assert divergences.variance_of_means(means).item() == pytest.approx(2 + 8)


def test_the_spread_of_used_means_is_the_plain_one_where_all_are_used_alike() -> None:
    means = torch.tensor([[[0.0, 1.0], [2.0, 1.0]], [[5.0, 5.0], [5.0, 9.0]]])
    even, dead = torch.full((2, 2), 0.5), torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    assert divergences.variance_of_used_means(means, even).item() == pytest.approx(2 + 8)
    assert divergences.variance_of_used_means(means, dead).item() == pytest.approx(0 + 8)


def test_the_penalty_looks_between_data_and_samples_and_lets_gradients_through() -> None:
    """A critic w x²/2 has the slope w |x|: at a point between 2 and 4, from 2w to 4w."""
    weight = torch.tensor(1.0, requires_grad=True)
    real, fake = torch.full((400, 1), 2.0), torch.full((400, 1), 4.0)
    with seeded(1):
        penalty = divergences.gradient_penalty(
            lambda x: (weight * x.square() / 2).sum(1), real, fake
        )
    assert penalty.item() == pytest.approx(13 / 3, abs=0.3)  # mean of (x - 1)² over [2, 4]
    (slope,) = torch.autograd.grad(penalty, [weight])
    assert slope.item() == pytest.approx(2 * (28 / 3 - 3), abs=0.7)  # of 2 (w x - 1) x


@pytest.mark.parametrize(
    ("kind", "weights"),
    [
        ("constant", [1, 1, 1, 1, 1, 1]),
        ("linear", [0, 0.25, 0.5, 0.75, 1, 1]),
        ("logistic", [1 / (1 + math.exp(-12 * (t - 0.5))) for t in (0, 0.25, 0.5, 0.75, 1, 1.25)]),
        ("cyclical", [0, 0, 0, 0, 1, 1]),
    ],
)
def test_a_weight_rises_as_its_schedule_says(kind: str, weights: list[float]) -> None:
    assert [schedule(kind, step, 80) for step in range(0, 101, 20)] == pytest.approx(weights)


def test_a_cycle_rises_for_its_first_half_and_stays() -> None:
    found = [schedule("cyclical", step, 80) for step in (22, 25, 29, 30, 39, 40)]
    assert found == pytest.approx([0.2, 0.5, 0.9, 1, 1, 0])


def test_an_unknown_schedule_is_named() -> None:
    with pytest.raises(ValueError, match="no schedule 'cosine'; there are: constant, linear"):
        schedule("cosine", 1, 2)
