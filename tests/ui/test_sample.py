"""The Sample tab as a person uses it."""

import csv
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.ui.chromium import wait_until_answered, wait_until_drawn

pytestmark = pytest.mark.browser
PICTURES = "#v=1&tab=sample&checkpoint=vae/vae--mnist--2d"


def items(page: Page) -> list[str]:
    return page.locator("#sample-result .lp-sentence").all_text_contents()


def sample(page: Page) -> None:
    """Press the button and wait for the next result."""
    before = page.locator("#sample-result .lp-result").get_attribute("data-drawn")
    page.locator("#sample-go").click()
    expect(page.locator("#sample-result .lp-result")).not_to_have_attribute("data-drawn", before)
    wait_until_drawn(page)


def number(page: Page):
    return page.locator("#sample-n input")


def test_the_first_screen_shows_real_sentences_and_their_gauges(open_page, shot):
    page = open_page()
    assert len(items(page)) == 16 and all(items(page))
    expect(page.locator("#sample-result .lp-status")).to_have_text("16 sentences, seed 0")
    expect(page.locator("#sample-checkpoint .lp-gauge").first).to_be_visible()
    assert page.evaluate("location.hash").startswith("#v=1&tab=sample&checkpoint=text_vae/")
    shot(page, "sample-light")


def test_the_same_seed_gives_the_same_and_the_dice_another(open_page):
    page = open_page()
    first = items(page)
    sample(page)
    assert items(page) == first
    page.get_by_role("button", name="Roll the seed").locator("visible=true").click()
    expect(page.locator("#sample-result .lp-status")).not_to_have_text("16 sentences, seed 0")
    wait_until_drawn(page)
    assert items(page) != first
    page.locator("body").press("Control+z")  # the view before, and again the one after
    expect(page.locator("#sample-result .lp-status")).to_have_text("16 sentences, seed 0")
    assert items(page) == first
    page.locator("body").press("Control+Shift+z")
    expect(page.locator("#sample-result .lp-status")).not_to_have_text("16 sentences, seed 0")
    wait_until_drawn(page)
    seed = page.locator("#sample-seed input").input_value()
    page.get_by_role("button", name="Copy the seed").locator("visible=true").click()
    assert page.evaluate("navigator.clipboard.readText()") == seed


def test_a_kept_sentence_lasts_over_reload_and_opens_again(open_page, shot, tmp_path):
    page = open_page("#v=1&tab=sample&n=5&seed=3")
    text = items(page)[2]
    page.get_by_role("button", name="Keep number 3").click()
    kept = page.locator("#tray .lp-kept .lp-item")
    expect(kept).to_contain_text(text)
    kept.get_by_label("Name of what is kept").fill("the third")
    page.goto(page.url.split("#")[0])
    page.reload()
    wait_until_drawn(page)
    expect(kept).to_contain_text(text)

    page.locator("#tray").get_by_role("button", name="Open again").click()
    expect(page.locator("#sample-result .lp-picked .lp-sentence")).to_have_text(text)
    expect(number(page)).to_have_value("5")
    expect(page.get_by_role("button", name="Keep number 3")).to_have_attribute(
        "aria-pressed", "true"
    )
    shot(page, "sample-kept")

    with page.expect_download() as found:
        page.locator("#tray-csv").click()
    found.value.save_as(tmp_path / "kept.csv")
    (row,) = csv.DictReader((tmp_path / "kept.csv").read_text(encoding="utf-8-sig").splitlines())
    assert (row["result"], row["seed"], row["index"]) == (text, "3", "2")
    assert row["name"] == "the third"
    with page.expect_download() as found:
        page.locator("#tray-json").click()
    found.value.save_as(tmp_path / "kept.json")
    assert json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))[0]["result"] == text

    page.locator("#tray").get_by_role("button", name="Remove").click()
    expect(kept).to_have_count(0)
    expect(page.get_by_role("button", name="Keep number 3")).to_have_attribute(
        "aria-pressed", "false"
    )


def test_a_kept_text_is_text_even_when_the_store_was_tampered_with(open_page):
    page = open_page()
    evil = [{"result": "<img src=x onerror=window.hit=1>", "link": "#v=1", "kind": "text"}]
    page.evaluate("kept => localStorage.setItem('latent-kept', JSON.stringify(kept))", evil)
    page.reload()
    wait_until_drawn(page)
    expect(page.locator("#tray .lp-kept")).to_contain_text("<img src=x")
    assert page.evaluate("window.hit") is None
    page.evaluate("localStorage.setItem('latent-kept', '{broken')")
    page.reload()
    wait_until_drawn(page)
    expect(page.locator("#tray .lp-empty")).to_be_visible()
    page.locator("#tab-edits-button").click()  # where there are no stars
    expect(page.locator("#tray .lp-empty")).to_be_hidden()


def test_long_work_shows_progress_and_stops_at_once(open_page, shot):
    page = open_page("#v=1&tab=sample&n=10000", drawn=False)
    status = page.locator("#sample-result .lp-status")
    expect(status).to_have_text(re.compile("asks for 10,000 samples. Press Sample"))
    assert items(page) == []  # a link never starts so many by itself
    page.locator("#sample-go").click()
    expect(page.locator("#sample-cancel")).to_be_enabled()
    expect(status).to_contain_text("of 10,000 sentences")
    shot(page, "sample-progress")
    said = page.evaluate(
        """async () => {
            document.querySelector("#sample-cancel").click();
            await new Promise((done, never) => {
                requestAnimationFrame(done);
                setTimeout(never, 20000, new Error("no frame was drawn"));
            });
            return document.querySelector("#sample-result .lp-status").textContent;
        }"""
    )
    assert said.startswith("Cancelled")  # at once, not when the server has heard of it
    wait_until_answered(page)
    count = len(items(page))
    assert 0 < count < 10_000
    number(page).fill("4")
    sample(page)
    assert len(items(page)) == 4


def test_a_tab_closed_during_work_disturbs_nobody(open_page):
    busy = open_page()
    number(busy).fill("10000")
    busy.locator("#sample-go").click()
    expect(busy.locator("#sample-cancel")).to_be_enabled()
    busy.close()
    page = open_page("#v=1&tab=sample&n=3")
    assert len(items(page)) == 3


def test_a_wrong_number_is_told_and_of_two_clicks_at_once_the_newest_wins(open_page):
    page = open_page()
    before = items(page)
    error = page.locator("#sample-result .lp-error")
    for n, said in (("0", "between 1 and 10,000"), ("1000000", "1,000,000"), ("", "How many")):
        number(page).fill(n)
        page.locator("#sample-go").click()
        expect(error).to_contain_text(said)
        assert items(page) == before
    number(page).fill("300")
    page.locator("#sample-go").dblclick()
    number(page).fill("7")
    page.locator("#sample-go").click()
    expect(page.locator("#sample-result .lp-status")).to_have_text("7 sentences, seed 0")
    wait_until_drawn(page)
    assert len(items(page)) == 7
    expect(error).to_be_hidden()


def test_pictures_are_a_grid(open_page, shot, tmp_path: Path):
    page = open_page(PICTURES)
    expect(page.locator("#sample-result canvas")).to_have_count(16)
    drawn = page.evaluate(
        """() => [...document.querySelectorAll("#sample-result canvas")].every(c =>
            c.getContext("2d").getImageData(0, 0, 28, 28).data.some(v => v > 128))"""
    )
    assert drawn
    expect(page.locator("#sample-words")).to_be_hidden()
    shot(page, "sample-pictures")
    page.get_by_role("button", name="Keep number 2").click()
    expect(page.locator("#tray canvas")).to_have_count(1)
    with page.expect_download() as found:
        page.locator("#sample-save").click()
    assert found.value.suggested_filename == "samples.png"
    found.value.save_as(tmp_path / "samples.png")
    with Image.open(tmp_path / "samples.png") as saved:
        assert saved.text["Source"] == page.url and saved.size[0] % 28 == 0


def test_the_code_can_be_copied_and_the_model_card_opens(open_page, shot):
    page = open_page()
    page.locator("#sample-result").get_by_role("button", name="Show code").click()
    code = page.locator("#sample-result .lp-code pre")
    expect(code).to_contain_text("space.sample(")
    page.locator("#sample-result .lp-code-copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == code.text_content()
    page.locator("#sample-checkpoint").get_by_role("button", name="Card").click()
    card = page.locator("#sample-checkpoint dialog")
    expect(card.locator("h1")).to_be_visible()
    shot(page, "model-card")
    card.get_by_role("button", name="Close").click()
    expect(card).to_be_hidden()


def test_everything_works_from_the_keyboard(open_page, shot):
    page = open_page()
    page.keyboard.press("?")
    expect(page.locator("#header dialog")).to_be_visible()
    shot(page, "shortcuts")
    page.locator("#header dialog").get_by_label("seed", exact=True).check()
    expect(page.locator("#sample-seed")).to_be_hidden()  # as where its link is opened
    page.wait_for_function("location.hash.includes('hide=seed')")
    page.keyboard.press("Escape")
    page.reload()
    wait_until_drawn(page)
    expect(page.locator("#sample-seed")).to_be_hidden()
    page.get_by_role("button", name="Show all controls").click()
    expect(page.locator("#sample-seed")).to_be_visible()
    assert "hide=" not in page.url
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    expect(page.locator("#header dialog")).to_be_hidden()
    page.keyboard.press("c")
    expect(page.locator("#sample-result .lp-code")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("body")).to_have_class(re.compile(r"\bdark\b"))
    page.reload()
    wait_until_drawn(page)
    expect(page.locator("body")).to_have_class(re.compile(r"\bdark\b"))  # remembered
    number(page).click()
    page.keyboard.press("d")  # typing is not a shortcut
    expect(page.locator("body")).to_have_class(re.compile(r"\bdark\b"))
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("2")
    expect(page.get_by_role("tab", name="Interpolate")).to_have_attribute("aria-selected", "true")


NAMELESS = """() => [...document.querySelectorAll(
        "button, input, select, textarea, [tabindex='0']")]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest("[aria-hidden=true]"))
    .filter(e => !(e.getAttribute("aria-label") || e.labels?.length || e.textContent.trim()
        || e.title))
    .map(e => e.outerHTML.slice(0, 200))"""
SMALL = """() => [...document.querySelectorAll("button, select, [role=tab]")]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest("[aria-hidden=true]"))
    .map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
    .filter(([, box]) => box.width < 32 || box.height < 32).map(([html]) => html)"""


def test_every_control_is_named_and_large_enough_and_a_narrow_window_is_readable(open_page, shot):
    page = open_page()
    for tab in ("Sample", "Interpolate"):
        page.set_viewport_size({"width": 1320, "height": 900})
        page.get_by_role("tab", name=tab).click()
        wait_until_drawn(page)
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(SMALL) == []
        for width, scheme in ((420, "light"), (900, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            shot(page, f"{tab.lower()}-{width}-{scheme}")
