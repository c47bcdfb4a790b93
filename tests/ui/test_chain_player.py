"""The chain player in a real browser: run, play, step back, branch, overrule, files, links."""

import csv
import json
import math
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.ui.chromium import dress, wait_until_answered, wait_until_drawn
from tests.unit.app.test_edits_widget import document, written

pytestmark = pytest.mark.browser

CHAIN = "#edits-chain"
ERROR = f"{CHAIN} .lp-error"


def fragment(chain: str = "", mode: str = "keywords") -> str:
    return f"#v=1&tab=edits&mode={mode}" + (f"&chain={chain}" if chain else "")


def opened(open_page, chain: str = "steps:60", mode: str = "keywords", **look) -> Page:
    """A link that says less than all of it: one chain of 60 steps that samples, as ever."""
    page = open_page(fragment(chain, mode), **look)
    rested(page)
    return page


def rested(page: Page) -> None:
    """Until nothing is computed, nothing is played, and the address says what is shown."""
    wait_until_drawn(page)
    page.wait_for_function(
        """() => {
          const player = document.querySelector("#edits-chain [data-at]");
          const link = new URLSearchParams(location.hash.slice(1)).get("chain") ?? "";
          return player && !player.matches("[data-running], [data-playing]")
            && link.split(" ").includes(`at:${player.dataset.at}`);
        }"""
    )


def part(name: str) -> str:
    return f"{CHAIN}-{name}"


def at(page: Page) -> int:
    return int(page.locator(f"{CHAIN} [data-at]").first.get_attribute("data-at"))


def rows(page: Page) -> int:
    return int(page.locator(f"{CHAIN} [data-rows]").get_attribute("data-rows"))


def go(page: Page, step: int) -> None:
    page.locator(part("at")).fill(str(step))
    page.locator(part("at")).press("Enter")
    page.wait_for_selector(f"{CHAIN} [data-at='{step}'][data-phase=verdict]")


def run(page: Page, **boxes: str) -> None:
    """Fill boxes, press Run, and pause what then begins to play."""
    for name, value in boxes.items():
        page.locator(part(name)).fill(value)
    page.locator(part("run")).click()
    wait_until_drawn(page)
    if page.locator(f"{CHAIN} [data-playing]").count():
        page.locator(part("play")).click()


def card(page: Page, i: int = 0):
    return page.locator(f"{CHAIN} .chain-card").nth(i)


def verdict(page: Page, i: int = 0) -> str:
    return card(page, i).get_attribute("data-verdict")


def number(text: str) -> float:
    return -math.inf if "∞" in text else float(text.replace("−", "-").replace("+", ""))


def terms(page: Page, i: int = 0) -> dict[str, list[str]]:
    """The rows of the ratio: label -> cells."""
    found = (
        card(page, i)
        .locator(".chain-ratio tbody tr")
        .evaluate_all("rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))")
    )
    return {label: cells for label, *cells in found}


def saved(page: Page, kind: str) -> str:
    with page.expect_download() as download:
        page.locator(part(kind)).click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


def load(page: Page, tmp_path: Path, text: str) -> None:
    path = tmp_path / "trace.json"
    path.write_text(text, encoding="utf-8")
    page.set_input_files(part("file"), path)


def test_it_opens_on_a_chain_whose_numbers_add_up(open_page, shot):
    page = opened(open_page)
    assert rows(page) == 61 and verdict(page) == "accepted"
    edits_are_marked_by_more_than_colour(page)
    trace = json.loads(saved(page, "json"))
    (chain,) = trace["chains"]
    for step in range(1, 7):
        go(page, step)
        expected = chain["steps"][step - 1]
        assert (verdict(page) == "accepted") is expected["accepted"]
        shown = terms(page)
        parts = [label for label in shown if label in expected["parts"]]
        assert set(parts) == set(expected["parts"])
        for column in range(3):  # old, new, difference
            column_sum = sum(number(shown[label][column]) for label in parts)
            assert math.isclose(column_sum, number(shown["log π"][column]), abs_tol=1e-6)
        gain = number(shown["log π"][2]) + number(shown["log q, there and back"][2])
        _, total, alpha = shown["log α = min(0, sum)"]
        assert math.isclose(gain, number(total), abs_tol=1e-6)
        assert math.isclose(number(alpha), min(0, gain), abs_tol=1e-6)
        assert abs(number(alpha) - expected["log_alpha"]) < 0.05
        assert (number(shown["log u"][2]) <= number(alpha)) is expected["accepted"]
        words = card(page).locator(".chain-candidates th").all_text_contents()
        assert words[: len(expected["words"])] == [word for word, _ in expected["words"]]
    code = page.locator(f"{CHAIN} .lp-code pre").text_content()
    names: dict = {}
    exec(code.replace("print(result)", ""), names)
    assert names["result"] == [[step["text"] for step in chain["steps"]]]
    expect(page.locator(part("lags")).locator(".scatterlayer .trace")).to_have_count(1)
    expect(page.locator(part("actions")).locator("tbody tr")).to_have_count(3)
    shot(page, "edits")


def edits_are_marked_by_more_than_colour(page: Page) -> None:
    marks = {"insert": ["INS"], "delete": ["DEL"], "replace": ["DEL", "MARK"]}
    shown = page.locator(f"{CHAIN} .chain-rows .chain-tr").evaluate_all(
        """rows => rows.map((row) => [row.children[1].textContent,
          [...row.querySelectorAll("ins, del, mark")].map((node) => node.tagName)])"""
    )
    edits = [row for row in shown if row[0]]  # the start has none
    assert {action for action, _ in edits} == set(marks)
    assert all(found == marks[action] for action, found in edits)
    action = card(page).get_attribute("data-action")
    for tag in marks[action]:
        expect(card(page).locator(f".chain-sentence {tag.lower()}")).to_have_count(1)


def test_run_play_pause_and_step_back(open_page):
    page = opened(open_page)
    run(page, steps="90", seed="5")
    assert rows(page) == 91
    page.locator(part("first")).click()
    assert at(page) == 0 and verdict(page) == "start"
    page.locator(part("speed")).select_option("10")
    page.locator(part("play")).click()
    page.wait_for_function("document.querySelector('#edits-chain [data-at]').dataset.at > 5")
    page.locator(part("play")).dispatch_event("click")
    stopped = at(page)
    rested(page)
    assert at(page) == stopped
    page.locator(part("back")).click()
    assert at(page) == stopped - 1
    expect(page.locator(f"{CHAIN} .chain-now [aria-label]")).to_have_text(str(stopped - 1))
    page.locator(part("last")).click()
    assert at(page) == 90
    expect(page.locator(part("next"))).to_be_disabled()


STEP_ON = """times => {
  for (let i = 0; i < times; i++)
    document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
  const card = document.querySelector("#edits-chain .chain-card");
  const late = [...card.querySelectorAll(".chain-late td")].at(-1);
  const seen = late.checkVisibility({visibilityProperty: true, opacityProperty: true});
  return [document.querySelector("#edits-chain [data-at]").dataset.at, card.dataset.verdict, seen];
}"""


def test_a_proposal_is_seen_before_its_verdict_and_the_keyboard_is_enough(open_page):
    page = opened(open_page, "at:3")
    # In one breath: a busy machine may take longer than the pause between two questions.
    assert page.evaluate(STEP_ON, 1) == ["4", "open", False]
    page.wait_for_selector(f"{CHAIN} [data-phase=verdict]")
    assert verdict(page) in ("accepted", "rejected")
    expect(page.locator("#lp-live")).to_have_text(re.compile(r"Step 4: .*(Accepted|Rejected)\."))
    step, told, seen = page.evaluate(STEP_ON, 2)  # does not wait for the verdict to come by itself
    assert step == "5" and told != "open" and seen
    page.locator('#tabs [role="tab"][aria-selected="true"]').focus()  # as after a click on it
    page.keyboard.press("Space")
    page.wait_for_selector(f"{CHAIN} [data-playing]")
    page.keyboard.press("Space")
    expect(page.locator(f"{CHAIN} [data-playing]")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")  # a tab keeps the arrows, Home and End
    page.locator("body").press("End")
    assert at(page) == 60
    page.locator("body").press("ArrowLeft")
    assert at(page) == 59
    page.locator("body").press("Home")
    page.locator("body").press("Space")
    page.wait_for_selector(f"{CHAIN} [data-playing]")
    page.locator("body").press("Space")
    expect(page.locator(f"{CHAIN} [data-playing]")).to_have_count(0)
    before = at(page)
    page.locator(part("start")).focus()
    for key in ("ArrowRight", "Space", "b", "o"):  # while typing they are letters
        page.keyboard.press(key)
    assert at(page) == before
    expect(page.locator(f"{CHAIN} .chain-tab")).to_have_count(0)


def test_overruled_and_branched_futures_stand_side_by_side_and_in_the_link(open_page, shot):
    page = opened(open_page, "steps:40/at:12")
    own = verdict(page)
    assert own in ("accepted", "rejected")
    page.locator("body").press("o")
    expect(page.locator(f"{CHAIN} .chain-tab")).to_have_count(2)
    rested(page)
    assert verdict(page, 0) == own and verdict(page, 1) != own
    expect(card(page, 1)).to_contain_text("by you")
    expect(page.locator(f"{CHAIN} .chain-meeting")).to_contain_text("Since step 12")
    assert rows(page) == 41
    page.locator(part("fork")).click()
    expect(page.locator(f"{CHAIN} .chain-tab")).to_have_count(3)
    rested(page)
    trace = json.loads(saved(page, "json"))
    first, overruled, branched = trace["chains"]
    assert overruled["parent"] == {"chain": 0, "step": 11, "kind": "overrule"}
    assert branched["parent"] == {"chain": 0, "step": 11, "kind": "branch"}
    assert overruled["seed"] == first["seed"] != branched["seed"]
    assert len(first["steps"]) == 40 and len(overruled["steps"]) == len(branched["steps"]) == 28
    step = first["steps"][11]
    other = step["text"] if not step["accepted"] else None
    assert other is None or overruled["start"]["text"] == other
    shot(page, "edits-overruled")
    link = page.evaluate("location.hash")
    again = open_page(link)
    expect(again.locator(f"{CHAIN} .chain-tab")).to_have_count(3)
    rested(again)
    assert json.loads(saved(again, "json")) == trace
    assert again.evaluate("location.hash") == link
    again.get_by_role("button", name="Remove exact, overruled at 12").click()
    expect(again.locator(f"{CHAIN} .chain-tab")).to_have_count(2)
    again.wait_for_function("!location.hash.includes('forks:o0.11')")
    assert json.loads(saved(again, "json"))["chains"] == [first, branched]


def test_annealed_chains_say_their_temperature_and_the_best_comes_first(open_page, shot):
    page = opened(open_page, "steps:40/chains:3/cool:2~0.2/length:7~12/at:40")
    notes = page.locator(f"{CHAIN} .chain-notes")
    expect(notes).to_contain_text("π(x)^(1/0.2), is not π")
    expect(page.locator(f"{part('schedule')} input:checked")).to_have_value("anneal")
    expect(page.locator(part("cold"))).to_have_value("0.2")
    assert "log π / T, T = 0.20" in terms(page)
    totals = page.locator(f"{CHAIN} .chain-bests b").all_text_contents()
    assert 1 <= len(totals) <= 3
    assert totals == sorted(totals, key=number, reverse=True)
    best = page.locator(f"{CHAIN} .chain-bests button").first
    text = best.text_content()
    best.click()
    rested(page)
    expect(page.locator(f"{CHAIN} .chain-best button")).to_have_text(text)
    trace = json.loads(saved(page, "json"))
    assert trace["chains"][0]["steps"][-1]["temperature"] == 0.2
    shot(page, "edits-annealed")
    page.locator(f"{part('kernel')} label", has_text="Paper").click()
    page.locator(part("run")).click()
    expect(page.locator(ERROR)).to_contain_text("has no temperature")


def test_files_come_back_as_they_were(open_page, tmp_path):
    page = opened(open_page, "kernel:both/chains:2/steps:20/at:7")
    text = saved(page, "json")
    lines = list(csv.DictReader(saved(page, "csv").splitlines()))
    assert len(lines) == 4 * 21
    assert {line["kernel"] for line in lines} == {"exact", "paper"}
    accepted = [line for line in lines if line["verdict"] == "accepted"]
    assert all(line["proposal"] == line["state"] for line in accepted)
    other = opened(open_page, mode="paraphrase")
    load(other, tmp_path, text)
    expect(other.locator(f"{CHAIN} .chain-tab")).to_have_count(4)
    rested(other)
    expect(other.locator("#edits-task input:checked")).to_have_value("keywords")
    assert json.loads(saved(other, "json")) == json.loads(text)
    other.locator("body").press("b")  # and the chain goes on from there
    expect(other.locator(f"{CHAIN} .chain-tab")).to_have_count(5)
    rested(other)


def test_files_that_cannot_be_replayed_change_nothing(open_page, tmp_path):
    page = opened(open_page)
    wrong = written()
    wrong["steps"][1]["old"] = "<b>never</b>"
    wrong["steps"][1]["tokens"] = ["somewhere", "else"]
    for text, said in {
        "hello": "is not a JSON file",
        "[1, 2]": "cannot be replayed",
        '{"format": 3}': "cannot be replayed",
        json.dumps(document([wrong])): "does not follow",
    }.items():
        load(page, tmp_path, text)
        expect(page.locator(ERROR)).to_contain_text(said)
        assert rows(page) == 61 and verdict(page) == "accepted"


def test_both_kernels_and_several_chains(open_page, shot):
    page = opened(open_page, "kernel:both/chains:3/steps:20/seed:1/at:9")
    tabs = page.locator(f"{CHAIN} .chain-tab")
    kinds = [f"{kernel} {n}" for kernel in ("exact", "paper") for n in (1, 2, 3)]
    expect(tabs).to_have_text(kinds)
    expect(card(page, 0)).to_contain_text("exact 1")
    expect(card(page, 1)).to_contain_text("paper 1")
    tabs.nth(4).click()
    expect(card(page, 0)).to_contain_text("paper 2")
    page.locator(part("beside")).select_option("-1")
    expect(page.locator(f"{CHAIN} .chain-card")).to_have_count(1)
    expect(page.locator(part("chains-table")).locator("tbody tr")).to_have_count(6)
    shot(page, "edits-chains")


def test_the_table_and_the_trace_lead_to_a_step(open_page):
    page = opened(open_page)
    page.locator(part("filter")).get_by_text("Rejected").click()
    row = page.locator(f"{CHAIN} .chain-rows .chain-tr").nth(2)
    step = int(row.get_attribute("data-at"))
    row.click()
    assert at(page) == step and verdict(page) == "rejected"
    expect(page.locator(part("trace"))).to_have_attribute("data-drawn", re.compile(r"\d"))
    box = page.locator(part("trace")).bounding_box()
    page.locator(part("trace")).click(position={"x": box["width"] - 16, "y": 60})
    assert at(page) == 60
    best = page.locator(f"{CHAIN} .chain-best button")
    best.click()
    rested(page)
    assert card(page).get_attribute("data-verdict") in ("accepted", "start")


MISTAKES = {
    ("steps", "0"): "from 1 to 20,000 steps",
    ("steps", "1000000"): "from 1 to 20,000 steps",
    ("steps", ""): "“Steps” is empty",
    ("chains", "17"): "side by side",
    ("start", "a cat is asleep here"): "lacks the keyword",
    ("keywords", "dgo"): "does not know the keyword 'dgo'. Did you mean",
    ("keywords", "dog"): "given twice",
    ("keywords", "<img/src=x/onerror=alert(1)>"): "not one word",
}


def test_mistakes_are_told_and_nothing_is_lost(open_page):
    page = opened(open_page)
    for (name, typed), said in MISTAKES.items():
        before = page.locator(part(name)).input_value()
        page.locator(part(name)).fill(typed)
        page.locator(part("run")).click()
        expect(page.locator(ERROR)).to_contain_text(said)
        assert rows(page) == 61 and verdict(page) == "accepted"
        if name == "keywords":
            page.locator(f"{CHAIN} .chain-chip button").last.click()
        else:
            page.locator(part(name)).fill(before)
    run(page)
    expect(page.locator(ERROR)).to_be_hidden()


def test_cancel_is_prompt_and_keeps_what_was_done(open_page):
    page = opened(open_page)
    page.locator(part("steps")).fill("5000")
    page.locator(part("run")).click()
    page.wait_for_selector(f"{CHAIN} [data-running]")  # the rows before it are of the example
    page.wait_for_function("+document.querySelector('#edits-chain [data-rows]').dataset.rows > 1")
    running = page.evaluate(
        """() => {
          document.querySelector("#edits-chain-cancel").click();
          return document.querySelector("#edits-chain [data-running]") !== null;
        }"""
    )
    assert not running  # at once, not when the server has heard of it
    expect(page.locator(part("status"))).to_contain_text("kept")
    kept = rows(page)
    wait_until_answered(page)
    assert rows(page) == kept < 5001  # what came after is dropped
    go(page, 0)
    page.locator(part("last")).click()
    page.wait_for_selector(f"{CHAIN} [data-at='{kept - 1}']")


def test_twenty_thousand_steps_replay_with_few_rows_drawn(open_page, tmp_path):
    """How fast is measured by scripts/bench.py."""
    page = opened(open_page)
    load(page, tmp_path, json.dumps(document([written("a dog in the park", 20_000)])))
    page.wait_for_selector(f"{CHAIN} [data-rows='20001']")
    assert page.locator(f"{CHAIN} .chain-rows .chain-tr").count() < 60
    go(page, 0)
    page.locator(part("speed")).select_option("60")
    page.locator(part("play")).click()
    page.wait_for_function("document.querySelector('#edits-chain [data-at]').dataset.at > 60")
    assert page.locator(f"{CHAIN} .chain-rows .chain-tr").count() < 60
    page.locator(part("play")).click()
    rested(page)
    assert 60 < at(page) < 20_000


def test_each_task_keeps_its_trace(open_page):
    page = opened(open_page)
    run(page, steps="20", seed="9")
    rested(page)
    link = page.evaluate("location.hash")
    page.locator("#edits-task").get_by_text("Correct").click()
    expect(page.locator(part("start"))).to_have_value(re.compile("can to swim"))
    rested(page)
    assert "mode=correction" in page.evaluate("location.hash")
    page.locator("#edits-task").get_by_text("Write").click()
    expect(page.locator(part("steps"))).to_have_value("20")
    rested(page)
    assert page.evaluate("location.hash") == link


def test_it_fits_and_is_legible(open_page, shot):
    page = opened(open_page, "kernel:both/steps:30/at:9", width=390)
    for width, dark in ((390, False), (390, True), (1320, True)):
        dress(page, width, dark)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot(page, f"edits-{width}-{'dark' if dark else 'light'}")
