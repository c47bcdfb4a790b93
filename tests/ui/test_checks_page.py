"""Views kept as checks: the page gives their file, and each is compared with what it shows now."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from safetensors.numpy import load_file, save_file

from app.checks import read
from backend import checkpoint
from tests.ui.chromium import ROOT, wait_until_drawn

pytestmark = pytest.mark.browser
PICTURES, TEXT = "vae/vae--mnist--2d", "text_vae/text_vae--tatoeba"
VIEWS = (
    f"#v=1&tab=sample&checkpoint={PICTURES}&n=4&seed=3",
    f"#v=1&tab=interpolate&checkpoint={TEXT}&steps=3&a=I+like+tea.&b=It+is+raining.",
)


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Both checkpoints, the decoder of the pictures a little changed, as if trained anew."""
    for name in (PICTURES, TEXT):
        shutil.copytree(checkpoint.trained_dir() / name, tmp_path / "trained" / name)
    folder = tmp_path / "trained" / PICTURES
    weights = load_file(folder / checkpoint.WEIGHTS)
    last = max(name for name in weights if name.startswith("decoder") and name.endswith("bias"))
    weights[last] = weights[last] + 2
    save_file(weights, folder / checkpoint.WEIGHTS)
    config = json.loads((folder / "config.json").read_text())
    config["weights"] = checkpoint.checksum(folder / checkpoint.WEIGHTS)
    (folder / "config.json").write_text(json.dumps(config))
    checkpoint.seal(folder)
    return tmp_path / "trained"


def run_check(file: Path, *options: str) -> subprocess.CompletedProcess:
    """The command as a person gives it."""
    command = [sys.executable, "launch.py", "check", str(file), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)


def test_views_are_kept_as_checks_and_a_changed_weight_changes_its_view_alone(
    open_page, changed, tmp_path
):
    page = open_page(VIEWS[0])
    file, checks = tmp_path / "checks.json", page.get_by_role("region", name="Checks")
    keep = checks.get_by_role("button", name="Keep as a check")
    keep.click()
    expect(checks.get_by_role("listitem")).to_have_count(1)
    page.evaluate("link => { location.hash = link }", VIEWS[1])
    expect(page.locator("#interpolate-result tbody tr")).to_have_count(3)
    wait_until_drawn(page)
    keep.click()
    keep.click()  # the same view once more: still one check
    expect(checks.get_by_role("listitem")).to_have_text(
        [f"sample, {PICTURES}", f"interpolate, {TEXT}"]
    )
    with page.expect_download() as download:
        checks.get_by_role("button", name="Checks", exact=True).click()
    download.value.save_as(file)
    first, second = read(file)
    assert len(first["pictures"]) == 4
    assert second["text"][0].startswith("slerp") and not second["pictures"]

    done = run_check(file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 views, all as they were" in done.stdout

    done = run_check(file, "--trained-dir", str(changed))
    assert done.returncode == 1, done.stderr
    said = done.stdout.splitlines()
    assert re.fullmatch(rf"sample, {PICTURES}: .*trained anew.*; pictures 1, 2, 3, 4", said[0])
    assert said[1] == f"interpolate, {TEXT}: as it was"
    report = file.with_suffix(".html").read_text(encoding="utf-8")
    assert "1 of 2 views differ" in report and report.count('class="apart"') == 8
    addresses = re.findall(r"(?:src|href|url)[=(]\W?(\w+:[\w/]*)", report)
    assert set(addresses) == {"data:image/png"}  # it needs nothing but itself

    broken = tmp_path / "broken.py"
    broken.write_text("import nothing_of_this_name")
    done = run_check(file, "--space", str(broken))  # a server that does not start
    assert done.returncode == 2 and "broken.py, line 1" in done.stderr
    file.write_text("{}")
    done = run_check(file)
    assert done.returncode == 2 and "is no file of checks" in done.stderr
