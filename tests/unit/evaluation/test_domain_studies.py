"""What is measured and kept of models of two domains, on small made-up ones."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from backend import checkpoint
from backend.corpora import Split
from backend.corpora.domains import DOMAIN, Unpaired
from backend.device import seeded
from backend.evaluation import domains
from backend.evaluation.studies import domains as study
from backend.models.classifier.dann import DANN
from backend.processors.image import ImageProcessor

NAMES = "chalk", "ink"


def split(n: int) -> Split:
    """The top left pixel tells the class, of every second picture inverted."""
    pictures = np.zeros((n, 8, 8, 3), np.uint8)
    labels = np.arange(n) // 2 % 3
    pictures[:, 0, 0] = 80 * labels[:, None]
    pictures[1::2] = 255 - pictures[1::2]
    return Split(pictures, labels, {DOMAIN: [NAMES[row % 2] for row in range(n)]})


class Translator(nn.Module):
    """Inverts; G makes every class that is 2 a 1, F does no harm."""

    def across(self, x: Tensor, over: bool) -> Tensor:
        out = 1 - x
        if over:
            out[:, :, 0, 0] = out[:, :, 0, 0].clamp(min=1 - 80 / 255)
        return out


class Judge(nn.Module):
    def logits(self, grey: Tensor) -> Tensor:
        levels = torch.tensor([0.0, 80 / 255, 160 / 255])
        return -(grey[:, 0, 0, 0][:, None] - levels).abs()


def subject(monkeypatch: pytest.MonkeyPatch, model: nn.Module, n: int = 12) -> SimpleNamespace:
    monkeypatch.setattr(checkpoint, "load_model", lambda name: model)
    monkeypatch.setattr(checkpoint, "info", lambda name: SimpleNamespace(fingerprint="f"))
    monkeypatch.setattr(study, "load_judge", lambda name: Judge())
    record = SimpleNamespace(domains=NAMES, judged_as="mnist")
    monkeypatch.setattr(study.corpora, "corpus", lambda name: record)
    return SimpleNamespace(
        info=SimpleNamespace(name="a/b--c", dataset="c", model="dann"),
        device=torch.device("cpu"),
        processor=ImageProcessor((3, 8, 8)),
        splits={"validation": split(n), "test": split(n)},
    )


def test_classes_kept_are_counted_on_each_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "judge_of", lambda dataset: "a judge")
    found = dict(study.kept(subject(monkeypatch, Translator())))
    assert {id: one.value for id, one in found.items()} == pytest.approx(
        {
            "kept_over": 100 * 2 / 3,  # a 2 became a 1 on the way over
            "kept_over_back": 100 * 2 / 3,  # and comes back as one
            "kept_back": 100.0,
            "kept_back_over": 100 * 2 / 3,
            # One pixel of 64 of one class in three is wrong by 80 / 255 in either direction.
            "cycle_l1": 80 / 255 / 64 / 3,
        }
    )
    assert all(found[id].reference[0] == 100 for id in ("kept_over", "kept_back_over"))
    assert found["kept_over"].n == 6 and found["cycle_l1"].n == 12


class Classifier(nn.Module):
    """Features are the first pixels; right on chalk, on ink it takes all for class 0."""

    def features(self, x: Tensor) -> Tensor:
        return x[:, 0, 0, :2]

    def output(self, features: Tensor) -> Tensor:
        levels = torch.tensor([0.0, 80 / 255, 160 / 255])
        logits = -(features[:, :1] - levels).abs()
        ink = features[:, 1:] > 0.5
        return torch.where(ink, torch.tensor([1.0, 0.0, 0.0]), logits)


def test_both_accuracies_and_what_features_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    found = dict(study.adapted(subject(monkeypatch, Classifier())))
    assert found["accuracy"].value == 1
    assert found["target_accuracy"].value == pytest.approx(1 / 3)
    assert found["domain_guess"].value == 1 and found["domain_guess"].n == 12


def test_features_that_are_the_same_hide_the_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Classifier()
    monkeypatch.setattr(model, "features", lambda x: torch.zeros(len(x), 2))
    found = dict(study.adapted(subject(monkeypatch, model)))
    assert found["domain_guess"].value == 0.5


def test_ink_is_read_off_black_by_the_brightest_channel_off_paper_by_the_darkest() -> None:
    x = torch.tensor([0.1, 0.5, 0.9]).view(1, 3, 1, 1)
    assert domains.ink(x, paper=False).item() == pytest.approx(0.9)
    assert domains.ink(x, paper=True).item() == pytest.approx(0.9)
    assert domains.ink(torch.ones(1, 3, 1, 1), paper=True).item() == 0


def test_what_is_kept_comes_back_and_has_one_of_each_class(tmp_path: Path) -> None:
    with seeded(0):
        model = DANN(DANN.Config(data_shape=(3, 8, 8), class_hidden=4, classes=3)).eval()
        x, y = torch.rand(2, 60, 3, 8, 8)
    labels = torch.arange(60) % 3
    held = Unpaired(x, labels, y, labels.flip(0))
    found = domains.take(held, model)
    found.save(tmp_path)
    again = domains.Domains.load(tmp_path)
    for name, value in vars(found).items():
        assert np.array_equal(value, getattr(again, name)), name
    assert again.pictures.shape == (2, 3, 8, 8, 3)
    assert np.array_equal(again.pictures[0], domains.as_pictures(x[:3]))  # classes 0, 1, 2
    assert np.array_equal(again.pictures[1], domains.as_pictures(y[[2, 1, 0]]))
    assert again.places.shape == (2, 60, 2) and np.isfinite(again.places).all()
    assert again.classes[1].tolist() == labels.flip(0).tolist()
    with torch.inference_mode():
        assert again.guesses[1].tolist() == model.logits(y).argmax(1).tolist()
    assert domains.take(held).places.shape == (2, 0, 2)
