"""Small untrained text VAEs and made numbers, for the view of why text VAEs collapse."""

from pathlib import Path

import numpy as np

from backend import checkpoint
from backend.codes.means import Means
from backend.codes.statistics import CodeStatistics, fit_mixture
from tests.small_language import write_checkpoint

PLAIN, STEPPING = "text_vae/text_vae--tatoeba--plain", "text_vae/sa_vae--tatoeba"
MEANS = [f"text_vae/{model}--tatoeba--one" for model in ("text_vae", "lagging_vae")]
MEASURED = {PLAIN: {"kl": 0.02, "elbo_nll": 30.0}, STEPPING: {"kl": 4.5, "elbo_nll": 25.5}}


def write_all(folder: Path) -> None:
    """Some of the models that are compared, and one pair of runs that kept their means."""
    for name in (*MEASURED, *MEANS):
        dim = 1 if name in MEANS else 3
        write_checkpoint(folder, name, latent_dim=dim)
        codes = np.random.default_rng(0).standard_normal((60, dim)).astype(np.float32)
        mixture = fit_mixture(codes, 2, seed=0)
        ones = np.ones(dim, np.float32)
        CodeStatistics(codes, None, ones, ones, *mixture).save(folder / name)
    for name, values in MEASURED.items():
        told = {"unit": "nats", "n": 60, "split": "test"}
        entries = {id: {"value": value, **told} for id, value in values.items()}
        checkpoint.write_metrics(folder / name, values=entries)
    model = np.linspace(-2, 2, 5)[None] * [[0.0], [1.0], [1.0]]  # the true means part first
    encoder = model * [[0.0], [0.0], [0.9]]
    for name in MEANS:
        means = Means(np.array([0, 50, 100]), *(x.astype(np.float16) for x in (model, encoder)))
        means.save(folder / name)
