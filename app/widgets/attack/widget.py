"""What the attack view asks the server: what may be attacked, then rows as they are computed."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr
import pydantic

import backend
from app import parts, session
from app.components import served, widget
from app.widgets.paths.words import marked
from backend.processors.prose import joined

if TYPE_CHECKING:
    from backend.language.attacks import Attacker, Reached, Settings

TRIALS = 200  # at the start
FIRST = "yelp"  # of the classifiers, the one that is offered first
EXAMPLES = {  # where no held-out ones are stored with the classifier
    "yelp": "The food was great and the staff was friendly.",
    "sst2": "A charming and funny story.",
    "entailment": "A man is playing a guitar. | A man is playing an instrument.",
}

read_state = parts.reader(
    {
        "victim": r"[\w/-]{1,120}",
        "trials": r"\d{1,5}",
        "seed": r"\d{1,10}",
        "methods": r"[bwg]{1,3}",
        "weight": r"\d{1,4}(\.\d{1,4})?",
        "like": r"\d{1,4}(\.\d{1,4})?",
        "words": "all",
        "text": r".{0,2000}",
    }
)


def attack(elem_id: str, tab: str) -> gr.HTML:
    """The view, shown while the mode of ``tab`` is "attack"; its value is what `read_state` reads.

    A link holds its value as the field ``attack`` of the tab.
    """
    server = [
        served(options, "options"),
        served(start, "run"),
        served(more, "more"),
        served(stop, "stop"),
    ]
    return widget(
        "attack", "", elem_id=elem_id, server=server, tab=tab, prefix=elem_id, trials=TRIALS
    )


def options() -> dict:
    """The classifiers that are here, with sentences to attack."""
    from backend.language import attacks

    infos = sorted(attacks.victims(), key=lambda info: info.dataset != FIRST)
    victims = [_victim(info, attacks.class_names(info)) for info in infos]
    if not victims:
        raise ValueError(
            "There is no classifier of sentences on this machine. Train one with scripts/train.py "
            "classifier/text_classifier--yelp, or start with --trained-dir."
        )
    return {"victims": victims, "most": attacks.TRIALS}


def _victim(info: backend.CheckpointInfo, labels: tuple[str, ...]) -> dict:
    path = info.path / "attacks.json"
    stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found = [(one["text"], one["label"]) for one in stored.get("examples", [])]
    if not found and (text := EXAMPLES.get(info.dataset)):
        found = [(text, None)]
    return {
        "name": info.name,
        "title": info.title,
        "labels": labels,
        "examples": [
            {"text": text, "written": joined(text.split()), "label": label}
            for text, label in found
        ],
    }


def start(settings: dict[str, Any]) -> dict[str, Any]:
    """The sentence before the attack, and the job that yields its rows when asked."""
    from backend.language import attacks

    checked = pydantic.TypeAdapter(attacks.Settings).validate_python(settings)
    with session.model_work():
        attacker = attacks.Attacker(checked, session.get_text_model)
        before = attacker.verdict(_before(attacker))
    return {
        "job": session.jobs.add(_pieces(attacker)),
        "labels": attacker.labels,
        "label": attacker.label,
        "wanted": attacker.wanted,
        "p": attacker.p,
        "premise": attacker.premise,
        "start": before | {"parts": marked(None, *_said(attacker))},
        "code": script(checked),
    }


def more(job: str) -> dict:
    """The next rows of each method; verdicts with the last."""
    with session.model_work():
        piece = session.jobs.next(job)
    return piece or {"methods": {}, "verdicts": {}, "done": True}


def stop(job: str) -> dict:
    """Forget the rest of a job."""
    session.jobs.stop(job)
    return {}


def _said(attacker: "Attacker") -> tuple[list[str], str]:
    return attacker.words(attacker.start), attacker.text(attacker.start)


def _before(attacker: "Attacker") -> "Reached":
    tokens, text = _said(attacker)
    return {"tokens": tokens, "text": text, "trials": 0, "passes": 0, "gradients": 0}


def _pieces(attacker: "Attacker") -> Iterator[dict]:
    """As the backend yields them, with the words marked that differ from the start."""
    from backend.language import attacks

    first, _ = _said(attacker)
    for piece in attacks.start(attacker):
        methods = {
            method: [row | {"parts": marked(first, row["tokens"], row["text"])} for row in rows]
            for method, rows in piece["methods"].items()
        }
        yield {**piece, "methods": methods}


def script(settings: "Settings") -> str:
    """A short program with the same rows and verdicts."""
    lines = [f"    victim={settings.victim!r},\n    text={settings.text!r},\n"]
    plain = type(settings)(victim="", text="")
    for name in ("label", "methods", "trials", "weight", "likeness", "spare_label_words", "seed"):
        if (value := getattr(settings, name)) != getattr(plain, name):
            lines.append(f"    {name}={value!r},\n")
    return (
        "from backend.language.attacks import Settings, attack\n\n"
        f"settings = Settings(\n{''.join(lines)})\n"
        "result = attack(settings)\n"
        'print(result["verdicts"])\n'
    )
