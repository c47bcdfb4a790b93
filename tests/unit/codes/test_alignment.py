"""Codes turned onto each other: what is known exactly."""

import numpy as np
import pytest

from backend.codes.alignment import align

RNG = np.random.default_rng(3)
CODES = RNG.normal(size=(40, 5)) * [3, 2, 1, 1, 0.5]
TURN = np.linalg.qr(RNG.normal(size=(5, 5)))[0]
MIRROR = np.diag([-1.0, 1, 1, 1, 1])


@pytest.mark.parametrize("turn", [TURN, TURN @ MIRROR], ids=["turned", "mirrored"])
def test_the_same_space_turned_shifted_and_scaled_has_not_drifted(turn):
    found = align(CODES, 7 * CODES @ turn - 4)
    np.testing.assert_allclose(found.drift, 0, atol=1e-9)
    np.testing.assert_allclose(found.plane[0], found.plane[1], atol=1e-9)
    assert np.sqrt((found.first**2).sum(1).mean()) == pytest.approx(1)


def test_shuffled_items_drift_and_one_moved_item_drifts_most():
    shuffled = align(CODES, CODES[RNG.permutation(len(CODES))])
    assert 0.8 < np.sqrt((shuffled.drift**2).mean()) < np.sqrt(2)
    moved = CODES @ TURN
    moved[7] += 5
    drift = align(CODES, moved).drift
    assert drift.argmax() == 7 and np.median(drift) < 0.1 * drift[7]


def test_codes_of_another_size_are_padded():
    flat = CODES[:, :2]
    found = align(flat, np.pad(flat, ((0, 0), (0, 3))) @ TURN)
    assert found.first.shape == found.second.shape == (40, 5)
    np.testing.assert_allclose(found.drift, 0, atol=1e-9)
    one = align(CODES[:, :1], -CODES[:, :1])
    assert one.plane.shape == (2, 40, 2) and np.allclose(one.drift, 0)


def test_what_cannot_be_turned_is_told():
    with pytest.raises(ValueError, match="At least 3"):
        align(CODES[:2], CODES[:2])
    with pytest.raises(ValueError, match="each item"):
        align(CODES, CODES[1:])
    with pytest.raises(ValueError, match="the same code"):
        align(CODES, np.ones((40, 5)))
