"""A class of the user's own in the page: through the tabs, and where it cannot do something."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.small_pictures import write_model
from tests.ui.chromium import ROOT, serving, wait_until_answered, wait_until_drawn, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAME = "yours/digits_pca--yours"
# Makes pictures 4 x 2 in colour, and cannot encode; fails for codes far from 0.
MAKER = """
import numpy as np

class Maker:
    modality = "image"
    latent_dim = 3

    def decode(self, z):
        if np.abs(z).max() > 50:
            raise ArithmeticError("too far <b>away</b>")
        return np.tile((np.tanh(z) / 2 + 0.5)[:, None, None], (1, 4, 2, 1))
"""
# Takes its time for as long as there is a file "hold" beside it, or for many codes "hold-many".
PATIENT = """
import time
from pathlib import Path
import numpy as np

def wait(n):
    hold, many = (Path(__file__).with_name(name) for name in ("hold", "hold-many"))
    while hold.exists() or (n > 8 and many.exists()):
        time.sleep(0.02)

class Patient:
    modality, latent_dim = "image", 2
    items = np.random.default_rng(0).integers(0, 256, (30, 4, 4)).astype(np.uint8)

    def encode(self, items):
        wait(len(items))
        return items[:, 0, :2] / 127.5 - 1

    def decode(self, z):
        wait(len(z))
        return np.tile(np.tanh(z[:, :1, None]) / 2 + 0.5, (1, 4, 4))
"""
SLOW = {  # where it is asked: what is said meanwhile
    "interpolate&checkpoint=yours/patient--yours&steps=3": "Patient encodes: 0 of 2",
    "compare&checkpoint=yours/patient--yours&other=vae/vae--mnist--2d": "Patient decodes: 0 of 8",
    "explore&checkpoint=yours/patient--yours&mode=unit&points=samples": "Patient decodes",
    "modes&checkpoint=yours/patient--yours": "Patient decodes",  # by the microscope
}
COLOUR = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, 4, 4).data;
  return [canvas.width, new Set([data[4], data[5], data[6]]).size, data[3], data[0]];
}"""


def of_the_plane(question: str) -> bool:
    """Whether this asks for the pictures behind the plane."""
    return '"backdrop"' in question and '"mode":"plane"' in question


def of_two_in_a_grid(page: Page, folder: Path) -> None:
    """Cancel within a grid leaves it usable; of two checkpoints the damaged one is told."""
    result = page.locator("#compare-result .lp-result")
    cells = result.locator("td")
    choose(page, "compare-checkpoint", "Patient (yours)")
    choose(page, "compare-other", "A small vae (yours)")
    expect(result.locator(".compare-side canvas")).to_have_count(8)
    expect(result.locator(".compare-cannot")).to_contain_text("--changed cannot be loaded")
    greyed = page.locator("#compare-other option:disabled", has_text="--gone cannot be loaded")
    expect(greyed).to_have_count(1)
    (folder / "hold").touch()
    page.locator("#compare-mode input[value=grid]").press("Space")
    running = page.locator(".lp-watch:visible")
    expect(running).to_contain_text("Patient decodes: 0 of 1")
    running.get_by_role("button", name="Cancel").press("Enter")
    expect(running).to_have_count(0)
    expect(cells.first).to_contain_text("Cancelled.")
    expect(result).to_be_focused()
    expect(result).not_to_have_attribute("aria-busy", "true")
    (folder / "hold").unlink()
    wait_until_answered(page)
    page.locator("#compare-columns input[value=checkpoint]").press("Space")
    expect(cells).to_have_count(10)
    expect(cells.locator("canvas")).to_have_count(5)
    expect(cells.locator(".compare-cannot")).to_have_count(5)


def choose(page: Page, picker: str, title: str) -> None:
    """By typing how its name begins."""
    page.locator(f"#{picker} select").focus()
    page.keyboard.type(title.partition(" (")[0])
    expect(page.locator(f"#{picker} option:checked")).to_have_text(title)


def damaged(folder: Path) -> None:
    """Two checkpoints of one's own: one whose weights were changed, one without."""
    for name, change in (("changed", b"?"), ("gone", b"")):
        write_model(folder, f"vae/vae--mnist--{name}")
        weights = folder / f"vae/vae--mnist--{name}" / "model.safetensors"
        weights.write_bytes(change and weights.read_bytes()[:-1] + change)


def test_a_class_of_ones_own_goes_through_the_tabs(browser: Browser, tmp_path: Path) -> None:
    maker, patient, complaints = tmp_path / "maker.py", tmp_path / "patient.py", []
    maker.write_text(MAKER)
    patient.write_text(PATIENT)
    files = [ROOT / "examples" / "digits_pca.py", maker, patient]
    options = [part for file in files for part in ("--space", str(file))]
    damaged(tmp_path / "yours")
    folders = {"TMPDIR": str(tmp_path), "LATENT_YOURS_DIR": str(tmp_path / "yours")}
    with serving(*options, **folders) as url:  # no map from an earlier run
        page = browser.new_page(viewport={"width": 1320, "height": 900})
        watch(page, complaints)

        def open_tab(link: str) -> None:
            page.evaluate("link => { location.hash = link }", link)
            expect(page.locator("#tabs [aria-selected=true]")).to_have_id(
                f"tab-{link.split('tab=')[1].split('&')[0]}-button"
            )
            wait_until_drawn(page)

        page.goto(f"{url}#v=1&tab=sample&checkpoint={NAME}&n=3&seed=2")
        pictures = page.locator("#sample-result canvas")
        expect(pictures).to_have_count(3)
        assert pictures.first.evaluate("canvas => canvas.width") == 8
        expect(page.locator("#sample-checkpoint option:checked")).to_have_text(
            "PCA of digits (yours)"
        )
        page.locator("#sample-result [data-key=c]").click()
        expect(page.locator("#sample-result pre")).to_contain_text("load_file('digits_pca.py')")

        open_tab("#v=1&tab=interpolate&steps=4")
        page.locator("#interpolate-checkpoint select").select_option(NAME)
        expect(page.locator("#interpolate-result .lp-strip canvas")).to_have_count(4)
        greyed = page.locator("#interpolate-checkpoint option:disabled")
        expect(greyed.filter(has_text="Maker (yours): its class has no encode")).to_have_count(1)
        box = page.locator("#interpolate-picture-a")
        box.get_by_role("button", name="Next test image").click()
        expect(box.get_by_role("status")).to_contain_text("of 797")

        open_tab(f"#v=1&tab=explore&checkpoint={NAME}")
        expect(page.locator("#explore-pad .pad-nearest-item canvas")).to_have_count(1)
        expect(page.locator("#explore-pad")).to_contain_text("Nearest held-out item")

        open_tab(f"#v=1&tab=modes&checkpoint={NAME}")
        missing = page.locator("#modes-map .map-missing")
        expect(missing.get_by_role("button", name="Compute the map")).to_be_visible()
        expect(missing.locator("pre")).to_contain_text(f"project.py {NAME} --space FILE.py")

        open_tab("#v=1&tab=sample&checkpoint=yours/maker--yours&n=2")
        assert pictures.first.evaluate(COLOUR)[0] == 4
        assert pictures.first.evaluate(COLOUR)[3] == 0  # beside a picture 2 wide is paper
        open_tab(
            "#v=1&tab=explore&checkpoint=yours/maker--yours&mode=unit&at=0,100&points=samples"
        )
        error = page.locator("#explore-pad .lp-error")
        expect(error).to_contain_text(
            "maker.py, line 10, decode: ArithmeticError: too far <b>away"
        )
        assert str(tmp_path) not in page.content()

        for link, said in SLOW.items():
            (tmp_path / "hold").touch()
            page.evaluate("link => { location.hash = link }", f"#v=1&tab={link}")
            running = page.locator(".lp-watch:visible")
            expect(running).to_contain_text(said)
            running.get_by_role("button", name="Cancel").press("Enter")
            expect(running).to_have_count(0)
            result = page.locator(".lp-result:visible", has=page.locator("> .lp-error:visible"))
            expect(result.locator("> .lp-error")).to_contain_text("Cancelled.")
            expect(result).not_to_have_attribute("aria-busy", "true")
            expect(result).to_be_focused()
            if link.startswith("modes"):  # its map, in a process of its own
                missing.get_by_role("button", name="Compute the map").press("Enter")
                missing.get_by_role("button", name="Cancel").press("Enter")
                expect(missing.get_by_role("status")).to_contain_text("Nothing was written")
            (tmp_path / "hold").unlink()
            wait_until_answered(page)  # else the class would wait for the next file too

        open_tab("#v=1&tab=compare&checkpoint=vae/vae--mnist--2d&mode=samples")
        of_two_in_a_grid(page, tmp_path)

        # What was cancelled, the plane's pictures, is not asked for again by moving on.
        (tmp_path / "hold-many").touch()
        open_tab("#v=1&tab=explore&checkpoint=yours/patient--yours&mode=plane")
        expect(running).to_contain_text("Patient")  # whichever question came first is told of
        running.get_by_role("button", name="Cancel").press("Enter")
        expect(page.locator("#explore-pad .lp-error")).to_contain_text("Cancelled.")
        (tmp_path / "hold-many").unlink()
        wait_until_answered(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.post_data or ""))
        square = page.locator("#explore-square")
        before = square.get_attribute("data-decoded")
        square.press("ArrowRight")
        expect(square).not_to_have_attribute("data-decoded", before)
        page.wait_for_selector("#explore-pad [data-settled]")
        wait_until_answered(page)
        assert any('"inspect"' in one for one in asked)
        assert not any(map(of_the_plane, asked))
        open_tab("#v=1&tab=explore&checkpoint=yours/patient--yours&mode=unit&points=samples")
        with page.expect_request(lambda request: of_the_plane(request.post_data or "")):
            open_tab("#v=1&tab=explore&checkpoint=yours/patient--yours&mode=plane")
        wait_until_answered(page)

        page.evaluate("link => { location.hash = link }", f"#v=1&tab=sample&checkpoint={maker}")
        expect(page.locator("#header .lp-notice")).to_contain_text("is not on this machine")
        page.close()
    assert not complaints, complaints
