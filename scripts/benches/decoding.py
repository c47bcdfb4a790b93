"""Items from codes, and codes' modes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

import backend
from backend import corpora
from scripts.benches.rows import MODES, TALK, TEXT, Row, median_of, medians_of


def decoding() -> list[Row]:
    space = backend.load(TEXT, device="cpu")
    z = space.sample_codes(64, seed=0)
    batch = median_of(lambda: space.decode(z), 5)
    singly = median_of(lambda: [space.decode(row[None]) for row in z], 3)
    how = f"64 sentences, {1000 * batch:.0f} ms in one batch, {1000 * singly:.0f} ms one by one"
    return [Row("Decoding in a batch, against one by one", singly / batch, "×", "≥ 8", how)]


def paths(n: int = 100) -> list[Row]:
    """Between held-out sentences, as typed: those that refinement never brings out are in it.

    With torch's own threads, as who imports the library has them.
    """
    space = backend.load(TEXT, device="cpu")
    test = corpora.load(space.info.dataset)["test"].sentences
    ends = space.processor.readable(test[:: len(test) // (3 * n)])[: 2 * n]

    def taken() -> np.ndarray:
        seconds = []
        for a, b in zip(ends[::2], ends[1::2], strict=True):
            began = time.perf_counter()
            space.interpolate(a, b)
            seconds.append(time.perf_counter() - began)
        return 1000 * np.quantile(seconds, [0.5, 0.9, 0.95])

    space.interpolate(*ends[:2])
    rows = []
    with as_by_default():
        for load, target in ((0, "≤ 300"), (os.cpu_count() or 1, "≤ 600")):
            with busy(load):
                half, most, nearly_all = taken()
            where = f", {load} other processes at work" if load else ""
            how = f"{n} pairs of held-out sentences, p50 {half:.0f} ms, p90 {most:.0f} ms{where}"
            what = f"8-step sentence path, p95{', busy machine' if load else ''}"
            rows.append(Row(what, float(nearly_all), "ms", target, how))
    return rows


@contextmanager
def as_by_default() -> Iterator[None]:
    """As many threads as torch takes unless it is told."""
    before = torch.get_num_threads()
    torch.set_num_threads(os.cpu_count() or 1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Others that leave no core alone."""
    endless = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(endless) for _ in range(processes)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


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


def replying(n: int = 10) -> list[Row]:
    space = backend.load(TALK, device="cpu")
    talk = ["Can I help you?", "Yes, I am looking for a present for my sister."]
    batch, singly = medians_of(
        (
            lambda: space.respond(talk, n),
            lambda: [space.respond(talk, 1, seed=seed) for seed in range(n)],
        ),
        5,
    )
    code = space.respond(talk, 1).replies[0].z[None]
    place = median_of(lambda: space.decode_replies(talk, code), 20)
    how = f"{TALK}; {1000 * singly:.0f} ms one by one"
    return [
        Row("A place to its reply", 1000 * place, "ms", "≤ 60", f"{TALK}, without the browser"),
        Row(f"{n} replies to a conversation", 1000 * batch, "ms", "≤ 150", how),
        Row("Replies in a batch, against one by one", singly / batch, "×", "≥ 5", how),
    ]
