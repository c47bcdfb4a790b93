"""Views as checks: what each view of a file showed when it was kept, and what it shows now.

The page writes the file (``page/checks.js``). Here each link is opened in a browser, on a server
of our own, all of it is brought into sight, and what it shows is taken by the same script that
took it then. Texts must be equal;
a number may differ by one unit of its last digit, or 1 %; a picture by 2 of 255 in the mean. Needs
no torch; the server that is started does.
"""

import base64
import binascii
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import SequenceMatcher
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
import pydantic
from typing_extensions import TypedDict

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, Route

ROOT = Path(__file__).resolve().parents[1]
ARGUMENTS = [  # of a Chromium that asks nothing of any other host
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 120  # seconds for a server to start, or a view to be drawn
QUIET = 0.3  # seconds without a question under way, after which a view is as it stays
LARGEST = 64 << 20  # bytes of a file
SHARE = 0.01  # by which a number may differ
CLOSE = 2.0  # of 255, by which the pixels of a picture may differ in the mean
FINGERPRINT = re.compile(r"(?<=&fp=)\w+")  # of weights, in a link
NUMBER = re.compile(r"(?<![\w.])[-−+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
PNG = "data:image/png;base64,"

Address = Annotated[
    str, pydantic.Field(pattern=r"^#v=\d{1,4}&tab=\w{1,40}(&\S*)?$", max_length=40_000)
]
Pixels = Annotated[int, pydantic.Field(ge=200, le=8000)]


class Shown(TypedDict):
    """What a view shows, as ``shown`` of ``page/checks.js`` gives it."""

    text: list[str]
    pictures: Annotated[list[str], pydantic.Field(max_length=64)]
    more: Annotated[int, pydantic.Field(ge=0)]


class Check(Shown):
    """What a view showed when it was kept, and in what window."""

    link: Address
    kept: str
    width: Pixels
    height: Pixels
    dark: bool
    thumbnail: str


class File(TypedDict):
    format: Literal["latent-checks"]
    version: Literal[1]
    checks: Annotated[list[Check], pydantic.Field(min_length=1, max_length=1000)]


class Outcome(NamedTuple):
    """A view then and now; ``now`` is None, and ``differs`` says why, if it was not to be seen.

    ``link`` is as then, with the fingerprint of the weights that are here now.
    """

    then: Check
    now: Shown | None
    thumbnail: str
    differs: list[str]
    link: str = ""


class NoChecks(ValueError):
    """This is no file of checks; the text says why."""


def read(path: Path) -> list[Check]:
    """The checks of a file. Raises ``NoChecks``."""
    try:
        if path.stat().st_size > LARGEST:
            raise NoChecks(f"{path.name} is larger than {LARGEST >> 20} MB.")
        content = json.loads(path.read_text(encoding="utf-8"))
        return pydantic.TypeAdapter(File).validate_python(content, strict=True)["checks"]
    except OSError as error:
        raise NoChecks(f"{path}: {error.strerror or error}.") from None
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = f"{path.name} is no file of checks: {where}: {first['msg']}."
        raise NoChecks(f"{said} Keep a check in the page, and download the file there.") from None
    except (ValueError, RecursionError) as error:
        raise NoChecks(f"{path.name} is no file of checks: it is not JSON ({error}).") from None


def run(
    path: Path, report: Path, browser: str, options: Sequence[str], update: bool = False
) -> int:
    """The exit code: 0 where every view is as it was, 1 where one is not, 2 for no such file.

    ``browser`` is the path of a Chromium, ``options`` are those of the server. ``update`` writes
    into the file what the views show now, where they differ and could be seen.
    """
    from playwright.sync_api import sync_playwright

    try:
        checks = read(path)
    except NoChecks as error:
        print(error, file=sys.stderr)
        return 2
    outcomes = []
    with serving(*options) as url, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=ARGUMENTS)
        for check in checks:
            outcomes.append(outcome := see(chromium, url, check))
            said = "; ".join(outcome.differs) or "as it was"
            print(f"{_title(check)}: {said}", flush=True)
        chromium.close()
    report.write_text(written(outcomes), encoding="utf-8")
    if update:
        keep(path, outcomes)
    wrong = sum(bool(outcome.differs) for outcome in outcomes)
    views = f"{len(outcomes)} view{'s' * (len(outcomes) > 1)}"
    print(f"{f'{wrong} of {views} differ' if wrong else f'{views}, all as they were'}: {report}")
    return 1 if wrong else 0


def keep(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write a file of checks whose views show what they were found to show."""
    checks = [
        {**then, **now, "link": link, "kept": _now(), "thumbnail": thumbnail}
        if now and differs
        else then
        for then, now, thumbnail, differs, link in outcomes
    ]
    content = {"format": "latent-checks", "version": 1, "checks": checks}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _now() -> str:
    """As JavaScript writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def serving(*options: str, **environment: str) -> Iterator[str]:
    """A server as ``launch.py`` starts it, on the CPU, on a port of its own; gives its address.

    Raises ``RuntimeError`` with what it said if it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        command = [sys.executable, "launch.py", "--port", str(port), "--device", "cpu", *options]
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield _address(server, log)
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(timeout=20)


def _address(server: subprocess.Popen, log: IO[str]) -> str:
    """The address in the ready line."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        log.seek(0)
        said = log.read()
        if found := re.search(r"is ready: (\S+)", said):
            return found[1]
        if server.poll() is not None:
            break
        time.sleep(0.05)
    log.seek(0)
    raise RuntimeError(f"the server did not start:\n{log.read()}")


# --- what a view shows now ----------------------------------------------------------------------


def see(browser: "Browser", url: str, check: Check) -> Outcome:
    """Open a view as it was seen when it was kept, and compare."""
    from playwright.sync_api import Error

    page = browser.new_page(
        viewport={"width": check["width"], "height": check["height"]},
        color_scheme="dark" if check["dark"] else "light",
    )
    try:
        _stay(page, url)
        under_way = follow(page)
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(url + check["link"])
        now, thumbnail = settled(page, under_way)
        notice = page.locator("#header .lp-notice")
        notices = [notice.inner_text()] if notice.is_visible() else []
        here = FINGERPRINT.search(page.url)
    except Error as error:
        said = error.message.splitlines()[0]
        return Outcome(check, None, "", [f"it could not be seen: {said}"])
    finally:
        page.close()
    link = FINGERPRINT.sub(here[0], check["link"]) if here else check["link"]
    return Outcome(check, now, thumbnail, [*notices, *differences(check, now)], link)


def _stay(page: "Page", url: str) -> None:
    """Whatever a link asks for, nothing is fetched from elsewhere."""

    def only_ours(route: "Route") -> None:
        if route.request.url.startswith((url, "data:", "blob:")):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", only_ours)


def follow(page: "Page") -> set["Request"]:
    """The questions of a page that are under way, from now on."""
    under_way: set[Request] = set()

    def asked(request: "Request") -> None:
        if request.method == "POST":
            under_way.add(request)

    page.on("request", asked)
    page.on("requestfinished", lambda request: under_way.discard(request))
    page.on("requestfailed", lambda request: under_way.discard(request))
    return under_way


def settled(page: "Page", under_way: set["Request"]) -> tuple[Shown, str]:
    """What is shown once the result is drawn and nothing more comes; and its thumbnail.

    Scripts go by ``wait_for_function``, since ``evaluate`` waits for ever.
    """
    drawn = ".lp-result[data-drawn]:visible, .lp-result > .lp-error:visible"
    page.wait_for_selector(drawn)
    page.wait_for_function(SEE_ALL, polling=50)
    last: Any = None
    since = time.monotonic()
    deadline = since + PATIENCE
    while time.monotonic() < deadline:
        busy = page.locator(".lp-result[aria-busy=true]:visible").count()
        now = page.wait_for_function(SHOWN, polling=50).json_value()
        if under_way or busy or now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > QUIET:
            break
        page.wait_for_timeout(50)
    found, thumbnail = last
    return pydantic.TypeAdapter(Shown).validate_python(found), thumbnail


SEE_ALL = """async () => {
  const module = document.querySelector('link[href$="/page/checks.js"]').href;
  const { seeAll } = await import(module);
  await seeAll();
  return true;
}"""
SHOWN = """async () => {
  const module = document.querySelector('link[href$="/page/checks.js"]').href;
  const { shown, thumbnail } = await import(module);
  const found = shown();
  return [found, thumbnail(found.text)];
}"""


# --- comparing ----------------------------------------------------------------------------------


def differences(then: Shown, now: Shown) -> list[str]:
    """What differs, each in a few words."""
    found = []
    lines = [i for i, (a, b) in enumerate(pairs(then["text"], now["text"])) if not same_line(a, b)]
    if lines:
        found.append(f"{len(lines)} line{'s' * (len(lines) > 1)} of text")
    counts = [len(one["pictures"]) + one["more"] for one in (then, now)]
    if counts[0] != counts[1]:
        found.append(f"{counts[1]} pictures instead of {counts[0]}")
    apart = [i for i, (a, b) in enumerate(_in_step(then, now), 1) if distance(a, b) > CLOSE]
    if apart:
        named = ", ".join(map(str, apart[:5])) + ("…" if len(apart) > 5 else "")
        found.append(f"picture{'s' * (len(apart) > 1)} {named}")
    return found


def _in_step(then: Shown, now: Shown) -> Iterator[tuple[str, str]]:
    return zip(then["pictures"], now["pictures"], strict=False)


def pairs(then: list[str], now: list[str]) -> list[tuple[str, str]]:
    """Lines side by side; beside one that has gone or is new stands nothing."""
    masks = [[NUMBER.sub("0", line) for line in lines] for lines in (then, now)]
    matcher = SequenceMatcher(None, masks[0], masks[1], autojunk=False)
    rows: list[tuple[str, str]] = []
    for _, i, j, k, m in matcher.get_opcodes():
        left, right = then[i:j], now[k:m]
        length = max(len(left), len(right))
        left += [""] * (length - len(left))
        right += [""] * (length - len(right))
        rows += zip(left, right, strict=True)
    return rows


def same_line(a: str, b: str) -> bool:
    """Equal words, and numbers that are equal but for their last digit, or 1 %."""
    if NUMBER.sub("0", a) != NUMBER.sub("0", b):
        return False
    return all(map(_near, NUMBER.findall(a), NUMBER.findall(b)))


def _near(a: str, b: str) -> bool:
    x, y = (float(each.replace(",", "").replace("−", "-")) for each in (a, b))
    digits = min(len(each.partition("e")[0].partition(".")[2]) for each in (a, b))
    unit = 10.0**-digits if "e" not in a + b else 0.0
    return abs(x - y) <= max(unit * 1.001, SHARE * max(abs(x), abs(y)))


def distance(a: str, b: str) -> float:
    """Mean absolute difference of the pixels of two pictures; 255 for those of two sizes."""
    left, right = pixels(a), pixels(b)
    if left.shape != right.shape:
        return 255.0
    return float(np.abs(left - right).mean())


def pixels(picture: str) -> np.ndarray:
    """float [H, W, 3] of a PNG as a data URL, empty for what is none."""
    from PIL import Image

    try:
        body = base64.b64decode(picture.removeprefix(PNG), validate=True)
        with Image.open(io.BytesIO(body), formats=["PNG"]) as image:
            if max(image.size) > 1024:
                return np.zeros((0, 0, 3))
            return np.asarray(image.convert("RGB"), float)
    except (binascii.Error, OSError, SyntaxError):  # PIL reports broken PNGs as SyntaxError
        return np.zeros((0, 0, 3))


# --- the report ---------------------------------------------------------------------------------

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 32px auto; padding: 0 16px;
  color: #222; background: #fbfaf6 }
h1 { font-size: 22px } h2 { font-size: 16px; margin: 32px 0 8px }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
th, td { text-align: left; vertical-align: top; padding: 2px 8px; overflow-wrap: anywhere;
  border-bottom: 1px solid #ddd }
tr.differs td { background: #fbe6c8 }
img { image-rendering: pixelated; border: 1px solid #ddd; margin: 2px }
img.apart { border-color: #b4690e; outline: 2px solid #b4690e }
.wrong { color: #8a4b00; font-weight: 600 } .link { font-size: 13px; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) {
  body { background: #191817; color: #eee } tr.differs td { background: #4a3310 }
  th, td, img { border-color: #444 } .wrong { color: #f0b060 } img { background: #fff } }
"""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def written(outcomes: Sequence[Outcome]) -> str:
    """One page of HTML that needs nothing else. All that a view said is text in it."""
    wrong = sum(bool(outcome.differs) for outcome in outcomes)
    body = "".join(map(_section, sorted(outcomes, key=lambda outcome: not outcome.differs)))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Checks of views</title><style>{STYLE}</style></head><body>"
        f"<h1>{wrong} of {len(outcomes)} views differ</h1>"
        f"<p>Texts are compared exactly; numbers to one unit of the last digit or {SHARE:.0%}; "
        f"pictures to {CLOSE:g} of 255 in the mean of their pixels.</p>{body}</body></html>\n"
    )


def _section(outcome: Outcome) -> str:
    then, now = outcome.then, outcome.now
    said = "; ".join(outcome.differs) or "as it was"
    head = (
        f"<section><h2>{escape(_title(then))}</h2>"
        f'<p class="link">{escape(then["link"][:2000])}</p>'
        f'<p class="{"wrong" if outcome.differs else "same"}">{escape(said)}</p>'
        f"<table><tr><th>Then, {escape(then['kept'][:10])}</th><th>Now</th></tr>"
        f"<tr><td>{_image(then['thumbnail'], 160)}</td>"
        f"<td>{_image(outcome.thumbnail, 160)}</td></tr>"
    )
    if now is None or not outcome.differs:
        return f"{head}</table></section>\n"
    rows = "".join(
        f"<tr{'' if same_line(a, b) else ' class=differs'}>"
        f"<td>{escape(a)}</td><td>{escape(b)}</td></tr>"
        for a, b in pairs(then["text"], now["text"])
    )
    apart = [distance(a, b) > CLOSE for a, b in _in_step(then, now)]
    sheets = "".join(f"<td>{_sheet(one['pictures'], apart)}</td>" for one in (then, now))
    return f"{head}{rows}<tr>{sheets}</tr></table></section>\n"


def _sheet(pictures: list[str], apart: list[bool]) -> str:
    """Pictures side by side, those marked that differ or have nothing beside them."""
    marked = apart + [True] * (len(pictures) - len(apart))
    return "".join(_image(one, 64, mark) for one, mark in zip(pictures, marked, strict=True))


def _image(picture: str, width: int, apart: bool = False) -> str:
    """A PNG, written anew from its pixels; nothing for what is none."""
    from PIL import Image

    found = pixels(picture)
    if not found.size:
        return ""
    file = io.BytesIO()
    Image.fromarray(found.astype(np.uint8)).save(file, "PNG")
    code = base64.b64encode(file.getvalue()).decode("ascii")
    kind = ' class="apart"' if apart else ""
    return f'<img{kind} alt="" width="{width}" src="{PNG}{code}">'


def _title(check: Check) -> str:
    """The tab and checkpoint of a view."""
    from urllib.parse import parse_qs

    given: dict[str, Any] = parse_qs(check["link"].removeprefix("#"))
    return ", ".join(given[name][0] for name in ("tab", "checkpoint") if name in given)
