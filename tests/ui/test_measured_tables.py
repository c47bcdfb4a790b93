"""Tables of what was measured, below the chain and below the attack."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backend.evaluation import measured
from tests.ui.chromium import OpenPage

pytestmark = pytest.mark.browser

FOLD = "#edits-measured-fold"
PAIR, VICTIM = "lm/lstm_lm--everyday--forward", "classifier/text_classifier--yelp"


def wait_for(page: Page, ids: str) -> None:
    expect(page.locator("#edits-measured [data-shown]")).to_have_attribute("data-shown", ids)


def test_each_task_has_its_own_tables_and_references_are_told_apart(open_page: OpenPage) -> None:
    tables = {table["id"]: table for table in measured.tables(PAIR)}
    page = open_page("#v=1&tab=edits&mode=keywords&chain=steps:5")
    wait_for(page, " ".join(id for id in ("keywords", "mixing") if id in tables))
    expect(page.locator(f"{FOLD} section").first).to_be_hidden()
    page.locator(f"{FOLD} summary").click()
    section = page.locator(f"{FOLD} section").first
    rows = section.locator("table").first.locator("tbody tr")
    labels = [row["label"] for row in tables["keywords"]["rows"]]
    expect(rows.locator("th")).to_have_text(labels)
    for row, shown in zip(tables["keywords"]["rows"], rows.all(), strict=True):
        style = shown.locator("th").evaluate("node => getComputedStyle(node).fontStyle")
        assert (style == "italic") is bool(row.get("reference"))
    with page.expect_download() as download:
        section.get_by_role("button", name="CSV").click()
    saved = list(csv.DictReader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert [row["label"] for row in saved] == labels
    assert float(saved[0]["nll per word"]) == tables["keywords"]["rows"][0]["nll per word"]

    page.locator("#edits-task").get_by_text("Attack").click()
    wait_for(page, "attack")
    (attack,) = measured.tables(VICTIM)
    expect(page.locator(f"{FOLD} h3")).to_have_text(attack["title"])
    expect(page.locator(f"{FOLD} .measured-examples tbody tr")).to_have_count(
        len(attack["examples"])
    )
    page.locator("#edits-attack-victim").select_option(
        "classifier/entailment_classifier--entailment"
    )
    expect(page.locator(f"{FOLD} h3")).not_to_have_text(attack["title"])
