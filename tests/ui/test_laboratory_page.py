"""The laboratory in a real browser: play, pause, one player, a rate on the way, and its links."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.ui.chromium import dress
from tests.ui.reachable import everything_fits

pytestmark = pytest.mark.browser
LAB = "#tradeoffs-laboratory"
LINK = "#v=1&tab=tradeoffs&mode=laboratory&laboratory="


def laboratory(page: Page) -> Locator:
    return page.locator(f"{LAB} [data-step], {LAB}[data-step]").first


def part(page: Page, name: str) -> Locator:
    return page.locator(f"{LAB}-{name}")


def rests_at(page: Page, step: int) -> None:
    expect(laboratory(page)).to_have_attribute("data-step", str(step))
    expect(laboratory(page)).to_have_attribute("data-playing", "false")


def steps(page: Page) -> int:
    return int(laboratory(page).get_attribute("data-step"))


def passed(page: Page, count: str, least: int) -> None:
    """Until the step, or the number of frames drawn, is larger."""
    page.wait_for_function(
        f"Number(document.querySelector('{LAB} [data-step], {LAB}[data-step]').dataset.{count})"
        f" > {least}"
    )


def scores(page: Page) -> list[str]:
    """The last line of the table of scores."""
    table = page.locator(f"{LAB} .lp-twin", has_text="Scores as a table")
    if table.get_attribute("open") is None:
        table.locator("summary").click()
    return table.locator("tbody tr").last.locator("td").all_inner_texts()


def test_play_pause_and_steps(open_page):
    page = open_page(f"{LINK}models:vae+step:2")
    rests_at(page, 2)
    expect(part(page, "play")).to_have_text("Play")
    part(page, "play").click()
    expect(part(page, "play")).to_have_text("Pause")
    passed(page, "step", 4)
    part(page, "play").click()
    expect(laboratory(page)).to_have_attribute("data-playing", "false")
    expect(page).to_have_url(re.compile(rf"step:{steps(page)}\b"))
    reached = steps(page)
    part(page, "step").click()
    rests_at(page, reached + 1)
    page.locator("body").press(".")
    rests_at(page, reached + 2)
    part(page, "reset").click()
    rests_at(page, 0)

    part(page, "sizes").locator("summary").click()  # what is set before a run starts it anew
    part(page, "units").fill("8")
    part(page, "units").press("Enter")
    rests_at(page, 100)
    expect(page).to_have_url(re.compile(r"units:8\b"))
    part(page, "batch").fill("1")
    part(page, "batch").press("Enter")
    expect(page.locator(f"{LAB} .lp-error")).to_contain_text("Points in a batch: write a whole")
    part(page, "preset-vanishing").click()
    expect(part(page, "watch")).to_contain_text("Watch the mean pull")
    rests_at(page, 250)
    expect(page).to_have_url(re.compile("models:gan_minimax~gan"))
    assert "units" not in page.url
    expect(page.locator(f"{LAB} .lab-losses").first).to_contain_text("ln 2")


def test_one_player_and_a_rate_on_the_way_are_in_the_link_and_restored(open_page):
    page = open_page(f"{LINK}models:gan+data:moons+seed:3+step:2")
    rests_at(page, 2)
    part(page, "player").select_option("generator")
    part(page, "step-player").click()
    rests_at(page, 3)
    expect(page).to_have_url(re.compile("2/only/generator"))

    part(page, "play").click()
    expect(part(page, "play")).to_have_text("Pause")
    part(page, "knob-lr").fill("0.02")
    part(page, "knob-lr").press("Enter")
    expect(laboratory(page)).to_have_attribute("data-playing", "true")
    part(page, "play").click()
    expect(laboratory(page)).to_have_attribute("data-playing", "false")
    expect(page).to_have_url(re.compile(r"2/only/generator~\d+/lr/0\.02"))
    reached = steps(page)
    part(page, "step").click()  # so that the new rate has been used
    rests_at(page, reached + 1)
    expect(page).to_have_url(re.compile(rf"step:{reached + 1}\b"))

    again = open_page(page.url[page.url.index("#") :])
    rests_at(again, steps(page))
    assert scores(again) == scores(page)
    expect(part(again, "knob-lr")).to_have_value("0.02")
    expect(part(again, "data")).to_have_value("moons")


def test_too_few_drawn_points_are_a_sentence_and_two_are_enough(open_page, shot):
    page = open_page(f"{LINK}models:vae+step:0")
    rests_at(page, 0)
    part(page, "data").select_option("drawn")
    pending = page.locator(f"{LAB} [data-pending], {LAB}[data-pending]")
    expect(pending).to_have_count(1)  # what was learnt of other data is gone from the squares
    part(page, "play").click()
    expect(page.locator(f"{LAB} .lp-error")).to_contain_text("The drawing has no point")
    sheet = part(page, "sheet")
    sheet.focus()
    sheet.press("Enter")
    part(page, "use").click()
    expect(page.locator(f"{LAB} .lp-error")).to_contain_text("The drawing has one point")
    for _ in range(5):
        sheet.press("ArrowRight")
    sheet.press("Enter")
    part(page, "use").click()
    expect(page).to_have_url(re.compile(r"data:drawn\+models:vae\+drawn:0/0~0\.5/0"))
    expect(page.locator(f"{LAB} .lp-error")).to_be_hidden()
    expect(pending).to_have_count(0)
    shot(page, "laboratory-drawn")
    no_more_than_three_models_and_never_none(page)


def no_more_than_three_models_and_never_none(page: Page) -> None:
    expect(part(page, "model-vae")).to_be_disabled()
    for name in ("gan", "aae"):
        part(page, f"model-{name}").check()
        expect(page.locator(f"{LAB} .lab-square[data-model={name}]")).to_be_visible()
    expect(part(page, "model-wgan")).to_be_disabled()
    expect(part(page, "model-vae")).to_be_enabled()


def test_a_wrong_link_is_said_and_the_first_example_shown(open_page):
    page = open_page(f"{LINK}models:nonsense")
    rests_at(page, 100)
    expect(page.locator(f"{LAB} .lp-error")).to_contain_text("no model 'nonsense'")
    part(page, "step").click()
    rests_at(page, 101)
    expect(page.locator(f"{LAB} .lp-error")).to_be_hidden()


def test_what_is_refused_is_said_and_the_run_goes_on(open_page):
    page = open_page(f"{LINK}models:vae+step:2")
    rests_at(page, 2)
    error = page.locator(f"{LAB} .lp-error")
    part(page, "play").click()
    for name, wrong, right in (("knob-lr", "11", "0.001"), ("seed", "1.5", "0")):
        part(page, name).fill(wrong)
        part(page, name).press("Enter")
        expect(part(page, name)).to_have_value(right)
        passed(page, "frame", int(laboratory(page).get_attribute("data-frame")) + 2)
        expect(error).to_be_visible()
    part(page, "seed").press("Escape")
    expect(laboratory(page)).to_have_attribute("data-playing", "false")
    expect(error).to_be_hidden()
    assert steps(page) > 2


def forget(page: Page) -> None:
    """Have the server forget the run that is shown, as it does with one unseen for long."""
    with page.expect_response(
        lambda answer: '"step"' in (answer.request.post_data or "")
    ) as answer:
        part(page, "step").click()
    asked = answer.value.request  # answered: or the stop might overtake the step
    question = asked.post_data_json
    question |= {"fn_name": "stop", "data": {"key": question["data"]["key"]}}
    headers = {"content-type": "application/json"}
    assert page.request.post(asked.url, data=question, headers=headers).json() == {}


def test_what_the_server_refuses_is_said_and_the_own_value_shown(open_page):
    page = open_page(f"{LINK}models:wgan+step:2")
    rests_at(page, 2)
    error = page.locator(f"{LAB} .lp-error")
    part(page, "knob-critic_steps").fill("1.5")
    part(page, "knob-critic_steps").press("Enter")
    expect(error).to_contain_text("Critic steps is a whole number; got 1.5")
    expect(part(page, "knob-critic_steps")).to_have_value("5")
    part(page, "step").click()
    rests_at(page, 3)
    expect(error).to_be_hidden()
    assert "critic_steps" not in page.url


def test_a_run_that_the_server_has_forgotten_is_trained_anew(open_page):
    page = open_page(f"{LINK}models:wgan+step:2")
    rests_at(page, 2)
    error = page.locator(f"{LAB} .lp-error")
    forget(page)
    rests_at(page, 3)
    part(page, "knob-lr").fill("0.5")
    part(page, "knob-lr").press("Enter")
    expect(error).to_contain_text("forgotten this run")
    rests_at(page, 3)
    expect(part(page, "knob-lr")).to_have_value("0.001")

    forget(page)
    rests_at(page, 4)
    part(page, "data").select_option("drawn")
    part(page, "play").click()
    expect(error).to_contain_text("The drawing has no point")
    rests_at(page, 4)
    expect(page).to_have_url(re.compile(r"models:wgan\+step:4$"))
    part(page, "data").select_option("moons")
    expect(page).to_have_url(re.compile("data:moons"))
    expect(error).to_be_hidden()


def test_the_link_names_the_view_before_the_server_answers(open_page):
    page = open_page(f"{LINK}models:vae+step:2")
    rests_at(page, 2)
    at_once = page.evaluate(
        """async () => {
          document.querySelector("#tradeoffs-view input[value=theory]").click();
          await Promise.resolve();
          return location.hash;
        }"""
    )
    assert at_once == "#v=1&tab=tradeoffs&mode=theory"


def test_pause_and_play_in_a_row_are_both_heard(open_page):
    page = open_page(f"{LINK}models:vae+step:2")
    rests_at(page, 2)
    part(page, "play").click()
    expect(laboratory(page)).to_have_attribute("data-playing", "true")
    page.evaluate(
        """(lab) => new Promise((done, never) => {
          setTimeout(never, 20000, new Error("it did not pause"));
          const play = document.getElementById("tradeoffs-laboratory-play");
          const seen = new MutationObserver(() => {
            if (lab.dataset.playing === "false") done(play.click());
          });
          seen.observe(lab, { attributeFilter: ["data-playing"] });
          play.click();
        })""",
        laboratory(page).element_handle(),
    )
    expect(laboratory(page)).to_have_attribute("data-playing", "true")
    passed(page, "step", steps(page) + 20)


def test_back_from_a_tab_seen_for_the_first_time(open_page):
    page = open_page(f"{LINK}models:vae+step:2")
    rests_at(page, 2)
    page.locator("#tabs [role=tab]", has_text="Sample").click()
    expect(page).to_have_url(re.compile("tab=sample&checkpoint="))
    page.go_back()
    expect(page).to_have_url(re.compile("tab=tradeoffs&mode=laboratory"))
    expect(laboratory(page)).to_be_visible()


def test_it_fits(open_page, shot):
    page = open_page(f"{LINK}models:flow_matching~gan+step:5+time:2", dark=True)
    rests_at(page, 5)
    expect(part(page, "time")).to_have_value("2")
    expect(part(page, "show-field")).to_be_visible()
    square = page.locator(f"{LAB} .lab-square[data-model=flow_matching] canvas")
    before = square.evaluate("canvas => canvas.toDataURL()")
    part(page, "time").press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"time:1\b"))
    assert square.evaluate("canvas => canvas.toDataURL()") != before
    for width, dark in ((1320, True), (390, False)):
        dress(page, width, dark)
        everything_fits(page, "#tab-tradeoffs")
        page.locator(f"{LAB} .lab-curve").last.scroll_into_view_if_needed()
        expect(part(page, "play")).to_be_in_viewport()
        shot(page, f"laboratory-{width}{'-dark' if dark else ''}")
