"""The theory's panels and the objective cards as the page asks for them, without a browser."""

import contextlib
import io
import json
import math
import re

import pytest

from app.widgets.objectives import widget as objectives
from app.widgets.theory.panels import PANELS, Choice, checked
from app.widgets.theory.widget import more, read_state, run, stop

AT_ONCE = ("lines", "fit", "unify", "activated", "means", "split")
SHORT = {"critic": {"steps": 100}, "gradient": {"steps": 50}}


def figures(panel: str, values: dict) -> list[dict]:
    found = [run(panel, values)]
    job = found[0].get("job")
    while not found[-1]["done"]:
        found.append(more(job))
    return found


def number(figure: dict, label: str) -> float:
    (fact,) = [fact for fact in figure["facts"] if fact["label"] == label]
    return math.inf if fact["value"] == "∞" else float(fact["value"].replace("−", "-"))


def printed_by(code: str) -> str:
    """What a program prints; it finds only the names that it imports."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {"__name__": "__main__"})
    return said.getvalue()


@pytest.mark.parametrize("panel", PANELS)
def test_every_figure_is_json_with_curves_of_one_length_and_a_table(panel):
    figure = figures(panel, SHORT.get(panel, {}))[-1]
    json.dumps(figure, allow_nan=False)
    for plot in figure["plots"]:
        for series in plot["series"]:
            assert len(series["x"]) == len(series["y"]) > 0
    assert figure["rows"] and all(len(row) == len(figure["columns"]) for row in figure["rows"])


def test_a_panel_that_trains_sends_one_figure_after_another_and_can_be_stopped():
    first = run("gradient", {"steps": 50})
    assert not first["done"] and number(first, "Steps of the critic") == 0
    assert number(more(first["job"]), "Steps of the critic") == 10
    stop(first["job"])
    with pytest.raises(ValueError, match="Start it again"):
        more(first["job"])


def test_numbers_change_with_what_is_set():
    near, far = (figures("lines", {"theta": theta})[0] for theta in (0.2, -0.9))
    assert (number(near, "W₁"), number(far, "W₁")) == (0.2, 0.9)
    assert number(near, "JSD") == number(far, "JSD") == pytest.approx(math.log(2), abs=1e-4)
    assert math.isinf(number(near, "KL(P‖Q)"))
    noisy = figures("lines", {"theta": 0.2, "noise": 0.1})[0]
    assert number(noisy, "KL(P‖Q)") == 2


@pytest.mark.parametrize("panel", AT_ONCE)
def test_the_code_is_a_program_that_gives_the_same_numbers(panel):
    figure = figures(panel, {"gap": 3.3} if panel != "lines" else {"theta": 0.37})[0]
    printed = {
        f"{float(found):.4g}"
        for found in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", printed_by(figure["code"]))
    }
    for fact in figure["facts"]:
        if fact["value"] != "∞":
            assert fact["value"].replace("−", "-") in printed, fact


def test_the_code_of_a_trained_critic_is_a_program_that_gives_the_same_numbers():
    figure = figures("critic", {"steps": 100})[-1]
    step, error, value, best = printed_by(figure["code"]).splitlines()[-1].split()
    assert step == "100"
    assert float(error) == pytest.approx(number(figure, "Largest |D − D*|"), rel=1e-3)
    assert float(value) == pytest.approx(number(figure, "V(D)"), rel=1e-3)
    assert float(best) == pytest.approx(number(figure, "2 JSD − 2 ln 2"), rel=1e-3)


@pytest.mark.parametrize(
    ("panel", "values", "sentence"),
    [
        ("nothing", {}, "no panel"),
        ("lines", {"theta": 4}, "θ must lie between -1 and 1"),
        ("lines", {"theta": "a"}, "no number"),
        ("fit", {"start": "nowhere"}, "Search from cannot be"),
    ],
)
def test_wrong_settings_get_a_sentence(panel, values, sentence):
    with pytest.raises(ValueError, match=sentence):
        checked(panel, values)


def test_every_state_that_a_panel_can_have_is_a_link():
    for panel in PANELS.values():
        for control in panel.controls:
            values = (
                [value for value, _ in control.options]
                if isinstance(control, Choice)
                else [control.low, control.high, control.start]
            )
            for value in values:
                said = value if isinstance(value, str) else f"{value:g}"
                text = f"panel:{panel.name} {control.name}:{said}"
                assert read_state(text) == text
                assert checked(panel.name, {control.name: value})
    for broken in ("panel:none", "theta:left", "colour:red"):
        with pytest.raises(ValueError):
            read_state(broken)


def test_the_cards_are_json_with_all_models_by_family():
    answer = objectives.run()
    json.dumps(answer, allow_nan=False)
    names = [card["name"] for family in answer["families"] for card in family["cards"]]
    assert objectives.FIRST in names and len(names) == len(set(names))
    assert all(objectives.read_state(f"of:{name}") for name in names)
