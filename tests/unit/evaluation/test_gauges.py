"""The few numbers beside every result: which, in what order, and when they warn."""

from types import SimpleNamespace

import pytest

import backend
from backend.evaluation.gauges import failures, gauges
from backend.evaluation.table import METRICS


def entry(value: float) -> dict:
    return {"value": value, "unit": "nats", "split": "test", "n": 40}


def asked(latent_dim: int = 6, **values: float):
    metrics = {name: entry(value) for name, value in values.items()}
    return gauges(SimpleNamespace(metrics=metrics, latent_dim=latent_dim))


def test_the_ones_that_matter_are_shown_with_what_they_are() -> None:
    found = asked(mse=0.02, kl=7.0, bce=80.0)
    assert [one.label for one in found] == [METRICS["kl"].title, METRICS["mse"].title]
    assert found[0][1:] == (7.0, "nats", "test", 40, "ok", METRICS["kl"].explanation)


@pytest.mark.parametrize(
    ("name", "bad", "good", "said"),
    [
        ("kl", 0.49, 0.5, "collapsed"),
        ("reply_kl", 0.49, 0.5, "collapsed"),
        ("active_units", 2.9, 3.0, "few units"),
    ],
)
def test_a_collapse_and_silent_units_are_cautions(name, bad, good, said) -> None:
    (warned,), (fine,) = asked(**{name: bad}), asked(**{name: good})
    assert warned.state == "caution" and said in warned.note and warned.value == bad
    assert fine.state == "ok" and fine.note == METRICS[name].explanation
    (other,) = asked(mse=0.0)
    assert other.state == "ok"


def test_modes_that_say_the_same_are_a_failure_that_is_named() -> None:
    def named(silhouette: float) -> list[str]:
        entry = {"value": silhouette, "reference": -0.02}
        info = SimpleNamespace(metrics={"mode_silhouette": entry}, family="dialog")
        return [failure.label for failure in failures(info)]

    assert named(-0.02) == ["modes say the same"] and named(0.01) == []


def test_whatever_was_measured_shows_a_number() -> None:
    shipped = [info for info in backend.available() if info.metrics]
    assert shipped and all(gauges(info) for info in shipped)
