"""The view in the address: ``#v=1&tab=sample&checkpoint=…&fp=…&seed=0&…``.

A tab calls `connect` once. It names the controls that make up its view; these names are the
keys in links, so they must stay as they are for ever. From then on

* every trigger sends the controls' values to the tab's result widget (``result`` in
  ``page/result.js``), which asks the server, draws, and writes the view into the address;
* a page opened with such an address gets its controls set from it, and then runs.

The fragment never reaches the server's log. Values are checked here, so that a broken link
gives a notice and the defaults instead of a broken page.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component
from gradio.events import Dependency

import backend
from app.components import quietly

SCHEMA = 1
PARTS = ("card", "code", "kept", "tabs")  # of the page, which a link can hide as it can a control
LONGEST = 40_000  # characters of a fragment; eight sketches fit


class View(NamedTuple):
    """One tab's controls: what a link can set."""

    tab: str
    components: dict[str, Component]
    parsers: dict[str, Callable[[str], Any]]


NO_VIEW = View("", {}, {})  # of a fragment that says which tab in no way we know
_views: dict[str, View] = {}


def forget() -> None:
    """Start with no views; the page is being built anew."""
    _views.clear()


def connect(
    tab: str,
    result: gr.HTML,
    fields: Mapping[str, tuple[Component, Callable[[str], Any]]],
    triggers: Sequence[Callable[..., Dependency]] = (),
) -> None:
    """Register a tab's view and run it when one of ``triggers`` fires.

    Args:
        tab: id of the tab, as in ``app.main.TABS``.
        result: the result widget; its script calls ``result(tab, …)``.
        fields: name in links -> (component, parser). A parser takes the text in the link and
            returns the component's value, or raises ValueError: see `integer`, `number`, …
        triggers: events such as ``button.click``; the widget's own ``ready`` is added.
    """
    components = {name: component for name, (component, _) in fields.items()}
    _views[tab] = View(tab, components, {name: parse for name, (_, parse) in fields.items()})
    gather = f"(...values) => latent.run({json.dumps(tab)}, {json.dumps(list(fields))}, values)"
    for trigger in [*triggers, result.ready]:  # gr.on does not take a widget's own events
        quietly(trigger, None, list(components.values()), None, js=gather)


def controls() -> dict[str, dict[str, str]]:
    """What a link can hide by ``hide=seed,code``: for each tab the ids of its controls by name."""
    return {
        tab: {name: one.elem_id for name, one in view.components.items() if one.elem_id}
        for tab, view in _views.items()
    }


def restore_into(header: gr.HTML, tabs: gr.Tabs) -> None:
    """Let the header's events set the controls of one tab from a fragment.

    One event for each tab, and a value for each of its controls: Gradio 6.31 loses the
    properties of a component that is not on the page yet and is told to stay as it is. So a
    link also gives the same view whatever was set before it was opened.
    """
    for view in [*_views.values(), NO_VIEW]:
        targets: list[Block] = [tabs, *view.components.values()] if view.tab else []
        event = getattr(header, f"restore_{view.tab}" if view.tab else "restore")
        quietly(event, _restorer(view), None, [header, *targets]).then(
            None, None, None, js="() => latent.restored()", queue=False
        )


def _restorer(view: View) -> Callable[[gr.EventData], list | dict]:
    def restore(event: gr.EventData) -> list | dict:
        """Notice, tab and values of the controls, in the order of the outputs."""
        sent = getattr(event, "_data", None)  # a call without an event has none
        asked = sent if isinstance(sent, dict) else {}
        _, values, notice = read(str(asked.get("fragment", "")))
        if not view.tab:
            return {"notice": notice}
        defaults = {name: component.value for name, component in view.components.items()}
        return [{"notice": notice}, gr.Tabs(selected=view.tab), *(defaults | values).values()]

    return restore


def read(fragment: str) -> tuple[str, dict[str, Any], str]:
    """A fragment as (tab, values by field, notice); the notice is empty when all is well."""
    if len(fragment) > LONGEST:
        return "", {}, "This link is too long to be one of ours. The page shows its defaults."
    pairs = parse_qsl(fragment.lstrip("#"), keep_blank_values=True)
    given = {name: _long(value) for name, value in pairs}
    tab = given.pop("tab", "")
    version = given.pop("v", str(SCHEMA) if tab else "")  # written by hand, it may lack one
    given.pop("pick", None)  # which result to point at: the page's own business
    if not version.isdecimal():
        return "", {}, "This address is not a link made by this page. It shows its defaults."
    if int(version) > SCHEMA:
        return (
            "",
            {},
            (
                f"This link was made by a newer version (schema {version}; this one reads up to "
                f"{SCHEMA}). Update Latent Playground to open it."
            ),
        )
    if tab not in _views:
        return "", {}, f"This link opens a tab that is not here: {tab[:40]!r}."
    return tab, *_parse(_views[tab], given)


def _long(value: str) -> str:
    """A picture as the data URL that the page shortened; any other value as it is."""
    if not (found := re.fullmatch(r"~png:([\w-]+)", value)):
        return value
    code = found[1].translate(str.maketrans("-_", "+/"))
    return f"data:image/png;base64,{code}{'=' * (-len(code) % 4)}"


def _parse(view: View, given: dict[str, str]) -> tuple[dict[str, Any], str]:
    """Values and notice; the checkpoint's fingerprint tells whether results can be the same."""
    notes = []
    fingerprint = given.pop("fp", "")
    hidden = [name for name in given.pop("hide", "").split(",") if name]  # the page hides them
    if unknown := [name for name in hidden if name not in {*view.components, *PARTS}]:
        known = ", ".join([*view.components, *PARTS])
        notes.append(f"It hides {unknown[0][:40]!r}, which is none of {known}.")
    values = {}
    for name, text in given.items():
        if name not in view.parsers:
            notes.append(f"It sets {name[:40]!r}, which this version does not know.")
            continue
        try:
            values[name] = view.parsers[name](text)
        except ValueError as error:
            notes.append(f"{name.replace('_', ' ')}: {error} The default is shown instead.")
    infos = {info.name: info for info in backend.available()}
    info = infos.get(values.get("checkpoint", ""))
    if info and fingerprint and fingerprint != info.fingerprint:
        notes.append(
            f"The checkpoint {info.name} has been trained anew since this link was made "
            f"({fingerprint[:12]}, now {info.fingerprint}), so results differ."
        )
    return values, " ".join(notes)


def checkpoint(text: str) -> str:
    """Parser: the name of a sound checkpoint."""
    if text not in {info.name for info in backend.available()}:
        raise ValueError(f"the checkpoint {text[:80]!r} is not on this machine.")
    return text


def integer(text: str) -> int:
    """Parser: a whole number; the handler checks its range."""
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a whole number.") from None


def number(text: str) -> float:
    """Parser: a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]!r} is not a number.")
    return value


def text(text: str) -> str:
    """Parser: any text; the handler says what is wrong with it."""
    return text


def picture(text: str) -> str:
    """Parser: a picture as a data URL, or nothing."""
    if text and not text.startswith("data:image/png;base64,"):
        raise ValueError("the picture in the link cannot be read.")
    return text


def one_of(*choices: str) -> Callable[[str], str]:
    """Parser: one of a few words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{text[:40]!r} is none of {', '.join(choices)}.")
        return text

    return parse
