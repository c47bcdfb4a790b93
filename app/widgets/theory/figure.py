"""Parts of what a panel shows: curves, numbers to read, and the table behind them.

A figure is {plots, facts, columns, rows, code}; those that train yield one after another, with
``share`` of the way done. A y that is infinite is the word "inf", one that is not there None.
"""

import math
from collections.abc import Iterable
from typing import Any

Figure = dict[str, Any]
Values = dict[str, Any]
POINTS = 241  # of a curve


def numbers(values: Iterable[float | None], digits: int = 5) -> list:
    """For the page: rounded to so many digits that count."""
    return [
        None if v is None else "inf" if math.isinf(v) else float(f"{v:.{digits}g}") for v in values
    ]


def series(kind: str, k: int, name: str, x: Iterable, y: Iterable, **more: Any) -> dict:
    """A curve ("line", "area"), points ("dots", "open") or stretches of x ("band").

    ``k`` is colour, symbol and dash.
    """
    return {"kind": kind, "k": k, "name": name, "x": numbers(x), "y": numbers(y)} | more


def fact(label: str, value: float, unit: str, note: str = "") -> dict:
    shown = "∞" if math.isinf(value) else f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"
    return {"label": label, "value": shown.replace("-", "−"), "unit": unit, "note": note}


def script(*lines: str) -> str:
    return "\n".join([*lines, ""])


def rows(*columns: Any) -> list[list]:
    return [list(row) for row in zip(*map(numbers, columns), strict=True)]
