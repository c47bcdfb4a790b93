"""The named endpoints of a running server, as gradio_client and MCP clients reach them."""

import asyncio
import http.client
import select
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]
TEXT = "text_vae/text_vae--tatoeba"
PICTURES = "vae/vae--mnist--2d"
MIXTURE = "text_vae/dgmvae--smd"
WORDS = "lm/lstm_lm--everyday--forward"
NAMES = {
    *("sample", "interpolate", "encode", "decode"),
    *("modes", "responsibilities", "decode_at", "next_words", "word_senses"),
    "translate",
    *("edit_chain", "attack"),
    *("train_points", "frontier", "respond", "moves", "encode_reply", "compare"),
}


@pytest.fixture(scope="module")
def client(app_url: str) -> Iterator[Client]:
    client = Client(app_url, verbose=False)
    yield client
    client.close()


@pytest.fixture(scope="module", autouse=True)
def idle(app_url: str) -> Iterator[tuple[http.client.HTTPConnection, float]]:
    """A connection of which nothing is asked after the first answer, and when that came."""
    connection = http.client.HTTPConnection(urlsplit(app_url).netloc)
    connection.request("GET", "/health")
    connection.getresponse().read()
    yield connection, time.monotonic()
    connection.close()


def test_only_the_named_endpoints_are_offered(client):
    offered = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {name.strip("/") for name in offered} == NAMES


def test_the_same_seed_gives_the_same_sentences(client):
    first = client.predict(checkpoint=TEXT, n=3, seed=4, api_name="/sample")
    assert len(first) == 3
    assert client.predict(checkpoint=TEXT, n=3, seed=4, api_name="/sample") == first
    assert client.predict(checkpoint=TEXT, n=3, seed=5, api_name="/sample") != first


def test_codes_come_and_go(client):
    z = client.predict(TEXT, ["I like tea."], api_name="/encode")
    assert len(z) == 1 and len(z[0]) > 1
    assert len(client.predict(TEXT, z, api_name="/decode")) == 1
    walk = client.predict(TEXT, "I like tea.", "It is raining.", 5, api_name="/interpolate")
    assert len(walk) == 5
    (picture,) = client.predict(PICTURES, 1, api_name="/sample")
    assert picture.startswith("data:image/png;base64,")
    assert len(client.predict(PICTURES, [picture], api_name="/encode")[0]) == 2


def test_chains_of_edits_are_the_same_again(client):
    trace = client.predict(["dog"], steps=12, seed=2, chains=2, api_name="/edit_chain")
    assert client.predict(["dog"], steps=12, seed=2, chains=2, api_name="/edit_chain") == trace
    assert [len(chain["steps"]) for chain in trace["chains"]] == [12, 12]
    assert all(
        "dog" in step["tokens"]
        for chain in trace["chains"]
        for step in chain["steps"]
        if step["accepted"]
    )
    with pytest.raises(AppError, match="does not know the keyword 'dogz'"):
        client.predict(["dogz"], api_name="/edit_chain")


def test_modes_responsibilities_and_places(client):
    table = client.predict(MIXTURE, api_name="/modes")
    assert [(mode["variable"], mode["component"]) for mode in table] == [
        (j, k) for j in range(3) for k in range(5)
    ]
    assert sum(mode["share"] for mode in table) == pytest.approx(3)
    assert all(0 < purity <= 1 for mode in table for _, purity in mode["tags"].values())
    (shares,) = client.predict(MIXTURE, ["what s the weather"], api_name="/responsibilities")
    assert [len(row) for row in shares] == [5, 5, 5]
    assert [sum(row) for row in shares] == pytest.approx([1, 1, 1])
    there = client.predict(MIXTURE, "pca", 0.5, -0.5, None, api_name="/decode_at")
    assert there["exact"] and there["item"] and len(there["code"]) == 6
    again = client.predict(MIXTURE, [there["code"]], api_name="/decode")
    assert again == [there["item"]]


def test_next_words_are_seeded(client):
    question = {"checkpoint": WORDS, "text": "a man is", "k": 5, "n": 2, "api_name": "/next_words"}
    found = client.predict(**question, seed=3)
    assert len(found["words"]) == 5 and 0 < found["words"][0]["p"] < 1
    assert [typed["word"] for typed in found["typed"]] == ["a", "man", "is"]
    assert all(one["text"].startswith("A man is") for one in found["continuations"])
    assert client.predict(**question, seed=3) == found
    assert client.predict(**question, seed=4)["continuations"] != found["continuations"]
    assert "experts" not in found


def test_experts_and_senses_are_told(client):
    found = client.predict("lm/mos--tatoeba", "he is", 3, api_name="/next_words")
    assert sum(one["weight"] for one in found["experts"]) == pytest.approx(1, abs=1e-3)
    assert [len(one["words"]) for one in found["experts"]] == [3] * 5
    found = client.predict("lm/kerbs--tatoeba", "that", api_name="/word_senses")
    assert sum(one["share"] for one in found["senses"]) == pytest.approx(1, abs=1e-3)
    assert len(found["contexts"]) > 50
    assert len(found["contexts"][0]["p"]) == len(found["senses"])


def test_two_models_are_compared(client):
    inputs = client.predict(PICTURES, 4, 3, api_name="/sample")
    found = client.predict(PICTURES, "vae/vae--mnist--16d", inputs, api_name="/compare")
    assert [len(side["items"]) for side in found["sides"]] == [4, 4]
    assert len(found["drift"]) == 4 and 0 < found["whole"] < 1.4143
    same = client.predict(PICTURES, PICTURES, inputs, api_name="/compare")
    assert same["drift"] == pytest.approx([0] * 4, abs=1e-4)
    other = client.predict(PICTURES, "gan/dcgan--mnist", inputs, api_name="/compare")
    assert "no encoder" in other["sides"][1]["cannot"] and other["drift"] is None


@pytest.mark.parametrize(
    ("endpoint", "arguments", "said"),
    [
        ("sample", ("../secrets", 1), "no checkpoint called"),
        ("sample", (TEXT, 0), "between 1 and 10,000"),
        ("sample", (TEXT, 10**6), "between 1 and 10,000"),
        ("sample", (TEXT, 1.5), "n: "),
        ("sample", (TEXT, 1, -1), "seed: "),
        ("sample", (TEXT, 1, 0, 1.0, "moon"), "source must be one of"),
        ("encode", (TEXT, [""]), "entence"),
        ("encode", (PICTURES, ["not a picture"]), "not a picture"),
        ("decode", (TEXT, [[1.0, 2.0]]), "32 numbers"),
        ("decode", (TEXT, [[1e9] * 32]), "finite"),
        ("decode", (TEXT, "x"), "codes: "),
        ("decode", (TEXT, []), "32 numbers"),
        ("modes", (TEXT,), "has no modes"),
        ("responsibilities", (MIXTURE, []), "number of items"),
        ("responsibilities", (MIXTURE, ["qwertz zuiop"]), "no word that this model knows"),
        ("next_words", ("../secrets",), "no checkpoint called"),
        ("next_words", (TEXT, "a"), "is no language model"),
        ("next_words", ("hub:gpt2", "a"), "is not here"),
        ("next_words", (WORDS, "a " * 60), "Shorten it"),
        ("next_words", (WORDS, "a", 0), "words shown lies from"),
        ("translate", (WORDS, "Hallo"), "does not translate"),
        ("word_senses", (WORDS, "dog"), "one vector for each word"),
        ("decode_at", (MIXTURE, "moon", 0, 0), "no view 'moon'"),
        ("decode_at", (MIXTURE, "pca", 1e9, 0), "between -10,000"),
        ("decode_at", (MIXTURE, "c0", 0, 0, -3), "items 0 to"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(client, endpoint, arguments, said):
    with pytest.raises(AppError, match=said):
        client.predict(*arguments, api_name=f"/{endpoint}")


def test_the_endpoints_are_tools_for_agents(app_url):
    async def ask():
        async with (
            streamablehttp_client(f"{app_url.rstrip('/')}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as agent,
        ):
            await agent.initialize()
            tools = (await agent.list_tools()).tools
            done = await agent.call_tool("sample", {"checkpoint": TEXT, "n": 2, "seed": 1})
            wrong = await agent.call_tool("sample", {"checkpoint": "../x"})
            return tools, done, wrong

    with ThreadPoolExecutor(1) as thread:  # Playwright keeps a loop running in this one
        tools, done, wrong = thread.submit(asyncio.run, asyncio.wait_for(ask(), 60)).result()
    assert {tool.name for tool in tools} == NAMES
    models = {"checkpoint", "lm", "victim", "model", "dataset"}  # each asks for one
    assert all(models & set(tool.inputSchema["properties"]) for tool in tools)
    assert not done.isError and done.content[0].text.startswith("[")
    assert wrong.isError and "no checkpoint called" in wrong.content[0].text


def test_a_connection_that_rests_is_not_closed(idle):
    """Uvicorn closes it after 5 s: what a proxy or a program then asks of it gets lost."""
    connection, since = idle
    rest = max(0, since + 7 - time.monotonic())  # the tests above have taken most of it
    assert select.select([connection.sock], [], [], rest) == ([], [], [])
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
