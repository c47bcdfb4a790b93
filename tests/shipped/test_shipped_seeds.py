"""What scripts/compare_seeds.py found, and the weights that ship beside it."""

import numpy as np
import pytest

from backend import checkpoint
from backend.evaluation import measured

CRITIC, PLAIN = "vae/aavae--mnist--1pct", "vae/vae--mnist--1pct"


def test_with_few_digits_a_critic_helps_by_more_than_the_seed() -> None:
    (table,) = measured.tables(CRITIC)
    mean, spread, *each = table["rows"]
    gains = np.array([row["AAVAE"] - row["VAE"] for row in each])
    assert len(each) == 5 and (gains < 0).all()
    assert mean["AAVAE − VAE"] == pytest.approx(gains.mean(), abs=2e-3)
    assert spread["AAVAE − VAE"] == pytest.approx(gains.std(ddof=1), abs=2e-3)
    assert -mean["AAVAE − VAE"] > 2 * spread["AAVAE − VAE"]
    untaught = "AAVAE, smoothing 0.5"  # D = ½: its own samples alone help less
    assert all(row["AAVAE"] < row[untaught] for row in each)
    assert mean["AAVAE"] < mean[untaught] < mean["VAE"]


@pytest.mark.parametrize(("name", "label"), [(CRITIC, "AAVAE"), (PLAIN, "VAE")])
def test_the_weights_that_ship_are_those_of_the_first_seed(name: str, label: str) -> None:
    """At its end instead of at its best moment, and with other noise."""
    first = measured.tables(CRITIC)[0]["rows"][2]
    assert first["label"] == "seed 0"
    entry = checkpoint.info(name).metrics["elbo_nll"]
    assert entry["value"] == pytest.approx(first[label], abs=1)
    assert checkpoint.describe(name)["dataset"]["n"] == 600
