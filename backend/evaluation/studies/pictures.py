"""Pictures of a model that is not of the bench: what comes back, and samples."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor

from backend import checkpoint
from backend.evaluation import images
from backend.evaluation.pictures import Judged, grey, judge_of
from backend.evaluation.study import (
    Measured,
    Results,
    Study,
    codes_of,
    mean,
    not_benched,
)
from backend.evaluation.subject import BATCH, Subject, judge_by

IMAGES = ("mse", "mse_shuffled", "bce")


IMAGE_SAMPLES = ("inception_score", "fid_ours", "classified_digit", "sharpness")


@torch.inference_mode()
def image_reconstruction(subject: Subject) -> Results:
    x = torch.cat(subject.held_out)
    z = subject.means(subject.held_out)
    y = _pictures(subject, z)
    shuffled = _pictures(subject, z[torch.randperm(len(z))])
    average = subject.splits["train"].pictures.mean(0, keepdims=True) / 255
    guess = subject.processor.encode(average.astype(np.float32)).to(x).expand_as(x)
    yield (
        "mse",
        mean(
            images.mean_squared_error(x, y),
            reference=(
                float(images.mean_squared_error(x, guess).mean()),
                "the mean training image as the guess",
            ),
        ),
    )
    yield "mse_shuffled", mean(images.mean_squared_error(x, shuffled))
    floor = float(images.binary_cross_entropy(x, x).mean())
    yield (
        "bce",
        mean(
            images.binary_cross_entropy(x, y),
            reference=(floor, "perfect reconstruction: the entropy of the grey pixels"),
        ),
    )


@torch.inference_mode()
def image_samples(subject: Subject, source: str) -> Results:
    n, classifier = subject.sizes.samples, judge_of(subject.info.dataset)
    samples = judge_by(classifier, _pictures(subject, codes_of(subject, n, source)))
    train, test = subject.judged
    settings = {"source": source, "classifier": checkpoint.info(classifier).fingerprint}
    compare = partial(Measured, n=n, settings=settings)
    real = f"{len(test.x):,} test images"

    score, spread = images.inception_score(samples.probabilities)
    yield (
        "inception_score",
        compare(
            value=score,
            stderr=spread / math.sqrt(10),
            reference=(images.inception_score(test.probabilities)[0], real),
        ),
    )
    yield (
        "fid_ours",
        compare(
            value=images.fid(samples.features, test.features),
            reference=(
                images.fid(train.features, test.features),
                f"training images against {real}",
            ),
        ),
    )
    each: dict[str, Callable[[Judged], Tensor]] = {
        "classified_digit": lambda judged: 100.0 * images.recognised(judged.probabilities),
        "sharpness": lambda judged: images.sharpness(grey(judged.x)),
    }
    for name, of in each.items():
        reference = mean(of(test)).value, real
        yield name, mean(of(samples), reference=reference, settings=settings)


def _pictures(subject: Subject, z: Tensor) -> Tensor:
    """Decoded means [N, 1, H, W] in [0, 1]."""
    return torch.cat([subject.model.decode(part).mean for part in z.split(BATCH)])


STUDIES = (
    Study(
        names=IMAGES,
        measure=image_reconstruction,
        needs=frozenset({"decode", "encode"}),
        kind="image",
        where=not_benched,
    ),
    *(
        Study(
            names=IMAGE_SAMPLES,
            measure=partial(image_samples, source=source),
            needs=frozenset({"decode", "encode"}),
            kind="image",
            where=not_benched,
            suffix=suffix,
        )
        for source, suffix in (("prior", ""), ("aggregate", "_aggregate"))
    ),
)
