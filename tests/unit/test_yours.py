"""The user's own checkpoints: listed, renamed, deleted and back, packed and taken in."""

import io
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

import backend
from backend import checkpoint, locks, yours

GOOD = "vae/vae--fashion-mnist--2d"
MINE = "vae/vae--own_scans--2d"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Folder of a checkpoint of one's own, beside one that ships."""
    source = checkpoint.trained_dir() / GOOD
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path / "trained"))
    monkeypatch.delenv("LATENT_YOURS_DIR", raising=False)
    shutil.copytree(source, tmp_path / "trained" / GOOD)
    shutil.copytree(source, tmp_path / "yours" / MINE)
    return tmp_path / "yours" / MINE


def zipped(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_it_is_listed_with_those_that_ship_and_known_as_yours(mine):
    assert {one.name: one.yours for one in backend.available()} == {GOOD: False, MINE: True}
    assert backend.info(MINE).path == mine
    assert backend.load(MINE, device="cpu").latent_dim == 2


def test_what_ships_comes_first_and_cannot_be_changed(mine):
    shutil.copytree(mine, mine.parents[1] / GOOD)
    assert not backend.info(GOOD).yours and len(backend.available()) == 2
    shutil.rmtree(mine.parents[1] / GOOD)
    for change in (yours.remove, yours.export, lambda name: yours.rename(name, "x")):
        for name in (GOOD, "../trained/vae", "vae/none--here", f"{MINE}/.."):
            with pytest.raises(ValueError, match="no checkpoint of yours"):
                change(name)


def test_a_new_name_and_a_description_leave_it_whole(mine):
    yours.rename(MINE, "  My\nscans ")
    yours.describe(MINE, "Ten pages, scanned.")
    assert backend.info(MINE).title == "My scans" and yours.about(MINE) == "Ten pages, scanned."
    assert backend.load(MINE, device="cpu").latent_dim == 2  # the checksums were renewed
    with pytest.raises(ValueError, match="at least one letter"):
        yours.rename(MINE, " \n")


HOLD = """from backend import checkpoint, locks
with locks.alone(checkpoint.yours_dir):
    print("held", flush=True)
    input()
"""


def test_what_a_second_server_is_changing_is_left_alone_and_told(mine, monkeypatch):
    packed, token = yours.export(MINE), yours.remove(MINE)
    assert yours.import_zip(packed) == MINE
    command, pipe = [sys.executable, "-c", HOLD], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout.readline() == "held\n"
        monkeypatch.setattr(locks, "PATIENCE", 0.05)
        for change in (
            lambda: yours.rename(MINE, "x"),
            lambda: yours.describe(MINE, "x"),
            lambda: yours.remove(MINE),
            lambda: yours.undo(token),
            lambda: yours.export(MINE),
            lambda: yours.import_zip(packed),
        ):
            with pytest.raises(ValueError, match="Another playground, or a script, is changing"):
                change()
        other.kill()
    yours.rename(MINE, "Mine")  # the lock has gone with its process
    assert [one.title for one in backend.available() if one.yours] == ["Mine"]


def test_what_was_deleted_comes_back(mine):
    before = sorted(path.name for path in mine.iterdir())
    token = yours.remove(MINE)
    assert [one.name for one in backend.available(include_damaged=True)] == [GOOD]
    assert yours.undo(token) == MINE
    assert sorted(path.name for path in mine.iterdir()) == before
    for gone in (token, "../trained", "0" * 16):
        with pytest.raises(ValueError, match="no longer kept"):
            yours.undo(gone)


def test_what_is_deleted_goes_for_good_after_a_week_and_never_replaces_another(mine):
    source = shutil.copytree(mine, mine.with_name("copy"))
    first = yours.remove(MINE)
    shutil.copytree(source, mine)
    with pytest.raises(ValueError, match="another checkpoint"):
        yours.undo(first)
    os.utime(mine.parents[1] / yours.REMOVED / first, (0, 0))
    second = yours.remove(MINE)
    with pytest.raises(ValueError, match="no longer kept"):
        yours.undo(first)
    assert yours.undo(second) == MINE


def test_a_zip_holds_the_same_and_is_taken_in_under_a_free_name(mine):
    (mine / ".hidden.json").write_text("{}")
    data = yours.export(MINE)
    again = yours.import_zip(data)
    assert again == "vae/vae--own_scans--2d-2" and yours.import_zip(data).endswith("--2d-3")
    copy = backend.info(again)
    assert copy.yours and copy.fingerprint == backend.info(MINE).fingerprint
    kept = {path.name: path.read_bytes() for path in mine.iterdir() if path.name[0] != "."}
    assert {path.name: path.read_bytes() for path in copy.path.iterdir()} == kept
    yours.remove(MINE)
    assert yours.import_zip(data) == MINE


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no zip at all", "no ZIP"),
        (b"", "no ZIP"),
        (zipped(), "one checkpoint"),
        (zipped(**{"../../evil.json": "{}"}), "no file of a checkpoint"),
        (zipped(**{"/etc/passwd": "x"}), "no file of a checkpoint"),
        (zipped(**{f"{MINE}/../x.json": "{}"}), "no file of a checkpoint"),
        (zipped(**{f"{MINE}/model.pkl": "x"}), "only .safetensors"),
        (zipped(**{f"{MINE}/config.json": "{}"}), "format is version"),
        (zipped(**{f"{MINE}/a.json": "{}", f"{GOOD}/a.json": "{}"}), "one checkpoint"),
    ],
)
def test_a_wrong_zip_is_refused_in_a_sentence_and_leaves_nothing(mine, data, said):
    before = sorted(mine.parents[1].rglob("*"))
    with pytest.raises(ValueError, match=said):
        yours.import_zip(data)
    assert sorted(mine.parents[1].rglob("*")) == before


def test_a_zip_that_swells_is_stopped(mine, monkeypatch):
    monkeypatch.setattr(yours, "LARGEST", 1 << 20)
    data = yours.export(MINE)
    content = io.BytesIO(data)
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{MINE}/zeros.json", b"0" * (3 << 20))
    with pytest.raises(ValueError, match="unpacks to more"):
        yours.import_zip(content.getvalue())
    assert {one.name for one in backend.available(include_damaged=True)} == {GOOD, MINE}
