"""Why text VAEs collapse: the same small nets with each remedy, and how an encoder lags behind."""

from typing import Annotated

import gradio as gr
import pydantic

import backend
from app import parts, session
from app.components import as_base64, finite, served, widget

ROWS = {  # by checkpoint, what is other than in the first
    "text_vae/text_vae--tatoeba--plain": ("Plain text VAE", "nothing"),
    "text_vae/text_vae--tatoeba--annealed": ("Annealed", "the KL's weight rises from 0 to 1"),
    "text_vae/text_vae--tatoeba--free-bits": ("Free bits", "0.4 nats of each unit cost nothing"),
    "text_vae/lagging_vae--tatoeba": (
        "Lagging VAE",
        "the encoder is trained ahead; 3,500 steps for 2,500",
    ),
    "text_vae/sa_vae--tatoeba": (
        "SA-VAE",
        "2 gradient steps finish each code; 1,200 steps of half the batch",
    ),
    "text_vae/info_vae--tatoeba": ("InfoVAE", "half of the KL, and the MMD of all codes"),
    "text_vae/wae--tatoeba": ("WAE", "the MMD of all codes in place of the KL"),
    "text_vae/vmf_vae--tatoeba": ("vMF-VAE", "codes are directions, κ = 20: the KL is a constant"),
}
COLUMNS = {
    "kl": "KL",
    "mi": "MI",
    "active_units": "active units",
    "recon_nll": "reconstruction",
    "elbo_nll": "bound",
    "iw_nll": "−log p(x)",
}  # nats but for the units
PAIRS = {
    "tatoeba": ("text_vae/text_vae--tatoeba--one", "text_vae/lagging_vae--tatoeba--one"),
    "synthetic": ("text_vae/text_vae--synthetic--one", "text_vae/lagging_vae--synthetic--one"),
}
STEPS = "text_vae/sa_vae--tatoeba"  # the model of which one sentence is followed
EXAMPLE = "I don't know what to do."

Sentence = Annotated[str, pydantic.Field(min_length=1, max_length=200)]

read_state = parts.reader({"data": "|".join(PAIRS), "moment": r"\d{1,3}", "text": r"[^\n]{1,200}"})


def collapse(elem_id: str, tab: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads. Asks when its view is first shown."""
    labels = {"sentence": "The sentence"}
    server = [served(numbers, "run"), served(steps, "steps", labels)]
    return widget("collapse", "", elem_id=elem_id, server=server, tab=tab)


def numbers() -> dict:
    """What was measured of each row, and the traces of posterior means; needs no torch."""
    infos = {info.name: info for info in backend.available()}
    pairs = {data: [_trace(name) for name in names] for data, names in PAIRS.items()}
    return {
        "columns": COLUMNS,
        "rows": [
            {
                "name": name,
                "title": title,
                "differs": differs,
                "here": name in infos,
                "latent_dim": infos[name].latent_dim if name in infos else None,
                "values": _values(infos.get(name)),
            }
            for name, (title, differs) in ROWS.items()
        ],
        "pairs": {data: pair for data, pair in pairs.items() if all(pair)},
        "steps": STEPS if STEPS in infos else "",
        "example": EXAMPLE,
        "code": CODE,
    }


def _values(info: backend.CheckpointInfo | None) -> dict[str, float]:
    return {id: info.metrics[id]["value"] for id in COLUMNS if info and id in info.metrics}


def _trace(name: str) -> dict | None:
    try:
        means = backend.load_means(name)
    except KeyError:
        return None
    if means is None:
        return None
    kinds = {"model": means.model, "encoder": means.encoder}
    told = {kind: as_base64(values, "float32") for kind, values in kinds.items()}
    return {"name": name, "steps": means.steps.tolist(), **told}


def steps(sentence: Sentence) -> dict:
    """The bound of a sentence before and after each gradient step."""
    from backend.evaluation import amortisation

    space = session.get_space(STEPS)
    with session.model_work():
        found = amortisation.steps(space, sentence)
    return finite(found._asdict())


CODE = f"""import backend
from backend.evaluation import amortisation

names = {list(ROWS)!r}
for info in backend.available():
    if info.name in names:
        print(info.name, {{id: info.metrics[id]["value"] for id in {list(COLUMNS)!r}
                          if id in info.metrics}})
means = backend.load_means({PAIRS["tatoeba"][1]!r})  # steps [S], model and encoder [S, N]
print(amortisation.steps(backend.load({STEPS!r}), {EXAMPLE!r}))
"""
