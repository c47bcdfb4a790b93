"""The page "Next word" as a person uses it."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.ui.chromium import dress, follow, wait_until_drawn

pytestmark = pytest.mark.browser
TAB = "#v=1&tab=next_word"
BACKWARD = f"{TAB}&checkpoint=lm/lstm_lm--everyday--backward"
TRANSLATION = "seq2seq/translation--tatoeba-de-en"
RESULT, SENSES = "#next-word-result", "#next-word-senses"
ROOT = Path(__file__).resolve().parents[2]


def words(page: Page) -> list[str]:
    return page.locator(f"{RESULT} .next-bar .next-word").all_text_contents()


def settled(page: Page) -> None:
    """Until the bars and what lies further ahead belong to the text that is written."""
    wait_until_drawn(page)
    expect(page.locator(f"{RESULT} .next-old")).to_have_count(0)


def write(page: Page, text: str) -> None:
    before = page.locator(f"{RESULT} .lp-result").get_attribute("data-drawn")
    page.locator("#next-word-text").fill(text)
    expect(page.locator(f"{RESULT} .lp-result")).not_to_have_attribute("data-drawn", before)
    settled(page)


def probabilities(page: Page) -> list[float]:
    shown = page.locator(f"{RESULT} .next-bar .lp-odds-p").all_text_contents()
    return [float(text.replace(" %", "")) for text in shown]


def test_it_opens_on_an_example_with_everything_drawn(open_page, shot):
    page = open_page(TAB)
    settled(page)
    assert len(words(page)) == 12
    assert probabilities(page) == sorted(probabilities(page), reverse=True)
    expect(page.locator(f"{RESULT} .next-tokens li")).to_have_count(3)
    expect(page.locator(f"{RESULT} .next-side .next-rest li")).to_have_count(5)
    assert page.locator(f"{RESULT} .next-node.next-kept").count() >= 5
    assert page.locator(f"{RESULT} .next-node.next-pruned").count() >= 3
    shot(page, "next-word-light")


def test_a_bar_that_is_clicked_becomes_the_next_word(open_page):
    page = open_page(TAB)
    settled(page)
    first = page.locator(f"{RESULT} .next-bar:enabled").first
    word = first.locator(".next-word").text_content()
    first.click()
    expect(page.locator("#next-word-text")).to_have_value(f"A man is {word}")
    expect(page.locator(f"{RESULT} .next-tokens li")).to_have_count(4)
    settled(page)
    page.locator("#next-word-shorten").click()
    expect(page.locator("#next-word-text")).to_have_value("A man is")
    page.locator("#next-word-clear").click()
    expect(page.locator(f"{RESULT} .next-total")).to_contain_text("how sentences begin")
    settled(page)
    assert len(words(page)) == 12


def test_a_sentence_is_written_with_the_keyboard_alone_and_typing_is_followed(open_page):
    page = open_page(TAB)
    settled(page)
    page.locator("#next-word-text").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(f"{RESULT} .next-tokens li")).to_have_count(4)
    settled(page)
    page.keyboard.press("Enter")  # the bars keep the focus
    expect(page.locator(f"{RESULT} .next-tokens li")).to_have_count(5)
    settled(page)
    page.keyboard.press("ArrowUp")
    expect(page.locator("#next-word-text")).to_be_focused()
    page.locator("#next-word-text").fill("")
    page.locator("#next-word-text").press_sequentially("i would like to")
    expect(page.locator(f"{RESULT} .next-tokens li")).to_have_count(4)
    settled(page)
    assert "text=i+would+like+to" in page.evaluate("location.hash")
    expect(page.locator("#next-word-text")).to_be_focused()


def test_the_temperature_moves_the_bars(open_page):
    page = open_page(f"{TAB}&temperature=0.2")
    settled(page)
    cold = probabilities(page)
    page.goto(page.url.replace("temperature=0.2", "temperature=2"))
    expect(page.locator("#next-word-temperature input[type=number]")).to_have_value("2")
    settled(page)
    assert probabilities(page)[0] < cold[0]
    page.goto(page.url.replace("temperature=2", "temperature=0"))
    expect(page.locator(f"{RESULT} .next-bar")).to_have_count(1)
    assert probabilities(page) == [100]


def test_a_model_that_reads_from_the_end_writes_in_front(open_page, shot):
    page = open_page(f"{BACKWARD}&text=in+the+park.")
    settled(page)
    expect(page.locator(f"{RESULT} .next-main h3")).to_have_text("The word before")
    bar = page.locator(f"{RESULT} .next-bar:enabled").first
    word = bar.locator(".next-word").text_content()
    bar.click()
    expect(page.locator("#next-word-text")).to_have_value(f"{word} in the park.")
    for text in page.locator(f"{RESULT} .next-side .next-text").all_text_contents():
        assert text.lower().endswith("in the park.")
    boxes = page.locator(f"{RESULT} .next-node")
    settled(page)
    left = [boxes.nth(i).bounding_box()["x"] for i in (0, boxes.count() - 1)]
    assert left[0] > left[1]  # the tree grows to the left
    page.locator("#next-word-shorten").click()
    expect(page.locator("#next-word-text")).to_have_value("in the park.")
    shot(page, "next-word-backward")


def test_a_box_of_the_tree_is_taken_with_all_before_it(open_page):
    page = open_page(f"{TAB}&text=a+dog&width=3")
    settled(page)
    box = page.locator(f"{RESULT} .next-node[data-step='2']:not(.next-end)").first
    title = box.get_attribute("title")
    box.click()
    expect(page.locator("#next-word-text")).to_have_value(title.split(": ")[0])
    settled(page)
    expect(page.locator(f"{RESULT} .next-tokens li")).to_have_count(5)
    found = page.locator(f"{RESULT} .next-found button")
    scores = [
        float(t.replace("\u2212", "-")) for t in found.locator(".lp-odds-p").all_text_contents()
    ]
    assert scores == sorted(scores, reverse=True)
    text = found.first.locator(".next-text").text_content()
    found.first.click()
    expect(page.locator("#next-word-text")).to_have_value(text)


def test_arrows_walk_over_the_tree(open_page):
    page = open_page(TAB)
    settled(page)
    page.locator(f"{RESULT} .next-node").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{RESULT} .next-node[data-step='0'][data-place='1']")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"{RESULT} .next-node[data-step='1'][data-place='0']")).to_be_focused()


def test_the_seed_decides_what_is_drawn(open_page):
    page = open_page(f"{TAB}&seed=1")
    settled(page)
    drawn = page.locator(f"{RESULT} .next-side .next-text")
    first = drawn.all_text_contents()
    page.get_by_role("button", name="Roll the seed").locator("visible=true").click()
    expect(drawn.nth(1)).not_to_have_text(first[1])
    settled(page)
    assert drawn.all_text_contents()[0] == first[0]  # the greedy one draws nothing
    page.goto(re.sub("seed=[0-9]+", "seed=1", page.url))
    expect(drawn.nth(1)).to_have_text(first[1])
    settled(page)
    assert drawn.all_text_contents() == first


def test_bad_input_is_answered_and_nothing_is_lost(open_page):
    page = open_page(TAB)
    write(page, "qwertyish dogs <b>run</b>")
    expect(page.locator(f"{RESULT} .next-note.lp-caution")).to_contain_text("qwertyish")
    expect(page.locator(f"{RESULT} .next-tokens .next-strange").first).to_be_visible()
    assert page.locator(f"{RESULT} .next-tokens b b").count() == 0
    kept = words(page)
    page.locator("#next-word-text").fill("word " * 40)
    expect(page.locator(f"{RESULT} .lp-error")).to_contain_text("40 words and marks")
    assert words(page) == kept
    write(page, "a dog")
    expect(page.locator(f"{RESULT} .lp-error")).to_be_hidden()


def test_tables_files_and_the_script_say_the_same(open_page, tmp_path):
    page = open_page(f"{TAB}&text=a+dog&k=4&width=2")
    settled(page)
    page.locator(f"{RESULT} .lp-twin summary").first.click()
    rows = page.locator(f"{RESULT} .lp-twin").first.locator("tbody tr")
    expect(rows).to_have_count(4)
    with page.expect_download() as download:
        page.locator("#next-word-tree-csv").click()
    download.value.save_as(tmp_path / "beam.csv")
    lines = list(csv.reader((tmp_path / "beam.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0] == ["step", "beginning", "log p, nats", "fate"]
    assert len(lines) - 1 == page.locator(f"{RESULT} .next-node").count()
    assert {line[3] for line in lines[1:]} == {"kept", "pruned", "complete"}
    code = page.locator(f"{RESULT} .lp-code pre").text_content()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert all(repr(word) in done.stdout for word in words(page) if " " not in word)


def test_experts_stand_beside_what_they_are_mixed_to_and_senses_beside_their_contexts(
    open_page, shot
):
    page = open_page(f"{TAB}&checkpoint=lm/mos--tatoeba&text=He+is+very")
    settled(page)
    experts = page.locator(f"{RESULT} .next-experts section")
    expect(experts).to_have_count(5)
    weights = [float(t.split()[-2]) for t in experts.locator("h4").all_text_contents()]
    assert sum(weights) == pytest.approx(100, abs=2)
    own = experts.first.locator("button:enabled").first
    word = own.locator(".next-word").text_content()
    expect(page.locator(SENSES)).to_be_hidden()
    shot(page, "next-word-experts")
    own.press("Enter")
    expect(page.locator("#next-word-text")).to_have_value(f"He is very {word}")

    follow(page, f"{TAB}&checkpoint=lm/kerbs--tatoeba&text=I&word=that")
    rows = page.locator(f"{SENSES} .senses-table tbody tr")
    expect(rows).not_to_have_count(0)
    expect(page.locator("#senses-word")).to_have_value("that")
    expect(page.locator(f"{SENSES} #senses-plane .main-svg").first).to_be_visible()
    expect(page.locator(f"{RESULT} .next-mixed")).to_be_hidden()
    assert "word=that" in page.evaluate("location.hash")
    shares = rows.locator("td:first-of-type").all_text_contents()
    assert sum(float(share.split()[0]) for share in shares) == pytest.approx(100, abs=2)
    table = page.locator(f"{SENSES} .lp-twin").first
    table.locator("summary").click()
    said = page.locator(f"{SENSES} .senses-note").nth(1).text_content()
    expect(table.locator("tbody tr")).to_have_count(int(re.search(r"at (\d+) places", said)[1]))
    example = page.locator(f"{SENSES} .senses-examples button").first
    before = example.locator("span").first.evaluate("node => node.firstChild.textContent.trim()")
    example.press("Enter")
    expect(page.locator("#next-word-text")).to_have_value(before)
    other = page.locator(f"{SENSES} .senses-offered button:not([aria-pressed=true])").first
    name = other.get_attribute("aria-label").split(",")[0]
    other.press("Enter")
    expect(page.locator("#senses-word")).to_have_value(name)
    page.locator("#senses-word").fill("qwertyish")
    page.locator("#senses-word").press("Enter")
    expect(page.locator(f"{SENSES} .lp-error")).to_contain_text("does not know 'qwertyish'")
    for width in (390, 1320):
        dress(page, width, dark=width == 390)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot(page, f"next-word-senses-{width}")


def test_a_sentence_is_translated_and_one_sees_where_each_word_looked(open_page, shot):
    page = open_page(f"{TAB}&checkpoint={TRANSLATION}&text=&source=Wo+ist+Tom%3F")
    settled(page)
    source = page.get_by_label("Sentence to translate")
    expect(source).to_have_value("Wo ist Tom?")
    expect(page.locator("#next-word-note")).to_contain_text("\u201cWo ist Tom?\u201d (German)")
    chart = page.locator("#next-word-attention")
    expect(chart.locator(".main-svg").first).to_be_visible()
    best = page.locator(f"{RESULT} .next-found .next-text").first.text_content()
    table = page.locator(f"{RESULT} .lp-twin").last
    table.locator("summary").click()
    expect(table.locator("tbody tr")).not_to_have_count(0)
    rows = [row.split("\t") for row in table.locator("tbody tr").all_inner_texts()]
    read = [place for _, place, _ in rows[:5]]
    assert read == ["wo", "ist", "Tom", "?", "(end)"]
    assert len(rows) % 5 == 0 and rows[-1][0] == "(end)"
    assert best.lower().startswith(rows[0][0].lower())
    for start in range(0, len(rows), 5):
        assert sum(float(row[2]) for row in rows[start : start + 5]) == pytest.approx(1, abs=0.01)
    shot(page, "next-word-translation")

    source.fill("qwertyish Tom <b>")
    source.press("Enter")
    expect(page.locator(f"{RESULT} .next-note.lp-caution")).to_contain_text("qwertyish, <")
    settled(page)
    assert "source=qwertyish+Tom" in page.evaluate("location.hash")
    before = page.locator(f"{RESULT} .next-bar:enabled .next-word").first.text_content()
    page.locator("#next-word-text").press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#next-word-text")).to_have_value(re.compile(before, re.IGNORECASE))
    settled(page)
    source.fill("Haus " * 400)  # 2,000 characters
    source.press("Enter")
    expect(page.locator(f"{RESULT} .lp-error")).to_contain_text("400 words and marks")
    source.fill("")
    source.press("Enter")
    expect(page.locator("#next-word-note")).to_contain_text("Wo hast du das Buch gekauft?")
    settled(page)
    for width in (390, 1320):
        dress(page, width, dark=width == 390)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot(page, f"next-word-translation-{width}")
    # A language model's text is no beginning of a translation, and needs no source.
    follow(page, f"{TAB}&checkpoint=lm/lstm_lm--everyday--forward&text=a+dog")
    expect(source).to_be_hidden()
    expect(page.locator(f"{RESULT} .next-looked")).to_be_hidden()
    follow(page, f"{TAB}&checkpoint={TRANSLATION}&text=a+dog")
    expect(page.locator("#next-word-text")).to_have_value("")
    expect(page.locator(f"{RESULT} .next-looked")).to_be_visible()


def test_it_fits_its_window_in_the_dark_too(open_page, shot):
    page = open_page(TAB, width=390, dark=True)
    settled(page)
    for width in (390, 1320):
        dress(page, width, dark=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.locator(f"{RESULT} button:visible").evaluate_all(
            "all => all.filter((b) => b.getBoundingClientRect().height < 32).length"
        )
        assert small == 0
        shot(page, f"next-word-dark-{width}")
