"""ColorMNIST, made from MNIST: each digit in one colour, on black.

As in Metz et al. 2017 (https://arxiv.org/abs/1611.02163) a model has to learn colour beside
shape. Departure: they stack three digits into the channels; here the hue is drawn uniformly, so
what is learnt of it can be seen.
"""

import colorsys

import numpy as np

from backend.corpora import mnist
from backend.corpora.location import Split

SEED = 2017


def files(dataset: str) -> list[str]:
    return mnist.files("mnist")


def load(dataset: str) -> dict[str, Split]:
    """The splits of MNIST as uint8 [n, 28, 28, 3]; the same colours each time."""
    return {
        name: Split(coloured(split.items, SEED + index), split.labels)
        for index, (name, split) in enumerate(mnist.load("mnist").items())
    }


def coloured(grey: np.ndarray, seed: int) -> np.ndarray:
    """Each picture of uint8 [n, H, W] in a pure hue of its own: uint8 [n, H, W, 3]."""
    hues = np.random.default_rng(seed).random(len(grey))
    colours = np.array([colorsys.hsv_to_rgb(hue, 1.0, 1.0) for hue in hues], np.float32)
    return (grey[..., None] * colours[:, None, None]).round().astype(np.uint8)
