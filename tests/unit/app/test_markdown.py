"""Cards on the page: tables keep their columns, and markup in a source is text."""

import re

import backend
from app.markdown import html


def test_a_bar_in_a_cell_makes_no_column():
    made = html("| Number | Value |\n| --- | --- |\n| log p(x\\|z) | 3 |\n")
    assert re.findall(r"<td>(.*?)</td>", made) == ["log p(x|z)", "3"]


def test_emphasis_lists_code_and_links():
    made = html("*Reference* row, `--lm` and <https://example.org/a>:\n\n- one\n- two\n")
    assert "<em>Reference</em>" in made and "<code>--lm</code>" in made
    assert made.count("<li>") == 2
    assert '<a href="https://example.org/a" target="_blank" rel="noopener">' in made


def test_markup_and_scripts_are_text():
    made = html("<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](data:image/png,0)\n")
    assert "<img" not in made and "&lt;img" in made
    assert "href" not in made and "src=" not in made.replace("&lt;img src=x", "")


def test_every_card_that_ships_keeps_its_columns():
    for info in backend.available():
        made = html(backend.card(info.name))
        assert "<h1>" in made and "license:" not in made
        for table in re.findall(r"<table>.*?</table>", made, re.DOTALL):
            rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
            assert len({len(re.findall(r"<t[hd][ >]", row)) for row in rows}) == 1, info.name
