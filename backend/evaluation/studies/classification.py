"""Classifiers: how often they are right."""

from typing import cast

import numpy as np
import torch
from torch import Tensor

from backend import checkpoint
from backend.evaluation.study import Results, Study, mean
from backend.evaluation.subject import BATCH, Subject, judge_by
from backend.models.classifier.text_classifier import TextClassifier


@torch.inference_mode()
def classification(subject: Subject) -> Results:
    split = subject.splits["test"]
    if subject.text:
        rows = subject.rows("test")
        guesses, labels = _sentence_classes(subject, rows), split.classes[rows]
    else:
        judged = judge_by(subject.info.name, torch.cat(subject.batches(split.items)))
        guesses, labels = judged.probabilities.argmax(1).cpu(), split.classes
    chance = np.bincount(labels).max() / len(labels), "the most common label for all"
    yield "accuracy", mean(guesses == torch.from_numpy(labels), reference=chance)


def _sentence_classes(subject: Subject, rows: list[int]) -> Tensor:
    """What the model takes those test sentences for."""
    model = cast(TextClassifier, checkpoint.load_model(subject.info.name)).to(subject.device)
    items = subject.splits["test"].items
    parts = (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
    batches = (subject.processor.encode([items[row] for row in part]) for part in parts)
    return torch.cat([model.logits(x.to(subject.device)).argmax(1).cpu() for x in batches])


STUDIES = (
    Study(
        names=("accuracy",),
        measure=classification,
        needs=frozenset({"classify"}),
        where=lambda subject: subject.info.model != "dann",  # which reads two domains
    ),
)
