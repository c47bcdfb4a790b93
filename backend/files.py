"""Files that are never seen half-written, and are read only as far as they are what they seem."""

import contextlib
import errno
import hashlib
import importlib.util
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKSUMS = "checksums.json"  # of the other files of its folder: {name: {bytes, sha256}}
LARGEST = 64 << 20  # bytes of a file that is read at once
LONGEST_HEADER = 100_000_000  # bytes of JSON in safetensors, the format's own bound
# As mkstemp names them below, and as safetensors names its own.
_TEMPORARY = re.compile(r"\.\w[\w.-]*\.[a-z0-9_]{8}|\.tmp\w{6}")


def read_bytes(path: Path, most: int = LARGEST) -> bytes:
    """What a regular file holds.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is a link, a pipe or a device, or larger than ``most`` bytes.
        OSError: it cannot be read.
    """
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        what = "a link" if stat.S_ISLNK(found.st_mode) else "a folder, a pipe or a device"
        raise ValueError(f"{path.name} is {what}, not a file")
    if found.st_size > most:
        raise ValueError(f"{path.name} has {found.st_size:,} bytes; at most {most:,} are read")
    with path.open("rb") as file:
        return file.read()


def read_json(path: Path, most: int = LARGEST) -> Any:
    """What a file says as JSON; raises as ``read_bytes``, and ValueError if it is no JSON."""
    data = read_bytes(path, most)
    try:
        return json.loads(data.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name} is not valid JSON (line {error.lineno})") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not valid JSON: it is not UTF-8") from None
    except RecursionError:
        raise ValueError(f"{path.name} is not valid JSON: it is nested too deeply") from None
    except ValueError:  # of a number with thousands of digits
        raise ValueError(f"{path.name} is not valid JSON: a number is too long") from None


def checksum(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file, as in the table of checksums."""
    data = read_bytes(path, most=1 << 40)
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path to write to; it replaces ``path`` at the end, or leaves it untouched.

    In a folder with a table of checksums that of ``path`` is renewed.

    Raises ``OSError`` with a plain sentence when the disk is full or the folder is read-only.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        yield Path(name)
        os.chmod(name, 0o644)  # mkstemp makes files that only their owner may read
        os.replace(name, path)
        if path.name != CHECKSUMS and (path.parent / CHECKSUMS).is_file():
            table = read_json(path.parent / CHECKSUMS)
            write_json(path.parent / CHECKSUMS, table | {path.name: checksum(path)})
    except OSError as error:
        raise OSError(
            error.errno,
            f"Could not write {path}: {error.strerror}. The file there before is unchanged; "
            "free some space or choose another folder, then try again.",
        ) from error
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def replacing_tensors(path: Path) -> Iterator[Path]:
    """``replacing`` for what safetensors writes, whose own error names neither file nor remedy.

    The same content becomes the same bytes.
    """
    from safetensors import SafetensorError

    try:
        with replacing(path) as temporary:
            yield temporary
            _order_metadata(temporary)
    except SafetensorError as error:
        raise OSError(
            errno.EIO,
            f"Could not write {path}: {error}. The file there before is unchanged; is the disk "
            "full? Free some space or choose another folder, then try again.",
        ) from error


def _order_metadata(path: Path) -> None:
    """Sorts in place what safetensors write in an order that changes from one time to the next."""
    with path.open("r+b") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        header["__metadata__"] = dict(sorted(header.get("__metadata__", {}).items()))
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
        if len(header["__metadata__"]) > 1:
            assert len(text) <= size  # the same signs in another order; spaces fill the rest
            file.seek(8)
            file.write(text.ljust(size))


def remove_leftovers(folder: Path) -> None:
    """Removes temporary files that a process left which was killed; nobody may write."""
    for path in folder.glob(".*"):
        if _TEMPORARY.fullmatch(path.name):
            path.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    with replacing(path) as temporary:
        text = json.dumps(content, indent=1, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8")


def replace_section(path: Path, name: str, text: str) -> None:
    """Puts ``text`` between the lines ``<!-- name -->`` and ``<!-- /name -->`` of a file."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    with replacing(path) as temporary:
        temporary.write_text(f"{before}{begin}{text}\n{end}{after}", encoding="utf-8")


# The first tag of a page. A < alone may be a byte of the length that safetensors begin with.
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!--|[!?]?[a-z]{2}|[a-z]>)", re.IGNORECASE)


def stand_in(path: Path) -> str:
    """As ``another_file``; of safetensors the length is checked too."""
    if said := another_file(path):
        return said
    if path.suffix == ".safetensors" and _is_cut(path):
        return "is cut off or no file of safetensors; copy or download it again"
    return ""


def another_file(path: Path) -> str:
    """What a file holds in the place of its content, and what to do; "" where nothing is wrong.

    The end of a sentence that begins with the file's name: people copy pointers of Git LFS, pages
    that say "not found" and downloads that stopped.
    """
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        return "is empty; copy or download it again"
    if head.startswith(b"version https://git-lfs"):
        return "is a pointer of Git LFS, not the file itself; run: git lfs pull"
    if _PAGE.match(head):
        return "is a web page, not the file itself; download it again"
    return ""


def _is_cut(path: Path) -> bool:
    """Whether a file of safetensors is shorter than its header says."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")  # of the header, which is JSON
        if not 0 < length <= min(size - 8, LONGEST_HEADER):
            return True
        try:
            entries = json.loads(file.read(length))
            ends = [v["data_offsets"][1] for k, v in entries.items() if k != "__metadata__"]
            return 8 + length + max(ends, default=0) > size
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            return True


def private_folder(name: str) -> Path:
    """A folder for temporary files that no other user of this machine owns or reads."""
    if not hasattr(os, "getuid"):  # Windows gives each user a folder of temporary files
        path = Path(tempfile.gettempdir()) / f"latent-{name}"
        path.mkdir(exist_ok=True)
        return path
    path = Path(tempfile.gettempdir()) / f"latent-{name}-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022:
        return path
    return Path(tempfile.mkdtemp(prefix=f"latent-{name}-"))  # somebody else has taken the name


def place_numba_cache() -> None:
    """Before umap is imported: a place for what numba compiles, where it would find none.

    It looks beside the packages, which another user may own, and in the home folder, which may be
    missing; without a place the import fails.
    """
    package = importlib.util.find_spec("umap")
    beside = Path(package.origin).parent if package and package.origin else Path()
    kept = beside / "__pycache__"
    if not os.access(kept if kept.exists() else beside, os.W_OK):
        os.environ.setdefault("NUMBA_CACHE_DIR", str(private_folder("numba")))
