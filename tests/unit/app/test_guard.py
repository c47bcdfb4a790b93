"""Requests from elsewhere, without a login, or too large, reach nothing."""

import asyncio
import base64
import itertools
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio.routes import App
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from app import guard, main, modules, session
from backend.corpora import own
from backend.files import private_folder

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
HOME = "http://localhost"
WIDGET = "/gradio_api/component_server"
RUN = "/gradio_api/run/frontier"


def options(**changed) -> Namespace:
    plain = {"host": "127.0.0.1", "share": False, "root_path": None, "allow_host": []}
    return Namespace(**(plain | {"read_only": False} | changed))


def app_of(auth: tuple[str, str] | None = None, mcp: bool = False, **changed) -> App:
    async def build():  # in a running loop: else Gradio makes loops that it never closes
        page = main.build("cpu")
        page.queue(max_size=4)
        page.auth = [auth] if auth else None
        page.max_file_size = 1
        kwargs = {
            "routes": [*modules.routes(), Route("/health", guard.health)],
            "middleware": main.middleware(options(**changed), page),
        }
        app = App.create_app(page, app_kwargs=kwargs, mcp_server=mcp)
        if auth:
            app.auth = dict([auth])
        return app

    session.configure("cpu", read_only=changed.get("read_only", False))
    return asyncio.run(build())


def tabs(app: App) -> set[str]:
    ids = {str(getattr(block, "elem_id", "")) for block in app.get_blocks().blocks.values()}
    return {id for id in ids if id.startswith("tab-")}


@pytest.fixture(scope="module")
def app() -> App:
    return app_of()


@pytest.fixture(scope="module")
def client(app) -> Iterator[TestClient]:
    yield TestClient(app, base_url=HOME, raise_server_exceptions=False)


def widget_question(app: App, **changed) -> dict:
    blocks = app.get_blocks().blocks.values()
    header = next(block for block in blocks if "paths" in str(getattr(block, "elem_classes", "")))
    plain = {"session_hash": "x", "component_id": header._id, "fn_name": "run", "data": {}}
    return plain | changed


# --- names, origins, sizes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        *(("localhost", True), ("127.0.0.1:7860", True), ("[::1]:7860", True)),
        *(("192.168.1.7:80", True), ("LOCALHOST.", True)),
        *(("evil.example", False), ("localhost.evil.example", False), ("", False), ("a[", False)),
    ],
)
def test_only_our_own_names_are_answered(client, host, taken):
    for path in ("/config", "/health", "/gradio_api/info"):
        answer = client.get(path, headers={"host": host})
        assert (answer.status_code == 200) is taken, path
        assert taken or "--allow-host" in answer.json()["error"]


@pytest.mark.parametrize(
    ("changed", "host", "taken"),
    [
        ({"allow_host": ["play.example"]}, "play.example", True),
        ({"root_path": "https://play.example/x"}, "play.example", True),
        ({"root_path": "https://play.example/x"}, "evil.example", False),
        ({"root_path": "/x"}, "play.example", True),
        ({"root_path": "/x", "allow_host": ["play.example"]}, "evil.example", False),
        ({"share": True}, "abc.gradio.live", True),
        ({"share": False}, "abc.gradio.live", False),
        ({"host": "studio"}, "studio:8000", True),
    ],
)
def test_names_follow_the_options(changed, host, taken):
    rules = guard.Rules.of(options(**changed), None)
    assert (rules.any_host or guard.is_ours(guard.hostname(host), rules.hosts)) is taken


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"origin": HOME}, True),
        ({"sec-fetch-site": "same-origin", "origin": "https://proxy.example"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "http://localhost:3000"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site", "origin": HOME}, False),
    ],
)
def test_pages_from_elsewhere_compute_nothing(app, client, headers, taken):
    for path, body in ((RUN, {"data": ["moon"]}), (WIDGET, widget_question(app))):
        answer = client.post(path, json=body, headers=headers)
        assert (answer.status_code != 403) is taken
        assert taken or "from elsewhere" in answer.json()["error"]


def test_every_route_is_closed_to_other_names_and_other_pages():
    app = app_of(mcp=True)
    client = TestClient(app, base_url=HOME, raise_server_exceptions=False)
    routes = list(walked(app))
    assert len(routes) > 80 and any("/mcp" in path for _, path in routes)
    for method, path in routes:
        answer = client.request(method, path, json={}, headers={"host": "evil.example"})
        assert answer.status_code == 421, (method, path)
        if method in guard.SAFE and not path.startswith(guard.API):
            continue  # the page and its scripts, which compute nothing
        for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
            if method in guard.SAFE and "origin" in headers:
                continue  # a browser tells no origin of a link or a picture
            answer = client.request(method, path, json={}, headers=headers)
            assert answer.status_code == 403, (method, path, headers)


def test_behind_a_proxy_the_page_stands_in_a_folder():
    client = TestClient(app_of(root_path="https://play.example/lab/"), base_url=HOME)
    answer = client.get("/lab", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/lab/")
    assert client.get("/health", follow_redirects=False).status_code == 200


def test_a_question_in_plain_text_is_refused(client):
    for kind in ("text/plain", "text/plain;application/json", "application/x-www-form-urlencoded"):
        answer = client.post(WIDGET, content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415
    assert client.post(WIDGET, content=b"{}").status_code == 415


def test_large_bodies_are_refused_before_they_are_parsed(client):
    large = b'{"data": ["' + b"x" * guard.ASKED + b'"]}'
    json_kind = {"content-type": "application/json"}
    assert client.post(RUN, content=large, headers=json_kind).status_code == 413
    parts = iter(
        [large[: 1 << 20]] * (1 + (guard.ASKED >> 20))
    )  # in chunks, so that no length is told
    assert client.post(RUN, content=parts, headers=json_kind).status_code == 413
    many = b'{"data": [' + b"[]," * guard.PARTS + b"0]}"
    assert client.post(RUN, content=many, headers=json_kind).status_code == 413
    call = "/gradio_api/call/frontier"
    assert client.post(call, content=large[: guard.QUEUED + 1], headers=json_kind).is_client_error
    assert "4,194,304" in client.post(call, content=large, headers=json_kind).json()["error"]
    wrong = {"content-length": "-1"} | json_kind
    assert client.post(RUN, content=b"{}", headers=wrong).status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"[" * 100_000, b"9" * 5000, b"\xff", b'{"session_hash": []}'],
)
def test_what_is_no_question_is_told(client, body):
    for path in (RUN, WIDGET, "/gradio_api/queue/join", "/gradio_api/call/frontier"):
        answer = client.post(path, content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, (path, answer.text)


@pytest.mark.parametrize(
    "changed",
    [
        *({"component_id": one} for one in (10**9, -1, "1", None, [], True)),
        *({"fn_name": one} for one in ("nothing", "__init__", 3, None, [])),
        *({"session_hash": one} for one in (3, None, "x" * 65)),
    ],
)
def test_widgets_that_are_not_there_are_told(app, client, changed):
    answer = client.post(WIDGET, json=widget_question(app, **changed))
    assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize("data", [[], 3, None, "x", {"a": 1}, {"mode": []}])
def test_widgets_answer_with_a_sentence(app, client, data):
    answer = client.post(WIDGET, json=widget_question(app, data=data))
    assert answer.status_code == 200 and answer.json()["error"]


def test_all_bodies_together_are_bounded_and_let_go_of():
    seen: list[int] = []

    async def reached(scope, receive, send):
        seen.append(gate.held)
        await PlainTextResponse("reached")(scope, receive, send)

    gate = guard.Guard(reached, guard.Rules.of(options(), None))

    async def served(scope, receive, send):
        await gate({**scope, "app": Namespace(auth=None)}, receive, send)

    client = TestClient(served, base_url=HOME)
    assert client.post(RUN, json={"data": []}).text == "reached"
    assert seen == [len(b'{"data":[]}')] and gate.held == 0
    gate.held = guard.HELD
    answer = client.post(RUN, json={"data": []})
    assert answer.status_code == 503 and "Ask again" in answer.json()["error"]
    assert gate.held == guard.HELD


def test_a_refused_call_is_no_fault_of_the_server(client):
    answer = client.post(RUN, json={"data": ["moon"]})
    assert answer.status_code == 422 and "Nothing was measured on" in answer.json()["error"]
    answer = client.post("/gradio_api/run/sample", json={"data": []})
    assert answer.status_code == 422 and "takes 9 values" in answer.json()["error"]


# --- login -------------------------------------------------------------------------------------


def walked(app: App) -> Iterator[tuple[str, str]]:
    """Every route with each of its methods, and paths below what is mounted."""
    included = [r.original_router.routes for r in app.routes if hasattr(r, "original_router")]
    for route in [*app.routes, *itertools.chain(*included)]:
        if hasattr(route, "original_router"):
            continue
        if isinstance(route, Mount):
            yield from (("GET", f"{route.path}/"), ("POST", f"{route.path}/"))
            continue
        path = route.path
        for name in getattr(route, "param_convertors", {}):
            path = path.replace(f"{{{name}:path}}", "x").replace(f"{{{name}}}", "x")
        for method in getattr(route, "methods", None) or ["GET"]:
            yield method, path


def test_nothing_is_served_without_the_login(caplog):
    app = app_of(("ada", "secret"), mcp=True)
    client = TestClient(app, base_url=HOME, raise_server_exceptions=False)
    routes = list(walked(app))
    assert len(routes) > 80 and any("/mcp" in path for _, path in routes)
    for method, path in routes:
        if path.rstrip("/") in guard.OPEN:
            continue
        answer = client.request(method, path, json={})
        assert answer.status_code == 401, (method, path)
        assert "lp-checkpoints" not in answer.text

    page = client.get("/", headers={"accept": "text/html"})
    assert page.status_code == 401 and "Log in" in page.text
    wrong = client.post("/login", data={"username": "ada", "password": "x"})
    assert wrong.status_code == 400
    assert client.get("/config").status_code == 401
    assert client.post("/login", data={"username": "ada", "password": "secret"}).is_success
    assert client.get("/config").status_code == 200


def test_with_the_login_every_route_is_open():
    """As far as the guard goes: some routes answer as long as one listens."""
    app = app_of(("ada", "secret"), mcp=True)
    app.tokens["token"] = "ada"
    gate = guard.Guard(PlainTextResponse("reached"), guard.Rules.of(options(), app.get_blocks()))

    async def served(scope, receive, send):
        await gate({**scope, "app": app}, receive, send)

    client = TestClient(served, base_url=HOME)
    for cookie, statuses in (("token", {200, 400}), ("guess", {401})):
        headers = {"cookie": f"access-token-{app.cookie_id}={cookie}"}
        for method, path in walked(app):
            if path.rstrip("/") in guard.OPEN:
                continue
            answer = client.request(method, path, json={}, headers=headers)
            assert answer.status_code in statuses, (method, path)


def test_programs_send_their_login_with_each_request():
    app = app_of(("ada", "secret"))
    client = TestClient(app, base_url=HOME, raise_server_exceptions=False)
    for login, status in (("ada:secret", 200), ("ada:x", 401), ("x:secret", 401), ("ada", 401)):
        code = base64.b64encode(login.encode()).decode()
        headers = {"authorization": f"Basic {code}"}
        assert client.get("/gradio_api/info", headers=headers).status_code == status
        client.cookies.clear()
    assert client.get("/config", headers={"authorization": "Basic ?"}).status_code == 401


# --- what visitors brought ---------------------------------------------------------------------


def test_nothing_that_was_brought_or_trained_is_served_by_its_path(
    client, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("LATENT_YOURS_DIR", str(tmp_path / "yours"))
    lines = "\n".join(f"A secret line, number {i}." for i in range(40))
    dataset = own.keep("Mine", "lines.txt", lines.encode())
    kept = [path for path in (tmp_path / "yours").rglob("*") if path.is_file()]
    assert dataset and kept
    places = [*kept, Path(private_folder("uploads")), Path("README.md").resolve()]
    for path in places:
        for address in (f"/gradio_api/file={path}", f"/file={path}", f"/static/{path}", str(path)):
            found = client.get(address)
            assert found.status_code in (403, 404), address
            assert "secret line" not in found.text


# --- read-only ---------------------------------------------------------------------------------


def test_an_upload_is_kept_unless_the_server_is_read_only(client, app, tmp_path, monkeypatch):
    monkeypatch.setattr(app, "uploaded_file_dir", str(tmp_path))
    files = {"files": ("x.png", b"x", "image/png")}
    assert client.post("/gradio_api/upload", files=files).status_code == 200
    assert [path.name for path in tmp_path.rglob("*.png")] == ["x.png"]


def test_read_only_writes_nothing_and_has_no_tab_for_it(app, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(session, "_read_only", False)  # so that it is as it was in the end
    whole = tabs(app)
    app = app_of(read_only=True)
    assert whole - tabs(app) == {"tab-train"}
    app.uploaded_file_dir = str(tmp_path)
    client = TestClient(app, base_url=HOME, raise_server_exceptions=False)
    files = {"files": ("x.png", b"x", "image/png")}
    for path in ("/gradio_api/upload", "/gradio_api/upload/"):
        assert client.post(path, files=files).status_code == 403
    link = client.get("/gradio_api/deep_link", params={"session_hash": "x"})
    assert link.status_code == 403 and "read-only" in link.json()["error"]
    client.post(WIDGET, json=widget_question(app))
    client.post(RUN, json={"data": [""]})
    assert not list(tmp_path.rglob("*"))
