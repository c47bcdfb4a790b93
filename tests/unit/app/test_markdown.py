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


def test_a_picture_is_shown_where_it_was_given_and_said_where_not():
    source = "![samples](samples.png) ![b<i>](https://example.org/b.png)"
    made = html(source, {"samples.png": b"x"})
    assert '<img src="data:image/png;base64,eA==" alt="samples">' in made
    assert "not here: b&lt;i&gt;" in made and "example.org" not in made


def test_every_card_that_ships_is_rendered_whole():
    for info in backend.available():
        source = backend.card(info.name)
        made = html(source, backend.card_pictures(info.name))
        assert "<h1>" in made and "license:" not in made
        assert made.count("<img src=") == len(re.findall(r"^!\[", source, re.MULTILINE)), info.name
        said = re.sub(r"<(pre|code)\b.*?</\1>|<img .*?>", "", made, flags=re.DOTALL)
        words = re.sub(r"<[^>]+>", "", said)
        assert not re.search(r"\*\w|\w\*|`|!\[|\]\(|\|\s*-{3}|^#", words, re.MULTILINE), info.name
        for table in re.findall(r"<table>.*?</table>", made, re.DOTALL):
            rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
            assert len({len(re.findall(r"<t[hd][ >]", row)) for row in rows}) == 1, info.name
