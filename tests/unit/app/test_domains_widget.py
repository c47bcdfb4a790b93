"""The view of two domains, without a browser, on small models that were not trained."""

import base64
import contextlib
import io

import numpy as np
import pytest
import torch

from app import session
from app.components import served
from app.widgets.domains import widget
from app.widgets.image_input import to_value
from backend import checkpoint
from backend.corpora.domains import Unpaired
from backend.device import seeded
from backend.evaluation import domains
from backend.models.classifier.dann import DANN
from backend.models.classifier.image_classifier import ImageClassifier
from backend.models.gan.cycle_gan import CycleGAN

CYCLE, WITHOUT = "gan/cycle_gan--ink-mnist", "gan/cycle_gan--ink-mnist--no-cycle"
ADAPTED, PLAIN = "classifier/dann--mnist-m", "classifier/dann--mnist-m--source-only"
ENTRY = {"unit": "%", "split": "test", "n": 9, "stderr": None, "reference": 99.0, "settings": {}}


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("trained")
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        with seeded(0):
            x, y = torch.rand(2, 40, 3, 28, 28)
            labels = torch.arange(40) % 10
            held = Unpaired(x, labels, y, labels)
            models = {
                CYCLE: CycleGAN(CycleGAN.Config(channels=2, blocks=0)),
                WITHOUT: CycleGAN(CycleGAN.Config(channels=2, blocks=0, cycle_weight=0)),
                ADAPTED: DANN(DANN.Config(channels=(2, 2))),
                PLAIN: DANN(DANN.Config(channels=(2, 2), reversal=0)),
                "classifier/image_classifier--mnist": ImageClassifier(
                    ImageClassifier.Config(channels=(2, 2))
                ),
            }
        for name, model in models.items():
            place = folder / name
            place.mkdir(parents=True)
            dataset = {"name": name.split("--")[1], "split": "train", "n": 1}
            checkpoint.save(
                place, model, name=name, title=name, modality="image", dataset=dataset, train={}
            )
            if name.split("/")[1].startswith(("cycle", "dann")):
                classifier = model.eval() if isinstance(model, DANN) else None
                domains.take(held, classifier).save(place)
        checkpoint.write_metrics(folder / CYCLE, values={"kept_over": ENTRY | {"value": 97.5}})
        session.configure("cpu")
        yield folder
    session.configure("cpu")


def unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 28, 28, 3)


def test_the_one_with_the_term_comes_first_with_what_was_measured():
    found = widget.measured()
    assert [(t["name"], t["weight"]) for t in found["translators"]] == [(CYCLE, 10), (WITHOUT, 0)]
    assert found["translators"][0]["names"] == ["chalk", "ink"]
    kept = found["translators"][0]["kept"]
    assert kept["kept_over"] == {"value": 97.5, "stderr": None, "reference": 99.0, "n": 9}
    assert kept["kept_back"] is None
    assert [(c["name"], c["weight"]) for c in found["classifiers"]] == [(ADAPTED, 1), (PLAIN, 0)]
    places = np.frombuffer(base64.b64decode(found["classifiers"][0]["places"]), np.float32)
    assert found["classifiers"][0]["n"] == 40 and len(places) == 2 * 40 * 2
    kept = domains.Domains.load(checkpoint.info(ADAPTED).path)
    assert np.array_equal(places.reshape(2, 40, 2), kept.places)


@pytest.mark.parametrize("over", [True, False])
def test_strips_are_what_the_translators_make_of_held_out_pictures(over: bool):
    found = widget.strips(over)
    held = domains.Domains.load(checkpoint.info(CYCLE).path).pictures[0 if over else 1]
    assert not found["own"] and found["labels"] == list(range(10))
    assert np.array_equal(unpacked(found["given"]), held)
    for name, told in zip((CYCLE, WITHOUT), found["trips"], strict=True):
        wanted = domains.trip(name, held, over)
        assert np.array_equal(unpacked(told["there"]), wanted.there)
        assert np.array_equal(unpacked(told["back"]), wanted.back)
        assert told["classes"] == wanted.classes


def test_a_digit_of_ones_own_comes_first_in_chalk_or_in_ink():
    drawn = np.zeros((28, 28), np.uint8)
    drawn[6:22, 13:15] = 255
    for over in (True, False):
        found = widget.strips(over, to_value(drawn))
        assert found["own"] and found["labels"] == [None, *range(10)]
        own = unpacked(found["given"])[0]
        assert len(unpacked(found["trips"][0]["there"])) == 11
        if over:
            assert np.array_equal(own, drawn[..., None].repeat(3, -1))
        else:
            assert (own[0, 0] == 255).all() and own[10, 13].max() < 160


def test_what_is_no_picture_is_refused_with_a_sentence():
    ask = served(widget.strips, "strips", {"picture": "Your digit"})
    for wrong in ("data:image/png;base64,AAAA", "nonsense"):
        assert "not a picture" in ask({"over": True, "picture": wrong})["error"]
    assert ask({"over": "sideways"})["error"]


def test_the_program_runs():
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(widget.measured()["code"], {})
    assert CYCLE in said.getvalue() and ADAPTED in said.getvalue()


def test_links_are_checked():
    assert widget.read_state("way:back colour:class") == "way:back colour:class"
    with pytest.raises(ValueError, match="way cannot be 'round'"):
        widget.read_state("way:round")


def test_without_translators_there_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    found = widget.measured()
    assert found["translators"] == found["classifiers"] == []
    with pytest.raises(ValueError, match="no translator"):
        widget.strips(True)
