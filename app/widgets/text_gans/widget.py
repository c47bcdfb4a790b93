"""GANs of sentences: what they know of a language that can be counted, and how they learn it."""

from typing import Annotated, Any

import gradio as gr
import pydantic

import backend
from app import parts, session
from app.components import Seed, finite, served, widget
from backend.evaluation import phases

FAMILY = "text_gan"
NOISED = "noised_same"
PERPLEXITIES = ("reverse_ppl", "reverse_ppl_aggregate", "reverse_ppl_apart")
SAMPLES = 8  # sentences of each model
LABELS = {  # by model and tag; others are called by their titles
    ("seq_gan", ""): "SeqGAN",
    ("seq_gan", "mle"): "likelihood alone",
    ("seq_gan", "constant"): "constant reward",
    ("gumbel_gan", ""): "Gumbel GAN",
}

Tau = Annotated[float, pydantic.Field(ge=0.05, le=10)]

read_state = parts.reader({"tau": r"\d{1,2}(\.\d{1,3})?", "seed": r"\d{1,10}"})


def text_gans(elem_id: str, tab: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads."""
    server = [served(runs, "run"), served(relax, "relax"), served(samples, "samples")]
    return widget("text_gans", "", elem_id=elem_id, server=server, tab=tab)


def runs() -> dict[str, Any]:
    """What was measured of every text GAN over the toy language; needs no torch."""
    found, problems = [], []
    for info in backend.available():
        toy = info.family == FAMILY and info.dataset == phases.DATASET
        if not (toy and (info.path / phases.FILE).is_file()):
            continue
        try:
            moments = phases.read(info.name).moments
        except ValueError as error:
            problems.append(str(error))
            continue
        planes = {
            id: info.metrics[id]["settings"].get("by_temperature", {})
            for id in ("bleu_test", "self_bleu")
            if id in info.metrics
        }
        found.append(
            {
                "name": info.name,
                "label": LABELS.get((info.model, info.tag), info.title),
                "soft": info.model == "gumbel_gan",
                "mle": info.config["mle_steps"],
                "critic": info.config["critic_steps"],
                "moments": [{"step": step, **values} for step, values in moments],
                "planes": planes,
                "real": {id: info.metrics[id]["reference"] for id in planes},
            }
        )
    reference = phases.of_the_language() if found else {}
    return finite(
        {
            "codes": [_game_of_codes(info) for info in backend.available() if _is_arae(info)],
            "runs": found,
            "problems": problems,
            "reference": reference,
            "code": CODE if found else "",
        }
    )


def _is_arae(info: backend.CheckpointInfo) -> bool:
    return info.model == "arae" and NOISED in info.metrics


def _game_of_codes(info: backend.CheckpointInfo) -> dict[str, Any]:
    """Of a model that plays among codes: the critic's gap along training, codes under noise, and
    reverse perplexities, of real sentences first."""
    from backend import checkpoint as folders

    columns = folders.history(info.name)
    metrics = info.metrics
    values = {id: metrics[id]["value"] for id in PERPLEXITIES if id in metrics}
    real = metrics["reverse_ppl"]["reference"] if "reverse_ppl" in metrics else None
    return {
        "name": info.name,
        "title": info.title,
        "steps": columns.get("step", []),
        "gap": [-value for value in columns.get("validation_critic_loss", [])],
        "noise": [
            [float(level), share]
            for level, share in metrics[NOISED]["settings"]["by_noise"].items()
        ],
        "perplexities": {"real": real, **values} if values else {},
    }


def relax(checkpoint: str, tau: Tau, seed: Seed) -> dict[str, Any]:
    """One soft sample at τ, and the critic's slope over all of them."""
    from backend.language import text_gans

    lm = session.get_text_model(checkpoint)
    with session.model_work():
        soft = text_gans.relaxed(lm, tau, seed)
        slopes = text_gans.slopes(lm, seed)
    return {**soft._asdict(), "slopes": [slope._asdict() for slope in slopes]}


def samples(checkpoint: str, seed: Seed) -> dict[str, Any]:
    """Sentences of one model."""
    from backend.language import text_gans

    lm = session.get_text_model(checkpoint)
    with session.model_work():
        found = text_gans.drawn(lm, SAMPLES, seed)
    return {"sentences": [one._asdict() for one in found]}


CODE = """import backend
from backend.evaluation import phases
from backend.language import text_gans

for info in backend.available():
    if info.family == "text_gan" and info.dataset == phases.DATASET:
        print(info.name, phases.read(info.name).moments[-1])
        print(text_gans.drawn(backend.load_text_model(info.name), 8))

lm = backend.load_text_model("text_gan/gumbel_gan--toy-language")
print(text_gans.relaxed(lm, temperature=0.5), text_gans.slopes(lm))
"""
