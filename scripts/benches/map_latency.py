"""How long the map takes, in a real browser: to its first points, to new colours, to a decoding.

The widget leaves entries in the browser's ``performance``: "latent-map-drawn" from when the tab
was opened, or a checkpoint chosen, until the points are in the bitmap; "latent-map-recolour" from
a choice of colour until they are drawn anew; "latent-map-decode" from a click's own time stamp
until the text or picture is in the card.
"""

import statistics

from playwright.sync_api import Page

MAP = "#modes-map [data-points]"
COVERED = "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('button'))"


def measure(page: Page, checkpoint: str, clicks: int = 24) -> dict[str, float]:
    """Open the Modes tab of a page that shows another, choose ``checkpoint``; medians in ms."""
    page.get_by_role("tab", name="Modes", exact=True).click()
    page.wait_for_selector("#modes-map [data-settled]")
    opened = durations(page, "latent-map-drawn")[-1]
    page.evaluate("performance.clearMeasures()")
    page.locator("#modes-checkpoint select").select_option(checkpoint)
    page.wait_for_function("performance.getEntriesByName('latent-map-drawn').length === 1")
    page.wait_for_selector("#modes-map [data-settled][data-texts]")
    chosen = durations(page, "latent-map-drawn")[-1]
    return {
        "points": int(page.locator(MAP).get_attribute("data-points")),
        "tab_ms": round(opened, 1),
        "checkpoint_ms": round(chosen, 1),
        **recolour(page),
        **decode(page, clicks),
    }


def recolour(page: Page) -> dict[str, float]:
    """Every colour in turn; how long until the points have it."""
    colours = page.locator("#modes-map-colour option").evaluate_all("all => all.map(o => o.value)")
    for colour in [*colours[1:], *colours]:
        page.locator("#modes-map-colour").select_option(colour)
    taken = durations(page, "latent-map-recolour")
    return {
        "recolour_median_ms": round(statistics.median(taken), 1),
        "recolour_max_ms": round(max(taken), 1),
    }


def decode(page: Page, clicks: int) -> dict[str, float]:
    """Clicks on a grid of places, each once the one before is decoded; points are not counted."""
    page.evaluate("performance.clearMeasures('latent-map-decode')")
    stage = page.locator("#modes-map-stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    card = page.locator("#modes-map-card")
    taken: list[float] = []
    done = 0
    for i in range(clicks):
        s, t = 0.04 + 0.9 * (i % 6) / 5, 0.06 + 0.88 * (i // 6) / max(1, (clicks - 1) // 6)
        x, y = box["x"] + s * box["width"], box["y"] + t * box["height"]
        if page.evaluate(COVERED, [x, y]):
            continue
        page.mouse.click(x, y)
        page.wait_for_function(
            "n => performance.getEntriesByName('latent-map-decode').length > n", arg=done
        )
        done += 1
        if card.get_attribute("data-kind") == "place":
            taken.append(durations(page, "latent-map-decode")[-1])
    return {
        "decoded": len(taken),
        "decode_median_ms": round(statistics.median(taken), 1),
        "decode_p90_ms": round(statistics.quantiles(taken, n=10)[-1], 1),
    }


def durations(page: Page, name: str) -> list[float]:
    return page.evaluate(f"performance.getEntriesByName('{name}').map((e) => e.duration)")
