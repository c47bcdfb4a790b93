"""A real browser on a real server: nothing here is ever skipped for want of one.

``open_page()`` opens the app in a new page (storage is emptied for each test) and waits until its
first result is drawn; at the end of the test it fails if the page said anything on its console,
or asked any other host for anything. Screenshots go to ``tests/artifacts``.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.ui.chromium import (
    ARGUMENTS,
    ARTIFACTS,
    PATIENCE,
    OpenPage,
    browser_path,
    serving,
    wait_until_drawn,
    watch,
)

# Before the page's own scripts, and once: a reload finds what was kept. At the end of a test
# another page of it could write after it was emptied.
FORGET = """if (!sessionStorage.getItem("test-began")) {
  localStorage.clear();
  sessionStorage.setItem("test-began", "yes");
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test of the page that fails is run once more, and the summary names it (RERUN).

    On a busy machine the page, its server and the test are three processes in a race that is
    not the product's; what is wrong fails twice.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """A server as ``launch.py`` starts it, on the CPU, on a port of its own.

    ``LATENT_APP_URL`` names one that runs already.
    """
    if running := os.environ.get("LATENT_APP_URL"):
        yield running
        return
    with serving("--mcp") as url:
        yield url


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
        first = not context.pages
        page = context.new_page()
        if first:
            page.add_init_script(FORGET)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        watch(page, complaints)
        page.goto(app_url + fragment)
        if drawn:
            wait_until_drawn(page)
        return page

    yield open_one
    for page in context.pages:
        page.close()
    assert not complaints, complaints


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """``shot(page, name)`` keeps a screenshot for people to look at."""
    ARTIFACTS.mkdir(exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)

    return keep
