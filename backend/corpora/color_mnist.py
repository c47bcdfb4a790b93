"""ColorMNIST, made from MNIST: each digit in one colour, on black.

As in Metz et al. 2017 (https://arxiv.org/abs/1611.02163) a model has to learn colour beside
shape. Departure: they stack three digits into the channels; here the hue is drawn uniformly, so
what is learnt of it can be seen.
"""

import colorsys
from typing import TYPE_CHECKING

from backend.corpora import idx, mnist
from backend.corpora.location import Split

if TYPE_CHECKING:
    import numpy as np

SEED = 2017


def read() -> dict[str, Split]:
    """The splits of MNIST as uint8 [n, 28, 28, 3]; the same colours each time."""
    return {
        name: Split(coloured(split.pictures, SEED + index), split.labels)
        for index, (name, split) in enumerate(idx.read("mnist").items())
    }


def coloured(grey: "np.ndarray", seed: int) -> "np.ndarray":
    """Each picture of uint8 [n, H, W] in a pure hue of its own: uint8 [n, H, W, 3]."""
    import numpy as np

    hues = np.random.default_rng(seed).random(len(grey))
    colours = np.array([colorsys.hsv_to_rgb(hue, 1.0, 1.0) for hue in hues], np.float32)
    return (grey[..., None] * colours[:, None, None]).round().astype(np.uint8)


def shape_of(picture: "np.ndarray") -> bytes:
    """A digit in another hue is the same digit: the brightest channel is the grey one."""
    return picture.max(-1).tobytes()


CORPUS = mnist.CORPUS._replace(
    read=read,
    name="ColorMNIST",
    title="ColorMNIST: MNIST handwritten digits, each in one hue, drawn uniformly by a fixed seed",
    caution="Made for centred digits of 28 x 28 pixels in one colour on black; a grey picture is "
    "read as white ink.",
    same=shape_of,
    judged_as="mnist",
)
