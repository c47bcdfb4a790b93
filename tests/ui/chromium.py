"""The browser of the tests: how it is started, what they wait for, and what they hear of the page.

A module beside ``conftest``, of which pytest loads a copy of its own.
"""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlparse

from playwright.sync_api import Page, Request, expect

import launch
from app import checks
from app.checks import ARGUMENTS as ARGUMENTS
from app.checks import serving as serving

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "tests" / "artifacts"
OpenPage = Callable[..., Page]
PATIENCE = 60_000  # ms; a busy machine is slow, not broken
expect.set_options(timeout=PATIENCE)
under_way: dict[Page, set[Request]] = {}  # questions that the server has not yet answered


def browser_path() -> str:
    """Where the browser is; empty where there is none."""
    return launch.find_browser()


def watch(page: Page, complaints: list[str]) -> None:
    """Note every error on the console, every request to another host, and what is under way."""

    def asked(request) -> None:
        parts = urlparse(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            complaints.append(f"a request left the machine: {request.url}")

    def said(message) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    under_way[page] = checks.follow(page)
    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))


def follow(page: Page, link: str) -> None:
    """Open a link, a fragment, in the page that is open."""
    page.evaluate("link => { location.hash = link }", link)


def dress(page: Page, width: int, dark: bool) -> None:
    """Give the window another width, and the page another scheme; until it is laid out anew."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light")
    wait_until_painted(page)


def wait_until_painted(page: Page) -> None:
    """Until the page has drawn two frames: what was laid out is to be seen.

    Not by ``evaluate``, which has no time limit: a page that is hidden draws no frame.
    """
    page.wait_for_function(
        """() => new Promise((done) => {
          requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
        })"""
    )


def wait_until_answered(page: Page) -> None:
    """Until the server has answered all that the page has asked: what comes, has come."""
    end = time.monotonic() + PATIENCE / 1000
    while asked := under_way[page]:
        open_still = [f"{request.url} {request.post_data}" for request in asked]
        assert time.monotonic() < end, f"no answer in {PATIENCE // 1000} s to {open_still}"
        page.wait_for_timeout(20)


def wait_until_drawn(page: Page) -> None:
    """Until the result of the tab that is open has been drawn and nothing is under way.

    Not by ``expect``, which writes the whole page down each time that it has to go on waiting.
    """
    page.wait_for_selector(":nth-match(.lp-result:visible, 1)[data-drawn]")
    page.wait_for_selector(".lp-result[aria-busy=true]:visible", state="detached")
