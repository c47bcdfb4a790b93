"""Listing never raises: odd folders and damaged files are told one by one, naming the file."""

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import backend
from backend import checkpoint
from backend.files import replace_section, write_json
from scripts.seal import changed
from tests.small_language import write_checkpoint

GOOD = "vae/vae--mnist--2d"
NAME = "vae/vae--mnist--broken"
CONFIG, METRICS, WEIGHTS = "config.json", "metrics.json", "model.safetensors"
CODES = "codes.safetensors"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trained folder with two copies of a shipped checkpoint; one is to be damaged."""
    source = checkpoint.trained_dir() / GOOD
    for tag in ("2d", "broken"):
        copy = tmp_path / f"vae/vae--mnist--{tag}"
        shutil.copytree(source, copy)
        checkpoint.seal(copy)
    other = checkpoint.trained_dir() / "vae/vae--fashion-mnist--2d"  # sound files of another model
    shutil.copytree(other, tmp_path / "vae/other")
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    return tmp_path / NAME


def problems() -> dict[str, str]:
    infos = backend.available(include_damaged=True)
    return {info.name: info.problem for info in infos if info.problem}


def test_within_one_moment_folders_are_listed_once(folder: Path) -> None:
    with backend.as_of_now():
        both = backend.available()
        shutil.rmtree(folder)
        assert backend.available() == both and len(both) == 2
    assert [info.name for info in backend.available()] == [GOOD]


@pytest.mark.parametrize(
    "odd",
    [
        *("vae--mnist--2d.bak", "vae--mnist--2d copy", "vae--mnist--2d ", "VAE--mnist--2d"),
        *("vaé--mnist--2d", ".vae--mnist--2d", "--", "vae--", "vae--a\nb"),
    ],
)
def test_an_odd_name_is_greyed_with_what_to_do(folder: Path, odd: str) -> None:
    folder.rename(folder.parent / odd)
    assert [info.name for info in backend.available()] == [GOOD]
    (said,) = problems().values()
    assert "Rename it" in said
    with pytest.raises(KeyError):
        backend.info(f"vae/{odd}")


def put(file: str, content) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        text = content if isinstance(content, bytes | str) else json.dumps(content)
        data = text.encode() if isinstance(text, str) else text
        (folder / file).write_bytes(data)
        checkpoint.seal(folder)

    return damage


def change(**parts) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        content = json.loads((folder / CONFIG).read_text())
        put(CONFIG, content | parts)(folder)

    return damage


def configure(**parts) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        content = json.loads((folder / CONFIG).read_text())
        put(CONFIG, content | {"config": content["config"] | parts})(folder)

    return damage


def special(file: str, make: Callable[[Path], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / file).unlink()
        make(folder / file)

    return damage


def link_to_zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


DEEP = "[" * 100_000 + "]" * 100_000
DAMAGE = {
    "metrics: a list": (METRICS, put(METRICS, [])),
    "metrics: null": (METRICS, put(METRICS, "null")),
    "metrics: values of no use": (METRICS, put(METRICS, {"values": {"kl": 3}})),
    "metrics: values a list": (METRICS, put(METRICS, {"values": []})),
    "metrics: history of text": (METRICS, put(METRICS, {"history": {"step": "x"}})),
    "metrics: not UTF-8": (METRICS, put(METRICS, b"\xff\xfe\x00")),
    "metrics: deep": (METRICS, put(METRICS, DEEP)),
    "metrics: long number": (METRICS, put(METRICS, '{"values": ' + "9" * 5000 + "}")),
    "metrics: a pipe": (METRICS, special(METRICS, os.mkfifo)),
    "metrics: a device": (METRICS, special(METRICS, link_to_zero)),
    "config: empty": (CONFIG, put(CONFIG, b"")),
    "config: deep": (CONFIG, put(CONFIG, DEEP)),
    "config: a pipe": (CONFIG, special(CONFIG, os.mkfifo)),
    "config: a device": (CONFIG, special(CONFIG, link_to_zero)),
    "config: a folder": (CONFIG, special(CONFIG, os.mkdir)),
    **{
        f"config: {key} = {value!r}": (CONFIG, change(**{key: value}))
        for key in ("config", "weights", "capabilities", "model", "title", "modality", "dataset")
        for value in (None, [[]], 3)
    },
    "config: no checksum": (CONFIG, change(weights={"bytes": 8, "sha256": None})),
    "config: negative size": (CONFIG, change(weights={"bytes": -8, "sha256": "0" * 64})),
    "config: a kind that is not": (CONFIG, change(modality="smell")),
    "config: version a list": ("format is version", change(format_version=[1])),
    "config: classes text": (CONFIG, configure(classes="x")),
    "config: classes vast": (CONFIG, configure(classes=10**9)),
    "config: layers": (CONFIG, configure(layers=20_000)),
    "config: hidden layers": (CONFIG, configure(hidden=[1] * 20_000)),
    "config: vast layers": (CONFIG, configure(hidden=[10**9])),
    "config: code of text": (CONFIG, configure(latent_dim="2")),
    "config: nested": (CONFIG, configure(hidden={"a": 1})),
    "weights: empty": (WEIGHTS, put(WEIGHTS, b"")),
    "weights: short": (WEIGHTS, put(WEIGHTS, b"1234567")),
    "weights: a web page": ("a web page", put(WEIGHTS, b"<!DOCTYPE html><html>404</html>")),
    "weights: a pointer": (
        "git lfs pull",
        put(WEIGHTS, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
    ),
    "weights: a pipe": (WEIGHTS, special(WEIGHTS, os.mkfifo)),
    "weights: a device": (WEIGHTS, special(WEIGHTS, link_to_zero)),
    "weights: a folder": (WEIGHTS, special(WEIGHTS, os.mkdir)),
    "card: a link": ("README.md", special("README.md", lambda p: p.symlink_to("/etc/passwd"))),
    "codes: missing": ("codes.safetensors", lambda f: (f / "codes.safetensors").unlink()),
    "checksums: a list": ("checksums.json", lambda f: write_json(f / "checksums.json", [])),
    "checksums: outside": (
        "no file of this folder",
        lambda f: write_json(f / "checksums.json", {"../x": {"bytes": 1, "sha256": "0"}}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_only_the_damaged_one_is_greyed_and_its_file_is_named(folder: Path, damage: str) -> None:
    named, make = DAMAGE[damage]
    make(folder)
    assert [info.name for info in backend.available()] == [GOOD]
    found = problems()
    assert found.keys() == {NAME}
    assert named in found[NAME] and len(found[NAME]) < 400
    with pytest.raises(ValueError, match="cannot be loaded"):
        backend.load(NAME, device="cpu")


FILES = sorted(path.name for path in (checkpoint.trained_dir() / GOOD).iterdir())


@pytest.mark.parametrize("file", [file for file in FILES if file != "checksums.json"])
@pytest.mark.parametrize("how", ["flip", "cut", "empty", "replaced", "linked", "gone"])
def test_every_file_is_compared_with_its_checksum(folder: Path, file: str, how: str) -> None:
    path = folder / file
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    if how == "flip":
        data[middle] ^= 1
    path.unlink()
    if how == "replaced":
        shutil.copy(checkpoint.trained_dir() / "vae/other" / file, path)
    elif how == "linked":
        path.symlink_to(checkpoint.trained_dir() / GOOD / file)
    elif how != "gone":
        path.write_bytes({"flip": data, "cut": data[:middle], "empty": b""}[how])
    with pytest.raises(ValueError, match=f"cannot be loaded: .*{file}"):
        backend.load(NAME, device="cpu")
    assert GOOD in {info.name for info in backend.available()}


@pytest.mark.parametrize(
    "parts", [{"latent_dim": 0}, {"hidden": [65_536, 65_536]}, {"hidden": "x"}, {"hidden": [-1]}]
)
def test_a_configuration_of_another_size_is_told_before_memory_is_taken(folder, parts) -> None:
    configure(**parts)(folder)
    with pytest.raises(ValueError, match=r"cannot be loaded: .*config\.json"):
        backend.load(NAME, device="cpu")


def shaped(**changed: np.ndarray) -> Callable[[Path], None]:
    """Codes of other shapes, in a sound file."""

    def damage(folder: Path) -> None:
        arrays = load_file(folder / CODES) | changed
        save_file({name: array for name, array in arrays.items() if array.size}, folder / CODES)
        checkpoint.seal(folder)

    return damage


def weights_of(shape: list[int]) -> Callable[[Path], None]:
    """A header that promises a tensor of this shape."""

    def damage(folder: Path) -> None:
        header = json.dumps({"x": {"dtype": "F16", "shape": shape, "data_offsets": [0, 8]}})
        data = struct.pack("<Q", len(header)) + header.encode() + bytes(8)
        (folder / WEIGHTS).write_bytes(data)
        told = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        change(weights=told)(folder)

    return damage


SHAPES = {
    "codes of three numbers": shaped(codes=np.zeros((9, 3), np.float16)),
    "codes in one row": shaped(codes=np.zeros(18, np.float16)),
    "no codes": shaped(codes=np.zeros((0, 2), np.float16)),
    "codes that are no numbers": shaped(codes=np.full((9, 2), np.nan, np.float16)),
    "classes of fewer items": shaped(labels=np.zeros(3, np.int64)),
    "a mixture of other sizes": shaped(means=np.zeros((1, 3), np.float32)),
    "a mixture without components": shaped(weights=np.zeros(0, np.float32)),
    "a mixture that is none": shaped(scale_tril=np.full((1, 2, 2), np.inf, np.float32)),
    "units without activity": shaped(activity=np.zeros(0, np.float32)),
    "an array more": shaped(extra=np.zeros(1, np.float32)),
    "weights of another shape": weights_of([2, 2]),
    "weights of a vast shape": weights_of([1 << 60]),
    "weights of a negative shape": weights_of([-4]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_sound_files_of_absurd_shapes_are_told(folder: Path, shape: str) -> None:
    SHAPES[shape](folder)
    with pytest.raises(ValueError, match="cannot be loaded: ") as told:
        backend.load(NAME, device="cpu")
    assert ("weights" if "weights" in shape else CODES) in str(told.value)
    assert len(str(told.value)) < 400


def test_folders_from_before_there_were_checksums_still_load(folder: Path) -> None:
    (folder / "checksums.json").unlink()
    assert not checkpoint.sealed(NAME) and checkpoint.sealed(GOOD)
    assert backend.load(NAME, device="cpu").latent_dim == 2


def test_what_is_written_later_renews_its_checksum(folder: Path) -> None:
    checkpoint.write_metrics(folder, values={})
    assert not problems()
    assert backend.load(NAME, device="cpu").info.metrics == {}


def test_whatever_writes_into_a_sealed_folder_renews_its_checksums(tmp_path: Path) -> None:
    name = "lm/lstm_lm--everyday--forward"
    write_checkpoint(tmp_path, name)
    folder = tmp_path / name
    checkpoint.seal(folder)
    assert changed(folder) == []
    write_checkpoint(tmp_path, name, spread=0.1)  # weights, configuration, vocabulary
    (folder / "README.md").write_text("<!-- x -->\n<!-- /x -->\n")
    assert changed(folder) == ["README.md"]  # by hand: nobody has told
    replace_section(folder / "README.md", "x", "y")
    checkpoint.write_metrics(folder, values={})
    assert changed(folder) == []
    (folder / "casing.json").write_text("{}")
    assert changed(folder) == ["casing.json"]


def test_a_card_that_is_a_link_is_not_shown(folder: Path) -> None:
    (folder / "checksums.json").unlink()
    special("README.md", lambda path: path.symlink_to("/etc/passwd"))(folder)
    assert backend.card(NAME) == "" and backend.card(GOOD).startswith("---")


def test_what_comes_goes_or_is_replaced_changes_what_is_seen_of_the_folders(folder: Path) -> None:
    seen = [checkpoint.changes()]
    assert checkpoint.changes() == seen[0]
    write_json(folder / METRICS, {"values": {}})
    seen.append(checkpoint.changes())
    copy = shutil.copytree(folder, folder.with_name("vae--mnist--copied"))
    seen.append(checkpoint.changes())
    (copy / CONFIG).unlink()
    seen.append(checkpoint.changes())
    shutil.rmtree(folder)
    seen.append(checkpoint.changes())
    assert len(set(seen)) == len(seen)
