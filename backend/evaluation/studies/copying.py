"""Whether a model of pictures copies its training data."""

import functools

import torch
from torch import Tensor

from backend import checkpoint, corpora
from backend.evaluation import images
from backend.evaluation.pictures import samples
from backend.evaluation.study import Measured, Results, Study
from backend.evaluation.subject import Subject
from backend.processors.image import ImageProcessor

N = 2000  # samples


@functools.lru_cache(maxsize=1)
def _real(dataset: str, shape: tuple[int, int, int]) -> tuple[Tensor, Tensor]:
    """Training pictures, and validation pictures, which were drawn from the same ones."""
    splits, processor = corpora.load(dataset), ImageProcessor(shape)
    train, validation = (processor.encode(splits[s].pictures) for s in ("train", "validation"))
    return train, validation


@torch.inference_mode()
def copying(subject: Subject) -> Results:
    made = samples(subject.model, N).cpu()
    train, validation = _real(subject.info.dataset, subject.shape)
    trained_on = checkpoint.describe(subject.info.name)["dataset"]["n"]  # the first of them
    found = images.likeness_to_seen(made, train[:trained_on], validation)
    yield (
        "nearest_seen",
        Measured(
            value=100 * found.share,
            n=N,
            split="train and validation",
            stderr=100 * found.stderr,
            reference=(100 * found.expected, "the share of these pictures that were trained on"),
            settings={"excess": round(found.excess, 2)},
        ),
    )


STUDIES = (Study(names=("nearest_seen",), measure=copying, kind="image"),)
