"""What every request passes before Gradio sees it: who asks, from where, and how much.

* A host name that is not ours is refused, so that no page can make its own name lead here; a
  number is always ours, since a number cannot be made to lead elsewhere.
* A request that can change or compute something is refused from a page of another origin.
* Bodies are bounded before they are parsed, and those of questions must be sound JSON.
* With a login, nothing at all is served without it but the page that asks for it.
* Read-only, nothing is taken that would be written to disk.
"""

import base64
import binascii
import ipaddress
import json
import secrets
import socket
from argparse import Namespace
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from gradio.blocks import Blocks
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import session

API = "/gradio_api"
ASKED = 16 << 20  # bytes of a question; the trace of a chain of 20,000 steps travels in it
QUEUED = 4 << 20  # bytes of a question that waits in Gradio's queue, where hundreds may wait
HELD = 128 << 20  # bytes of all questions that are being answered
UPLOAD = 6 << 20  # bytes of an upload with what surrounds it; Gradio itself takes files of 5 MB
PARTS = 2_000_000  # commas and brackets in a question
SAFE = {"GET", "HEAD", "OPTIONS"}
WRITES = (f"{API}/upload", f"{API}/deep_link")
OPEN = ("/login", f"{API}/startup-events")  # the latter Gradio asks itself, to start its queue
SIZE = "latent.bytes"  # of a question, in its scope
LOG_IN = "Please log in first."


class Rules(NamedTuple):
    """What a server was started with."""

    hosts: frozenset[str]  # names that are ours, in small letters
    any_host: bool = False  # behind a proxy whose name nobody has told
    read_only: bool = False
    root: str = ""  # the path that a proxy puts before, without a slash at its end
    blocks: Blocks | None = None  # the page, which knows its components

    @classmethod
    def of(cls, options: Namespace, blocks: Blocks) -> "Rules":
        """By --host, --share, --root-path and --allow-host."""
        told = list(options.allow_host)
        address = urlsplit(options.root_path or "").hostname
        names = {"localhost", options.host.strip("[]"), address, *own_names(), *told}
        if options.share:
            names.add(".gradio.live")
        return cls(
            hosts=frozenset(name.lower() for name in names if name),
            any_host=bool(options.root_path) and not address and not told,
            read_only=options.read_only,
            root=urlsplit(options.root_path or "").path.rstrip("/"),
            blocks=blocks,
        )


def own_names() -> Iterable[str]:
    """What this machine is called on its network."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return {name, short, f"{short}.local", f"{short}.lan", f"{short}.home"}


class Refusal(Exception):
    """A request that goes no further: status, and a sentence."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


class Guard:
    """ASGI middleware, nearest to the application."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app = app
        self.rules = rules
        self.tokens: dict[str, str] = {}  # of those who send their login with each request
        self.held = 0  # bytes of the questions that are being answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if scope["path"] == self.rules.root and scope["type"] == "http":
            # The page names its scripts from where it stands, so it must stand in a folder.
            await RedirectResponse(f"{self.rules.root}/")(scope, receive, send)
            return
        try:
            receive = await self._admit(scope, receive)
            await self.app(scope, receive, _told(scope["path"], send))
        except Refusal as refusal:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            response = self._answer(scope, refusal)
            await response(scope, receive, send)
            return
        finally:
            self.held -= scope.get(SIZE, 0)

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        """Raises ``Refusal``; else how the application is to read the body."""
        headers = Headers(scope=scope)
        path = path_of(scope)
        self._check_host(headers)
        self._check_login(scope, headers, path)
        if self.rules.read_only and path.rstrip("/").startswith(WRITES):
            raise Refusal(
                403, "This playground is read-only: it takes no files and keeps no links."
            )
        reads = scope["type"] == "http" and scope["method"] in SAFE
        if not reads or path.startswith(API):  # where a question to be read can keep a link
            self._check_origin(headers)
        if reads or scope["type"] == "websocket":
            return receive
        return await self._body(scope, path, headers, receive)

    def _check_host(self, headers: Headers) -> None:
        host = hostname(headers.get("host", ""))
        if self.rules.any_host or is_ours(host, self.rules.hosts):
            return
        raise Refusal(
            421,
            f"This playground does not answer to the name {host[:80]!r}. If it is reached by "
            "that name, start it with --allow-host and the name.",
        )

    def _check_origin(self, headers: Headers) -> None:
        """Browsers say where the asking page is from; other programs need not."""
        site = headers.get("sec-fetch-site")
        origin = headers.get("origin")
        if site in ("same-origin", "none") or (origin is None and site is None):
            return
        if origin is not None and site is None:  # an older browser, or a page without https
            asked = {headers.get("host"), headers.get("x-forwarded-host")}
            if urlsplit(origin).netloc in asked:
                return
        raise Refusal(
            403, "A page from elsewhere asked. Only this playground's own page may ask for work."
        )

    def _check_login(self, scope: Scope, headers: Headers, path: str) -> None:
        app = scope["app"]
        if app.auth is None or path.rstrip("/") in OPEN:
            return
        if user_of(scope, headers) is not None:
            return
        if (user := _basic(headers, app.auth)) is not None:
            # Gradio's own checks want the cookie of a login.
            token = self.tokens.setdefault(user, secrets.token_urlsafe(16))
            app.tokens[token] = user
            found = MutableHeaders(scope=scope)
            found["cookie"] = f"access-token-unsecure-{app.cookie_id}={token}"
            return
        raise Refusal(401, LOG_IN)

    async def _body(self, scope: Scope, path: str, headers: Headers, receive: Receive) -> Receive:
        """The body, whole and checked; that of an upload passes by, counted."""
        upload = path.startswith(f"{API}/upload")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        queued = path.startswith((f"{API}/call/", f"{API}/queue/"))
        most = UPLOAD if upload else QUEUED if queued else ASKED
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:20]) > most:
            raise Refusal(413, f"A request may have at most {most:,} bytes. Send less at once.")
        size = int(length) if "content-length" in headers else most
        if self.held + size > HELD:
            raise Refusal(503, "Too much is being asked at once. Ask again in a moment.")
        self.held += size
        scope[SIZE] = size
        question = path.startswith(API) and not upload and "/mcp" not in path
        to_widget = path.startswith(f"{API}/component_server")
        if question and kind != "application/json" and (kind or to_widget):
            raise Refusal(415, "A question is JSON: send it as application/json.")
        if upload:
            return _counted(receive, most)
        body = await _read(receive, most)
        if question and body:
            self._check_question(path, body)
        return _replayed(body, receive)

    def _check_question(self, path: str, body: bytes) -> None:
        if sum(map(body.count, (b",", b"[", b"{"))) > PARTS:
            raise Refusal(413, f"A question may have {PARTS:,} parts. Ask for less at once.")
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            raise Refusal(400, "A question is JSON, and this is not, or is too deep.") from None
        if not isinstance(asked, dict):
            raise Refusal(400, "A question is a JSON object.")
        visit = asked.get("session_hash")
        if visit is not None and (not isinstance(visit, str) or len(visit) > 64):
            raise Refusal(400, "session_hash is a text of at most 64 characters.")
        if path.startswith(f"{API}/component_server"):
            self._check_component(asked)

    def _check_component(self, asked: dict) -> None:
        """Gradio looks these up as they come."""
        number, name = asked.get("component_id"), asked.get("fn_name")
        if not isinstance(asked.get("session_hash"), str) or not isinstance(name, str):
            raise Refusal(400, "A question to a widget names session_hash and fn_name.")
        known = self.rules.blocks.blocks if self.rules.blocks else {}
        if type(number) is not int or number not in known:
            raise Refusal(404, "There is no such widget on this page. Reload it.")
        if "data" not in asked:
            raise Refusal(400, "A question to a widget has its fields in data.")

    def _answer(self, scope: Scope, refusal: Refusal) -> Response:
        page = path_of(scope) == "/" and "text/html" in Headers(scope=scope).get("accept", "")
        if refusal.status == 401 and page:
            return HTMLResponse(LOGIN_PAGE, status_code=401, headers={"Cache-Control": "no-store"})
        said = {"error": str(refusal), "detail": str(refusal)}
        return JSONResponse(said, status_code=refusal.status)


def path_of(scope: Scope) -> str:
    """As the application's routes have it: without the path that a proxy puts before."""
    path, root = scope["path"], scope.get("root_path", "").rstrip("/")
    path = path.removeprefix(root) if root and path.startswith(f"{root}/") else path
    return "/" + path.lstrip("/")


def hostname(host: str) -> str:
    """Of a Host header, without the port, in small letters."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_ours(host: str, hosts: frozenset[str]) -> bool:
    """Whether it is a number, or a name among ``hosts``; one with a dot before takes in more."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
        return True
    except ValueError:
        pass
    return host in hosts or any(one[0] == "." and host.endswith(one) for one in hosts)


def user_of(scope: Scope, headers: Headers) -> str | None:
    """Who has logged in, by the cookie that Gradio gives; None for nobody."""
    app, cookies = scope["app"], _cookies(headers)
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    found = (app.tokens.get(cookies[name]) for name in names if name in cookies)
    return next((user for user in found if user is not None), None)


def _cookies(headers: Headers) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in headers.get("cookie", "").split(";"))
    return {name: value for name, _, value in pairs}


def _basic(headers: Headers, auth: dict[str, str]) -> str | None:
    """The user of ``Authorization: Basic``, if the password is right; for MCP and scripts."""
    kind, _, code = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(code, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    right = auth.get(user, "").encode()
    same = secrets.compare_digest(right, password.encode())
    return user if user in auth and same else None


async def _read(receive: Receive, most: int) -> bytes:
    """The whole body; raises ``Refusal`` as soon as it is too long."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refusal(400, "The request broke off.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise Refusal(413, f"A request may have at most {most:,} bytes. Send less at once.")
        if not message.get("more_body"):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What was read, once; afterwards whatever comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _counted(receive: Receive, most: int) -> Receive:
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        return message if size <= most else {"type": "http.disconnect"}

    return counted


def _told(path: str, send: Send) -> Send:
    """A refused call is no fault of the server: 422 in place of Gradio's 500."""
    if not path.removeprefix(API).startswith(("/run/", "/api/")):
        return send

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 500:
            message = {**message, "status": 422}
        await send(message)

    return told


async def health(_: Request) -> Response:
    """What the process holds, as JSON."""
    return JSONResponse(session.health())


LOGIN_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Latent Playground</title>
<style>
body { font: 1rem system-ui, sans-serif; max-width: 20rem; margin: 20vh auto; padding: 0 1rem }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
input, button { margin: 0.25rem 0 1rem; padding: 0.5rem }
</style>
<h1>Latent Playground</h1>
<form>
<label>Name <input name="username" autocomplete="username" required autofocus></label>
<label>Password
<input name="password" type="password" autocomplete="current-password" required></label>
<button>Log in</button>
<p role="alert"></p>
</form>
<script>
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target));
  const address = new URL("login", document.baseURI.replace(/[?#].*/, ""));
  const answer = await fetch(address, { method: "POST", body });
  if (answer.ok) location.reload();
  else document.querySelector("[role=alert]").textContent = "Name or password is wrong.";
});
</script>
"""
