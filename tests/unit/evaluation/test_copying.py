"""Whether a model copies its training data: digits that were copied, and digits that were not."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from backend.device import seeded
from backend.evaluation.images import likeness_to_seen

pytestmark = pytest.mark.needs_corpus("mnist")


@pytest.fixture(scope="module")
def digits(corpus) -> Tensor:
    """Of the training split alone, in no order: what is "unseen" was written by the same hands."""
    pictures = corpus("mnist")["train"].pictures[:26_000]
    with seeded(0):
        order = torch.randperm(len(pictures))
    return torch.from_numpy(np.array(pictures))[order][:, None] / 255


@pytest.fixture(scope="module")
def seen(digits: Tensor) -> Tensor:
    return digits[:15_000]


@pytest.fixture(scope="module")
def unseen(digits: Tensor) -> Tensor:
    return digits[15_000:20_000]


def draws(pictures: Tensor, n: int = 1000) -> Tensor:
    with seeded(1):
        return pictures[torch.randint(len(pictures), (n,))]


@pytest.mark.parametrize("blurred", [False, True])
@pytest.mark.parametrize("kinds", [300, 1000, 10_000])
def test_copied_digits_are_found(kinds: int, blurred: bool, seen: Tensor, unseen: Tensor) -> None:
    copies = draws(seen[:kinds])
    if blurred:
        copies = 0.5 * copies + 0.5 * avg_pool2d(copies, 3, 1, 1)
    found = likeness_to_seen(copies, seen, unseen)
    assert found.expected == 0.75
    assert found.share > (0.99 if not blurred else 0.95)
    assert found.excess > 5


def test_one_copy_in_five_is_found(digits: Tensor, seen: Tensor, unseen: Tensor) -> None:
    mixed = torch.cat([digits[20_000:22_400], draws(seen, 600)])
    assert likeness_to_seen(mixed, seen, unseen).excess > 4


@pytest.mark.parametrize("kinds", [40, 300, 2000])
def test_who_copies_nothing_is_not_accused(
    kinds: int, digits: Tensor, seen: Tensor, unseen: Tensor
) -> None:
    """Other digits of the same hands, as a perfect model would make; few kinds over and over."""
    found = likeness_to_seen(draws(digits[20_000 : 20_000 + kinds]), seen, unseen)
    assert abs(found.excess) < 3
    assert found.stderr < 0.1


def test_the_share_and_its_error_are_those_written_out() -> None:
    seen, unseen = torch.tensor([[0.0], [1.0], [2.0]]), torch.tensor([[10.0]])
    samples = torch.tensor([[0.1], [0.2], [0.9], [9.0]])  # nearest: 0, 0, 1, the unseen one
    found = likeness_to_seen(samples, seen, unseen, parts=3)
    assert (found.share, found.expected) == (0.75, 0.75)
    assert found.stderr == pytest.approx((0.75 * 0.25 * (4 + 1 + 1) / 16) ** 0.5)
    assert found.excess == 0
