"""What a run will take, told before it begins."""

import json

import pytest

from backend.pipeline import jobs
from backend.pipeline.estimate import PROCESS, STORED, Data, estimate
from backend.pipeline.offers import offers

LINES = Data(n=1000, words=800)
DIGITS = Data(n=1000, classes=10)


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_YOURS_DIR", str(tmp_path))


def ran(root, name: str, **status: float) -> None:
    """A run of a linear auto-encoder that is kept."""
    folder = root / ".runs" / name
    folder.mkdir(parents=True)
    (folder / jobs.ABOUT).write_text(json.dumps({"model": "ae/linear_ae"}))
    (folder / jobs.STATUS).write_text(json.dumps(status))


@pytest.mark.parametrize(("kind", "data"), [("text", LINES), ("image", DIGITS)])
def test_each_offered_model_can_be_weighed_without_being_made(kind, data):
    for offer in offers(kind):
        taken = estimate(offer.model, kind, offer.presets["two minutes"], data)
        assert 1000 < taken.weights < 50_000_000, offer.model
        assert taken.disk == STORED * taken.weights
        assert taken.memory > PROCESS + 20 * taken.weights
        assert taken.seconds is None


def test_weights_are_those_of_the_model():
    taken = estimate("ae/linear_ae", "image", {"latent_dim": 3}, DIGITS)
    assert taken.weights == 2 * 3 * 784 + 3 + 784
    coloured = estimate("ae/linear_ae", "image", {}, Data(n=1, shape=(3, 32, 32))).weights
    assert coloured > 3 * estimate("ae/linear_ae", "image", {}, DIGITS).weights
    few, many = (Data(n=9, words=words) for words in (100, 1100))
    grown = [estimate("lm/lstm_lm", "text", {"embedding_dim": 32}, data) for data in (few, many)]
    assert grown[1].weights - grown[0].weights >= 1000 * 32


def test_time_is_that_of_the_run_likest_in_work(tmp_path):
    settings = {"steps": 100, "batch_size": 32, "latent_dim": 3}
    weights = estimate("ae/linear_ae", "image", settings, DIGITS).weights
    ran(tmp_path, "20260101000000-young", step=19, seconds=1.0, work=weights * 32)
    ran(tmp_path, "20260101000000-before-work-was-kept", step=50, seconds=1.0)
    assert estimate("ae/linear_ae", "image", settings, DIGITS).seconds is None
    ran(tmp_path, "20260102000000-tiny", step=100, seconds=1.0, work=weights * 7)
    assert estimate("ae/linear_ae", "image", settings, DIGITS).seconds is None
    ran(tmp_path, "20260102000000-small", step=100, seconds=1.0, work=weights * 8)
    assert estimate("ae/linear_ae", "image", settings, DIGITS).seconds == pytest.approx((1, 4))
    ran(tmp_path, "20260103000000-alike", step=50, seconds=2.0, work=weights * 32)
    assert estimate("ae/linear_ae", "image", settings, DIGITS).seconds == pytest.approx((4, 4))
    half = estimate("ae/linear_ae", "image", settings | {"batch_size": 16}, DIGITS)
    assert half.seconds == pytest.approx((2, 4))
    assert estimate("vae/vae", "image", {}, DIGITS).seconds is None
