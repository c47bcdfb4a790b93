"""Many visitors at once, who ask for light things, while two others ask for heavy work."""

import asyncio
import contextlib
import random
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import httpx
import numpy as np

from scripts.benches.page import server
from scripts.benches.rows import LARGEST, MODES, TEXT, Row

PICTURES, WORDS = "vae/vae--mnist--2d", "lm/lstm_lm--everyday--forward"
SENTENCES = ("I like tea.", "It is raining.", "Where is he?", "We went home.", "Do you know him?")
THINKING = 1.0  # seconds between an answer and the next question, on average
PATIENCE = 120.0  # seconds
PAIR = "lm/lstm_lm--everyday"
HEAVY: tuple[tuple[str, list], ...] = (
    ("sample", [LARGEST, 10_000, 0, 1.0, "prior", 0.0, None]),
    ("edit_chain", [["dog"], "", "keywords", 1000, 0, 2, "exact", PAIR, 5, 15, None, None, None]),
)
ACCEPTS = {"Accept-Encoding": "gzip"}


class Question(NamedTuple):
    """What a visitor asks: a path, and the body of a POST; a GET has none."""

    path: str
    body: dict[str, Any] | None = None


def page(_: random.Random, __: dict[str, int]) -> Question:
    return Question("/")


def pad(rng: random.Random, ids: dict[str, int]) -> Question:
    at = [rng.uniform(-2, 2), rng.uniform(-2, 2)]
    asked = {"checkpoint": PICTURES, "mode": "plane", "anchors": [], "at": at}
    return widget(ids["explore-pad"], "decode", asked)


def click(rng: random.Random, ids: dict[str, int]) -> Question:
    x, y = rng.uniform(-3, 3), rng.uniform(-3, 3)
    asked = {"checkpoint": MODES, "view": "pca", "x": x, "y": y}
    return widget(ids["modes-map"], "decode", asked)


def sample(rng: random.Random, _: dict[str, int]) -> Question:
    return endpoint("sample", TEXT, 8, rng.randrange(10**6), 1.0, "prior", 0.0, None)


def path(rng: random.Random, _: dict[str, int]) -> Question:
    a, b = rng.sample(SENTENCES, 2)
    return endpoint("interpolate", TEXT, a, b, 8, "slerp", 0)


def next_words(rng: random.Random, _: dict[str, int]) -> Question:
    text = " ".join(rng.choices(("a", "man", "dog", "is", "in", "the", "park"), k=4))
    return endpoint("next_words", WORDS, text, 10, 1.0, 0, 0, 0, 1.0)


# How often each is asked; who drags a pad asks most.
LIGHT: dict[Callable[[random.Random, dict[str, int]], Question], int] = {
    page: 5,
    pad: 40,
    sample: 15,
    path: 10,
    click: 15,
    next_words: 15,
}


def widget(number: int, name: str, asked: dict[str, Any]) -> Question:
    body = {"session_hash": "load", "component_id": number, "fn_name": name, "data": asked}
    return Question("/gradio_api/component_server", body)


def endpoint(name: str, *arguments: Any) -> Question:
    return Question(f"/gradio_api/run/{name}", {"data": arguments, "session_hash": "load"})


Times = dict[str, list[float]]  # seconds of each answer by the kind of question


async def ask(client: httpx.AsyncClient, question: Question) -> float:
    """Seconds to the whole answer; raises RuntimeError for one that is an error."""
    began = time.perf_counter()
    method = "GET" if question.body is None else "POST"
    answer = await client.request(method, question.path, json=question.body)
    seconds = time.perf_counter() - began
    if answer.status_code != 200 or (question.body and answer.text.startswith('{"error"')):
        raise RuntimeError(f"{question}: {answer.status_code} {answer.text[:200]}")
    return seconds


async def visit(
    client: httpx.AsyncClient, ids: dict[str, int], seed: int, until: float, times: Times
) -> None:
    """One visitor, who asks, waits for the answer, and thinks."""
    rng = random.Random(seed)
    await asyncio.sleep(rng.uniform(0, THINKING))
    while time.perf_counter() < until:
        (kind,) = rng.choices(list(LIGHT), list(LIGHT.values()))
        times[kind.__name__].append(await ask(client, kind(rng, ids)))
        await asyncio.sleep(rng.expovariate(1 / THINKING))


@contextlib.asynccontextmanager
async def heavy_work(client: httpx.AsyncClient, wanted: bool) -> AsyncIterator[None]:
    """Two visitors who want much, again and again."""

    async def insist(name: str, arguments: list) -> None:
        while True:
            await ask(client, endpoint(name, *arguments))

    work = [asyncio.create_task(insist(*each)) for each in HEAVY if wanted]
    if wanted:
        await asyncio.sleep(2)  # their models are loaded by then
    yield
    broken = [task for task in work if task.done()]
    for task in work:
        task.cancel()
    for task in broken:
        await task


async def measure(address: str, visitors: int, seconds: float, heavy: bool = True) -> Times:
    """Times of light questions by ``visitors`` who come and think for ``seconds``."""
    times: Times = defaultdict(list)
    checked = ssl.create_default_context()  # once: each client would read all certificates

    def visitor() -> httpx.AsyncClient:
        """Has connections of its own, as a browser has: a pool that all share asks each of its
        connections at every question, and what it takes for that would count as the server's.
        """
        return httpx.AsyncClient(
            base_url=address, headers=ACCEPTS, timeout=PATIENCE, trust_env=False, verify=checked
        )

    async def comes(seed: int, until: float) -> None:
        async with visitor() as client:
            await visit(client, ids, seed, until, times)

    async with visitor() as first:
        config = (await first.get("/config")).json()
        parts = config["components"]
        ids = {one["props"].get("elem_id"): one["id"] for one in parts}
        rng = random.Random(0)
        for kind in LIGHT:  # models are loaded, and every kind is answered once
            await ask(first, kind(rng, ids))
        async with heavy_work(first, heavy):
            until = time.perf_counter() + seconds
            await asyncio.gather(*(comes(seed, until) for seed in range(visitors)))
    return times


def p95(times: Times, *kinds: str) -> float:
    """Milliseconds within which 95 % of the answers come, of some kinds or of all."""
    chosen = [seconds for kind in kinds or times for seconds in times[kind]]
    return 1000 * float(np.percentile(chosen, 95))


def loaded(seconds: float = 20.0) -> list[Row]:
    """Light questions of many against those of one visitor alone."""
    with server() as (address, _, _):
        alone = asyncio.run(measure(address, 1, seconds, heavy=False))
        fifty = asyncio.run(measure(address, 50, seconds))
        hundred = asyncio.run(measure(address, 100, seconds))
    one = p95(alone)
    rate = sum(map(len, hundred.values())) / seconds
    light = [kind.__name__ for kind in LIGHT if kind is not page]
    rows = []
    for name, times, aim in (("50", fifty, 500), ("100", hundred, 1000)):
        found = p95(times, *light)
        how = f"{found / one:.1f} times one visitor alone, while two ask for heavy work"
        rows.append(Row(f"Light questions of {name} visitors, p95", found, "ms", f"≤ {aim}", how))
    whole = p95(hundred, "page")
    medians = ", ".join(f"{k} {1000 * np.median(v):.0f} ms" for k, v in hundred.items())
    return [
        *rows,
        Row("The page's HTML, 100 visitors, p95", whole, "ms", "≤ 300", f"medians: {medians}"),
        Row("Answers to 100 visitors", rate, "per s", "≥ 60", f"who think {THINKING:g} s each"),
    ]
