"""Explore in a real browser: drags, keys, planes of sentences, links, and rubbish in links."""

import csv
import itertools
import json
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

import backend
from app.widgets.latent_pad.place import on_globe
from app.widgets.latent_pad.widget import view
from backend import corpora
from tests.ui.chromium import dress, follow

pytestmark = pytest.mark.browser

GLOBE = "vae/vmf_vae--mnist"
FLAT, WIDE, TEXT = "vae/vae--mnist--2d", "vae/vae--mnist--16d", "text_vae/text_vae--tatoeba"
SENTENCES = ("I like tea.", "She didn't want to be with him.", "Where is the station?")


def fragment(checkpoint: str = FLAT, **more: str) -> str:
    pairs = {"v": 1, "tab": "explore", "checkpoint": checkpoint, "mode": "plane"} | more
    return "#" + "&".join(f"{key}={value}" for key, value in pairs.items())


def settled(page: Page) -> tuple[float, float]:
    """The place at which the pad has come to rest, its numbers shown."""
    page.wait_for_function(
        """() => {
          const pad = document.querySelector("#explore-pad [data-settled]");
          const square = document.querySelector("#explore-square");
          const link = new URLSearchParams(location.hash.slice(1)).get("at");
          return pad && square.dataset.decoded === pad.dataset.settled
            && link === pad.dataset.settled && pad.getAttribute("aria-busy") !== "true";
        }"""
    )
    place = page.locator("#explore-square").get_attribute("data-decoded")
    first, second = map(float, place.split(","))
    return first, second


def shown_picture(page: Page) -> np.ndarray:
    """The decoded picture as it is on the canvas: opacity of ink, [28, 28]."""
    values = page.evaluate(
        """() => {
          const canvas = document.querySelector(".pad-picture");
          const image = canvas.getContext("2d").getImageData(0, 0, 28, 28);
          return Array.from(image.data.filter((_, i) => i % 4 === 3));
        }"""
    )
    return np.array(values).reshape(28, 28)


def decoded(place: tuple[float, float]) -> np.ndarray:
    return backend.load(FLAT, device="cpu").decode(np.array([place], np.float32))[0].astype(int)


def script(page: Page) -> dict:
    """What the script under Show code leaves behind when it runs."""
    code = page.locator("#explore-pad .lp-code pre").text_content()
    names: dict = {}
    exec(code.replace("print(result)", ""), names)
    return names


def drag(page: Page, *stops: tuple[float, float]) -> None:
    """Press at the first stop, given as fractions of the square, and let go at the last."""
    box = page.locator("#explore-square").bounding_box()
    points = [(box["x"] + s * box["width"], box["y"] + t * box["height"]) for s, t in stops]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=12)
    page.mouse.up()


def test_a_drag_decodes_and_the_newest_place_wins(open_page, shot):
    page = open_page(fragment(at="0,0"))
    assert settled(page) == (0, 0)
    before = shown_picture(page)
    drag(page, (0.5, 0.5), (0.2, 0.8), (0.9, 0.3), (0.7, 0.3))
    page.wait_for_function("document.querySelector('#explore-square').dataset.decoded !== '0,0'")
    place = settled(page)
    after = shown_picture(page)
    assert not np.array_equal(before, after)
    assert np.abs(after - decoded(place)).max() <= 1  # threads may round the last grey level
    assert np.abs(script(page)["result"].astype(int) - after).max() <= 1
    # The ring is where the mouse was let go.
    ring, square = (page.locator(s).bounding_box() for s in (".pad-ring", "#explore-square"))
    assert ring["x"] + ring["width"] / 2 - square["x"] == pytest.approx(
        0.7 * square["width"], abs=2
    )
    shot(page, "explore-2d")


def test_every_answer_belongs_to_the_place_it_was_asked_for(open_page):
    """The server answers out of step; the page still ends at the newest place."""
    page = open_page(fragment(at="0,0"))
    settled(page)
    page.evaluate(
        """() => {
          const [ask, delays] = [window.fetch, [400, 0, 150, 0, 50]];
          window.late = 0;
          window.fetch = async (...request) => {
            const answer = await ask(...request);
            if (String(request[0]).includes("component_server")) {
              window.late += 1;
              await new Promise((go) => setTimeout(go, delays.shift() ?? 0));
            }
            return answer;
          };
        }"""
    )
    drag(page, (0.4, 0.4), (0.6, 0.7), (0.3, 0.6))
    page.wait_for_function("document.querySelector('#explore-square').dataset.decoded !== '0,0'")
    place = settled(page)
    assert np.abs(shown_picture(page) - decoded(place)).max() <= 1
    assert page.evaluate("window.late") > 1


def test_keys_move_the_ring(open_page):
    page = open_page(fragment(at="0,0"))
    settled(page)
    square = page.locator("#explore-square")
    expect(square).to_have_attribute("role", "slider")
    expect(square).to_have_accessible_name("Latent plane")
    square.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    page.wait_for_function("document.querySelector('#explore-square').dataset.decoded !== '0,0'")
    first, second = settled(page)
    assert second == pytest.approx(5 * first, abs=1e-3) and first > 0
    expect(square).to_have_attribute("aria-valuetext", re.compile(r"z₁ 0\.\d\d, z₂ 0\.\d\d"))
    page.locator("#explore-layer").get_by_label("Verdict").check()  # a layer keeps the place
    page.locator("[data-judged='0']").wait_for()
    assert settled(page) == (first, second)
    regions = """() => {
      const { data } = document.querySelector(".pad-regions").getContext("2d")
        .getImageData(0, 0, 40, 40);
      const colours = Array.from({ length: 1600 }, (_, i) => data.slice(4 * i, 4 * i + 3));
      return new Set(colours.map(String)).size;
    }"""
    assert page.evaluate(regions) >= 8
    said = page.locator(".pad-facts dt", has_text="verdict").locator("+ dd")
    expect(said).to_have_text(re.compile(r"digit \d, \d+%"))
    expect(page.locator(".pad-shares tbody tr")).to_have_count(10)
    assert "layer=verdict" in page.evaluate("location.hash")
    page.locator("#explore-layer").get_by_label("q(z|x)").check()
    page.locator(f"[data-spread='{first:g},{second:g}']").wait_for()
    expect(page.locator(".pad-over path")).to_have_count(2)
    draws = page.locator(".pad-draws tbody tr")
    expect(draws).to_have_count(8)
    values = np.array([row.split()[:2] for row in draws.all_inner_texts()])
    values = np.char.replace(values, "−", "-").astype(float)
    q = backend.load(FLAT, device="cpu").posterior(decoded((first, second))[None].astype(np.uint8))
    assert np.abs(values - q.mean).max() < 5 * q.std.max()
    assert set(script(page)) > {"q", "result"}
    assert "layer=posterior" in page.evaluate("location.hash")
    square.focus()
    page.keyboard.press("Home")
    home = view(FLAT, "plane", "held-out", 0)["home"]
    page.wait_for_function(
        f"document.querySelector('#explore-square').dataset.decoded === '{home[0]:g},{home[1]:g}'"
    )
    assert settled(page) == pytest.approx(home, abs=1e-4)


def test_the_film_strip_goes_back_and_the_table_can_be_saved(open_page, tmp_path):
    page = open_page(fragment(at="1,1"))
    settled(page)
    first = shown_picture(page)
    for stop in ((0.2, 0.2), (0.8, 0.2)):
        drag(page, stop)
        settled(page)
    slots = page.locator("#explore-pad button.pad-slot")
    expect(slots).to_have_count(3)
    slots.nth(2).click()
    page.wait_for_function("document.querySelector('#explore-square').dataset.decoded === '1,1'")
    assert settled(page) == (1, 1) and np.array_equal(shown_picture(page), first)

    page.locator(".pad-table summary").click()
    expect(page.locator(".pad-table tbody tr")).to_have_count(4)
    with page.expect_download() as download:
        page.locator("#explore-csv").click()
    download.value.save_as(tmp_path / "places.csv")
    with open(tmp_path / "places.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 and float(rows[0]["z₁"]) == float(rows[0]["z0"]) == 1


def test_a_plane_through_three_sentences(open_page, shot):
    page = open_page(fragment(TEXT))
    settled(page)
    page.locator("#explore-points").get_by_label("Your own", exact=True).check()
    for key, text in zip("abc", SENTENCES, strict=True):
        page.locator(f"#explore-{key} textarea").fill(text)
    page.locator("#explore-a textarea").press("Enter")
    points = page.locator("#explore-pad .pad-point")
    expect(points).to_have_count(3)
    expect(points.first).to_contain_text(SENTENCES[0])
    drag(page, (0.4, 0.6), (0.6, 0.5), (0.55, 0.65))
    place = settled(page)
    space = backend.load(TEXT, device="cpu")
    z = space.plane(*space.encode(list(SENTENCES), refine=True)).at(*place)
    sentence = page.locator(".pad-sentence").text_content()
    assert sentence == space.decode(z[None])[0] == script(page)["result"]
    expect(page.locator(".pad-name").first).to_be_visible()  # the map of sentences
    shot(page, "explore-sentences")

    link = page.evaluate("location.hash")
    again = open_page(link)
    assert settled(again) == place
    assert again.locator(".pad-sentence").text_content() == sentence
    assert again.locator("#explore-b textarea").input_value() == SENTENCES[1]


def test_a_plane_through_pictures_of_ones_own(open_page, shot, tmp_path):
    page = open_page(fragment(WIDE, points="own"))
    settled(page)
    field = page.locator("#explore-p")
    sketched = page.evaluate("location.hash")
    field.get_by_role("button", name="Clear").click()
    expect(page.locator("#explore-pad .lp-error")).to_contain_text(
        "Picture A: The picture is empty"
    )
    box = field.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 150, steps=8)
    page.mouse.up()
    expect(page.locator("#explore-pad .lp-error")).to_be_hidden()
    page.wait_for_function(f"location.hash !== {json.dumps(sketched)}")
    settled(page)

    Image.new("L", (300, 200), 255).save(tmp_path / "blank.png")
    (tmp_path / "notes.png").write_text("not a picture")
    paper = Image.new("RGB", (640, 480), (200, 196, 190))
    ImageDraw.Draw(paper).ellipse((220, 120, 420, 360), outline=(40, 40, 60), width=30)
    paper.save(tmp_path / "photo.jpg")
    before = page.evaluate("location.hash")
    for name, news in (
        ("blank.png", "The picture is empty"),
        ("notes.png", "not a picture the browser can read"),
        ("photo.jpg", "as the model sees it"),
    ):
        field.locator("input[type=file]").set_input_files(tmp_path / name)
        expect(field.locator(".sketch-note")).to_contain_text(news)
    page.wait_for_function(f"location.hash !== {json.dumps(before)}")
    settled(page)
    swap, note = field.get_by_role("button", name="Swap light and dark"), field.locator("p").last
    expect(note).to_contain_text("Inverted")
    before = page.evaluate("location.hash")
    for news in ("With the tones it had", "Inverted"):
        swap.click()
        expect(note).to_contain_text(news)
        page.wait_for_function(f"location.hash !== {json.dumps(before)}")
        before = page.evaluate("location.hash")
    settled(page)
    if corpora.available("mnist"):
        field.get_by_role("button", name="Next test image").click()
        expect(field.locator(".sketch-note")).to_contain_text("MNIST test image")
        page.wait_for_function(f"location.hash !== {json.dumps(before)}")
    else:
        expect(field.get_by_role("button", name="Next test image")).to_be_hidden()
        expect(page.locator("#explore-q .sketch-note")).to_contain_text("not on this machine")
    assert settled(page) == (0.25, 0.25)
    assert np.abs(script(page)["result"].astype(int) - shown_picture(page)).max() <= 1
    shot(page, "explore-sketches")


def test_one_unit_of_a_picture_and_directions_around_it(open_page, shot):
    page = open_page(fragment(WIDE, mode="unit", points="held-out", seed="3"))
    page.wait_for_selector("#explore-pad [data-settled], #explore-pad[data-settled]")
    expect(page.locator(".pad-strip button")).to_have_count(9)
    units = page.locator(".pad-units [role=radio]")
    expect(units).to_have_count(16)
    expect(units.first).to_have_attribute("aria-checked", "true")
    units.nth(1).click()
    expect(units.nth(1)).to_have_attribute("aria-checked", "true")
    chosen = units.nth(1).get_attribute("data-unit")
    page.wait_for_function(f"location.hash.includes('at={chosen}%2C')")
    lowest = page.locator(".pad-strip button").nth(0)
    lowest.click()
    page.wait_for_function(
        f"location.hash.includes('at={chosen}%2C{lowest.get_attribute('data-value')}')"
    )
    shown = shown_picture(page)
    assert np.abs(script(page)["result"].astype(int) - shown).max() <= 1
    before = page.evaluate("location.hash")
    page.locator("#explore-slider").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"location.hash !== {json.dumps(before)}")
    shot(page, "explore-unit")
    page.locator("#explore-mode label").nth(2).click()  # the directions around the same point
    page.wait_for_selector(".pad-units[data-ends='16']")
    expect(units).to_have_count(24)
    expect(units.first).to_contain_text("direction 1")
    units.first.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("location.hash.includes('mode=direction&at=17%2C0')")
    page.locator(".pad-strip button").last.click()
    page.wait_for_function("location.hash.includes('at=17%2C3&')")
    expect(page.locator(".pad-facts dd").first).to_have_text("3.00 σ")
    assert np.abs(script(page)["result"].astype(int) - shown_picture(page)).max() <= 1
    page.reload()
    page.wait_for_selector("[data-settled='17,3']")
    expect(units.nth(1)).to_have_attribute("aria-checked", "true")
    shot(page, "explore-direction")


def test_a_link_brings_everything_back(open_page):
    link = fragment(WIDE, points="samples", seed="11", at="0.4,0.2")
    page = open_page(link)
    assert settled(page) == (0.4, 0.2)
    assert page.locator("#explore-points").get_by_label("Samples").is_checked()
    assert page.locator("#explore-seed input").input_value() == "11"
    first = shown_picture(page)
    again = open_page(page.evaluate("location.hash"))
    assert settled(again) == (0.4, 0.2)
    assert np.abs(shown_picture(again) - first).max() <= 1


BROKEN = [
    fragment("vae/no-such-checkpoint", at="0,0"),
    fragment("..%2F..%2Fetc", at="0,0"),
    fragment(at="nan,0"),
    fragment(at="1e300,0"),
    fragment(at="%3Cimg src=x onerror=alert(1)%3E"),
    fragment(mode="sphere"),
    fragment(points="internet", seed="x"),
]


def test_a_wrong_link_is_named_and_the_page_works(open_page):
    page = open_page(BROKEN[0])
    notice = page.locator("#header .lp-notice")
    for link in BROKEN:
        follow(page, link)
        expect(notice).to_be_visible()
        settled(page)
        drag(page, (0.3, 0.3))
        settled(page)
        notice.get_by_role("button", name="Dismiss").click()
    assert page.locator("#explore-pad img").count() == 0


# Links that people have: they must keep opening. Never edit one, only add.
GOLDEN = {
    "#v=1&tab=explore&checkpoint=vae/vae--mnist--2d&mode=plane&at=1.25%2C-0.5": (1.25, -0.5),
    "#v=1&tab=explore&checkpoint=vae/vae--mnist--16d&mode=plane&points=held-out&seed=7"
    "&at=0.3%2C0.6": (0.3, 0.6),
    "#v=1&tab=explore&checkpoint=vae/vae--mnist--16d&mode=unit&points=samples&seed=2&at=3%2C1.5": (
        3,
        1.5,
    ),
    "#v=1&tab=explore&checkpoint=text_vae/text_vae--tatoeba&mode=plane&points=own&a=I+like+tea."
    "&b=Don't+go.&c=Where+is+it%3F&at=0.5%2C0.25": (0.5, 0.25),
}


def test_golden_links_open_their_view(open_page):
    page = open_page(next(iter(GOLDEN)))
    for link, place in GOLDEN.items():
        follow(page, link)
        page.wait_for_function(
            "place => document.querySelector('#explore-pad [data-settled]')?.dataset.settled"
            " === place",
            arg=f"{place[0]:g},{place[1]:g}",
        )
        expect(page.locator("#header .lp-notice")).to_be_hidden()
    expect(page.locator("#explore-b textarea")).to_have_value("Don't go.")
    expect(page.locator("#explore-pad .lp-error")).to_be_hidden()


def test_markup_stays_text_and_an_empty_sentence_says_what_to_do(open_page):
    page = open_page(fragment(TEXT, points="own"))
    page.locator("#explore-a textarea").fill("i like <b>tea</b> and <img src=x onerror=alert(1)>")
    page.locator("#explore-a textarea").press("Enter")
    expect(page.locator("#explore-pad .pad-point").first).to_contain_text("<b>tea</b> and <img")
    settled(page)
    assert page.locator("#explore-pad :is(.pad-legend, .pad-film) :is(img, b b)").count() == 0
    page.locator("#explore-a textarea").fill("")
    page.locator("#explore-a textarea").press("Enter")
    expect(page.locator("#explore-pad .lp-error")).to_be_visible()
    page.locator("#explore-a textarea").fill("I like tea.")
    page.locator("#explore-a textarea").press("Enter")
    expect(page.locator("#explore-pad .lp-error")).to_be_hidden()
    settled(page)


def test_a_closed_tab_and_two_clicks_at_once(open_page):
    leaving, staying = open_page(fragment(at="0,0")), open_page(fragment(at="0,0"))
    settled(leaving)
    drag(leaving, (0.2, 0.2), (0.8, 0.8))
    leaving.close()
    settled(staying)
    staying.evaluate(
        """() => {
          const box = document.querySelector("#explore-square").getBoundingClientRect();
          for (const [s, t] of [[0.2, 0.2], [0.6, 0.4]])
            for (const type of ["pointerdown", "pointerup"])
              document.querySelector("#explore-square").dispatchEvent(new PointerEvent(type, {
                button: 0, pointerId: 1, bubbles: true,
                clientX: box.left + s * box.width, clientY: box.top + t * box.height,
              }));
        }"""
    )
    staying.wait_for_function(
        "document.querySelector('#explore-square').dataset.decoded !== '0,0'"
    )
    place = settled(staying)
    assert np.abs(shown_picture(staying) - decoded(place)).max() <= 1


def test_a_finger_drags_too(browser, app_url):
    context = browser.new_context(viewport={"width": 420, "height": 900}, has_touch=True)
    page = context.new_page()
    page.goto(app_url + fragment(at="0,0"))
    settled(page)
    page.locator("#explore-square").scroll_into_view_if_needed()
    box = page.locator("#explore-square").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    page.wait_for_function("document.querySelector('#explore-square').dataset.decoded !== '0,0'")
    first, second = settled(page)
    assert first < 0 < second
    context.close()


def test_it_fits_and_nothing_jumps(open_page, shot):
    page = open_page(fragment(at="0,0"), dark=True)
    settled(page)
    page.wait_for_selector(".pad-tiles:not([hidden])")

    def tops() -> dict:
        parts = ("#explore-square", ".pad-picture", ".pad-legend", ".pad-nearest", ".pad-film")
        return {part: page.locator(part).evaluate("e => e.offsetTop") for part in parts}

    ends = itertools.cycle([(0.02, 0.02), (0.5, 0.5)])
    for width, dark in ((1320, True), (900, False), (420, False), (420, True)):
        dress(page, width, dark)
        before = tops()
        drag(page, next(ends), (0.3, 0.7))
        settled(page)
        assert tops() == before
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, f"explore-{width}-{'dark' if dark else 'light'}")


def test_a_sphere_is_turned_by_keys_drags_and_clicks_and_its_link_keeps_the_turn(open_page):
    page = open_page(fragment(GLOBE, at="30,10"))
    assert settled(page) == (30, 10)
    square = page.get_by_role("slider", name="Sphere of codes")
    first = shown_picture(page)
    square.press("ArrowRight")
    square.press("Shift+ArrowUp")
    assert settled(page) == (32, 30)
    code = on_globe(32, 30)
    made = backend.load(GLOBE, device="cpu").decode(code[None])[0]
    assert np.abs(shown_picture(page) - made.astype(int)).max() <= 1
    assert not np.array_equal(shown_picture(page), first)
    box = square.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(middle[0] + 0.2 * box["width"], middle[1])
    east = settled(page)
    away = np.degrees(np.arccos(code @ on_globe(*east)))
    assert away == pytest.approx(np.degrees(np.arcsin(0.2 / 0.47)), abs=1)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0], middle[1] - 0.1 * box["height"], steps=4)
    page.mouse.up()
    longitude, latitude = settled(page)
    assert longitude == east[0]
    assert latitude == pytest.approx(east[1] - np.degrees(0.1 / 0.47), abs=0.5)
    page.get_by_text("Visited places as a table").click()
    row = page.locator(".pad-table tbody tr").first
    expect(row.locator("td").nth(1)).to_have_text(f"{latitude:.4f}")
    page.get_by_label("Verdict").check()
    expect(page.locator("#explore-pad [data-judged]")).to_be_attached()
    expect(page.locator(".pad-shares tbody tr")).not_to_have_count(0)
    link = page.url
    page.get_by_label("q(z|x)").check()
    expect(page.locator("#explore-pad [data-spread]")).to_be_attached()
    assert page.locator(".pad-over circle").count() > 0
    assert f"at={longitude}%2C{latitude}" in link or f"at={longitude},{latitude}" in link
