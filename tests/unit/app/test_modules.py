"""The route of the page's scripts: what is there, what is not, and who may see it."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest
from gradio.routes import App
from starlette.testclient import TestClient

from app import modules


@pytest.fixture
def server() -> App:
    async def make() -> App:  # in a running loop: else Gradio makes loops that it never closes
        with gr.Blocks(analytics_enabled=False) as page:
            pass
        return App.create_app(page, app_kwargs={"routes": modules.routes()})

    with ThreadPoolExecutor(1) as other:  # where no browser of the tests runs a loop already
        return other.submit(asyncio.run, make()).result()


@pytest.fixture
def client(server: App) -> TestClient:
    return TestClient(server)


def test_every_module_is_there_for_ever(client):
    for path, source in modules.sources().items():
        answer = client.get(f"/{modules.address(path)}")
        assert answer.status_code == 200 and answer.content == source
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "immutable" in answer.headers["cache-control"]


def test_what_a_module_imports_is_a_module_too():
    for path, source in modules.sources().items():
        folder = path.split("/")[:-1]
        for name in re.findall(r'from "([^"]+)"', source.decode()):
            steps = list(folder)
            for step in name.split("/"):
                if step == "..":
                    steps.pop()
                elif step != ".":
                    steps.append(step)
            assert "/".join(steps) in modules.sources(), f"{path} imports {name}"


@pytest.mark.parametrize(
    "path",
    [
        "page/style.css",
        "main.py",
        "widgets/seed/widget.py",
        "page/../main.py",
        "page/%2e%2e/main.py",
        "../../README.md",
        "",
    ],
)
def test_nothing_else_is_there(client, path):
    assert client.get(f"/modules/{modules.digest()}/{path}").status_code == 404


def test_a_page_from_before_an_update_still_gets_its_modules_and_keeps_none(client):
    answer = client.get("/modules/0123456789abcdef/page/dom.js")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"


def test_a_login_is_asked_for(server, client):
    server.auth = {"ann": "secret"}
    path = f"/{modules.address('page/dom.js')}"
    assert client.get(path).status_code == 401
    server.tokens["token"] = "ann"
    for token, status in {"guess": 401, "token": 200}.items():
        cookie = {"Cookie": f"access-token-{server.cookie_id}={token}"}
        assert client.get(path, headers=cookie).status_code == status


def test_the_digest_changes_with_the_sources(monkeypatch):
    before = modules.digest()
    changed = modules.sources() | {"page/dom.js": b"// changed"}
    monkeypatch.setattr(modules, "sources", lambda: changed)
    modules.digest.cache_clear()
    assert modules.digest() != before
    monkeypatch.undo()
    modules.digest.cache_clear()
    assert modules.digest() == before


def test_each_widget_has_a_module_that_can_be_mounted():
    for path in {path.split("/")[1] for path in modules.sources() if path.startswith("widgets/")}:
        entry = modules.sources()[f"widgets/{path}/{path}.js"].decode()
        assert "export default function mount(" in entry


def test_gradio_finds_the_events_of_a_widget():
    made = gr.HTML(js_on_load=modules.loader("seed", ["input"]))
    assert callable(made.input)
    with pytest.raises(AttributeError):
        made.ready  # noqa: B018


def test_the_script_of_charts_comes_from_here_when_it_is_asked_for(client):
    answer = client.get(f"/{modules.address(modules.PLOTLY)}")
    assert answer.status_code == 200 and b"plotly.js" in answer.content[:200]
    assert modules.PLOTLY not in modules.head()
