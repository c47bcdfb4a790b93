"""The few measured numbers that belong beside every result of a checkpoint; needs no torch."""

from typing import NamedTuple

from backend.checkpoint import CheckpointInfo
from backend.evaluation.table import METRICS

SHOWN = (
    *("kl", "active_units", "bleu", "exact_match", "mse", "inception_score", "ppl", "accuracy"),
    *("reply_kl", "bleu_f1", "reply_sameness", "dull_replies", "effective_modes"),
)


class Gauge(NamedTuple):
    label: str
    value: float
    unit: str
    split: str
    n: int
    state: str  # "ok" or "caution"
    note: str


def gauges(info: CheckpointInfo) -> list[Gauge]:
    """Those of the checkpoint's metrics that matter most when one looks at its results."""
    found = {name: info.metrics[name] for name in SHOWN if name in info.metrics}
    return [_gauge(name, entry, info.latent_dim) for name, entry in found.items()]


def _gauge(name: str, entry: dict, latent_dim: int) -> Gauge:
    value = entry["value"]
    note, state = METRICS[name].explanation, "ok"
    if name == "kl" and value < 0.5:
        note, state = "posterior collapsed: the code says almost nothing about the item", "caution"
    elif name == "reply_kl" and value < 0.5:
        note, state = "posterior collapsed: the code adds almost nothing to the context", "caution"
    elif name == "active_units" and value < latent_dim / 2:
        note, state = "few units active: most of the code is not used", "caution"
    return Gauge(
        METRICS[name].title, value, entry["unit"], entry["split"], entry["n"], state, note
    )
