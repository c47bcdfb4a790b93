"""Local directions of a cloud whose spread is known."""

import numpy as np
import pytest

from backend.codes.directions import local_directions


def cloud(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """3,000 codes in 6 dimensions that spread 5, 2 and 1 along three turned axes; and the axes."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(6, 6)))[0][:3]
    return (rng.normal(size=(3000, 3)) * [5, 2, 1]) @ axes + 7, axes


def test_of_all_codes_they_are_the_axes_of_the_cloud_and_its_deviations():
    codes, axes = cloud()
    found = local_directions(codes.mean(0), codes, k=3000)
    np.testing.assert_allclose(np.abs(found.axes @ axes.T), np.eye(3), atol=0.03)
    np.testing.assert_allclose(found.std, [5, 2, 1], rtol=0.05)
    np.testing.assert_allclose(found.share, np.array([25, 4, 1]) / 30, atol=0.02)


def test_only_the_neighbours_count():
    near = np.random.default_rng(1).normal(size=(50, 4)) * [0.1, 1, 0.1, 0.1]
    far = 100 + np.random.default_rng(2).normal(size=(500, 4)) * [9, 1, 9, 9]
    found = local_directions(np.zeros(4), np.concatenate([far, near]))
    assert abs(found.axes[0, 1]) > 0.99 and found.std[0] == pytest.approx(1, rel=0.25)


def test_each_points_to_its_largest_number():
    codes, _ = cloud()
    for sign in (1, -1):  # the cloud mirrored through its middle has the same directions
        axes = local_directions(codes[0], codes[0] + sign * (codes - codes[0])).axes
        assert (np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1) > 0).all()


def test_the_neighbourhood_of_equal_codes_has_none():
    assert len(local_directions(np.ones(3), np.ones((60, 3))).axes) == 0
    assert len(local_directions(np.ones(3), np.ones((1, 3))).axes) == 0
