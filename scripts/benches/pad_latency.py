"""How long the pad takes from a pointer's move to the picture, in a real browser.

The widget leaves one entry in the browser's ``performance`` for each answer, from the time stamp
of the pointer event: "latent-pad" until the item is drawn on its canvas, "latent-pad-painted"
until the browser has painted that frame. Positions that were skipped because a newer one came are
not counted; they are never drawn.
"""

import math
import statistics

from playwright.sync_api import Page

PAUSE = 16  # ms between moves, as a mouse at 60 Hz


def measure(page: Page, moves: int = 150) -> dict[str, float]:
    """Drag a spiral over the pad of an open Explore tab; medians and 90th percentiles in ms."""
    box = page.locator("#explore-square").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate("performance.clearMeasures()")
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(moves):
        angle, radius = 4 * math.pi * i / moves, 0.4 * box["width"] * i / moves
        page.mouse.move(x + radius * math.cos(angle), y + radius * math.sin(angle))
        page.wait_for_timeout(PAUSE)
    page.mouse.up()
    page.wait_for_timeout(300)
    drawn, painted = (durations(page, name) for name in ("latent-pad", "latent-pad-painted"))
    return {
        "moves": moves,
        "answers": len(drawn),
        "drawn_median_ms": round(statistics.median(drawn), 1),
        "drawn_p90_ms": round(statistics.quantiles(drawn, n=10)[-1], 1),
        "painted_median_ms": round(statistics.median(painted), 1),
    }


def durations(page: Page, name: str) -> list[float]:
    return page.evaluate(f"performance.getEntriesByName('{name}').map((e) => e.duration)")
