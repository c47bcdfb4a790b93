"""Rows of a run: curves and moments, keyed by their step. No torch: the page reads them too."""

import json
import math
from pathlib import Path
from typing import Any

from backend.files import replacing


class Rows:
    """Rows of JSON, one a step, rising; read as far as a run with ``done`` steps goes.

    Without ``done`` all are read.
    """

    def __init__(self, path: Path, done: float = math.inf) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        self.rows = [row for row in map(_row, lines) if row is not None and row["step"] <= done]

    def add(self, row: dict[str, Any]) -> None:
        self.rows = [old for old in self.rows if old["step"] < row["step"]] + [row]
        with replacing(self.path) as temporary:
            text = "".join(json.dumps(one) + "\n" for one in self.rows)
            temporary.write_text(text, encoding="utf-8")

    @property
    def seconds(self) -> float:
        """Seconds of training behind the last row."""
        return self.rows[-1]["seconds"] if self.rows else 0.0

    def columns(self) -> dict[str, list[float]]:
        """What all rows have: of a model that learns in phases, each phase trains other terms."""
        first = self.rows[0] if self.rows else {}
        common = [key for key in first if all(key in row for row in self.rows)]
        return {key: [row[key] for row in self.rows] for key in common}


def _row(line: str) -> dict[str, Any] | None:
    """None for a line that was cut off as it was written, by an older version of this program."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        return None
    return row if isinstance(row, dict) and "step" in row else None
