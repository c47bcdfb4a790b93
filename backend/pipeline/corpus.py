"""A corpus as tensors: what a recipe's model reads."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from backend import corpora
from backend.base import Batch, GenerativeModel
from backend.corpora import dialogues, parses
from backend.corpora.batching import (
    Batches,
    DialogueBatches,
    DomainBatches,
    Drawn,
    LabelledBatches,
    LabelledLengthBatches,
    LengthBatches,
    NeighbourBatches,
    ParsedBatches,
)
from backend.corpora.dialogues import Conversations
from backend.corpora.domains import Unpaired, parted
from backend.corpora.entailment import SEPARATOR
from backend.corpora.parses import Inventory, Parses
from backend.corpora.tags import Tags
from backend.corpora.translations import parted as parted_pair
from backend.pipeline.recipe import Recipe
from backend.processors.base import Processor
from backend.processors.image import ImageProcessor
from backend.processors.text import TextProcessor
from backend.training import TrainConfig

HELD_OUT = 2000  # validation items behind the curves and the stored codes

Splits = dict[str, corpora.Split]


class Parsed(NamedTuple):
    """Trees and content words of both parts of a ``Material``."""

    train: Parses
    held_out: Parses
    inventory: Inventory


@dataclass(frozen=True)
class Material:
    """What a run reads: all of train, and the first validation items that the model can read."""

    dataset: str
    processor: Processor
    train: Tensor | Conversations | Unpaired
    train_labels: np.ndarray | None
    held_out: Tensor | Conversations | Unpaired  # validation, at most ``HELD_OUT``
    held_out_labels: np.ndarray | None
    held_out_tags: Tags
    acts: tuple[str, ...] = ()  # of replies, the commonest first
    parsed: Parsed | None = None  # where the model reads them

    @property
    def kind(self) -> str:
        return self.processor.kind


def read_corpus(dataset: str, recipe: Recipe, reads: str = "items") -> Material:
    """What a model of ``recipe`` reads of a corpus; ``reads`` as in ``GenerativeModel``.

    Raises:
        KeyError: there is no such corpus.
        MissingCorpus: it is not here.
        ValueError: nothing is held out.
    """
    if reads == "domains":
        return _domains(dataset, recipe)
    if reads in ("dialogues", "neighbours"):
        return _conversations(dataset, recipe)
    splits = corpora.load(dataset)
    if not len(splits["validation"].items):
        raise ValueError(
            f"All validation items of {dataset} stand in train too: none is held out."
        )
    if recipe.items is not None:
        train = splits["train"]
        splits = splits | {"train": train.rows(range(min(recipe.items, len(train.items))))}
    read = _parsed if reads == "parses" else READERS[corpora.corpus(dataset).kind]
    return read(dataset, splits, recipe)


def _sentences(dataset: str, splits: Splits, recipe: Recipe) -> Material:
    return _material(dataset, *_readable(dataset, splits, recipe))


def _parsed(dataset: str, splits: Splits, recipe: Recipe) -> Material:
    processor, train, held_out = _readable(dataset, splits, recipe)
    learned, few = (parses.read(dataset, part.sentences) for part in (train, held_out))
    known = parses.inventory(learned)
    parsed = Parsed(parses.encoded(learned, known), parses.encoded(few, known), known)
    return replace(_material(dataset, processor, train, held_out), parsed=parsed)


def _readable(
    dataset: str, splits: Splits, recipe: Recipe
) -> tuple[TextProcessor, corpora.Split, corpora.Split]:
    """A processor of the training sentences, those of them that it reads, and held-out ones."""
    train, held_out = splits["train"], splits["validation"]
    languages = corpora.corpus(dataset).languages
    processor = (_of_pairs if languages else _of_sentences)(train.sentences, recipe)
    readable = held_out.rows(processor.readable_rows(held_out.items)[:HELD_OUT])
    known = train.rows(processor.readable_rows(train.items))
    if not (known.items and readable.items):
        raise ValueError(
            f"No sentence of {corpora.corpus(dataset).name} can be read: all have more than "
            f"{recipe.max_tokens} words, or none that occurs {recipe.min_count} times. Set other "
            "limits."
        )
    return processor, known, readable


def _of_sentences(items: list[str], recipe: Recipe) -> TextProcessor:
    return TextProcessor.train(items, recipe.min_count, recipe.max_tokens, recipe.split)


def _of_pairs(items: list[str], recipe: Recipe) -> TextProcessor:
    """One vocabulary of two languages: words of the second, the mark, what the first has beside.

    So the words that a translation can have are those below the mark, by falling frequency.
    """
    source, target = (
        _of_sentences(list(part), recipe) for part in zip(*map(parted_pair, items), strict=True)
    )
    known = {*target.ids, SEPARATOR}
    beside = [word for word in source.vocabulary if word not in known]
    casing = {word: source.casing[word] for word in beside if word in source.casing}
    vocabulary = [word for word in target.vocabulary if word != SEPARATOR]
    return TextProcessor(
        [*vocabulary, SEPARATOR, *beside], casing | target.casing, recipe.max_tokens
    )


def _conversations(dataset: str, recipe: Recipe) -> Material:
    windows = dialogues.load(dataset)
    train, held_out = windows["train"], windows["validation"]
    processor = TextProcessor.train(train.turns, recipe.min_count, recipe.max_tokens, recipe.split)
    known = Counter(train.tags.get("act", ()))
    known.pop(dialogues.UNLABELLED, None)
    acts = tuple(act for act, _ in known.most_common())
    pairs, few = (dialogues.encoded(part, processor, acts) for part in (train, held_out))
    few = few.rows(torch.arange(min(HELD_OUT, len(few))))
    return Material(dataset, processor, pairs, None, few, None, Tags.of({}), acts)


def _domains(dataset: str, recipe: Recipe) -> Material:
    domains = corpora.corpus(dataset).domains
    if len(domains) != 2:
        raise ValueError(f"{dataset} is of one domain alone.")
    processor = ImageProcessor(recipe.model.get("data_shape", (3, 28, 28)))

    def pictures(split: corpora.Split, most: int) -> Unpaired:
        x, y = parted(split, (domains[0], domains[1]))
        n = min(len(x.items), len(y.items), most)
        parts = (
            part
            for one in (x, y)
            for part in (processor.encode(one.pictures[:n]), torch.from_numpy(one.classes[:n]))
        )
        return Unpaired(*parts)

    splits = corpora.load(dataset)
    train, held_out = (
        pictures(splits[name], most)
        for name, most in (("train", len(splits["train"].items)), ("validation", HELD_OUT // 2))
    )
    return Material(dataset, processor, train, None, held_out, None, Tags.of({}))


def _pictures(dataset: str, splits: Splits, recipe: Recipe) -> Material:
    processor = ImageProcessor(recipe.model.get("data_shape", (1, 28, 28)))
    held_out = splits["validation"].rows(range(min(HELD_OUT, len(splits["validation"].items))))
    return _material(dataset, processor, splits["train"], held_out)


READERS: dict[str, Callable[[str, Splits, Recipe], Material]] = {
    "text": _sentences,
    "image": _pictures,
}  # by kind: key of ``backend.processors.KINDS``


def _material(
    dataset: str, processor: Processor, train: corpora.Split, held_out: corpora.Split
) -> Material:
    return Material(
        dataset,
        processor,
        processor.encode(train.items),
        train.labels,
        processor.encode(held_out.items),
        held_out.labels,
        Tags.of(held_out.tags),
    )


def reads_labels(model: GenerativeModel) -> bool:
    """Whether its batches are (items, labels)."""
    return "classify" in model.capabilities or hasattr(model.config, "classes")


def batches_of(material: Material, model: GenerativeModel, config: TrainConfig) -> Drawn[Batch]:
    """Sentences come in batches of nearly equal lengths; labels come along where they are read.

    Not where a critic compares a batch with samples of all lengths.
    """
    if isinstance(material.train, Conversations):
        beside = NeighbourBatches if model.reads == "neighbours" else DialogueBatches
        return beside(material.train, config.batch_size, config.seed)
    if isinstance(material.train, Unpaired):
        return DomainBatches(material.train, config.batch_size, config.seed)
    if material.parsed:
        parsed = material.parsed.train
        return ParsedBatches(material.train, parsed, config.batch_size, config.seed)
    by_length = isinstance(material.processor, TextProcessor) and "critic" not in model.players
    if reads_labels(model):
        if material.train_labels is None:
            raise ValueError(f"{material.dataset} has no labels, which this model is told.")
        kind = LabelledLengthBatches if by_length else LabelledBatches
        labels = torch.from_numpy(material.train_labels)
        return kind(material.train, labels, config.batch_size, config.seed)
    plain = LengthBatches if by_length else Batches
    return plain(material.train, config.batch_size, config.seed)


def held_out_batch(material: Material, model: GenerativeModel, rows: Tensor) -> Batch:
    """Some held-out items as ``model.loss`` takes them, on its device."""
    held_out = material.held_out
    parts: tuple[Tensor, ...]
    if isinstance(held_out, Conversations):
        parts = (held_out.neighbours if model.reads == "neighbours" else held_out.batch)(rows)
    elif isinstance(held_out, Unpaired):
        parts = held_out.batch(rows, rows)
    elif material.parsed:
        parts = held_out[rows], *material.parsed.held_out.batch(rows)
    elif reads_labels(model) and material.held_out_labels is not None:
        parts = held_out[rows], torch.from_numpy(material.held_out_labels)[rows]
    else:
        return held_out[rows].to(model.device)
    return tuple(part.to(model.device) for part in parts)
