"""The page's scripts as ES modules: ``modules/<digest>/page/dom.js``, ``…/widgets/seed/seed.js``.

The path carries a digest of all of them, so that a browser may keep them for ever and still sees
every change; imports between them are relative. Only the ``.js`` files of ``app/page`` and
``app/widgets`` are there: what is asked for is looked up in a table, never on the disk.
"""

import functools
import hashlib
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

HERE = Path(__file__).parent
FOLDERS = ("page", "widgets")
PLOTLY = "plotly.js"  # a module's path from which the script of charts is served
FOR_EVER = "public, max-age=31536000, immutable"
# The widgets of the tab that is open first.
FIRST = ("header", "picker", "samples", "seed", "tray")


@functools.cache
def sources() -> dict[str, bytes]:
    """Every module by its path below ``app``."""
    paths = sorted(path for folder in FOLDERS for path in (HERE / folder).rglob("*.js"))
    return {path.relative_to(HERE).as_posix(): path.read_bytes() for path in paths}


@functools.cache
def plotly() -> bytes:
    """The script that draws charts, from its package; some 5 MB, so not before it is asked for."""
    return Path(
        str(distribution("plotly").locate_file("plotly/package_data/plotly.min.js"))
    ).read_bytes()


@functools.cache
def digest() -> str:
    """Of all modules with their paths; 16 hex digits."""
    total = hashlib.sha256(distribution("plotly").version.encode())
    for path, source in sources().items():
        total.update(f"{path}\n{len(source)}\n".encode() + source)
    return total.hexdigest()[:16]


def address(path: str) -> str:
    """Where a module is, from the base of the page."""
    return f"modules/{digest()}/{path}"


def loader(name: str, emits: Iterable[str]) -> str:
    """What Gradio runs when it puts a widget on the page.

    Gradio finds the events of a widget as quoted words in it.
    """
    events = "".join(f'// "{event}"\n' for event in emits)
    entry = address(f"widgets/{name}/{name}.js")
    return (
        f'{events}import(new URL("{entry}", document.baseURI))'
        ".then(({ default: mount }) => mount({ element, props, trigger, server, watch }));"
    )


def head() -> str:
    """Tags that fetch at once what the first picture needs."""
    paths = [path for path in sources() if path.startswith("page/")]
    paths += [f"widgets/{name}/{name}.js" for name in FIRST]
    links = "".join(f'<link rel="modulepreload" href="{address(path)}">\n' for path in paths)
    return f'{links}<script type="module" src="{address("page/page.js")}"></script>\n'


def routes() -> list[BaseRoute]:
    """For the server that shows the page."""
    return [Route("/modules/{digest}/{path:path}", serve, name="module")]


def serve(request: Request) -> Response:
    """A module, to whoever may see the page."""
    if not _may_see(request):
        return PlainTextResponse("Please log in first.", status_code=401)
    path = request.path_params["path"]
    source = plotly() if path == PLOTLY else sources().get(path)
    if source is None:
        return PlainTextResponse("There is no such module.", status_code=404)
    current = request.path_params["digest"] == digest()  # else of a page from before an update
    headers = {"Cache-Control": FOR_EVER if current else "no-store"}
    return Response(source, media_type="text/javascript; charset=utf-8", headers=headers)


def _may_see(request: Request) -> bool:
    """As Gradio's own ``login_check``, which can be had by its own routes only."""
    app = request.app
    if app.auth is None and app.auth_dependency is None:
        return True
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    token = next((request.cookies[name] for name in names if name in request.cookies), None)
    return token in app.tokens
