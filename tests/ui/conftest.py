"""A real browser on a real server: nothing here is ever skipped for want of one.

``open_page()`` opens the app in a new page (storage is emptied between tests) and waits until its
first result is drawn; at the end of the test it fails if the page said anything on its console,
or asked any other host for anything. Screenshots go to ``tests/artifacts``.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "tests" / "artifacts"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60_000  # ms; a busy machine is slow, not broken
OpenPage = Callable[..., Page]
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """A server as ``launch.py`` starts it, on the CPU, on a port of its own.

    ``LATENT_APP_URL`` names one that runs already.
    """
    if running := os.environ.get("LATENT_APP_URL"):
        yield running
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        command = [sys.executable, "launch.py", "--port", str(port), "--device", "cpu", "--mcp"]
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield wait_for_address(server, log)
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for_address(server: subprocess.Popen, log) -> str:
    """The address in the ready line; fails with the server's output if none comes."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        log.seek(0)
        said = log.read()
        if found := re.search(r"is ready: (\S+)", said):
            return found[1]
        if server.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{said}")


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    path = browser_path()
    if not path:
        pytest.fail("No Chromium or Chrome was found. Run: python3 launch.py test")
    browser = playwright_driver.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()


def browser_path() -> str:
    """Where the browser is; empty where there is none."""
    return os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, BROWSERS)), "")


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all tests, since a new one would fetch and compile the page's scripts again."""
    context = browser.new_context(accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def open_page(context: BrowserContext, app_url: str) -> Iterator[OpenPage]:
    """``open_page(fragment="", width=…, height=…, dark=…, drawn=True)`` -> Page."""
    complaints: list[str] = []

    def open_one(
        fragment: str = "",
        width: int = 1320,
        height: int = 900,
        dark: bool = False,
        drawn: bool = True,
    ) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        watch(page, complaints)
        page.goto(app_url + fragment)
        if drawn:
            wait_until_drawn(page)
        return page

    yield open_one
    for page in context.pages:
        page.evaluate("localStorage.clear()")
        page.close()
    assert not complaints, complaints


def watch(page: Page, complaints: list[str]) -> None:
    """Note every error on the console and every request to another host."""

    def asked(request) -> None:
        parts = urlparse(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            complaints.append(f"a request left the machine: {request.url}")

    def said(message) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))


def wait_until_drawn(page: Page) -> None:
    """Until the result of the tab that is open has been drawn and nothing is under way."""
    expect(page.locator(".lp-result:visible").first).to_have_attribute(
        "data-drawn", re.compile(r"\d+")
    )
    expect(page.locator(".lp-result:visible[aria-busy=true]")).to_have_count(0)


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """``shot(page, name)`` keeps a screenshot for people to look at."""
    ARTIFACTS.mkdir(exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)

    return keep
