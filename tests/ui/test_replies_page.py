"""The page "Replies" as a person uses it, on small models that were not trained."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from backend import checkpoint
from backend.codes.clouds import Clouds
from backend.codes.statistics import CodeStatistics
from tests.small_dialogues import write_checkpoint, write_typical
from tests.small_language import write_checkpoint as write_text
from tests.ui.chromium import serving, wait_until_drawn

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MODES, ACTS, PLAIN = (f"dialog/{m}--dailydialog" for m in ("dialog_wae_gmp", "cvae", "hred"))
SILENT = "text_vae/text_vae--tatoeba"  # which has codes and does not reply
TAB = f"#v=1&tab=replies&checkpoint={MODES}&seed=8"  # with which it goes on for two turns
MOVE = {"action": "thank", "probability": 0.5, "reply": "Thanks."}
CASE = {"talk": [["driver", "Shall we have tea?"]], "reply": "Thank you.", "moves": [MOVE]}
FIRST, SECOND = "#replies-side-0", "#replies-side-1"


FARTHEST = """(picture) => {
  const svg = document.querySelector(picture);
  svg.scrollIntoView({ block: "center" });
  const { a, d, e, f } = svg.getScreenCTM();
  const at = (node, name) => Number(node.getAttribute(name));
  const all = [...svg.querySelectorAll("[data-reply]")]
    .map((node) => [at(node, "data-reply"), a * at(node, "x") + e, d * (at(node, "y") - 6) + f])
    .sort(([, x], [, other]) => x - other);
  return [all[0], all.at(-1)];
}"""
GO_ON_AND_ADD = """(line) => {
  document.querySelector("#replies-go-on").click();
  const box = document.querySelector("#replies-add");
  box.value = line;
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
}"""


@pytest.fixture(scope="module")
def app_url(tmp_path_factory) -> Iterator[str]:
    """A server that has these models and no others."""
    trained = tmp_path_factory.mktemp("trained")
    for name in (MODES, ACTS, PLAIN):
        write_checkpoint(trained, name)
    write_typical(trained, ACTS, {"thank": ["Thank you.", "Thanks."]}, [CASE])
    curve = {"step": [50, 100], "validation_kl": [4.0, 0.25]}
    checkpoint.write_metrics(trained / ACTS, history=curve)
    write_text(trained, SILENT)
    one = np.zeros((1, 3), np.float32)  # a held-out code
    replace(CodeStatistics.none(3), codes=one).save(trained / SILENT)
    places = np.arange(12, dtype=np.float16).reshape(2, 3, 2)
    Clouds(np.array([0, 50]), places, places + 1).save(trained / MODES)
    with serving(LATENT_TRAINED_DIR=str(trained), LATENT_DATA_DIR=str(trained)) as url:
        yield url


def turns(page: Page) -> list[str]:
    boxes = page.locator(".replies-turns textarea")
    return [boxes.nth(i).input_value() for i in range(boxes.count())]


def replies(page: Page, side: str = FIRST) -> list[str]:
    """Once as many are there as are asked for."""
    expect(page.locator(side)).to_have_attribute("data-replies", "10")
    return page.locator(f"{side} .replies-text").all_text_contents()


def drawn_after(page: Page, act) -> None:
    """Until what follows from ``act`` is on the page."""
    before = page.locator("#replies-result .lp-result").get_attribute("data-drawn")
    act()
    expect(page.locator("#replies-result .lp-result")).not_to_have_attribute("data-drawn", before)
    wait_until_drawn(page)


def by_keyboard_alone(page: Page) -> None:
    """A conversation of one turn, which is edited, answered, looked at and gone on with."""

    def go_to(selector: str) -> None:
        for _ in range(150):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"no Tab comes to {selector}")

    go_to("[data-turn='0'] textarea")
    page.keyboard.press("End")
    page.keyboard.type(" Hello.")
    drawn_after(page, lambda: page.keyboard.press("Enter"))
    assert turns(page) == ["Shall we have some tea? Hello."]
    go_to("#replies-add")
    page.keyboard.type("Yes, I would like a cup of tea.")
    drawn_after(page, lambda: page.keyboard.press("Enter"))
    assert len(turns(page)) == 2
    replies(page)
    go_to(f"{FIRST} [aria-label='Only mode 2']")
    drawn_after(page, lambda: page.keyboard.press("Space"))
    expect(page.locator(f"{FIRST} .replies-list li[data-mode='1']")).to_have_count(10)
    go_to("#replies-picture-0")
    page.keyboard.press("ArrowUp")
    expect(page.locator(f"{FIRST} .replies-ring")).to_have_count(1)
    expect(page.locator(f"{FIRST} .replies-said q")).to_have_count(1)
    go_to(f"{FIRST} [data-reply='4'] [aria-label^='The way']")
    page.keyboard.press("Enter")
    expect(page.locator(f"{FIRST} .replies-way h4")).to_contain_text("to reply 5")
    go_to(f"{FIRST} .replies-say")
    drawn_after(page, lambda: page.keyboard.press("Enter"))
    assert len(turns(page)) == 3


def test_a_conversation_is_held(open_page, shot):
    page = open_page(TAB)
    assert turns(page) == ["Can I help you?", "Yes, I am looking for a present for my sister."]
    expect(page.locator(f"{FIRST} .replies-picture ellipse")).to_have_count(6)  # two a mode
    first = replies(page)
    assert len(first) == 10
    shot(page, "replies-light")

    # Typed, edited, moved, removed; what is unknown is named.
    page.locator("#replies-add").fill("Shall we have <b>some</b> tea?")
    drawn_after(page, lambda: page.locator("#replies-add").press("Enter"))
    assert turns(page)[-1] == "Shall we have <b>some</b> tea?"
    drawn_after(page, lambda: page.get_by_label("Move turn 3 up").click())
    assert turns(page)[1] == "Shall we have <b>some</b> tea?"
    expect(page.get_by_text(re.compile("does not know: .*present"))).to_be_visible()
    drawn_after(page, lambda: page.get_by_label("Remove turn 3").click())
    assert len(turns(page)) == 2
    box = page.locator(".replies-turns textarea").nth(1)
    box.fill("Hello, how are you today?")
    drawn_after(page, lambda: box.press("Enter"))
    assert replies(page) != first

    # One mode alone, and back.
    drawn_after(page, lambda: page.get_by_label("Only mode 2").click())
    assert len(replies(page)) == 10
    expect(page.locator(f"{FIRST} .replies-list li[data-mode='1']")).to_have_count(10)
    link = page.evaluate("location.hash")
    drawn_after(page, lambda: page.get_by_label("Only mode 2").click())

    # A place says something; a reply that is picked says what stands beside it.
    picture = page.locator("#replies-picture-0")
    picture.click(position={"x": 30, "y": 30})
    expect(page.locator(f"{FIRST} .replies-said q")).to_have_count(1)
    expect(page.locator(f"{FIRST} .replies-ring")).to_have_count(1)
    picture.press("ArrowRight")
    page.locator(f"{FIRST} .replies-text").nth(3).click()
    said = page.locator(f"{FIRST} .replies-text").nth(3).text_content()
    expect(page.locator(f"{FIRST} .replies-said q")).to_have_text(said)
    page.locator(f"{FIRST} .replies-list li").nth(5).get_by_text("Way").click()
    expect(page.locator(f"{FIRST} .replies-way li")).to_have_count(7)
    expect(page.locator(f"{FIRST} .replies-way h4")).to_contain_text("From reply 4 to reply 6")

    # So does a pull from one symbol to another.
    ends = page.evaluate(FARTHEST, "#replies-picture-0")
    for (_, x, y), act in zip(ends, (page.mouse.down, page.mouse.up), strict=True):
        page.mouse.move(x, y)
        act()
    between = " to ".join(f"reply {i + 1}" for i, _, _ in ends)
    expect(page.locator(f"{FIRST} .replies-way h4")).to_contain_text(f"From {between}")
    expect(page.locator(f"{FIRST} .replies-way li")).to_have_count(7)

    # A reply becomes the next turn, once however often it is pressed, and is taken back.
    say = page.locator(f"{FIRST} .replies-say:enabled").first
    drawn_after(page, say.dblclick)
    assert len(turns(page)) == 3
    drawn_after(page, page.locator("#replies-undo").click)
    assert len(turns(page)) == 2
    # A turn that is added while the model goes on by itself is not lost.
    page.evaluate(GO_ON_AND_ADD, "Hello.")
    expect(page.locator("#replies-go-on")).to_be_enabled()
    assert turns(page)[2:] == ["Hello."]
    wait_until_drawn(page)
    drawn_after(page, page.locator("#replies-undo").click)
    page.locator("#replies-steps").fill("2")
    page.locator("#replies-go-on").click()
    expect(page.locator(".replies-turns li")).to_have_count(4)
    wait_until_drawn(page)

    # The link of the one mode opens it again.
    page.goto(page.url.split("#")[0] + link)
    expect(page.get_by_label("Only mode 2")).to_have_attribute("aria-pressed", "true")
    assert turns(page)[1] == "Hello, how are you today?"

    one = f"{TAB}&talk=who:A+text:Shall+we+have+some+tea?"
    drawn_after(page, lambda: page.goto(page.url.split("#")[0] + one))
    by_keyboard_alone(page)


def test_two_models_and_a_reply_of_ones_own(open_page, shot):
    page = open_page(f"{TAB}&talk=who:A+beside:{PLAIN}+text:Shall+we+have+some+tea?", width=390)
    assert len(replies(page)) == 10 and len(replies(page, SECOND)) == 10
    expect(page.locator(f"{SECOND} .replies-said")).to_contain_text("has no code")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "replies-phone")
    page.locator("#replies-own").fill("I am fine, thank you.")
    drawn_after(page, lambda: page.locator("#replies-place").click())
    expect(page.locator(f"{FIRST} .replies-mine")).to_contain_text("it is read back as")
    expect(page.locator(f"{FIRST} .replies-own-mark")).to_have_count(1)
    drawn_after(page, lambda: page.locator("#replies-beside").select_option(ACTS))
    expect(page.locator(f"{SECOND} .lp-odds")).to_have_count(3)
    expect(page.locator(f"{SECOND} .replies-typical")).to_have_text("“Thank you.” “Thanks.”")
    drawn_after(page, lambda: page.get_by_label("Only thank").click())
    expect(page.locator(f"{SECOND} .replies-mine")).to_contain_text("KL")
    facts = page.locator(f"{SECOND} .replies-facts").all_text_contents()
    assert len(facts) == 10 and all("thank" in fact for fact in facts)
    with page.expect_download() as given:
        page.locator("#replies-csv").click()
    rows = Path(given.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 21 and rows[0].startswith('"model","reply"')
    with page.expect_download() as given:
        page.locator("#replies-json").click()
    kept = json.loads(Path(given.value.path()).read_text(encoding="utf-8"))
    assert kept["turns"] == [["A", "Shall we have some tea?"]]
    assert [side["checkpoint"] for side in kept["sides"]] == [MODES, ACTS]
    said = [reply["text"] or "(nothing)" for reply in kept["sides"][0]["replies"]]
    assert said == replies(page)
    assert kept["sides"][1]["own"]["reply"] == "I am fine, thank you."
    # Cases and clouds unfold; a link brings back which, and the moment.
    page.locator(f"{FIRST} summary", has_text="Its training").click()
    cloud = page.locator(f"{FIRST} .replies-clouds")
    expect(cloud).to_have_attribute("data-step", "50")
    page.locator("#replies-clouds-0-scrub").press("ArrowLeft")
    expect(cloud).to_have_attribute("data-step", "0")
    page.locator("#replies-clouds-0-play").click()
    expect(cloud).to_have_attribute("data-step", "50")
    page.locator("#replies-clouds-0-scrub").press("ArrowLeft")
    page.wait_for_function("location.hash.includes('moment:0')")
    # Its curve, the numbers of it, and that it collapsed.
    page.locator(f"{SECOND} summary", has_text="Its training").click()
    expect(page.locator(f"{SECOND} .lp-warning")).to_contain_text("The posterior collapsed")
    expect(page.locator(f"{FIRST} .lp-warning")).to_be_hidden()
    page.locator(f"{SECOND} summary", has_text="The curves as a table").click()
    expect(page.locator(f"{SECOND} details details[open] td").last).to_have_text("0.25")
    page.locator(f"{SECOND} summary", has_text="Cases").click()
    expect(page.locator(f"{SECOND} .replies-cases td").last).to_have_text("Thanks.")
    drawn_after(page, page.get_by_label("Open case 1").click)
    assert turns(page) == ["Shall we have tea?"]
    page.reload()
    wait_until_drawn(page)
    assert turns(page) == ["Shall we have tea?"]
    expect(cloud).to_have_attribute("data-step", "0")
    expect(page.locator(f"{SECOND} .replies-cases li[aria-current]")).to_have_count(1)
    expect(page.locator(f"{SECOND} .replies-list li")).to_have_count(10)

    drawn_error = page.locator("#replies-result .lp-error").first
    page.get_by_label("Remove turn 1").click()
    expect(drawn_error).to_contain_text("Nothing was said yet")
    assert turns(page) == []


def test_bad_input_is_said_and_nothing_is_lost(open_page):
    many = "%0A".join(["Hello,+how+are+you+today?", "I+am+fine,+thank+you."] * 100)
    page = open_page(f"{TAB}&talk=text:{many}")
    expect(page.get_by_text("The first 195 turns are not read")).to_be_visible()
    assert len(turns(page)) == 200
    drawn_after(page, lambda: page.locator("#replies-examples").select_option("test"))
    expect(page.get_by_text("The corpus is not on this machine")).to_be_visible()

    # Only unknown words; a reply without words; an action that the model has not.
    error = page.locator("#replies-result .lp-error")
    base = page.url.split("#")[0]
    page.goto(f"{base}{TAB}&talk=who:A+text:zzz+qqq")
    expect(error.first).to_contain_text("No turn has a word")
    assert turns(page) == ["zzz qqq"]
    page.goto(f"{base}{TAB}&talk=who:A+own:?!+action:sing+text:Shall+we+have+tea?")
    expect(page.locator(f"{FIRST} .lp-error")).to_be_visible()
    assert turns(page) == ["Shall we have tea?"]

    # A checkpoint that is of another corpus and does not reply; one that is not here. Speakers
    # who are more than the turns are left out.
    page.goto(f"{base}#v=1&tab=replies&checkpoint={SILENT}&talk=who:BB+text:Hello")
    expect(error.first).to_contain_text("A small text_vae does not reply to conversations")
    assert turns(page) == ["Hello"]
    expect(page.locator("[data-turn='0']")).to_have_attribute("data-speaker", "A")
    page.goto(f"{base}#v=1&tab=replies&checkpoint=vae/vae--mnist&talk=who:A+text:Hello,+you")
    notice = page.locator("#header .lp-notice")
    expect(notice).to_contain_text("'vae/vae--mnist' is not on this machine")
    expect(error.first).to_be_hidden()
    wait_until_drawn(page)
    assert len(replies(page)) == 10 and turns(page) == ["Hello, you"]
