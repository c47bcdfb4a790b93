"""The view of text GANs in a real browser: both NLLs, the plane, soft words, samples, the link."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.charts import drawn, traces
from tests.ui.chromium import OpenPage, dress, wait_until_drawn
from tests.ui.reachable import everything_fits

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEW = "#tradeoffs-gans"
LIVE = f"{VIEW} [data-live]"
LINK = "#v=1&tab=tradeoffs&mode=text_gans"


def test_text_gans_from_their_numbers_to_a_sample_and_back_by_the_link(open_page: OpenPage, shot):
    page = open_page(LINK)
    expect(page.locator(LIVE)).to_have_attribute("data-live", "0.6 0")
    labels = {"SeqGAN", "likelihood alone", "constant reward", "Gumbel GAN"}
    for chart in ("language", "sample"):
        drawn(page, f"{VIEW}-{chart}")
        series = {one["name"]: one["y"][-1] for one in traces(page, f"{VIEW}-{chart}")}
        assert set(series) == labels | {"the language itself"}
    assert series["constant reward"] > series["likelihood alone"] > series["the language itself"]
    drawn(page, f"{VIEW}-plane")
    assert all(
        len(one["x"]) == 5 for one in traces(page, f"{VIEW}-plane") if one["name"] in labels
    )
    expect(page.locator(f"{VIEW} .gans-verdict li").first).to_contain_text("did not lower")
    expect(page.locator(f"{VIEW} .gans-table tbody tr")).to_have_count(5)
    page.locator(f"{VIEW} summary", has_text="BLEU").press("Enter")
    expect(page.locator(f"{VIEW} .lp-section .lp-twin tbody tr:visible")).to_have_count(20)
    page.locator(f"{VIEW} summary", has_text="BLEU").press("Enter")

    slider = page.locator(f"{VIEW}-tau")
    first = page.locator(f"{VIEW} .gans-soft li").first.locator("small").first
    for key, tau, share in (("End", "10", r"^\d\D"), ("Home", "0.05", r"^(9\d|100)")):
        slider.press(key)  # hot: all words share a place; cold: one has it
        expect(page.locator(LIVE)).to_have_attribute("data-live", f"{tau} 0")
        expect(first).to_have_text(re.compile(share))
    page.locator(f"{VIEW}-seed").fill("7")
    page.locator(f"{VIEW}-seed").press("Tab")
    expect(page.locator(LIVE)).to_have_attribute("data-live", "0.05 7")
    expect(page).to_have_url(re.compile(r"gans=tau:0\.05\+seed:7"))
    told = page.locator(f"{VIEW} .gans-columns").inner_text()
    for width, dark in ((390, True), (1320, False)):
        dress(page, width, dark)
        everything_fits(page, VIEW)
        shot(page, f"text_gans_{width}")

    again = open_page(page.evaluate("location.hash"))
    expect(again.locator(LIVE)).to_have_attribute("data-live", "0.05 7")
    assert again.locator(f"{VIEW} .gans-columns").inner_text() == told
    again.locator(f"{VIEW} .gans-column a").first.press("Enter")
    expect(again).to_have_url(re.compile(r"tab=next_word&checkpoint=text_gan/"))
    wait_until_drawn(again)


def test_a_game_among_codes_and_the_ways_from_it(open_page: OpenPage, shot):
    page = open_page(LINK)
    among = page.locator(f"{VIEW} .gans-among")
    for chart, rises in (("gap", False), ("noise", False)):
        drawn(page, f"{VIEW}-{chart}")
        (series,) = traces(page, f"{VIEW}-{chart}")
        assert len(series["y"]) > 5 and (series["y"][-1] > series["y"][0]) is rises
    expect(among.locator("li")).to_have_count(3)
    expect(among).to_contain_text("Reverse perplexity of its samples is")
    among.locator("summary", has_text="Noise").press("Enter")
    expect(among.locator(".lp-twin tbody tr:visible")).to_have_count(6)
    among.locator("summary", has_text="Noise").press("Enter")
    for width, dark in ((390, True), (1320, False)):
        dress(page, width, dark)
        everything_fits(page, VIEW)
        among.scroll_into_view_if_needed()
        shot(page, f"arae_{width}")
    among.locator("a", has_text="Walk").press("Enter")
    expect(page).to_have_url(re.compile(r"tab=interpolate&checkpoint=text_gan/arae--snli"))
    wait_until_drawn(page)
