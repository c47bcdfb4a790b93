"""The comparison of two checkpoints without a browser, on small models that were not trained."""

import contextlib
import io

import numpy as np
import pytest

from app import api, session
from app.components import packed_each, served
from app.widgets.compare import compute
from app.widgets.compare.widget import AXES, FIELDS, cells, compare
from app.widgets.image_input import to_value
from backend import checkpoint, own
from tests.small_pictures import write_model

ONE, TWO, GAN = "vae/vae--mnist--conv", "vae/beta_vae--mnist--beta4", "gan/dcgan--mnist"
PICTURE = np.zeros((28, 28), np.uint8)
PICTURE[6:22, 12:16] = 255
BOXES = {"picture_a": to_value(PICTURE), "picture_b": to_value(PICTURE.T)}
SMALL = """
class Small:
    modality, latent_dim = "image", 48
    def encode(self, items):
        return items.reshape(-1, 48) / 255
    def decode(self, z):
        return z.clip(0, 1).reshape(-1, 4, 4, 3)
"""
CONTROLS = {"n": 4, "seed": 3, "temperature": 1.0, "unit": 1, "first": 58}


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    """Neither the corpus nor anything that ships: items are decoded codes."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("trained")
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        patch.setenv("LATENT_DATA_DIR", str(folder / "data"))
        write_model(folder, ONE)
        write_model(folder, TWO, latent_dim=6)
        write_model(folder, GAN)
        session.configure("cpu")
        yield folder
        session.configure("cpu")


def ask(one=ONE, two=TWO, mode="samples", **given):
    return served(compare, labels=FIELDS)(
        CONTROLS | BOXES | {"checkpoint": one, "other": two} | given | {"mode": mode}
    )


@pytest.mark.parametrize("mode", ["samples", "path", "traversal", "reconstruction"])
def test_a_checkpoint_beside_itself_does_the_same(mode):
    found = ask(ONE, ONE, mode)
    first, second = found["sides"]
    assert first["items"] == second["items"] and not first["cannot"]
    assert ask(ONE, ONE, mode) == found
    assert found.get("between", [0]) == [0] * len(found.get("between", [0]))


@pytest.mark.parametrize("mode", ["path", "reconstruction", "map"])
def test_what_a_model_without_an_encoder_cannot_is_said_beside_what_the_other_does(mode):
    first, second = ask(ONE, GAN, mode)["sides"]
    assert not first["cannot"] and "no encoder" in second["cannot"]


def test_a_walk_along_a_unit_of_a_draw_says_so():
    first, second = ask(ONE, GAN, "traversal")["sides"]
    assert len(first["items"]) == len(second["items"]) == 9
    assert "of the item" in first["note"] and "it has no encoder" in second["note"]
    assert "none is number 5" in ask(mode="traversal", unit=5)["sides"][0]["cannot"]


def test_the_differences_are_those_of_the_pictures():
    found = ask(mode="reconstruction")
    held = compute.held_out(session.get_space(ONE)).part(58, 4)
    space = session.get_space(TWO)
    away = np.abs(space.reconstruct(held) - np.stack(held).astype(float)).mean((1, 2)) / 255
    np.testing.assert_allclose(found["sides"][1]["difference"], away, atol=1e-6)
    assert len(found["between"]) == 4 and min(found["between"]) > 0
    assert "not on this machine" in found["note"]


def test_the_map_has_a_drift_for_each_item_and_none_of_a_model_from_itself():
    found = ask(mode="map")["map"]
    assert len(found["drift"]) == 60 and found["sizes"] == [4, 6]
    assert found["whole"] == pytest.approx(np.sqrt(np.mean(np.square(found["drift"]))), abs=1e-4)
    assert ask(ONE, ONE, "map")["map"]["whole"] == pytest.approx(0, abs=1e-6)


def test_cells_are_what_their_settings_give_and_are_kept():
    grid = ask(mode="grid", rows="position", columns="seed")
    assert (grid["rows"], grid["columns"]) == ([0, 0.25, 0.5, 0.75, 1], [3, 4, 5, 6, 7])
    compute.cell.cache_clear()
    ends = [served(cells)({"wanted": grid["cells"][row]})["cells"] for row in (0, 4)]
    assert [one["item"] for one in ends[1][:4]] == [one["item"] for one in ends[0][1:]]
    assert served(cells)({"wanted": grid["cells"][4]})["cells"] == ends[1]
    assert compute.cell.cache_info().hits == 5
    words = ask(mode="grid", rows="top_p", columns="checkpoint")["cells"][0]
    assert "no words" in served(cells)({"wanted": words})["cells"][1]["cannot"]
    assert "two different ones" in ask(mode="grid", rows="seed", columns="seed")["error"]


def test_a_model_of_other_pictures_gets_the_same_ones_in_its_own_size(monkeypatch, tmp_path):
    monkeypatch.setattr(own, "_spaces", {})
    monkeypatch.setattr(checkpoint, "_given", {})
    monkeypatch.setattr(own, "private_folder", lambda name: tmp_path)
    (tmp_path / "small.py").write_text(SMALL)
    small = own.load_file(tmp_path / "small.py").info.name
    found = ask(ONE, small, "reconstruction")
    assert not found["sides"][1]["cannot"] and found["between"] is None
    assert found["sides"][1]["difference"] == pytest.approx([0] * 4, abs=1e-6)
    assert "reads them as 4 × 4, colour" in found["note"]
    for mode in ("path", "traversal", "map"):
        assert [side["cannot"] for side in ask(ONE, small, mode)["sides"]] == ["", ""]
    session.configure("cpu")


def test_positions_lie_between_a_and_b_where_these_are_the_ends():
    typed = {"mode": "grid", "rows": "position", "ends": "boxes"}
    made = ask(**typed, columns="checkpoint")["cells"]
    found = [served(cells)({"wanted": made[row]})["cells"] for row in (0, 4)]
    ends = [PICTURE, PICTURE.T]
    for column, name in enumerate((ONE, TWO)):
        space = session.get_space(name)
        wanted = packed_each(space.decode(space.encode(ends, refine=True)))
        assert [row[column]["item"] for row in found] == wanted
    drawn = ask(**{**typed, "rows": "seed"}, columns="checkpoint")["cells"]
    assert "a" not in drawn[0][0]  # no position: the codes are drawn
    assert "changes nothing" in ask(**typed, columns="temperature")["error"]
    assert "Picture B" in ask(**typed, picture_b="")["error"]
    blind = served(cells)({"wanted": ask(two=GAN, **typed, columns="checkpoint")["cells"][0]})
    assert "no encoder" in blind["cells"][1]["cannot"]
    with contextlib.redirect_stdout(io.StringIO()):
        exec(ask(**typed)["code"], {"__name__": "shown"})


@pytest.mark.parametrize("mode", ["samples", "path", "traversal", "reconstruction", "map"])
def test_the_code_that_is_shown_runs(mode):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(ask(mode=mode)["code"], {"__name__": "shown"})
    assert said.getvalue()


@pytest.mark.parametrize("rows", AXES)
def test_the_code_of_the_grid_runs(rows):
    columns = "seed" if rows != "seed" else "checkpoint"
    with contextlib.redirect_stdout(io.StringIO()):
        exec(ask(mode="grid", rows=rows, columns=columns)["code"], {"__name__": "shown"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mode": "dance"}, "must be one of"),
        ({"n": 0}, "at least 1"),
        ({"unit": 0}, "Unit by activity must be at least 1"),
        ({"first": -1}, "From held-out item must be at least 0"),
        ({"first": 1_000_000}, "From held-out item must be at most 999999"),
        ({"other": "../secrets"}, "no checkpoint called"),
        ({"mode": "path", "picture_a": ""}, "Picture A: The picture is empty"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(given, said):
    assert said in ask(**{"mode": "samples", **given})["error"]


def test_of_two_only_the_one_with_damaged_weights_is_said_to_be_so(folder):
    broken = "vae/vae--mnist--broken"
    write_model(folder, broken)
    weights = folder / broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")  # found once they are read
    for mode in ("samples", "path", "traversal", "reconstruction", "map"):
        sound, damaged = ask(TWO, broken, mode)["sides"]
        assert "broken cannot be loaded" in damaged["cannot"] and not sound["cannot"]
    damaged, sound = ask(broken, TWO, "reconstruction")["sides"]
    assert "broken cannot be loaded" in damaged["cannot"] and len(sound["items"]) == 4
    row = ask(broken, TWO, "grid", rows="seed", columns="checkpoint")["cells"][0]
    damaged, sound = served(cells)({"wanted": row})["cells"]
    assert "broken cannot be loaded" in damaged["cannot"] and sound["item"]
    between = ask(TWO, broken, "grid", rows="position", columns="checkpoint", ends="boxes")
    sound, damaged = served(cells)({"wanted": between["cells"][0]})["cells"]
    assert "broken cannot be loaded" in damaged["cannot"] and sound["item"]
    assert "broken cannot be loaded" in ask(broken, broken)["error"]
    found = api.compare(broken, TWO, api.sample(ONE, 4, 1))
    assert found["sides"][0]["cannot"] and found["sides"][1]["items"] and found["drift"] is None


def test_the_endpoint_aligns_what_it_is_given():
    inputs = api.sample(ONE, 4, 1)
    found = api.compare(ONE, TWO, inputs)
    assert len(found["drift"]) == 4 and found["whole"] > 0
    assert api.compare(ONE, TWO, inputs[:2])["drift"] is None
    assert api.compare(ONE, GAN, inputs)["sides"][1]["cannot"]
