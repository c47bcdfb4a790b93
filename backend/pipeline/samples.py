"""The sample section of a card, drawn from the model."""

from pathlib import Path
from typing import cast

import numpy as np
import torch
from PIL import Image

import backend
from backend import checkpoint, corpora
from backend.checkpoint import CheckpointInfo
from backend.device import seeded
from backend.evaluation.domains import Domains, trip
from backend.files import replacing
from backend.language.text_models import TextModel
from backend.language.translation import languages, translate
from backend.processors import load_processor
from backend.processors.text import TextProcessor
from backend.space import LatentSpace

SEED = 0
PICTURE = "samples.png"
AGGREGATE = "aggregate posterior (a Gaussian mixture fitted to the training codes)"


def samples(info: CheckpointInfo) -> str:
    """Draw the sample section; for images also writes the picture into the checkpoint's folder."""
    if "respond" in info.capabilities:
        return _conversations(info)
    if "translate" in info.capabilities:
        return _translations(info)
    if "transfer" in info.capabilities:
        return _strips(info)
    if "sample" not in info.capabilities:
        return _neighbours(info) if "encode" in info.capabilities else ""
    if "decode" not in info.capabilities:
        return _listed(f"Drawn word by word, seed {SEED}", _drawn_sentences(info))
    space = backend.load(info.name, device="cpu")
    sources = {"prior": _prior(info), "aggregate": AGGREGATE}
    if info.modality == "text":
        lists = {
            f"Codes from the {words}, seed {SEED}": space.sample(10, seed=SEED, source=source)
            for source, words in sources.items()
        }
        if ends := _ends(space):
            path = space.interpolate(*ends, steps=6)
            lists["From the first sentence to the last"] = path
        return "\n\n".join(
            _listed(f"{title}; greedy decoding", list(lines)) for title, lines in lists.items()
        )
    if not space.encodes:
        _write_mosaic([space.sample(64, seed=SEED)], info.path / PICTURE)
        return f"![samples]({PICTURE})\n\nSeed {SEED}; codes from the {_prior(info)}."
    rows = [space.sample(32, seed=SEED, source=source) for source in sources]
    _write_mosaic(rows, info.path / PICTURE)
    return (
        f"![samples]({PICTURE})\n\nSeed {SEED}; upper block: codes from the {_prior(info)}, lower "
        f"block: codes from the {AGGREGATE}."
    )


def _ends(space: LatentSpace) -> tuple[str, str] | None:
    """Of the path; None between one-hots, where there is no code, and for what it cannot read."""
    ends = corpora.corpus(space.info.dataset).ends
    readable = cast(TextProcessor, space.processor).readable(ends)
    return ends if "discrete" not in space.info.capabilities and len(readable) == 2 else None


def _drawn_sentences(info: CheckpointInfo) -> list[str]:
    """Of a language model, which has no codes."""
    model = checkpoint.load_model(info.name)
    with seeded(SEED), torch.inference_mode():
        return load_processor("text", info.path).decode(model.sample(10))


TALKS = (
    ("Can I help you?",),
    ("I am hungry.", "Me too. Shall we go to a restaurant?"),
    ("Good morning, I would like to book a room.", "For how many nights?", "Two, please."),
)


TURNS = (  # to a car, and of it
    "What's the weather like today?",
    "Find me the nearest gas station.",
    "Remind me of my meeting on Tuesday.",
    "You're welcome.",
    "Thank you.",
    "What city do you want the weather for?",
)


def _conversations(info: CheckpointInfo) -> str:
    """Replies of a dialogue model to a few turns, by two people in turn."""
    space = backend.load(info.name, device="cpu")
    found = {talk: space.respond(talk, 6, seed=SEED).replies for talk in TALKS}
    return "\n\n".join(
        _listed(f"{' / '.join(talk)} (6 draws, seed {SEED})", [reply.text for reply in replies])
        for talk, replies in found.items()
    )


TRANSLATED = {  # by language
    "German": (
        *("Wo hast du das Buch gekauft?", "Ich habe heute keine Zeit.", "Tom ist nicht hier."),
        *("Kannst du mir helfen?", "Sie spricht sehr gut Englisch.", "Es regnet seit gestern."),
    ),
    "French": (
        *("Où as-tu acheté ce livre ?", "Je n'ai pas le temps.", "Tom n'est pas ici."),
        *("Peux-tu m'aider ?", "Elle parle très bien anglais.", "Il pleut depuis hier."),
    ),
}


def _translations(info: CheckpointInfo) -> str:
    """Of a few plain sentences; some may stand in training, in other words."""
    lm = TextModel.load(info.name, "cpu")
    found = [(source, translate(lm, source).found) for source in TRANSLATED[languages(lm)[0]]]
    rows = "\n".join(f"| {source} | {best[0].text if best else ''} |" for source, best in found)
    return f"The likeliest by a beam of 5.\n\n| Source | Translation |\n| --- | --- |\n{rows}"


def _neighbours(info: CheckpointInfo) -> str:
    """For a few turns: what their codes tell of the turns beside them; nothing if they do not."""
    space = backend.load(info.name, device="cpu")
    if not space.tells_neighbours:
        return ""
    z = space.encode(TURNS)
    rows = zip(TURNS, space.decode_previous(z), space.decode(z), strict=True)
    said = "\n".join(f"| {turn} | {before} | {after} |" for turn, before, after in rows)
    head = "| The turn that is read | What its code says was before | What comes next |"
    return f"Likeliest words of one code for both.\n\n{head}\n| --- | --- | --- |\n{said}"


def _strips(info: CheckpointInfo) -> str:
    """Held-out pictures of both domains, there and back; also writes them as a picture."""
    held = Domains.load(info.path).pictures
    blocks = []
    for given, over in zip(held, (True, False), strict=True):
        found = trip(info.name, given, over)
        blocks.append(np.concatenate([given, found.there, found.back]))
    _write_mosaic(blocks, info.path / PICTURE, across=len(held[0]))
    first, second = corpora.corpus(info.dataset).domains
    return (
        f"![samples]({PICTURE})\n\nValidation pictures, the first of each class. Upper block: "
        f"{first}, what becomes of it in {second}, and back; lower block: {second}, {first}, and "
        "back."
    )


def _listed(title: str, lines: list[str]) -> str:
    return f"{title}:\n\n```text\n" + "\n".join(lines) + "\n```"


def _prior(info: CheckpointInfo) -> str:
    if "discrete" in info.capabilities:
        return "prior (uniform over the classes, N(0, I) over continuous units)"
    if info.model == "arae":
        return "prior (its generator)"
    if "spherical" in info.capabilities:
        return "prior (uniform on the sphere)"
    return "prior (its Gaussian mixture)" if "components" in info.config else "prior N(0, I)"


def _write_mosaic(blocks: list, path: Path, across: int = 8) -> None:
    """Save blocks of images uint8 [n, H, W] or [n, H, W, 3], ``across`` in a row, a line between.

    ``n`` is a multiple of ``across``.
    """
    parts = []
    for block in blocks:
        starts = range(0, len(block), across)
        rows = [np.hstack(block[start : start + across]) for start in starts]
        parts += [np.full_like(rows[0][:4], 255), *rows]
    with replacing(path) as temporary:
        Image.fromarray(np.vstack(parts[1:])).save(temporary, "PNG", optimize=True)
