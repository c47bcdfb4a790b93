"""The pictures of the README: the page, which must be running, in a real browser; two move.

python launch.py &
python scripts/pictures.py            all, into docs/pictures
python scripts/pictures.py chain      only this one
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from scripts.frames import frame, moving, still  # noqa: E402
from tests.ui.chromium import ARGUMENTS, browser_path, wait_until_drawn  # noqa: E402

SIZE = {"width": 1320, "height": 900}


def tab(page: Page, name: str) -> None:
    page.locator(f"#tab-{name}-button").click()
    wait_until_drawn(page)


def interpolate(page: Page) -> None:
    tab(page, "interpolate")
    still(page, "interpolate")


def modes(page: Page) -> None:
    tab(page, "modes")
    page.wait_for_timeout(1500)  # the card of the first point follows the points
    still(page, "modes")


def drag(page: Page) -> None:
    """Across the plane of the 2-D VAE."""
    tab(page, "explore")
    box = page.locator("#explore-square").bounding_box()
    frames = []
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    for i in range(20):
        x, y = 0.12 + 0.04 * i, 0.5 + 0.3 * (-1) ** (i // 5) * (i % 5 - 2) / 2
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(400)  # the picture and what is known of it come one after the other
        frames.append(frame(page, "#explore-pad .lp-body"))
    moving(frames, "drag")


def chain(page: Page) -> None:
    """Steps of a chain that writes a sentence."""
    tab(page, "edits")
    frames = []
    for _ in range(20):
        page.locator("#edits-chain-next").click()
        page.wait_for_timeout(400)  # a word that comes or goes glides
        frames.append(frame(page, "#edits-chain .chain-cards"))
    moving(frames, "chain")


PICTURES: dict[str, Callable[[Page], None]] = {
    "interpolate": interpolate,
    "modes": modes,
    "drag": drag,
    "chain": chain,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", choices=[[], *PICTURES], help="only these")
    parser.add_argument("--url", default="http://127.0.0.1:7860", help="of the page")
    options = parser.parse_args()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        for name in options.name or PICTURES:
            page = browser.new_page(viewport=SIZE)
            page.goto(options.url)
            wait_until_drawn(page)
            PICTURES[name](page)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
