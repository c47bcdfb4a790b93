"""The Compare tab as a person uses it."""

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.ui.chromium import dress, wait_until_drawn

pytestmark = pytest.mark.browser
TAB = "#v=1&tab=compare&checkpoint=vae/vae--mnist--2d"
RESULT = "#compare-result"


def choose(page: Page, mode: str) -> None:
    """Another thing to compare; until it is drawn."""
    page.locator("#compare-mode").get_by_text(mode, exact=True).click()
    expect(page.locator(f'{RESULT} [data-shown^="{mode} "]')).to_be_attached()


def tab_to(page: Page, selector: str) -> None:
    """Onwards with the Tab key until such an element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached by keys")


def sheet(page: Page, folder: Path) -> list[dict[str, str]]:
    """The rows of the CSV file."""
    with page.expect_download() as found:
        page.locator("#compare-csv").click()
    found.value.save_as(folder / "comparison.csv")
    text = (folder / "comparison.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_two_models_of_pictures_side_by_side(open_page, shot, tmp_path):
    page = open_page(f"{TAB}&other=vae/vae--mnist--16d&mode=samples&n=3")
    sides = page.locator(f"{RESULT} .compare-side")
    expect(sides.locator("canvas")).to_have_count(6)
    assert len(sheet(page, tmp_path)[0]) == 2 + 28 * 28
    last = page.locator(f"{RESULT} .lp-star").last
    last.click()  # an item of the second model, and kept as its
    kept = json.loads(page.evaluate("localStorage.getItem('latent-kept')"))
    assert (kept[0]["checkpoint"], kept[0]["index"]) == ("vae/vae--mnist--16d", 5)
    assert kept[0]["link"].endswith("&pick=5")
    choose(page, "path")
    expect(sides.locator("canvas")).to_have_count(16)
    choose(page, "reconstruction")
    expect(page.locator(f"{RESULT} tbody tr")).to_have_count(3)
    page.locator(f"{RESULT} [data-sort=first]").press("Enter")
    expect(page.locator(f"{RESULT} [aria-sort=descending]")).to_have_text("Difference of A")
    numbers = page.locator(f"{RESULT} tbody tr td:nth-child(5)").all_text_contents()
    assert numbers == sorted(numbers, reverse=True)
    order = page.locator(f"{RESULT} tbody th").all_text_contents()
    assert "&sort=first" in page.evaluate("location.hash")
    assert [row["item"] for row in sheet(page, tmp_path)] == order
    choose(page, "map")
    expect(page.locator("#compare-map")).to_have_attribute("data-drawn", re.compile(r"\d"))
    expect(page.locator(f"{RESULT} .compare-whole")).to_contain_text("2 and 16 numbers")
    drifts = page.locator(f"{RESULT} tbody .compare-number").all_text_contents()
    assert len(drifts) == 300 and drifts == sorted(drifts, reverse=True)
    page.locator(f"{RESULT} [data-sort=index]").press("Enter")
    expect(page.locator(f"{RESULT} [aria-sort=ascending]")).to_have_text("Item")
    assert page.locator(f"{RESULT} tbody tr").first.get_attribute("data-item") == "0"
    page.locator(f"{RESULT} [data-sort=drift]").press("Enter")
    expect(page.locator(f"{RESULT} [aria-sort=descending]")).to_have_text("Drift")
    assert page.locator(f"{RESULT} tbody .compare-number").all_text_contents() == drifts
    chosen = page.locator(f"{RESULT} [data-pick][aria-pressed=true]")
    first = chosen.text_content()
    chosen.press("ArrowDown")  # the keyboard goes on to the next item
    expect(chosen).not_to_have_text(first)
    expect(chosen).to_be_focused()
    expect(page.locator(f"{RESULT} .compare-picked")).to_contain_text(chosen.text_content())
    shot(page, "compare-map")
    page.locator("#compare-other select").select_option("gan/dcgan--mnist")
    expect(page.locator(f"{RESULT} .compare-cannot")).to_contain_text("has no encoder")
    choose(page, "grid")
    expect(page.locator(f"{RESULT} .compare-grid canvas")).to_have_count(25)
    dress(page, 390, dark=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "compare-grid-dark")


def test_a_link_brings_two_models_of_sentences_back(open_page, tmp_path):
    page = open_page(
        "#v=1&tab=compare&checkpoint=text_vae/text_vae--tatoeba&other=text_vae/text_ae--tatoeba"
        "&mode=path&a=I+like+tea.&b=It+is+raining."
    )
    expect(page.locator("#compare-a textarea")).to_have_value("I like tea.")
    sentences = page.locator(f"{RESULT} .compare-side .lp-sentence")
    expect(sentences).to_have_count(16)
    expect(page.locator("#compare-picture-a")).to_be_hidden()
    with page.expect_download() as found:
        page.locator("#compare-json").click()
    found.value.save_as(tmp_path / "comparison.json")
    saved = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    assert saved["view"]["b"] == "It is raining."
    assert [item for side in saved["sides"] for item in side["items"]] == [
        text.replace("(nothing)", "") for text in sentences.all_text_contents()
    ]
    page.locator("#compare-other select").select_option("vae/vae--mnist--2d")
    expect(page.locator(f"{RESULT} .compare-cannot")).to_contain_text("reads pictures")
    expect(page.locator("#compare-a")).to_be_visible()  # the first model leads
    wait_until_drawn(page)

    page.locator("#compare-checkpoint select").focus()  # from here on by keys alone
    tab_to(page, "#compare-other select")
    before = page.locator("#compare-other select").input_value()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#compare-other select")).not_to_have_value(before)
    wait_until_drawn(page)
    page.keyboard.type("Text auto-encoder")
    expect(page.locator("#compare-other select")).to_have_value("text_vae/text_ae--tatoeba")
    tab_to(page, "#compare-mode input[value=reconstruction]")
    page.keyboard.press("Space")
    expect(page.locator(f'{RESULT} [data-shown^="reconstruction "]')).to_be_attached()
    tab_to(page, f"{RESULT} [data-sort=second]")
    page.keyboard.press("Enter")
    expect(page.locator(f"{RESULT} [aria-sort=descending]")).to_have_text("Difference of B")
    tab_to(page, "#compare-csv")
    with page.expect_download() as found:
        page.keyboard.press("Enter")
    assert found.value.suggested_filename == "comparison.csv"
