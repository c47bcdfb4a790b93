"""What is the same for all is made once, and what is not is made for each."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app import answers

made: list[str] = []
TEXT = "page " * 1000


def page(request: Request) -> Response:
    made.append(str(request.url))
    return PlainTextResponse(f"{request.headers.get('host')} {TEXT}")


async def asset(request: Request) -> Response:
    made.append(request.url.path)
    await asyncio.sleep(0.01)
    headers = {
        "own": {"set-cookie": "a=b"}, "old": {"cache-control": "no-store"}, "big": {}, "js": {}
    }  # fmt: skip
    name = request.path_params["name"]
    if name not in headers:
        return PlainTextResponse("nothing", status_code=404)
    size = answers.MOST if name == "big" else 5000
    return Response("x" * size, headers=headers[name], media_type="text/javascript")


checkpoints = ["a"]  # what the page offers


@pytest.fixture
def app() -> Iterator[Starlette]:
    made.clear()
    routes = [Route("/", page, methods=["GET", "POST"]), Route("/config", page)]
    routes.append(Route("/assets/{name}", asset))
    kept = Middleware(answers.Answers, lambda: " ".join(checkpoints))
    app = Starlette(routes=routes, middleware=[kept])
    app.cookie_id, app.tokens = "id", {}
    yield app


@pytest.fixture
def client(app: Starlette) -> TestClient:
    return TestClient(app, base_url="http://localhost")


def test_a_page_is_made_once_and_travels_compressed(client):
    first, second = client.get("/"), client.get("/")
    assert len(made) == 1
    assert first.text == second.text == f"localhost {TEXT}"
    assert first.headers["content-encoding"] == "gzip"
    assert int(first.headers["content-length"]) == len(gzip.compress(first.content)) < 200
    assert first.headers["cache-control"] == "no-cache"
    plain = client.get("/", headers={"accept-encoding": "identity"})
    assert plain.text == first.text and "content-encoding" not in plain.headers


def test_a_browser_that_has_it_gets_nothing_twice(client):
    tag = client.get("/").headers["etag"]
    again = client.get("/", headers={"if-none-match": tag})
    assert again.status_code == 304 and not again.content and again.headers["etag"] == tag
    other = client.get("/", headers={"if-none-match": 'W/"0"'})
    assert other.status_code == 200 and other.content


def test_what_a_page_depends_on_makes_another(app, client):
    app.tokens["secret"] = "ada"
    client.get("/")
    for headers in (
        {"host": "127.0.0.1"},
        {"x-forwarded-host": "play.example"},
        {"x-forwarded-proto": "https"},
        {"cookie": "access-token-id=secret"},
    ):
        before = len(made)
        answer = client.get("/", headers=headers)
        assert len(made) == before + 1, headers
        assert answer.text.startswith(headers.get("host", "localhost"))


def test_a_page_that_offers_something_else_is_made_anew_and_scripts_are_not(client, monkeypatch):
    for offered in (["a"], ["a"], ["a", "b"]):
        monkeypatch.setattr(f"{__name__}.checkpoints", offered)
        client.get("/")
        client.get("/assets/js")
    assert made == ["http://localhost/", "/assets/js", "http://localhost/"]


def test_other_questions_go_on_as_they_came(client):
    for _ in range(2):
        client.post("/")
        client.get("/?deep_link=x")
        client.get("/assets/none")
        client.get("/assets/own")
        client.get("/assets/old")
        client.get("/assets/big")
        client.get("/assets/js", headers={"range": "bytes=0-3"})
    assert len(made) == 14


def test_scripts_are_kept_for_ever_by_the_name_of_their_hash(client):
    script = client.get("/assets/js")
    assert "immutable" in script.headers["cache-control"] and script.text == "x" * 5000
    assert client.get("/assets/js").headers["content-encoding"] == "gzip" and len(made) == 1


def test_those_who_ask_at_once_wait_for_one_answer(app):
    async def ask() -> list[str]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            found = await asyncio.gather(*(client.get("/assets/js") for _ in range(8)))
        return [answer.text for answer in found]

    with ThreadPoolExecutor(1) as other:  # where no browser of the tests runs a loop already
        texts = other.submit(asyncio.run, ask()).result()
    assert texts == ["x" * 5000] * 8 and len(made) == 1


def test_what_is_kept_is_bounded(app):
    kept = answers.Answers(app)._kept
    assert kept.maxsize == answers.MOST
    kept["x"] = answers.Answer((), b"x" * 10, b"y" * 5, "")
    assert kept.currsize == 15


def test_what_is_kept_is_whole_though_who_asked_first_has_left() -> None:
    """As where a page is reloaded while it loads: what is streamed then stops halfway."""
    sent: list[dict] = []

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(5):
            await asyncio.sleep(0.01)
            yield b"x" * 1000

    async def streaming(scope, receive, send) -> None:
        made.append(scope["path"])
        await StreamingResponse(parts())(scope, receive, send)

    async def gone() -> dict:
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    made.clear()
    kept = answers.Answers(streaming)
    scope = {"type": "http", "method": "GET", "path": "/assets/js", "headers": []}
    for _ in range(2):
        sent.clear()
        asyncio.run(kept(dict(scope), gone, send))
    assert b"".join(message.get("body", b"") for message in sent) == b"x" * 5000
    assert made == ["/assets/js"]
