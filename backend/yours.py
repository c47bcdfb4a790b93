"""The user's own checkpoints: trained on this machine or taken in from another.

They lie in ``yours_dir()``, in folders like those that ship, and are listed with them.
What ships can be neither changed nor deleted here. No torch.
"""

import io
import re
import secrets
import shutil
import tempfile
import time
import zipfile
from pathlib import Path

from backend import checkpoint
from backend.checkpoint import yours_dir
from backend.files import read_json, write_json
from backend.locks import alone

KINDS = (".safetensors", ".json", ".md", ".png")  # of files that travel: none of them can run
LARGEST = 1 << 30  # bytes that a ZIP may unpack to
MOST = 64  # files in it
REMOVED = ".removed"  # of ``yours_dir``: what was deleted can come back
DAYS = 7 * 24 * 3600  # seconds for which it can


def rename(name: str, title: str) -> None:
    """Call a checkpoint otherwise; its name, by which links know it, stays.

    Raises ValueError, with a sentence, as all functions here do.
    """
    if not (title := " ".join(title.split())):
        raise ValueError("A name has at least one letter. Write one.")
    _set(name, title=title[:200])


def describe(name: str, text: str) -> None:
    """Say what a checkpoint is."""
    _set(name, about=text)


def about(name: str) -> str:
    """What was said of it; nothing at first."""
    try:
        return str(checkpoint.describe(name).get("about", ""))
    except (OSError, ValueError):  # a damaged one is listed too
        return ""


@alone(yours_dir)
def remove(name: str) -> str:
    """Delete a checkpoint; ``undo`` of what is returned brings it back for a week."""
    folder, root = _folder(name), yours_dir() / REMOVED
    _empty(root)
    token = secrets.token_hex(8)
    target = root / token / name
    target.parent.mkdir(parents=True)
    folder.rename(target)
    (root / token).touch()  # the week begins now
    return token


@alone(yours_dir)
def undo(token: str) -> str:
    """Bring back what ``remove`` deleted; its name."""
    root = yours_dir() / REMOVED
    if not re.fullmatch(r"[0-9a-f]{16}", token) or not (root / token).is_dir():
        raise ValueError("What was deleted is no longer kept: it stays for a week.")
    folder = next((root / token).glob("*/*--*"))
    name = f"{folder.parent.name}/{folder.name}"
    if _taken(name):
        raise ValueError(f"There is another checkpoint called {name} now. Delete that first.")
    target = yours_dir() / name
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(target)
    shutil.rmtree(root / token)
    return name


@alone(yours_dir)
def export(name: str) -> bytes:
    """A ZIP of safetensors, JSON, card and pictures; ``import_zip`` reads it elsewhere."""
    folder, content = _folder(name), io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(folder.iterdir()):
            if path.suffix in KINDS and path.is_file() and path.name[0] != ".":
                packed = zipfile.ZIP_STORED if path.suffix == ".png" else zipfile.ZIP_DEFLATED
                archive.write(path, f"{name}/{path.name}", packed)
    return content.getvalue()


def import_zip(data: bytes) -> str:
    """Take in a checkpoint that ``export`` packed; the name that it has here."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError):
        raise ValueError("This is no ZIP. Choose one that Download made.") from None
    with archive:
        name, files = _contents(archive)
        root = yours_dir()
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=".incoming-") as incoming:
            folder = Path(incoming) / name
            folder.mkdir(parents=True)
            _unpack(archive, files, folder)
            if problem := checkpoint.at(folder).problem:
                raise ValueError(problem)
            with alone(yours_dir):
                name = _free(name)
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                folder.rename(root / name)
    return name


def _contents(archive: zipfile.ZipFile) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """The checkpoint's name and its files by theirs; raises ValueError for any other content."""
    found: dict[str, zipfile.ZipInfo] = {}
    names = set()
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        folder, _, file = entry.filename.rpartition("/")
        if not checkpoint.is_name(folder) or not re.fullmatch(r"[\w-][\w.-]{0,80}", file):
            raise ValueError(
                f"The ZIP holds {entry.filename[:80]!r}, which is no file of a checkpoint. Choose "
                "a ZIP that Download made."
            )
        if Path(file).suffix not in KINDS:
            raise ValueError(f"The ZIP holds {file!r}; only {', '.join(KINDS)} are taken.")
        found[file] = entry
        names.add(folder)
    if len(names) != 1 or len(found) > MOST:
        raise ValueError("A ZIP holds one checkpoint. Choose one that Download made.")
    return names.pop(), found


def _unpack(archive: zipfile.ZipFile, files: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    """Write the files, counting what really comes out and not what the ZIP says of itself."""
    left = LARGEST
    for file, entry in files.items():
        try:
            with archive.open(entry) as source, (folder / file).open("wb") as target:
                while piece := source.read(1 << 20):
                    left -= len(piece)
                    if left < 0:
                        raise ValueError(f"The ZIP unpacks to more than {LARGEST >> 30} GiB.")
                    target.write(piece)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
            raise ValueError(
                f"{file} in the ZIP is damaged or locked. Download it again."
            ) from None
        except OSError as error:
            raise ValueError(f"{file} could not be written: {error.strerror}.") from None


def _free(name: str) -> str:
    """``name``, or with a number at its tag's end the first that is free."""
    tagged = name if name.count("--") > 1 else f"{name}--copy"
    if not _taken(name):
        return name
    number = 2
    while _taken(f"{tagged}-{number}"):
        number += 1
    return f"{tagged}-{number}"


def _taken(name: str) -> bool:
    return any((root / name).exists() for root in (checkpoint.trained_dir(), yours_dir()))


def _folder(name: str) -> Path:
    """Of one of the user's; raises ValueError for any other name."""
    folder = yours_dir() / name
    if not checkpoint.is_name(name) or not folder.is_dir() or folder.is_symlink():
        raise ValueError(f"There is no checkpoint of yours called {name[:80]!r}.")
    return folder


def _set(name: str, **values: str) -> None:
    try:
        with alone(yours_dir):
            path = _folder(name) / "config.json"
            write_json(path, read_json(path) | values)
    except OSError as error:
        raise ValueError(error.strerror or str(error)) from None


def _empty(root: Path) -> None:
    """Remove for good what was deleted longer ago than ``DAYS``."""
    for folder in root.glob("*"):
        if time.time() - folder.stat().st_mtime > DAYS:
            shutil.rmtree(folder)
