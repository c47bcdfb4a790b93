"""How long a dragged place takes to the reply that is read there, in a real browser."""

import math
import statistics

from playwright.sync_api import Page

PAUSE = 100  # ms between moves: a place that is passed sooner is never asked for

WATCH = """() => {
    let moved = null;
    const times = (window.replyTimes = []);
    addEventListener("pointermove", (event) => (moved = event.timeStamp), true);
    const said = document.querySelector("#replies-side-0 .replies-said");
    new MutationObserver(() => {
        if (moved !== null) times.push(performance.now() - moved);
        moved = null;
    }).observe(said, {childList: true});
}"""


def measure(page: Page, moves: int = 60) -> dict[str, float]:
    """Drag a ring over the moves of an open Replies tab; the median in ms, and the answers."""
    box = page.locator("#replies-picture-0").bounding_box()
    assert box
    x, y, radius = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, 0.42 * box["height"]
    page.evaluate(WATCH)
    page.mouse.move(x, y - radius)
    page.mouse.down()
    for i in range(moves):
        angle = 2 * math.pi * i / moves
        page.mouse.move(x + radius * math.sin(angle), y - radius * math.cos(angle))
        page.wait_for_timeout(PAUSE)
    page.mouse.up()
    times = page.evaluate("window.replyTimes")
    return {"answers": len(times), "median_ms": statistics.median(times)}
