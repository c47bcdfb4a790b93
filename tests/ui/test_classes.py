"""Models with classes in a real browser: the grid of styles, and one class to sample from."""

import re

import pytest
from playwright.sync_api import Page, expect

import backend
from backend.evaluation import styles
from tests.ui.charts import traces
from tests.ui.chromium import follow, wait_until_drawn

pytestmark = pytest.mark.browser

STYLES = "#tradeoffs-styles"
TOLD, FOUND = "vae/cvae--mnist", "vae/joint_vae--mnist"


def fragment(state: str = "") -> str:
    more = f"&styles={state.replace(' ', '+')}" if state else ""
    return f"#v=1&tab=tradeoffs&mode=pictures{more}"


def bring_into_view(page: Page) -> None:
    """Once what stands above it has its size: nothing is asked for until it is seen."""
    expect(page.locator("#tradeoffs-frontier .front-card")).to_have_attribute(
        "data-samples", re.compile(".")
    )
    page.locator(STYLES).scroll_into_view_if_needed()


def drawn(page: Page, *parts: object) -> None:
    """Until the grid is that of model, source, seed, first picture and unit, and measured."""
    grid = page.locator(f"{STYLES} [data-grid]")
    expect(grid).to_have_attribute("data-grid", " ".join(map(str, parts)))
    expect(grid).to_have_attribute("data-measured", f"{parts[0]} {parts[2]}")


def pixels(page: Page, where: str) -> list[str]:
    return page.locator(f"{where} canvas").evaluate_all(
        "all => all.map((canvas) => canvas.toDataURL())"
    )


def test_the_same_styles_in_every_class(open_page, shot):
    told, found = (backend.load(name, device="cpu") for name in (TOLD, FOUND))
    page = open_page(fragment())
    bring_into_view(page)
    drawn(page, TOLD, "noise", 0, 0, styles.units(told)[0])
    table = page.locator(f"{STYLES} .styles-grid")
    expect(table.locator("canvas")).to_have_count(80)
    expect(table.locator("thead th").first).to_have_text("digit")
    measured = styles.measure(told, seed=0)
    expect(page.locator(f"{STYLES} dt").first).to_have_text(f"{100 * measured.share:.1f} %")
    expect(page.locator(f"{STYLES} dt").nth(1)).to_have_text(f"{measured.correlation:.2f}")
    shot(page, "styles-told")

    page.locator("#tradeoffs-styles-source").select_option("pictures")
    drawn(page, TOLD, "pictures", 0, 0, styles.units(told)[0])
    expect(table.locator(".styles-given")).to_have_count(8)
    expect(table.locator(".styles-own")).to_have_count(8)
    before = pixels(page, f"{STYLES} .styles-grid")
    page.locator("#tradeoffs-styles-others").click()
    drawn(page, TOLD, "pictures", 0, 8, styles.units(told)[0])
    assert pixels(page, f"{STYLES} .styles-grid") != before

    page.locator("#tradeoffs-styles-model").select_option(FOUND)
    drawn(page, FOUND, "pictures", 0, 8, styles.units(found)[0])
    carried = ["–" if one.label is None else str(one.label) for one in styles.carried(found)]
    expect(table.locator("thead tr").nth(1).locator("td")).to_have_text(carried)
    curves = styles.curves(found)
    for name in ("z", "c"):
        capacity, kl = traces(page, f"{STYLES}-kl_{name}")
        assert kl["x"] == curves.steps
        assert kl["y"] == pytest.approx(getattr(curves, f"kl_{name}"), abs=1e-3)
        assert capacity["y"] == pytest.approx(getattr(curves, f"capacity_{name}"), abs=1e-3)
    page.locator(f"{STYLES} summary", has_text="Classes as a table").click()
    expect(page.locator(f"{STYLES} .lp-twin").first.locator("tbody tr")).to_have_count(10)

    follow(page, fragment("of:vae/gone--mnist"))
    expect(page.locator(f"{STYLES} .lp-error")).to_contain_text("vae/gone--mnist is not here")
    expect(page.locator("#tradeoffs-styles-model")).to_have_value(TOLD)


def test_a_link_brings_styles_and_unit_back(open_page):
    unit = styles.units(backend.load(FOUND, device="cpu"))[1]
    page = open_page(fragment(f"of:{FOUND} source:unit seed:3"))
    bring_into_view(page)
    expect(page.locator("#tradeoffs-styles-seed")).to_have_value("3")
    page.locator("#tradeoffs-styles-unit").select_option(str(unit))
    drawn(page, FOUND, "unit", 3, 0, unit)
    expect(page.locator(f"{STYLES} tbody th").first).to_have_text("−2.0")
    page.wait_for_function(f"location.hash.includes('unit:{unit}')")
    again = open_page(page.evaluate("location.hash"))
    bring_into_view(again)
    drawn(again, FOUND, "unit", 3, 0, unit)
    where = f"{STYLES} .styles-grid"
    assert pixels(again, where) == pixels(page, where)


def test_one_class_is_sampled_where_a_model_is_told_classes(open_page, shot):
    page = open_page(f"#v=1&tab=sample&checkpoint={TOLD}&n=4")
    choice = page.locator("#sample-label")
    expect(choice).to_be_visible()
    each = pixels(page, "#sample-result")
    assert "label=" not in page.evaluate("location.hash")

    choice.locator("input[value='5']").check()
    page.wait_for_function("location.hash.includes('label=5')")
    wait_until_drawn(page)
    fives = pixels(page, "#sample-result")
    assert len(fives) == 4 and fives != each
    expect(page.locator("#sample-result pre")).to_contain_text("labels=[5] * 4")
    shot(page, "sample-class")
    again = open_page(page.evaluate("location.hash"))
    expect(again.locator("#sample-label input[value='5']")).to_be_checked()
    assert pixels(again, "#sample-result") == fives

    page.locator("#sample-checkpoint select").select_option("vae/vae--mnist--2d")
    page.wait_for_function("location.hash.includes('vae--mnist--2d')")
    expect(choice).to_be_hidden()
    assert "label=" not in page.evaluate("location.hash")


def test_where_no_class_is_told_that_is_said(open_page):
    page = open_page()
    for tab in ("explore", "interpolate"):
        follow(page, f"#v=1&tab={tab}&checkpoint={TOLD}")
        note = page.locator(".lp-untold:visible")
        expect(note).to_contain_text("Here it encodes and decodes without")
        page.locator(f"#{tab}-checkpoint select").select_option("vae/vae--mnist--2d")
        expect(note).to_have_count(0)
