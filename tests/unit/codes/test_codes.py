"""Paths, planes and neighbours, against what geometry says."""

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal

from backend.codes.neighbours import neighbours
from backend.codes.paths import bilinear, lerp, slerp
from backend.codes.planes import Plane
from backend.codes.statistics import fit_mixture
from backend.objectives.divergences import kl, kl_per_unit
from backend.objectives.priors import FittedMixture, StandardNormal

RNG = np.random.default_rng(0)
T = np.linspace(0, 1, 9)


@pytest.mark.parametrize("path", [lerp, slerp])
def test_paths_begin_and_end_where_they_should(path) -> None:
    a, b = RNG.normal(size=(2, 16))
    points = path(a, b, T)
    np.testing.assert_allclose(points[0], a, atol=1e-12)
    np.testing.assert_allclose(points[-1], b, atol=1e-12)


def test_slerp_keeps_the_norm_and_turns_evenly() -> None:
    a, b = RNG.normal(size=(2, 16))
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    points = slerp(a, b, T)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), np.linalg.norm(a))
    gaps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    np.testing.assert_allclose(gaps, gaps[0])
    assert np.linalg.norm(lerp(a, b, T)[4]) < np.linalg.norm(points[4])


@pytest.mark.parametrize("b", [np.zeros(3), np.array([2.0, 0, 0]), np.array([-2.0, 0, 0])])
def test_slerp_without_an_arc_is_the_straight_line(b: np.ndarray) -> None:
    a = np.array([1.0, 0, 0])
    np.testing.assert_allclose(slerp(a, b, T), lerp(a, b, T))


def test_bilinear_grid_has_its_corners() -> None:
    corners = RNG.normal(size=(4, 5))
    grid = bilinear(corners, 4).reshape(4, 4, 5)
    np.testing.assert_allclose(grid[[0, 0, -1, -1], [0, -1, 0, -1]], corners)
    np.testing.assert_allclose(grid[1, 0], lerp(corners[0], corners[2], [1 / 3])[0])


def test_plane_goes_through_its_points_and_locates_them() -> None:
    z = RNG.normal(size=(3, 8))
    plane = Plane.through(*z)
    for point, (u, v) in zip(z, [(0, 0), (1, 0), (0, 1)], strict=True):
        np.testing.assert_allclose(plane.at(u, v), point, atol=1e-12)
        np.testing.assert_allclose(plane.locate(point), (u, v), atol=1e-9)
    off = plane.at(0.3, 0.4) + np.linalg.svd(plane.axes)[2][-1]  # straight off the plane
    np.testing.assert_allclose(plane.locate(off), (0.3, 0.4), atol=1e-9)
    assert plane.at(np.zeros((2, 3)), np.ones((2, 3))).shape == (2, 3, 8)


def test_three_points_on_a_line_span_no_plane() -> None:
    with pytest.raises(ValueError, match="not on one line"):
        Plane.through(np.zeros(4), np.ones(4), 2 * np.ones(4))


def test_neighbours_are_the_nearest() -> None:
    codes, z = RNG.normal(size=(50, 6)), RNG.normal(size=(4, 6))
    distances = np.linalg.norm(z[:, None] - codes, axis=2)
    np.testing.assert_array_equal(neighbours(z, codes, 3), np.argsort(distances, axis=1)[:, :3])


def test_fitted_mixture_recovers_planted_clusters() -> None:
    centres = np.array([[-4.0, 0], [4, 0], [0, 5]])
    draws = np.concatenate([c + 0.5 * RNG.normal(size=(400, 2)) for c in centres])
    weights, means, factors = fit_mixture(draws, 3, seed=0)
    order = neighbours(centres, means, 1)[:, 0]
    np.testing.assert_allclose(means[order], centres, atol=0.1)
    np.testing.assert_allclose(weights, 1 / 3, atol=0.02)
    np.testing.assert_allclose(np.abs(factors[:, 0, 0]), 0.5, atol=0.05)


def test_mixture_density_is_the_weighted_sum() -> None:
    weights = torch.tensor([0.3, 0.7])
    means = torch.tensor([[0.0, 0.0], [2.0, 1.0]])
    mixture = FittedMixture(weights, means, torch.eye(2).expand(2, 2, 2))
    z = torch.randn(5, 2)
    parts = [Independent(Normal(m, torch.ones(2)), 1).log_prob(z).exp() for m in means]
    expected = (weights[0] * parts[0] + weights[1] * parts[1]).log()
    torch.testing.assert_close(mixture().log_prob(z), expected)
    torch.testing.assert_close(mixture.scaled(1.0).log_prob(z), expected)


def test_kl_of_gaussians_matches_the_closed_form_and_monte_carlo() -> None:
    mu, sigma = torch.tensor([[0.5, -1.0]]), torch.tensor([[0.8, 1.7]])
    q, p = Independent(Normal(mu, sigma), 1), StandardNormal(2)()
    exact = 0.5 * (sigma**2 + mu**2 - 1 - 2 * sigma.log())
    torch.testing.assert_close(kl_per_unit(q), exact)
    torch.testing.assert_close(kl(q, p), exact.sum(1))
    torch.manual_seed(0)
    z = q.sample((100_000,))
    mixture = FittedMixture(torch.ones(1), torch.zeros(1, 2), torch.eye(2)[None])()
    estimate = kl(q, mixture, z)  # torch has no closed form for a mixture
    torch.testing.assert_close(estimate.mean(), exact.sum(), atol=0.02, rtol=0)
