"""What can be measured of a picture itself, and the direction in which codes change it."""

from typing import NamedTuple

import numpy as np

SHARE = 0.2  # of the pictures, at either end, whose codes are averaged


class Attribute(NamedTuple):
    title: str
    unit: str
    explanation: str


ATTRIBUTES = {
    "thickness": Attribute(
        "Thickness", "px", "Twice the ink, divided by the length of its edge."
    ),
    "slant": Attribute(
        "Slant", "", "Covariance of rows and columns of the ink over the variance of its rows: "
        "above 0 it leans to the right.",
    ),
    "width": Attribute(
        "Width", "px", "Standard deviation of the columns of the ink, without its slant."
    ),
}  # fmt: skip


def measure(pictures: np.ndarray) -> dict[str, np.ndarray]:
    """Each attribute of pictures uint8 [n, H, W] or [n, H, W, 3]: float [n].

    Of coloured pictures the brightest channel counts. A picture without ink has NaN.

    >>> bar = np.zeros((1, 28, 28), np.uint8)
    >>> bar[:, 4:24, 12:15] = 255
    >>> round(float(measure(bar)["thickness"][0]), 1), float(measure(bar)["slant"][0])
    (2.6, 0.0)
    """
    ink = np.asarray(pictures, np.float64) / 255
    if ink.ndim == 4:
        ink = ink.max(3)
    rows, columns = np.mgrid[: ink.shape[1], : ink.shape[2]]
    mass = ink.sum((1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        y = ((ink * rows).sum((1, 2)) / mass)[:, None, None] - rows  # upwards
        x = columns - ((ink * columns).sum((1, 2)) / mass)[:, None, None]
        tall = (ink * y**2).sum((1, 2)) / mass
        wide = (ink * x**2).sum((1, 2)) / mass
        slant = (ink * x * y).sum((1, 2)) / mass / tall
        padded = np.pad(ink, ((0, 0), (0, 1), (0, 1)))
        down = np.diff(padded, axis=1)[:, :, :-1]
        across = np.diff(padded, axis=2)[:, :-1]
        edge = np.hypot(down, across).sum((1, 2))
        thickness = 2 * mass / edge
        width = np.sqrt(np.maximum(wide - slant**2 * tall, 0))
    return {"thickness": thickness, "slant": slant, "width": width}


def direction(codes: np.ndarray, values: np.ndarray, share: float = SHARE) -> np.ndarray:
    """Mean code of the items with the highest ``values`` less that of the lowest: [D].

    ``codes`` are [N, D], ``values`` [N]; ``share`` of the items counts at either end, and items
    whose value is NaN do not. Raises ``ValueError`` where fewer than 10 have a value.
    """
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 10:
        raise ValueError("Too few pictures show this attribute for a direction.")
    order = known[np.argsort(values[known], kind="stable")]
    count = max(1, int(share * len(order)))
    return codes[order[-count:]].mean(0) - codes[order[:count]].mean(0)


def towards(codes: np.ndarray, labels: np.ndarray, target: int) -> np.ndarray:
    """From the mean code of each label to that of ``target``: [labels, D].

    ``codes`` are [N, D], ``labels`` [N] from 0. A label that no item has counts as the mean of
    all. Raises ``ValueError`` where no item has the label ``target``.
    """
    if not (labels == target).any():
        raise ValueError(f"No held-out picture has the label {target}.")
    rest = codes.mean(0)
    means = np.stack(
        [
            codes[labels == label].mean(0) if (labels == label).any() else rest
            for label in range(int(labels.max()) + 1)
        ]
    )
    return means[target] - means
