"""Clouds of codes along a training, and the plane that they are drawn on."""

from pathlib import Path

import numpy as np

from backend.codes.clouds import Clouds
from backend.device import seeded
from tests.unit.models.test_dialog import batch_of, build


def test_codes_are_of_the_same_pairs_with_the_same_noise_and_a_resumed_run_repeats_none(
    tmp_path: Path,
) -> None:
    model = build("dialog_wae").eval()
    batch = batch_of(model, 6)
    early, late = (Clouds.take(model, step, batch) for step in (10, 20))
    with seeded(0):
        z = model.encode(batch[1], batch[0]).sample()
    assert np.allclose(early.posterior[0], z.detach(), atol=1e-2)
    assert np.array_equal(early.prior, late.prior)
    early.then(late).then(Clouds.take(model, 20, batch)).save(tmp_path)
    kept = Clouds.load(tmp_path)
    assert kept.steps.tolist() == [10, 20]
    assert kept.posterior.shape == kept.prior.shape == (2, 6, model.config.latent_dim)


def test_the_plane_is_that_of_the_widest_directions_at_the_end() -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(2, 200, 5)) * [0.1, 3.0, 0.1, 1.0, 0.1]
    early = np.broadcast_to(np.arange(5.0), (2, 200, 5))
    posterior, prior = np.stack([early, wide], 1).astype(np.float16)
    flat = Clouds(np.array([0, 9]), posterior, prior).flat()
    assert flat.posterior.shape == (2, 200, 2)
    for axis, kept in enumerate((1, 3)):
        alike = np.corrcoef(flat.prior[1, :, axis].astype(float), prior[1, :, kept].astype(float))
        assert abs(alike[0, 1]) > 0.99
    both = np.concatenate([flat.posterior[-1], flat.prior[-1]])
    assert np.allclose(both.mean(0), 0, atol=1e-2)
    assert np.ptp(flat.prior[0], axis=0).max() == 0  # one place, wherever it lies on the plane
