"""Anything at all, sent to every function that the page registers: a sentence, never a fault.

The functions are found by their existing, and right arguments by their types, so that half of the
questions get as far as a model. Models are small or untrained ones. ``LATENT_FUZZ=5000`` asks that
many questions.
"""

import asyncio
import dataclasses
import inspect
import json
import logging
import os
import shutil
import time
import types
import typing
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Union

import gradio as gr
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import main, session
from backend import checkpoint

QUESTIONS = int(os.environ.get("LATENT_FUZZ", "1000"))
TOGETHER = 5  # questions of one example: drawing them takes longer than answering
PATIENCE = 30.0  # s; a busy machine is slow, not hanging
WRITING = {"compute"}  # right arguments would start a program that writes a map
GROWN = 200 << 20  # bytes that thousands of questions may take
SHIPPED = ("text_vae/dgmvae--smd", "vae/vae--mnist--2d")  # have a map, and classes

NAMES = [
    *SHIPPED,
    *("gan/dcgan--mnist", "vae/beta_vae--mnist--beta4", "gan/alpha_gan--mnist"),
    *("lm/lstm_lm--everyday--forward", "lm/lstm_lm--everyday", "classifier/text_classifier--yelp"),
    *("vae/none--x", "../x", ""),
]
WORDS = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(["umap", "pca", "unit", "own", "path", "mnist", "I like tea.", "x\0y", "dog"]),
    st.text(st.characters(), max_size=20),
    st.sampled_from(["\ud800", "data:image/png;base64,AAAA", "2", "0.5,1", "drawn"]),
)
NUMBERS = st.one_of(
    st.integers(-3, 40),
    st.sampled_from([2**31, -(2**63), 10**30, 0.5, 1e308, float("nan"), float("inf")]),
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=3)
    ),
    max_leaves=8,
)
PLAIN = {
    int: st.integers(0, 12),
    float: st.one_of(st.floats(-3, 3), st.integers(0, 5)),
    str: WORDS,
    bool: st.booleans(),
    type(None): st.none(),
}


def right(kind: Any, name: str = "") -> st.SearchStrategy:
    """Values of a type; names of checkpoints for arguments that are called so."""
    if name in ("checkpoint", "lm", "victim"):
        return st.sampled_from(NAMES)
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        return right(parts[0])
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(right, parts))
    if origin is list or (origin is tuple and Ellipsis in parts):
        return st.lists(right(parts[0]), max_size=4)
    if origin is tuple:
        return st.tuples(*map(right, parts)).map(list)
    if origin is dict:
        return st.dictionaries(right(parts[0]), right(parts[1]), max_size=3)
    if dataclasses.is_dataclass(kind) or hasattr(kind, "__annotations__"):
        inner = typing.get_type_hints(kind, include_extras=True)
        values = {key: right(each, key) for key, each in inner.items()}
        return st.fixed_dictionaries({}, optional=values)
    return PLAIN.get(kind, ANYTHING)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[gr.Blocks]:
    from tests.small_language import write_all  # these bring torch
    from tests.small_pictures import write_bench

    folder = tmp_path_factory.mktemp("trained")
    for name in SHIPPED:
        shutil.copytree(checkpoint.trained_dir() / name, folder / name)
    write_all(folder)
    write_bench(folder)

    async def build() -> gr.Blocks:  # in a running loop: else Gradio makes loops it never closes
        return main.build("cpu")

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        session.configure("cpu")
        yield asyncio.run(build())
    session.configure("cpu")


Question = tuple[str, Callable[[Any], Any], st.SearchStrategy]


def arguments(function: Callable, names: list[str]) -> list[st.SearchStrategy]:
    """Mostly right ones: one wrong argument already keeps a question from the model."""
    hints = typing.get_type_hints(function, include_extras=True)
    return [
        st.integers(0, 9).flatmap(
            lambda n, key=key: ANYTHING if n == 0 else right(hints.get(key), key)
        )
        for key in names
    ]


def within(function: Callable) -> Callable:
    """What a server function asks, behind the door, and what may stand before the door."""
    held = inspect.getclosurevars(function).nonlocals
    return inspect.unwrap(held["function"]) if "function" in held else within(held["answer"])


def of_widgets(page: gr.Blocks) -> Iterator[Question]:
    """Every question that a widget can ask."""
    seen = set()
    for block in page.blocks.values():
        for name, function in vars(block).items():
            if not getattr(function, "_is_server_fn", False):
                continue
            asked = within(function)
            if asked in seen or (asked.__name__ == "start" and "compute" in asked.__module__):
                continue
            seen.add(asked)
            names = list(inspect.signature(asked).parameters)
            fields = st.fixed_dictionaries(dict(zip(names, arguments(asked, names), strict=True)))
            yield f"{asked.__module__}.{name}", function, fields


def of_events(page: gr.Blocks) -> Iterator[Question]:
    """Every named endpoint and private event."""
    for fn in page.fns.values():
        if not callable(fn.fn) or fn.api_name in WRITING:
            continue
        asked = inspect.unwrap(fn.fn)
        names = list(inspect.signature(asked).parameters)
        given = [*arguments(asked, names), *[ANYTHING] * len(fn.inputs)][: len(fn.inputs)]

        def ask(values: Any, fn: Any = fn) -> Any:
            try:
                asyncio.run(page.process_api(fn, values, event_data=EVENT))
            except gr.Error as error:
                assert error.message and not error.print_exception
                return error.message

        yield str(fn.api_name), ask, st.tuples(*given).map(list)


EVENT = gr.EventData(None, [None])


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [f"{record.getMessage()}\n{record.exc_text}" for record in caplog.records]


def test_every_function_answers_whatever_it_is_asked(page, caplog):
    caplog.set_level(logging.ERROR)
    widgets, events = list(of_widgets(page)), list(of_events(page))
    assert len(widgets) > 40 and len(events) > 12
    questions = [*widgets, *events]
    process = psutil.Process()
    before: list[int] = []

    @settings(
        max_examples=QUESTIONS // TOGETHER,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 10**9), st.data())
    def ask(number: int, data: st.DataObject) -> None:
        for turn in range(TOGETHER):
            name, function, fields = questions[(number + 17 * turn) % len(questions)]
            odd = data.draw(st.integers(0, 19)) == 0
            asked = data.draw(ANYTHING if odd else fields, label=name)
            began = time.monotonic()
            json.dumps(function(asked), ensure_ascii=False).encode("utf-8")  # can be sent
            assert time.monotonic() - began < PATIENCE, name
            assert not faults(caplog), name
        if not before:  # by now torch is imported, and a model loaded
            before.append(process.memory_info().rss)

    ask()
    grown = process.memory_info().rss - before[0]
    assert grown < GROWN, f"{grown:,} bytes more"
