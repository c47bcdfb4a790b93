"""The map in a real browser: points, places, paths, lasso, search, colours, links, keys."""

import csv
import json
import re

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

import backend
from app import parts
from tests.ui.chromium import dress, follow, wait_until_painted

pytestmark = pytest.mark.browser

TEXT, IMAGE = "text_vae/dgmvae--smd", "vae/gm_vae--mnist"
MARGIN = 28  # px around all points, as in plot.js
CORPUS = backend.load(TEXT, device="cpu").projection.originals()


def fragment(state: str = "", checkpoint: str = TEXT) -> str:
    return f"#v=1&tab=modes&checkpoint={checkpoint}" + (f"&map={state}" if state else "")


def settled(page: Page, at: str = "") -> str:
    """What is selected, once all of it has come and the link says so."""
    page.wait_for_function(
        """at => {
          const map = document.querySelector("#modes-map [data-settled]");
          const link = new URLSearchParams(location.hash.slice(1)).get("map") ?? "";
          const coded = map?.dataset.settled.replace(/[%\\s]/g, encodeURIComponent);
          return map?.dataset.texts && (!at || map.dataset.settled === at)
            && link.endsWith(`at:${coded}`);
        }""",
        arg=at,
    )
    return page.locator("#modes-map [data-settled]").get_attribute("data-settled")


def state(page: Page) -> dict[str, str]:
    link = page.evaluate("new URLSearchParams(location.hash.slice(1)).get('map')")
    return parts.split(link)


def lit(page: Page) -> int:
    return int(page.locator("#modes-map [data-lit]").get_attribute("data-lit"))


def pixels(page: Page) -> int:
    """A number that changes with what is drawn."""
    wait_until_painted(page)
    return page.evaluate(
        """() => {
          const canvas = document.querySelector("#modes-map .map-points");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let sum = 0;
          for (let i = 0; i < data.length; i += 1) sum = (31 * sum + data[i]) % 1000000007;
          return sum;
        }"""
    )


class Chart:
    """Where the points of a view are on the screen when all are seen."""

    def __init__(self, page: Page, view: str, checkpoint: str = TEXT) -> None:
        stage = page.locator("#modes-map-stage")
        stage.scroll_into_view_if_needed()
        box = stage.bounding_box()
        projection = backend.load(checkpoint, device="cpu").projection
        xy = projection.points(view).astype(float)
        centres = projection.centres(view).reshape(-1, 2)
        every = np.concatenate([xy, centres[np.isfinite(centres).all(1)]])
        low, high = every.min(0), every.max(0)
        self.width, self.height = box["width"] - 2, box["height"] - 2  # its border aside
        inner = np.array([self.width - 2 * MARGIN, self.height - 2 * MARGIN])
        self.scale = (inner / (high - low)).min()
        self.middle = (low + high) / 2
        self.corner = np.array([box["x"], box["y"]], float) + 1
        self.centre = self.corner + np.array([self.width / 2, self.height / 2])
        self.points = self.screen(xy)
        self.taken = np.concatenate([self.points, self.screen(every[len(xy) :])])

    def screen(self, xy: np.ndarray) -> np.ndarray:
        return (xy - self.middle) * self.scale * [1, -1] + self.centre

    def data(self, place: np.ndarray) -> np.ndarray:
        return (place - self.centre) / self.scale * [1, -1] + self.middle

    def alone(self) -> int:
        """A point with nothing else near it."""
        gap = np.linalg.norm(self.points[:, None] - self.taken[None], axis=-1)
        return int(np.sort(gap, axis=1)[:, 1].argmax())

    def empty(self, room: float = 24) -> np.ndarray:
        """A place with no point near it, away from the buttons in the corner."""
        rng = np.random.default_rng(0)
        for place in rng.uniform([60, 80], [self.width - 60, self.height - 60], (2000, 2)):
            if np.linalg.norm(self.taken - (place + self.corner), axis=1).min() > room:
                return place + self.corner
        raise AssertionError("the map is full")


def drag(page: Page, *stops: tuple[float, float]) -> None:
    page.mouse.move(*stops[0])
    page.mouse.down()
    for stop in stops[1:]:
        page.mouse.move(*stop, steps=8)
    page.mouse.up()


def script(page: Page) -> object:
    """What the script under Show code finds."""
    code = page.locator("#modes-map .lp-code pre").text_content()
    names: dict = {}
    exec(code.replace("print(result)", ""), names)
    return names["result"]


def asks(page: Page) -> list[str]:
    """Questions to the server from now on."""
    asked: list[str] = []
    page.on(
        "request",
        lambda request: (
            asked.append(request.post_data or "") if "component_server" in request.url else None
        ),
    )
    return asked


def test_it_opens_on_a_sentence_and_a_click_shows_another(open_page, shot):
    page = open_page(fragment("view:pca"))
    first = settled(page)
    assert re.fullmatch(r"p\d+", first)
    chart = Chart(page, "pca")
    row = chart.alone()
    page.mouse.click(*chart.points[row])
    settled(page, f"p{row}")
    card = page.locator("#modes-map-card")
    expect(card.locator("h3")).to_have_text(f"Held-out sentence {row + 1:,}")
    projection = backend.load(TEXT, device="cpu").projection
    if CORPUS:
        expect(card.locator(".map-item")).to_have_text(CORPUS[row])
    expect(card).to_contain_text(projection.texts[row])
    bars = card.locator(".map-share button")
    expect(bars).to_have_count(projection.responsibilities[row].size)
    said = [int(re.search(r"(\d+)%", bar.get_attribute("aria-label"))[1]) for bar in bars.all()]
    assert np.allclose(np.array(said) / 100, projection.responsibilities[row].ravel(), atol=0.011)
    expect(card.locator(".map-near button")).to_have_count(8)
    assert script(page) == projection.texts[row]
    card.locator(".map-near button").first.click()
    page.wait_for_function(f"!document.querySelector('#modes-map [data-settled=\"p{row}\"]')")
    assert settled(page) != f"p{row}"
    shot(page, "map-point")


@pytest.mark.parametrize("view, exact", [("umap", "approximate"), ("c0", "exact")])
def test_an_empty_place_is_decoded(open_page, view, exact):
    page = open_page(fragment(f"view:{view}"))
    home = int(settled(page)[1:])
    chart = Chart(page, view)
    place = chart.empty()
    page.mouse.click(*place)
    page.wait_for_selector("#modes-map-card[data-kind=place]")
    at = settled(page)
    x, y = (float(part) for part in at.split("~")[:2])
    assert np.abs(chart.data(place) - [x, y]).max() * chart.scale < 1.5
    card = page.locator("#modes-map-card")
    expect(card.locator(".map-badge").first).to_have_text(exact)
    expect(card.locator(".map-away")).to_contain_text("Typicality")
    space = backend.load(TEXT, device="cpu")
    base = home if view == "c0" else None
    found = space.projection.code_at(view, x, y, base)
    item = space.decode(found.code[None])[0]
    expect(card.locator(".map-item")).to_have_text(item or "(nothing)")
    assert script(page) == item
    if exact == "exact":  # far away is said to be far
        follow(page, fragment("view:c0/at:60~60"))
        page.wait_for_selector("#modes-map [data-settled^='60.0']")
        expect(page.locator("#modes-map-card .lp-caution")).to_have_text("atypical")


def test_a_line_becomes_a_path(open_page, shot):
    page = open_page(fragment("view:pca/tool:path"))
    settled(page)
    chart = Chart(page, "pca")
    x, y = chart.corner
    drag(
        page,
        (x + 100, y + 0.7 * chart.height),
        (x + 0.5 * chart.width, y + 0.4 * chart.height),
        (x + 0.8 * chart.width, y + 0.6 * chart.height),
    )
    steps = page.locator("#modes-map-card .map-steps button")
    expect(steps).to_have_count(8)
    expect(page.locator("#modes-map-card .map-wait")).to_have_count(0)
    expect(page.locator("#modes-map .map-stop")).to_have_count(8)
    said = [step.text_content() for step in steps.all()]
    page.wait_for_function(
        "document.querySelector('#modes-map .lp-code pre').textContent.includes('places')"
    )
    result = script(page)
    assert [words(text) for text in said[:1]] == [words(text) for text in result[:1]]
    assert len(result) == 8
    shot(page, "map-path")
    steps.nth(2).click()
    expect(page.locator("#modes-map-card h3")).to_have_text("A place on the map")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_the_lasso_fills_a_table_that_can_be_saved(open_page, tmp_path):
    page = open_page(fragment("view:pca/tool:lasso"))
    settled(page)
    chart = Chart(page, "pca")
    x, y = chart.corner
    left, right = x + 0.3 * chart.width, x + 0.6 * chart.width
    top, bottom = y + 0.3 * chart.height, y + 0.7 * chart.height
    drag(page, (left, top), (right, top), (right, bottom), (left, bottom))
    status = page.locator("#modes-map .map-status")
    expect(status).to_contain_text("inside the lasso")
    inside = (chart.points > [left, top]).all(1) & (chart.points < [right, bottom]).all(1)
    assert abs(lit(page) - inside.sum()) <= 0.02 * inside.sum()
    table = page.locator("#modes-map-table")
    expect(table).to_have_attribute("open", "")
    expect(table.locator("tbody tr")).to_have_count(min(500, lit(page)))
    for kind in ("csv", "json"):
        with page.expect_download() as download:
            page.locator(f"#modes-map-{kind}").click()
        download.value.save_as(tmp_path / f"points.{kind}")
    with open(tmp_path / "points.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    points = json.loads((tmp_path / "points.json").read_text(encoding="utf-8"))["points"]
    assert len(rows) == len(points) == lit(page)
    assert [int(row["number"]) for row in rows] == [point["number"] for point in points]
    if CORPUS:
        assert points[0]["sentence"] == CORPUS[points[0]["number"] - 1]
    page.get_by_role("button", name="Clear the lasso").click()
    assert lit(page) == len(chart.points)
    follow(page, fragment("view:c1/tool:lasso"))
    expect(page.locator("#modes-map-views [aria-checked=true]")).to_have_text("z of c2")
    settled(page)
    chart = Chart(page, "c1")
    x, y = chart.empty(30)
    drag(page, (x - 8, y - 8), (x + 8, y - 8), (x + 8, y + 8), (x - 8, y + 8))
    expect(page.locator("#modes-map .map-status")).to_contain_text("No point lies inside")
    assert lit(page) == len(chart.points)


def test_search_lights_up_matches(open_page):
    page = open_page(fragment())
    settled(page)
    before = pixels(page)
    box, said = page.locator("#modes-map-search"), page.locator("#modes-map-found")
    page.locator("#modes-map-stage").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    box.fill("weather")
    texts = CORPUS or backend.load(TEXT, device="cpu").projection.texts
    n = sum("weather" in text.lower() for text in texts)
    expect(said).to_have_text(f"{n:,} found")
    assert lit(page) == n and pixels(page) != before
    expect(page.locator("#modes-map-table summary")).to_contain_text(f"{n:,} sentences found")
    page.wait_for_function("location.hash.includes('find:weather')")
    hits = [row for row, text in enumerate(texts) if "weather" in text.lower()]
    box.press("Enter")
    settled(page, f"p{hits[0]}")
    expect(said).to_have_text(f"1 of {n:,}")
    page.get_by_role("button", name="Previous hit").click()
    settled(page, f"p{hits[-1]}")
    expect(page.locator("#modes-map-card")).to_contain_text("Neighbours kept on this view")
    page.get_by_role("button", name="Fit", exact=True).click()
    box.fill("xyzzy")
    expect(said).to_have_text("no match")
    assert lit(page) == 0
    box.press("Escape")
    expect(said).to_have_text("")
    assert lit(page) == len(texts) and pixels(page) == before


def test_colours_and_legend_need_no_server(open_page):
    page = open_page(fragment())
    settled(page)
    asked = asks(page)
    seen = {pixels(page)}
    menu = page.locator("#modes-map-colour")
    for colour in ("mode.1", "sure.0", "tag.domain", "tag.speaker", "length"):
        menu.select_option(colour)
        assert state(page)["colour"] == colour
        seen.add(pixels(page))
    assert len(seen) == 6
    menu.select_option("mode.0")
    page.get_by_role("radio", name="z of c3").first.click()
    expect(menu).to_have_value("mode.2")  # the colours follow the plane
    page.get_by_role("radio", name="UMAP").first.click()
    menu.select_option("tag.domain")
    chips = page.locator("#modes-map .map-legend button")
    projection = backend.load(TEXT, device="cpu").projection
    expect(chips).to_have_count(len(projection.tags.names["domain"]))
    chips.first.click()
    expect(chips.first).to_have_attribute("aria-pressed", "false")
    assert lit(page) == (projection.tags.ids["domain"] != 0).sum()
    chips.first.click()
    page.locator("#modes-map-contours").click()
    expect(page.locator("#modes-map .map-contour")).to_have_count(
        projection.centres("umap").shape[1]
    )
    chart = Chart(page, "umap")
    before = pixels(page)
    page.mouse.move(*chart.points[chart.alone()])
    expect(page.locator("#modes-map .map-tip")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.mouse.wheel(0, 300)  # over a map that nobody has clicked the page scrolls on
    expect(page.locator("#modes-map .map-wheel")).to_be_visible()
    page.wait_for_function("scrollY > 0")
    page.evaluate("scrollTo(0, 0)")
    assert pixels(page) == before and "zoom:" not in page.url
    areas = page.locator("#modes-map .map-area")
    far = areas.all_text_contents()
    assert len(far) > 3
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.wait_for_function("location.hash.includes('zoom:')")
    assert pixels(page) != before
    expect(page.locator("#modes-map [data-level]")).not_to_have_attribute("data-level", "0")
    assert areas.all_text_contents() != far
    page.locator("#modes-map-labels").click()
    expect(areas).to_have_count(0)
    assert state(page)["labels"] == "0"
    page.get_by_role("button", name="Fit", exact=True).click()
    page.wait_for_function("!location.hash.includes('zoom:')")
    page.mouse.move(0, 0)
    assert pixels(page) == before
    # The questions of the widgets beside it (none here) aside: the map asked nothing.
    assert not [body for body in asked if '"fn_name":"run"' not in body and "facts" not in body]


def test_a_centre_lights_its_points_and_tells_the_page(open_page):
    page = open_page(fragment())
    settled(page)
    page.evaluate("window.addEventListener('latent-mode', (e) => (window.heard = e.detail))")
    page.locator("#modes-map .map-centre").nth(1).click()
    page.wait_for_function("window.heard")
    assert page.evaluate("window.heard") == {"checkpoint": TEXT, "variable": 0, "component": 1}
    modes = backend.load(TEXT, device="cpu").projection.modes
    assert lit(page) == (modes[:, 0] == 1).sum()
    page.locator("#modes-map .map-centre").nth(1).click()
    assert lit(page) == len(modes)
    detail = {"checkpoint": TEXT, "variable": 2, "component": 4}
    page.evaluate(
        "detail => window.dispatchEvent(new CustomEvent('latent-mode', { detail }))", detail
    )
    assert lit(page) == (modes[:, 2] == 4).sum()
    page.wait_for_function("location.hash.includes('lit:2.4')")
    for wrong in ({**detail, "checkpoint": "x"}, {**detail, "variable": 9}, {}, None):
        page.evaluate(
            "detail => window.dispatchEvent(new CustomEvent('latent-mode', { detail }))", wrong
        )
    assert lit(page) == (modes[:, 2] == 4).sum()


def test_a_sentence_of_ones_own(open_page, shot):
    page = open_page(fragment("view:pca"))
    settled(page)
    page.evaluate("window.addEventListener('latent-code', (e) => (window.heard = e.detail))")
    before = pixels(page)
    box = page.locator("#modes-map-sentence")
    box.fill("will it rain in <b>zanzibarrr</b> today?")
    box.press("Enter")
    page.wait_for_selector("#modes-map-card[data-kind=sentence]")
    settled(page)
    expect(page.locator("#modes-map .map-star")).to_be_visible()
    card = page.locator("#modes-map-card")
    expect(card.locator(".map-item")).to_have_text("will it rain in <b>zanzibarrr</b> today?")
    expect(card).to_contain_text("does not know: ")
    assert page.locator("#modes-map b b, #modes-map .map-item b").count() == 0
    assert pixels(page) == before  # nothing else moved
    heard = page.evaluate("window.heard")
    assert heard["checkpoint"] == TEXT and len(heard["code"]) == 6 and "<b>" in heard["text"]
    for key in ("umap", "z of c2"):
        page.get_by_role("radio", name=re.compile(key, re.I)).first.click()
        expect(page.locator("#modes-map .map-star")).to_be_visible()
    shot(page, "map-sentence")
    card.get_by_role("button", name="Draw one").click()
    expect(card).to_contain_text("a draw of q(z|x), seed 0")
    settled(page)
    assert state(page)["draw"] == "0" and page.evaluate("window.heard.code") != heard["code"]
    for wrong in ("", "qqqqq zzzzz", "?!"):
        box.fill(wrong)
        box.press("Enter")
        expect(page.locator("#modes-map .lp-error")).to_be_visible()
        expect(card).to_have_attribute("data-kind", "sentence")


def test_a_link_brings_everything_back(open_page):
    link = (
        "view:c2/colour:tag.speaker/tool:lasso/find:rain/lit:2.3/contours:1/zoom:0.5~-0.5~2/at:p77"
    )
    page = open_page(fragment(link))
    settled(page, "p77")
    expect(page.locator("#modes-map-views [aria-checked=true]")).to_have_text("z of c3")
    expect(page.locator("#modes-map-colour")).to_have_value("tag.speaker")
    expect(page.locator("#modes-map-tools [aria-checked=true]")).to_have_text("Lasso")
    expect(page.locator("#modes-map-search")).to_have_value("rain")
    expect(page.locator("#modes-map-contours")).to_have_attribute("aria-pressed", "true")
    before, count = pixels(page), lit(page)
    assert 0 < count < 500
    again = open_page(page.evaluate("location.hash"))
    settled(again, "p77")
    assert lit(again) == count and pixels(again) == before
    assert state(again) == state(page)


BROKEN = {  # a link: what is said of it, or whether contours show that it was followed
    "wrong:1": "it has no part",
    "tool:hammer": "tool cannot be",
    "view:nowhere/colour:tag.none/lit:9.9/zoom:a~b/at:p999999/contours:1": True,
    "find:%3Cimg src=x onerror=alert(1)%3E/at:1e9~0": False,
    "find:%25zz/at:~~/contours:1": True,
}


def test_a_broken_link_still_opens(open_page):
    page = open_page(fragment(next(iter(BROKEN))))
    notice = page.locator("#header .lp-notice")
    for link, sign in BROKEN.items():
        follow(page, fragment(link))
        if isinstance(sign, str):
            expect(notice).to_contain_text(sign)
            notice.get_by_role("button", name="Dismiss").click()
        else:
            contours = page.locator("#modes-map-contours")
            expect(contours).to_have_attribute("aria-pressed", str(sign).lower())
        page.wait_for_selector("#modes-map [data-points]")
        expect(page.locator("#modes-map .map-stage")).to_be_visible()
        assert page.locator("#modes-map img").count() == 0


def test_keys_do_what_the_mouse_does(open_page):
    page = open_page(fragment("view:c0"))
    first = settled(page)
    stage = page.locator("#modes-map-stage")
    page.locator("#modes-map-contours").focus()
    stage.focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#modes-map .map-cross")).to_be_visible()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector("#modes-map-card[data-kind=place]")
    assert settled(page) != first
    page.keyboard.press(" ")
    page.wait_for_selector("#modes-map-card[data-kind=point]")
    settled(page)
    page.keyboard.press("+")
    page.wait_for_function("location.hash.includes('zoom:')")
    page.keyboard.press("0")
    page.wait_for_function("!location.hash.includes('zoom:')")
    tools = page.locator("#modes-map-tools")
    tools.locator("[aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    expect(tools.locator("[aria-checked=true]")).to_have_text("Path")
    stage.focus()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#modes-map-card .map-steps li")).to_have_count(8)
    assert page.evaluate("document.activeElement.id") == "modes-map-stage"


def test_pictures_too(open_page, shot):
    page = open_page(fragment("view:umap/colour:tag.label", IMAGE))
    page.wait_for_selector("#modes-map [data-settled]")
    card = page.locator("#modes-map-card")
    expect(card.locator("canvas.map-picture")).to_be_visible()
    expect(card.locator(".map-near canvas")).to_have_count(8)
    expect(page.locator("#modes-map-sentence")).to_be_hidden()
    first = page.locator("#modes-map .map-legend button").first
    expect(first).to_contain_text("0")
    chart = Chart(page, "umap", IMAGE)
    place = chart.empty()
    page.mouse.click(*place)
    page.wait_for_selector("#modes-map-card[data-kind=place] .map-away[title]")
    page.wait_for_function(
        "document.querySelector('#modes-map .lp-code pre').textContent.includes('code_at')"
    )
    shown = page.evaluate(
        """() => {
          const canvas = document.querySelector("#modes-map-card .map-picture");
          const image = canvas.getContext("2d").getImageData(0, 0, 28, 28);
          return Array.from(image.data.filter((_, i) => i % 4 === 3));
        }"""
    )
    assert np.abs(np.array(shown) - script(page).ravel().astype(int)).max() <= 1
    shot(page, "map-pictures")


ABSENT = {
    "absent": "It has no map yet. `python scripts/project.py x` makes one.",
    "command": "python scripts/project.py x",
    "offer": {"allowed": True, "estimate": "About a minute.", "running": False},
    "code": "",
}


def answering(page: Page, answers: dict[str, list[dict]]) -> None:
    """Answer the map's questions by name, each with the next of its answers; the last stays."""

    chart = page.evaluate(
        "gradio_config.components.find(({ props }) => props.elem_id === 'modes-map').id"
    )

    def answer(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        if body.get("component_id") != chart or body.get("fn_name") not in answers:
            return route.continue_()
        queue = answers[body["fn_name"]]
        route.fulfill(json=queue.pop(0) if len(queue) > 1 else queue[0])

    page.route("**/component_server**", answer)


def test_a_missing_map_can_be_computed_and_cancelled(open_page, shot):
    page = open_page("", drawn=True)
    running = {"running": True, "done": False, "stage": "encoding", "seconds": 3}
    answering(
        page,
        {
            "run": [ABSENT],
            "compute": [{**running, "percent": 5}],
            "computing": [{**running, "percent": 40}],
            "cancel": [{}],
        },
    )
    page.get_by_role("tab", name="Modes", exact=True).click()
    missing = page.locator("#modes-map .map-missing")
    expect(missing.locator("pre")).to_have_text("python scripts/project.py x")
    expect(missing).to_contain_text("About a minute.")
    expect(page.locator("#modes-map-stage")).to_be_hidden()
    shot(page, "map-missing")
    missing.get_by_role("button", name="Compute the map").click()
    expect(missing.locator("progress")).to_have_attribute("max", "100")
    expect(missing.get_by_role("status")).to_contain_text("encoding, 40%")
    missing.get_by_role("button", name="Cancel").click()
    expect(missing.get_by_role("status")).to_contain_text("Cancelled")
    expect(missing.get_by_role("button", name="Compute the map")).to_be_visible()


def test_it_fits_and_nothing_jumps(open_page, shot):
    page = open_page(fragment("view:pca/colour:tag.domain"), dark=True)
    parts = ("#modes-map-stage", "#modes-map-card", "#modes-map .map-legend", "#modes-map-table")

    def tops() -> list[float]:
        return [page.locator(part).evaluate("e => e.offsetTop") for part in parts]

    for width, dark in ((1320, True), (1000, False), (420, False), (420, True)):
        at = settled(page)
        dress(page, width, dark)
        before = tops()
        page.mouse.click(*Chart(page, "pca").empty(16))
        page.wait_for_selector(f"#modes-map [data-settled='{at}']", state="detached")
        page.wait_for_selector("#modes-map-card[data-kind=place]")
        settled(page)
        page.locator("#modes-map-search").fill("xyzzy")
        expect(page.locator("#modes-map-found")).to_have_text("no match")
        assert tops() == before
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, f"map-{width}-{'dark' if dark else 'light'}")
        page.locator("#modes-map-search").fill("")
        page.locator("#modes-map-card .map-near button").first.click()
        page.wait_for_selector("#modes-map-card[data-kind=point]")


def test_a_finger_taps_and_pinches(browser, app_url):
    context = browser.new_context(viewport={"width": 420, "height": 900}, has_touch=True)
    page = context.new_page()
    page.goto(app_url + fragment("view:c0"))
    first = settled(page)
    place = Chart(page, "c0").empty(16)
    page.touchscreen.tap(*place)
    page.wait_for_selector("#modes-map-card[data-kind=place]")
    assert settled(page) != first
    context.close()


def test_it_needs_no_graphics_card(context, app_url):
    """Where WebGL is missing the same points are drawn."""
    page = context.new_page()
    page.set_viewport_size({"width": 1320, "height": 900})
    page.add_init_script(
        """const ask = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return /webgl|webgpu/.test(kind) ? null : ask.call(this, kind, ...rest);
        };"""
    )
    page.goto(app_url + fragment("view:pca"))
    settled(page)
    assert lit(page) == len(backend.load(TEXT, device="cpu").projection.codes)
    page.close()
