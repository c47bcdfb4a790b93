"""The mode microscope and the table of codes in a real browser."""

import csv
import json

import pytest
from playwright.sync_api import Page, expect

from app.session import get_space
from app.widgets.interpretability.widget import ROWS
from app.widgets.microscope import widget
from tests.ui.chromium import dress, follow

pytestmark = pytest.mark.browser

LENS = "#modes-microscope"
SMD, OTHER = "text_vae/dgmvae--smd", "text_vae/gmvae--smd"


def fragment(microscope: str = "", checkpoint: str = SMD) -> str:
    pairs = {"v": 1, "tab": "modes", "checkpoint": checkpoint}
    if microscope:
        pairs["microscope"] = microscope.replace(" ", "+")
    return "#" + "&".join(f"{key}={value}" for key, value in pairs.items())


def settled(page: Page, state: str | None = None, checkpoint: str = SMD) -> str:
    """Until nothing is under way and the microscope shows ``state``; the state."""
    page.wait_for_function(
        """([state, checkpoint]) => {
          const lens = document.querySelector("#modes-microscope [data-settled]");
          return lens && lens.dataset.checkpoint === checkpoint
            && (state === null || lens.dataset.settled === state);
        }""",
        arg=[state, checkpoint],
    )
    return page.locator(f"{LENS} [data-settled]").get_attribute("data-settled")


def texts(page: Page, part: str) -> list[str]:
    return page.locator(f"{LENS} {part} .lens-text").all_text_contents()


def chosen(page: Page) -> str:
    return page.locator(f"{LENS} .lens-chip[aria-checked=true]").get_attribute("data-mode")


def listen(page: Page) -> None:
    page.evaluate(
        "window.told = []; addEventListener('latent-mode', (e) => window.told.push(e.detail))"
    )


def test_every_mode_has_a_chip_and_the_first_a_card(open_page, shot):
    page = open_page(fragment())
    settled(page)
    rows = widget.modes(SMD)["rows"]
    chips = page.locator(f"{LENS} .lens-chip")
    expect(chips).to_have_count(15)
    variable, component = map(int, chosen(page).split("."))
    row = next(r for r in rows if (r["variable"], r["component"]) == (variable, component))
    assert row["share"] == max(r["share"] for r in rows if r["variable"] == 0)
    assert texts(page, ".lens-typical") == [item["item"] for item in row["typical"]]
    for r in rows:
        chip = page.locator(f"{LENS} [data-mode='{r['variable']}.{r['component']}'].lens-chip")
        words = ", ".join(word for word, _ in r["flags"])
        expect(chip.locator(".lens-words")).to_have_text(words)
    assert texts(page, ".lens-drawn") == widget.samples(SMD, variable, component, 0, 1.0)["items"]
    shot(page, "modes-microscope")


def test_choosing_a_mode_tells_the_page_which_tells_of_others(open_page):
    page = open_page(fragment())
    settled(page)
    listen(page)
    page.locator(f"{LENS} .lens-chip[data-mode='1.4']").click()
    settled(page, "mode:2.5")
    assert page.evaluate("window.told") == [{"checkpoint": SMD, "variable": 1, "component": 4}]
    page.wait_for_function("location.hash.includes('microscope=mode:2.5')")
    assert texts(page, ".lens-drawn") == widget.samples(SMD, 1, 4, 0, 1.0)["items"]
    page.keyboard.press("ArrowLeft")
    settled(page, "mode:2.4")
    page.keyboard.press("ArrowDown")
    settled(page, "mode:3.4")
    assert page.evaluate("document.activeElement.dataset.mode") == "2.3"
    assert len(page.evaluate("window.told")) == 3
    say = "detail => window.dispatchEvent(new CustomEvent('latent-mode', { detail }))"
    page.evaluate(say, {"checkpoint": OTHER, "variable": 2, "component": 1})
    page.evaluate(say, {"checkpoint": SMD, "variable": 9, "component": 1})
    page.evaluate(say, {"checkpoint": SMD, "variable": 2, "component": 1})
    settled(page, "mode:3.2")
    assert chosen(page) == "2.1"


def test_weights_and_temperature_sample_again(open_page, shot):
    page = open_page(fragment("mode:1.1"))
    settled(page)
    page.locator(f"{LENS} #modes-microscope-weight-3").fill("0")
    page.locator(f"{LENS} #modes-microscope-weight-1").fill("90")
    page.wait_for_function("location.hash.includes('weights:90.20.0.20.20')")
    settled(page)
    expected = widget.samples(SMD, 0, None, 0, 1.0, [90, 20, 0, 20, 20])
    assert texts(page, ".lens-drawn") == expected["items"]
    expect(page.locator(f"{LENS} .lens-weight output").first).to_have_text("60 %")
    page.locator("#modes-microscope-temperature").fill("0.5")
    page.wait_for_function("location.hash.includes('t:0.5')")
    settled(page)
    expected = widget.samples(SMD, 0, None, 0, 0.5, [90, 20, 0, 20, 20])
    assert texts(page, ".lens-drawn") == expected["items"]
    shot(page, "modes-microscope-weights")
    for k in (1, 2, 4, 5):
        page.locator(f"{LENS} #modes-microscope-weight-{k}").fill("0")
    expect(page.locator(f"{LENS} .lp-error")).to_have_text("All weights are 0. Raise one of them.")
    page.get_by_role("button", name="Prior's weights").click()
    expect(page.locator(f"{LENS} .lp-error")).to_be_hidden()
    settled(page)


def test_the_seed_is_seen_rolled_and_repeated(open_page):
    page = open_page(fragment())
    settled(page)
    before = texts(page, ".lens-drawn")
    page.get_by_role("button", name="Roll the seed of the samples").click()
    page.wait_for_function("location.hash.includes('seed:')")
    settled(page)
    box = page.locator("#modes-microscope-seed")
    assert box.input_value() != "0" and texts(page, ".lens-drawn") != before
    box.fill("0")
    box.press("Enter")
    page.wait_for_function("!location.hash.includes('seed:')")
    settled(page)
    assert texts(page, ".lens-drawn") == before


def test_flip_a_typed_sentence(open_page, shot):
    page = open_page(fragment())
    settled(page)
    box = page.locator("#modes-microscope-text")
    box.fill("what is the zzyzx weather <b>today</b>")
    box.press("Enter")
    page.wait_for_function("location.hash.includes('text:what')")
    settled(page)
    answer = widget.flip(SMD, 0, text="what is the zzyzx weather <b>today</b>")
    expect(page.locator(f"{LENS} .lens-base b")).to_have_text(answer["base"])
    expect(page.locator(f"{LENS} .lens-unknown")).to_contain_text("zzyzx")
    lines = page.locator(f"{LENS} .lens-flipped li")
    expect(lines).to_have_count(5)
    for line, item in zip(lines.all(), answer["items"], strict=True):
        kept = line.locator(".lens-text").evaluate(
            """e => {
              const copy = e.cloneNode(true);
              copy.querySelectorAll("del, .lens-same").forEach((gone) => gone.remove());
              return copy.textContent;
            }"""
        )
        assert kept.split() == item.split()
    assert page.locator(f"{LENS} .lens-flip :is(b b, img)").count() == 0
    shot(page, "modes-flip")
    own = max(range(5), key=answer["responsibilities"].__getitem__)
    expect(lines.locator("em", has_text="its own")).to_have_count(1)
    expect(lines.nth(own)).to_contain_text("its own")
    changed = "unchanged" if answer["items"][own] == answer["base"] else "changed all the same"
    expect(page.locator(f"{LENS} .lens-flip")).to_contain_text(f"mode {own + 1} is {changed}")
    script = page.locator(f"{LENS} .lp-code pre").text_content()
    names: dict = {}
    exec(script.replace("print(result)", ""), names)
    assert names["result"] == answer["items"]


def test_a_code_chosen_on_the_map_is_flipped(open_page):
    page = open_page(fragment())
    settled(page)
    code = get_space(SMD).projection.codes[7].tolist()
    page.evaluate(
        "detail => window.dispatchEvent(new CustomEvent('latent-code', { detail }))",
        {"checkpoint": SMD, "code": code, "text": "from the map"},
    )
    expect(page.locator(f"{LENS} .lens-base")).to_contain_text("“from the map” decodes to")
    settled(page)
    assert page.locator(f"{LENS} .lens-base b").text_content() == widget.flip(SMD, 0, code)["base"]
    page.locator(f"{LENS} .lens-flip .lp-choice-small label", has_text="c2").click()
    settled(page, "flip:2")
    expect(page.locator(f"{LENS} .lens-flipped li")).to_have_count(5)


def test_a_link_brings_it_back(open_page):
    link = "mode:2.3 seed:5 t:0.7 weights:10.0.80.20.20 flip:1 text:where is the gas station: near"
    page = open_page(fragment(link))
    settled(page, link)
    assert chosen(page) == "1.2"
    shown = [texts(page, part) for part in (".lens-drawn", ".lens-flipped")]
    name = page.locator("#modes-microscope-name")
    name.fill("way; there=")
    name.press("Enter")
    named = link.replace("text:", "names:2.3=way%20there text:")
    settled(page, named)
    again = open_page(page.evaluate("location.hash"))
    settled(again, named)
    assert [texts(again, part) for part in (".lens-drawn", ".lens-flipped")] == shown
    expect(again.locator("#modes-microscope-name")).to_have_value("way there")
    expect(again.locator(f"{LENS} [data-mode='1.2']")).to_contain_text("way there")
    expect(again.locator("#modes-map .map-centre[title*='way there']")).to_have_count(0)  # of c1
    again.locator("#modes-map-colour").select_option("mode.1")
    expect(again.locator("#modes-map .map-legend")).to_contain_text("c2 mode 3, way there")


def test_another_checkpoint_keeps_what_fits(open_page):
    page = open_page(fragment("mode:2.3 seed:5"))
    settled(page)
    page.locator("#modes-checkpoint select").select_option(OTHER)
    settled(page, checkpoint=OTHER)
    assert chosen(page) == "1.2"
    assert texts(page, ".lens-drawn") == widget.samples(OTHER, 1, 2, 5, 1.0)["items"]


def test_a_wrong_link_is_named_and_it_fits_and_nothing_jumps(open_page, shot):
    page = open_page(fragment("mode:x"), dark=True)
    notice = page.locator("#header .lp-notice")
    for wrong in ("mode:x", "t:99", "weights:1,2", "script:alert"):
        follow(page, fragment(wrong))
        expect(notice).to_contain_text("microscope")
        notice.get_by_role("button", name="Dismiss").click()
        expect(notice).to_be_hidden()
    settled(page)
    top = "e => e.getBoundingClientRect().top + scrollY"
    parts = [page.locator(f"{LENS} {part}") for part in (".lens-sheet", ".lens-drawn")]
    for width, dark in ((1320, True), (420, False)):
        dress(page, width, dark)
        before, link = [part.evaluate(top) for part in parts], page.evaluate("location.hash")
        page.get_by_role("button", name="Roll the seed of the samples").click()
        page.wait_for_function("link => location.hash !== link", arg=link)
        settled(page)
        assert [part.evaluate(top) for part in parts] == before
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, f"modes-microscope-{width}-{'dark' if dark else 'light'}")


def test_the_table_of_codes(open_page, tmp_path, shot):
    page = open_page(fragment())
    table = page.locator("#modes-interpretability .interpret-table")
    expect(table.locator("tbody tr")).to_have_count(len(ROWS))
    row = table.locator("tr[data-name='text_vae/dgmvae--dailydialog']")
    expect(row.locator("[data-metric=bleu] .interpret-published")).to_have_text("p. 7.39")
    with page.expect_download() as download:
        page.locator("#modes-interpretability-csv").click()
    download.value.save_as(tmp_path / "table.csv")
    with open(tmp_path / "table.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [r["checkpoint"] for r in rows] == [name for name, _ in ROWS]
    assert rows[0]["bleu: published"] == "3.05"
    assert json.dumps(rows)
    shot(page, "modes-interpretability")
