"""Train on one's own data: what the page asks, from the first look at a file to the checkpoint.

The work itself is done by ``backend.corpora.own``, ``backend.pipeline.jobs`` and
``backend.yours``, which scripts can call as well.
"""

import base64
import functools
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple

import gradio as gr
import numpy as np
import pydantic
from pydantic.dataclasses import dataclass

import backend
from app import session
from app.components import as_base64, finite, served, widget
from app.widgets.trainer.uploads import Uploads
from backend import corpora, yours
from backend.corpora import own
from backend.pipeline import jobs
from backend.pipeline.estimate import Data, estimate

PIECE = 2 << 20  # bytes of a piece of a file; base64 of it is shorter than the door's texts
MOST = own.LIMITS["bytes"]
SHOWN = 2  # runs over one another
READ_ONLY = "This playground is read-only: nothing is trained or kept here."
LABELS = {
    "title": "Name of the data",
    "name": "Name of the model",
    "text": "Description",
    "rate": "Learning rate",
    "column": "Column",
    "label_column": "Column of labels",
    "size": "Side of a picture",
    "corpus": "Corpus",
    "model": "Model",
    "n": "Items to learn from",
}
# What can be shown of a checkpoint where: a tab by what it needs.
TABS = {
    "sample": {"sample", "decode"},
    "interpolate": {"encode", "decode"},
    "explore": {"decode"},
    "modes": {"components"},
    "next_word": {"log_prob"},
}

Text = Annotated[str, pydantic.Field(max_length=200)]
Title = Annotated[str, pydantic.Field(min_length=1, max_length=60)]
Secret = Annotated[str, pydantic.Field(pattern=r"^[\w-]{1,40}$")]
RunId = Annotated[str, pydantic.Field(pattern=r"^[\w.-]{1,120}$")]
Settings = Annotated[
    dict[str, int | float | bool | str | list[int]], pydantic.Field(max_length=100)
]
Since = Annotated[int, pydantic.Field(ge=0)]

uploads = Uploads(MOST)


@dataclass(frozen=True)
class Source:
    """Where items come from: a corpus on this machine, else a file that was sent."""

    corpus: Text = ""
    upload: Text = ""
    column: Text = ""
    label_column: Text = ""
    size: Literal[28, 32] = 28
    channels: Literal[1, 3] = 1


@dataclass(frozen=True)
class Amount:
    """What of a corpus the size of a model depends on."""

    n: Annotated[int, pydantic.Field(ge=1, le=MOST)]
    words: Annotated[int, pydantic.Field(ge=0, le=MOST)] = 0  # that it will know
    side: Literal[0, 28, 32] = 0  # 0 for sentences
    channels: Literal[1, 3] = 1
    classes: Annotated[int, pydantic.Field(ge=0, le=own.LIMITS["classes"])] = 0


@dataclass(frozen=True)
class Watched:
    """A run that the page shows, and what it has of it already."""

    id: RunId
    step: Since = 0
    line: Since = 0


def read_runs(text: str) -> str:
    """Parser for links: ids of at most ``SHOWN`` runs with ~ between them, or nothing."""
    ids = text.split("~") if text else []
    if len(ids) > SHOWN or not all(re.fullmatch(r"[\w.-]{1,120}", one) for one in ids):
        raise ValueError(f"{text[:40]!r} names no runs.")
    return text


def trainer(elem_id: str) -> gr.HTML:
    """The result widget of the tab; its value is what ``read_runs`` reads."""
    return widget(
        "trainer",
        "",
        elem_id=elem_id,
        server=questions(),
        emits=["ready"],
        piece=PIECE,
        most=MOST,
        shown=SHOWN,
    )


def questions() -> list[Callable[[Any], dict]]:
    """The server functions of the widget."""
    named = (
        *(begin_upload, piece, report, keep, offers, cost, start, poll, act, set_rate),
        *(rename, describe, remove, undo, export, take_in, forget),
    )
    return [_served(overview, "run"), *(_served(one, one.__name__) for one in named)]


def _served(function: Callable[..., dict], name: str) -> Callable[[Any], dict]:
    """As ``served``, but refused where visitors may change nothing, and with a full disk told."""

    @functools.wraps(function)
    def told(*args: Any, **kwargs: Any) -> dict:
        try:
            return function(*args, **kwargs)
        except OSError as error:
            raise ValueError(error.strerror or str(error)) from None

    answer = served(told, name, LABELS)

    def allowed(request: Any) -> dict:
        return {"error": READ_ONLY} if session.read_only() else answer(request)

    allowed.__name__ = name
    return allowed


# --- what there is -----------------------------------------------------------------------------


def overview(runs: Annotated[str, pydantic.AfterValidator(read_runs)] = "") -> dict:
    """Corpora, runs and checkpoints of one's own; ``runs`` are those that a link shows."""
    listed = jobs.runs()
    there = {run.id for run in listed}
    return {
        "corpora": _corpora(),
        "runs": [_run(run) for run in listed],
        "yours": _yours(),
        "gone": [id for id in runs.split("~") if id and id not in there],
        "code": SCRIPT,
    }


SCRIPT = """from pathlib import Path

from backend.corpora import own
from backend.pipeline import jobs
from backend.pipeline.estimate import Data, estimate

file = Path("diary.txt")  # one sentence a line
dataset = own.keep("My diary", file.name, file.read_bytes())
offer = jobs.offers("text")[0]
run = jobs.start(offer.model, dataset, "my diary", offer.presets["two minutes"])
print(jobs.look(run)["run"])
"""


def _corpora() -> list[dict]:
    """One's own first, then those on this machine whose items a model can learn alone."""
    mine = [{**_fields(one), "yours": True} for one in own.kept()]
    keys = {one["key"] for one in mine}
    ours = [
        {"key": key, "title": record.name, "kind": record.kind, "yours": False}
        for key, record in ((key, corpora.corpus(key)) for key in corpora.names())
        if key not in keys and record.unit in ("sentence", "picture") and corpora.available(key)
    ]
    return [*mine, *sorted(ours, key=lambda one: (one["kind"], one["title"]))]


def _fields(one: Any) -> dict:
    return {name: getattr(one, name) for name in ("key", "title", "kind", "n", "bytes")}


def _yours() -> list[dict]:
    found = [one for one in backend.available(include_damaged=True) if one.yours]
    return [
        {
            "name": info.name,
            "title": info.title,
            "about": yours.about(info.name),
            "dataset": _corpus_title(info.dataset),
            "problem": info.problem or "",
            "tabs": [tab for tab, needs in TABS.items() if needs <= info.capabilities],
        }
        for info in found
    ]


def _corpus_title(key: str) -> str:
    return corpora.corpus(key).name if key in corpora.names() else key


def _run(run: NamedTuple) -> dict:
    found = finite(run._asdict())
    return {**found, "corpus": _corpus_title(found["dataset"])}


# --- data --------------------------------------------------------------------------------------


def begin_upload(file_name: Annotated[str, pydantic.Field(min_length=1, max_length=255)]) -> dict:
    """A new file, empty as yet."""
    return {"upload": uploads.begin(file_name)}


def piece(upload: Secret, data: str) -> dict:
    """The next bytes of a file, as base64."""
    return {"bytes": uploads.add(upload, data)}


def report(source: Source) -> dict:
    """What a model would read, before anything runs."""
    if not source.corpus:
        seen = own.preview(*_file(source), **_how(source))
    elif source.corpus in {one["key"] for one in _corpora()}:
        seen = own.report(source.corpus)
    else:
        raise ValueError(f"There is no corpus {source.corpus[:80]!r} on this machine.")
    return {
        **seen._asdict(),
        "lengths": sorted(seen.lengths.items()),
        "vocabulary": [[size, float(share)] for size, share in seen.vocabulary],
        **_examples(seen.kind, seen.examples),
    }


def _examples(kind: str, items: list) -> dict:
    """Sentences as they are; pictures as base64 of bytes, channels last; and their shape."""
    if kind == "text":
        return {"examples": items, "side": 0, "channels": 1}
    arrays = [np.asarray(item, np.uint8) for item in items]
    last = [array if array.ndim == 2 else np.moveaxis(array, 0, -1) for array in arrays]
    channels = 3 if last[0].ndim == 3 else 1
    return {"examples": list(map(as_base64, last)), "side": len(last[0]), "channels": channels}


def keep(source: Source, title: Title) -> dict:
    """The key of the corpus that a file becomes; of a corpus its own."""
    if source.corpus:
        return {"corpus": source.corpus}
    key = own.keep(title.strip(), *_file(source), **_how(source))
    uploads.drop(source.upload)
    return {"corpus": key, "corpora": _corpora()}


def _file(source: Source) -> tuple[str, bytes]:
    return uploads.read(source.upload)


def _how(source: Source) -> dict[str, Any]:
    """How a file is read, as ``own`` calls it."""
    names = ("column", "label_column", "size", "channels")
    return {name: getattr(source, name) for name in names}


def forget(corpus: Text) -> dict:
    """Remove a corpus of one's own; models of it stay."""
    own.forget(corpus)
    return {"corpora": _corpora()}


# --- runs --------------------------------------------------------------------------------------


def offers(kind: Literal["text", "image"]) -> dict:
    """Models that read such items, with their settings and presets."""
    return {"offers": [_offer(offer) for offer in jobs.offers(kind)]}


def _offer(offer: Any) -> dict:
    return {**offer._asdict(), "settings": [one._asdict() for one in offer.settings]}


def cost(model: Text, settings: Settings, data: Amount) -> dict:
    """What a run would take, before it begins."""
    kind: Literal["text", "image"] = "image" if data.side else "text"
    shape = (data.channels, data.side, data.side)
    amount = Data(data.n, data.words, shape, data.classes)
    return finite(estimate(model, kind, settings, amount)._asdict())


def start(corpus: Text, model: Text, name: Title, settings: Settings) -> dict:
    """Begin a run, or queue it behind those that are under way."""
    return {"id": jobs.start(model, corpus, name.strip(), settings)}


def poll(watched: Annotated[list[Watched], pydantic.Field(max_length=SHOWN)]) -> dict:
    """All runs in short, and of those that are shown what is new; reads a few small files."""
    listed = jobs.runs()
    there = {run.id for run in listed}
    looks = {
        one.id: finite(jobs.look(one.id, one.step, one.line)) for one in watched if one.id in there
    }
    return {"runs": [_run(run) for run in listed], "looks": looks}


def act(id: RunId, what: Literal["pause", "resume", "stop", "discard"]) -> dict:
    """Pause or resume a run, end it with what it has learned, or throw it away."""
    done = {
        "pause": jobs.pause,
        "resume": jobs.resume,
        "stop": jobs.stop_and_keep,
        "discard": jobs.discard,
    }
    done[what](id)
    return {}


def set_rate(id: RunId, rate: Annotated[float, pydantic.Field(gt=0, le=1)]) -> dict:
    """Another learning rate from the next step on."""
    jobs.set_rate(id, rate)
    return {}


# --- checkpoints of one's own ------------------------------------------------------------------


def rename(checkpoint: Text, name: Title) -> dict:
    """Call a checkpoint otherwise."""
    yours.rename(checkpoint, name.strip())
    return {"yours": _yours()}


def describe(checkpoint: Text, text: Annotated[str, pydantic.Field(max_length=2000)]) -> dict:
    """Say what a checkpoint is."""
    yours.describe(checkpoint, text.strip())
    return {"yours": _yours()}


def remove(checkpoint: Text) -> dict:
    """Delete a checkpoint; ``undo`` with what is told brings it back."""
    token = yours.remove(checkpoint)
    session.forget(checkpoint)  # another may be trained under its name
    return {"token": token, "yours": _yours()}


def undo(token: Secret) -> dict:
    """Bring back what was deleted."""
    yours.undo(token)
    return {"yours": _yours()}


def export(checkpoint: Text) -> dict:
    """A ZIP of the checkpoint, as base64."""
    return {"zip": base64.b64encode(yours.export(checkpoint)).decode("ascii")}


def take_in(upload: Secret) -> dict:
    """The checkpoint in a ZIP that was sent, made here or elsewhere."""
    _, data = uploads.read(upload)
    name = yours.import_zip(data)
    uploads.drop(upload)
    return {"name": name, "yours": _yours()}
