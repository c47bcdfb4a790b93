"""What the shipped models of two domains are there to show, by numbers computed again."""

import functools

import numpy as np
import pytest
import torch

from backend import checkpoint, corpora
from backend.corpora.domains import parted
from backend.evaluation.domains import Domains, trip
from backend.processors.image import ImageProcessor

pytestmark = pytest.mark.slow

DANN, PLAIN = "classifier/dann--mnist-m", "classifier/dann--mnist-m--source-only"
CYCLE, WITHOUT = "gan/cycle_gan--ink-mnist", "gan/cycle_gan--ink-mnist--no-cycle"
N = 1000  # test pictures of each domain
DEVIATIONS = 4


def value(name: str, id: str) -> float:
    return checkpoint.info(name).metrics[id]["value"]


@functools.cache
def pictures(dataset: str) -> tuple[corpora.Split, corpora.Split]:
    try:
        split = corpora.load(dataset)["test"]
    except corpora.MissingCorpus as error:
        pytest.skip(str(error))
    first, second = parted(split, corpora.corpus(dataset).domains)
    return first.rows(range(N)), second.rows(range(N))


def near(share: float, stored: float, n: int = N) -> bool:
    """Whether a share of n may be a part of one that comes out as ``stored``."""
    return abs(share - stored) <= DEVIATIONS * (stored * (1 - stored) / n) ** 0.5 + 1e-3


def test_features_that_hide_the_domain_are_worth_more_than_ten_points() -> None:
    assert value(DANN, "target_accuracy") - value(PLAIN, "target_accuracy") > 0.10
    assert value(DANN, "accuracy") > 0.9 and value(PLAIN, "accuracy") > 0.9
    assert value(DANN, "domain_guess") < value(PLAIN, "domain_guess")
    configs = [checkpoint.info(name).config for name in (DANN, PLAIN)]
    assert {key for key in configs[0] if configs[0][key] != configs[1][key]} == {"reversal"}
    assert configs[1]["reversal"] == 0


@pytest.mark.parametrize("name", [DANN, PLAIN])
@torch.inference_mode()
def test_accuracies_are_those_of_the_weights(name: str) -> None:
    model = checkpoint.load_model(name)
    processor = ImageProcessor((3, 28, 28))
    for id, split in zip(("accuracy", "target_accuracy"), pictures("mnist-m"), strict=True):
        guesses = model.logits(processor.encode(split.items)).argmax(1).numpy()
        assert near(float(np.mean(guesses == split.labels)), value(name, id)), id


def test_the_way_back_keeps_the_class_and_without_it_the_class_is_lost() -> None:
    for id in ("kept_over", "kept_over_back", "kept_back", "kept_back_over"):
        assert value(CYCLE, id) > 90, id
    assert value(WITHOUT, "kept_over_back") < 50
    assert value(CYCLE, "cycle_l1") < value(WITHOUT, "cycle_l1")
    configs = [checkpoint.info(name).config for name in (CYCLE, WITHOUT)]
    assert {key for key in configs[0] if configs[0][key] != configs[1][key]} == {"cycle_weight"}
    assert configs[1]["cycle_weight"] == 0


@pytest.mark.parametrize("name", [CYCLE, WITHOUT])
def test_classes_kept_are_those_of_the_weights(name: str) -> None:
    ways = ("kept_over", "kept_over_back"), ("kept_back", "kept_back_over")
    for over, ids, split in zip((True, False), ways, pictures("ink-mnist"), strict=True):
        found = trip(name, split.items, over).classes
        for id, classes in zip(ids, found[1:], strict=True):
            share = float(np.mean(np.array(classes) == split.labels))
            assert near(share, value(name, id) / 100), id


@pytest.mark.parametrize("name", [DANN, PLAIN, CYCLE, WITHOUT])
def test_what_is_kept_to_look_at_is_of_the_validation_split(name: str) -> None:
    info = checkpoint.info(name)
    kept = Domains.load(info.path)
    try:
        split = corpora.load(info.dataset)["validation"]
    except corpora.MissingCorpus as error:
        pytest.skip(str(error))
    for side, half in enumerate(parted(split, corpora.corpus(info.dataset).domains)):
        first = [int(np.flatnonzero(half.labels == k)[0]) for k in range(10)]
        assert np.array_equal(kept.pictures[side], half.items[first])
        places = kept.places.shape[1]
        assert np.array_equal(kept.classes[side], half.labels[:places])
    assert places == (400 if "classify" in info.capabilities else 0)
