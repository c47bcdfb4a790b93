"""Files that are never seen half-written."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path to write to; it replaces ``path`` at the end, or leaves it untouched.

    Raises ``OSError`` with a plain sentence when the disk is full or the folder is read-only.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        yield Path(name)
        os.chmod(name, 0o644)  # mkstemp makes files that only their owner may read
        os.replace(name, path)
    except OSError as error:
        raise OSError(
            error.errno,
            f"Could not write {path}: {error.strerror}. The file there before is unchanged; "
            "free some space or choose another folder, then try again.",
        ) from error
    finally:
        Path(name).unlink(missing_ok=True)


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
