"""Views as checks: what is compared, what is no file of checks, and a report that is safe."""

import base64
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.checks import (
    NoChecks,
    Outcome,
    differences,
    distance,
    pairs,
    read,
    run,
    same_line,
    written,
)


def png(tone: int, side: int = 8) -> str:
    file = io.BytesIO()
    Image.fromarray(np.full((side, side), tone, np.uint8)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def check(**changed) -> dict:
    given = {
        "link": "#v=1&tab=sample&checkpoint=vae/vae--mnist--2d&n=2",
        "kept": "2026-01-01T00:00:00.000Z",
        **{"width": 1320, "height": 900, "dark": False, "thumbnail": png(200)},
        **{"text": ["2 pictures, seed 0"], "pictures": [png(10), png(20)], "more": 0},
    }
    return given | changed


def file(folder: Path, content: object) -> Path:
    path = folder / "checks.json"
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


SAME = [
    ("log p(z) −10.2 nats", "log p(z) −10.3 nats"),
    ("20,000 items", "20,100 items"),
    ("1e-5", "1.005e-5"),
    ("0.25, 0.25", "0.26, 0.24"),
]
OTHER = [
    ("log p(z) −10.2 nats", "log p(z) 10.2 nats"),
    ("log p(z) −10.2 nats", "log p(z) −10.4 nats"),
    ("I like tea.", "I like coffee."),
    ("I like tea.", "i like tea."),
    ("3 modes", "mode 3"),
    ("1e-5", "2e-5"),
    ("seed 1", "seed 3"),
    ("", "new"),
]


@pytest.mark.parametrize("a, b", SAME)
def test_numbers_may_differ_in_their_last_digit(a: str, b: str) -> None:
    assert same_line(a, b) and same_line(b, a)


@pytest.mark.parametrize("a, b", OTHER)
def test_words_and_larger_differences_are_told(a: str, b: str) -> None:
    assert not same_line(a, b) and not same_line(b, a)


def test_what_differs_is_counted() -> None:
    then, now = check(text=["a", "1.00", "c"]), check(text=["a", "b", "1.01", "d"])
    assert pairs(then["text"], now["text"]) == [
        ("a", "a"),
        ("", "b"),
        ("1.00", "1.01"),
        ("c", "d"),
    ]
    assert differences(then, now) == ["2 lines of text"]
    assert differences(then, check(text=then["text"])) == []
    near = check(text=then["text"], pictures=[png(12), png(23)])
    assert differences(then, near) == ["picture 2"]
    fewer = check(text=then["text"], pictures=[png(10)])
    assert differences(then, fewer) == ["1 pictures instead of 2"]
    assert distance(png(0), png(0, side=9)) == distance(png(0), "data:text/html,x") == 255


NONE = {
    "not JSON": "{",
    "format": {"format": "other", "version": 1, "checks": [check()]},
    "version": {"format": "latent-checks", "version": 2, "checks": [check()]},
    "checks": {"format": "latent-checks", "version": 1, "checks": []},
    "checks.0.link: String should match": {
        "format": "latent-checks",
        "version": 1,
        "checks": [check(link="https://example.org/#v=1&tab=sample")],
    },
    "checks.0.width": {"format": "latent-checks", "version": 1, "checks": [check(width=10**9)]},
    "checks.0.text.0": {"format": "latent-checks", "version": 1, "checks": [check(text=[1])]},
    "dictionary": [1],
}


@pytest.mark.parametrize("said, content", NONE.items())
def test_what_is_no_file_of_checks_is_told_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture, said: str, content: object
) -> None:
    path = file(tmp_path, content)
    assert run(path, tmp_path / "report.html", "no browser", []) == 2
    told = capsys.readouterr().err
    assert "checks.json is no file of checks" in told and said in told
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    "link", ["@evil.org", ".evil.org", "javascript:alert(1)", "#v=1", "#v=1&tab=a b"]
)
def test_a_link_is_a_fragment_and_nothing_else(tmp_path: Path, link: str) -> None:
    with pytest.raises(NoChecks, match="link"):
        read(
            file(tmp_path, {"format": "latent-checks", "version": 1, "checks": [check(link=link)]})
        )


def test_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NoChecks, match="No such file"):
        read(tmp_path / "gone.json")


class Tags(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.text += data


def test_the_report_shows_all_as_text_and_fetches_nothing() -> None:
    nasty = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    then = check(
        text=[nasty], link=f"#v=1&tab=sample&checkpoint={nasty}".replace(" ", "+"), kept=nasty
    )
    now = check(text=["fine"], pictures=[png(10), f"data:image/png;base64,{nasty}"])
    page = written(
        [Outcome(then, now, nasty, differences(then, now)), Outcome(check(), check(), "", [])]
    )
    found = Tags(page)
    assert nasty in found.text and "1 of 2 views differ" in found.text
    assert not [tag for tag, _ in found.tags if tag in ("script", "iframe", "a", "link", "object")]
    pictures = [given for tag, given in found.tags if tag == "img"]
    assert len(pictures) == 5  # two thumbnails, three that can be read
    assert all(given["src"].startswith("data:image/png;base64,") for given in pictures)
    assert not [name for _, given in found.tags for name in given if name.startswith("on")]
