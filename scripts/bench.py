"""Measure every speed claim: ``python scripts/bench.py`` prints a table and writes bench.json.

Medians, on this machine, which is named. Claims about our own code are ratios against a plain
implementation in the same run, so that they mean the same elsewhere. ``--docs`` copies the
table into docs/measurements.md, between its two bench marks.
"""

import argparse
import dataclasses
import json
import os
import platform
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import psutil  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

import backend  # noqa: E402
from app.widgets.laboratory import widget as laboratory  # noqa: E402
from backend import registry  # noqa: E402
from backend.base import LatentModel  # noqa: E402
from backend.corpora.batching import Batches, LengthBatches  # noqa: E402
from backend.corpora.tags import Tags  # noqa: E402
from backend.device import seeded  # noqa: E402
from backend.evaluation import tradeoffs  # noqa: E402
from backend.files import replace_section  # noqa: E402
from backend.laboratory.run import Run  # noqa: E402
from backend.laboratory.settings import BATCH, Settings  # noqa: E402
from backend.language import edits  # noqa: E402
from backend.language.samplers.contexts import as_ids  # noqa: E402
from backend.models.text_vae.text_vae import Config, TextVAE  # noqa: E402
from backend.nets.critics import Leaky  # noqa: E402
from backend.nets.points import mlp  # noqa: E402
from backend.training import TrainConfig, fit  # noqa: E402
from scripts.console import show_what_can_be_shown  # noqa: E402

TEXT = "text_vae/text_vae--tatoeba"
MODES = "text_vae/dgmvae--smd"
LARGEST = "text_vae/dgmvae--dailydialog"
RESULTS = ROOT / "scripts" / "bench.json"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # to this machine only


class Row(NamedTuple):
    what: str
    value: float
    unit: str
    target: str  # as the project's plan states it
    how: str


def median_of(run: Callable[[], object], times: int) -> float:
    """Median seconds of ``run``, after one run that does not count."""
    return medians_of((run,), times)[0]


def medians_of(runs: Sequence[Callable[[], object]], times: int) -> list[float]:
    """Median seconds of each, taken in turn: a host that slows down slows all of them."""
    taken: list[list[float]] = [[] for _ in runs]
    for run in runs:
        run()
    for _ in range(times):
        for run, seconds in zip(runs, taken, strict=True):
            began = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - began)
    return [statistics.median(seconds) for seconds in taken]


# In this process: batches against one by one, our loop against a plain one


def decoding() -> list[Row]:
    space = backend.load(TEXT, device="cpu")
    z = space.sample_codes(64, seed=0)
    batch = median_of(lambda: space.decode(z), 5)
    singly = median_of(lambda: [space.decode(row[None]) for row in z], 3)
    how = f"64 sentences, {1000 * batch:.0f} ms in one batch, {1000 * singly:.0f} ms one by one"
    return [Row("Decoding in a batch, against one by one", singly / batch, "×", "≥ 8", how)]


def responsibilities(n: int = 10_000) -> list[Row]:
    space = backend.load(MODES, device="cpu")
    rng = np.random.default_rng(0)
    texts = space.projection.texts  # shuffled words, so that no two sentences are alike
    words = np.array(" ".join(texts).split())
    sizes = rng.choice([min(len(text.split()), 20) for text in texts if text], n)
    shuffled = (" ".join(rng.choice(words, size)) for size in sizes)
    sentences = space.processor.readable(shuffled)
    batch = median_of(lambda: space.modes.responsibilities(sentences), 3)
    few = sentences[:200]
    singly = median_of(lambda: [space.modes.responsibilities([text]) for text in few], 1)
    plain = singly * len(sentences) / len(few)
    how = f"{plain:.0f} s one by one (from {len(few)}), {plain / batch:.0f} times as long"
    what = f"Responsibilities of {len(sentences):,} sentences"
    return [Row(what, batch, "s", "≤ 3", how)]


def chains() -> list[Row]:
    """Exact steps of edits; the plain way scores each candidate sentence whole, one by one."""
    words = {"keywords": ("dog", "water"), "shortest": 5, "longest": 15}
    editor = edits.Editor(edits.Settings(**words))
    seeds = iter(range(1000))  # each run meets other sentences: nothing is found in a cache

    def rate(steps: int, side_by_side: int, editor: edits.Editor = editor) -> float:
        def run() -> None:
            made = editor.chains(["exact"], side_by_side, next(seeds))
            editor.block([edits.head_of(chain) for chain in made], 0, steps)

        return steps * side_by_side / median_of(run, 3)

    one, many = rate(150, 1), rate(40, 16)
    plain = 1 / median_of(lambda: plain_step(editor, next(seeds)), 5)
    by_length = []
    for length in (6, 12, 22):
        fixed = edits.Settings(keywords=("dog", "water"), shortest=length, longest=length)
        by_length.append(f"{length} words: {rate(100, 1, edits.Editor(fixed)):.0f}")
    how = f"two keywords, 5 to 15 words; per second at {', '.join(by_length)}"
    return [
        Row("Chain of edits, exact steps", one, "per s", "≥ 40", how),
        Row("16 chains of edits, exact steps", many, "per s", "≥ 200", "the same, in batches"),
        Row("Chain of edits, against the plain way", one / plain, "×", "≥ 10", PLAIN),
    ]


PLAIN = "top 100 candidates rescored one by one, nothing kept between steps"


@torch.inference_mode()
def plain_step(editor: edits.Editor, seed: int) -> tuple[int, ...]:
    """A step of CGMH as one would write it first: a replacement, drawn by rescored candidates."""
    rng = random.Random(seed)
    forward, backward = (contexts.model for contexts in editor.contexts)
    x = editor.start
    at = rng.randrange(len(x))
    ids = as_ids([x])
    log_q = forward.log_probs(forward.contexts(ids)[0, at][None])[0]
    log_q = log_q + backward.log_probs(backward.contexts(ids)[0, at + 1][None])[0]
    candidates = [(*x[:at], int(w), *x[at + 1 :]) for w in log_q[4:].topk(100).indices + 4]
    log_pi = torch.tensor([float(forward.log_prob(as_ids([y]))) for y in candidates])
    drawn = rng.choices(range(100), log_pi.softmax(0).tolist())[0]
    ratio = log_pi[drawn] - float(forward.log_prob(ids))
    return candidates[drawn] if rng.random() < ratio.exp() else x


class PlainTextVAE(nn.Module):
    """The same sizes as a plain loop would write them: untied, full softmax, pads counted in."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        embedding, latent = config.embedding_dim, config.latent_dim
        self.embedding = nn.Embedding(config.vocab_size, embedding)
        self.encoder = nn.GRU(embedding, config.encoder_dim, batch_first=True, bidirectional=True)
        self.posterior = nn.Linear(2 * config.encoder_dim, 2 * latent)
        self.initial = nn.Linear(latent, config.decoder_dim)
        self.decoder = nn.GRU(embedding + latent, config.decoder_dim, batch_first=True)
        self.project = nn.Linear(config.decoder_dim, embedding)
        self.output = nn.Linear(embedding, config.vocab_size)

    def loss(self, x: Tensor) -> Tensor:
        _, last = self.encoder(self.embedding(x))
        mu, log_var = self.posterior(torch.cat([last[0], last[1]], 1)).chunk(2, 1)
        z = mu + torch.randn_like(mu) * (0.5 * log_var).exp()
        inputs = self.embedding(torch.cat([torch.ones_like(x[:, :1]), x[:, :-1]], 1))
        repeated = z[:, None].expand(-1, x.shape[1], -1)
        hidden, _ = self.decoder(torch.cat([inputs, repeated], 2), self.initial(z).tanh()[None])
        logits = self.output(self.project(hidden))
        nll = nn.functional.cross_entropy(logits.flatten(0, 1), x.flatten(), ignore_index=0)
        return nll + 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum(1).mean()


def training(steps: int = 25) -> list[Row]:
    """Sentences per second on sentences as long as Tatoeba's (lengths resampled from codes)."""
    config = Config(vocab_size=7800)
    with seeded(0):
        lengths = torch.distributions.NegativeBinomial(9, torch.tensor(0.45)).sample((20_000,))
        lengths = lengths.clamp(2, 23).long()
        ranks = torch.rand(20_000, 25).mul(torch.tensor(7800 / 4).log()).exp() * 4  # Zipf's law
        items = ranks.long().clamp(4, 7799)
        items[torch.arange(25) == lengths[:, None]] = 2
        items[torch.arange(25) > lengths[:, None]] = 0
        ours, plain = TextVAE(config), PlainTextVAE(config)
    size = 192

    def seconds(run: Iterator) -> float:
        next(run), next(run)
        began = time.perf_counter()
        for _ in range(steps):
            next(run)
        return time.perf_counter() - began

    def plain_loop() -> Iterator[None]:
        optimiser = torch.optim.Adam(plain.parameters(), lr=1e-3)
        batches = Batches(items, size, 0)
        for step in range(10**6):
            optimiser.zero_grad()
            plain.loss(batches(step)).backward()
            nn.utils.clip_grad_norm_(plain.parameters(), 5)
            optimiser.step()
            yield

    settings = TrainConfig(steps=10**6, batch_size=size)
    fast = seconds(fit(ours, LengthBatches(items, size, 0), settings))
    slow = seconds(plain_loop())
    rate = steps * size
    threads = torch.get_num_threads()
    how = f"{rate / fast:.0f} against {rate / slow:.0f} sentences/s, {threads} threads"
    return [Row("Training the text VAE, against a plain loop", slow / fast, "×", "≥ 2", how)]


def training_of_pictures(steps: int = 20) -> list[Row]:
    """What the training loop adds to the forward and backward passes of its players."""
    rows = []
    x = torch.rand(640, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    for name, title in (("vae/vae", "a convolutional VAE"), ("gan/dcgan", "DCGAN")):
        cls = registry.model_class(name)
        model = cls(cls.Config(net="conv", channels=16, latent_dim=16))
        batches = Batches(x, 64, 0)
        loop = fit(model, batches, TrainConfig(steps=10**6))

        def passes(model: LatentModel = model, batches: Batches = batches) -> None:
            model.train()
            for step in range(steps):
                for player in model.plan(step):
                    loss = model.loss(batches(step), player)["loss"]
                    torch.autograd.grad(loss, model.player_parameters(player))

        def whole(loop: Iterator = loop) -> None:
            for _ in range(steps):
                next(loop)

        bare, full = medians_of((passes, whole), 5)
        how = f"{steps / full:.1f} steps/s of 64 pictures; the rest is Adam, clipping, reports"
        what = f"Training {title}, against its passes alone"
        rows.append(Row(what, full / bare, "×", "≤ 1.3", how))
    return rows


def training_of_points(steps: int = 150) -> list[Row]:
    """A GAN of points as the laboratory trains it, alone and while a page asks for frames."""
    settings = Settings(models=("gan",))
    run = Run(settings)

    def ours() -> None:
        with seeded(0):
            for _ in range(steps):
                run.advance_seeded()

    fast, slow = medians_of((ours, plain_gan(run, steps)), 9)
    told = laboratory.start(settings, [], 0)
    key, rows = told["key"], ([10**6], [10**6])
    laboratory.play(key, until=20_000, pace=0)
    began, frames, step = time.perf_counter(), 0, 0
    while time.perf_counter() - began < 4:
        asked = time.perf_counter()
        answer = laboratory.poll(key, step, *rows)
        frames, step = frames + ("frames" in answer), answer["step"]
        time.sleep(max(0.005, 0.06 - (time.perf_counter() - asked)))  # as the page does
    seconds = time.perf_counter() - began
    laboratory.stop(key)
    how = f"nets of 2 × 64 units, batches of {BATCH}, one core; {steps / slow:.0f} in a plain loop"
    shown = f"with {step / seconds:.0f} steps per second and scores at every hundredth"
    return [
        Row("Training a GAN of points", steps / fast, "steps/s", "≥ 300", how),
        Row("Training a GAN of points, against a plain loop", slow / fast, "×", "≥ 0.9", "same"),
        Row("Frames while it trains", frames / seconds, "per s", "≥ 10", shown),
    ]


def plain_gan(run: Run, steps: int) -> Callable[[], None]:
    """The same nets in a loop as one would write it first, which checks and keeps nothing."""
    hidden = (64, 64)
    generator = mlp(2, *hidden, 2)
    critic = mlp(2, *hidden, 1, activation=Leaky)
    adams = [torch.optim.Adam(net.parameters(), 1e-3, (0.5, 0.999)) for net in (critic, generator)]
    loss = nn.functional.binary_cross_entropy_with_logits
    real, fake = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

    def loop() -> None:
        for step in range(steps):
            x = run.plane.draw(BATCH, step)
            made = generator(torch.randn(BATCH, 2)).detach()
            adams[0].zero_grad()
            (loss(critic(x), real) + loss(critic(made), fake)).backward()
            nn.utils.clip_grad_norm_(critic.parameters(), 5)
            adams[0].step()
            adams[1].zero_grad()
            loss(critic(generator(torch.randn(BATCH, 2))), real).backward()
            nn.utils.clip_grad_norm_(generator.parameters(), 5)
            adams[1].step()

    return loop


# From outside: a server as a user starts it, and a browser


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
    starts, firsts = [], []
    for _ in range(times):
        with server() as (address, seconds, _process):
            starts.append(seconds)
            began = time.perf_counter()
            call(address, "sample", TEXT, 8, 0, 1.0, "prior", 0.0, None)
            firsts.append(time.perf_counter() - began)
    how = f"median of {times} starts"
    first = "8 sentences, asked for as soon as the page answers; loads torch and the model"
    return [
        Row("Start to the page answering", statistics.median(starts), "s", "≤ 6", how),
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

    from tests.ui import pad_latency
    from tests.ui.conftest import ARGUMENTS, browser_path, wait_until_drawn

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


def on_the_map(points: int = 20_000) -> list[Row]:
    """On the largest map of sentences, grown to ``points`` by repeating them nearby."""
    from playwright.sync_api import sync_playwright

    from tests.ui import map_latency
    from tests.ui.conftest import ARGUMENTS, browser_path, wait_until_drawn

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


PICTURES = """async () => {
    const start = performance.now();
    document.querySelector('#tradeoffs-view input[value="pictures"]').click();
    while (!document.querySelector("#tradeoffs-frontier [data-drawn]"))
        await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""


def on_the_frontier(times: int = 5) -> list[Row]:
    from playwright.sync_api import sync_playwright

    from tests.ui.conftest import ARGUMENTS, browser_path, wait_until_drawn

    read = "import sys; from app.widgets.frontier import widget; widget.bench(); "
    command = [sys.executable, "-c", f"{read}sys.exit('torch' in sys.modules)"]
    without = subprocess.run(command, cwd=ROOT).returncode == 0
    with server() as (address, _, _), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        taken = []
        for _ in range(times):
            page = browser.new_page(viewport={"width": 1320, "height": 900})
            page.goto(f"{address}/#v=1&tab=tradeoffs")
            wait_until_drawn(page)
            taken.append(page.evaluate(PICTURES))
            page.close()
        browser.close()
    dots = sum(len(run.moments) for run in tradeoffs.read().runs)
    how = f"{dots} dots, {'without' if without else 'WITH'} importing torch, headless Chromium"
    return [Row("Opening the frontier", statistics.median(taken), "ms", "≤ 500", how)]


PARTS = {
    "start": starting,
    "browser": in_the_browser,
    "map": on_the_map,
    "frontier": on_the_frontier,
    "decode": decoding,
    "modes": responsibilities,
    "chains": chains,
    "train": training,
    "pictures": training_of_pictures,
    "points": training_of_points,
}


def machine() -> dict[str, object]:
    names = re.findall(r"model name\s*: (.*)", _read("/proc/cpuinfo"))
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "date": date.today().isoformat(),
    }


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""


def table(result: dict) -> str:
    """The measured rows as Markdown."""
    host = result["machine"]
    lines = ["| What | Measured | Aim | How |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {row['what']} | {float(format(row['value'], '.3g')):g} {row['unit']} "
        f"| {row['target']} {row['unit']} | {row['how']} |"
        for row in result["rows"]
    ]
    lines.append(
        f"\n{host['processor']}, {host['cores']} cores, {host['memory_gib']} GiB, "
        f"{host['system']}, Python {host['python']}, torch {host['torch']}, {host['date']}."
    )
    return "\n".join(lines)


def main() -> None:
    show_what_can_be_shown()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="only these; default all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--docs", action="store_true", help="copy the table into docs/measurements.md"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    np.random.seed(0)
    rows: list[Row] = []
    for name in options.part or PARTS:
        print(f"measuring: {name}", file=sys.stderr)
        rows += PARTS[name]()
    result = {"machine": machine(), "rows": [row._asdict() for row in rows]}
    print(table(result))
    if not options.part:
        RESULTS.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
        if options.docs:
            replace_section(ROOT / "docs" / "measurements.md", "bench", table(result))


if __name__ == "__main__":
    main()
