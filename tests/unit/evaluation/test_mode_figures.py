"""What the eight panels, the microscope and the table are told, and rubbish refused."""

import base64
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import backend
from app import parts
from app.components import served
from app.session import get_space
from app.widgets.interpretability import widget as interpretability
from app.widgets.microscope import widget as microscope
from app.widgets.panels import widget as panels
from backend.objectives.divergences import variance_of_used_means

GMVAE, DGMVAE = "text_vae/gmvae--smd", "text_vae/dgmvae--smd"
ROOT = Path(__file__).parents[3]


def unpack(packed: dict, shape: tuple[int, ...]) -> np.ndarray:
    whole = np.frombuffer(base64.b64decode(packed["data"]), "<u2").reshape(shape)
    return packed["low"] + (packed["high"] - packed["low"]) * whole / 65535


def test_panels_get_the_snapshots_as_they_were_kept():
    answer = panels.runs()
    assert [run["title"] for run in answer["runs"]] == [title for _, title in panels.RUNS]
    assert answer["missing"] == []
    for run in answer["runs"]:
        kept = backend.load_snapshots(run["name"])
        assert run["steps"] == kept.steps.tolist()
        codes = unpack(run["codes"], (*run["shape"], 2))
        step = (run["codes"]["high"] - run["codes"]["low"]) / 65535
        assert np.abs(codes - kept.codes.astype(float)).max() <= step
        modes = np.frombuffer(base64.b64decode(run["modes"]), np.uint8)
        assert np.array_equal(modes.reshape(run["shape"]), kept.modes)
        use = np.eye(5)[kept.modes[-1]].mean(0)  # [m, K]
        means = torch.from_numpy(kept.means[-1].astype(float))
        expected = float(variance_of_used_means(means, torch.from_numpy(use)))
        assert run["used"][-1] == pytest.approx(expected, rel=1e-3)
        assert set(run["measured"]) == {id for id, _ in panels.MEASURED}
        assert set(run["history"]) == {"step", *(id for id, _, _ in panels.CURVES)}
        assert len({len(curve) for curve in run["history"].values()}) == 1


def test_panels_show_the_collapse():
    """The published effect, on the shipped runs: GMVAE's modes slide together."""
    curves = {run["title"]: run["history"] for run in panels.runs()["runs"]}
    last = {title: curve["mean_variance"][-1] for title, curve in curves.items()}
    assert last["DGMVAE"] > 10 * last["GMVAE"]
    assert curves["DGMVAE"]["mi_c"][-1] > 5 * curves["GMVAE"]["mi_c"][-1]


def test_missing_runs_are_named_with_what_trains_them(tmp_path, monkeypatch):
    shutil.copytree(backend.trained_dir() / GMVAE, tmp_path / GMVAE)
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    answer = panels.runs()
    assert [run["title"] for run in answer["runs"]] == ["GMVAE"]
    assert [run["column"] for run in answer["missing"]] == [1, 2, 3]
    assert answer["missing"][2]["command"] == f"python scripts/train.py {DGMVAE}"
    shutil.rmtree(tmp_path / "text_vae")
    assert panels.runs()["runs"] == []


def test_scripts_give_what_is_shown():
    names: dict = {}
    exec(panels.runs()["code"].replace("print(result)", ""), names)
    assert np.array_equal(names["result"][0], backend.load_snapshots(DGMVAE).steps)

    drawn = microscope.samples(DGMVAE, 1, 2, seed=3, temperature=0.5)
    exec(drawn["code"].replace("print(result)", ""), names)
    assert names["result"] == drawn["items"]

    weighed = microscope.samples(DGMVAE, 1, None, seed=3, temperature=1.0, weights=[1, 0, 0, 0, 3])
    exec(weighed["code"].replace("print(result)", ""), names)
    assert names["result"] == weighed["items"]

    for options in ({"text": "what is the weather ?"}, {"row": 5}, {"code": [0.5] * 6}, {}):
        flipped = microscope.flip(DGMVAE, 0, **options)
        exec(flipped["code"].replace("print(result)", ""), names)
        assert names["result"] == flipped["items"]


def test_the_microscope_knows_every_mode():
    space = get_space(DGMVAE)
    answer = microscope.modes(DGMVAE)
    assert len(answer["rows"]) == answer["variables"] * answer["components"] == 15
    for row, mode in zip(answer["rows"], space.modes.table(), strict=True):
        assert (row["variable"], row["component"]) == (mode.variable, mode.component)
        assert len(row["typical"]) <= 8 and row["flags"] == mode.flags
        for tag in row["tags"]:
            ids = space.projection.tags.ids[tag["tag"]]
            category = space.projection.tags.names[tag["tag"]].index(tag["name"])
            assert tag["overall"] == pytest.approx((ids == category).mean())
    json.dumps(answer, allow_nan=False)


def test_without_a_map_the_microscope_still_draws(tmp_path, monkeypatch):
    left = shutil.ignore_patterns("projection*", "checksums.json")
    shutil.copytree(backend.trained_dir() / GMVAE, tmp_path / "text_vae/gmvae--bare", ignore=left)
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    answer = microscope.modes("text_vae/gmvae--bare")
    assert "scripts/project.py text_vae/gmvae--bare" in answer["missing"]
    assert {row["share"] for row in answer["rows"]} == {None}
    assert len(microscope.samples("text_vae/gmvae--bare", 0, 0, 0, 1.0)["items"]) == 8
    assert len(microscope.flip("text_vae/gmvae--bare", 0)["items"]) == 5


def test_one_mode_alone_is_drawn_from_its_own_gaussian():
    modes = get_space(DGMVAE).modes
    drawn = microscope.samples(DGMVAE, 1, 2, seed=0, temperature=0.0)
    z = modes.sample_codes(8, temperature=0.0, fixed={1: 2})
    assert np.allclose(z[:, 2:4], modes.flip(z[0], 1)[2, 2:4])
    assert drawn["origin"] == modes.at(z)[:, 1].argmax(-1).tolist()


def test_flip_marks_the_words_that_change():
    answer = microscope.flip(DGMVAE, 0, text="what is the weather zzyzx")
    assert answer["unknown"] == ["zzyzx"]
    assert sum(answer["responsibilities"]) == pytest.approx(1, abs=1e-3)
    for item, words in zip(answer["items"], answer["parts"], strict=True):
        assert (item == answer["base"]) == all(word["mark"] == "" for word in words)


def test_the_table_has_published_numbers_and_baselines():
    answer = interpretability.table()
    rows = {row["title"]: row for row in answer["rows"]}
    assert list(rows) == [title for _, title in interpretability.ROWS]
    cells = dict(zip((c["id"] for c in answer["columns"]), rows["DGMVAE"]["cells"], strict=True))
    assert cells["bleu"]["published"] == 7.39 and cells["mi_c"]["published"] == 1.32
    assert cells["mi_c_mean"]["published"] is None
    for row in answer["rows"]:
        if row["state"] == "ok":
            for cell in row["cells"][3:5]:
                assert cell["reference"] is not None
    names: dict = {}
    exec(answer["code"].replace("print(result)", ""), names)
    for row in answer["rows"]:
        ours = names["result"].get(row["name"], {})
        assert [ours.get(c["id"], {}).get("value") for c in answer["columns"]] == [
            cell["value"] for cell in row["cells"]
        ]


WRONG = [
    (microscope.modes, {"checkpoint": "text_vae/nothing"}),
    (microscope.modes, {"checkpoint": "vae/vae--mnist--2d"}),
    (microscope.samples, {"checkpoint": DGMVAE, "variable": 9, "component": 0}),
    (microscope.samples, {"checkpoint": DGMVAE, "variable": 0, "component": 99}),
    (microscope.samples, {"checkpoint": DGMVAE, "variable": -1, "component": 0}),
    (microscope.samples, {"checkpoint": DGMVAE, "component": None, "weights": [0.0] * 5}),
    (microscope.samples, {"checkpoint": DGMVAE, "component": None, "weights": [1.0] * 4}),
    (microscope.samples, {"checkpoint": DGMVAE, "component": None, "weights": [-1.0, 2, 0, 0, 0]}),
    (microscope.samples, {"checkpoint": DGMVAE, "component": None, "weights": [float("nan")] * 5}),
    (microscope.samples, {"checkpoint": DGMVAE, "component": 0, "temperature": 50.0}),
    (microscope.samples, {"checkpoint": DGMVAE, "component": 0, "seed": -1}),
    (microscope.flip, {"checkpoint": DGMVAE, "variable": 77}),
    (microscope.flip, {"checkpoint": DGMVAE, "variable": 0, "code": [0.0]}),
    (microscope.flip, {"checkpoint": DGMVAE, "variable": 0, "code": [float("inf")] * 6}),
    (microscope.flip, {"checkpoint": DGMVAE, "variable": 0, "row": 10**6}),
]


@pytest.mark.parametrize("function, request_", WRONG)
def test_a_wrong_question_is_answered_with_a_sentence(function, request_):
    usual = (
        {"variable": 0, "seed": 0, "temperature": 1.0} if function is microscope.samples else {}
    )
    answer = served(function)(usual | request_)
    assert list(answer) == ["error"]
    assert answer["error"].endswith(".") and "went wrong" not in answer["error"]


GOOD = [
    (panels.read_state, "of:2 colour:domain step:3000 shut:1"),
    (panels.read_state, ""),
    (microscope.read_state, "mode:2.3 seed:5 t:0.75 weights:1.0.50.100.2 flip:1 text:a: b  c:d"),
    (microscope.read_state, "text:<b>hi</b>"),
]
BAD = [
    (panels.read_state, "of:x"),
    (panels.read_state, "mode:1.1"),
    (panels.read_state, "step:-1"),
    (microscope.read_state, "mode:1"),
    (microscope.read_state, "t:9"),
    (microscope.read_state, "weights:1..2"),
    (microscope.read_state, "text:" + "a" * 401),
]


@pytest.mark.parametrize("read, text", GOOD)
def test_states_in_links_are_read(read, text):
    assert read(text) == text


@pytest.mark.parametrize("read, text", BAD)
def test_wrong_states_in_links_are_named(read, text):
    with pytest.raises(ValueError, match=r"\.$"):
        read(text)


def test_text_in_a_state_takes_the_rest():
    assert parts.split("of:1 text:a b:c") == {"of": "1", "text": "a b:c"}


def test_any_row_of_the_map_can_be_flipped():
    space = get_space(DGMVAE)
    row = len(space.projection.codes) - 1
    answer = microscope.flip(DGMVAE, 0, row=row)
    assert answer["items"] == space.decode(space.modes.flip(space.projection.codes[row], 0))
    asked = served(microscope.flip)({"checkpoint": DGMVAE, "variable": 0, "row": row})
    assert "error" not in asked
    for wrong in ({"variable": 7}, {"variable": 0, "row": row + 1}):
        assert "error" in served(microscope.flip)({"checkpoint": DGMVAE, **wrong})
    drawn = {"variable": 7, "component": None, "seed": 0, "temperature": 1.0}
    assert (
        "variables 0 to 2" in served(microscope.samples)({"checkpoint": DGMVAE, **drawn})["error"]
    )
