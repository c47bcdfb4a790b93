"""Checkpoint folders: ``trained/<family>/<model>--<dataset>[--<tag>]/``. Listing needs no torch.

A folder holds ``config.json`` (what the model is), ``model.safetensors`` (weights, float16),
``metrics.json`` (measured by scripts/evaluate.py), ``codes.safetensors`` (see
``backend.codes.statistics``), ``examples.json`` (stored inputs and outputs, re-evaluated by a
test), the processor's files, ``README.md`` (the model card) and ``checksums.json`` (size and
SHA-256 of each of the others; folders from before there was one do without).

Listing never raises: what is wrong with a folder becomes the ``problem`` of that one.
"""

import functools
import hashlib
import os
import platform
import re
import struct
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend import registry
from backend.corpora.location import ROOT, trained_dir, yours_dir
from backend.files import (
    CHECKSUMS,
    another_file,
    checksum,
    read_bytes,
    read_json,
    replacing_tensors,
    write_json,
)
from backend.processors import KINDS

if TYPE_CHECKING:
    from backend.base import GenerativeModel

FORMAT_VERSION = 1
WEIGHTS = "model.safetensors"
CARD = "README.md"
YOURS = "yours"  # family and corpus of a class in a file of the user's
_NAME = re.compile(r"[a-z0-9_]+/[a-z0-9_]+(--[a-z0-9_-]+?){1,2}")
HALF, SLACK = 2, 1 << 16  # bytes of a stored number; of those that shared tensors save


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
    yours: bool = False  # trained or taken in by the user; see ``backend.yours``
    own: bool = False  # a class in a file of the user's; see ``backend.own``

    @property
    def classes(self) -> int:
        """How many classes it can be told when it encodes and decodes; 0 where it takes none."""
        return self.config["classes"] if self.context == "labels" else 0


_given: dict[str, CheckpointInfo] = {}  # of models that are in no folder, by name
_kept: ContextVar[list[CheckpointInfo] | None] = ContextVar("kept", default=None)


def give(info: CheckpointInfo) -> None:
    """List what is in no folder; see ``backend.own``."""
    _given[info.name] = info


@contextmanager
def as_of_now() -> Iterator[None]:
    """Within, this thread lists the folders once: who asks many times wants one answer."""
    before = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(before)


def available(
    requires: Collection[str] = (), modality: str | None = None, include_damaged: bool = False
) -> list[CheckpointInfo]:
    """Checkpoints with all the capabilities in ``requires``, sorted by name.

    A damaged one is left out, unless asked for; then its ``problem`` says what is wrong.
    """
    kept = _kept.get()
    found = kept or sorted((_listed(folder) for folder in _folders()), key=lambda one: one.name)
    if kept is not None:
        kept[:] = found
    found = [*found, *_given.values()]

    def wanted(one: CheckpointInfo) -> bool:
        if one.problem:
            return include_damaged
        return set(requires) <= one.capabilities and modality in (None, one.modality)

    return [one for one in found if wanted(one)]


def changes() -> int:
    """A number that changes when a checkpoint, or a file of one, was made, replaced or deleted.

    It asks once for each folder, where ``available`` asks for each file, so that it costs little
    while other threads compute. What is written into a file in place it does not see.
    """
    seen: list[tuple[str, int]] = []
    for folder in _folders():
        with suppress(OSError):
            seen.append((str(folder), folder.stat().st_mtime_ns))
    return hash((*seen, *_given))


def info(name: str) -> CheckpointInfo:
    """Raises ``KeyError`` if there is no such folder; damage is reported in ``problem``."""
    if name in _given:
        return _given[name]
    folders = [root / name for root in (trained_dir(), yours_dir())]
    there = [folder for folder in folders if is_name(name) and folder.is_dir()]
    if not there:
        raise KeyError(f"There is no checkpoint {name!r} in {trained_dir()}.")
    return _listed(there[0])


def is_name(text: str) -> bool:
    """Whether a checkpoint can be called this: "family/model--corpus" or with "--tag"."""
    return bool(_NAME.fullmatch(text))


def at(folder: Path) -> CheckpointInfo:
    """What is known of the checkpoint in a folder, wherever that lies; never raises."""
    return _listed(folder)


def _folders() -> list[Path]:
    """All that look like checkpoints, misnamed ones too; of two of one name that which ships."""
    found: dict[str, Path] = {}
    for root, families in ((trained_dir(), "*"), (yours_dir(), "[!.]*")):
        with suppress(OSError):
            for path in root.glob(f"{families}/*--*"):
                if path.is_dir():
                    found.setdefault(f"{path.parent.name}/{path.name}", path)
    return list(found.values())


def _listed(folder: Path) -> CheckpointInfo:
    """What is known of a folder; never raises. Read anew once a file of it has changed."""
    try:
        found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in os.scandir(folder)]
    except OSError:
        return _read(folder, ())
    parts = ((name, s.st_mode, s.st_size, s.st_mtime_ns, s.st_ino) for name, s in found)
    return _read(folder, tuple(sorted(parts)))


@functools.lru_cache(maxsize=512)
def _read(folder: Path, _files: tuple) -> CheckpointInfo:
    """As of these files: a page asks for its checkpoints at every question."""
    family, rest = folder.parent.name, folder.name
    name = f"{family}/{rest}".encode("utf-8", "replace").decode("utf-8")
    try:
        if not _NAME.fullmatch(name):
            raise ValueError(
                "the folder's name is not of the form model--dataset or model--dataset--tag in "
                "small letters, digits, - and _. Rename it, or move it out of the folder of "
                "checkpoints"
            )
        config, metrics = _read_config(folder), _read_metrics(folder)
        _check_sizes(folder)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if isinstance(error, OSError) and error.filename:
            said = f"{Path(error.filename).name}: {said}"
        model, dataset, tag = (*rest.split("--"), "", "")[:3]
        return CheckpointInfo(
            name, family, model, dataset, tag, "", frozenset(), 0, name.split("/")[-1], {}, {}, "",
            folder, problem=f"{name} cannot be loaded: {said}", yours=_is_yours(folder),
        )  # fmt: skip
    model, dataset, tag = (*rest.split("--"), "")[:3]
    return CheckpointInfo(
        name=name,
        family=family,
        model=model,
        dataset=dataset,
        tag=tag,
        modality=config["modality"],
        capabilities=_capabilities(folder, config),
        latent_dim=config["config"].get("latent_dim", 0),
        title=config["title"],
        config=config["config"],
        metrics=metrics.get("values", {}),
        fingerprint=config["weights"]["sha256"][:12],
        path=folder,
        context=_context(config),
        yours=_is_yours(folder),
    )


def _is_yours(folder: Path) -> bool:
    return folder.parents[1] == yours_dir()


def _capabilities(folder: Path, config: dict[str, Any]) -> frozenset[str]:
    """Of the user's own, Gaussians fitted to its codes are modes where its prior has none."""
    known = frozenset(config["capabilities"])
    return known | {"components"} if _is_yours(folder) and {"encode", "decode"} <= known else known


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


def card(name: str) -> str:
    """The model card, Markdown; empty where there is none, or none that can be read."""
    try:
        return read_bytes(info(name).path / CARD, most=1 << 20).decode("utf-8")
    except (OSError, ValueError):
        return ""


def card_pictures(name: str) -> dict[str, bytes]:
    """The pictures that a model card may show, PNG files by name; damaged ones are left out."""
    found = {}
    for path in sorted(info(name).path.glob("*.png")):
        with suppress(OSError, ValueError):
            found[path.name] = read_bytes(path, most=1 << 20)
    return found


def seal(folder: Path) -> None:
    """Writes the table of checksums of all files of a checkpoint, as they are now."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")
    table = {path.name: checksum(path) for path in files if path.name != CHECKSUMS}
    write_json(folder / CHECKSUMS, table)


def sealed(name: str) -> bool:
    """Whether there is a table of checksums; without, only the weights can be checked."""
    return (info(name).path / CHECKSUMS).is_file()


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

    half = copy.deepcopy(model).drop_training_only().cpu().half()
    with replacing_tensors(folder / WEIGHTS) as temporary:
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
            **{
                package: metadata.version(package)
                for package in ("torch", "safetensors", "tokenizers")
            },
        },
    }
    write_json(folder / "config.json", content)


def load_model(name: str) -> "GenerativeModel":
    """The model in ``eval`` mode on the CPU, in float32.

    Raises ``KeyError`` for an unknown name, ``ValueError`` for a damaged checkpoint.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_model as load_weights

    from backend.device import seeded
    from backend.shapes import shapes_only

    found = info(name)
    if found.problem:
        raise ValueError(found.problem)
    content = _read_config(found.path)
    _check_sums(name, found.path, content["weights"])
    try:
        cls = registry.model_class(content["model"])
        config = cls.Config.from_dict(content["config"])
        with shapes_only():  # so that no wrong number can fill the memory
            shaped = cls(config).drop_training_only()
        stored = {*shaped.state_dict(keep_vars=True).values()}  # what is tied counts once
        count = sum(tensor.numel() for tensor in stored)
    except (ArithmeticError, KeyError, RuntimeError, TypeError, ValueError) as error:
        said = error.args[0] if isinstance(error, KeyError) else error
        raise ValueError(f"{name} cannot be loaded: config.json: {said}") from error
    unfit = ValueError(f"{name} cannot be loaded: its weights do not fit its config.json")
    if count * HALF > content["weights"]["bytes"] + SLACK:
        raise unfit
    # Weights made in inference mode could not be differentiated through later. Seeded, since the
    # first ones are drawn: meanwhile nobody else may draw from the random state.
    with torch.inference_mode(False), seeded(0):
        model = cls(config).drop_training_only()  # its initial weights are overwritten
        try:
            missing, more = load_weights(model, str(found.path / WEIGHTS), strict=False)
        except (RuntimeError, SafetensorError) as error:
            raise unfit from error
        # Checkpoints of before hold what only training needs.
        if missing or any(key.split(".")[0] not in model.training_only for key in more):
            raise unfit
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
    path = folder / "config.json"
    content = _read_object(path)
    if (version := content.get("format_version")) != FORMAT_VERSION:
        newer = isinstance(version, int) and version > FORMAT_VERSION
        raise ValueError(
            f"its format is version {str(version)[:40]}; this program reads version "
            f"{FORMAT_VERSION}. "
            + ("Update the program" if newer else "No program of ours wrote that: copy it anew")
        )
    from backend import schema

    schema.check(schema.Content, path.name, content)
    if content["model"] not in registry.model_names():
        raise ValueError(
            f"config.json: this version has no model {content['model'][:60]!r}; it may have "
            "another name here. Use the version that wrote the folder, or train it anew"
        )
    if content["modality"] not in KINDS:
        raise ValueError(f"config.json: there is no kind of items {content['modality'][:40]!r}")
    _check_weights(folder / WEIGHTS, content["weights"]["bytes"])
    return content


def _read_object(path: Path) -> dict[str, Any]:
    try:
        content = read_json(path)
    except FileNotFoundError:
        raise ValueError(f"{path.name} is missing") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} is not a JSON object")
    return content


def _check_weights(path: Path, expected: int) -> None:
    """Size and header only: cheap enough to do for every checkpoint in a list."""
    if path.is_symlink() or not path.is_file():
        what = "is not a regular file" if path.exists() else "is missing"
        raise ValueError(f"{WEIGHTS} {what}")
    if said := another_file(path):
        raise ValueError(f"{WEIGHTS} {said}")
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(8)
    if size != expected:
        raise ValueError(f"{WEIGHTS} has {size} bytes instead of {expected}")
    if size < 8 or struct.unpack("<Q", head)[0] > size - 8:
        raise ValueError(f"{WEIGHTS} has a damaged header")


def _check_sizes(folder: Path) -> None:
    """Every file of the table is there, in its size; ``load_model`` compares what they hold."""
    for file, told in _table(folder).items():
        path = folder / file
        try:
            found = path.lstat()
        except FileNotFoundError:
            raise ValueError(f"{file} is missing") from None
        if path.is_symlink():
            raise ValueError(f"{file} is a link, not a file")
        if found.st_size != told["bytes"]:
            raise ValueError(f"{file} has {found.st_size} bytes instead of {told['bytes']}")


def _check_sums(name: str, folder: Path, weights: dict[str, Any]) -> None:
    """Raises ``ValueError`` naming a file that is not what it was when it was saved."""
    for file, told in (_table(folder) | {WEIGHTS: weights}).items():
        try:
            found = _sum(folder / file, (folder / file).lstat().st_mtime_ns)
        except FileNotFoundError:
            raise ValueError(f"{name} cannot be loaded: {file} is missing") from None
        except ValueError as error:
            raise ValueError(f"{name} cannot be loaded: {error}") from None
        if found != told["sha256"]:
            raise ValueError(f"{name} cannot be loaded: {file} has changed since it was saved")


@functools.lru_cache(maxsize=2048)
def _sum(path: Path, modified: int) -> str:
    """The SHA-256 of a file as of its last change, in ns."""
    return checksum(path)["sha256"]


def _table(folder: Path) -> dict[str, Any]:
    """The table of checksums; empty in folders from before there was one."""
    try:
        table = read_json(folder / CHECKSUMS)
    except FileNotFoundError:
        return {}
    from backend import schema

    try:
        schema.Checksums.validate_python(table)
    except schema.pydantic.ValidationError:
        raise ValueError(f"{CHECKSUMS} is not a table of sizes and checksums") from None
    if odd := [file for file in table if Path(file).name != file]:
        raise ValueError(f"{CHECKSUMS} names {odd[0][:80]!r}, which is no file of this folder")
    return table


def _read_metrics(folder: Path) -> dict[str, Any]:
    path = folder / "metrics.json"
    if not path.exists() and not path.is_symlink():
        return {}
    content = _read_object(path)
    from backend import schema

    schema.check(schema.Metrics, path.name, content)
    return content


def _commit() -> str | None:
    """The revision that trained the model, where git is at hand."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
