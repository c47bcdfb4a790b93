"""Two domains without pairs: how they are made, parted and drawn from."""

import numpy as np
import pytest
import torch

from backend.corpora import Split, domains, ink_mnist, mnist_m
from backend.corpora import corpus as record
from backend.corpora.batching import DomainBatches

RNG = np.random.default_rng(0)


def grey(n: int = 9) -> np.ndarray:
    return RNG.integers(0, 256, (n, 28, 28), np.uint8)


def test_no_digit_stands_in_both_domains() -> None:
    pictures, labels = grey(), np.arange(9)
    seeds = []

    def inverted(some: np.ndarray, seed: int) -> np.ndarray:
        seeds.append(seed)
        return 255 - some[..., None].repeat(3, -1)

    splits = {name: Split(pictures, labels) for name in ("train", "test")}
    found = domains.unpaired(splits, ("x", "y"), inverted, seed=7)
    assert seeds == [7, 8]
    split = found["test"]
    assert split.items.shape == (9, 28, 28, 3) and split.items.dtype == np.uint8
    first, second = domains.parted(split, ("x", "y"))
    assert np.array_equal(first.items, pictures[0::2, ..., None].repeat(3, -1))
    assert np.array_equal(second.items, 255 - pictures[1::2, ..., None].repeat(3, -1))
    assert first.labels.tolist() == [0, 2, 4, 6, 8] and second.labels.tolist() == [1, 3, 5, 7]
    assert np.array_equal(splits["test"].items, pictures)  # the grey ones are left as they were


def test_a_blend_is_the_difference_of_patch_and_digit() -> None:
    textures = RNG.integers(0, 256, (3, 40, 40, 3), np.uint8)
    black = mnist_m.blended(textures, np.zeros((20, 28, 28), np.uint8), seed=1)
    patches = {
        texture[y : y + 28, x : x + 28].tobytes()
        for texture in textures
        for y in range(13)
        for x in range(13)
    }
    assert {patch.tobytes() for patch in black} <= patches  # nothing drawn: the patch itself
    assert len({patch.tobytes() for patch in black}) > 10
    digits = grey(20)
    found = mnist_m.blended(textures, digits, seed=1)
    expected = np.abs(black.astype(int) - digits[..., None].astype(int))
    assert np.array_equal(found, expected)
    assert not np.array_equal(found, mnist_m.blended(textures, digits, seed=2))


@pytest.mark.slow
def test_textures_are_the_same_each_time_and_differ_from_each_other() -> None:
    found = mnist_m.textures()
    assert found.shape == (mnist_m.TEXTURES, mnist_m.SIDE, mnist_m.SIDE, 3)
    assert np.array_equal(found, mnist_m.textures())
    assert len({texture.tobytes() for texture in found}) == mnist_m.TEXTURES
    tones = found.max((1, 2, 3))  # of the brightest place of each
    assert (found.min((1, 2, 3)) == 0).all() and 70 < tones.min() < 100 and tones.max() > 240
    colour = (found.max(-1).astype(int) - found.min(-1)).mean((1, 2))
    assert colour.min() < 20 and colour.max() > 60  # from grey to coloured


def test_ink_takes_light_of_one_hue_from_white_paper() -> None:
    digits = grey(40)
    digits[:, 0, 0], digits[:, 0, 1] = 0, 255
    found = ink_mnist.in_ink(digits, seed=3)
    assert (found[:, 0, 0] == 255).all()
    inks = found[:, 0, 1].astype(float) / 255
    assert inks.max(1) == pytest.approx(0.6, abs=0.01)  # saturation 0.8 of value 0.6
    assert inks.min(1) == pytest.approx(0.12, abs=0.01)
    assert len({tuple(ink) for ink in inks}) > 30
    taken = 255 - found.astype(float)
    expected = digits[..., None] / 255 * (1 - inks[:, None, None]) * 255
    assert np.abs(taken - expected).max() < 1.1


@pytest.mark.parametrize("name", ["mnist-m", "ink-mnist"])
def test_a_corpus_of_two_domains_says_so(name: str) -> None:
    known = record(name)
    assert len(known.domains) == 2 and known.tags == (domains.DOMAIN,)
    assert known.downloads == ("mnist",)


@pytest.mark.needs_corpus("mnist")
@pytest.mark.slow
@pytest.mark.parametrize("name", ["mnist-m", "ink-mnist"])
def test_each_domain_has_half_of_the_digits(corpus, name: str) -> None:
    grey = corpus("mnist")
    for part, split in corpus(name).items():
        first, second = domains.parted(split, record(name).domains)
        assert abs(len(first.items) - len(second.items)) <= 1
        assert np.array_equal(first.items[..., 0], grey[part].items[0::2])


def test_batches_draw_each_domain_in_an_order_of_its_own() -> None:
    x = torch.arange(12.0)[:, None]
    pictures = domains.Unpaired(x, torch.arange(12), 100 + x, 50 + torch.arange(12))
    batches = DomainBatches(pictures, 4, seed=3)
    assert len(batches) == 3
    rows = [batches(step) for step in range(3)]
    for place, offset in ((0, 0), (2, 100)):
        seen = torch.cat([batch[place] for batch in rows])[:, 0] - offset
        assert sorted(seen.tolist()) == list(range(12))
    for a, labels, _ in rows:
        assert torch.equal(labels, a[:, 0].long())  # classes are of x, never of y
    together = {(a.item(), b.item() - 100) for x, _, y in rows for a, b in zip(x, y, strict=True)}
    assert not all(a == b for a, b in together)
    assert all(torch.equal(a, b) for a, b in zip(batches(1), rows[1], strict=True))
    assert not torch.equal(batches(3)[0], rows[0][0])  # the next epoch
