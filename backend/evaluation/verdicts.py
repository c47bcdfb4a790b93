"""What a classifier makes of the items that a latent space decodes to."""

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from backend import checkpoint
from backend.corpora import corpus
from backend.evaluation import pictures
from backend.models.classifier.image_classifier import ImageClassifier
from backend.models.classifier.text_classifier import TextClassifier
from backend.processors.image import ImageProcessor
from backend.processors.text import TextProcessor

if TYPE_CHECKING:
    from backend.processors.base import Items
    from backend.space import LatentSpace

SENTIMENT = "classifier/text_classifier--yelp"  # judges sentences of any corpus
PARTS = 256  # items at once


class Judge(NamedTuple):
    """A classifier with what it reads; call it with items."""

    info: checkpoint.CheckpointInfo
    classes: tuple[str, ...]
    model: ImageClassifier | TextClassifier
    processor: ImageProcessor | TextProcessor

    def __call__(self, items: "Items") -> np.ndarray:
        """Probabilities float32 [n, classes] of sentences, or of pictures uint8 [n, H, W(, 3)].

        A coloured picture is judged by its brightest channel. NaN for a sentence that the
        classifier cannot read: one without a word that it knows, or longer than it reads.
        """
        found = np.full((len(items), len(self.classes)), np.nan, np.float32)
        if isinstance(self.processor, TextProcessor):
            readable = self.processor.readable_rows(items)
            if readable:
                found[readable] = self._judged(self.processor.encode([items[i] for i in readable]))
        elif len(items):
            images = np.asarray(items)
            grey = images if images.ndim == 3 else images.max(-1)
            found[:] = self._judged(self.processor.encode(grey))
        return found

    @torch.inference_mode()
    def _judged(self, x: Tensor) -> np.ndarray:
        logits = [self.model.logits(part) for part in x.split(PARTS)]
        return torch.cat(logits).softmax(1).numpy()


def judge_name(space: "LatentSpace") -> str:
    """Name of the checkpoint that can judge what ``space`` decodes to.

    Raises ``ValueError`` where there is none.
    """
    if space.words:
        name = SENTIMENT
    else:
        try:
            name = pictures.judge_of(space.info.dataset)
        except KeyError:
            name = ""
    try:
        info = checkpoint.info(name)
    except KeyError:
        raise ValueError(f"No classifier of what {space.info.name} decodes to is here.") from None
    if info.problem:
        raise ValueError(f"The classifier {name} cannot be used: {info.problem}")
    return name


def load_judge(name: str) -> Judge:
    """The classifier called ``name``. Raises as ``backend.load`` does."""
    info = checkpoint.info(name)
    model = cast(ImageClassifier | TextClassifier, checkpoint.load_model(name)).eval()
    processor = (TextProcessor if info.modality == "text" else ImageProcessor).load(info.path)
    return Judge(info, corpus(info.dataset).classes, model, processor)
