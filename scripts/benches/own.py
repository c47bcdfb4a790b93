"""What a model of a user's own data costs, from the file to the weights."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from backend.corpora import own
from backend.device import ONE_THREAD
from backend.pipeline.corpus import batches_of, read_corpus
from backend.pipeline.offers import offers, recipe_of
from backend.pipeline.train import build
from backend.training import TrainConfig, fit
from scripts.benches.rows import Row


def two_minutes(lines: int = 20_000, steps: int = 100) -> list[Row]:
    """CPU seconds, which a busy machine stretches less than those of a clock."""
    offer = offers("text")[0]
    with _apart():
        data = _text(lines)
        began = time.process_time()
        key = own.keep("Bench", "bench.txt", data)
        recipe = recipe_of(offer.model, key, "Bench", offer.presets["two minutes"])
        material = read_corpus(key, recipe)
        reading = time.process_time() - began
        config = TrainConfig(**recipe.train, report_every=steps)
        model = build(f"{offer.model}--{key}", recipe, material, 0)
        run = fit(model, batches_of(material, model, config), config)
        with ONE_THREAD:  # as the worker does
            next(run)
            began = time.process_time()
            next(run)
            training = (time.process_time() - began) / steps * config.steps
    how = (
        f"{reading:.0f} s for {lines:,} lines, then {config.steps:,} steps as {steps} of them took"
    )
    title = "A text VAE of one's own sentences, preset of two minutes"
    return [Row(title, reading + training, "CPU s", "≤ 120", how)]


def _text(n: int) -> bytes:
    """Lines of 3 to 15 words, which follow Zipf's law."""
    draw = np.random.default_rng(0)
    lengths = draw.integers(3, 16, n)
    words = (np.exp(draw.random(lengths.sum()) * np.log(5000))).astype(int)
    rows = np.split(words, lengths.cumsum()[:-1])
    return "\n".join(" ".join(f"w{word}" for word in row) for row in rows).encode()


@contextmanager
def _apart() -> Iterator[None]:
    """In a folder of its own, so that nothing of the user's is touched."""
    before = os.environ.get("LATENT_YOURS_DIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LATENT_YOURS_DIR"] = folder
        try:
            yield
        finally:
            os.environ.pop("LATENT_YOURS_DIR")
            if before is not None:
                os.environ["LATENT_YOURS_DIR"] = before
