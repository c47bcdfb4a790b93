"""Points of the plane lie where they should, and what is measured of them has known values."""

import math

import numpy as np
import pytest
import torch

from backend.corpora.plane import EXTENT, MOST_DRAWN, NAMES, SIGMA, plane
from backend.evaluation.points import grid_divergences, modes_hit, scores, wasserstein_1
from backend.nets.points import NOISE

DRAWN = [(-1.0, 0.5), (1.0, -0.5), (0.0, 2.0)]


@pytest.mark.parametrize("name", NAMES)
def test_points_follow_the_density_that_is_said(name: str) -> None:
    """The mean log-density of draws is the negative entropy: closed for well-parted centres."""
    found = plane(name, theta=2.0, drawn=DRAWN)
    points = found.draw(4000, seed=1)
    assert points.dtype == torch.float32 and points.shape == (4000, 2)
    assert points.abs().max() < EXTENT
    if name in ("ring", "grid", "drawn"):
        entropy = math.log(2 * math.pi * math.e * SIGMA**2 * len(found.centres))
        assert float(found.log_density(points).mean()) == pytest.approx(-entropy, abs=0.06)
    grid = torch.linspace(-EXTENT - 1, EXTENT + 1, 169)
    cells = torch.cartesian_prod(grid, grid)
    total = found.log_density(cells).exp().sum() * (grid[1] - grid[0]) ** 2
    assert float(total) == pytest.approx(1, abs=1e-3)


def test_the_same_seed_draws_the_same_points() -> None:
    ring = plane("ring")
    assert torch.equal(ring.draw(50, seed=3), ring.draw(50, seed=3))
    assert not torch.equal(ring.draw(50, seed=3), ring.draw(50, seed=4))


def test_lines_are_as_far_apart_as_asked() -> None:
    x = plane("lines", theta=1.5).draw(4000, seed=0)[:, 0]
    assert float(x[x > 0].mean() - x[x < 0].mean()) == pytest.approx(1.5, abs=0.02)


def test_a_decoder_can_be_perfect() -> None:
    assert pytest.approx(SIGMA) == NOISE


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        ([], "no point"),
        ([(0.0, 0.0)], "one point"),
        ([(0.0, 0.0)] * (MOST_DRAWN + 1), "at most 300"),
        ([(0.0, 0.0), (9.0, 0.0)], "outside"),
        ([(0.0, 0.0), (math.nan, 0.0)], "outside"),
    ],
)
def test_drawings_that_cannot_be_used(drawn: list, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        plane("drawn", drawn=drawn)


def test_lines_that_cannot_be_used() -> None:
    with pytest.raises(ValueError, match="0 to 4"):
        plane("lines", theta=-1)


def test_all_modes_are_hit_by_the_data_and_one_by_a_collapsed_model() -> None:
    ring = plane("ring")
    modes, good = modes_hit(ring, ring.draw(10_000, seed=0).numpy())
    assert modes == 8
    assert good == pytest.approx(1 - math.exp(-4.5), abs=0.005)  # Rayleigh, three deviations
    collapsed = ring.centres[:1].numpy().repeat(10_000, axis=0)
    assert modes_hit(ring, collapsed) == (1, 1.0)


def test_a_mode_needs_twenty_good_samples_of_ten_thousand() -> None:
    grid = plane("grid")
    for few, hit in ((19, 1), (20, 2)):
        samples = np.zeros((10_000, 2), np.float32)
        samples[:few] = (2.0, 2.0)
        assert modes_hit(grid, samples)[0] == hit
    samples = np.zeros((500, 2), np.float32)  # of 500, one is enough
    samples[0] = (2.0, 2.0)
    assert modes_hit(grid, samples)[0] == 2


def test_divergences_of_distributions_that_do_not_meet() -> None:
    p, q = np.full((100_000, 2), -1.0), np.full((100_000, 2), 1.0)
    kl, js = grid_divergences(p, q)
    assert js == pytest.approx(math.log(2), abs=0.05)
    assert kl == pytest.approx(math.log(2 * 100_000), rel=0.02)  # half a sample where q has none
    assert grid_divergences(p, p) == (0, 0)


def test_divergence_of_two_known_histograms() -> None:
    p = np.repeat([[-1.0, 0.0], [1.0, 0.0]], [300_000, 100_000], axis=0)
    q = np.repeat([[-1.0, 0.0], [1.0, 0.0]], [200_000, 200_000], axis=0)
    exact = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert grid_divergences(p, q)[0] == pytest.approx(exact, abs=2e-3)


def test_wasserstein_of_a_shift_is_the_shift() -> None:
    points = plane("moons").draw(128, seed=0).numpy()
    moved = np.random.default_rng(0).permutation(points) + np.float32([0.3, 0.4])
    assert wasserstein_1(points, moved) == pytest.approx(0.5, abs=1e-5)


def test_scores_of_the_data_and_of_nonsense() -> None:
    ring = plane("ring")
    real = ring.draw(10_000, seed=0).numpy()
    same = scores(ring, real, ring.draw(10_000, seed=1).numpy())
    assert same.modes == 8 and same.js < 0.01 and same.w1 < 0.4
    lost = scores(ring, real, np.full((10_000, 2), np.nan, np.float32))
    assert lost.modes == 0 and lost.good == 0 and lost.w1 > 1e5
