"""The view of syntax and meaning, without a browser, on a small model that was not trained."""

import contextlib
import io
import random

import numpy as np
import pytest

from app import session
from app.components import served
from app.widgets.syntax import widget
from backend import checkpoint
from backend.codes.statistics import CodeStatistics, fit_mixture
from backend.corpora import grammar
from tests.small_language import write_checkpoint

NAME = "text_vae/dss_vae--grammar"
TREE = {"value": 90.0, "unit": "%", "n": 80, "split": "test", "reference": 2.0}


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    rng = random.Random(3)
    drawn = [grammar.written(grammar.draw(rng)[0]) for _ in range(200)]
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("trained")
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        write_checkpoint(folder, NAME, latent_dim=3, sentences=[widget.A, widget.B, *drawn])
        codes = np.random.default_rng(0).standard_normal((60, 3)).astype(np.float32)
        ones = np.ones(3, np.float32)
        CodeStatistics(codes, None, ones, ones, *fit_mixture(codes, 2, seed=0)).save(folder / NAME)
        values = {"tree_in_syntax": TREE | {"settings": {"reference_is": "guessing"}}}
        checkpoint.write_metrics(folder / NAME, values=values)
        session.configure("cpu")
        yield folder
    session.configure("cpu")


def test_numbers_are_those_of_the_files_and_what_was_not_measured_is_absent():
    (model,) = widget.numbers()["models"]
    assert model["name"] == NAME
    told = {"value": 90.0, "n": 80, "reference": 2.0, "reference_is": "guessing"}
    assert model["probes"]["tree"] == {"syntax": told, "meaning": None}
    assert set(model["swaps"].values()) == {None}


def test_sentences_are_swapped_and_judged():
    found = widget.swap(NAME, widget.A, "the unicorn kissed the frog")
    a, b = found["given"]
    assert a["construction"] == "transitive" and a["content"] == ["princess", "kiss", "frog"]
    assert a["tree"] == "(S (NP DT NN) (VP VBD (NP DT NN)) .)" and a["unknown"] == []
    assert b["unknown"] == ["unicorn"] and b["construction"] == b["tree"] == ""
    assert len(found["swaps"]) == 4
    for one, words in zip(found["swaps"][::2], (3, 3), strict=True):
        assert len(one["kept"]) + len(one["lost"]) == words


def test_what_cannot_be_read_is_told_in_a_sentence():
    ask = served(widget.swap, "swap", {"a": "Sentence A", "b": "Sentence B"})
    for asked, said in (
        ({"checkpoint": NAME, "a": "", "b": widget.B}, "Sentence A"),
        ({"checkpoint": NAME, "a": widget.A, "b": "<b> ?"}, "Sentence B has no word that this"),
        ({"checkpoint": "text_vae/none", "a": widget.A, "b": widget.B}, "text_vae/none"),
    ):
        assert said in ask(asked)["error"]


def test_the_program_prints_the_same():
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(widget.CODE, {})
    swapped = widget.swap(NAME, widget.A, widget.B)["swaps"][2]["text"]
    assert f"{swapped!r}" in printed.getvalue() and "'tree_in_syntax': 90.0" in printed.getvalue()


def test_links_are_checked():
    state = f"of:{NAME} a:The%20king%20ran. b:x"
    assert widget.read_state(state) == state
    for wrong in ("of:vae/vae--mnist", f"a:{'x' * 201}", "c:1"):
        with pytest.raises(ValueError, match=r"cannot be|no part"):
            widget.read_state(wrong)
