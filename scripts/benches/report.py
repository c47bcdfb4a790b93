"""What was measured, and on which machine, as the documents show it."""

import os
import platform
import re
from datetime import date
from pathlib import Path

import psutil
import torch


def machine() -> dict[str, object]:
    names = re.findall(r"model name\s*: (.*)", _read("/proc/cpuinfo"))
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "date": date.today().isoformat(),
    }


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""


def table(result: dict) -> str:
    """The measured rows as Markdown."""
    host = result["machine"]
    lines = ["| What | Measured | Aim | How |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {row['what']} | {float(format(row['value'], '.3g')):g} {row['unit']} "
        f"| {row['target']} {row['unit']} | {row['how']} |"
        for row in result["rows"]
    ]
    lines.append(
        f"\n{host['processor']}, {host['cores']} cores, {host['memory_gib']} GiB, "
        f"{host['system']}, Python {host['python']}, torch {host['torch']}, {host['date']}."
    )
    return "\n".join(lines)
