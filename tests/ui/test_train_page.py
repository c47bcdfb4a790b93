"""Train: from a person's own sentences to codes of them in another tab, in a real browser."""

import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.ui.charts import traces
from tests.ui.chromium import serving, wait_until_drawn, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHO = ["i", "you", "we", "they", "the-cat", "the-dog", "my-sister", "a-doctor"]
DOES = ["see", "like", "know", "want", "hear", "find", "need", "love"]
WHAT = ["tea", "books", "dogs", "rain", "music", "her", "him", "it"]
WHEN = ["today", "often", "now", "again", "here", "there"]
SMALL = {"steps": 200, "latent_dim": 8, "batch_size": 32, "embedding_dim": 24}
SMALL |= {"encoder_dim": 24, "decoder_dim": 48, "annealing_steps": 100}
ENDS = 300_000  # ms; a run on a machine that does other things too


def sentences(n: int) -> str:
    draw = random.Random(0)
    return "\n".join(
        " ".join(draw.choice(words).replace("-", " ") for words in (WHO, DOES, WHAT, WHEN)) + " ."
        for _ in range(n)
    )


def test_own_sentences_are_read_trained_on_sampled_from_deleted_and_back(
    context: BrowserContext, tmp_path: Path, shot
):
    complaints: list[str] = []
    with serving(LATENT_YOURS_DIR=str(tmp_path)) as url:
        page = context.new_page()
        watch(page, complaints)
        page.set_viewport_size({"width": 1320, "height": 900})
        page.goto(f"{url}#v=1&tab=train")
        wait_until_drawn(page)
        read(page)
        run = train(page)
        page.reload()  # the run goes on, and the link finds it
        row = page.locator(f"#{run}")
        expect(row).to_have_attribute("data-state", re.compile("running|done"))
        expect(row).to_have_attribute("data-state", "done", timeout=ENDS)
        expect(page.locator("#train-items td")).to_have_count(16)
        named = {one["name"] for one in traces(page, "#train-curves")}
        assert named == {"train", "validation"}
        shot(page, "train-done")
        sample(page)
        page.locator("#tabs [role=tab]", has_text="Train").click()
        delete_and_undo(page)
        page.close()
    assert not complaints, complaints


def read(page: Page) -> None:
    """Nothing, then 2,000 sentences, as pasted text."""
    page.get_by_text("Pasted text").click()
    page.click("#train-paste")
    expect(page.get_by_text("There is no text yet.")).to_be_visible()
    page.fill("#train-pasted", sentences(2000))
    page.click("#train-paste")
    expect(page.locator("#train-form")).to_be_visible()
    facts = page.locator("#train-report .train-facts li")
    expect(facts.first).to_have_text(re.compile(r"1,\d\d\d sentences"))
    expect(page.locator("#train-report .train-lines li")).to_have_count(20)
    assert sum(traces(page, "#train-report")[0]["y"]) > 1000


def train(page: Page) -> str:
    """A small model for 200 steps; the id of its row, once some steps are taken."""
    page.get_by_text("All other settings").click()
    for name, value in SMALL.items():
        page.fill(f"#train-set-{name}", str(value))
    page.fill("#train-name", "Small talk")
    page.click("#train-go")
    row = page.locator(".train-run")
    expect(row).to_have_attribute("data-step", re.compile(r"[1-9]\d*"), timeout=ENDS)
    expect(row.locator(".train-run-head")).to_contain_text("Small talk")
    assert "runs=" in page.url
    return row.get_attribute("id") or ""


def sample(page: Page) -> None:
    """The link of the checkpoint opens it; the list says that it is one's own."""
    page.get_by_role("link", name="Sample: Small talk").click()
    chosen = page.locator("#sample-checkpoint select option:checked")
    expect(chosen).to_have_text("Small talk (yours)")
    words = page.locator("#sample-result .lp-sentence")
    expect(words).to_have_count(16)
    known = set(" ".join([*WHO, *DOES, *WHAT, *WHEN]).replace("-", " ").split())
    found = set(re.findall(r"[a-z]+", " ".join(words.all_inner_texts()).lower()))
    assert found and found <= known  # no word of any other corpus


def delete_and_undo(page: Page) -> None:
    """It is gone from the lists at once, and back."""
    page.get_by_role("button", name="Delete: Small talk").click()
    expect(page.locator("#train-yours")).to_contain_text("None yet")
    option = page.locator("#sample-checkpoint option", has_text="Small talk")
    expect(option).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#train-yours")).to_contain_text("Small talk")
    expect(option).to_have_count(1)
