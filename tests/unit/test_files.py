"""Folders for temporary files, on machines that many people share."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from backend import files


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    return tmp_path


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="each user of Windows has one anyway")
def test_a_private_folder_is_nobody_elses(shared: Path) -> None:
    mine = files.private_folder("cache")
    assert mine.stat().st_mode & 0o777 == 0o700
    assert files.private_folder("cache") == mine
    mine.chmod(0o777)  # as somebody else would leave one to be filled
    assert files.private_folder("cache") != mine
    mine.rmdir()
    mine.symlink_to(shared)
    other = files.private_folder("cache")
    assert other.parent == shared and other != mine and other.stat().st_mode & 0o777 == 0o700


def test_numba_gets_a_place_only_where_it_finds_none(shared: Path, monkeypatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: True)
    files.place_numba_cache()
    assert "NUMBA_CACHE_DIR" not in os.environ
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "chosen")
    files.place_numba_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == "chosen"
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    files.place_numba_cache()
    assert Path(os.environ["NUMBA_CACHE_DIR"]).parent == shared
    monkeypatch.delenv("NUMBA_CACHE_DIR")


def test_the_same_tensors_and_metadata_are_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    metadata = {f"key {n}": f"\u201c{n}\u201d\n\x7f\x01" for n in range(12)}
    arrays = {"a": np.arange(3), "b": np.zeros((2, 5))}
    written = set()
    for order in (metadata, dict(reversed(metadata.items()))):
        with files.replacing_tensors(path) as temporary:
            save_file(arrays, temporary, order)
        written.add(path.read_bytes())
    assert len(written) == 1
    with safe_open(path, "np") as file:
        assert file.metadata() == metadata
        assert all((file.get_tensor(name) == array).all() for name, array in arrays.items())


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n"


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"", "is empty"),
        (POINTER, "git lfs pull"),
        (b"<!DOCTYPE html><title>404</title>", "web page"),
        (b"\xef\xbb\xbf\n<html>", "web page"),
        (b"<?xml version='1.0'?><Error/>", "web page"),
        (b"\x08\0\0", "cut off"),
        (b"\xff" * 40, "cut off"),
        (b"\x02\0\0\0\0\0\0\0[]", "cut off"),
        (b'\x2a\0\0\0\0\0\0\0{"a":{"dtype":"U8","data_offsets":[0,9]} }', "cut off"),
        (b"\x02\0\0\0\0\0\0\0{}", ""),
    ],
)
def test_what_stands_in_for_weights_is_named(held: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(held)
    found = files.stand_in(path)
    assert said in found and bool(said) == bool(found)


@pytest.mark.parametrize("length", [0x3C, 0x3C20, 0x213C, 0x683C])
def test_a_length_that_looks_like_the_start_of_a_page_is_none(tmp_path: Path, length: int) -> None:
    """Safetensors begin with the length of their header, in which any byte may stand."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(length.to_bytes(8, "little") + b"{}".ljust(length) + b"0")
    assert files.another_file(path) == ""


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html>", b"\xef\xbb\xbf <html>", b"<?xml?>", b"<!-- -->", b"<p>"]
)
def test_a_page_is_told_apart(tmp_path: Path, page: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(page)
    assert "web page" in files.another_file(path)
