"""GANs of sentences at work: soft words by temperature, and how much of a slope they let through.

>>> lm = backend.load_text_model("text_gan/gumbel_gan--toy-language")   # doctest: +SKIP
>>> relaxed(lm, temperature=0.5, seed=0).words[0]                       # doctest: +SKIP
[('the', 0.93), ('this', 0.04), ('two', 0.01)]
"""

import math
from copy import deepcopy
from typing import NamedTuple

import torch

from backend.corpora import toy_language
from backend.device import seeded
from backend.language.text_models import TextModel
from backend.models.text_gan.gumbel_gan import GumbelGAN
from backend.processors.text import UNK

TEMPERATURES = (0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.8, 3.2, 5.6, 10.0)
SAMPLES = 64  # behind each slope
SHOWN = 4  # words of a place


class Relaxed(NamedTuple):
    """One soft sample: of each place the words that share it, the likeliest first."""

    words: list[list[tuple[str, float]]]
    drawn: str  # the likeliest word of each place, as a sentence


class Slope(NamedTuple):
    """What the critic tells the generator at a temperature."""

    temperature: float
    length: float  # of the gradient of -log D on all that the generator owns
    words: float  # how many words share a place: exp of the mean entropy


class Drawn(NamedTuple):
    text: str
    log_p: float | None  # under the toy language, nats; None where its grammar does not give it


def relaxed(lm: TextModel, temperature: float, seed: int = 0) -> Relaxed:
    """The soft sample of a seed: the same Gumbel noise at each temperature.

    Raises ``ValueError`` for a model that draws no soft words.
    """
    model = _gumbel_gan(lm)
    with seeded(seed), torch.inference_mode():
        soft = model.relaxed(1, temperature)[0].cpu()
    names = lm.processor.vocabulary
    places = []
    for row in soft:
        weights, ids = row.topk(SHOWN)
        pairs = zip(ids.tolist(), weights.tolist(), strict=True)
        places.append([(names[i], round(w, 4)) for i, w in pairs if w >= 0.0005])
    return Relaxed(places, lm.processor.decode(soft.argmax(1)[None])[0])


def slopes(lm: TextModel, seed: int = 0) -> list[Slope]:
    """At each of ``TEMPERATURES``, of the same noise. Raises as ``relaxed`` does.

    Through the draw of a whole word, temperature 0, no slope passes at all.
    """
    model = deepcopy(_gumbel_gan(lm)).requires_grad_(True)  # that of a loaded model is off
    owned = model.player_parameters("generator")
    found = []
    for temperature in TEMPERATURES:
        with seeded(seed), torch.enable_grad():
            soft = model.relaxed(SAMPLES, temperature)
            loss = torch.nn.functional.softplus(-model.critic(soft)).mean()
            parts = torch.autograd.grad(loss, owned)
        length = math.sqrt(sum(float(part.square().sum()) for part in parts))
        shared = torch.special.entr(soft.detach()).sum(2).mean().exp()
        found.append(Slope(temperature, length, float(shared)))
    return found


def drawn(lm: TextModel, n: int, seed: int = 0) -> list[Drawn]:
    """``n`` samples of a language model, each with what the toy language says of it."""
    language = toy_language.language()
    with seeded(seed), torch.inference_mode():
        ids = lm.lm.sample(n, forbid=(UNK,))
    rows = lm.processor.token_lists(ids)
    found = [language.get(" ".join(tokens)) for tokens in rows]
    return [
        Drawn(lm.processor.written(tokens), None if p is None else math.log(p))
        for tokens, p in zip(rows, found, strict=True)
    ]


def _gumbel_gan(lm: TextModel) -> GumbelGAN:
    if not isinstance(lm.model, GumbelGAN):
        raise ValueError(f"{lm.info.title} draws whole words. Choose a Gumbel-softmax GAN.")
    return lm.model
