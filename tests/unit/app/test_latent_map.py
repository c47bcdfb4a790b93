"""The map's answers: points as stored, scripts that give the same item, rubbish refused."""

import base64
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app import session
from app.components import served
from app.widgets.latent_map import compute, widget
from app.widgets.microscope import widget as microscope
from backend.codes.projection import Projection

ROOT = Path(__file__).parents[3]
TEXT, IMAGE = "text_vae/dgmvae--smd", "vae/gm_vae--mnist"
NAMES = (TEXT, IMAGE)


def array(packed: str, dtype: type = np.uint8) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed), dtype)


def repeated(code: str) -> object:
    """What the script under Show code finds."""
    names: dict = {}
    exec(code.replace("print(result)", ""), names)
    return names["result"]


@pytest.mark.parametrize("name", NAMES)
def test_every_point_comes_once(name: str) -> None:
    answer = widget.load(name)
    projection = session.get_space(name).projection
    n = answer["n"] = len(projection.codes)
    for view in answer["views"]:
        xy = array(view["xy"], np.float32).reshape(-1, 2)
        assert np.array_equal(xy, projection.points(view["id"]))
        centres = np.array([[at or (np.nan, np.nan) for at in row] for row in view["centres"]])
        assert np.allclose(centres, projection.centres(view["id"]), atol=1e-4, equal_nan=True)
    for j, column in enumerate(answer["modes"]):
        assert np.array_equal(array(column), projection.modes[:, j])
    sure = np.stack([array(column) for column in answer["sure"]], 1)
    assert np.abs(sure / 255 - projection.responsibilities.max(-1)).max() < 0.003
    for tag in answer["tags"]:
        assert len(array(tag["ids"])) == n and array(tag["ids"]).max() < len(tag["categories"])
    assert 0 <= answer["home"] < n
    json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize("name, view", [(TEXT, "umap"), (TEXT, "c1"), (IMAGE, "pca")])
def test_the_script_gives_the_item_that_is_shown(name: str, view: str) -> None:
    space = session.get_space(name)
    x, y = space.projection.points(view)[7].tolist()
    shown = widget.decode(name, view, x + 0.01, y, base=3)
    found = widget.place(name, view, x + 0.01, y, base=3)
    again = repeated(found["code"])
    if name == TEXT:
        assert again == shown["item"]
    else:
        assert np.abs(again.ravel().astype(int) - array(shown["item"])).max() <= 1
    assert shown["exact"] is found["exact"] is (view != "umap")
    assert np.allclose(np.sum(found["shares"], -1), 1, atol=1e-3)
    assert len(found["near"]) == widget.NEAR
    assert len({each["row"] for each in found["near"]}) == widget.NEAR
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_point_has_its_reconstruction_and_neighbours_that_are_not_itself(name: str) -> None:
    found = widget.point(name, 11)
    assert 11 not in [each["row"] for each in found["near"]]
    if name == TEXT:
        sentences = widget.texts(name)["texts"]
        near = [sentences[each["row"]] for each in found["near"]]
        assert len(set(near)) == len(near) and sentences[11] not in near
        assert found["item"] == session.get_space(name).projection.texts[11]
    else:
        assert np.abs(repeated(found["code"]).ravel().astype(int) - array(found["item"])).max() < 2


def test_a_path_marks_what_changes() -> None:
    places = [(float(i), float(i) / 2) for i in range(8)]
    found = widget.path(TEXT, "pca", places)
    assert [row["item"] for row in found["rows"]] == repeated(found["code"])
    assert all(part["mark"] == "" for part in found["rows"][0]["parts"])
    with pytest.raises(ValueError, match="2 to 16 places"):
        widget.path(TEXT, "pca", places[:1])


def test_a_sentence_is_placed_and_nothing_else_moves() -> None:
    space = session.get_space(TEXT)
    before = space.projection.points("umap").copy()
    found = widget.sentence(TEXT, "will it rain in zanzibarrr today?")
    drawn = widget.sentence(TEXT, "will it rain in zanzibarrr today?", 1)
    assert drawn["z"] == widget.sentence(TEXT, "will it rain in zanzibarrr today?", 1)["z"]
    assert drawn["z"] != found["z"] and drawn["where"] != found["where"]
    assert found["unknown"] == ["zanzibarrr"]
    assert set(found["where"]) == {view.id for view in space.projection.views}
    assert np.array_equal(space.projection.points("umap"), before)
    assert found["item"] == repeated(found["code"])
    expected = space.modes.responsibilities(["will it rain in zanzibarrr today?"])[0]
    assert np.allclose(found["shares"], expected, atol=1e-4)


def test_without_the_corpus_reconstructions_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    projection = session.get_space(TEXT).projection
    monkeypatch.setattr(type(projection), "originals", lambda self: None)
    found = widget.texts(TEXT)
    assert found == {"texts": projection.texts, "original": False}
    assert widget.point(TEXT, 4)["original"] is None


def test_thumbnails_are_half_as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = np.zeros((2, 28, 28), np.uint8)
    pictures[1, :2, 2:4] = 255
    pictures[1, 26:, 26:] = [[17, 51], [17, 51]]
    projection = session.get_space(IMAGE).projection
    monkeypatch.setattr(type(projection), "originals", lambda self: pictures)
    packed = array(widget.texts(IMAGE)["thumbs"]).reshape(2, 98)
    assert packed[1, 0] == 0x0F and packed[1, -1] == 0x02 and packed.sum() == 0x11


WRONG = [
    ({"view": "nowhere", "x": 0, "y": 0}, "no view 'nowhere'"),
    ({"view": "umap", "x": float("nan"), "y": 0}, "finite"),
    ({"view": "umap", "x": 1e9, "y": 0}, "at most"),
    ({"view": "umap", "x": 0, "y": 0, "base": 10**7}, "This map has points"),
    ({"view": "umap", "x": 0, "y": 0, "base": -1}, "at least"),
    ({"view": ["umap"], "x": 0, "y": 0}, "must be text"),
]


@pytest.mark.parametrize("question, complaint", WRONG)
def test_rubbish_is_refused_in_a_sentence(question: dict, complaint: str) -> None:
    for ask in (widget.decode, widget.place):
        assert complaint in served(ask)({"checkpoint": TEXT, **question})["error"]


def test_what_has_no_map_is_refused() -> None:
    for name in ("text_vae/text_vae--tatoeba", "../../etc", "vae/nothing"):
        assert served(widget.load)({"checkpoint": name})["error"]
    for text in ("", "   ", "...", "qqqqq zzzzz", "rain " * 300):
        assert served(widget.sentence)({"checkpoint": TEXT, "text": text})["error"]
    assert served(widget.sentence)({"checkpoint": IMAGE, "text": "rain"})["error"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "view:pca/colour:tag.domain/at:p12",
        "view:umap/tool:lasso/find:50%25 or/zoom:1~-2~3.5/at:s~is it a/b?",
    ],
)
def test_a_state_in_a_link_is_read(text: str) -> None:
    if "a/b" in text:
        with pytest.raises(ValueError, match="no part 'b"):
            widget.read_state(text)
    else:
        assert widget.read_state(text) == text


@pytest.mark.parametrize("text", ["colour", "x:1", "tool:hammer", "at:" + "9" * 3000, "<img>"])
def test_a_broken_state_is_named(text: str) -> None:
    if text == "colour":
        assert widget.read_state(text) == text  # an empty value is the default
        return
    with pytest.raises(ValueError):
        widget.read_state(text)


# ---- no map yet -------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a checkpoint without a map, in a folder of its own."""
    name = "text_vae/dgmvae--bare"
    left = shutil.ignore_patterns("projection.safetensors", "checksums.json")
    shutil.copytree(ROOT / "trained" / TEXT, tmp_path / name, ignore=left)
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    monkeypatch.setattr(compute, "_last", None)
    yield name
    compute.cancel(name)
    session.configure("cpu")


def child(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let this program stand for scripts/project.py."""
    monkeypatch.setattr(compute, "COMMAND", (sys.executable, "-c", program))


def until(name: str, fits: Callable[[dict], bool]) -> dict:
    deadline = time.monotonic() + 60
    while not fits(state := served(compute.state)({"checkpoint": name})):
        assert time.monotonic() < deadline, state
        time.sleep(0.02)
    return state


def test_a_missing_map_is_offered(bare: str) -> None:
    found = widget.load(bare)
    assert found["command"] == f"python scripts/project.py {bare}"
    assert found["offer"]["allowed"] and not found["offer"]["running"]
    assert "no map yet" in found["absent"]


def test_a_stale_map_is_refused(bare: str) -> None:
    folder = session.get_space(bare).info.path
    shutil.copy(ROOT / "trained" / TEXT / "projection.safetensors", folder)
    path = folder / "projection.safetensors"
    fingerprint = session.get_space(bare).info.fingerprint.encode()
    raw = path.read_bytes()
    assert fingerprint in raw
    path.write_bytes(raw.replace(fingerprint, b"0" * len(fingerprint)))
    found = widget.load(bare)
    assert "other weights" in found["absent"] and f"project.py {bare}" in found["command"]


def test_progress_and_an_end(bare: str, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, "import sys; print(' 15 % decoding them'); assert sys.argv[1] != ''")
    assert compute.start(bare)["seconds"] >= 0
    state = until(bare, lambda state: state["done"])
    assert state["percent"] == 15 and state["stage"] == "decoding them"


def test_cancel_ends_the_child(bare: str, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, "import time; print('  5 % encoding', flush=True); time.sleep(600)")
    compute.start(bare)
    until(bare, lambda state: state["percent"] == 5)
    assert widget.load(bare)["offer"]["running"]
    assert compute.start(bare)["percent"] == 5  # a second press starts no second child
    began = time.monotonic()
    compute.cancel(bare)
    assert time.monotonic() - began < 2
    assert not widget.load(bare)["offer"]["running"]


def test_a_failure_is_told(bare: str, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, "import sys; sys.exit('The corpus smd is not here.')")
    served(compute.start)({"checkpoint": bare})
    state = until(bare, lambda state: "error" in state)
    assert "The corpus smd is not here." in state["error"]


def test_read_only_writes_nothing(bare: str) -> None:
    session.configure("cpu", read_only=True)
    assert not widget.load(bare)["offer"]["allowed"]
    assert "read-only" in served(compute.start)({"checkpoint": bare})["error"]


def test_only_a_checkpoint_from_the_list_reaches_the_child(bare: str) -> None:
    for name in ("--help", "; rm -rf /", "../x", ""):
        assert "error" in served(compute.start)({"checkpoint": name})
        with pytest.raises(ValueError, match="No map is being computed"):
            compute.state(name)


def test_a_corpus_is_first_read_while_nobody_waits_for_the_model(monkeypatch):
    """It takes seconds, in which the points of the map could not come either."""
    held: list[bool] = []
    monkeypatch.setattr(Projection, "originals", lambda _: held.append(session.working()))
    microscope.modes(TEXT)
    assert held and not held[0]
