"""Class and style: what the same style looks like in every class of a model.

Two kinds of models keep them apart: one that is told the class (``LatentSpace.classes``), whose
whole code is the style, and one that found classes by itself, whose code is a class as a one-hot
and then the style. S counts styles, K classes, D is the size of a code.
"""

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from backend import checkpoint
from backend.checkpoint import CheckpointInfo
from backend.codes import attributes
from backend.processors import KINDS

if TYPE_CHECKING:
    from backend.objectives.priors import ComponentPrior
    from backend.space import LatentSpace

DRAWS = 1000  # pictures that the classifier judges, each of a style of its own
STYLES = 100  # whose strokes are measured in every class


class Carried(NamedTuple):
    """The label of most held-out items of a found class."""

    label: int | None  # None where no item has the class
    share: float  # of the items of this class that have the label; NaN where there are none
    n: int  # items of this class


class Measured(NamedTuple):
    """What can be said of a model's classes and styles."""

    wanted: list[int | None]  # [K] the label that a classifier should see in each class
    recognised: list[float]  # [K] share of pictures in which it sees it; NaN where none is wanted
    share: float  # of the pictures of all classes with a wanted label; NaN where none has one
    judged: int  # of ``DRAWS``, those of a class with a wanted label
    thickness: list[float]  # [K] mean thickness of strokes, pixels
    correlation: float  # of thickness between two classes over styles, mean over all pairs
    styles: int  # each drawn in each class


class Curves(NamedTuple):
    """KLs along training beside the capacities that they were to reach, nats."""

    steps: list[int]
    kl_z: list[float]
    capacity_z: list[float]
    kl_c: list[float]
    capacity_c: list[float]


def told(info: CheckpointInfo) -> bool:
    """Whether the model is told classes; otherwise it has none or found its own."""
    return info.classes > 0


def separates(info: CheckpointInfo) -> bool:
    """Whether it is a model of pictures that keeps class and style apart; needs no torch."""
    found = "discrete" in info.capabilities and info.latent_dim > info.config.get("components", 0)
    return not KINDS[info.modality].words and (told(info) or found)


def classes(space: "LatentSpace") -> int:
    """K. Raises ``ValueError`` for a model that does not keep class and style apart."""
    if not separates(space.info):
        raise ValueError(
            f"{space.info.title} does not keep class and style apart. Choose a model that is "
            "told classes, or one with a discrete class beside continuous units."
        )
    return space.classes or cast("ComponentPrior", space.prior).components


def units(space: "LatentSpace") -> list[int]:
    """The units of the style, the one with the largest KL first."""
    start = 0 if told(space.info) else classes(space)
    kl = space.statistics.kl[start:]
    return (start + np.argsort(-kl, kind="stable")).tolist()


def encode(
    space: "LatentSpace", pictures: np.ndarray, labels: np.ndarray | None = None
) -> np.ndarray:
    """Codes [S, D] of pictures uint8 [S, H, W]; a model that is told classes gets ``labels``."""
    return space.encode(pictures, labels=labels if told(space.info) else None)


def in_class(space: "LatentSpace", styles: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Each style, a code [n, D], in its class of ``labels`` [n]: pictures uint8 [n, H, W].

    A class that the codes hold themselves is replaced. Raises ``ValueError`` as ``classes`` does.
    """
    count = classes(space)
    if told(space.info):
        return cast(np.ndarray, space.decode(styles, labels=labels))
    codes = styles.copy()
    codes[:, :count] = np.eye(count, dtype=codes.dtype)[labels]
    return cast(np.ndarray, space.decode(codes))


def in_every_class(space: "LatentSpace", styles: np.ndarray) -> np.ndarray:
    """Each style [S, D] in each class: pictures uint8 [S, K, H, W]; see ``in_class``."""
    count = classes(space)
    labels = np.tile(np.arange(count), len(styles))
    pictures = in_class(space, np.repeat(styles, count, 0), labels)
    return pictures.reshape(len(styles), count, *pictures.shape[1:])


def carried(space: "LatentSpace") -> list[Carried] | None:
    """What each found class holds, by the stored codes and labels of held-out items.

    None for a model that is told classes, and where no labels are stored.
    """
    if told(space.info) or space.labels is None:
        return None
    count = classes(space)
    found = space.codes[:, :count].argmax(1)
    rows = []
    for one in range(count):
        labels = np.bincount(space.labels[found == one])
        n = int(labels.sum())
        if n:
            rows.append(Carried(int(labels.argmax()), float(labels.max() / n), n))
        else:
            rows.append(Carried(None, float("nan"), 0))
    return rows


def measure(space: "LatentSpace", *, seed: int = 0) -> Measured:
    """Draws ``DRAWS`` codes of the prior, gives each a class in turn, and looks at the pictures.

    The classifier of the data set judges them: in a told class it should see that class, in a
    found one the label that the class carries. The first ``STYLES`` codes are drawn in every
    class, to compare the strokes. Raises ``ValueError`` where the classifier is not on this
    machine, or as ``classes`` does.
    """
    count = classes(space)
    held = carried(space)
    if told(space.info):
        wanted: list[int | None] = list(range(count))
    else:
        wanted = [None] * count if held is None else [each.label for each in held]
    styles = space.sample_codes(DRAWS, seed=seed)
    labels = np.arange(DRAWS) % count
    seen = recognise(space.info.dataset, in_class(space, styles, labels))
    right = seen == np.array([-1 if label is None else label for label in wanted])[labels]
    judged = np.isin(labels, [one for one in range(count) if wanted[one] is not None])
    pictures = in_every_class(space, styles[:STYLES])
    thickness = attributes.measure(pictures.reshape(-1, *pictures.shape[2:]))["thickness"]
    strokes = thickness.reshape(STYLES, count)
    return Measured(
        wanted=wanted,
        recognised=[_mean(right[judged & (labels == one)]) for one in range(count)],
        share=_mean(right[judged]),
        judged=int(judged.sum()),
        thickness=[_mean(column[np.isfinite(column)]) for column in strokes.T],
        correlation=_correlation(strokes),
        styles=STYLES,
    )


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _correlation(values: np.ndarray) -> float:
    """Mean correlation between two columns of values [S, K]; NaN where one does not vary.

    Rows with a NaN, of which one picture shows no ink, do not count.
    """
    known = values[np.isfinite(values).all(1)]
    if len(known) < 2:
        return float("nan")
    with np.errstate(invalid="ignore", divide="ignore"):
        pairs = np.corrcoef(known.T)[np.triu_indices(values.shape[1], 1)]
    return float(pairs.mean())


def judge_name(dataset: str) -> str:
    """The classifier that judges pictures of a data set."""
    from backend.evaluation.pictures import judge_of

    return judge_of(dataset)


def recognise(dataset: str, pictures: np.ndarray) -> np.ndarray:
    """The label that the classifier of the data set sees in pictures uint8 [n, H, W]: int [n].

    Raises ``ValueError`` where there is no such classifier.
    """
    from backend.evaluation.pictures import judge, load_judge
    from backend.processors.image import ImageProcessor

    name = judge_name(dataset)
    try:
        classifier = load_judge(name)
    except KeyError:
        raise ValueError(
            f"No classifier of {dataset} is on this machine, so nothing can be recognised. "
            f"Train it: python scripts/train.py {name}"
        ) from None
    shape = (1 if pictures.ndim == 3 else 3, *pictures.shape[1:3])
    x = ImageProcessor(shape).encode(pictures)
    return judge(classifier, x).probabilities.argmax(1).numpy()


def curves(space: "LatentSpace") -> Curves | None:
    """KL of the style and of the class along training, on held-out items.

    The KL of the class is the sum of two terms of the history: the KL of its mean, and what it
    tells of x. None where the model has no capacities, or its history lacks a term.
    """
    capacities_at = getattr(space.model, "capacities", None)
    history = checkpoint.history(space.info.name)
    terms = [history.get(f"validation_{term}", []) for term in ("kl_z", "kl_c", "mi_c")]
    steps = [int(step) for step in history.get("step", [])]
    if capacities_at is None or not steps or not all(terms):
        return None
    kl_z, kl_c, mi_c = terms
    whole = [round(a + b, 4) for a, b in zip(kl_c, mi_c, strict=True)]
    capacity_z, capacity_c = map(list, zip(*map(capacities_at, steps), strict=True))
    return Curves(steps, kl_z, capacity_z, whole, capacity_c)
