"""The pad's answers: exact geometry, scripts that give the same item, and rubbish refused."""

import ast
import base64
import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import backend
from app.components import served
from app.session import get_space
from app.tabs.explore import SENTENCES, SKETCHES, _drawn
from app.widgets.latent_pad import place, widget

ROOT = Path(__file__).parents[3]
GLOBE = "vae/vmf_vae--mnist"
FLAT, WIDE, TEXT = "vae/vae--mnist--2d", "vae/vae--mnist--16d", "text_vae/text_vae--tatoeba"
PICTURES = dict(zip("pqr", map(_drawn, SKETCHES), strict=True))
WORDS = dict(zip("abc", SENTENCES, strict=True))


def open_view(checkpoint=FLAT, mode="plane", points="held-out", seed=0, **own) -> dict:
    return widget.view(checkpoint, mode, points, seed, **own)


def question(checkpoint: str, mode: str, view: dict, at: tuple[float, float]) -> dict:
    return {"checkpoint": checkpoint, "mode": mode, "anchors": view["anchors"], "at": at}


def pixels(packed: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed), np.uint8).reshape(28, 28)


VIEWS = [
    (FLAT, "plane", "held-out", {}, (0.5, -1.25)),
    (FLAT, "unit", "samples", {}, (1, 0.75)),
    (WIDE, "plane", "held-out", {}, (0.3, 0.6)),
    (WIDE, "plane", "own", PICTURES, (-0.1, 0.4)),
    (WIDE, "unit", "own", PICTURES, (3, -2.0)),
    (TEXT, "plane", "own", WORDS, (0.25, 0.5)),
    (TEXT, "plane", "drawn", WORDS, (0.25, 0.5)),
    (WIDE, "unit", "drawn", PICTURES, (3, -2.0)),
    (TEXT, "plane", "samples", {}, (0.1, 0.9)),
    (TEXT, "unit", "held-out", {}, (0, 1.5)),
    (GLOBE, "plane", "held-out", {}, (-120.0, 35.5)),
    (GLOBE, "unit", "samples", {}, (2, 0.4)),
]


@pytest.mark.parametrize("checkpoint, mode, points, own, at", VIEWS)
def test_the_script_gives_the_item_that_is_shown(checkpoint, mode, points, own, at):
    view = open_view(checkpoint, mode, points, seed=3, **own)
    asked = question(checkpoint, mode, view, at)
    shown = widget.decode(**asked)["item"]
    found = widget.inspect(**asked, script=view["script"])
    assert found["item"] == shown
    names: dict = {}
    exec(found["code"].replace("print(result)", ""), names)
    if checkpoint == TEXT:
        assert names["result"] == shown
    else:
        assert np.array_equal(names["result"], pixels(shown))


def test_a_script_runs_on_its_own():
    view = open_view(TEXT, "plane", "own", **WORDS)
    asked = question(TEXT, "plane", view, (0.5, 0.25))
    code = widget.inspect(**asked, script=view["script"])["code"]
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == widget.decode(**asked)["item"]


@pytest.mark.parametrize("checkpoint", [FLAT, WIDE, TEXT])
def test_the_points_of_a_plane_decode_to_themselves(checkpoint):
    view = open_view(checkpoint, "plane", "samples", seed=1)
    for point, at in zip(view["points"], [(0, 0), (1, 0), (0, 1)], strict=False):
        item = widget.decode(**question(checkpoint, "plane", view, at))["item"]
        if checkpoint == TEXT:
            assert item == point["item"]
        else:  # a batch may round the last grey level differently
            assert np.allclose(pixels(item), pixels(point["item"]), atol=1)


def test_distances_on_the_pad_are_distances_in_the_latent_space():
    space = get_space(WIDE)
    codes = space.sample_codes(3, seed=2)
    plane = place.frame(space, codes)
    places = np.random.default_rng(0).uniform(-1, 2, (6, 2))
    z = np.stack([place.code_at(space, "plane", codes, at) for at in places.tolist()])
    xy = plane.origin + places @ plane.basis
    for a, b in ((0, 1), (2, 3), (4, 5)):
        gap = np.linalg.norm(z[a] - z[b])
        assert np.linalg.norm(xy[a] - xy[b]) == pytest.approx(gap, rel=1e-4)
    lengths = np.hypot(np.linalg.norm(xy, axis=1), plane.height)  # the middle is nearest to 0
    assert np.allclose(lengths, np.linalg.norm(z, axis=1), rtol=1e-4)


def test_the_square_holds_the_points_and_its_grid_covers_it():
    space = get_space(WIDE)
    plane = place.frame(space, space.sample_codes(3, seed=2))
    cells = plane.origin + place.grid(plane, 20) @ plane.basis  # [400, 2]
    half = plane.side / 40
    low, high = np.array(plane.corner), np.array(plane.corner) + plane.side
    assert np.allclose(cells.min(0), low + half) and np.allclose(cells.max(0), high - half)
    assert np.allclose(cells[0], [low[0] + half, high[1] - half])  # top left comes first
    corners = plane.origin + np.array([[0, 0], *plane.basis])
    assert (corners > low).all() and (corners < high).all()


def test_the_flat_pad_shows_three_sigma_and_the_data():
    view = open_view()
    x, y = view["corner"]
    assert max(x, y) < -3 and x + view["side"] > 3 and y + view["side"] > 3
    assert [circle["radius"] for circle in view["circles"]] == [1, 2, 3]
    assert len(view["dots"]["xy"]) == len(view["dots"]["label"]) == len(get_space(FLAT).codes)
    assert view["classes"] == list("0123456789")


def test_units_come_most_active_first_and_start_at_the_point():
    view = open_view(WIDE, "unit", "samples", seed=5)
    activities = [unit["activity"] for unit in view["units"]]
    assert activities == sorted(activities, reverse=True) and len(activities) == 16
    unit, value = view["home"]
    assert value == pytest.approx(view["anchors"][0][unit], abs=0.006)
    strip = widget.backdrop(WIDE, "unit", view["anchors"], unit)
    assert len(strip["items"]) == len(strip["values"]) == widget.STRIP
    middle = widget.decode(**question(WIDE, "unit", view, (unit, strip["values"][4])))["item"]
    assert np.allclose(pixels(strip["items"][4]), pixels(middle), atol=1)


def test_the_backdrop_is_what_the_pad_decodes_to():
    tiles = widget.backdrop(FLAT, "plane", [])
    grid = np.frombuffer(base64.b64decode(tiles["tiles"]), np.uint8).reshape(-1, 28, 28)
    places = place.grid(place.frame(get_space(FLAT), np.empty((0, 2))), tiles["n"])
    item = widget.decode(FLAT, "plane", [], tuple(places[21]))["item"]
    assert np.allclose(grid[21], pixels(item), atol=1)

    view = open_view(TEXT, "plane", "samples")
    words = widget.backdrop(TEXT, "plane", view["anchors"])
    assert len(words["cells"]) == words["n"] ** 2
    assert set(words["cells"]) == set(range(len(words["texts"])))


def test_the_page_sends_back_exactly_the_codes_it_got():
    sent = json.dumps(open_view(WIDE, points="samples", seed=7)["anchors"])
    codes = get_space(WIDE).sample_codes(3, seed=7)
    assert np.array_equal(np.array(json.loads(sent), np.float32), codes)


def test_the_same_seed_gives_the_same_points_of_different_classes():
    first, again, other = (open_view(WIDE, seed=seed) for seed in (4, 4, 5))
    assert first["anchors"] == again["anchors"] != other["anchors"]
    space = get_space(WIDE)
    for view in (first, other):
        rows = [int(point["label"].removeprefix("held-out item ")) for point in view["points"]]
        assert np.array_equal(np.array(view["anchors"], np.float32), space.codes[rows])
        assert len(set(space.labels[rows])) == 3


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"checkpoint": "vae/no-such"}, "no checkpoint"),
        ({"checkpoint": "../../etc/passwd"}, "no checkpoint"),
        ({"mode": "sphere"}, "mode"),
        ({"points": "internet"}, "points"),
        ({"seed": -1}, "seed"),
        ({"seed": "many"}, "Seed must be a whole number"),
        ({"checkpoint": TEXT, "points": "own", "a": "", "b": "", "c": ""}, "."),
        ({"checkpoint": TEXT, "points": "own", "a": "Tea.", "b": "Tea.", "c": "Tea."}, "one line"),
        ({"points": "own", "p": "x", "q": "", "r": ""}, "Picture A: That is not a picture"),
        ({"at": "1"}, "not a place"),
        ({"at": "nan,0"}, "not a place"),
        ({"at": "1e400,0"}, "not a place"),
    ],
)
def test_a_wrong_view_is_refused_with_a_sentence(wrong, sentence):
    right = {"checkpoint": WIDE, "mode": "plane", "points": "samples", "seed": 0}
    answer = served(widget.view, "run")(right | wrong)
    assert list(answer) == ["error"] and sentence in answer["error"]


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"at": [math.nan, 0]}, "must be a finite number"),
        ({"at": [0, math.inf]}, "must be a finite number"),
        ({"at": [1e300, 0]}, "A place is two numbers"),
        ({"at": [0]}, "at"),
        ({"at": "0,0"}, "at"),
        ({"at": None}, "at"),
        ({"anchors": []}, "3 codes of 16"),
        ({"anchors": [[0.0] * 15] * 3}, "3 codes of 16"),
        ({"anchors": [[0.0] * 15 + [math.nan]] * 3}, "must be a finite number"),
        ({"anchors": [[0.0] * 15 + [1e39]] * 3}, "not between"),
        ({"anchors": [["x"] * 16] * 3}, "anchors"),
        ({"anchors": [[0.0] * 16] * 3}, "line"),
        ({"mode": "unit", "anchors": [[0.0] * 16], "at": [16, 0]}, "units 0 to 15"),
        ({"mode": "unit", "anchors": [[0.0] * 16], "at": [0.5, 0]}, "units 0 to 15"),
        ({"checkpoint": "../vae"}, "no checkpoint"),
        ({"checkpoint": 7}, "Checkpoint must be text"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_question_is_refused_with_a_sentence(wrong, sentence):
    right = {
        "checkpoint": WIDE,
        "mode": "plane",
        "anchors": np.eye(3, 16).tolist(),
        "at": [0.5, 0.5],
    }
    for function in (widget.decode, widget.inspect):
        assert "item" in served(function)(right)
        answer = served(function)(right | wrong)
        assert list(answer) == ["error"] and sentence in answer["error"]


def test_places_in_links():
    assert widget.read_place("0.5,-1") == "0.5,-1" and widget.read_place("") == ""
    for wrong in (" ", "1", "1,2,3", "a,b", "nan,1", "1e9,0", "<b>,0"):
        with pytest.raises(ValueError, match="not a place"):
            widget.read_place(wrong)


def test_verdicts_are_those_of_what_the_pad_decodes_to():
    view = open_view(FLAT)
    assert view["judged"][7] == "digit 7" and view["unjudged"] == ""
    found = widget.verdicts(FLAT, "plane", [])
    space, judge = get_space(FLAT), backend.load_judge("classifier/image_classifier--mnist")
    n, cell = found["n"], 5 * found["n"] + 31
    at = place.grid(place.frame(space, space.codes[:0]), n)[cell]
    p = judge(space.decode(at[None].astype(np.float32)))[0]
    assert p.sum() == pytest.approx(1, abs=1e-5)
    assert found["found"][cell] == (p.argmax(), pytest.approx(p.max(), abs=1e-3))
    assert len({label for label, _ in found["found"]}) == 10  # every digit has its region


def test_held_out_digits_are_taken_for_what_they_are():
    space, judge = get_space(WIDE), backend.load_judge("classifier/image_classifier--mnist")
    taken = judge(space.decode(space.codes)).argmax(1)
    assert (taken == space.labels).mean() > 0.9


def test_a_unit_and_sentences_have_verdicts_too():
    view = open_view(WIDE, "unit")
    strip = widget.backdrop(WIDE, "unit", view["anchors"], unit=3)
    found = widget.verdicts(WIDE, "unit", view["anchors"], unit=3)["found"]
    judge = backend.load_judge("classifier/image_classifier--mnist")
    p = judge(np.stack([pixels(item) for item in strip["items"]]))
    assert [label for label, _ in found] == p.argmax(1).tolist()
    told = backend.load_judge("classifier/text_classifier--yelp")
    good, bad, neither = told(["The food was great!", "The food was terrible.", "qwxzy vbnmk"])
    assert told.classes == ("negative", "positive") and good[1] > 0.9 > 0.1 > bad[1]
    assert np.isnan(neither).all() and told([]).shape == (0, 2)


def test_a_script_with_a_verdict_prints_it(capsys):
    view = open_view(FLAT)
    told = widget.inspect(FLAT, "plane", [], (0.0, 2.5), view["script"], "verdict")
    exec(told["code"], {})
    label, sure = told["verdict"]
    printed = ast.literal_eval(capsys.readouterr().out.strip().splitlines()[0])
    assert printed[view["judged"][label]] == pytest.approx(sure, abs=1e-3)
    assert widget.inspect(FLAT, "plane", [], (0.0, 2.5), view["script"])["verdict"] is None


def test_where_no_classifier_is_it_is_said(monkeypatch):
    info = dataclasses.replace(get_space(FLAT).info, dataset="nothing")
    monkeypatch.setattr(get_space(FLAT), "info", info)
    view = open_view(FLAT)
    assert view["judged"] == [] and "No classifier of what" in view["unjudged"]
    with pytest.raises(ValueError, match="No classifier of what"):
        backend.judge_name(get_space(FLAT))


def spread_at(checkpoint: str, mode: str, view: dict, at: tuple[float, float], **more) -> dict:
    return widget.posterior(**question(checkpoint, mode, view, at), script=view["script"], **more)


def test_the_ellipse_is_the_posterior_of_what_is_shown_or_of_ones_own():
    space = get_space(FLAT)
    view = open_view(FLAT, "plane", "own", p=PICTURES["p"])
    home = tuple(view["home"])
    own = widget.boxes.reader(space)(PICTURES["p"])
    shown = space.decode(np.array([home], np.float32))[0]
    for item, more in ((shown, {}), (own, {"own": PICTURES["p"]})):
        found = spread_at(FLAT, "plane", view, home, seed=5, **more)
        mean, std = (each[0] for each in space.posterior([item]))
        assert found["centre"] == pytest.approx(mean.tolist())
        assert np.abs(found["axes"]).max(0) == pytest.approx(std.tolist())  # along the units
        draws = space.encode([item] * widget.DRAWS, draw=5)
        assert np.array(found["draws"]) == pytest.approx(draws, abs=1e-6)
        assert found["away"] == pytest.approx([0] * widget.DRAWS, abs=1e-6)
        assert np.array_equal(pixels(found["items"][3]), space.decode(draws[3:4])[0])
        names: dict = {}
        exec(found["code"].replace("print(result)", ""), names)
        assert np.abs(names["result"][3].astype(int) - pixels(found["items"][3])).max() <= 1
        assert names["q"].std[0] == pytest.approx(std, rel=1e-4)


def test_on_a_slanted_plane_the_ellipse_is_the_spread_of_many_draws():
    space = get_space(WIDE)
    view = open_view(WIDE, "plane", "held-out", seed=2)
    found = spread_at(WIDE, "plane", view, (0.3, 0.4))
    codes = np.array(view["anchors"], np.float32)
    plane = place.frame(space, codes)
    z = place.code_at(space, "plane", codes, (0.3, 0.4))
    draws = space.encode([space.decode(z[None])[0]] * 4000, draw=1)
    xy = draws @ plane.axes.T
    assert np.array(found["centre"]) == pytest.approx(xy.mean(0), abs=0.05)
    axes = np.array(found["axes"])
    assert axes.T @ axes == pytest.approx(np.cov(xy.T), abs=0.02)
    places, away = place.fall(plane, codes, draws[:3])
    for uv, off, draw in zip(places, away, draws, strict=False):
        below = place.code_at(space, "plane", codes, tuple(uv))
        assert np.linalg.norm(draw - below) == pytest.approx(off, rel=1e-3)
        assert abs((draw - below) @ plane.axes.T).max() < 1e-4  # straight above it


def test_along_a_unit_and_for_sentences_the_posterior_is_told_too():
    view = open_view(TEXT, "unit", "own", a=SENTENCES[0])
    found = spread_at(TEXT, "unit", view, (2, 0.5), seed=1, own=SENTENCES[0])
    q = get_space(TEXT).posterior([SENTENCES[0]])
    assert found["mean"] == pytest.approx(q.mean[0, 2]) and found["std"] == q.std[0, 2]
    assert [unit for unit, _ in found["draws"]] == [2] * widget.DRAWS
    assert SENTENCES[0] in found["items"]


@pytest.mark.parametrize(
    "checkpoint, said",
    [("ae/ae--mnist--2d", "one code, not a distribution"), ("gan/dcgan--mnist", "no encoder")],
)
def test_where_there_is_no_posterior_it_is_said(checkpoint, said):
    view = open_view(checkpoint, "plane", "samples")
    with pytest.raises(ValueError, match=said):
        spread_at(checkpoint, "plane", view, (0.1, 0.1))


def test_a_flat_pad_starts_where_it_is_told_to():
    starts = {
        points: open_view(FLAT, "plane", points, seed=4, p=PICTURES["p"])
        for points in ("held-out", "samples", "own", "drawn")
    }
    assert len({tuple(view["home"]) for view in starts.values()}) == 4
    assert all(view["anchors"] == [] for view in starts.values())
    assert [len(view["points"]) for view in starts.values()] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "checkpoint, points, own", [(WIDE, "own", PICTURES), (TEXT, "own", WORDS)]
)
def test_a_local_direction_is_moved_along_by_its_spread(checkpoint, points, own):
    view = open_view(checkpoint, "direction", points, seed=3, **own)
    space, code = get_space(checkpoint), np.array(view["anchors"][0], np.float32)
    found = space.local_directions(code)
    first = space.latent_dim
    assert [row["index"] for row in view["directions"]] == list(range(first, first + 8))
    assert view["home"] == [first, 0] and len(view["units"]) == first
    asked = question(checkpoint, "direction", view, (first + 1, -1.5))
    told = widget.inspect(**asked, script=view["script"])
    np.testing.assert_allclose(told["z"], code - 1.5 * found.std[1] * found.axes[1], atol=2e-4)
    names: dict = {}
    exec(told["code"].replace("print(result)", ""), names)
    shown = names["result"] if space.words else np.asarray(names["result"])
    decoded = widget.decode(**asked)["item"]
    assert shown == decoded if space.words else np.array_equal(shown, pixels(decoded))
    ends = widget.ends(checkpoint, view["anchors"])["items"]
    for side, value in enumerate((-widget.ENDS, widget.ENDS)):
        there = question(checkpoint, "direction", view, (first + 1, value))
        assert widget.decode(**there)["item"] == ends[1][side]
    strip = widget.backdrop(checkpoint, "direction", view["anchors"], first + 1)
    assert (strip["values"][0], strip["values"][-1]) == (-widget.ENDS, widget.ENDS)
    assert [strip["items"][0], strip["items"][-1]] == list(ends[1])


def test_the_posterior_along_a_direction_is_the_spread_of_its_draws():
    view = open_view(WIDE, "direction", "own", **PICTURES)
    space, code = get_space(WIDE), np.array(view["anchors"][0], np.float32)
    asked = question(WIDE, "direction", view, (space.latent_dim, 0.0))
    told = widget.posterior(**asked, own=PICTURES["p"], seed=4)
    mean, std = (part[0] for part in space.posterior([widget.boxes.reader(space)(PICTURES["p"])]))
    found = space.local_directions(code)
    z = mean + std * np.random.default_rng(0).standard_normal((20000, space.latent_dim))
    along = (z - code) @ found.axes[0] / found.std[0]
    assert told["mean"] == pytest.approx(along.mean(), abs=0.02)
    assert told["std"] == pytest.approx(along.std(), rel=0.02)


def test_a_direction_that_is_not_there_is_refused():
    view = open_view(FLAT, "direction", "held-out")
    with pytest.raises(ValueError, match="units 0 to 1 and 2 local directions"):
        widget.decode(**question(FLAT, "direction", view, (4, 0.0)))


def test_a_sphere_is_seen_as_a_whole_and_begins_where_its_point_lies():
    view, space = open_view(GLOBE, "plane", "own", p=PICTURES["p"]), get_space(GLOBE)
    assert view["kind"] == "globe" and view["anchors"] == []
    code = space.encode([widget.boxes.reader(space)(PICTURES["p"])])[0]
    np.testing.assert_allclose(place.on_globe(*view["home"]), code, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(view["dots"]["xy"], axis=1), 1, atol=2e-3)
    behind = widget.backdrop(GLOBE, "plane", [])
    for found in (behind, widget.verdicts(GLOBE, "plane", [])):
        z = np.array(found["globe"], np.float32)
        assert len(z) == found["n"] ** 2
        np.testing.assert_allclose(z, place.spiral(len(z)), atol=1e-6)
    place_of_20 = tuple(place.degrees(place.spiral(behind["n"] ** 2))[20])
    shown = base64.b64decode(behind["tiles"])[20 * 784 : 21 * 784]
    alone = pixels(widget.decode(GLOBE, "plane", [], place_of_20)["item"])
    assert np.abs(np.frombuffer(shown, np.uint8).astype(int) - alone.ravel()).max() <= 1


def test_degrees_are_the_way_back_and_a_spiral_shares_the_sphere():
    places = np.array([[0.0, 0.0], [90, 0], [-120, 35], [10, 90]])
    codes = np.stack([place.on_globe(*at) for at in places])
    np.testing.assert_allclose(place.degrees(codes[:3]), places[:3], atol=1e-4)
    np.testing.assert_allclose(codes[3], [0, 0, 1], atol=1e-6)
    z = place.spiral(400).astype(float)
    np.testing.assert_allclose(np.linalg.norm(z, axis=1), 1, atol=1e-6)
    nearest = np.sort(z @ z.T, axis=1)[:, -2]
    assert np.degrees(np.arccos(nearest)).min() > 0.6 * np.degrees(math.sqrt(4 * math.pi / 400))


def test_draws_around_a_direction_are_places_of_the_sphere():
    view = open_view(GLOBE, "plane", "held-out")
    found = spread_at(GLOBE, "plane", view, tuple(view["home"]))
    middle = place.on_globe(*view["home"])
    drawn = np.stack([place.on_globe(*at) for at in found["draws"]])
    assert (drawn @ middle > 0).all() and len(found["items"]) == len(drawn)
