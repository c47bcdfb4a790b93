"""Sample: draw sentences or pictures from a latent space."""

from typing import TYPE_CHECKING, Annotated, Any, cast

import gradio as gr
import numpy as np
import pydantic

import backend
from app import links, session, together
from app.components import (
    Seed,
    checkpoint_picker,
    likeliest,
    packed,
    script,
    seed,
    served,
    terms,
    widget,
)
from backend.evaluation.gauges import failures

if TYPE_CHECKING:
    from backend.space import LatentSpace

TITLE = "Sample"
DRAWN = "drawn"  # in place of a class: one for each item, from the seed
TERMS = {
    "prior": "The distribution of codes that the model was trained towards, or N(0, I).",
    "aggregate posterior": "Where the codes of training items really lie: a mixture of Gaussians "
    "fitted to draws of q(z|x). Where samples from it are better, codes and prior differ.",
    "code temperature": "Scales the standard deviation of the codes: below 1 typical items, above "
    "1 rare ones, at 0 the middle.",
    "word temperature": "0 takes the likeliest word each time; at 1 words are drawn as likely as "
    "the model holds them.",
    "top k, top p": "Words are drawn from the likeliest alone: so many of them, or the fewest "
    "whose probabilities add up to p. They matter where the word temperature is above 0.",
    "seed": "The same seed gives the same items.",
}
COLLAPSED = 0.5  # nats of KL below which the code says next to nothing

Label = Annotated[str, pydantic.Field(pattern=rf"^({DRAWN}|\d{{1,3}})$")]


def build() -> None:
    """Controls above, the samples below."""
    picker = checkpoint_picker("sample-checkpoint", requires={"sample", "decode"})
    with gr.Row(elem_classes="lp-controls"):
        n = gr.Number(16, label="How many", precision=0, elem_id="sample-n", min_width=96)
        chosen = seed("sample-seed")
        source = gr.Radio(
            [("prior", "prior"), ("aggregate posterior", "aggregate")],
            value="prior",
            label="Draw codes from",
            elem_id="sample-source",
            elem_classes="lp-segmented",
        )
        temperature = gr.Slider(
            0.0, 2.0, 1.0, step=0.05, label="Code temperature", elem_id="sample-temperature"
        )
        words = gr.Slider(
            0.0,
            2.0,
            0.0,
            step=0.05,
            label="Word temperature",
            elem_id="sample-words",
            elem_classes=["lp-only-text", "lp-words-drawn"],
        )
        top_k, top_p = likeliest("sample", elem_classes=["lp-only-text", "lp-words-drawn"])
        most = max((info.classes for info in backend.available({"sample", "decode"})), default=0)
        label = gr.Radio(
            [("drawn for each", DRAWN), *[(str(one), str(one)) for one in range(most)]],
            value=DRAWN,
            label="Class",
            elem_id="sample-label",
            elem_classes=["lp-segmented", "lp-only-classes"],
        )
        go = gr.Button("Sample", variant="primary", elem_id="sample-go", min_width=112)
    terms(TERMS)
    result = widget(
        "samples",
        elem_id="sample-result",
        server=[served(sample), served(more, "more"), served(stop, "stop")],
        emits=["ready"],
    )
    links.connect(
        "sample",
        result,
        {
            "checkpoint": (picker, links.checkpoint),
            "n": (n, links.integer),
            "seed": (chosen, links.integer),
            "source": (source, links.one_of("prior", "aggregate")),
            "temperature": (temperature, links.number),
            "token_temperature": (words, links.number),
            "label": (label, links.one_of(DRAWN, *map(str, range(most)))),
            "top_k": (top_k, links.integer),
            "top_p": (top_p, links.number),
        },
        [go.click, n.submit, chosen.input, picker.input, source.input, label.input]
        + [slider.release for slider in (temperature, words, top_k, top_p)],
    )


def sample(
    checkpoint: str,
    n: int,
    seed: Seed,
    source: str,
    temperature: float,
    token_temperature: float,
    label: Label = DRAWN,
    top_k: int = 0,
    top_p: float = 1.0,
) -> dict:
    """The first chunk of samples, and the job that yields the rest when asked.

    ``label`` is of no account for a model that is told no classes.
    """
    space = session.get_space(checkpoint)
    one = None if label == DRAWN or not space.classes else int(label)
    z = space.sample_codes(n, seed=seed, temperature=temperature, source=source)
    labels = space.sample_labels(n, seed=seed) if one is None else [one] * n
    how: dict = {
        "token_temperature": token_temperature,
        "top_k": top_k,
        "top_p": top_p,
        "seed": seed,
        "labels": labels,
    }
    job = None
    if n <= space.chunk:
        first = together.items(space, z, **how)
    else:
        pieces = space.decode_chunks(z, **how, rest=session.rest)
        with session.model_work():
            first = next(pieces)
        job = session.jobs.add(pieces)
    return {
        "modality": space.modality,
        "total": n,
        "items": packed(first),
        "bytes_each": 0 if space.words else cast(np.ndarray, first)[0].size,
        "job": job,
        "warning": "" if failures(space.info) else collapse_warning(space),  # said by the picker
        "code": sample_script(
            checkpoint, n, seed, source, temperature, token_temperature, one, top_k, top_p
        ),
    }


def more(job: str) -> dict:
    """The next chunk, or no items once all are drawn."""
    with session.model_work():
        items = session.jobs.next(job)
    return {"items": None if items is None else packed(items)}


def stop(job: str) -> dict:
    """Forget the rest of a job."""
    session.jobs.stop(job)
    return {}


def collapse_warning(space: "LatentSpace") -> str:
    """A sentence where the posterior has collapsed, else nothing."""
    kl = sum(unit.kl for unit in space.units())
    if not 0 < kl < COLLAPSED:  # 0 is a plain auto-encoder: it has no posterior to collapse
        return ""
    return (
        f"Posterior collapsed: the code carries {kl:.2f} nats, so the decoder ignores it and "
        "every code gives nearly the same."
    )


def sample_script(checkpoint: str, n: int, seed: int, *settings: Any) -> str:
    """The same samples by the public interface."""
    source, temperature, token_temperature, label, top_k, top_p = settings
    told = "" if label is None else f",\n    labels=[{label}] * {n}"
    kept = f", top_k={top_k}" * (top_k > 0) + f", top_p={top_p}" * (top_p < 1)
    return script(
        checkpoint,
        f"result = space.sample(\n    {n}, seed={seed}, source={source!r}, "
        f"temperature={temperature!r}, token_temperature={token_temperature!r}{kept}{told}\n)",
    )
