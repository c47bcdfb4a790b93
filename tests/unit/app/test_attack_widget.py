"""The attack view without a browser: what it offers, the rows it hands out, links and scripts."""

import contextlib
import io
import json

import pytest

from app import session
from app.components import served
from app.widgets.attack import widget
from tests.small_language import write_all

YELP = "classifier/text_classifier--yelp"
SENTENCE = "The dog has good food."


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("trained")
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        write_all(folder)
        session.configure("cpu")
        yield folder
    session.configure("cpu")


def settings(**changed) -> dict:
    return {
        "victim": YELP, "text": SENTENCE, "label": None, "methods": ["b-mha", "genetic"],
        "trials": 12, "seed": 1, "weight": 1, "likeness": 0.5, "spare_label_words": False,
    } | changed  # fmt: skip


def test_classifiers_are_offered_with_held_out_sentences(folder):
    victims = widget.options()["victims"]
    assert victims[0]["name"] == YELP and victims[0]["labels"] == ("negative", "positive")
    given = widget.EXAMPLES["yelp"]
    assert victims[0]["examples"] == [{"text": given, "written": given, "label": None}]
    assert len(victims[1]["labels"]) == 3
    examples = [{"text": "it 's bad , is n't it ?", "label": 0, "methods": {}}]
    path = folder / YELP / "attacks.json"
    path.write_text(json.dumps({"examples": examples}), encoding="utf-8")
    try:
        found = widget.options()["victims"][0]
    finally:
        path.unlink()
    written = "it's bad, isn't it?"
    assert found["examples"] == [{"text": examples[0]["text"], "written": written, "label": 0}]


def test_rows_come_in_pieces_until_verdicts(folder):
    begun = widget.start(settings())
    assert begun["start"]["text"] == SENTENCE and len(begun["p"]) == 2
    assert begun["wanted"] != begun["label"] and begun["p"][begun["label"]] > 0.5
    assert begun["start"]["p"] == pytest.approx(begun["p"][begun["wanted"]], abs=1e-6)
    rows: dict[str, list] = {"b-mha": [], "genetic": []}
    while True:
        piece = widget.more(begun["job"])
        for method, new in piece["methods"].items():
            rows[method] += new
        if piece["done"]:
            break
    assert set(piece["verdicts"]) == set(rows)
    for row in [*rows["b-mha"], *rows["genetic"]]:
        shown = [part["text"] for part in row["parts"] if part["mark"] != "delete"]
        assert [text.lower() for text in shown] == row["tokens"]
    json.dumps(piece)


def test_a_job_that_was_stopped_is_gone(folder):
    job = widget.start(settings())["job"]
    assert widget.stop(job) == {}
    with pytest.raises(ValueError, match="no longer kept"):
        widget.more(job)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": ""}, "no sentence to attack"),
        ({"text": "the qwerty dog"}, "qwerty"),
        ({"victim": "../secrets"}, "no classifier '../secrets'"),
        ({"methods": []}, "No method is chosen"),
        ({"methods": ["magic"]}, "methods"),
        ({"trials": 0}, "Trials, at most must be"),
        ({"trials": 10**6}, "Trials, at most must be"),
        ({"seed": -1}, "Seed must be at least 0"),
    ],
)
def test_wrong_settings_are_answered_with_a_sentence(folder, changed, said):
    answer = served(widget.start)({"settings": settings(**changed)})
    assert said in answer["error"]


def test_the_script_gives_the_same_verdicts(folder):
    begun = widget.start(settings(methods=["b-mha"]))
    while not (piece := widget.more(begun["job"]))["done"]:
        pass
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(begun["code"], {})
    assert repr(piece["verdicts"]["b-mha"]["text"]) in out.getvalue()


def test_the_state_in_a_link_is_checked():
    text = f"victim:{YELP} trials:20 seed:3 methods:bg weight:0.5 words:all text:it's: a test"
    assert widget.read_state(text) == text
    for wrong in ("methods:x", "trials:many", "moon:1", "victim:a b"):
        with pytest.raises(ValueError):
            widget.read_state(wrong)
