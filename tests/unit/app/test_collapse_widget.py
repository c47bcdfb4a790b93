"""The view of why text VAEs collapse, without a browser, on small models that were not trained."""

import base64
import contextlib
import io

import numpy as np
import pytest

import backend
from app import session
from app.components import served
from app.widgets.collapse import widget
from backend.evaluation import amortisation
from backend.pipeline.recipe import recipes
from tests.small_collapse import MEASURED, PLAIN, write_all

SENTENCE = "I like good tea."


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("trained")
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        write_all(folder)
        session.configure("cpu")
        yield folder
    session.configure("cpu")


def test_every_row_and_run_has_a_recipe_of_the_same_nets():
    known = recipes()
    names = [*widget.ROWS, *(name for pair in widget.PAIRS.values() for name in pair)]
    assert set(names) <= set(known) and widget.STEPS in widget.ROWS
    nets = ("latent_dim", "embedding_dim", "encoder_dim", "decoder_dim")
    assert len({tuple(known[name].model[size] for size in nets) for name in widget.ROWS}) == 1
    for plain, ahead in widget.PAIRS.values():
        assert known[plain].model.items() < known[ahead].model.items()


def test_rows_say_what_was_measured_and_what_is_not_here():
    found = widget.numbers()
    assert [row["name"] for row in found["rows"]] == list(widget.ROWS)
    plain = found["rows"][0]
    assert plain["here"] and plain["latent_dim"] == 3
    assert plain["name"] == PLAIN and plain["values"] == MEASURED[PLAIN]
    missing = next(row for row in found["rows"] if not row["here"])
    assert missing["values"] == {} and missing["latent_dim"] is None
    assert found["steps"] == widget.STEPS


def test_a_pair_of_which_one_is_missing_is_left_out_and_means_arrive_as_they_were_kept():
    found = widget.numbers()["pairs"]
    assert list(found) == ["tatoeba"]
    for told, name in zip(found["tatoeba"], widget.PAIRS["tatoeba"], strict=True):
        means = backend.load_means(name)
        assert told["steps"] == means.steps.tolist()
        model = np.frombuffer(base64.b64decode(told["model"]), np.float32)
        assert np.array_equal(model, means.model.astype(np.float32).ravel())


def test_the_bound_of_a_sentence_is_that_of_the_models_own_steps():
    found = widget.steps(SENTENCE)
    assert len(found["nll"]) == len(found["kl"]) == 21
    assert found["trained"] == backend.info(widget.STEPS).config["inner_steps"]
    assert found == widget.steps(SENTENCE)
    space = backend.load(widget.STEPS, device="cpu")
    assert found["importance_nll"] == pytest.approx(amortisation.steps(space, SENTENCE)[2])
    assert served(widget.steps, "steps")({"sentence": "zorp"})["error"].startswith("The sentence")
    with pytest.raises(ValueError, match="takes no gradient steps"):
        amortisation.steps(backend.load(PLAIN, device="cpu"), SENTENCE)


def test_the_script_that_is_shown_runs():
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(widget.numbers()["code"].replace(widget.EXAMPLE, SENTENCE), {})
    assert "Steps(nll=" in said.getvalue() and "'kl': 0.02" in said.getvalue()


@pytest.mark.parametrize("state", ["", "moment:3", "data:synthetic moment:40 text:I like tea."])
def test_links_are_read(state):
    assert widget.read_state(state) == state


@pytest.mark.parametrize("state", ["moment:x", "data:ptb", "of:text_vae"])
def test_what_is_no_link_of_it_is_refused(state):
    with pytest.raises(ValueError, match=r"cannot be|no part"):
        widget.read_state(state)
