"""The theory's panels in a real browser: setting, training, tables, links, the keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.charts import drawn, traces
from tests.ui.chromium import OpenPage, wait_until_drawn
from tests.ui.reachable import everything_fits

pytestmark = pytest.mark.browser

VIEW = "#tradeoffs-theory"


def fragment(state: str, **more: str) -> str:
    fields = {"v": "1", "tab": "tradeoffs", "mode": "theory", "theory": state} | more
    return "#" + "&".join(f"{key}={value.replace(' ', '+')}" for key, value in fields.items())


def value_of(page: Page, label: str):
    return page.locator(f'{VIEW} [data-fact="{label}"] b')


def test_a_slider_moves_numbers_change_and_the_link_brings_them_back(open_page: OpenPage, shot):
    page = open_page(fragment("panel:lines theta:0.3"))
    expect(value_of(page, "W₁")).to_have_text("0.3")
    expect(value_of(page, "KL(P‖Q)")).to_have_text("∞")
    slider = page.locator(f"{VIEW}-theta")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(value_of(page, "W₁")).to_have_text("0.32")
    expect(page).to_have_url(re.compile(r"theta:0\.32"))
    distances = f"{VIEW}-plot-1"
    expect(page.locator(f"{distances} .y2tick text")).to_have_text("∞")
    series = traces(page, distances)
    infinite = {one["name"] for one in series if one["yaxis"] == "y2" and 0 in one["y"]}
    assert {"KL(P‖Q)", "KL(Q‖P)"} <= infinite and "JSD" not in infinite
    near = next(one for one in series if one["name"] == "W₁")
    assert near["y"] == pytest.approx([abs(theta) for theta in near["x"]], abs=1e-4)

    summary = page.locator(f"{VIEW} .lp-twin summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{VIEW} .lp-twin tbody tr").first.locator("td").first).to_have_text(
        "0.32"
    )

    page.locator(f"{VIEW}-noise-number").fill("0.16")
    page.keyboard.press("Tab")
    expect(value_of(page, "KL(P‖Q)")).to_have_text("2")
    shot(page, "theory_lines")
    again = open_page(page.evaluate("location.hash"))
    expect(value_of(again, "KL(P‖Q)")).to_have_text("2")
    series = traces(again, distances)
    infinite = {one["name"] for one in series if one["yaxis"] == "y2"}
    assert infinite <= {"KL(P‖Q), from draws", "KL(Q‖P), from draws"}  # the exact ones are not
    exact = next(one for one in series if one["name"] == "KL(P‖Q)")
    by_hand = [theta**2 / (2 * 0.16**2) for theta in exact["x"]]
    assert exact["y"] == pytest.approx(by_hand, rel=1e-3, abs=1e-6)
    expect(again.locator(f"{VIEW}-theta-number")).to_have_value("0.32")


def test_panels_are_chosen_with_the_keyboard_and_each_says_where_it_is_from(open_page: OpenPage):
    page = open_page(fragment("panel:lines"))
    page.locator(f"{VIEW}-panel, {VIEW} input[value='lines']").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("panel:fit"))
    expect(value_of(page, "By KL(q‖p)")).not_to_be_empty()
    expect(page.locator(f"{VIEW} .lp-twin tbody tr")).to_have_count(4)
    page.locator(f"{VIEW} .theory-notes summary").click()
    source = page.locator(f"{VIEW} .theory-notes a")
    expect(source).to_have_attribute("href", "https://arxiv.org/abs/1511.01844")
    before = value_of(page, "By KL(q‖p)").text_content()
    page.get_by_role("radio", name="right").check(force=True)
    expect(page.locator(f'{VIEW} [data-fact="By KL(q‖p)"] small')).to_contain_text("μ 2.2")
    assert before


def test_a_critic_is_trained_live_and_can_be_cancelled(open_page: OpenPage, shot):
    page = open_page(fragment("panel:critic steps:100"))
    expect(page.locator(f"{VIEW}-status")).to_have_text("Trained")
    expect(value_of(page, "Training steps")).to_have_text("100")
    bound = float(value_of(page, "2 JSD − 2 ln 2").text_content().replace("−", "-"))
    reached = float(value_of(page, "V(D)").text_content().replace("−", "-"))
    assert bound - 0.1 < reached <= bound + 1e-3
    line, curve = traces(page, f"{VIEW}-plot-2")
    assert line["y"] == pytest.approx([bound] * len(line["y"]), abs=1e-3)
    assert (curve["x"][-1], curve["y"][-1]) == (100, pytest.approx(reached, abs=1e-3))
    band = page.locator(f"{VIEW}-plot-1 .legendtext", has_text="where there is data")
    expect(band).to_have_count(1)
    shot(page, "theory_critic")

    page.locator(f"{VIEW}-steps-number").fill("1500")
    page.keyboard.press("Tab")
    expect(page.locator(f"{VIEW}-status")).to_have_text("Training")
    page.locator(f"{VIEW}-cancel").click()
    expect(page.locator(f"{VIEW}-status")).to_have_text("Cancelled")
    assert int(value_of(page, "Training steps").text_content()) < 1500
    page.locator(f"{VIEW}-reset").click()
    expect(page.locator(f"{VIEW}-steps-number")).to_have_value("400")
    page.locator(f"{VIEW}-cancel").click()


def test_on_a_narrow_dark_page_nothing_is_wider_than_the_page(open_page: OpenPage, shot):
    page = open_page(fragment("panel:unify"), width=390, dark=True)
    wait_until_drawn(page)
    expect(page.locator(f"{VIEW} .theory-plot")).to_have_count(3)
    for i in range(3):
        drawn(page, f"{VIEW}-plot-{i}")
    cards = page.locator("#tradeoffs-objectives")
    cards.scroll_into_view_if_needed()
    expect(cards.locator(".objective-card h4")).to_have_text(re.compile("VAE"))
    everything_fits(page, "#tab-tradeoffs")
    name = cards.locator("tr[data-name='gan/wgan_gp'] button")
    name.click()
    expect(cards.locator(".objective-card h4")).to_contain_text("WGAN-GP")
    for shown in (
        name,
        cards.locator(".objective-card h4"),
    ):  # what is chosen beside what it opens
        expect(shown).to_be_in_viewport()
    shot(page, "theory_narrow_dark")


def test_a_wrong_number_in_a_link_is_said_and_the_default_shown(open_page: OpenPage):
    page = open_page(fragment("panel:lines theta:99 noise:98"))
    error = page.locator(f"{VIEW} .lp-error")
    expect(error).to_contain_text("θ lies from -1 to 1; the link says 99.")
    expect(error).to_contain_text("the link says 98. The defaults are shown instead.")
    expect(value_of(page, "W₁")).to_have_text("0.5")
    page.locator(f"{VIEW} input[value='fit']").check(force=True)
    expect(value_of(page, "By KL(q‖p)")).not_to_be_empty()
    expect(error).to_be_hidden()


def test_cards_of_objectives_are_chosen_and_linked(open_page: OpenPage, shot):
    page = open_page(fragment("panel:lines", objectives="of:gan/vae_gan"))
    cards = page.locator("#tradeoffs-objectives")
    cards.scroll_into_view_if_needed()
    expect(cards.locator("h4")).to_contain_text("VAE/GAN")
    expect(cards.locator(".objective-card dl > div")).to_have_count(3)
    cards.locator("tr[data-name='gan/alpha_gan'] button").focus()
    page.keyboard.press("Enter")
    expect(cards.locator("h4")).to_contain_text("α-GAN")
    expect(page).to_have_url(re.compile("objectives=of:gan/alpha_gan"))
    row = cards.locator(".objective-card tbody tr").filter(has_text="recon l1")
    expect(row.locator("td .lp-offscreen")).to_have_text(
        ["moved", "passed", "not reached", "not reached"]
    )
    cards.locator(".lp-twin summary").click()
    expect(cards.locator(".lp-twin tbody tr")).to_have_count(
        cards.locator(".objective-list tr[data-name]").count()
    )
    shot(page, "theory_objectives")


def test_a_vae_with_a_critic_takes_more_rounds_and_a_sure_one_takes_one(open_page: OpenPage, shot):
    page = open_page(fragment("panel:activated sureness:0 rounds:1"))
    expect(value_of(page, "Samples’ share")).to_have_text("0.5")
    expect(value_of(page, "Generator’s μ")).to_have_text("0.5")  # half of where it began
    page.locator(f"{VIEW}-rounds").focus()
    page.keyboard.press("ArrowRight")
    expect(value_of(page, "Generator’s μ")).to_have_text("0.25")
    expect(page).to_have_url(re.compile(r"rounds:2"))
    weights = {one["name"]: one for one in traces(page, f"{VIEW}-plot-1")}
    assert set(weights["D(x), of both kinds"]["y"]) == {0.5}
    assert set(weights["perfect, of samples"]["y"]) == {0}
    page.locator(f"{VIEW}-sureness-number").fill("1")
    page.keyboard.press("Tab")
    note = page.locator(f'{VIEW} [data-fact="KL, data to generator"] small')
    expect(value_of(page, "Generator’s μ")).to_have_text(re.compile(r"^−?\d(\.\d+)?e−\d+$|^0$"))
    value = value_of(page, "KL, data to generator").text_content()
    assert note.text_content() == f"a VAE’s {value}"
    shot(page, "theory_activated")
    again = open_page(page.evaluate("location.hash"))
    expect(value_of(again, "KL, data to generator")).to_have_text(value)
    expect(again.locator(f"{VIEW}-rounds-number")).to_have_value("2")


def test_means_meet_where_the_class_is_not_told_and_stay_where_dispersion_is_light(
    open_page: OpenPage, shot
):
    page = open_page(fragment("panel:means told:0.05 beta:1 step:0"))
    expect(value_of(page, "Variance of means")).to_have_text("8")
    page.locator(f"{VIEW}-step").focus()
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(r"step:60"))
    expect(value_of(page, "Variance of means")).to_have_text(re.compile(r"^0\.0\d+$"))
    s, var = traces(page, f"{VIEW}-plot-1")[:2]
    assert (s["name"], var["name"]) == ("S, mean over x", "Var<sub>M</sub>")
    assert all(above > below for above, below in zip(s["y"], var["y"], strict=True))
    page.locator(f"{VIEW}-beta-number").fill("0.05")
    page.keyboard.press("Tab")
    expect(value_of(page, "The end")).to_have_text("0.9547")
    assert float(value_of(page, "Variance of means").text_content()) > 7
    shot(page, "theory_means")
    again = open_page(page.evaluate("location.hash"))
    expect(value_of(again, "The end")).to_have_text("0.9547")


def test_the_parts_of_the_bound_add_up_and_what_is_told_is_paid_for(open_page: OpenPage, shot):
    page = open_page(fragment("panel:split told:0 apart:0"))
    for part in ("I(x; c)", "KL(q(c) ‖ U)", "Δ"):
        expect(value_of(page, part)).to_have_text("0")
    page.locator(f"{VIEW}-told-number").fill("1")
    page.keyboard.press("Tab")
    expect(value_of(page, "I(x; c)")).to_have_text("1.04")  # the entropy of ½, ¼, ¼
    page.locator(f"{VIEW}-apart-number").fill("1")
    page.keyboard.press("Tab")
    expect(value_of(page, "KL to the components")).to_have_text("0.3181")
    lines = {one["name"]: one["y"] for one in traces(page, f"{VIEW}-plot-1")}
    assert lines["the plain bound"] == pytest.approx(lines["GMVAE"])
    assert all(a >= b for a, b in zip(lines["GMVAE"], lines["DGMVAE"], strict=True))
    shot(page, "theory_split")
    again = open_page(page.evaluate("location.hash"), width=390, dark=True)
    expect(value_of(again, "KL to the components")).to_have_text("0.3181")
    everything_fits(again, "#tab-tradeoffs")
    shot(again, "theory_split_narrow_dark")
