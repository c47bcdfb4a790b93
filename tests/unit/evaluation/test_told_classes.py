"""Models that can be told the class of an item, through the public interface."""

from pathlib import Path

import numpy as np
import pytest
import torch

import backend
from backend.space import LatentSpace
from tests.small_pictures import write_model

TOLD, PLAIN = "vae/cvae--mnist", "vae/vae--mnist--conv"
N = 70  # more than one chunk


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory):
    """``small(name)`` loads an untrained model of 28 x 28 pictures."""
    folder: Path = tmp_path_factory.mktemp("told")
    for name in (TOLD, PLAIN):
        write_model(folder, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        yield lambda name: backend.load(name, device="cpu")


def test_a_model_says_how_many_classes_it_can_be_told(small) -> None:
    assert small(TOLD).classes == small(TOLD).info.classes == 10
    assert small(PLAIN).classes == small(PLAIN).info.classes == 0
    assert small(PLAIN).sample_labels(4) is None


def test_a_classifier_knows_classes_but_is_told_none(monkeypatch) -> None:
    monkeypatch.delenv("LATENT_TRAINED_DIR", raising=False)
    info = backend.info("classifier/image_classifier--mnist")
    assert info.config["classes"] == 10 and info.classes == 0


def test_labels_are_the_context_of_encoder_and_decoder(small) -> None:
    space: LatentSpace = small(TOLD)
    labels = np.arange(N) % 10
    z = space.sample_codes(N, seed=1)
    with torch.inference_mode():
        p = space.model.decode(torch.from_numpy(z), torch.from_numpy(labels))
        expected = space.processor.decode(p.mean)
    pictures = space.decode(z, labels=labels)
    np.testing.assert_allclose(pictures.astype(int), expected, atol=1)
    assert np.array_equal(np.concatenate(list(space.decode_chunks(z, labels=labels))), pictures)
    codes = space.encode(pictures, labels=labels)
    with torch.inference_mode():
        q = space.model.encode(space.read(pictures), torch.from_numpy(labels))
    np.testing.assert_allclose(codes, q.mean, atol=1e-5)
    again = space.reconstruct(pictures, labels=labels)
    assert np.array_equal(again, space.decode(codes, labels=labels))


def test_another_label_gives_another_picture_and_another_code(small) -> None:
    space = small(TOLD)
    z = np.repeat(space.sample_codes(1, seed=0), 10, 0)
    pictures = space.decode(z, labels=range(10))
    assert len(np.unique(pictures.reshape(10, -1), axis=0)) == 10
    codes = space.encode(np.repeat(pictures[:1], 10, 0), labels=list(range(10)))
    assert len(np.unique(codes, axis=0)) == 10


def test_minus_one_is_a_class_that_is_not_known(small) -> None:
    space = small(TOLD)
    z = space.sample_codes(5, seed=2)
    unknown = np.full(5, -1)
    assert np.array_equal(space.decode(z, labels=unknown), space.decode(z))
    pictures = space.decode(z)
    assert np.array_equal(space.encode(pictures, labels=unknown), space.encode(pictures))


def test_samples_draw_their_classes_from_the_seed(small) -> None:
    space = small(TOLD)
    drawn = space.sample_labels(2000, seed=3)
    assert np.array_equal(drawn, space.sample_labels(2000, seed=3))
    assert not np.array_equal(drawn, space.sample_labels(2000, seed=4))
    shares = np.bincount(drawn, minlength=10) / len(drawn)
    assert len(shares) == 10 and (abs(shares - 0.1) < 0.03).all()
    z = space.sample_codes(2000, seed=3)
    by_class = np.stack([z[drawn == label].mean(0) for label in range(10)])
    assert abs(by_class).max() < 4.5 / np.sqrt(200)  # the class says nothing of the code
    samples = space.sample(N, seed=3)
    z = space.sample_codes(N, seed=3)
    assert np.array_equal(samples, space.decode(z, labels=space.sample_labels(N, seed=3)))
    assert not np.array_equal(samples, space.decode(z))
    sevens = space.sample(N, seed=3, labels=[7] * N)
    assert np.array_equal(sevens, space.decode(z, labels=[7] * N))


def test_a_model_that_takes_no_classes_samples_as_before(small) -> None:
    space = small(PLAIN)
    z = space.sample_codes(N, seed=5)
    assert np.array_equal(space.sample(N, seed=5), space.decode(z))
    with torch.inference_mode():
        parts = [space.model.decode(part).mean for part in torch.from_numpy(z).split(64)]
    assert np.array_equal(space.decode(z), space.processor.decode(torch.cat(parts)))


@pytest.mark.parametrize(
    "labels, reason",
    [
        ([0, 1], "one label for each item: 3"),
        ([[0, 1, 2]], "one label for each item: 3"),
        (4, "one label for each item: 3"),
        ([0, 1, 10], "whole numbers from 0 to 9"),
        ([0, -2, 1], "whole numbers from 0 to 9"),
        ([0.0, 1.0, 2.0], "whole numbers from 0 to 9"),
        (["0", "1", "2"], "whole numbers from 0 to 9"),
    ],
)
def test_wrong_labels_are_refused(small, labels, reason: str) -> None:
    space = small(TOLD)
    z = space.sample_codes(3)
    pictures = space.decode(z)
    for ask in (
        lambda: space.decode(z, labels=labels),
        lambda: list(space.decode_chunks(z, labels=labels)),
        lambda: space.sample(3, labels=labels),
        lambda: space.encode(pictures, labels=labels),
        lambda: space.reconstruct(pictures, labels=labels),
    ):
        with pytest.raises(ValueError, match=reason):
            ask()


def test_a_model_that_takes_no_classes_refuses_labels(small) -> None:
    space = small(PLAIN)
    z = space.sample_codes(3)
    for ask in (
        lambda: space.decode(z, labels=[0, 1, 2]),
        lambda: space.sample(3, labels=[0, 1, 2]),
        lambda: space.encode(space.decode(z), labels=[0, 1, 2]),
    ):
        with pytest.raises(ValueError, match="cannot be told classes"):
            ask()
