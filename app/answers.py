"""Answers that are the same for all who ask: made once, compressed once, kept by browsers.

The page's HTML is 0.4 MB that Gradio writes anew for each visitor, from a configuration that it
copies and from nothing else that changes but the checkpoints that are here; its scripts it
compresses anew for each visitor.
"""

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from typing import NamedTuple

import anyio
import anyio.to_thread
from cachetools import LRUCache
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.guard import path_of, user_of
from app.modules import FOR_EVER

# What the page and its configuration depend on; their addresses begin with where we are asked.
ORIGIN = ("host", "x-forwarded-host", "x-forwarded-proto", "x-gradio-server")
PAGES = ("/", "/config", "/config/")
FILES = ("/assets/", "/static/", "/modules/", "/theme.css")
HASHED = "/assets/"  # their names change with what they hold
MOST = 24 << 20  # bytes that are kept
CONDITIONS = (b"if-none-match", b"if-modified-since")  # of one who asks, not of all
SMALL = 500  # bytes that are not worth compressing


class Answer(NamedTuple):
    headers: tuple[tuple[str, str], ...]
    body: bytes
    packed: bytes  # by gzip; empty where that saves nothing
    tag: str

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed)


class Answers:
    """ASGI middleware, behind the guard; what it does not know goes on as it came."""

    def __init__(self, app: ASGIApp, renewed: Callable[[], str] = str) -> None:
        """``renewed`` brings the page up to date; what it tells changes when the page has."""
        self.app = app
        self.renewed = renewed
        self._kept: LRUCache[tuple, Answer] = LRUCache(MOST, getsizeof=lambda one: one.size)
        self._making: dict[tuple, asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._key(scope) if scope["type"] == "http" else None
        if key is None:
            await self.app(scope, receive, send)
            return
        if path_of(scope) in PAGES:
            key = (*key, await anyio.to_thread.run_sync(self.renewed))
        answer: Answer | list[Message] | None = self._kept.get(key)
        if answer is None:
            making = self._making.setdefault(key, asyncio.Lock())
            try:
                async with making:  # others who ask meanwhile wait here, and then find it
                    answer = self._kept.get(key) or await self._make(scope)
                    if isinstance(answer, Answer):
                        self._kept[key] = answer
            finally:
                self._making.pop(key, None)
        if isinstance(answer, Answer):
            await _response(answer, Headers(scope=scope))(scope, receive, send)
            return
        for message in answer or []:
            await send(message)

    def _key(self, scope: Scope) -> tuple | None:
        """What the answer depends on; None for one that is not the same for all."""
        path, headers = path_of(scope), Headers(scope=scope)
        if scope["method"] not in ("GET", "HEAD") or "range" in headers:
            return None
        if path.startswith(FILES):
            return (path,)
        if path not in PAGES or scope["query_string"]:
            return None
        origin = tuple(headers.get(name) for name in ORIGIN)
        return path, scope["scheme"], scope.get("root_path"), user_of(scope, headers), *origin

    async def _make(self, scope: Scope) -> Answer | list[Message]:
        """What the application answers; as it sends it where that is not to be kept.

        It is for all, so it is made to its end though who asked first may leave meanwhile, as a
        page does that is reloaded while it loads: the application would then stop halfway.
        """
        messages: list[Message] = []
        asked: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            return asked.pop() if asked else await anyio.sleep_forever()

        async def keep(message: Message) -> None:
            messages.append(message)

        told = [pair for pair in scope["headers"] if pair[0] not in CONDITIONS]
        await self.app({**scope, "method": "GET", "headers": told}, receive, keep)
        start, *rest = messages
        headers = Headers(raw=start["headers"])
        body = b"".join(message.get("body", b"") for message in rest)
        own = "set-cookie" in headers or "no-store" in headers.get("cache-control", "")
        whole = rest and not rest[-1].get("more_body", False)
        if start["status"] != 200 or own or not whole or len(body) > MOST // 2:
            return messages
        return await anyio.to_thread.run_sync(_finished, path_of(scope), headers, body)


def _finished(path: str, headers: Headers, body: bytes) -> Answer:
    packed = gzip.compress(body, mtime=0) if len(body) > SMALL else b""
    kept = headers.mutablecopy()
    for name in ("content-length", "etag", "last-modified"):
        del kept[name]
    if path.startswith(HASHED):
        kept["cache-control"] = FOR_EVER
    else:
        kept.setdefault("cache-control", "no-cache")  # asks whether it still holds
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
    kept["etag"] = tag
    kept.add_vary_header("Accept-Encoding")
    if len(packed) > 0.9 * len(body):
        packed = b""
    return Answer(tuple(kept.items()), body, packed, tag)


def _response(answer: Answer, asked: Headers) -> Response:
    headers = dict(answer.headers)
    if answer.tag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if answer.packed and "gzip" in asked.get("accept-encoding", ""):
        return Response(answer.packed, headers=headers | {"content-encoding": "gzip"})
    return Response(answer.body, headers=headers)
