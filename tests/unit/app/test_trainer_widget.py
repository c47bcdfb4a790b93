"""The server functions of the Train tab, on real files; no run is begun here."""

import base64
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from app import session
from app.components import served
from app.widgets.trainer import widget
from app.widgets.trainer.uploads import Uploads

SENTENCES = [
    f"the {noun} {verb} ."
    for noun in ["cat", "dog", "owl", "fox"]
    for verb in ["sleeps", "eats", "waits", "runs", "sings", "falls"]
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_YOURS_DIR", str(tmp_path))
    session.configure("cpu")
    yield tmp_path
    session.configure("cpu")
    widget.uploads.clear()


def uploaded(name: str, data: bytes, size: int = 100) -> str:
    """Sent as the page does, in pieces."""
    key = widget.begin_upload(name)["upload"]
    for at in range(0, len(data), size):
        piece = base64.b64encode(data[at : at + size]).decode()
        assert widget.piece(key, piece)["bytes"] == min(len(data), at + size)
    return key


def test_a_file_in_pieces_is_reported_on_then_kept_and_found_again_and_forgotten():
    text = "\n".join([*SENTENCES, SENTENCES[0]]).encode()
    source = widget.Source(upload=uploaded("my cats.txt", text))
    seen = widget.report(source)
    assert (seen["kind"], seen["n"], seen["duplicates"]) == ("text", 24, 1)
    assert sum(n for _, n in seen["lengths"]) == 24 and seen["side"] == 0
    assert set(seen["examples"]) <= set(SENTENCES) and sum(seen["splits"].values()) == 24
    assert seen["often"][:2] == [12, 12] and seen["often"][-1] == 0
    json.dumps(seen, allow_nan=False)
    kept = widget.keep(source, " My cats ")
    mine = [one for one in kept["corpora"] if one["yours"]]
    assert [one["title"] for one in mine] == ["My cats"] and mine[0]["key"] == kept["corpus"]
    again = widget.report(widget.Source(corpus=kept["corpus"]))
    assert again["n"] == 24 and set(again["examples"]) <= set(SENTENCES)
    assert widget.keep(widget.Source(corpus=kept["corpus"]), "x") == {"corpus": kept["corpus"]}
    with pytest.raises(ValueError, match="no longer kept here"):
        widget.report(source)  # what was kept needs no upload any more
    assert not [one for one in widget.forget(kept["corpus"])["corpora"] if one["yours"]]


def test_columns_are_chosen_by_name():
    rows = "\n".join(f'"{text}",{i % 2}' for i, text in enumerate(SENTENCES))
    key = uploaded("t.csv", f"said,kind\n{rows}\n".encode())
    seen = widget.report(widget.Source(upload=key, column="said", label_column="kind"))
    assert seen["columns"] == ("said", "kind") and seen["classes"] == ("0", "1")
    ask = served(widget.report, "report", widget.LABELS)
    said = ask({"source": {"upload": key, "column": "none"}})["error"]
    assert "none" in said and "said" in said


def test_pictures_come_as_bytes_with_channels_last():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for i in range(24):
            pixels = np.full((40, 40, 3), (10 * i, 200, 255 - 10 * i), np.uint8)
            one = io.BytesIO()
            Image.fromarray(pixels).save(one, "PNG")
            archive.writestr(f"{'ab'[i % 2]}/{i}.png", one.getvalue())
    source = widget.Source(
        upload=uploaded("p.zip", content.getvalue(), 1 << 20), size=32, channels=3
    )
    seen = widget.report(source)
    assert (seen["kind"], seen["side"], seen["classes"]) == ("image", 32, ("a", "b"))
    assert seen["channels"] == 3
    first = np.frombuffer(base64.b64decode(seen["examples"][0]), np.uint8).reshape(32, 32, 3)
    assert (first[..., 1] == 200).all()


@pytest.mark.parametrize(
    ("name", "data"), [("a.txt", b"\x00\x01\x02" * 99), ("b.zip", b"PK"), ("c.txt", b"one\n")]
)
def test_a_wrong_file_is_answered_with_a_sentence(name, data):
    ask = served(widget.report, "report", widget.LABELS)
    said = ask({"source": {"upload": uploaded(name, data)}})["error"]
    assert said.endswith(".") and "went wrong on the server" not in said


@pytest.mark.parametrize(
    ("function", "request_", "said"),
    [
        ("report", {"source": {"corpus": "../secrets"}}, "no corpus '../secrets'"),
        ("report", {"source": {"upload": "x"}}, "no longer kept"),
        ("report", {"source": {"size": 5}}, "Side of a picture must be one of 28 or 32"),
        ("act", {"id": "../x", "what": "pause"}, "not one of those"),
        ("act", {"id": "none", "what": "explode"}, "must be one of"),
        ("act", {"id": "none", "what": "pause"}, "no run"),
        ("set_rate", {"id": "none", "rate": 0}, "Learning rate must be greater than 0"),
        ("start", {"corpus": "x", "model": "y", "name": "", "settings": {}}, "not be empty"),
        ("start", {"corpus": "x", "model": "y", "name": "z", "settings": {}}, "no corpus"),
        ("cost", {"model": "y", "settings": {}, "data": {"n": 9}}, "'y' does not learn from"),
        ("cost", {"model": "y", "settings": {}, "data": {"n": 0}}, "to learn from must be at"),
        ("remove", {"checkpoint": "vae/vae--mnist--2d"}, "no checkpoint of yours"),
        ("export", {"checkpoint": "../../etc"}, "no checkpoint of yours"),
        ("undo", {"token": "0123456789abcdef"}, "no longer kept"),
        ("poll", {"watched": [{"id": "a"}] * 3}, "at most 2"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(function, request_, said):
    answer = served(getattr(widget, function), function, widget.LABELS)(request_)
    assert said in answer["error"]


def test_a_full_disk_is_told_by_what_the_system_says(monkeypatch):
    def full(*_):
        raise OSError(28, "Could not write corpus.json: No space left on device.")

    monkeypatch.setattr(widget.own, "write_json", full)
    text = "\n".join(SENTENCES).encode()
    keep = next(one for one in widget.questions() if one.__name__ == "keep")
    source = {"upload": uploaded("cats.txt", text)}
    answer = keep({"source": source, "title": "Cats"})
    assert answer == {"error": "Could not write corpus.json: No space left on device."}


def test_read_only_refuses_every_function_of_it():
    session.configure("cpu", read_only=True)
    for function in widget.questions():
        assert function({}) == {"error": widget.READ_ONLY}, function.__name__


def test_a_link_names_runs_and_nothing_else():
    assert widget.read_runs("20260101-a~20260102-b") and not widget.read_runs("")
    for wrong in ("a~b~c", "../x", "a b", "~"):
        with pytest.raises(ValueError, match="names no runs"):
            widget.read_runs(wrong)
    assert widget.overview("20260101-gone")["gone"] == ["20260101-gone"]


def test_uploads_are_bounded_in_number_and_size():
    uploads = Uploads(most=10, kept=2)
    first, second, third = (uploads.begin(name) for name in "abc")
    with pytest.raises(ValueError, match="no longer kept"):
        uploads.add(first, "aGk=")
    assert uploads.add(second, "aGk=") == 2 and uploads.read(second) == ("b", b"hi")
    with pytest.raises(ValueError, match="at most"):
        uploads.add(second, base64.b64encode(b"x" * 9).decode())
    with pytest.raises(ValueError, match="damaged"):
        uploads.add(third, "no base64!")
    uploads.drop(second)
    uploads.drop(second)
    with pytest.raises(ValueError, match="no longer kept"):
        uploads.read(second)
    uploads.clear()
