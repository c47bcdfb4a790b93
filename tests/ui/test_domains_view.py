"""Digits across domains in a real browser: strips, one's own digit, maps, the link."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.charts import drawn, traces
from tests.ui.chromium import OpenPage, dress, wait_until_drawn
from tests.ui.reachable import everything_fits

pytestmark = pytest.mark.browser

VIEW = "#tradeoffs-domains"
PAD = "#tradeoffs-digit"
LINK = "#v=1&tab=tradeoffs&mode=pictures&domains=way:over"


def strips(page: Page, now: str) -> None:
    expect(page.locator(f"{VIEW} [data-strips]")).to_have_attribute("data-strips", now)


def lost(page: Page) -> list[int]:
    """How many pictures of each row below the given one are read as another class."""
    rows = page.locator(f"{VIEW} .domains-strips tbody tr").all()
    return [row.locator(".domains-lost").count() for row in rows[1:]]


def test_digits_go_there_and_back_and_features_hide_where_they_are_from(
    open_page: OpenPage, shot
) -> None:
    page = open_page(LINK)
    strips(page, "over false")
    expect(page.locator(f"{VIEW} .domains-strips tbody tr")).to_have_count(5)
    expect(page.locator(f"{VIEW} .domains-strips canvas")).to_have_count(50)
    there, back, without_there, without_back = lost(page)
    assert there <= 2 and back <= 2 and max(without_there, without_back) >= 4
    page.locator(f"{VIEW}-way").select_option("back")
    strips(page, "back false")
    expect(page.locator(f"{VIEW} .domains-strips tbody th").first).to_have_text("given, ink")
    there, back, _, _ = lost(page)
    assert there <= 2 and back <= 2

    for place in range(2):
        drawn(page, f"{VIEW}-map-{place}")
        series = traces(page, f"{VIEW}-map-{place}")
        assert [(one["name"], len(one["x"])) for one in series] == [
            ("MNIST", 400),
            ("MNIST-M", 400),
        ]
    page.locator(f"{VIEW}-colour").select_option("class")
    expect(page.locator(f"{VIEW} .domains-maps")).to_have_attribute("data-colour", "class")
    assert len(traces(page, f"{VIEW}-map-0")) == 20
    page.locator(f"{VIEW} summary", has_text="The maps").press("Enter")
    expect(page.locator(f"{VIEW} .lp-twin tbody tr:visible")).to_have_count(1600)
    page.locator(f"{VIEW} summary", has_text="The maps").press("Enter")
    expect(page.locator(f"{VIEW} .domains-verdict li")).to_have_count(2)
    expect(page.locator(f"{VIEW} .domains-verdict li").last).to_contain_text("points more")

    page.locator(f"{PAD} canvas").first.scroll_into_view_if_needed()
    box = page.locator(f"{PAD} canvas").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"]
    page.mouse.move(x, y + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(x, y + 0.8 * box["height"], steps=5)
    page.mouse.up()
    strips(page, "back true")
    expect(page.locator(f"{VIEW} .domains-strips thead th").first).to_have_text("yours")
    expect(page.locator(f"{VIEW} .domains-strips canvas")).to_have_count(55)
    expect(page).to_have_url(re.compile(r"domains=way:back\+colour:class&.*digit=~png:"))
    told = page.locator(f"{VIEW} .domains-strips").inner_text()
    for width, dark in ((390, True), (1320, False)):
        dress(page, width, dark)
        everything_fits(page, VIEW)
        shot(page, f"domains_{width}")

    again = open_page(page.evaluate("location.hash"))
    strips(again, "back true")
    assert again.locator(f"{VIEW} .domains-strips").inner_text() == told
    again.locator(f"{VIEW} .domains-table a").first.press("Enter")
    expect(again).to_have_url(re.compile("objectives=of:gan/cycle_gan"))
    wait_until_drawn(again)
