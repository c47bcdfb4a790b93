"""The browser of the tests: how it is started, what they wait for, and what they hear of the page.

A module beside ``conftest``, of which pytest loads a copy of its own.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, Request, expect

import launch

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "tests" / "artifacts"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
OpenPage = Callable[..., Page]
PATIENCE = 60_000  # ms; a busy machine is slow, not broken
expect.set_options(timeout=PATIENCE)
under_way: dict[Page, set[Request]] = {}  # questions that the server has not yet answered


def browser_path() -> str:
    """Where the browser is; empty where there is none."""
    return launch.find_browser()


@contextmanager
def serving(*options: str, **environment: str) -> Iterator[str]:
    """A server as ``launch.py`` starts it, on the CPU, on a port of its own; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        command = [sys.executable, "launch.py", "--port", str(port), "--device", "cpu", *options]
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT
        )
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


def watch(page: Page, complaints: list[str]) -> None:
    """Note every error on the console, every request to another host, and what is under way."""

    def asked(request) -> None:
        if request.method == "POST":
            under_way[page].add(request)
        parts = urlparse(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            complaints.append(f"a request left the machine: {request.url}")

    def said(message) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    def answered(request) -> None:
        under_way[page].discard(request)

    under_way[page] = set()
    page.on("request", asked)
    page.on("requestfinished", answered)
    page.on("requestfailed", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))


def follow(page: Page, link: str) -> None:
    """Open a link, a fragment, in the page that is open."""
    page.evaluate("link => { location.hash = link }", link)


def dress(page: Page, width: int, dark: bool) -> None:
    """Give the window another width, and the page another scheme; until it is laid out anew."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def wait_until_answered(page: Page) -> None:
    """Until the server has answered all that the page has asked: what comes, has come."""
    while under_way[page]:
        page.wait_for_timeout(20)


def wait_until_drawn(page: Page) -> None:
    """Until the result of the tab that is open has been drawn and nothing is under way.

    Not by ``expect``, which writes the whole page down each time that it has to go on waiting.
    """
    page.wait_for_selector(":nth-match(.lp-result:visible, 1)[data-drawn]")
    page.wait_for_selector(".lp-result[aria-busy=true]:visible", state="detached")
