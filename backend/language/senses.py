"""Senses of a word, of a model that has several for each: where they are used, and how wide.

>>> import backend
>>> from backend.language import senses
>>> lm = backend.load_text_model("lm/kerbs--tatoeba")           # doctest: +SKIP
>>> [sense.share for sense in senses.of_word(lm, "like").senses]  # doctest: +SKIP
"""

from pathlib import Path
from typing import NamedTuple, cast, get_args

import torch
from torch import Tensor

from backend.corpora.entailment import SEPARATOR
from backend.files import read_json, write_json
from backend.language.text_models import TextModel
from backend.models.lm.kerbs import KerBS, Kernel, angle_losing, of_angles
from backend.processors.text import TextProcessor

FILE = "contexts.json"  # held-out sentences, in the checkpoint's folder
MOST = 400  # contexts of a word
ANGLES = range(0, 181, 5)  # degrees at which kernels are told


class Sense(NamedTuple):
    share: float  # mean of P(sense | word, what was read) over the contexts; NaN without any
    theta: float
    reach: float  # degrees from its vector at which a context of usual length loses one nat
    x: float  # of its vector's direction, in the plane of the contexts
    y: float
    step: int  # at which the word was given it; 0: it had it from the start
    giver: str  # the word that had it before
    kernels: dict[Kernel, list[float]]  # K / |x||e| at ``ANGLES``, of the paper and of its code


class Context(NamedTuple):
    """A place of the word in a held-out sentence."""

    before: str
    after: str
    p: list[float]  # P(sense | word, what was read), of each sense
    x: float  # of the direction of what was read, in the plane
    y: float


class Senses(NamedTuple):
    word: str  # as it is written
    kernel: Kernel  # that of the model
    senses: list[Sense]
    contexts: list[Context]
    kept: float  # share of the variance of all these directions that the plane shows
    sentences: int  # held-out ones that were looked through


class Move(NamedTuple):
    """A sense that training took from one word and gave to another."""

    step: int
    giver: str
    taker: str


def keep_sentences(folder: Path, sentences: list[str]) -> None:
    """Writes the held-out sentences in which `of_word` looks for contexts."""
    write_json(folder / FILE, sentences)


@torch.inference_mode()
def of_word(lm: TextModel, word: str) -> Senses:
    """The senses of a word, and the first ``MOST`` of its places in held-out sentences.

    The plane is that of the two main components of all directions, of contexts and senses: the
    kernels know lengths only as factors.

    Raises:
        ValueError: the model has no senses, or does not know the word, or its sentences are
            missing or damaged.
    """
    layer = _with_senses(lm).words
    token = _token(lm.processor, word, len(layer.table))
    own = layer.table[token]
    own = own[own < layer.absent]
    sentences = _sentences(lm)
    x, around = _contexts(lm, token, sentences)
    p = layer.shares(x, torch.full((len(x),), token, device=x.device))[:, : len(own)]
    vectors = layer.sense_vectors[own]
    sizes = vectors.norm(dim=1)
    length = x.norm(dim=1).mean() if len(x) else sizes.mean()
    reach = angle_losing(layer.theta[own], 1 / (length * sizes), layer.kind).tolist()
    plane, kept = _plane(torch.nn.functional.normalize(torch.cat([x, vectors])).double())
    senses = _told(lm, own, p.mean(0), reach, plane[len(x) :])
    contexts = [
        Context(before, after, shares, at, up)
        for (before, after), shares, (at, up) in zip(around, p.tolist(), plane, strict=False)
    ]
    return Senses(
        _written(lm.processor, token), layer.kind, senses, contexts, kept, len(sentences)
    )


def richest(lm: TextModel, n: int = 12) -> list[tuple[str, int]]:
    """The words of letters with the most senses, and how many; of as many the commonest first.

    Raises:
        ValueError: the model has no senses.
    """
    layer = _with_senses(lm).words
    counts = (layer.table < layer.absent).sum(1).tolist()
    words = [i for i, word in enumerate(lm.processor.vocabulary[: len(counts)]) if word.isalpha()]
    best = sorted(words, key=lambda token: -counts[token])[:n]
    return [(_written(lm.processor, token), counts[token]) for token in best]


def moves(lm: TextModel) -> list[Move]:
    """All reallocations of training in their order.

    Raises:
        ValueError: the model has no senses.
    """
    return [
        Move(step, _written(lm.processor, giver), _written(lm.processor, taker))
        for step, _, giver, taker in _moves(_with_senses(lm))
    ]


def thetas(lm: TextModel) -> list[float]:
    """θ of every sense of every word.

    Raises:
        ValueError: the model has no senses.
    """
    return _with_senses(lm).words.theta.tolist()


def _told(
    lm: TextModel, own: Tensor, shares: Tensor, reach: list[float], places: list[list[float]]
) -> list[Sense]:
    """What is said of the senses ``own`` [K], each with its share and its place in the plane."""
    layer = _with_senses(lm).words
    theta = layer.theta[own]
    given = {sense: (step, giver) for step, sense, giver, _ in _moves(_with_senses(lm))}
    angles = torch.tensor(ANGLES, device=theta.device).deg2rad()
    senses = []
    for k, sense in enumerate(own.tolist()):
        step, giver = given.get(sense, (0, 0))
        senses.append(
            Sense(
                share=float(shares[k]),
                theta=float(theta[k]),
                reach=reach[k],
                x=places[k][0],
                y=places[k][1],
                step=step,
                giver=_written(lm.processor, giver) if step else "",
                kernels={kind: of_angles(theta[k], angles, kind) for kind in get_args(Kernel)},
            )
        )
    return senses


def _moves(model: KerBS) -> list[list[int]]:
    return [row for row in model.words.moves.tolist() if row[0] > 0]


def _with_senses(lm: TextModel) -> KerBS:
    if "senses" not in lm.model.capabilities:
        raise ValueError(f"{lm.info.name} has one vector for each word. Choose a KerBS.")
    return cast(KerBS, lm.model)


def _token(processor: TextProcessor, word: str, words: int) -> int:
    """The id of a word, if it is one of the first ``words`` of the vocabulary."""
    tokens = processor.tokens(word)
    if len(tokens) != 1:
        raise ValueError(f"One word is looked up at a time; {word[:40]!r} has {len(tokens)}.")
    if processor.ids.get(tokens[0], words) >= words:
        raise ValueError(f"The model does not know {word[:40]!r}. Try a commoner word.")
    return processor.ids[tokens[0]]


def _written(processor: TextProcessor, token: int) -> str:
    word = processor.vocabulary[token]
    return processor.casing.get(word, word)


def _sentences(lm: TextModel) -> list[str]:
    try:
        found = read_json(lm.info.path / FILE)
    except FileNotFoundError:
        raise ValueError(
            f"{lm.info.name} has no {FILE} with held-out sentences. Copy it anew."
        ) from None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError(f"{FILE} of {lm.info.name} is no list of sentences. Copy it anew.")
    return found


def _contexts(
    lm: TextModel, token: int, sentences: list[str]
) -> tuple[Tensor, list[tuple[str, str]]]:
    """What the model has read [N, E] at each of a token's places, and what stands around it."""
    words, word = lm.processor, lm.processor.vocabulary[token]
    found = words.readable(one for one in sentences if word in words.tokens(one))
    tokens = [words.tokens(one) for one in found]
    pairs = "translate" in lm.info.capabilities
    begins = [row.index(SEPARATOR) + 1 if pairs else 0 for row in tokens]
    wanted = [
        (i, at)
        for i, row in enumerate(tokens)
        for at, one in enumerate(row)
        if one == word and at >= begins[i]
    ]
    if not wanted:
        return torch.zeros(0, lm.lm.words.vectors().shape[1], device=lm.device), []
    rows, places = torch.tensor(wanted[:MOST], device=lm.device).unbind(1)
    x = words.encode(found[: int(rows[-1]) + 1]).to(lm.device)
    around = [
        (
            words.written(tokens[i][begins[i] : at]),
            words.written(tokens[i][at + 1 :], begins=False),
        )
        for i, at in wanted[:MOST]
    ]
    return lm.lm.contexts(x)[rows, places + lm.lm.backward_order], around


def _plane(directions: Tensor) -> tuple[list[list[float]], float]:
    """Places [N, 2] of directions [N, E] in the plane of most variance, and its share of that."""
    centred = directions - directions.mean(0)
    _, sizes, axes = torch.linalg.svd(centred)
    axes = axes[:2] * axes[:2].gather(1, axes[:2].abs().argmax(1, keepdim=True)).sign()
    whole = sizes.square().sum().clamp(min=1e-12)
    return (centred @ axes.T).tolist(), float(sizes[:2].square().sum() / whole)
