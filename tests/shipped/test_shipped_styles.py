"""Class and style of the checkpoints that ship."""

import numpy as np
import pytest

import backend
from app.widgets.styles import widget as class_styles
from app.widgets.triptych import compute
from app.widgets.triptych import widget as triptych
from backend.evaluation import styles

TOLD, FOUND = "vae/cvae--mnist", "vae/joint_vae--mnist"


@pytest.fixture(scope="module")
def shipped():
    return {name: backend.load(name, device="cpu") for name in (TOLD, FOUND)}


def test_most_told_samples_are_recognised_and_keep_their_strokes(shipped):
    found = styles.measure(shipped[TOLD], seed=0)
    assert found.judged == 1000 and found.share > 0.8
    assert min(found.recognised) > 0.5
    assert found.correlation > 0.7


@pytest.mark.needs_corpus("mnist")
def test_the_wrong_class_spoils_a_reconstruction(shipped, corpus):
    space, test = shipped[TOLD], corpus("mnist")["test"]
    pictures, labels = test.items[:200], test.labels[:200]
    z = space.encode(pictures, labels=labels)
    error = [
        ((space.decode(z, labels=each) / 255 - pictures / 255) ** 2).mean()
        for each in (labels, (labels + 1) % 10)
    ]
    assert error[1] > 1.5 * error[0]
    told = space.decode(z, labels=labels)
    assert (styles.recognise("mnist", told) == labels).mean() > 0.95


def test_scrambling_a_found_class_changes_what_is_seen(shipped):
    space = shipped[FOUND]
    z = space.sample_codes(500, seed=0)
    rng = np.random.default_rng(1)
    labels = rng.integers(10, size=500)
    others = (labels + rng.integers(1, 10, size=500)) % 10
    first, second = (
        styles.recognise("mnist", styles.in_class(space, z, each)) for each in (labels, others)
    )
    assert (first != second).mean() > 0.5


@pytest.mark.needs_corpus("mnist")
@pytest.mark.parametrize("attribute", ["class-3", "slant"])
def test_the_triptychs_program_tells_classes_too(attribute, capsys):
    exec(triptych.script([TOLD], 0, 8, attribute, 1.0), {})
    assert f"MSE {compute.look(TOLD, 0, 8)['mse']}" in capsys.readouterr().out


@pytest.mark.needs_corpus("mnist")
@pytest.mark.parametrize("name", [TOLD, FOUND])
def test_the_program_of_held_out_pictures_gives_the_same(name, capsys):
    answer = class_styles.grid(name, "pictures", 0, 8)
    names: dict = {}
    exec(answer["code"], names)
    assert names["pictures"].shape == (8, 10, 28, 28)
    assert class_styles.as_base64(names["pictures"]) == answer["pictures"]
