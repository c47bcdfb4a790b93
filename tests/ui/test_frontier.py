"""The bench of pictures in a real browser: frontier, triptych, β sweep and ablation.

A server of its own shows small untrained models with made-up numbers.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backend.evaluation.tradeoffs import QUANTITIES
from tests.small_collapse import PLAIN, STEPPING
from tests.small_collapse import write_all as write_collapse
from tests.small_pictures import NAMES, STEPS, numbers, write_bench
from tests.ui.charts import drawn, spot, traces
from tests.ui.chromium import dress, follow, serving
from tests.ui.reachable import everything_fits

pytestmark = pytest.mark.browser

FRONTIER, TRIPTYCH = "#tradeoffs-frontier", "#tradeoffs-triptych"
STAGE = f"{FRONTIER} .front-stage"
COLLAPSE = "#tradeoffs-collapse"
BETA, ABLATION = "#tradeoffs-beta", "#tradeoffs-ablation"
VAE, GAN, FUSION = "vae/vae--mnist--conv", "gan/dcgan--mnist", "gan/vae_gan--mnist"
DAMAGED = "vae/vae--fashion-mnist--conv"
NOTE_NAMES = """button => {
  window.names = [];
  new MutationObserver(() => names.push(button.getAttribute("aria-label")))
    .observe(button, { attributeFilter: ["aria-label"] });
}"""
MNIST = [name for name in NAMES if "--mnist" in name]


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has only the small bench, one file of it damaged, and no corpus."""
    folder = tmp_path_factory.mktemp("bench")
    write_bench(folder)
    write_collapse(folder)
    (folder / DAMAGED / "tradeoffs.json").write_text('{"format_version": 1', "utf-8")
    data = str(folder / "data")
    with serving(LATENT_TRAINED_DIR=str(folder), LATENT_DATA_DIR=data) as url:
        yield url


def fragment(**fields: str) -> str:
    pairs = {"v": "1", "tab": "tradeoffs", "mode": "pictures"} | fields
    return "#" + "&".join(f"{key}={value.replace(' ', '+')}" for key, value in pairs.items())


def open_dot(page: Page, dot: str) -> None:
    """Until the card shows this dot, with the samples of its moment."""
    expect(page.locator(f"{FRONTIER} .front-card")).to_have_attribute("data-samples", dot)


def click_dot(page: Page, dot: str) -> None:
    page.locator(FRONTIER).scroll_into_view_if_needed()
    page.mouse.click(*spot(page, STAGE, dot))


def test_a_click_on_a_dot_opens_its_card(open_page, shot):
    page = open_page(fragment())
    open_dot(page, f"{FUSION}@{STEPS[-1]}")
    dots = page.locator(f"{FRONTIER} [data-dots]")
    expect(dots).to_have_attribute("data-dots", str(len(MNIST) * len(STEPS)))
    expect(page.locator(f"{FRONTIER} .front-problems")).to_contain_text(DAMAGED)

    click_dot(page, f"{GAN}@{STEPS[0]}")
    open_dot(page, f"{GAN}@{STEPS[0]}")
    card = page.locator(f"{FRONTIER} .front-card")
    expect(card.locator("h3")).to_contain_text("DCGAN")
    expect(card).to_contain_text("not the weights")
    values = numbers(GAN, list(NAMES).index(GAN))["moments"][0]["values"]
    row = page.locator(f"{FRONTIER} .front-numbers tr", has_text="Inception score")
    expect(row.locator("td").first).to_have_text(f"{values['inception_score']:g}")
    meanings = page.locator(f"{FRONTIER} .front-meanings")
    meanings.locator("summary").click()
    expect(meanings).to_contain_text(QUANTITIES["inception_score"].explanation)
    lacking = page.locator(f"{FRONTIER} .front-numbers tr", has_text="Reconstruction MSE")
    expect(lacking.locator("td").first).to_have_text("no encoder")

    card.get_by_role("button", name="Go to the last moment").click()
    open_dot(page, f"{GAN}@{STEPS[-1]}")
    expect(card.locator(".front-cannot")).to_contain_text("no encoder")
    expect(card).to_contain_text("scripts/download_data.py mnist")
    expect(card.get_by_role("link", name="Open in Sample")).to_have_attribute(
        "href", re.compile(f"tab=sample.*checkpoint={GAN}")
    )
    expect(card.get_by_role("link", name="Open in Explore")).to_have_count(0)
    shot(page, "frontier")


def test_a_link_brings_the_view_back(open_page):
    page = open_page(fragment())
    open_dot(page, f"{FUSION}@{STEPS[-1]}")
    page.locator("#tradeoffs-frontier-x").select_option("mse")
    page.locator("#tradeoffs-frontier-y").select_option("fid_ours")
    page.locator(f"{FRONTIER} .front-legend button", has_text="Auto-encoders").click()
    click_dot(page, f"{VAE}@{STEPS[1]}")
    open_dot(page, f"{VAE}@{STEPS[1]}")
    with_mse = [name for name in MNIST if name != GAN and not name.startswith("ae/")]
    again = open_page(page.evaluate("location.hash"))
    open_dot(again, f"{VAE}@{STEPS[1]}")
    expect(again.locator("#tradeoffs-frontier-x")).to_have_value("mse")
    expect(again.locator("#tradeoffs-frontier-y")).to_have_value("fid_ours")
    for one in (page, again):
        expect(one.locator(f"{FRONTIER} [data-dots]")).to_have_attribute(
            "data-dots", str(len(with_mse) * len(STEPS))
        )
    expect(again.locator(f"{FRONTIER} .front-main > .front-note")).to_contain_text("DCGAN")


def test_a_wrong_link_leaves_the_bench(open_page):
    page = open_page(fragment(frontier="x:nonsense"))
    open_dot(page, f"{FUSION}@{STEPS[-1]}")
    expect(page.locator("#tradeoffs-frontier-x")).to_have_value("ms_ssim")
    notice = page.locator("#header .lp-notice")
    for frontier in ("dot:<b>", "q:1"):
        follow(page, fragment(frontier=frontier))
        expect(notice).to_be_visible()
        notice.get_by_role("button", name="Dismiss").click()
        open_dot(page, f"{FUSION}@{STEPS[-1]}")
    gone = {"frontier": "dot:vae/gone--mnist@100", "triptych": f"models:{VAE},vae/gone--mnist"}
    follow(page, fragment(**gone))
    for part in (FRONTIER, TRIPTYCH):
        expect(page.locator(f"{part} .lp-error")).to_contain_text("vae/gone--mnist")
    open_dot(page, f"{FUSION}@{STEPS[-1]}")
    expect(page.locator(f"{TRIPTYCH} .lp-section").first.locator("b")).to_have_text(["VAE"])


def test_keys_move_between_dots(open_page):
    page = open_page(fragment(frontier=f"dot:{VAE}@{STEPS[-1]}"))
    open_dot(page, f"{VAE}@{STEPS[-1]}")
    drawn(page, STAGE)  # the card may come before
    page.locator(STAGE).focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        """stage => document.querySelector(stage).data
          .find(({ name }) => name === "pointed").x.length === 1""",
        arg=f"{STAGE} .lp-chart",
    )
    readout = page.locator(f"{FRONTIER} .front-readout")
    expect(readout).to_contain_text(f"VAE at step {STEPS[-2]} ")
    page.keyboard.press("Enter")
    open_dot(page, f"{VAE}@{STEPS[-2]}")
    page.keyboard.press("ArrowUp")
    expect(readout).not_to_contain_text("VAE at step")
    page.keyboard.press("Escape")
    expect(readout).to_contain_text(f"VAE at step {STEPS[-2]} ")


def test_the_table_holds_what_is_drawn(open_page):
    page = open_page(fragment())
    open_dot(page, f"{FUSION}@{STEPS[-1]}")
    with page.expect_download() as download:
        page.locator("#tradeoffs-frontier-csv").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert len(rows) == 1 + len(MNIST) * len(STEPS)
    row = next(r for r in rows if (r["checkpoint"], r["step"]) == (VAE, str(STEPS[1])))
    given = numbers(VAE, list(NAMES).index(VAE))["moments"][1]["values"]
    assert float(row[QUANTITIES["mse"].title]) == given["mse"]
    gan = next(r for r in rows if r["checkpoint"] == GAN)
    assert gan[QUANTITIES["mse"].title] == ""


def moved(page: Page, what: str) -> None:
    expect(page.locator(f"{TRIPTYCH} [data-moved]")).to_have_attribute("data-moved", what)
    expect(page.locator(f"{TRIPTYCH} [aria-busy]")).to_have_count(0)


def pixels(page: Page, part: str) -> list[str]:
    return page.locator(f"{TRIPTYCH} {part} canvas").evaluate_all(
        "all => all.map((canvas) => canvas.toDataURL())"
    )


def test_three_models_get_the_same_pictures(open_page, shot):
    page = open_page(fragment())
    moved(page, "thickness 1")
    sections = page.locator(f"{TRIPTYCH} .lp-section")
    expect(sections.nth(0).locator(".trip-name b")).to_have_text(["VAE", "DCGAN", "VAE/GAN"])
    expect(sections.nth(1).locator(".trip-cannot p")).to_contain_text("no encoder")
    expect(sections.nth(1)).to_contain_text("The corpus is not on this machine")
    expect(sections.nth(3).locator(".trip-said").first).to_have_text(re.compile("→"))
    shot(page, "triptych")

    rebuilt = pixels(page, ".lp-section:nth-child(2)")
    slider = page.get_by_role("slider", name="How far along the attribute")
    slider.focus()
    page.keyboard.press("Home")
    moved(page, "thickness -3")
    assert pixels(page, ".lp-section:nth-child(2)") == rebuilt
    page.locator("#tradeoffs-triptych-attribute").select_option("class-3")
    moved(page, "class-3 -3")
    page.wait_for_function("location.hash.includes('attribute:class-3')")
    again = open_page(page.evaluate("location.hash"))
    moved(again, "class-3 -3")
    last = ".lp-section:nth-child(4)"
    assert pixels(again, last) == pixels(page, last)


def test_a_dot_is_put_in_the_triptych(open_page):
    page = open_page(fragment(frontier=f"dot:ae/ae--mnist--conv@{STEPS[-1]}"))
    moved(page, "thickness 1")
    open_dot(page, f"ae/ae--mnist--conv@{STEPS[-1]}")
    page.locator("#tradeoffs-frontier-compare").click()
    names = page.locator(f"{TRIPTYCH} .lp-section").first.locator(".trip-name b")
    expect(names).to_have_text(["DCGAN", "VAE/GAN", "AE"])
    page.wait_for_function("decodeURIComponent(location.hash).includes(',ae/ae--mnist--conv')")


def test_beta_and_ablation(open_page, shot):
    page = open_page(fragment(beta="of:vae/beta_vae--mnist--beta1", ablation="moment:0"))
    walks = page.locator(f"{BETA} [data-walks]")
    expect(walks).to_have_attribute("data-walks", "vae/beta_vae--mnist--beta1")
    page.locator(f"{BETA} .lp-choice-small label", has_text="4").click()
    expect(walks).to_have_attribute("data-walks", "vae/beta_vae--mnist--beta4")
    expect(page.locator(f"{BETA} .beta-table .beta-own td").nth(2)).to_have_text("3 of 4")
    active, silent = (
        next(one for one in traces(page, f"{BETA}-bars") if one["name"] == name)
        for name in ("active", "not active")
    )
    assert (len(active["x"]), len(silent["x"])) == (3, 1)
    assert active["y"] == [3, 2, 1]
    page.mouse.click(*spot(page, f"{BETA}-plot", "vae/beta_vae--mnist--beta1"))
    expect(walks).to_have_attribute("data-walks", "vae/beta_vae--mnist--beta1")

    moment = page.locator(f"{ABLATION} [data-moment]")
    expect(moment).to_have_attribute("data-moment", "0")
    rows = page.locator(f"{ABLATION} tr[data-run]")
    expect(rows.locator("th")).to_have_text(["all on", "without L1", "without D"])
    first = numbers("gan/alpha_gan--mnist", list(NAMES).index("gan/alpha_gan--mnist"))["moments"]
    expect(rows.first.locator("td").nth(3)).to_have_text(f"{first[0]['values']['code_mmd']:g}")
    curves = traces(page, f"{ABLATION}-critic_accuracy")
    assert [one["name"] for one in curves] == ["all on", "without L1", "without D"]
    accuracies = [moment["values"]["critic_accuracy"] for moment in first]
    assert (curves[0]["x"], curves[0]["y"]) == (list(STEPS), accuracies)
    page.get_by_role("slider", name="Moment of training").focus()
    page.keyboard.press("End")
    expect(moment).to_have_attribute("data-moment", "2")
    page.wait_for_function("!location.hash.includes('ablation=')")
    shot(page, "beta-ablation")


def test_why_text_collapses(open_page, shot):
    """Rows, both runs at a moment, a sentence's bound; by link, keys and in a narrow window."""
    sentence = "I like good tea."
    link = fragment(mode="collapse", collapse=f"moment:50 text:{sentence}")
    page = open_page(link, dark=True)
    bound = page.locator(f"{COLLAPSE} [data-sentence]")
    expect(bound).to_have_attribute("data-sentence", sentence)
    assert len(traces(page, f"{COLLAPSE}-bound")[0]["y"]) == 21
    row = page.locator(f"{COLLAPSE} [data-name='{STEPPING}']")
    expect(row.locator("td").nth(1)).to_have_text("4.50")
    page.locator(f"{COLLAPSE} [data-name$='wae--tatoeba']", has_text="not here").wait_for()
    assert traces(page, f"{COLLAPSE}-plot")[0]["ids"] == [PLAIN, STEPPING]
    moment = page.locator(f"{COLLAPSE} [data-moment]")
    expect(moment).to_have_attribute("data-moment", "tatoeba@50")
    marks = traces(page, f"{COLLAPSE}-means-1")[1]
    assert (marks["x"], marks["y"]) == ([-2, -1, 0, 1, 2], [0] * 5)
    page.locator(f"{COLLAPSE}-scrub").press("End")
    expect(moment).to_have_attribute("data-moment", "tatoeba@100")
    page.wait_for_function("!location.hash.includes('moment')")
    play = page.locator(f"{COLLAPSE}-play")
    play.evaluate(NOTE_NAMES)  # it plays for less time than a busy machine takes for a look
    play.press("Enter")
    page.wait_for_function("names.length === 2")
    assert page.evaluate("names") == ["Pause", "Play the training"]
    expect(moment).to_have_attribute("data-moment", "tatoeba@100")
    field = page.get_by_role("textbox", name="Sentence")
    field.fill("zorp")
    field.press("Enter")
    page.get_by_text("no word that this model knows").wait_for()
    field.fill("Tom has a very good dog.")
    field.press("Enter")
    expect(bound).to_have_attribute("data-sentence", "Tom has a very good dog.")
    page.wait_for_function("decodeURIComponent(location.hash).includes('very+good+dog')")
    for width in (1320, 390):
        dress(page, width, dark=width == 390)
        everything_fits(page, COLLAPSE)
        shot(page, f"collapse-{width}")
    expect(row.get_by_role("link", name="SA-VAE: open in Sample")).to_have_attribute(
        "href", re.compile(f"tab=sample&checkpoint={STEPPING}")
    )


def test_it_fits_and_nothing_jumps(open_page, shot):
    page = open_page(fragment(), dark=True)
    moved(page, "thickness 1")
    assert page.locator(f"{BETA} [data-walks], {ABLATION} [data-moment]").count() == 0  # unseen
    parts = [f"{FRONTIER} .front-stage", f"{FRONTIER} .front-card", TRIPTYCH, BETA]
    for width, dark, earlier in ((1320, True, STEPS[-2]), (390, False, STEPS[-3])):
        dress(page, width, dark)
        for section, loaded in ((BETA, "[data-walks]"), (ABLATION, "[data-moment]")):
            link = page.locator(f"#tradeoffs-contents [data-section={section[1:]}]")
            link.click()
            page.wait_for_selector(f"{section} {loaded}")
            expect(link).to_have_attribute("aria-current", "true")
            expect(link).to_be_in_viewport()  # the contents stay in sight
        for part in (FRONTIER, BETA, ABLATION):
            everything_fits(page, part)
        before = [place(page, part) for part in parts]
        page.locator("#tradeoffs-frontier-earlier").click()
        open_dot(page, f"{FUSION}@{earlier}")
        assert [place(page, part) for part in parts] == before
        shot(page, f"bench-{width}-{'dark' if dark else 'light'}")


def place(page: Page, part: str) -> float:
    """Where a part begins on the page, wherever that is scrolled to."""
    return page.locator(part).evaluate("e => e.getBoundingClientRect().top + scrollY")
