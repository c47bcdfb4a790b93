"""Small untrained checkpoints over one vocabulary, for tests of what is built on them."""

from collections.abc import Sequence
from pathlib import Path

import torch

from backend import checkpoint, registry
from backend.device import seeded
from backend.processors.text import TextProcessor

SENTENCES = [
    "The dog runs in the water.",
    "A cat sleeps on the warm bed.",
    "I like good tea and bad coffee.",
    "Tom has a very good dog.",
    "The food was bad | she likes it",
]


def write_checkpoint(
    folder: Path,
    name: str,
    spread: float = 0.5,
    sentences: Sequence[str] = SENTENCES,
    **sizes: object,
) -> None:
    """A checkpoint called ``name`` under ``folder`` whose weights were drawn, not trained."""
    processor = TextProcessor.train(sentences, min_count=1, max_tokens=12)
    cls = registry.model_class(name.split("--")[0])
    known = {"vocab_size": len(processor.vocabulary), "max_len": processor.max_tokens + 1}
    if hasattr(cls.Config, "separator"):
        known["separator"] = processor.ids["|"]
    with seeded(len(name)):
        model = cls(cls.Config(**(vars(cls.Config.tiny()) | known | sizes))).eval()
        for parameter in model.parameters():
            parameter.data += torch.randn_like(parameter) * spread
    checkpoint.save(
        folder / name,
        model,
        name=name,
        title=f"A small {name.split('--')[0].split('/')[1]}",
        modality="text",
        dataset={"name": name.split("--")[1], "split": "train", "n": len(sentences)},
        train={},
    )
    processor.save(folder / name)


def write_all(folder: Path) -> None:
    """Two pairs of language models, a classifier of sentences and one of pairs of them."""
    for model in ("lstm_lm", "transformer_lm"):
        for direction in ("forward", "backward"):
            write_checkpoint(folder, f"lm/{model}--everyday--{direction}", direction=direction)
    write_checkpoint(folder, "classifier/text_classifier--yelp", spread=1.5, classes=2)
    write_checkpoint(folder, "classifier/entailment_classifier--entailment", classes=3)
