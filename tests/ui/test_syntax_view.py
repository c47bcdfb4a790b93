"""The view of syntax and meaning in a real browser: swaps, probes, what is wrong, the link."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.charts import drawn
from tests.ui.chromium import OpenPage, dress, wait_until_drawn
from tests.ui.reachable import everything_fits

pytestmark = pytest.mark.browser

VIEW = "#tradeoffs-syntax"
SWAPPED = f"{VIEW} [data-swap]"
LINK = "#v=1&tab=tradeoffs&mode=syntax"
A, B = "The princess kissed the frog.", "Which window did the thief break?"


def test_two_sentences_are_swapped_and_come_back_by_the_link(open_page: OpenPage, shot):
    page = open_page(LINK)
    expect(page.locator(SWAPPED)).to_have_attribute("data-swap", f"{A} | {B}")
    rows = page.locator(f"{VIEW} .syntax-table tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.nth(0)).to_contain_text("transitive")
    expect(rows.nth(1)).to_contain_text("object question")
    drawn(page, f"{VIEW}-probes")
    page.locator(f"{VIEW} summary", has_text="Probes").press("Enter")
    numbers = page.locator(f"{VIEW} .lp-twin tbody tr:visible")
    expect(numbers).to_have_count(7)
    read = [float(numbers.nth(i).locator("td").nth(1).inner_text()) for i in range(4)]
    assert read[0] > read[1] and read[3] > read[2]  # each code tells what is its own
    page.locator(f"{VIEW} summary", has_text="Probes").press("Enter")

    page.locator(f"{VIEW}-turn").press("Enter")
    expect(page.locator(SWAPPED)).to_have_attribute("data-swap", f"{B} | {A}")
    box = page.locator(f"{VIEW}-b")
    box.fill("In the garden, a dog slept.")
    box.press("Tab")
    expect(rows.nth(1)).to_contain_text("fronted place")
    expect(page).to_have_url(re.compile(r"syntax=.*b:In%2520the|syntax=.*b:In%20the"))
    told = page.locator(f"{VIEW} .syntax-table").inner_text()
    for width, dark in ((390, True), (1320, False)):
        dress(page, width, dark)
        everything_fits(page, VIEW)
        shot(page, f"syntax_{width}")

    again = open_page(page.evaluate("location.hash"))
    expect(again.locator(f"{VIEW}-b")).to_have_value("In the garden, a dog slept.")
    expect(again.locator(SWAPPED)).to_be_attached()
    assert again.locator(f"{VIEW} .syntax-table").inner_text() == told
    again.locator(f"{VIEW} .syntax-links a").first.press("Enter")
    expect(again).to_have_url(re.compile(r"tab=interpolate&checkpoint=text_vae/dss_vae--grammar"))
    wait_until_drawn(again)


def test_what_cannot_be_swapped_is_said_in_a_sentence(open_page: OpenPage):
    page = open_page(LINK)
    expect(page.locator(SWAPPED)).to_be_attached()
    note = page.locator(f"{VIEW} .lp-remark[role=status]")
    for typed, said in (
        ("", "Sentence A"),
        ("<b>zzz</b> qqq", "Sentence A has no word that this model knows"),
        ("the king " * 20, "reads at most 14"),
    ):
        page.locator(f"{VIEW}-a").fill(typed)
        page.locator(f"{VIEW}-a").press("Tab")
        expect(note).to_contain_text(said)
        expect(page.locator(f"{VIEW} .syntax-table")).to_be_hidden()
    for typed, said in (
        ("The unicorn admired an owl.", "never seen “unicorn”"),
        ("Owl king the.", "The grammar does not give A"),
    ):
        page.locator(f"{VIEW}-a").fill(typed)
        page.locator(f"{VIEW}-a").press("Tab")
        expect(note).to_contain_text(said)
        expect(page.locator(f"{VIEW} .syntax-table")).to_be_visible()
