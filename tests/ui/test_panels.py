"""The eight panels in a real browser: scrubbing, playing, colours, curves, tables and links."""

import csv

import pytest
from playwright.sync_api import Page, expect

import backend
from app.widgets.panels import widget
from tests.ui.charts import above, drawn, traces
from tests.ui.chromium import dress, follow

pytestmark = pytest.mark.browser

PANELS = "#modes-panels"
LAST = 10_000


def fragment(panels: str = "", **more: str) -> str:
    pairs = {"v": 1, "tab": "modes", "checkpoint": "text_vae/dgmvae--smd"} | more
    if panels:
        pairs["panels"] = panels.replace(" ", "+")
    return "#" + "&".join(f"{key}={value}" for key, value in pairs.items())


def at_step(page: Page, step: int) -> None:
    """Until the lower row rests at ``step``, and its pixels with it."""
    page.wait_for_selector(f"{PANELS} [data-step='{step}']")
    page.wait_for_function(
        """step => {
          const panel = document.querySelector("#modes-panels [data-step]");
          const said = panel.querySelector("output.panel-step").textContent;
          return said.replaceAll(",", "").endsWith(" " + step);
        }""",
        arg=step,
    )


def pixels(page: Page, row: int) -> list[str]:
    return page.locator(f"{PANELS} [data-row='{row}'] canvas").evaluate_all(
        "all => all.map((canvas) => canvas.toDataURL())"
    )


def moved(page: Page, row: int, before: list[str]) -> None:
    page.wait_for_function(
        """([row, before]) => {
          const all = document.querySelectorAll(`#modes-panels [data-row="${row}"] canvas`);
          return [...all].every((canvas, i) => canvas.toDataURL() !== before[i]);
        }""",
        arg=[row, before],
    )


def test_the_deck_s_figure_is_there_at_once(open_page, shot):
    page = open_page(fragment())
    at_step(page, LAST)
    expect(page.locator(f"{PANELS} .panel-head b")).to_have_text([t for _, t in widget.RUNS])
    expect(page.locator(f"{PANELS} .panel-when")).to_have_text(["2,000 steps", "10,000 steps"])
    canvases = page.locator(f"{PANELS} [data-row] canvas")
    expect(canvases).to_have_count(8)
    blank = """canvas => !canvas.getContext("2d")
      .getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"""
    assert [canvas.evaluate(blank) for canvas in canvases.all()] == [False] * 8
    label = canvases.nth(3).get_attribute("aria-label")
    assert label.startswith("DGMVAE at 2,000 steps: 500 codes and 5 modes of c1.")
    drawn(page, f"{PANELS} [data-curve=mi_c]")
    shot(page, "modes-panels")
    curves_tell_values_and_take_clicks(page)


def test_keys_scrub_the_lower_row_alone(open_page):
    page = open_page(fragment())
    at_step(page, LAST)
    upper, lower = pixels(page, 0), pixels(page, 1)
    scrub = page.get_by_role("slider", name="Step of the lower row")
    scrub.focus()
    page.keyboard.press("ArrowLeft")
    at_step(page, 9000)
    expect(scrub).to_have_attribute("aria-valuetext", "9,000 steps")
    page.keyboard.press("Home")
    at_step(page, 0)
    moved(page, 1, lower)
    assert pixels(page, 0) == upper
    page.wait_for_function("location.hash.includes('panels=step:0')")
    page.keyboard.press("End")
    at_step(page, LAST)
    page.wait_for_function("!location.hash.includes('panels=')")


def test_play_moves_and_pause_holds(open_page):
    page = open_page(fragment("step:8000"))
    at_step(page, 8000)
    page.get_by_role("button", name="Play the training").click()
    page.wait_for_selector(f"{PANELS} [data-step='9000'], {PANELS} [data-step='10000']")
    expect(page.get_by_role("button", name="Play the training")).to_be_visible()  # it ended
    at_step(page, LAST)
    page.get_by_role("button", name="Play the training").click()
    page.wait_for_selector(f"{PANELS} [data-step='100']")
    page.get_by_role("button", name="Pause").click()
    held = page.locator(f"{PANELS} [data-step]").get_attribute("data-step")
    at_step(page, int(held))
    page.wait_for_function(f"location.hash.includes('panels=step:{held}')")


def test_variable_and_colour(open_page, shot):
    page = open_page(fragment())
    at_step(page, LAST)
    before = [*pixels(page, 0), *pixels(page, 1)]
    page.locator(f"{PANELS} .lp-choice-small label", has_text="domain").click()
    expect(page.locator(f"{PANELS} .panel-legend > span")).to_have_text(
        ["navigate", "weather", "schedule"]
    )
    coloured = [*pixels(page, 0), *pixels(page, 1)]
    assert all(a != b for a, b in zip(before, coloured, strict=True))
    page.keyboard.press("ArrowRight")  # the choice kept the focus
    expect(page.locator(f"{PANELS} .panel-legend > span")).to_have_text(["driver", "assistant"])
    page.locator(f"{PANELS} .lp-choice-small label", has_text="c3").click()
    page.wait_for_function("location.hash.includes('panels=of:3+colour:speaker')")
    shot(page, "modes-panels-speaker")


def curves_tell_values_and_take_clicks(page: Page) -> None:
    history = next(run for run in widget.runs()["runs"] if run["title"] == "DGMVAE")["history"]
    curve = page.locator(f"{PANELS} [data-curve='mean_variance']")
    shown = curve.locator(".panel-values b").last
    expect(shown).to_have_text(f"{history['mean_variance'][-1]:.1f}")
    where = f"{PANELS} [data-curve='mean_variance']"
    lines = traces(page, where)
    assert [one["name"] for one in lines] == [title for _, title in widget.RUNS]
    assert lines[-1]["y"] == history["mean_variance"]
    page.mouse.move(*above(page, where, 5000))
    half = history["mean_variance"][history["step"].index(5000)]
    expect(shown).to_have_text(f"{half:.1f}" if half >= 100 else f"{half:.2f}")
    page.mouse.click(*above(page, where, 2010))
    at_step(page, 2000)


def test_tables_hold_what_is_drawn(open_page, tmp_path):
    page = open_page(fragment("of:2 step:5000"))
    at_step(page, 5000)
    page.locator(f"{PANELS} summary", has_text="Modes at both steps").click()
    rows = page.locator(f"{PANELS} .lp-twin").first.locator("tbody tr")
    expect(rows).to_have_count(2 * 4 * 5)
    with page.expect_download() as download:
        page.locator("#modes-panels-means-csv").click()
    download.value.save_as(tmp_path / "modes.csv")
    with open(tmp_path / "modes.csv", newline="", encoding="utf-8-sig") as file:
        found = list(csv.DictReader(file))
    kept = backend.load_snapshots("text_vae/gmvae--smd")
    moment = kept.steps.tolist().index(2000)
    first = found[0]
    assert (first["step"], first["objective"], first["variable"]) == ("2000", "GMVAE", "c2")
    mean = [float(first[name]) for name in ("mean z₁", "mean z₂")]
    assert mean == pytest.approx(kept.means[moment, 1, 0].tolist(), abs=0.006)
    share = (kept.modes[moment, :, 1] == 0).mean()
    assert float(first["share of 500 sentences"]) == pytest.approx(share)
    with page.expect_download() as download:
        page.locator("#modes-panels-curves-csv").click()
    download.value.save_as(tmp_path / "curves.csv")
    with open(tmp_path / "curves.csv", newline="", encoding="utf-8-sig") as file:
        assert len(next(csv.reader(file))) == 1 + 4 * 4


def test_a_link_brings_the_view_back(open_page):
    page = open_page(fragment("of:3 colour:domain step:750"))
    at_step(page, 750)
    panels = page.locator(PANELS)
    expect(panels.get_by_role("radio", name="c3")).to_be_checked()
    expect(panels.get_by_role("radio", name="domain")).to_be_checked()
    again = open_page(page.evaluate("location.hash"))
    at_step(again, 750)
    assert pixels(again, 1) == pixels(page, 1)
    again.locator(f"{PANELS} .lp-fold > summary").click()
    again.wait_for_function("location.hash.includes('shut:1')")
    follow(page, again.evaluate("location.hash"))
    page.wait_for_selector(f"{PANELS} .lp-fold:not([open])")  # shut stays shut
    expect(page.locator(f"{PANELS} .panel-sheet")).to_be_hidden()


def test_a_wrong_link_leaves_the_figure(open_page):
    page = open_page(fragment("of:99"))  # no variable here: it is brought into range
    at_step(page, LAST)
    notice = page.locator("#header .lp-notice")
    expect(notice).to_be_hidden()
    for panels in ("step:1e9", "colour:<b>", "nonsense"):
        follow(page, fragment(panels))
        expect(notice).to_be_visible()
        at_step(page, LAST)
        notice.get_by_role("button", name="Dismiss").click()


def place(page: Page, part: str) -> list[float]:
    """Where a part is on the page, wherever that is scrolled to."""
    return page.locator(part).evaluate(
        "e => { const b = e.getBoundingClientRect(); return [b.top + scrollY, b.left, b.height]; }"
    )


def test_it_fits_and_nothing_jumps(open_page, shot):
    page = open_page(fragment(), dark=True)
    at_step(page, LAST)
    parts = [f"{PANELS} {part}" for part in (".panel-scrub", ".panel-note", ".panel-curves")]
    slider = page.get_by_role("slider", name="Step of the lower row")
    for width, dark in ((1320, True), (900, False), (420, False)):
        dress(page, width, dark)
        before = [place(page, part) for part in parts]
        for key, step in (("Home", 0), ("End", LAST)):
            slider.press(key)
            at_step(page, step)
            assert [place(page, part) for part in parts] == before
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        drawn(page, f"{PANELS} [data-curve=mi_c]")
        shot(page, f"modes-panels-{width}-{'dark' if dark else 'light'}")
