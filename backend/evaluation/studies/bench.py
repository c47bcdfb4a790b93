"""The picture bench once more, of the weights that ship, and independent critics."""

import functools
import json
from functools import partial

import torch
from torch import Tensor

from backend import checkpoint, corpora
from backend.device import seeded
from backend.evaluation import tradeoffs
from backend.evaluation.pictures import (
    PictureBench,
    judge_of,
    load_judge,
    samples,
    wasserstein,
)
from backend.evaluation.study import SEED, Measured, Names, Results, Study, rounded
from backend.evaluation.subject import Subject
from backend.files import write_json
from backend.processors.image import ImageProcessor

CODED = ("mse", "mse_shuffled", "code_mmd")


DRAWN = (
    "inception_score", "fid_ours", "ms_ssim", "sharpness", "classes_covered", "classified_digit",
)  # fmt: skip


REAL_FID = "training images against test images"


CRITICS = {"wasserstein_validation": "validation", "wasserstein_train": "train"}


@functools.lru_cache(maxsize=1)
def picture_bench(dataset: str, shape: tuple[int, int, int]) -> PictureBench:
    splits, processor = corpora.load(dataset), ImageProcessor(shape)
    train, test = (processor.encode(splits[name].pictures) for name in ("train", "test"))
    labels = torch.from_numpy(splits["test"].classes)
    return PictureBench(load_judge(judge_of(dataset)), train, test, labels=labels)


def bench(subject: Subject) -> Results:
    """The last moment of the picture bench once more, of the weights that ship."""
    measuring = picture_bench(subject.info.dataset, subject.shape)
    reference = measuring.reference()
    settings = {"classifier": checkpoint.info(judge_of(subject.info.dataset)).fingerprint}
    real = dict.fromkeys(reference, "real test images") | {"fid_ours": REAL_FID}
    for id, value in measuring.values(subject.model).items():
        if id in CODED + DRAWN:
            known = (reference[id], real[id]) if id in reference else None
            yield id, Measured(value=value, n=measuring.n, reference=known, settings=settings)


@functools.lru_cache(maxsize=2)
def critics_of_no_model(bench: PictureBench, validation: Tensor, steps: int) -> dict[str, float]:
    """What new critics find between real pictures, and between these and noise."""
    train, other = bench.train[: len(validation)], bench.train[-len(validation) :]
    distance = partial(wasserstein, validation, held_out=bench.test.x, steps=steps)
    with seeded(SEED):
        noise = torch.rand_like(train), torch.rand_like(train)
    return {
        "noise": distance(noise[0], fresh=noise[1]),
        "real": distance(train, fresh=other),
    }


@functools.lru_cache(maxsize=1)
def validation_pictures(dataset: str, shape: tuple[int, int, int]) -> Tensor:
    return ImageProcessor(shape).encode(corpora.load(dataset)["validation"].pictures)


def independent_critics(subject: Subject) -> Results:
    """How well a new critic tells samples from pictures; also kept beside the other moments."""
    key = subject.info.dataset, subject.shape
    measuring, validation = picture_bench(*key), validation_pictures(*key)
    n, steps = len(validation), subject.sizes.critic_steps
    with seeded(SEED):
        made, fresh = samples(subject.model, 2 * n).split(n)
    train = measuring.train[:n]
    found = {
        "validation": wasserstein(validation, made, measuring.test.x, fresh, steps),
        "train": wasserstein(train, made, train, fresh, steps),
        **critics_of_no_model(measuring, validation, steps),
    }
    path = subject.info.path / tradeoffs.FILE
    stored = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, stored | {"wasserstein": {k: rounded(v) for k, v in found.items()}})
    for id, split in CRITICS.items():
        note = found["real"], "training images against validation images"
        yield id, Measured(value=found[split], n=n, split=split, reference=note)


def _of_bench(subject: Subject) -> Names:
    return CODED + DRAWN if subject.space.encodes else DRAWN


STUDIES = (
    Study(names=_of_bench, measure=bench, where=lambda subject: subject.benched),
    Study(
        names=tuple(CRITICS),
        measure=independent_critics,
        where=lambda subject: subject.benched,
    ),
)
