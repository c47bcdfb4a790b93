"""What modes carry, and whether they tell what training did not see."""

import numpy as np
import torch

from backend.evaluation import modes
from backend.evaluation.study import SEED, Measured, Results, Study
from backend.evaluation.subject import Subject


@torch.inference_mode()
def mixture(subject: Subject) -> Results:
    """What the discrete variables carry, over all held-out examples as one batch."""
    n = sum(len(x) for x in subject.held_out)
    for id, value in modes.information(subject.model, subject.held_out).items():
        yield id, Measured(value=value, n=n, settings={"batch": n})


@torch.inference_mode()
def labels(subject: Subject) -> Results:
    """Whether codes tell labels that training did not see, on the whole test split."""
    codes, known = subject.codes_and_labels("test")
    for tag, column in known.items():
        if tag == "label":
            judged = subject.codes_and_labels("validation")
            accuracy = modes.cluster_accuracy(judged[0], judged[1]["label"], codes, column)
            chance = float(np.bincount(column).max() / len(column))
            reference = chance, "the most common label for all"
            yield "cluster_accuracy", Measured(value=accuracy, n=len(codes), reference=reference)
            continue
        shuffled = modes.shuffled_homogeneity(column, codes, SEED)
        reference = shuffled, "the same codes with shuffled labels, mean of 20 shuffles"
        value = modes.homogeneity(column, codes)
        yield f"{tag}_homogeneity", Measured(value=value, n=len(codes), reference=reference)


def _has_modes(subject: Subject) -> bool:
    """Of its own, not fitted to its codes."""
    return "components" in subject.model.capabilities


STUDIES = (
    Study(
        names=lambda subject: modes.names(subject.model),
        measure=mixture,
        needs=frozenset({"components"}),
        where=_has_modes,
    ),
    Study(
        names=lambda subject: modes.label_names(subject.splits["test"]),
        measure=labels,
        needs=frozenset({"components"}),
        where=_has_modes,
    ),
)
