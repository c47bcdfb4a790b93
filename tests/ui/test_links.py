"""Links: what is in the address comes back, old links keep working, broken ones say so."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app import checks
from backend import corpora
from tests.ui.chromium import follow, under_way, wait_until_drawn

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden_links.json").read_text(encoding="utf-8"))["links"]
# What these showed when they were kept, by the page itself; launch.py check reads the file too,
# and its --update writes it anew. Not the bench of pictures, which shows all checkpoints here.
KEPT = {check["link"]: check for check in checks.read(HERE / "golden_checks.json")}
NOTICE = "#header .lp-notice"


@pytest.mark.parametrize("tab", list(dict.fromkeys(golden["tab"] for golden in GOLDEN)))
def test_golden_links_open_their_view(open_page, tab):
    """The first of a tab as it is opened, the others in the page that is open.

    What they show is compared as ``launch.py check`` compares it: words and sentences exactly,
    which holds for these on processors with and without AVX; numbers and pictures nearly.
    """
    ours = [golden for golden in GOLDEN if golden["tab"] == tab]
    page = open_page(ours[0]["link"])
    for golden in ours:
        follow(page, golden["link"])
        chosen = page.locator(f"#tab-{tab}-button")
        expect(chosen).to_have_attribute("aria-selected", "true")
        at_hand = all(map(corpora.available, golden.get("corpora", [])))  # else items are others
        if at_hand and (kept := KEPT.get(golden["link"])):
            now, _ = checks.settled(page, under_way[page])
            assert not checks.differences(kept, now), (golden["about"], kept["text"], now["text"])
        if see := golden.get("see"):  # what is drawn only once it is seen
            page.locator(see).scroll_into_view_if_needed()
        for selector, value in golden["values"].items():
            expect(page.locator(selector), golden["about"]).to_have_value(value)
        for selector, count in golden.get("counts", {}).items():
            expect(page.locator(selector), golden["about"]).to_have_count(count)
        expect(page.locator(NOTICE)).to_be_hidden()


BROKEN = {  # a link: what the notice must say
    "#v=99&tab=sample": "newer version",
    "#v=1&tab=dreams": "a tab that is not here",
    "#nonsense": "not a link made by this page",
    "#v=1&tab=sample&checkpoint=vae/gone--mnist&fp=0123456789ab": "is not on this machine",
    "#v=1&tab=sample&checkpoint=vae/vae--mnist--2d&fp=000000000000": "has been trained anew",
    "#v=1&tab=interpolate&steps=<b>x</b>": "not a whole number",
}


def test_a_link_that_cannot_be_followed_says_so_and_the_page_works(open_page, shot):
    page = open_page(next(iter(BROKEN)))
    for link, said in BROKEN.items():
        follow(page, link)
        expect(page.locator(NOTICE)).to_contain_text(said)
        wait_until_drawn(page)
        if link == next(iter(BROKEN)):  # a notice stays on its tab
            for tab, seen in (("explore", False), ("sample", True)):
                page.locator(f"#tab-{tab}-button").click()
                expect(page.locator(NOTICE)).to_be_visible(visible=seen)
        page.locator(NOTICE).get_by_role("button", name="Dismiss").click()
        expect(page.locator(NOTICE)).to_be_hidden()
    shot(page, "after-broken-links")


def test_copy_link_gives_an_address_with_the_same_result(open_page):
    page = open_page("#v=1&tab=sample&n=4&seed=11")
    shown = page.locator("#sample-result .lp-sentence").all_text_contents()
    page.locator("#copy-link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    other = open_page("#" + link.split("#")[1])
    assert other.locator("#sample-result .lp-sentence").all_text_contents() == shown


def test_a_result_that_comes_at_once_does_not_replace_the_view_that_was_left(open_page):
    page = open_page("#v=1&tab=sample&n=3")
    page.evaluate(
        """async () => {
          const preload = document.querySelector('link[href$="/page/address.js"]');
          const { activeTab, setView } = await import(preload.href);
          document.getElementById("tab-interpolate-button").click();
          return new Promise((done, never) => {
            setTimeout(never, 20000, new Error("the tab was not opened"));
            const shown = new MutationObserver(() => {
              if (activeTab() !== "interpolate") return;
              shown.disconnect();
              done(setView("interpolate", { steps: 4 }));
            });
            shown.observe(document.getElementById("tabs"), { subtree: true, attributes: true });
          });
        }"""
    )
    expect(page).to_have_url(re.compile("tab=interpolate"))
    page.go_back()
    expect(page.locator("#tab-sample-button")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#sample-result .lp-item")).to_have_count(3)


def test_the_tab_that_a_link_passed_over_is_drawn_when_it_is_opened(open_page):
    page = open_page("#v=1&tab=interpolate&steps=3")
    page.get_by_role("tab", name="Sample").click()
    expect(page.locator("#sample-result .lp-sentence")).to_have_count(16)
    page.wait_for_function("location.hash.includes('tab=sample')")
    page.go_back()
    expect(page.locator("#tab-interpolate-button")).to_have_attribute("aria-selected", "true")


def test_of_links_that_come_quickly_the_newest_is_followed(open_page):
    page = open_page("#v=1&tab=sample&n=3")
    for n in (4, 5, 6, 7):
        follow(page, f"#v=1&tab=sample&n={n}")
    expect(page.locator("#sample-result .lp-item")).to_have_count(7)
    expect(page.locator("#sample-n input")).to_have_value("7")
    assert "n=7" in page.evaluate("location.hash")
    follow(page, "#v=1&tab=interpolate&a=I+like+tea.&steps=5")
    expect(page.locator("#interpolate-a textarea")).to_have_value("I like tea.")
    expect(page.locator("#interpolate-result tbody tr")).to_have_count(5)
