"""The types of ``backend`` and ``app`` fit together, as the settings in pyproject.toml ask."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_mypy(pytestconfig):
    """The first run takes minutes; what it found is kept in pytest's cache for the next one."""
    kept = pytestconfig.cache.mkdir("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(kept)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
