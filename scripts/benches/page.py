"""The page: how soon it is there, and how soon it answers."""

import dataclasses
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

import backend
from backend.corpora.tags import Tags
from backend.evaluation import tradeoffs
from scripts.benches.rows import LARGEST, MODES, ROOT, TALK, TEXT, Row

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # to this machine only


@contextmanager
def server(**environment: str) -> Iterator[tuple[str, float, psutil.Process]]:
    """Address, seconds until the page answered, process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "launch.py", "--port", str(port), "--device", "cpu"]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}"
            while not _answers(address):
                if process.poll() is not None:
                    log.seek(0)
                    raise RuntimeError(f"the server did not start:\n{log.read()}")
                time.sleep(0.01)
            yield address, time.perf_counter() - began, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _answers(address: str) -> bool:
    try:
        with DIRECT.open(address, timeout=5) as page:
            return page.status == 200
    except OSError:
        return False


def call(address: str, endpoint: str, *arguments: object) -> object:
    """A named endpoint over HTTP, without a client library's own start-up."""
    body = json.dumps({"data": arguments}).encode()
    headers = {"Content-Type": "application/json"}
    url = f"{address}/gradio_api/call/{endpoint}"
    with DIRECT.open(urllib.request.Request(url, body, headers)) as answer:
        event = json.load(answer)["event_id"]
    with DIRECT.open(f"{url}/{event}") as stream:
        text = stream.read().decode()
    if "event: complete" not in text:
        raise RuntimeError(f"{endpoint}: {text}")
    return json.loads(re.search(r"data: (.*)", text.split("event: complete")[1])[1])


def starting(times: int = 3) -> list[Row]:
    imports, starts, firsts = [], [], []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import gradio"], check=True)
        imports.append(time.perf_counter() - began)
        with server() as (address, seconds, _process):
            starts.append(seconds)
            began = time.perf_counter()
            call(address, "sample", TEXT, 8, 0, 1.0, "prior", 0.0, None)
            firsts.append(time.perf_counter() - began)
    start, gradio = statistics.median(starts), statistics.median(imports)
    how = f"median of {times} starts"
    against = f"which takes {gradio:.1f} s by itself"
    first = "8 sentences, asked for as soon as the page answers; loads torch and the model"
    return [
        Row("Start to the page answering", start, "s", "≤ 6", how),
        Row("Start, against importing Gradio", start / gradio, "×", "≤ 1.3", against),
        Row("First sample after that", statistics.median(firsts), "s", "≤ 1", first),
    ]


CLICKS = """async () => {
    const times = [], result = document.querySelector("#interpolate-result .lp-result");
    for (let i = 0; i < 30; i++) {
        const drawn = new Promise(done => {
            const look = new MutationObserver(() => (look.disconnect(), done()));
            look.observe(result, {attributeFilter: ["data-drawn"]});
        });
        const start = performance.now();
        document.querySelector("#interpolate-go").click();
        await drawn;
        times.push(performance.now() - start);
    }
    return times.slice(5);
}"""


def in_the_browser() -> list[Row]:
    from playwright.sync_api import sync_playwright

    from scripts.benches import pad_latency
    from tests.ui.chromium import ARGUMENTS, browser_path, wait_until_drawn

    with server() as (address, _, process), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1320, "height": 900})
        page.goto(f"{address}/#v=1&tab=interpolate&checkpoint={TEXT}")
        wait_until_drawn(page)
        clicks = statistics.median(page.evaluate(CLICKS))
        memory = process.memory_info().rss / 2**30
        page.goto(f"{address}/#v=1&tab=explore&checkpoint=vae/vae--mnist--2d&at=0,0")
        page.reload()
        page.wait_for_selector(".pad-tiles:not([hidden])")
        drag = pad_latency.measure(page)
        browser.close()
    dragging = f"{drag['answers']} answers to {drag['moves']} moves, headless Chromium"
    return [
        Row("8-step sentence path, click to table", clicks, "ms", "≤ 150", "median of 25 clicks"),
        Row("Pad drag to picture", drag["drawn_median_ms"], "ms", "≤ 25", dragging),
        Row("Memory, page open, text model loaded", memory, "GiB", "≤ 1.2", "resident, server"),
    ]


def on_the_replies() -> list[Row]:
    """A place of the moves that is dragged, until its reply is on the page."""
    from playwright.sync_api import sync_playwright

    from scripts.benches import reply_latency
    from tests.ui.chromium import ARGUMENTS, browser_path, wait_until_drawn

    with server() as (address, _, _), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1320, "height": 900})
        page.goto(f"{address}/#v=1&tab=replies&checkpoint={TALK}")
        wait_until_drawn(page)
        page.wait_for_selector("#replies-side-0[data-replies='10']")
        page.locator("#replies-picture-0").scroll_into_view_if_needed()
        drag = reply_latency.measure(page)
        browser.close()
    how = f"{TALK}, {drag['answers']} answers, headless Chromium"
    return [Row("A dragged place to its reply", drag["median_ms"], "ms", "≤ 60", how)]


def on_the_map(points: int = 20_000) -> list[Row]:
    """On the largest map of sentences, grown to ``points`` by repeating them nearby."""
    from playwright.sync_api import sync_playwright

    from scripts.benches import map_latency
    from tests.ui.chromium import ARGUMENTS, browser_path, wait_until_drawn

    projection = backend.load(LARGEST, device="cpu").projection
    n = len(projection.codes)
    rows = np.resize(np.arange(n), points)
    columns = {
        key: value[rows]
        for key, value in vars(projection).items()
        if isinstance(value, np.ndarray) and len(value) == n
    }
    columns["umap"] = columns["umap"] + np.random.default_rng(0).normal(0, 0.02, (points, 2))
    tags = Tags(projection.tags.names, {k: v[rows] for k, v in projection.tags.ids.items()})
    texts = [projection.texts[row] for row in rows]
    grown = dataclasses.replace(projection, **columns, tags=tags, texts=texts)
    with tempfile.TemporaryDirectory() as folder:
        for name in (TEXT, MODES, LARGEST):
            shutil.copytree(backend.info(name).path, Path(folder) / name)
        grown.save(Path(folder) / LARGEST)
        with server(LATENT_TRAINED_DIR=folder) as (address, _, _), sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1320, "height": 900})
            page.goto(f"{address}/#v=1&tab=sample&checkpoint={TEXT}")
            wait_until_drawn(page)
            found = map_latency.measure(page, LARGEST)
            browser.close()
    how = f"{found['points']:,} points, headless Chromium without a GPU"
    return [
        Row("Map, tab opened to points", found["tab_ms"] / 1000, "s", "≤ 1.5", "3,115 points"),
        Row("Map, checkpoint to points", found["checkpoint_ms"] / 1000, "s", "≤ 1.5", how),
        Row("Map, new colours", found["recolour_median_ms"], "ms", "≤ 200", how),
        Row("Map, click to decoded text", found["decode_median_ms"], "ms", "≤ 100", how),
    ]


FIRST_CHART = """() => performance.getEntriesByName("latent-first-chart")[0].duration"""
PICTURES = """async () => {
    const start = performance.now();
    document.querySelector('#tradeoffs-view input[value="pictures"]').click();
    while (!document.querySelector("#tradeoffs-frontier [data-drawn]"))
        await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""


def on_the_frontier(times: int = 5) -> list[Row]:
    from playwright.sync_api import sync_playwright

    from tests.ui.chromium import ARGUMENTS, browser_path, wait_until_drawn

    read = "import sys; from app.widgets.frontier import widget; widget.bench(); "
    command = [sys.executable, "-c", f"{read}sys.exit('torch' in sys.modules)"]
    without = subprocess.run(command, cwd=ROOT).returncode == 0
    with server() as (address, _, _), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        taken, charts = [], []
        for _ in range(times):
            page = browser.new_page(viewport={"width": 1320, "height": 900})
            page.goto(f"{address}/#v=1&tab=tradeoffs")
            wait_until_drawn(page)
            taken.append(page.evaluate(PICTURES))
            page.wait_for_selector("#tradeoffs-frontier .lp-chart[data-drawn]")
            charts.append(page.evaluate(FIRST_CHART))
            page.close()
        browser.close()
    dots = sum(len(run.moments) for run in tradeoffs.read().runs)
    how = f"{dots} dots, {'without' if without else 'WITH'} importing torch, headless Chromium"
    first = "from asked for to drawn, its script with it; a new page each time"
    return [
        Row("Opening the frontier", statistics.median(taken), "ms", "≤ 500", how),
        Row("First chart of a page", statistics.median(charts), "ms", "≤ 1500", first),
    ]


REPLAY = """async () => {
    const at = () => +document.querySelector("#edits-chain [data-at]").dataset.at;
    const until = async (true_) => {
        while (!true_()) await new Promise(requestAnimationFrame);
    };
    await until(() => at() > 5);
    const first = at(), start = performance.now();
    await until(() => at() >= first + 180);
    return (at() - first) / (performance.now() - start) * 1000;
}"""


def replaying(steps: int = 20_000) -> list[Row]:
    from playwright.sync_api import sync_playwright

    from tests.ui.chromium import ARGUMENTS, browser_path, wait_until_drawn
    from tests.unit.app.test_edits_widget import document, written

    trace = json.dumps(document([written("a dog in the park", steps)])).encode()
    file = {"name": "trace.json", "mimeType": "application/json", "buffer": trace}
    with server() as (address, _, _), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1320, "height": 900})
        page.goto(f"{address}/#v=1&tab=edits&mode=keywords")
        wait_until_drawn(page)
        page.set_input_files("#edits-chain-file", file)
        page.wait_for_selector(f"#edits-chain [data-rows='{steps + 1}']")
        page.locator("#edits-chain-at").fill("0")
        page.locator("#edits-chain-at").press("Enter")
        page.wait_for_selector("#edits-chain [data-at='0'][data-phase=verdict]")
        page.locator("#edits-chain-speed").select_option("60")
        page.locator("#edits-chain-play").click()
        rate = page.evaluate(REPLAY)
        browser.close()
    how = f"180 steps of {steps:,}, headless Chromium"
    return [Row("Replay of a chain at 60 steps a second", rate, "steps/s", "≥ 55", how)]
