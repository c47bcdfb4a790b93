"""Checkpoint folders: ``trained/<family>/<model>--<dataset>[--<tag>]/``. Listing needs no torch.

A folder holds ``config.json`` (what the model is), ``model.safetensors`` (weights, float16),
``metrics.json`` (measured by scripts/evaluate.py), ``codes.safetensors`` (see
``backend.codes.statistics``), ``examples.json`` (stored inputs and outputs, re-evaluated by a
test), the processor's files and ``README.md`` (the model card).
"""

import hashlib
import json
import os
import platform
import re
import struct
import subprocess
from collections.abc import Collection
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend import registry
from backend.files import replacing, write_json

if TYPE_CHECKING:
    from backend.base import GenerativeModel

FORMAT_VERSION = 1
WEIGHTS = "model.safetensors"
NEEDED = frozenset(
    {"model", "title", "modality", "capabilities", "config", "weights", "dataset", "train"}
)
ROOT = Path(__file__).parents[1]
_NAME = re.compile(r"[a-z0-9_]+/[a-z0-9_]+(--[a-z0-9_-]+?){1,2}")


@dataclass(frozen=True)
class CheckpointInfo:
    """What is known of a checkpoint without loading it."""

    name: str  # "vae/vae--mnist--2d"
    family: str
    model: str
    dataset: str
    tag: str  # "" where there is none
    modality: str  # "text" or "image"
    capabilities: frozenset[str]
    latent_dim: int
    title: str
    config: dict[str, Any]
    metrics: dict[str, dict[str, Any]]  # {id: {value, unit, split, n, …}}
    fingerprint: str  # first 12 hex digits of the weights' SHA-256
    path: Path
    problem: str | None = None  # why it cannot be loaded
    context: str = ""  # what it is told beside the code: key of ``backend.contexts.CONTEXTS``

    @property
    def classes(self) -> int:
        """How many classes it can be told when it encodes and decodes; 0 where it takes none."""
        return self.config["classes"] if self.context == "labels" else 0


def trained_dir() -> Path:
    return Path(os.environ.get("LATENT_TRAINED_DIR") or ROOT / "trained")


def available(
    requires: Collection[str] = (), modality: str | None = None, include_damaged: bool = False
) -> list[CheckpointInfo]:
    """Checkpoints with all the capabilities in ``requires``, sorted by name.

    A damaged one is left out, unless asked for; then its ``problem`` says what is wrong.
    """
    folders = sorted(trained_dir().glob("*/*--*/"))
    found = [info(f"{folder.parent.name}/{folder.name}") for folder in folders]

    def wanted(one: CheckpointInfo) -> bool:
        if one.problem:
            return include_damaged
        return set(requires) <= one.capabilities and modality in (None, one.modality)

    return [one for one in found if wanted(one)]


def info(name: str) -> CheckpointInfo:
    """Raises ``KeyError`` if there is no such folder; damage is reported in ``problem``."""
    folder = trained_dir() / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        raise KeyError(f"There is no checkpoint {name!r} in {trained_dir()}.")
    family, rest = name.split("/")
    model, dataset, tag = (*rest.split("--"), "")[:3]
    try:
        config, metrics = _read_config(folder), _read_metrics(folder)
    except (OSError, ValueError, KeyError) as error:
        return CheckpointInfo(
            name, family, model, dataset, tag, "", frozenset(), 0, rest, {}, {}, "", folder,
            problem=f"{name} cannot be loaded: {error}",
        )  # fmt: skip
    return CheckpointInfo(
        name=name,
        family=family,
        model=model,
        dataset=dataset,
        tag=tag,
        modality=config["modality"],
        capabilities=frozenset(config["capabilities"]),
        latent_dim=config["config"].get("latent_dim", 0),
        title=config["title"],
        config=config["config"],
        metrics=metrics.get("values", {}),
        fingerprint=config["weights"]["sha256"][:12],
        path=folder,
        context=_context(config),
    )


def _context(config: dict[str, Any]) -> str:
    """Checkpoints from before contexts had a name can be told classes where they decode."""
    told = "decode" in config["capabilities"] and config["config"].get("classes")
    return config.get("context", "labels" if told else "")


def describe(name: str) -> dict[str, Any]:
    """The whole of a checkpoint's ``config.json``."""
    return _read_config(info(name).path)


def history(name: str) -> dict[str, list[float]]:
    """Curves along training by name, ``step`` among them; empty where none were kept."""
    return _read_metrics(info(name).path).get("history", {})


def save(
    folder: Path,
    model: "GenerativeModel",
    *,
    name: str,
    title: str,
    modality: str,
    dataset: dict[str, Any],
    train: dict[str, Any],
) -> None:
    """Writes weights, then ``config.json``, each atomically; float16 on disk."""
    import copy

    from safetensors.torch import save_model

    half = copy.deepcopy(model).cpu().half()
    with replacing(folder / WEIGHTS) as temporary:
        save_model(half, str(temporary))
    weights = (folder / WEIGHTS).read_bytes()
    family, rest = name.split("/")
    content = {
        "format_version": FORMAT_VERSION,
        "model": f"{family}/{rest.split('--')[0]}",
        "title": title,
        "modality": modality,
        "capabilities": sorted(model.capabilities),
        "context": getattr(model, "context", ""),
        "config": asdict(model.config),
        "dataset": dataset,
        "train": train,
        "weights": {"bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()},
        "commit": _commit(),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("torch", "safetensors", "tokenizers")},
        },
    }
    write_json(folder / "config.json", content)


def load_model(name: str) -> "GenerativeModel":
    """The model in ``eval`` mode on the CPU, in float32.

    Raises ``KeyError`` for an unknown name, ``ValueError`` for a damaged checkpoint.
    """
    import torch
    from safetensors.torch import load_model as load_weights

    found = info(name)
    if found.problem:
        raise ValueError(found.problem)
    content = _read_config(found.path)
    weights = (found.path / WEIGHTS).read_bytes()
    if hashlib.sha256(weights).hexdigest() != content["weights"]["sha256"]:
        raise ValueError(f"{name} cannot be loaded: {WEIGHTS} has changed since it was saved")
    cls = registry.model_class(content["model"])
    config = cls.Config.from_dict(content["config"])
    # Weights made in inference mode could not be differentiated through later.
    with torch.inference_mode(False), torch.random.fork_rng(devices=[]):
        model = cls(config)  # its initial weights are overwritten
        try:
            load_weights(model, str(found.path / WEIGHTS))  # strict
        except RuntimeError as error:
            raise ValueError(
                f"{name} cannot be loaded: its weights do not fit its config.json"
            ) from error
        return model.eval().requires_grad_(False)


def write_metrics(
    folder: Path, *, values: dict | None = None, history: dict | None = None
) -> None:
    """Replaces ``values`` and/or ``history`` in ``metrics.json``, keeping the rest."""
    content = {"format_version": FORMAT_VERSION, "values": {}, "history": {}}
    content |= _read_metrics(folder)
    if values is not None:
        content["values"] = values
    if history is not None:
        content["history"] = history
    write_json(folder / "metrics.json", content)


def _read_config(folder: Path) -> dict[str, Any]:
    """Raises ``ValueError`` or ``OSError`` with a reason fit to show."""
    try:
        content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError("config.json is missing") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"config.json is not valid JSON (line {error.lineno})") from None
    if not isinstance(content, dict):
        raise ValueError("config.json is not a JSON object")
    if content.get("format_version") != FORMAT_VERSION:
        raise ValueError(
            f"its format is version {content.get('format_version')}; "
            f"this program reads version {FORMAT_VERSION}. Update the program"
        )
    if missing := sorted(NEEDED - set(content)):
        raise ValueError(f"config.json lacks {', '.join(missing)}")
    _check_weights(folder / WEIGHTS, content["weights"]["bytes"])
    return content


def _check_weights(path: Path, expected: int) -> None:
    """Size and header only: cheap enough to do for every checkpoint in a list."""
    if not path.is_file():
        raise ValueError(f"{WEIGHTS} is missing")
    size = path.stat().st_size
    if size != expected:
        raise ValueError(f"{WEIGHTS} has {size} bytes instead of {expected}")
    with path.open("rb") as file:
        (header,) = struct.unpack("<Q", file.read(8))
    if header > size:
        raise ValueError(f"{WEIGHTS} has a damaged header")


def _read_metrics(folder: Path) -> dict[str, Any]:
    path = folder / "metrics.json"
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except json.JSONDecodeError as error:
        raise ValueError(f"metrics.json is not valid JSON (line {error.lineno})") from None


def _commit() -> str | None:
    """The revision that trained the model, where git is at hand."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
