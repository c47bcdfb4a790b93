"""The Interpolate tab as a person uses it."""

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.chromium import wait_until_drawn

pytestmark = pytest.mark.browser
TAB = "#v=1&tab=interpolate"
PICTURES = TAB + "&checkpoint=vae/vae--mnist--2d"
HTML = "<img src=x onerror=window.hit=1>"
RESULT = "#interpolate-result"


def box(page: Page, key: str):
    return page.locator(f"#interpolate-{key} textarea")


def go(page: Page) -> None:
    """Press the button and wait for the next result."""
    before = page.locator(f"{RESULT} .lp-result").get_attribute("data-drawn")
    page.locator("#interpolate-go").click()
    expect(page.locator(f"{RESULT} .lp-result")).not_to_have_attribute("data-drawn", before)
    wait_until_drawn(page)


def sentences(page: Page) -> list[str]:
    return page.locator(f"{RESULT} tbody .lp-sentence").all_text_contents()


def choose(page: Page, group: str, choice: str) -> None:
    page.locator(f"#interpolate-{group}").get_by_text(choice, exact=True).click()


def test_the_first_screen_shows_a_path_with_its_evidence(open_page, shot, tmp_path):
    page = open_page()
    page.get_by_role("tab", name="Interpolate").click()
    wait_until_drawn(page)
    assert len(sentences(page)) == 8
    assert page.locator(f"{RESULT} :is(ins, del, mark)").count() > 0
    row = page.locator(f"{RESULT} tbody tr").first
    numbers = row.locator(".lp-number").all_text_contents()
    assert numbers[0] == "0.00" and all(re.fullmatch(r"−?\d+\.\d+", n) for n in numbers)
    expect(row.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"round trip \d+%"))
    assert page.evaluate("location.hash").startswith(TAB)
    shot(page, "interpolate-light")
    with page.expect_download() as found:
        page.locator("#interpolate-csv").click()
    found.value.save_as(tmp_path / "path.csv")
    rows = list(
        csv.DictReader((tmp_path / "path.csv").read_text(encoding="utf-8-sig").splitlines())
    )
    assert len(rows) == 8 and set(rows[0]) >= {"t", "sentence", "log_p_z", "log_p_x", "round_trip"}
    expect(page.locator(f"{RESULT} .lp-note")).to_contain_text("follows the arc")
    choose(page, "path", "lerp")
    expect(page.locator(f"{RESULT} .lp-note")).to_contain_text("follows the straight line")


def test_markup_stays_text_wherever_it_is_shown(open_page):
    page = open_page(TAB)
    box(page, "a").fill(f"{HTML} I like tea.")
    page.locator("#interpolate-go").click()
    expect(page.locator("#interpolate-a .lp-unknown")).to_contain_text("onerror")
    page.reload()
    wait_until_drawn(page)
    expect(box(page, "a")).to_have_value(f"{HTML} I like tea.")
    page.get_by_role("button", name="Show code").locator("visible=true").click()
    expect(page.locator(f"{RESULT} .lp-code pre")).to_contain_text("<img src=x")
    assert page.evaluate("window.hit") is None


BAD = {  # what a person may write: what the answer must say
    "": "Sentence A is empty. Write one.",
    " \t ": "Sentence A is empty. Write one.",
    "qwertzuiop asdfghjkl": "know",
    "very " * 2000: "Sentence A has 2000 words",
    "😀": "",
    "\u0001\u202e": "",
}


def test_what_cannot_be_used_of_a_sentence_is_told_plainly(open_page):
    page = open_page(TAB)
    box(page, "a").fill("I like qwertys.")
    go(page)
    expect(page.locator("#interpolate-a .lp-unknown")).to_have_text(
        "The model does not know: qwertys"
    )
    expect(page.locator("#interpolate-b .lp-unknown")).to_have_text("")
    before = sentences(page)
    error = page.locator(f"{RESULT} .lp-error")
    for text, said in BAD.items():
        box(page, "a").fill(text)
        page.locator("#interpolate-go").click()
        expect(error).to_contain_text(said)
        expect(error).to_be_visible()
        assert "went wrong on the server" not in error.text_content()
        assert sentences(page) == before
        box(page, "a").fill("I like tea.")
        go(page)
        expect(error).to_be_hidden()
        before = sentences(page)


def test_swap_turns_the_path_round(open_page):
    page = open_page(TAB + "&a=I+like+tea.&b=It+is+raining.")
    before = page.locator(f"{RESULT} .lp-result").get_attribute("data-drawn")
    first, last = sentences(page)[0], sentences(page)[-1]
    page.get_by_role("button", name="Swap A and B").click()
    expect(box(page, "a")).to_have_value("It is raining.")
    expect(page.locator(f"{RESULT} .lp-result")).not_to_have_attribute("data-drawn", before)
    assert (sentences(page)[0], sentences(page)[-1]) == (last, first)
    assert "&a=It+is+raining." in page.evaluate("location.hash")


def test_four_corners_and_arithmetic(open_page, shot):
    page = open_page(TAB)
    expect(page.locator("#interpolate-c")).to_be_hidden()
    choose(page, "mode", "corners")
    expect(page.locator(f"{RESULT} .lp-tile")).to_have_count(25)
    expect(page.locator("#interpolate-d")).to_be_visible()
    shot(page, "interpolate-corners")
    choose(page, "mode", "arithmetic")
    expect(page.locator(f"{RESULT} .lp-tile")).to_have_count(1)
    expect(page.locator("#interpolate-d")).to_be_hidden()


def test_pictures_walk_too(open_page, shot):
    page = open_page(TAB)
    page.locator("#interpolate-checkpoint select").select_option("vae/vae--mnist--2d")
    expect(page.locator(f"{RESULT} .lp-strip canvas")).to_have_count(8)
    wait_until_drawn(page)
    expect(page.locator("#interpolate-a")).to_be_hidden()
    assert "&picture_a=~png:" in page.evaluate("location.hash")
    shot(page, "interpolate-pictures")
    again = open_page(page.evaluate("location.hash"))
    pixels = f"""() => [...document.querySelectorAll("{RESULT} canvas")].map(c =>
        c.getContext("2d").getImageData(0, 0, 28, 28).data.join()).join("|")"""
    assert page.evaluate(pixels) == again.evaluate(pixels)
    choose(page, "mode", "corners")
    expect(page.locator(f"{RESULT} .lp-grid canvas")).to_have_count(25)


def test_a_sketch_is_a_picture_to_walk_from(open_page):
    page = open_page(PICTURES)
    before = page.locator(f"{RESULT} .lp-result").get_attribute("data-drawn")
    canvas = page.locator("#interpolate-picture-a canvas").bounding_box()
    x, y = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + canvas["height"] / 2, steps=5)
    page.mouse.up()
    expect(page.locator(f"{RESULT} .lp-result")).not_to_have_attribute("data-drawn", before)


def test_a_step_of_the_path_can_be_kept(open_page):
    page = open_page(TAB + "&steps=3")
    text = page.locator(f"{RESULT} tbody tr").nth(1).locator(".lp-sentence").text_content()
    page.get_by_role("button", name="Keep number 2").click()
    assert page.locator("#tray .lp-kept .lp-sentence").text_content()
    page.locator("#tray").get_by_role("button", name="Open again").click()
    expect(page.locator(f"{RESULT} .lp-picked .lp-sentence")).to_have_text(text)
