"""What belongs beside every result of a checkpoint: a few numbers, and how it fails; no torch."""

from typing import NamedTuple

from backend.checkpoint import CheckpointInfo
from backend.evaluation.table import METRICS

SHOWN = (
    *("kl", "active_units", "bleu", "exact_match", "mse", "inception_score", "ppl", "accuracy"),
    *("reply_kl", "bleu_f1", "reply_sameness", "dull_replies", "effective_modes"),
    *("next_nll", "previous_nll", "translation_bleu", "translation_nll"),
    *("kept_over", "kept_over_back"),
)

COLLAPSED_KL = 0.5  # nats; below it the code carries next to nothing
COLLAPSED_MODES = 0.3  # nats; below it the discrete variables say next to nothing


class Failure(NamedTuple):
    """What a checkpoint was measured to fail at; it ships as an exhibit of that."""

    label: str  # in a few words, for a list
    sentence: str


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


def failures(info: CheckpointInfo) -> list[Failure]:
    """What the checkpoint's own metrics say that it fails at; most fail at nothing."""
    value = {id: entry["value"] for id, entry in info.metrics.items()}
    found = []
    if (kl := value.get("kl", COLLAPSED_KL)) < COLLAPSED_KL:
        sentence = (
            f"Posterior collapse: the code carries {kl:.4g} nats, so the decoder ignores it. "
            "Reconstructions and interpolations say nothing about the input. It is kept as an "
            "exhibit."
        )
        found.append(Failure("posterior collapsed", sentence))
    if (kl := value.get("reply_kl", COLLAPSED_KL)) < COLLAPSED_KL:
        sentence = (
            f"Posterior collapse: the code adds {kl:.4g} nats to the context, so the decoder "
            "ignores it, and its draws are nearly the same reply. It is kept as an exhibit."
        )
        found.append(Failure("posterior collapsed", sentence))
    if (mi := value.get("mi_c", COLLAPSED_MODES)) < COLLAPSED_MODES:
        sentence = (
            f"Collapsed modes: the discrete variables carry {mi:.4g} nats, so it hardly matters "
            "which mode a code is drawn from. It is kept as an exhibit."
        )
        found.append(Failure("modes collapsed", sentence))
    parted = info.metrics.get("mode_silhouette")
    if parted and parted["value"] <= (parted["reference"] or 0.0):
        sentence = (
            "Modes that say the same: they are used, but replies to a context are no more alike "
            f"within a mode than between two (silhouette {parted['value']:.2g}, of shuffled modes "
            f"{parted['reference']:.2g}). It is kept as an exhibit."
        )
        found.append(Failure("modes say the same", sentence))
    covered = info.metrics.get("classes_covered")
    if covered and info.family != "ae":  # which has no prior that samples could come from
        n, of = round(covered["value"]), covered["reference"] or 0
        if 2 * n <= of:
            sentence = (
                f"Few classes: of the samples that our classifier recognises, {n} of {of:.0f} "
                "classes have at least 1%. It is kept as an exhibit."
            )
            found.append(Failure(f"covers {n} of {of:.0f} classes", sentence))
    return found


def _gauge(name: str, entry: dict, latent_dim: int) -> Gauge:
    value = entry["value"]
    note, state = METRICS[name].explanation, "ok"
    if name == "kl" and value < COLLAPSED_KL:
        note, state = "posterior collapsed: the code says almost nothing about the item", "caution"
    elif name == "reply_kl" and value < 0.5:
        note, state = "posterior collapsed: the code adds almost nothing to the context", "caution"
    elif name == "active_units" and value < latent_dim / 2:
        note, state = "few units active: most of the code is not used", "caution"
    return Gauge(
        METRICS[name].title, value, entry["unit"], entry["split"], entry["n"], state, note
    )
