"""Measured tables are read from beside checkpoints, and the page gets them with labels named."""

import json
from pathlib import Path

import pytest

from app.components import served
from app.widgets.measured import widget
from backend.evaluation import measured
from tests.small_language import write_all

PAIR, VICTIM = "lm/lstm_lm--everyday--forward", "classifier/text_classifier--yelp"
TABLE = {
    "title": "Sentences from keywords",
    "note": "Of two sets.",
    "rows": [
        {"label": "chain", "n": 2, "keywords kept": 1.0},
        {"label": "reference sentences", "n": 3, "reference": True},
    ],
}
ATTACKS = TABLE | {"examples": [{"text": "Good food.", "label": 1, "methods": {}}]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    write_all(tmp_path)
    return tmp_path


def write(path: Path, content: object) -> None:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def test_nothing_measured_is_no_table(folder):
    assert measured.tables(PAIR) == [] == measured.tables(VICTIM)
    with pytest.raises(KeyError):
        measured.tables("lm/none--everyday--forward")


def test_tables_have_ids_and_keep_their_order(folder):
    write(folder / PAIR / "edits.json", {"keywords": TABLE, "mixing": TABLE | {"examples": [{}]}})
    first, second = measured.tables(PAIR)
    assert (first["id"], second["id"]) == ("keywords", "mixing")
    assert (
        first["rows"] == TABLE["rows"] and first["examples"] == [] and second["examples"] == [{}]
    )


@pytest.mark.parametrize("damage", ['{"keywords": ', "[1]", {"keywords": {"rows": [{"n": 1}]}}])
def test_a_damaged_file_is_named(folder, damage):
    write(folder / PAIR / "edits.json", damage)
    with pytest.raises(ValueError, match=r"edits\.json of lm/lstm_lm--everyday--forward"):
        measured.tables(PAIR)


def test_the_page_gets_labels_as_words(folder):
    write(folder / VICTIM / "attacks.json", ATTACKS)
    ask = served(widget.tables)
    (table,) = ask({"checkpoint": VICTIM})["tables"]
    assert table["id"] == "attack" and table["examples"][0]["label"] == "positive"
    assert "no checkpoint called" in ask({"checkpoint": "../secret"})["error"]
