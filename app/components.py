"""Parts that several tabs use: widgets from a folder, the checkpoint picker, the seed."""

import base64
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Annotated, Any, cast

import gradio as gr
import numpy as np
import numpy.typing as npt
import pydantic
from gradio.blocks import Block
from gradio.components import Component
from gradio.events import Dependency

import backend
from app import modules, session
from app.door import served as served
from app.markdown import html
from backend import corpora
from backend.evaluation.gauges import failures, gauges

if TYPE_CHECKING:
    from backend.language.text_models import TextModel
    from backend.space import LatentSpace

Seed = Annotated[int, pydantic.Field(ge=0, lt=2**31)]


def widget(
    name: str,
    value: Any = None,
    *,
    elem_id: str,
    server: Iterable[Callable] = (),
    emits: Iterable[str] = (),
    **props: Any,
) -> gr.HTML:
    """The widget in ``app/widgets/<name>/<name>.js``; its style is collected by the page.

    That module exports ``mount``, which gets ``element``, ``props``, ``trigger``, ``server`` and
    ``watch`` (see gr.HTML) and draws with ``el`` of ``app/page/dom.js``, so what a user typed is
    only ever text, never markup. ``emits`` names the events that it triggers.
    """
    return gr.HTML(
        value,
        html_template="",
        js_on_load=modules.loader(name, emits),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=[f"lp-{name.replace('_', '-')}"],
        server_functions=list(server) or None,
        **props,
    )


def quietly(
    event: Callable[..., Dependency],
    function: Callable | None,
    inputs: Component | Sequence[Component] | None,
    outputs: Block | Sequence[Block] | None,
    js: str | None = None,
) -> Dependency:
    """Let ``event`` call ``function``: at once, without a sign of progress, and for the page only.

    Gradio makes the events of a component, such as ``button.click``, as it runs.
    """
    return event(
        function,
        inputs,
        outputs,
        js=js,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )


def finite(value: Any) -> Any:
    """``value``, in dicts and lists too, for JSON: None for a NaN or infinity, which it lacks."""
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def header(device: str, tabs: Sequence[str]) -> gr.HTML:
    """Name, what is loaded, Copy link, shortcuts, light or dark; also shows notices.

    Emits ``restore_<tab>`` with the fragment of an address that was opened.
    """
    events = ["restore", *(f"restore_{tab}" for tab in tabs)]
    return widget(
        "header", {"notice": ""}, elem_id="header", device=device, tabs=list(tabs), emits=events
    )


def terms(meanings: Mapping[str, str]) -> gr.HTML:
    """What the words of the controls above mean, each in a sentence; folded."""
    lines = "".join(
        f"<dt>{escape(term)}</dt><dd>{escape(said)}</dd>" for term, said in meanings.items()
    )
    return gr.HTML(
        f"<details><summary>What these words mean</summary><dl>{lines}</dl></details>",
        elem_classes=["lp-terms"],
    )


def untold_note() -> gr.HTML:
    """What a person should know where a model that is told classes has to do without."""
    text = (
        "This model learned with the class of most pictures told. Here it encodes and decodes "
        "without, so copies are blurred. Sample, and Class and style in Trade-offs, tell it."
    )
    return gr.HTML(f'<p class="lp-untold">{text}</p>', elem_classes=["lp-only-classes"])


def checkpoint_picker(
    elem_id: str,
    requires: Iterable[str],
    excluding: Iterable[str] = (),
    first: str = session.FIRST,
    given: Sequence[tuple[str, str]] = (),
    label: str = "",
    also: Iterable[str] = (),
) -> gr.HTML:
    """A list of the checkpoints that can do ``requires``; its value is the checkpoint's name.

    Those that can do any of ``excluding`` are left out: discrete codes have no path between them.

    Damaged checkpoints are listed with the reason and cannot be chosen. Emits ``input`` when a
    person chooses. ``first`` is chosen at the start, if it is there. Beside it: the checkpoint's
    honest numbers, and its card. ``given`` are names and titles of models from elsewhere. One with
    a ``label`` is a second one, by which a tab's other controls do not go. What can do one of
    ``also`` is listed, too.
    """
    wanted: dict[str, list] = {
        "requires": list(requires),
        "excluding": list(excluding),
        "given": list(given),
        "also": list(also),
    }
    options = [one for group in offered(**wanted) for one in group["options"]]
    names = [one["name"] for one in options if not one.get("disabled")]

    def listed() -> dict:
        """What can be chosen now, and what the page must know of it."""
        return {"groups": offered(**wanted), "checkpoints": checkpoint_facts()}

    return widget(
        "picker",
        first if first in names else next(iter(names), ""),
        elem_id=elem_id,
        server=[served(facts, "facts"), served(card, "card"), served(listed, "listed")],
        emits=["input"],
        groups=offered(**wanted),
        wanted=wanted,
        label=label,
    )


def offered(
    requires: Iterable[str],
    excluding: Iterable[str],
    given: Iterable[tuple[str, str]],
    also: Iterable[str] = (),
) -> list[dict]:
    """The groups of a picker, of the checkpoints that are here now."""
    others = [{"name": name, "title": title} for name, title in given]
    return [
        *groups(fitting(requires, excluding, also)),
        {"label": "Given with --lm", "options": others},
        {"label": "Yours, unfit here", "options": unfit(requires)},
    ]


def offer_anew(page: gr.Blocks) -> None:
    """Let the pickers of ``page`` offer the checkpoints that are here now."""
    for block in page.blocks.values():
        if isinstance(block, gr.HTML) and "wanted" in block.props:
            block.props["groups"] = offered(**block.props["wanted"])


def fitting(
    requires: Iterable[str], excluding: Iterable[str], also: Iterable[str] = ()
) -> list[backend.CheckpointInfo]:
    """Checkpoints with these capabilities and none of those, damaged ones included.

    With any of ``also``, too.
    """
    infos = backend.available(requires=frozenset(requires), include_damaged=True)
    infos += [info for one in also for info in backend.available(requires={one})]
    return [info for info in infos if info.capabilities.isdisjoint(excluding)]


def unfit(requires: Iterable[str]) -> list[dict]:
    """The picker's options of the user's own spaces that cannot do all of ``requires``: why."""
    return [
        {"name": info.name, "title": f"{titled(info)}: {why}", "disabled": True}
        for info in backend.available()
        if (why := backend.lacks(info, frozenset(requires)))
    ]


def groups(infos: list[backend.CheckpointInfo]) -> list[dict]:
    """The picker's options: a group for each kind of item and corpus; last what cannot be used."""
    sound = [info for info in infos if not info.problem]
    keys = sorted({(info.modality, info.dataset) for info in sound}, key=_in_order)
    found = [
        {
            "label": f"{backend.KINDS[modality].title}: {_corpus_name(dataset)}",
            "options": [
                {"name": info.name, "title": titled(info)}
                for info in sorted(sound, key=lambda info: _natural(info.name))
                if (info.modality, info.dataset) == (modality, dataset)
            ],
        }
        for modality, dataset in keys
    ]
    damaged = [{"name": i.name, "title": i.problem, "disabled": True} for i in infos if i.problem]
    return [*found, {"label": "Unavailable", "options": damaged}]


def exhibit(info: backend.CheckpointInfo) -> str:
    """What a checkpoint is known to fail at, in a few words; of most nothing."""
    labels = ", ".join(failure.label for failure in failures(info))
    return f"exhibit: {labels}" if labels else ""


def titled(info: backend.CheckpointInfo) -> str:
    """The checkpoint's title; one's own and an exhibit of a failure say so wherever named."""
    said = "; ".join(filter(None, ["yours" * (info.yours or info.own), exhibit(info)]))
    return f"{info.title} ({said})" if said else info.title


def warning(info: backend.CheckpointInfo) -> str:
    """What stands beside every result of an exhibit of a failure; of others nothing."""
    return " ".join(failure.sentence for failure in failures(info))


def _in_order(key: tuple[str, str]) -> tuple[int, str]:
    modality, dataset = key
    return list(backend.KINDS).index(modality), _corpus_name(dataset).lower()


def _corpus_name(dataset: str) -> str:
    try:
        return corpora.corpus(dataset).name
    except KeyError:
        return dataset


def _natural(name: str) -> list[str | int]:
    """A key by which "beta2" comes before "beta10"."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def facts(checkpoint: str) -> dict:
    """The checkpoint's gauges and failures, for the line beside the picker."""
    if session.is_given(checkpoint):
        lm = session.get_language_model(checkpoint)
        return {"gauges": [], "card": False, "warning": "", "device": str(lm.device)}
    model = cast("LatentSpace | TextModel", session.get_model(checkpoint))
    return {
        "gauges": [gauge._asdict() for gauge in gauges(model.info)],
        "card": bool(backend.card(checkpoint)),
        "warning": warning(model.info),
        "device": str(model.device),
    }


def card(checkpoint: str) -> dict:
    """The checkpoint's card with its pictures, as HTML."""
    session.check_name(checkpoint)
    return {"card": html(backend.card(checkpoint), backend.card_pictures(checkpoint))}


def checkpoint_facts() -> dict[str, dict]:
    """What the script of the page must know of each checkpoint without asking."""
    return {
        info.name: {
            "title": titled(info),
            "exhibit": exhibit(info),
            "warning": warning(info),
            "modality": info.modality,
            "fingerprint": info.fingerprint,
            "latent_dim": info.latent_dim,
            "spherical": "spherical" in info.capabilities,
            "classes": info.classes,
            "translates": "translate" in info.capabilities,
            "own": info.own,
        }
        for info in backend.available()
        if info.capabilities & {"decode", "log_prob", "respond", "translate"}
    }


def seed(elem_id: str, value: int = 0) -> gr.HTML:
    """A seed to see, edit, copy and roll; emits ``input`` when it changes."""
    return widget("seed", value, elem_id=elem_id, emits=["input"])


def packed(items: Any) -> list[str] | str:
    """Sentences as they are, pictures as the base64 of their bytes."""
    if isinstance(items, (str, list)):
        return items
    return as_base64(items)


def packed_each(items: Iterable[Any]) -> list[str]:
    """Sentences as they are, each picture as the base64 of its bytes."""
    return [item if isinstance(item, str) else as_base64(item, np.uint8) for item in items]


def as_base64(values: npt.ArrayLike, dtype: npt.DTypeLike | None = None) -> str:
    """The bytes of an array, row by row, as base64."""
    return base64.b64encode(np.asarray(values, dtype).tobytes()).decode("ascii")


PICTURE = """
def picture(png):
    return np.array(Image.open(io.BytesIO(base64.b64decode(png))))

"""


def likeliest(prefix: str, **look: Any) -> tuple[gr.Slider, gr.Slider]:
    """Top k and top p: of which words the next one is drawn."""
    top_k = gr.Slider(
        0, 100, 0, step=1, label="Top k (0: all words)", elem_id=f"{prefix}-top-k", **look
    )
    return top_k, gr.Slider(
        0.0, 1.0, 1.0, step=0.01, label="Top p", elem_id=f"{prefix}-top-p", **look
    )


def script(checkpoint: str, *lines: str) -> str:
    """A short program on the public interface, for Show code; its answer is ``result``.

    Lines may call ``picture("…")`` on the base64 of a PNG, and numpy by its short name.
    """
    load = f"backend.load({checkpoint!r})"
    if checkpoint in backend.own_files():
        load = f"backend.load_file({backend.own_files()[checkpoint].name!r})"
    body = "\n".join([f"space = {load}", *lines, "print(result)", ""])
    if "picture(" not in body:
        needs = "import numpy as np\n\n" if "np." in body else ""
        return f"{needs}import backend\n\n{body}"
    imports = "import base64\nimport io\n\nimport numpy as np\nfrom PIL import Image\n\n"
    return f"{imports}import backend\n\n{PICTURE}\n{body}"
