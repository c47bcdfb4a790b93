"""Priors as distributions: densities by hand, and draws that follow weights and temperature."""

import math

import pytest
import torch
from torch import Tensor

from backend.device import seeded
from backend.objectives.priors import (
    Clusters,
    ConditionalModes,
    DiscreteCode,
    FittedMixture,
    GaussianMixture,
    StandardNormal,
)

F64 = torch.float64


def density(x: float, mu: float, sigma: float) -> float:
    return math.exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))


def mixture() -> GaussianMixture:
    """2 variables of 3 components of 2 numbers."""
    with seeded(0):
        prior = GaussianMixture(2, 3, 2).double()
        prior.log_var.data = torch.randn(2, 3, 2, dtype=F64)
    return prior.requires_grad_(False)


def test_the_normal_prior_has_variance_1_and_its_draws_that_of_the_temperature() -> None:
    prior = StandardNormal(2)
    z = torch.tensor([[0.5, -2.0]])
    by_hand = density(0.5, 0, 1) * density(-2.0, 0, 1)
    assert prior().log_prob(z).exp().item() == pytest.approx(by_hand, rel=1e-6)
    with seeded(1):
        plain = prior.draw(5000)
    with seeded(1):
        assert torch.equal(prior.draw(5000, 0.3), plain * 0.3)
    assert plain.mean(0).tolist() == pytest.approx([0, 0], abs=0.05)
    assert plain.std(0).tolist() == pytest.approx([1, 1], abs=0.05)
    assert prior.snap(z) is z


def test_the_spread_of_a_mixture_is_the_deviation_of_its_means_at_the_start() -> None:
    with seeded(2):
        first = GaussianMixture(4, 50, 10).means
    with seeded(2):
        wide = GaussianMixture(4, 50, 10, spread=3.0)
    assert first.std().item() == pytest.approx(1, abs=0.05)
    assert torch.equal(wide.means, 3 * first)
    assert torch.equal(wide.weights, torch.full((4, 50), 0.02))
    assert torch.equal(wide.scales(), torch.ones(4, 50, 10))
    assert torch.equal(wide.centres(), wide.means)


def test_the_density_of_each_unit_and_of_all_by_hand() -> None:
    prior = mixture()
    z = torch.tensor([[0.3, -1.0, 2.0, 0.1]], dtype=F64)
    total, units = 1.0, []
    sigma = prior.log_var.exp().sqrt()
    assert torch.allclose(prior.scales(), sigma)
    for j in range(2):
        joint, alone = 0.0, [0.0, 0.0]
        for k in range(3):
            each = [
                density(float(z[0, 2 * j + d]), float(prior.means[j, k, d]), float(sigma[j, k, d]))
                for d in range(2)
            ]
            joint += each[0] * each[1] / 3
            alone = [a + e / 3 for a, e in zip(alone, each, strict=True)]
        total *= joint
        units += alone
    assert prior().log_prob(z).exp().item() == pytest.approx(total)
    assert prior.unit_log_prob(z)[0].exp().tolist() == pytest.approx(units)
    assert torch.equal(prior.split(z)[0], torch.tensor([[0.3, -1.0], [2.0, 0.1]], dtype=F64))


def test_draws_of_a_mixture_use_its_own_weights_unless_others_are_given() -> None:
    prior = mixture()
    prior.log_var.fill_(-20.0)  # a draw tells its component
    weights = torch.tensor([[3.0, 1.0, 0.0], [0.0, 0.0, 5.0]])
    with seeded(3):
        drawn = {"own": prior.draw(6000), "given": prior.draw(6000, 1.0, weights)}
        drawn["cold"] = prior.draw(6000, 0.0, weights)
        drawn["cold own"] = prior.draw(6000, 0.0)

    def shares(z: Tensor) -> Tensor:
        return prior.responsibilities(z).mean(0)

    even, wanted = torch.full((2, 3), 1 / 3, dtype=F64), weights.double() / weights.sum(1)[:, None]
    for name, z in drawn.items():
        expected = even if "own" in name else wanted
        assert torch.allclose(shares(z), expected, atol=0.03), name


def test_the_temperature_of_a_mixture_scales_its_components_deviations() -> None:
    prior = mixture()
    one = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    sigma = torch.stack([prior.scales()[0, 1], prior.scales()[1, 2]]).flatten()
    for temperature in (0.25, 3.0):
        with seeded(6):
            z = prior.draw(4000, temperature, one)
        torch.testing.assert_close(z.std(0), temperature * sigma, rtol=0.05, atol=0)


def test_discrete_codes_are_probabilities_whatever_is_asked() -> None:
    prior = DiscreteCode(2, 3, extra=1)
    z = torch.tensor([[0.2, 0.6, -1.0, 0.0, -2.0, 0.0, 9.0]])
    expected = [[0.25, 0.75, 0.0], [1 / 3, 1 / 3, 1 / 3]]
    torch.testing.assert_close(prior.responsibilities(z)[0], torch.tensor(expected))
    assert torch.equal(prior.centres(), torch.eye(3).expand(2, 3, 3))
    assert torch.equal(prior.scales(), torch.zeros(2, 3, 3))
    assert torch.equal(prior.split(z), torch.tensor([[[0.2, 0.6, -1.0], [0.0, -2.0, 0.0]]]))
    assert prior.snap(z).tolist() == [[0, 1, 0, 1, 0, 0, 9]]
    assert prior().event_shape == (7,) and DiscreteCode(2, 3)().event_shape == (6,)


def test_the_temperature_of_a_discrete_code_moves_its_numbers_alone() -> None:
    prior = DiscreteCode(2, 3, extra=2)
    with seeded(4):
        warm = prior.draw(3000)
    with seeded(4):
        cool = prior.draw(3000, 0.25)
    assert torch.equal(warm[:, :6], cool[:, :6])
    torch.testing.assert_close(cool[:, 6:], 0.25 * warm[:, 6:])
    assert warm[:, 6:].std().item() == pytest.approx(1, abs=0.05)
    assert warm[:, :6].mean(0).tolist() == pytest.approx([1 / 3] * 6, abs=0.03)
    with seeded(5):
        skewed = prior.draw(3000, 1.0, torch.tensor([[1.0, 3.0, 0.0], [0.0, 2.0, 2.0]]))
    shares = [0.25, 0.75, 0, 0, 0.5, 0.5]
    assert skewed[:, :6].mean(0).tolist() == pytest.approx(shares, abs=0.03)


def test_a_fitted_mixture_keeps_its_weights_and_its_covariances() -> None:
    weights = torch.tensor([0.2, 0.8], dtype=F64)
    means = torch.tensor([[0.0, 0.0], [4.0, -1.0]], dtype=F64)
    factors = torch.tensor([[[1.0, 0.0], [0.5, 2.0]], [[0.3, 0.0], [0.0, 0.4]]], dtype=F64)
    fitted = FittedMixture(weights, means, factors)
    z = torch.tensor([1.0, -0.5], dtype=F64)
    for temperature in (1.0, 2.0):
        p = 0.0
        for weight, mean, factor in zip(weights, means, factors, strict=True):
            covariance = temperature**2 * factor @ factor.T
            away = z - mean
            size = away @ torch.linalg.inv(covariance) @ away
            p += weight * torch.exp(-size / 2) / torch.linalg.det(covariance).sqrt()
        p /= 2 * math.pi
        assert fitted.scaled(temperature).log_prob(z).exp().item() == pytest.approx(p.item())
    assert fitted().log_prob(z) == fitted.scaled(1.0).log_prob(z)


def test_weights_of_discrete_codes_need_not_add_up_to_1() -> None:
    prior = DiscreteCode(2, 3, 1)
    weights = torch.tensor([[3.0, 1.0, 0.0], [0.0, 0.0, 8.0]])
    with seeded(4):
        z = prior.draw(4000, weights=weights)
    shares = prior.split(z).mean(0)
    assert shares[0].tolist() == pytest.approx([0.75, 0.25, 0], abs=0.03)
    assert shares[1].tolist() == [0, 0, 1]


def test_the_nearest_discrete_code_of_many_at_once() -> None:
    prior = DiscreteCode(2, 3, 1)
    z = torch.tensor([[[0.1, 0.7, 0.2, 0.4, 0.3, 0.35, -5.0]]])
    assert prior.snap(z).tolist() == [[[0, 1, 0, 1, 0, 0, -5]]]
    assert prior.split(z).shape == (1, 1, 2, 3)


def test_numbers_beside_discrete_codes_are_standard_normal() -> None:
    density_of = DiscreteCode(1, 2, 2)().log_prob(torch.tensor([[0.0, 1.0, 0.5, -2.0]]))
    by_hand = 0.5 * density(0.5, 0, 1) * density(-2.0, 0, 1)
    assert density_of.exp().item() == pytest.approx(by_hand)


def test_bayes_rule_gives_components_by_hand_and_minds_their_weights() -> None:
    prior = mixture()
    prior.weights = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], dtype=F64)
    z = torch.randn(5, 4, dtype=F64, generator=torch.Generator().manual_seed(2))
    found = prior.responsibilities(z)
    for row in range(5):
        for j in (0, 1):
            parts = []
            for k in range(3):
                sigma = (prior.log_var[j, k] / 2).exp().tolist()
                pairs = zip(
                    z[row, 2 * j : 2 * j + 2].tolist(),
                    prior.means[j, k].tolist(),
                    sigma,
                    strict=True,
                )
                p = math.prod(density(*triple) for triple in pairs)
                parts.append(float(prior.weights[j, k]) * p)
            expected = [p / sum(parts) for p in parts]
            assert found[row, j].tolist() == pytest.approx(expected)


def test_units_of_many_codes_at_once_have_the_same_densities() -> None:
    prior = mixture()
    z = torch.randn(6, 4, dtype=F64)
    found = prior.unit_log_prob(z.view(2, 3, 4))
    torch.testing.assert_close(found, prior.unit_log_prob(z).view(2, 3, 4))


def test_modes_that_are_read_off_a_context_start_as_wide_and_as_far_apart_as_asked() -> None:
    c = torch.zeros(1, 4)
    with seeded(0):
        spreads = [ConditionalModes(4, 200, 50, scale=s)(c).scales for s in (1.0, 0.3)]
        means = ConditionalModes(4, 200, 50, components=40, apart=3.0)(c).means
    assert spreads[0].mean().item() == pytest.approx(1, rel=0.1)
    assert spreads[1].mean().item() == pytest.approx(0.3, rel=0.1)
    assert means.std().item() == pytest.approx(3, rel=0.1)
    with seeded(0):
        plain = ConditionalModes(4, 200, 50)
    with seeded(0):
        narrow = ConditionalModes(4, 200, 50, scale=0.3)
    moved = narrow.gaussians.bias - plain.gaussians.bias  # added to what was drawn
    torch.testing.assert_close(moved[:50], torch.zeros(50))
    torch.testing.assert_close(moved[50:], torch.full((50,), 2 * math.log(0.3)))


def test_clusters_are_the_fitted_gaussians() -> None:
    with seeded(3):
        scale_tril = torch.randn(3, 2, 2).tril()
        scale_tril.diagonal(dim1=1, dim2=2).abs_().add_(0.3)
        fitted = FittedMixture(torch.tensor([0.2, 0.5, 0.3]), 3 * torch.randn(3, 2), scale_tril)
        prior = Clusters(fitted)
        z = prior.draw(40_000)
        cold = prior.draw(40_000, 0.5, torch.tensor([[0.0, 1.0, 0.0]]))
    covariance = scale_tril @ scale_tril.mT
    mean = fitted.weights @ fitted.means
    torch.testing.assert_close(z.mean(0), mean, atol=0.05, rtol=0)
    away = fitted.means - mean
    total = torch.einsum("k,kij->ij", fitted.weights, covariance)
    total = total + torch.einsum("k,ki,kj->ij", fitted.weights, away, away)
    torch.testing.assert_close(torch.cov(z.T), total, atol=0.2, rtol=0.03)
    torch.testing.assert_close(cold.mean(0), fitted.means[1], atol=0.03, rtol=0)
    torch.testing.assert_close(torch.cov(cold.T), covariance[1] / 4, atol=0.05, rtol=0.05)
    some = z[:6]
    parts = []
    for weight, middle, tril in zip(fitted.weights, fitted.means, scale_tril, strict=True):
        whitened = torch.linalg.solve_triangular(tril, (some - middle).T, upper=False)
        log_p = -0.5 * whitened.square().sum(0) - tril.diagonal().log().sum()
        parts.append(weight.log() + log_p)
    expected = torch.stack(parts, 1).softmax(1)[:, None]
    torch.testing.assert_close(prior.responsibilities(some), expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(prior.centres()[0], fitted.means)
    assert (prior.scales() > 0).all()
    torch.testing.assert_close(prior.scales()[0].square(), covariance.diagonal(dim1=1, dim2=2))
    torch.testing.assert_close(prior.split(some), some[:, None])
