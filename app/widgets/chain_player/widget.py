"""The chain player and what it asks the server, which keeps nothing of a chain between questions.

``start`` gives chains without steps, ``advance`` some of their next steps, and the page asks again
from where it is: so progress can be seen, and to cancel is only to ask no more.
"""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import gradio as gr
import pydantic

import backend
from app import memory, parts, session
from app.components import Seed, served, widget
from backend.language.traces import CHAINS, STEPS, Head, Kernel, Settings, Trace, read_trace

if TYPE_CHECKING:
    from backend.language.edits import Editor

SECONDS = 0.3  # of work in one answer
LONGEST = 4000  # characters of a state
EXAMPLES = {  # what each task opens on
    "keywords": Settings(task="keywords", keywords=("dog", "park")),
    "paraphrase": Settings(task="paraphrase", start="A man is playing a guitar on the street."),
    "correction": Settings(task="correction", start="He can to swim very well."),
}
COOLING = (1.5, 0.25)  # T at the first and the last step
# What each task opens on: cooled chains, and for keywords sentences that are no mere captions.
FIRST = {
    "kernel": "exact",
    "steps": 200,
    "chains": 8,
    "seed": 0,
    "temperatures": COOLING,
    "shortest": 7,
}
# What a link that leaves them out has meant from the first release on: sampling π.
LINKED = {"kernel": "exact", "steps": 60, "chains": 1, "seed": 0}

Series = Annotated[
    list[Annotated[float, pydantic.Field(allow_inf_nan=False)]],
    pydantic.Field(min_length=1, max_length=60_000),
]

# The value of the player; ``forks`` are branches (b) and overruled steps (o): ``b0.17.5`` leaves
# chain 0 after step number 17 with seed 5.
_NUMBERS = r"[\d.e~+-]*"
read_state = parts.reader(
    {
        "lm": r".{0,200}",
        "judge": r".{0,200}",
        "keywords": r".*",
        "start": r".*",
        "proposals": _NUMBERS,
        "weights": _NUMBERS,
        "length": _NUMBERS,
        "cool": _NUMBERS,
        "kernel": r"\w*",
        "steps": r"\d*",
        "chains": r"\d*",
        "seed": r"\d*",
        "forks": r"[bo\d.~]*",
        "at": r"-?\d*",
        "show": r"\d*",
        "beside": r"-?\d*",
    },
    LONGEST,
)


def chain_player(elem_id: str, tab: str) -> gr.HTML:
    """The player as the result widget of ``tab``; its value is what ``read_state`` reads.

    It wants the fields ``mode`` (a task, or the name of another view of the tab, while which it
    rests) and ``chain`` (its own value) from ``links.connect``.
    """
    functions = (options, start, advance, statistics, check)
    server = [served(function, function.__name__) for function in functions]
    examples = {task: asdict(settings) for task, settings in EXAMPLES.items()}
    return widget(
        "chain_player",
        "",
        elem_id=elem_id,
        server=server,
        emits=["ready"],
        tab=tab,
        prefix=elem_id,
        examples=examples,
        first=FIRST,
        linked=LINKED,
    )


def options() -> dict:
    """The language models that are here, and the weights of each task's parts of log π."""
    from backend.language import edits

    pairs = edits.pairs()
    if not pairs:
        raise ValueError(
            "There is no language model on this machine. Train one in both reading orders with "
            "scripts/train.py lstm_lm, or start with --trained-dir and the folder where one is."
        )
    judges = [
        {"name": name.removeprefix(session.HUB), "title": title}
        for name, title in session.given_lms()
    ]
    most = {"steps": STEPS, "chains": CHAINS}
    return {"pairs": pairs, "judges": judges, "weights": edits.TASKS, "most": most}


def start(
    settings: Settings, kernels: list[Kernel], chains: int, seed: Seed, steps: int
) -> dict[str, Any]:
    """Chains without steps, notes on the settings, and the script that repeats the run."""
    if not 1 <= steps <= STEPS:
        raise ValueError(f"A run has from 1 to {STEPS:,} steps; got {steps:,}.")
    with session.model_work():
        editor = editor_of(settings)
        made = editor.chains(kernels, chains, seed)
    return {
        "chains": made,
        "notes": editor.notes,
        "fingerprints": editor.fingerprints,
        "code": script(settings, kernels, chains, seed, steps),
    }


def advance(
    settings: Settings,
    heads: Annotated[list[Head], pydantic.Field(min_length=1, max_length=CHAINS)],
    first: Annotated[int, pydantic.Field(ge=0, lt=10**7)],
    steps: Annotated[int, pydantic.Field(ge=1, le=STEPS)],
) -> dict:
    """The next steps of each chain, as many as can be done at once; at least one, equally many."""
    with session.model_work():
        editor = editor_of(settings)
        return {"blocks": editor.block(heads, first, steps, SECONDS, session.rest)}


def statistics(log_pi: Annotated[list[Series], pydantic.Field(max_length=256)]) -> dict:
    """Effective sample size and autocorrelation of each chain's log π."""
    from backend.language import edits

    return edits.statistics(log_pi)


def check(document: dict) -> dict:
    """A trace from a file, and notes on models that are not the ones it was made with."""
    trace = read_trace(document)
    if not trace["chains"]:
        raise ValueError("It holds no chain.")
    here = {info.name: info.fingerprint for info in backend.available()}
    notes = []
    for name, fingerprint in trace["fingerprints"].items():
        if name not in here:
            notes.append(f"{name[:80]} is not on this machine: it can be replayed, not continued.")
        elif here[name] != fingerprint:
            notes.append(f"{name} has been trained anew since: new steps come from another model.")
    return {
        "trace": {**trace, "settings": asdict(trace["settings"])},
        "notes": notes,
        "code": script(trace["settings"], **_run_of(trace)),
    }


def _run_of(trace: Trace) -> dict[str, Any]:
    """The run that a trace's chains without parents come from."""
    roots = [chain for chain in trace["chains"] if not chain["parent"]]
    return {
        "kernels": list(dict.fromkeys(chain["kernel"] for chain in roots)),
        "chains": 1 + max(chain["number"] for chain in roots),
        "seed": roots[0]["seed"],
        "steps": max(1, *(len(chain["steps"]) for chain in roots)),
    }


def editor_of(settings: Settings) -> "Editor":
    """Target and proposals of ``settings``, kept with what they have computed.

    Raises:
        ValueError: they cannot be used.
    """
    return _editor(json.dumps(asdict(settings), sort_keys=True))


@memory.kept(8)
def _editor(settings: str) -> "Editor":
    from backend.language.edits import Editor

    return Editor(
        pydantic.TypeAdapter(Settings).validate_json(settings),
        models=session.get_text_model,
        spaces=session.get_space,
        judges=lambda name: session.get_language_model(f"{session.HUB}{name}"),
    )


def script(settings: Settings, kernels: list[Kernel], chains: int, seed: int, steps: int) -> str:
    """A short program that makes the same trace."""
    plain = asdict(Settings())
    chosen = {key: value for key, value in asdict(settings).items() if value != plain[key]}
    lines = "".join(f"    {key}={value!r},\n" for key, value in chosen.items())
    return (
        "from backend.language.edits import edit_chain\n"
        "from backend.language.traces import Settings\n\n"
        f"settings = Settings(\n{lines})\n"
        f"trace = edit_chain(settings, steps={steps}, seed={seed}, chains={chains}, "
        f"kernels={tuple(kernels)!r})\n"
        'result = [[step["text"] for step in chain["steps"]] for chain in trace["chains"]]\n'
        "print(result)\n"
    )
