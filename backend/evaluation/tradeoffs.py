"""Numbers and samples of the models of pictures along their training, read without torch.

Beside the weights of each lie ``tradeoffs.json`` (what was measured at several moments) and
``moments.png`` (a row of samples for each moment, always from the same codes).
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from backend import checkpoint, registry
from backend.checkpoint import CheckpointInfo
from backend.codes.statistics import CodeStatistics
from backend.evaluation.table import METRICS, Metric

FILE, SHEET = "tradeoffs.json", "moments.png"
FORMAT_VERSION = 1
ACROSS, SIDE = 16, 28  # pictures in a row of the sheet, pixels of a picture
WASSERSTEIN = "wasserstein"
GENERATORS = ("decoder", "generator")  # what the net that draws is called
TAGS = {
    "conv": "",
    "no-l1": "without L1",
    "no-critic": "without D",
    "no-code-critic": "without C",
}
Kind = Literal["ae", "vae", "gan", "fusion"]

QUANTITIES: dict[str, Metric] = {
    **{
        id: METRICS[id]
        for id in (
            *("mse", "inception_score", "fid_ours", "ms_ssim", "sharpness"),
            *("wasserstein_validation", "wasserstein_train", "classes_covered"),
            *("classified_digit", "active_units", "kl", "mse_shuffled", "code_mmd"),
            *("critic_accuracy", "code_critic_accuracy", "score_real", "score_fake"),
        )
    },
    "seconds": Metric(
        "seconds", "", "Training time", "s", "lower", "Seconds of training up to here."
    ),
    "parameters": Metric(
        "parameters",
        "",
        "Parameters of the generator",
        "",
        None,
        "Weights of the net that turns codes into pictures; the other nets are not counted.",
    ),
}


class Moment(NamedTuple):
    step: int
    values: dict[str, float]  # by id of QUANTITIES; what the model cannot have is absent


@dataclass(frozen=True)
class Run:
    """One checkpoint with the moments at which it was measured; the last is what is shipped."""

    name: str
    title: str
    label: str  # fits beside a dot: "β-VAE 4", "α-GAN without C"
    model: str
    kind: Kind
    dataset: str
    tag: str
    encodes: bool
    discrete: bool  # codes hold one-hots, so no path leads from one to another
    latent_dim: int
    config: dict[str, Any]
    n: int  # samples, and held-out pictures, of each measurement
    split: str
    parameters: dict[str, int]  # of each net
    reference: dict[str, float]  # the same quantities of real test pictures
    moments: list[Moment]


class Bench(NamedTuple):
    runs: list[Run]
    problems: list[str]  # a sentence for each file that cannot be read


def read() -> Bench:
    """All that was measured; a damaged file hides only its own checkpoint."""
    runs, problems = [], []
    for info in checkpoint.available():
        if not (info.path / FILE).is_file():
            continue
        try:
            runs.append(_run(info))
        except ValueError as error:
            problems.append(str(error))
    return Bench(runs, problems)


def run(name: str) -> Run:
    """Raises ``KeyError`` for an unknown checkpoint, ``ValueError`` if nothing usable is there."""
    info = checkpoint.info(name)
    if info.problem or not (info.path / FILE).is_file():
        raise ValueError(info.problem or f"Nothing was measured along the training of {name}.")
    return _run(info)


def sheet(name: str) -> np.ndarray:
    """Samples at each moment from the same 16 codes: uint8 [moments, 16, 28, 28] or […, 3].

    Raises as ``run`` does.
    """
    from PIL import Image

    moments = len(run(name).moments)
    path = checkpoint.info(name).path / SHEET
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if image.size != (ACROSS * SIDE, moments * SIDE):
                raise ValueError("it has another size")
            pixels = np.asarray(image.convert("L" if image.mode == "L" else "RGB"))
    except FileNotFoundError:
        raise ValueError(f"{name} has no {SHEET}: its samples were not kept.") from None
    except (OSError, SyntaxError, ValueError) as error:  # PIL reports broken PNGs as SyntaxError
        raise ValueError(f"{SHEET} of {name} is damaged: {error}.") from None
    tiles = pixels.reshape(moments, SIDE, ACROSS, SIDE, *pixels.shape[2:])
    return np.ascontiguousarray(np.moveaxis(tiles, 2, 1))


def units(name: str) -> tuple[np.ndarray, np.ndarray]:
    """KL to the prior in nats [D], and variance of the posterior mean [D], of each unit.

    Means over held-out pictures. Raises ``KeyError`` and ``ValueError`` as ``run`` does.
    """
    try:
        statistics = CodeStatistics.load(checkpoint.info(name).path)
    except FileNotFoundError:
        raise ValueError(f"{name} has no stored codes: nothing is known of its units.") from None
    return statistics.kl, statistics.activity


def _run(info: CheckpointInfo) -> Run:
    """Raises ``ValueError`` with a sentence naming the file."""
    try:
        content = json.loads((info.path / FILE).read_text(encoding="utf-8"))
        version = content["format_version"]
        if version != FORMAT_VERSION:
            raise ValueError(f"its format is version {version}, this program reads 1")
        parameters = {name: int(count) for name, count in content["parameters"].items()}
        reference = _numbers(content["reference"])
        moments = [_moment(given, parameters) for given in content["moments"]]
        steps = [moment.step for moment in moments]
        if not steps or steps != sorted(set(steps)):
            raise ValueError("its steps do not rise")
        found = _numbers(content.get(WASSERSTEIN, {}))
        for part in ("validation", "train"):
            if part in found:
                moments[-1].values[f"{WASSERSTEIN}_{part}"] = found[part]
            if "real" in found:
                reference[f"{WASSERSTEIN}_{part}"] = found["real"]
        n, split = int(content["n"]), str(content["split"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise ValueError(f"{FILE} of {info.name} is damaged and left out: {reason}.") from None
    return Run(
        name=info.name,
        title=info.title,
        label=_label(info),
        model=info.model,
        kind=_kind(info),
        dataset=info.dataset,
        tag=info.tag,
        encodes="encode" in info.capabilities,
        discrete="discrete" in info.capabilities,
        latent_dim=info.latent_dim,
        config=info.config,
        n=n,
        split=split,
        parameters=parameters,
        reference=reference,
        moments=moments,
    )


def _moment(given: dict[str, Any], parameters: dict[str, int]) -> Moment:
    values = _numbers(given["values"]) | _numbers({"seconds": given["seconds"]})
    drawing = [parameters[name] for name in GENERATORS if name in parameters]
    if drawing:
        values["parameters"] = drawing[0]
    return Moment(int(given["step"]), values)


def _numbers(given: dict[str, Any]) -> dict[str, float]:
    """Those that are finite; a run that diverged has no value, not a value of infinity."""
    found = {}
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{name} is not a number")
        if math.isfinite(value):
            found[name] = value
    return found


def _label(info: CheckpointInfo) -> str:
    """The model's short name, and what sets this checkpoint apart from others of it."""
    model = f"{info.family}/{info.model}"
    name = registry.about(model).short if model in registry.model_names() else info.model
    setting = re.fullmatch(r"([a-z_]+)[\d.]+", info.tag)
    if setting and setting[1] in info.config:  # "beta4"
        return f"{name} {info.config[setting[1]]:g}"
    return f"{name} {TAGS.get(info.tag, info.tag)}".strip()


def _kind(info: CheckpointInfo) -> Kind:
    """A game that also encodes is a fusion of both families."""
    if info.family == "gan":
        return "fusion" if "encode" in info.capabilities else "gan"
    return "vae" if info.family == "vae" else "ae"
