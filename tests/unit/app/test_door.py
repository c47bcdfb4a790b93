"""Whatever reaches the server's functions is answered with a sentence."""

import asyncio
import math
from typing import Annotated, Literal

import gradio as gr
import pydantic
import pytest

from app import door, main, session
from app.tabs import sample as sample_tab
from app.widgets.beta_sweep import widget as beta_sweep
from app.widgets.frontier import widget as frontier
from app.widgets.laboratory import widget as laboratory

TEXT = "text_vae/text_vae--tatoeba"


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    session.configure("cpu")

    async def build():  # in a running loop: else Gradio makes loops that it never closes
        return main.build("cpu")

    return asyncio.run(build())


def view(
    n: Annotated[int, pydantic.Field(ge=1, le=9)],
    names: list[str] | None = None,
    kind: Literal["a", "b"] = "a",
    amount: float = 0.0,
    steps: Annotated[str, pydantic.Field(min_length=1)] = "a",
) -> dict:
    return {"n": n}


def test_an_argument_is_called_as_its_own_tab_calls_it():
    asked = {"n": 1, "amount": "much"}
    assert door.served(view)(asked)["error"] == "amount: must be a number."
    named = door.served(view, "view", {"amount": "Temperature"})
    assert named(asked)["error"] == "Temperature must be a number."


@pytest.mark.parametrize("asked", [[], [1], 3, 1.5, "x", None, True, "null"])
def test_no_fields_where_fields_are_meant(asked):
    assert "fields by name" in door.served(view)(asked)["error"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "How many is missing."),
        ({"n": "many"}, "How many must be a whole number."),
        ({"n": 1.5}, "How many must be a whole number."),
        ({"n": None}, "How many must be a whole number."),
        ({"n": 0}, "How many must be at least 1."),
        ({"n": 10**30}, "How many must be at most 9."),
        ({"n": 1, "x": 1}, "x: is not known here; leave it out."),
        ({"n": 1, "names": 3}, "names: must be a list."),
        ({"n": 1, "names": ["a", 3]}, "names 2: must be text."),
        ({"n": 1, "kind": "c"}, "kind: must be one of 'a' or 'b'."),
        ({"n": 1, "amount": math.nan}, "amount: must be a finite number."),
        ({"n": 1, "steps": ""}, "Steps must not be empty."),
        ({"n": 1, "names": ["a\0b"]}, "Names holds a NUL"),
        ({"n": 1, "names": ["\ud800"]}, "half of a character"),
        ({"n": 1, "\ud800": 1}, "half of a character"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_page(asked, said, caplog):
    answer = door.served(view)(asked)
    assert said in answer["error"]
    answer["error"].encode()  # can be sent
    assert not caplog.records


def test_a_question_nested_without_end():
    deep: list = []
    for _ in range(10_000):
        deep = [deep]
    assert "nested" in door.served(view)({"n": 1, "names": deep})["error"]


@pytest.mark.parametrize("function", [frontier.look, frontier.nearest, beta_sweep.walks])
def test_a_text_model_in_a_picture_widget_is_told(function):
    asked = {"checkpoint": TEXT, "seed": 0, "first": 0}
    wanted = function.__annotations__.keys() & asked.keys()
    answer = door.served(function)({name: asked[name] for name in wanted})
    assert "makes no pictures" in answer["error"]


def test_models_that_are_not_there_and_runs_that_are_gone():
    asked = {"checkpoint": "vae/none--mnist", "seed": 0}
    assert "no checkpoint called" in door.served(frontier.look)(asked)["error"]
    for name in ("edit", "poll", "step"):
        answer = door.served(getattr(laboratory, name))({"key": ["x"]})
        assert answer["error"] != door.UNEXPECTED


def test_the_labels_are_those_of_the_page(page):
    """What a sentence calls a control is what stands above it."""
    shown = {str(getattr(block, "label", "")) for block in page.blocks.values()}
    for name in ("n", "source", "temperature", "token_temperature", "label", "steps", "path"):
        assert door.LABELS[name] in shown
    answer = door.served(sample_tab.sample)(
        {"checkpoint": TEXT, "n": "x", "seed": 0, "source": "prior", "temperature": 1,
         "token_temperature": 0}
    )  # fmt: skip
    assert answer["error"] == "How many must be a whole number."


def call(page: gr.Blocks, name: str, values) -> None:
    fn = next(fn for fn in page.fns.values() if fn.api_name == name)
    asyncio.run(page.process_api(fn, values))


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("sample", [], "takes 9 values"),
        ("sample", "x", "takes 9 values"),
        ("sample", [0] * 10, "takes 9 values in a list; got 10"),
        ("sample", [TEXT, "x", 0, 1.0, "prior", 0.0, None], "n: must be a whole number"),
        ("sample", [TEXT, 1, 0, 1.0, "prior", 0.0, 3], "labels: must be a list"),
        ("sample", [[TEXT], 1, 0, 1.0, "prior", 0.0, None], "checkpoint: must be text"),
        ("decode", [TEXT, [[math.inf] * 32], 0, 0, None], "finite"),
        ("encode", [TEXT, ["a\0b"], None], "NUL"),
        ("train_points", ["gan", "ring", -1, 0, 1.0, None, 2, None], "at least 0"),
        ("train_points", ["gan", "moon", 1, 0, 1.0, None, 2, None], "must be one of"),
        ("decode_at", [TEXT, "pca", "x", 0, None], "x: must be a number"),
        ("frontier", [["mnist"]], "must be text"),
        ("corpus", [None], "Checkpoint must be text"),
        ("suit", [3, "a", "b", "c", "d"], "list of choices"),
        ("follow", [[1]], "must be text"),
    ],
)
def test_endpoints_and_private_events_answer_with_a_sentence(page, name, values, said):
    with pytest.raises(gr.Error, match=said):
        call(page, name, values)


def test_a_call_written_before_an_argument_came_goes_on_working(page):
    fn = next(fn for fn in page.fns.values() if fn.api_name == "sample")
    given = [TEXT, 2, 0, 1.0, "prior", 0.0, None]
    short, whole = (
        asyncio.run(page.process_api(fn, values))["data"] for values in (given, [*given, 0, 1.0])
    )
    assert short == whole
