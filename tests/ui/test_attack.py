"""The attack view of the Edits tab in a real browser."""

import csv
import json
import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
VIEW = "#edits-attack"
YELP = "classifier/text_classifier--yelp"
SENTENCE = "The food was great and the staff was friendly."
PAIR = "A man is playing a guitar. | A man is playing an instrument."
ENTAILMENT = "classifier/entailment_classifier--entailment"
PATIENCE = 180_000  # ms; the first attack loads a classifier and four language models


def fragment(text: str = SENTENCE, victim: str = YELP, more: str = "trials:12") -> str:
    state = f"victim:{victim} {more} text:{text}".replace(" ", "+").replace("|", "%7C")
    return f"#v=1&tab=edits&mode=attack&attack={state}"


def finished(page: Page) -> None:
    expect(page.locator(f"{VIEW} [data-done=yes]")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(f"{VIEW}-cancel")).to_be_hidden()


def opened(open_page, *args: str, **look) -> Page:
    page = open_page(fragment(*args), drawn=False, **look)
    finished(page)
    return page


def card(page: Page, method: str):
    return page.locator(f"{VIEW} [data-method={method}]")


def test_three_methods_run_side_by_side_and_say_how_it_ended(open_page, shot):
    page = opened(open_page)
    expect(page.locator(f"{VIEW} .attack-card")).to_have_count(3)
    for method in ("b-mha", "w-mha", "genetic"):
        expect(card(page, method).locator(".attack-verdict")).to_have_text(
            re.compile("✔ misled, verified after|✕ not misled in")
        )
        expect(card(page, method)).to_contain_text("of 12")
    expect(page.locator(f"{VIEW} .attack-original")).to_contain_text(SENTENCE)
    expect(page.locator(f"{VIEW}-status")).to_contain_text("of 3 methods misled")
    expect(page.locator("#edits-chain")).to_be_hidden()
    shot(page, "attack-light")


def test_the_switch_leads_to_the_attack_and_back_with_its_link(open_page):
    page = open_page("#v=1&tab=edits&mode=keywords&chain=keywords:dog/steps:5")
    page.locator("#edits-task label", has_text="Attack").click()
    expect(page.locator(f"{VIEW} .attack-original")).to_be_visible()
    page.wait_for_function(
        "location.hash.includes('mode=attack') && !location.hash.includes('chain=')"
    )
    link = page.evaluate("location.hash")
    assert "attack=victim:classifier/" in link and "text:" in link
    page.keyboard.press("Escape")
    page.locator("#edits-task label", has_text="Write").click()
    expect(page.locator(VIEW)).to_be_hidden()
    page.wait_for_function(
        "location.hash.includes('mode=keywords') && !location.hash.includes('attack')"
    )


def test_a_link_brings_back_the_same_attack(open_page):
    page = opened(open_page, SENTENCE, YELP, "trials:10 seed:4 methods:b")
    expect(page.locator(f"{VIEW} .attack-card")).to_have_count(1)
    expect(page.locator(f"{VIEW}-trials")).to_have_value("10")
    expect(page.locator(f"{VIEW}-genetic")).not_to_be_checked()
    stale = page.locator(f"{VIEW} .lp-stale")
    expect(stale).to_have_count(0)
    page.locator(f"{VIEW}-trials").fill("11")  # what is shown is of other inputs now
    expect(stale).to_have_count(1)
    page.locator(f"{VIEW}-trials").fill("10")
    expect(stale).to_have_count(0)
    sentence = card(page, "b-mha").locator(".attack-sentence").text_content()
    again = open_page(page.evaluate("location.hash"), drawn=False)
    finished(again)
    assert card(again, "b-mha").locator(".attack-sentence").text_content() == sentence


def test_the_cursor_looks_back_along_the_chains(open_page):
    page = opened(open_page, SENTENCE, YELP, "trials:10 methods:bw")
    page.locator(f"{VIEW}-place").fill("0")
    for method in ("b-mha", "w-mha"):
        expect(card(page, method).locator(".attack-sentence")).to_have_text(SENTENCE)
        expect(card(page, method)).to_contain_text("0 of 10")
    page.locator(f"{VIEW} input[value=trials]").check(force=True)
    page.locator(f"{VIEW}-place").fill("3")
    expect(card(page, "b-mha")).to_contain_text("3 of 10")


def test_cancel_keeps_what_came(open_page):
    page = open_page(fragment(SENTENCE, YELP, "trials:2000 methods:w weight:0"), drawn=False)
    page.wait_for_selector(f"{VIEW} [data-rows]:not([data-rows='0'])", timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.locator(f"{VIEW}-cancel")).to_be_hidden()
    expect(page.locator(f"{VIEW}-status")).to_contain_text("Cancelled after")
    expect(card(page, "w-mha").locator(".attack-verdict")).to_have_text("not verified")
    rows = page.locator(f"{VIEW} [data-rows]").get_attribute("data-rows")
    page.wait_for_timeout(3000)
    assert page.locator(f"{VIEW} [data-rows]").get_attribute("data-rows") == rows


def test_bad_input_is_answered_and_nothing_is_lost(open_page):
    page = opened(open_page, SENTENCE, YELP, "trials:6 methods:b")
    error = page.locator(f"{VIEW} .lp-error")
    for box, value, said in (
        ("text", "", "no sentence to attack"),
        ("text", "the qwertyish <b>food</b>", "qwertyish"),
        ("text", "word " * 60, "Shorten it"),
        ("trials", "0", "Trials, at most: write a number"),
    ):
        page.locator(f"{VIEW}-{box}").fill(value)
        page.locator(f"{VIEW}-run").click()
        expect(error).to_contain_text(said)
        expect(page.locator(f"{VIEW} .attack-original")).to_contain_text(SENTENCE)
    page.locator(f"{VIEW}-text").fill(SENTENCE)
    page.locator(f"{VIEW}-trials").fill("6")
    page.locator(f"{VIEW}-b-mha").uncheck()
    page.locator(f"{VIEW}-run").click()
    expect(error).to_contain_text("No method is chosen")


def test_files_hold_every_step(open_page, tmp_path):
    page = opened(open_page, PAIR, ENTAILMENT, "trials:8 methods:bg")
    expect(page.locator(f"{VIEW} .attack-premise")).to_contain_text("A man is playing a guitar.")
    rows = int(page.locator(f"{VIEW} [data-rows]").get_attribute("data-rows"))
    for name in ("json", "csv"):
        with page.expect_download() as download:
            page.locator(f"{VIEW}-{name}").click()
        download.value.save_as(tmp_path / f"attack.{name}")
    table = list(
        csv.reader((tmp_path / "attack.csv").read_text(encoding="utf-8-sig").splitlines())
    )
    assert len(table) == rows + 1
    content = json.loads((tmp_path / "attack.json").read_text(encoding="utf-8"))
    assert content["settings"]["text"] == PAIR
    assert sum(map(len, content["methods"].values())) == rows
    assert set(content["verdicts"]) == {"b-mha", "genetic"}


def test_it_fits_a_phone_in_the_dark(open_page, shot):
    page = opened(open_page, SENTENCE, YELP, "trials:6 methods:b", width=390, dark=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "attack-dark-390")
