"""Train: from a person's own data to codes of them in the other tabs, in a real browser."""

import io
import random
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect

from tests.ui.charts import traces
from tests.ui.chromium import dress, serving, wait_until_drawn, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHO = ["i", "you", "we", "they", "the-cat", "the-dog", "my-sister", "a-doctor"]
DOES = ["see", "like", "know", "want", "hear", "find", "need", "love"]
WHAT = ["tea", "books", "dogs", "rain", "music", "her", "him", "it"]
WHEN = ["today", "often", "now", "again", "here", "there"]
KNOWN = set(" ".join([*WHO, *DOES, *WHAT, *WHEN]).replace("-", " ").split())
SMALL = {"steps": 200, "latent_dim": 8, "batch_size": 32, "embedding_dim": 24}
SMALL |= {"encoder_dim": 24, "decoder_dim": 48, "annealing_steps": 100, "kl_weight": 5}
OFFERED = "Small talk (yours; exhibit: posterior collapsed)"  # what the pickers call it
LONG = {"steps": 4000, "batch_size": 16, "channels": 4}  # it is still there to be paused
ENDS = 300_000  # ms; a run on a machine that does other things too
STEPPED = re.compile(r"[1-9]\d*")
PIXELS = "all => all.map(canvas => canvas.toDataURL())"


@contextmanager
def opened(context: BrowserContext, folder: Path) -> Iterator[Page]:
    """The Train tab of a server with a folder of its own, where nothing of one's own lies yet."""
    complaints: list[str] = []
    with serving(LATENT_YOURS_DIR=str(folder)) as url:
        page = context.new_page()
        watch(page, complaints)
        page.set_viewport_size({"width": 1320, "height": 900})
        page.goto(f"{url}#v=1&tab=train")
        wait_until_drawn(page)
        try:
            yield page
            page.evaluate("localStorage.clear()")
        finally:
            page.close()
    assert not complaints, complaints


def file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def run_called(page: Page, name: str) -> Locator:
    return page.locator(".train-run").filter(has=page.get_by_text(name, exact=True))


def act(page: Page, what: str, name: str) -> None:
    """Press a button of a run or of a checkpoint, by its key."""
    page.get_by_role("button", name=f"{what}: {name}", exact=True).press("Enter")


# --- sentences ---------------------------------------------------------------------------------


def sentences(n: int) -> str:
    draw = random.Random(0)
    return "\n".join(
        " ".join(draw.choice(words).replace("-", " ") for words in (WHO, DOES, WHAT, WHEN)) + " ."
        for _ in range(n)
    )


def test_own_sentences_become_a_model_in_every_tab(context: BrowserContext, tmp_path: Path, shot):
    with opened(context, tmp_path) as page:
        what_cannot_be_read(page)
        one_column_of_a_table(page)
        read_by_keys(page)
        run = train_by_keys(page)
        page.reload()  # the run goes on, and the link finds it
        row = page.locator(f"#{run}")
        expect(row).to_have_attribute("data-state", re.compile("running|done"))
        expect(row).to_have_attribute("data-state", "done", timeout=ENDS)
        expect(page.locator("#train-items td")).to_have_count(16)
        named = {one["name"] for one in traces(page, "#train-curves")}
        assert named == {"train", "validation"}
        shot(page, "train-done")
        a_collapse_is_told(page)
        between_two_of_ones_own(page)
        on_the_map(page)
        back_to_train(page)
        delete_and_undo(page)


def what_cannot_be_read(page: Page) -> None:
    """Nothing, one sentence, and no text at all: each is told, and no form appears."""
    page.get_by_text("Pasted text").click()
    page.click("#train-paste")
    expect(page.get_by_text("There is no text yet.")).to_be_visible()
    page.fill("#train-pasted", "One sentence alone.")
    page.click("#train-paste")
    expect(page.get_by_text("has 1 different sentence; a model needs")).to_be_visible()
    page.get_by_text("A file", exact=True).click()
    page.set_input_files("#train-file", file("song.txt", bytes(range(256)) * 9))
    expect(page.get_by_text("song.txt is no text")).to_be_visible()
    expect(page.locator("#train-form")).to_be_hidden()


def one_column_of_a_table(page: Page) -> None:
    """Another column is read as soon as it is chosen, and labels are counted; no run begins."""
    moods = ("glad", "glum", "a very long mood that is there again and again")
    rows = [f'{i},"Tea, {i}\ntimes",long word {i} here,{moods[i % 3]}\n' for i in range(60)]
    table = "id,said,about,mood\n" + "".join(rows)
    page.set_input_files("#train-file", file("talk.csv", table.encode()))
    lines, columns = page.locator("#train-report .train-lines li"), page.locator("#train-column")
    expect(columns).to_have_value("about")  # of the most text that is not always the same
    columns.select_option("said")
    expect(lines.first).to_contain_text("times")
    page.select_option("#train-labels", "mood")
    expect(page.locator("#train-report .train-facts")).to_contain_text("3 classes")


def read_by_keys(page: Page) -> None:
    """2,000 sentences, from a file that is chosen without a mouse."""
    talk = file("Small talk.txt", sentences(2000).encode())
    page.once("filechooser", lambda chooser: chooser.set_files(talk))
    page.locator("#train-file").focus()
    expect(page.locator("#train-file")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#train-form")).to_be_visible()
    facts = page.locator("#train-report .train-facts li")
    expect(facts.first).to_have_text(re.compile(r"1,\d\d\d sentences"))
    expect(page.locator("#train-report .train-lines li")).to_have_count(20)
    assert sum(traces(page, "#train-report")[0]["y"]) > 1000


def train_by_keys(page: Page) -> str:
    """A small model for 200 steps, without a mouse; the row of its run, once it has begun."""
    page.get_by_text("All other settings").press("Enter")
    for name, value in SMALL.items():
        page.locator(f"#train-set-{name}").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type(str(value))
    expect(page.locator("#train-cost")).to_contain_text("time is told after 20 steps")
    page.locator("#train-name").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Small talk")
    page.locator("#train-go").press("Enter")
    row = page.locator(".train-run")
    expect(row).to_have_attribute("data-step", STEPPED, timeout=ENDS)
    expect(row.locator(".train-run-head")).to_contain_text("Small talk")
    assert "runs=" in page.url
    return row.get_attribute("id") or ""


def a_collapse_is_told(page: Page) -> None:
    """With the KL weighed five times, the code says nothing."""
    page.locator("#train-units").scroll_into_view_if_needed()
    assert sum(traces(page, "#train-units")[0]["y"]) < 0.5
    expect(page.get_by_text("The posterior has collapsed")).to_be_visible()


def between_two_of_ones_own(page: Page) -> None:
    """The link of the checkpoint opens a path; the list says that it is one's own."""
    page.get_by_role("link", name="Interpolate: Small talk").click()
    chosen = page.locator("#interpolate-checkpoint select option:checked")
    expect(chosen).to_have_text(OFFERED)
    result = page.locator("#interpolate-result .lp-result")
    wait_until_drawn(page)
    before = result.get_attribute("data-drawn") or ""
    for end, text in {"a": "i see tea today .", "b": "the cat love rain there ."}.items():
        page.locator(f"#interpolate-{end} textarea").fill(text)
    page.locator("#interpolate-go").press("Enter")
    expect(result).not_to_have_attribute("data-drawn", before)
    words = " ".join(result.locator("tbody .lp-sentence").all_inner_texts()).lower()
    assert (found := set(re.findall("[a-z]+", words))) and found <= KNOWN  # of no other corpus


def on_the_map(page: Page) -> None:
    """A point for each held-out sentence."""
    page.locator("#tabs [role=tab]", has_text="Modes").click()
    page.locator("#modes-checkpoint select").select_option(label=OFFERED)
    expect(page.locator("#modes-map [data-lit]")).to_have_attribute("data-lit", STEPPED)


def back_to_train(page: Page) -> None:
    page.locator("#tabs [role=tab]", has_text="Train").click()
    wait_until_drawn(page)


def delete_and_undo(page: Page) -> None:
    """It is gone from the lists at once, and back."""
    act(page, "Delete", "Small talk")
    expect(page.locator("#train-yours")).to_contain_text("None yet")
    options = page.locator("option", has_text=OFFERED)
    expect(options).to_have_count(0)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator("#train-yours")).to_contain_text("Small talk")
    expect(options).not_to_have_count(0)


# --- pictures ----------------------------------------------------------------------------------


def strokes(n: int) -> bytes:
    """A ZIP with a folder for each class, of pictures of no square size; one of them is none."""
    draw, archive = np.random.default_rng(0), io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        for i in range(n):
            pixels = np.full((40, 30), 255, np.uint8)
            at, name = draw.integers(4, 20), ("across", "upright")[i % 2]
            pixels[(slice(3, 37), at) if i % 2 else (slice(at, at + 6), slice(3, 27))] = i % 100
            made = io.BytesIO()
            Image.fromarray(pixels).save(made, "PNG")
            written.writestr(f"{name}/{i}.png", made.getvalue())
        written.writestr("across/broken.png", b"no picture")
    return archive.getvalue()


def test_two_models_of_own_pictures_are_steered_compared_and_carried_away(
    context: BrowserContext, tmp_path: Path, shot
):
    with opened(context, tmp_path) as page:
        a_folder(page, tmp_path)
        pictures_of_two_classes(page)
        two_runs(page)
        over_one_another(page, shot)
        words_about_a_checkpoint(page)
        out_and_in_again(page, tmp_path)
        coloured_by_their_folders(page)


def a_folder(page: Page, place: Path) -> None:
    """One that lies on the disk, with a folder for each class and what is no picture beside."""
    folder = place / "drawn"
    zipfile.ZipFile(io.BytesIO(strokes(40))).extractall(folder)
    (folder / "notes.txt").write_text("no picture")
    page.set_input_files("#train-folder", folder)
    expect(page.locator("#train-title")).to_have_value("drawn")
    facts = page.locator("#train-report .train-facts")
    expect(facts).to_contain_text("2 classes")
    expect(facts).to_contain_text("40 pictures")


def pictures_of_two_classes(page: Page) -> None:
    """What a model would see of them, in each size."""
    page.set_input_files("#train-file", file("strokes.zip", strokes(300)))
    expect(page.locator("#train-form")).to_have_attribute("data-kind", "image")
    expect(page.locator("#train-report .train-facts")).to_contain_text("280 pictures")
    expect(page.locator("#train-report .train-facts")).to_contain_text("2 classes")
    expect(page.locator("#train-report .train-notes")).to_contain_text("across/broken.png")
    seen = page.locator("#train-report .train-pictures canvas")
    expect(seen).to_have_count(20)
    for size in ("32", "28"):
        page.locator("#train-side").get_by_text(size).click()
        expect(seen.first).to_have_attribute("width", size)


def two_runs(page: Page) -> None:
    """One waits for the other, is told its place, and takes its turn; both end before their time.

    The first is paused, slowed down and resumed, and comes after the second then.
    """
    page.get_by_text("All other settings").click()
    first, second = run_called(page, "Strokes"), run_called(page, "Again")
    for name, row, begun in (("Strokes", first, STEPPED), ("Again", second, "0")):
        for setting, value in LONG.items():
            page.fill(f"#train-set-{setting}", str(value))
        page.fill("#train-name", name)
        page.locator("#train-go").dblclick()  # begins one run all the same
        expect(row).to_have_attribute("data-step", begun, timeout=ENDS)
    expect(second).to_contain_text("Waits: number 1 in the queue")
    expect(first).to_contain_text(re.compile(r"\d .* of training left"))
    page.once("dialog", lambda asked: asked.dismiss())
    act(page, "Discard", "Strokes")
    act(page, "Pause", "Strokes")
    expect(first).to_have_attribute("data-state", "paused", timeout=ENDS)
    expect(second).to_have_attribute("data-state", "running", timeout=ENDS)
    rate = first.locator(".train-rate")
    rate.fill("7")
    rate.press("Tab")
    expect(page.locator("#train-runs [role=alert]")).to_contain_text("at most 1")
    rate.fill("0.0002")
    rate.press("Tab")
    page.get_by_role("button", name="Resume: Strokes", exact=True).dblclick()
    expect(first).to_contain_text("Waits: number 1 in the queue")
    expect(page.locator("#train-runs [role=alert]")).to_be_empty()  # heard once
    kept(page, "Again", second, sides=1)
    kept(page, "Strokes", first, sides=2)
    assert page.locator(".train-run").count() == 2
    expect(page.locator("#train-runs .train-log")).to_contain_text("0.0002")


def kept(page: Page, name: str, row: Locator, sides: int) -> None:
    """Stopped once its held-out items are shown, beside those of the other."""
    expect(row).to_have_attribute("data-state", "running", timeout=ENDS)
    show = page.get_by_role("button", name=re.compile(f"(Show|Compare|Shown): {name}$"))
    if show.get_attribute("aria-pressed") == "false":
        show.press("Enter")
    expect(page.locator("#train-items .train-side")).to_have_count(sides, timeout=ENDS)
    act(page, "Stop and keep", name)
    expect(row).to_have_attribute("data-state", "stopped", timeout=ENDS)


def over_one_another(page: Page, shot) -> None:
    """Curves of both in one chart, and the same eight items side by side."""
    sides = page.locator("#train-items .train-side")
    held = [side.locator("canvas[aria-label^=held-out]") for side in sides.all()]
    back = [side.locator("canvas[aria-label^=returned]") for side in sides.all()]
    assert held[0].count() == back[0].count() == 8
    assert held[0].evaluate_all(PIXELS) == held[1].evaluate_all(PIXELS)
    assert back[0].evaluate_all(PIXELS) != back[1].evaluate_all(PIXELS)
    assert len(traces(page, "#train-curves")) == 4
    shot(page, "train-two-runs")
    dress(page, 390, dark=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "train-two-runs-390-dark")
    dress(page, 1320, dark=False)


def words_about_a_checkpoint(page: Page) -> None:
    """A name that is none is refused; another, and a description, are shown as they were typed."""
    act(page, "Rename", "Again")
    box = page.locator("#train-edit-name")
    box.fill("   ")
    box.press("Enter")
    expect(page.locator(".train-notice")).not_to_be_empty()
    box.fill("<b>Again</b> & more")
    box.press("Enter")
    mine = page.locator("#train-yours li", has_text="<b>Again</b> & more")
    expect(mine).to_have_count(1)
    mine.get_by_role("button", name="Describe").press("Enter")
    page.fill("#train-edit-text", "Lines: <i>thick</i> ones")
    mine.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(mine.locator(".train-about")).to_have_text("Lines: <i>thick</i> ones")


def out_and_in_again(page: Page, folder: Path) -> None:
    """A checkpoint leaves as a ZIP; what is no checkpoint is refused, and the ZIP comes back."""
    with page.expect_download() as found:
        act(page, "Download", "Strokes")
    found.value.save_as(folder / "strokes.zip")
    names = zipfile.ZipFile(folder / "strokes.zip").namelist()
    assert all(name.endswith((".safetensors", ".json", ".md", ".png")) for name in names), names
    act(page, "Delete", "Strokes")
    again = page.get_by_role("button", name="Delete: Strokes", exact=True)
    expect(again).to_have_count(0)
    page.set_input_files("#train-import", file("junk.zip", b"PK no archive"))
    expect(page.locator(".train-notice")).to_contain_text("This is no ZIP")
    page.set_input_files("#train-import", folder / "strokes.zip")
    expect(again).to_have_count(1)


def coloured_by_their_folders(page: Page) -> None:
    """The imported one is on the map."""
    page.get_by_role("link", name="Modes: Strokes", exact=True).click()
    expect(page.locator("#modes-checkpoint select option:checked")).to_have_text("Strokes (yours)")
    expect(page.locator("#modes-map [data-lit]")).to_have_attribute("data-lit", STEPPED)
    expect(page.locator("#modes-map-colour option", has_text="label")).to_have_count(1)
