"""Views kept as checks: the page gives their file, and each is compared with what it shows now."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from safetensors.numpy import load_file, save_file

from app.checks import differences, read
from backend import checkpoint
from tests.ui.chromium import ARTIFACTS, ROOT, wait_until_drawn

pytestmark = [pytest.mark.browser, pytest.mark.slow]
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


def look_at(browser: Browser, report: Path) -> None:
    """The report as a person opens it: one file, which asks for nothing, then beside now."""
    page, asked = browser.new_page(viewport={"width": 1320, "height": 900}), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    expect(page.locator("h1")).to_have_text("1 of 2 views differ")
    assert {url for url in asked if not url.startswith("data:")} == {report.as_uri()}
    changed = page.locator("section").first  # what differs comes first
    expect(changed.locator("h2")).to_have_text(f"sample, {PICTURES}")
    then, now = (changed.locator("img.apart").nth(i).bounding_box() for i in (0, 4))
    assert then["y"] == now["y"] and then["x"] + then["width"] < now["x"]
    assert changed.locator("img.apart").count() == 8
    drawn = "all => all.every((image) => image.complete && image.naturalWidth > 0)"
    assert page.locator("img").evaluate_all(drawn)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / "checks-report.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_views_are_kept_as_checks_and_a_changed_weight_changes_its_view_alone(
    open_page, browser, changed, tmp_path
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

    kept = file.read_text(encoding="utf-8")
    done = run_check(file, "--trained-dir", str(changed), "--update")
    assert done.returncode == 1, done.stderr
    said = done.stdout.splitlines()
    assert re.fullmatch(rf"sample, {PICTURES}: .*trained anew.*; pictures 1, 2, 3, 4", said[0])
    assert said[1] == f"interpolate, {TEXT}: as it was"
    look_at(browser, file.with_suffix(".html"))

    now, same = read(file)
    assert differences(first, now) and same == second  # what was as it was is left alone
    weights = checkpoint.at(changed / PICTURES).fingerprint
    assert f"&fp={weights}" in now["link"] and weights not in first["link"]
    file.write_text(kept, encoding="utf-8")

    broken = tmp_path / "broken.py"
    broken.write_text("import nothing_of_this_name")
    done = run_check(file, "--space", str(broken))  # a server that does not start
    assert done.returncode == 2 and "broken.py, line 1" in done.stderr
    file.write_text("{}")
    done = run_check(file)
    assert done.returncode == 2 and "is no file of checks" in done.stderr
