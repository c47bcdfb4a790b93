"""Anything at all, sent to every function that the page registers: a sentence, never a fault.

The functions are found by their existing. ``LATENT_FUZZ=5000`` asks that many questions.
"""

import asyncio
import inspect
import json
import logging
import os
import time
from collections.abc import Callable, Iterator

import gradio as gr
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import main, session

QUESTIONS = int(os.environ.get("LATENT_FUZZ", "60"))
PATIENCE = 60.0  # s; a busy machine is slow, not hanging
SLOW = {"train_points", "attack", "compute"}  # right arguments would train or write for long
GROWN = 200 << 20  # bytes that hundreds of questions may take: models are loaded on the way

NAMES = ["text_vae/text_vae--tatoeba", "vae/vae--mnist--2d", "vae/none--x", "../x", ""]
WORDS = st.one_of(
    st.sampled_from(
        [*NAMES, "umap", "pca", "plane", "unit", "own", "path", "I like tea.", "x\0y"]
    ),
    st.text(st.characters(), max_size=20),
    st.just("\ud800"),
    st.just("data:image/png;base64,AAAA"),
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


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    session.configure("cpu")
    session.warm_up()  # torch is imported once, and not by a question

    async def build():  # in a running loop: else Gradio makes loops that it never closes
        return main.build("cpu")

    return asyncio.run(build())


def server_functions(page: gr.Blocks) -> Iterator[tuple[str, Callable, list[str]]]:
    """Name, function and arguments of every question that a widget can ask."""
    seen = set()
    for block in page.blocks.values():
        for name, function in vars(block).items():
            if not getattr(function, "_is_server_fn", False):
                continue
            asked = inspect.getclosurevars(function).nonlocals["function"]
            if asked in seen or (asked.__name__ == "start" and "compute" in asked.__module__):
                continue
            seen.add(asked)
            yield f"{asked.__module__}.{name}", function, list(inspect.signature(asked).parameters)


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.exc_info]


def sound(answer) -> None:
    """What the page can be sent."""
    json.dumps(answer, ensure_ascii=False).encode("utf-8")


def test_every_function_answers_whatever_it_is_asked(page, caplog):
    caplog.set_level(logging.ERROR)
    functions = list(server_functions(page))
    events = [fn for fn in page.fns.values() if callable(fn.fn) and fn.api_name not in SLOW]
    assert len(functions) > 40 and len(events) > 12
    before = psutil.Process().memory_info().rss

    @settings(
        max_examples=QUESTIONS,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 10**9), st.data())
    def ask(number: int, data) -> None:
        began = time.monotonic()
        if number % 2:
            name, function, arguments = functions[number // 2 % len(functions)]
            fields = st.fixed_dictionaries({key: st.one_of(LEAVES, ANYTHING) for key in arguments})
            asked = data.draw(st.one_of(fields, fields, fields, ANYTHING), label=name)
            sound(function(asked))
        else:
            fn = events[number // 2 % len(events)]
            right = st.lists(ANYTHING, min_size=len(fn.inputs), max_size=len(fn.inputs))
            asked = data.draw(st.one_of(right, right, ANYTHING), label=str(fn.api_name))
            event = gr.EventData(None, data.draw(ANYTHING))
            try:
                asyncio.run(page.process_api(fn, asked, event_data=event))
            except gr.Error as error:
                assert error.message and not error.print_exception
        assert time.monotonic() - began < PATIENCE
        assert not faults(caplog)

    ask()
    grown = psutil.Process().memory_info().rss - before
    assert grown < GROWN + (400 << 20), f"{grown:,} bytes more"  # torch itself is the latter
