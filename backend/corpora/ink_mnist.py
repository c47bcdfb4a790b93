"""MNIST and digits in coloured ink on white paper, without pairs.

Every second digit is in ink, in one hue of its own, so that no digit stands in both. Made for
networks that translate between domains without pairs, as Zhu et al. 2017
(https://arxiv.org/abs/1703.10593) do between photographs.
"""

import colorsys
from typing import TYPE_CHECKING

from backend.corpora import domains, idx, mnist
from backend.corpora.location import Split

if TYPE_CHECKING:
    import numpy as np

SEED = 1703
DOMAINS = "chalk", "ink"
INK = 0.8, 0.6  # saturation and value: dark in all three channels


def read() -> dict[str, Split]:
    """The splits of MNIST, every second digit in ink: uint8 [n, 28, 28, 3]."""
    return domains.unpaired(idx.read("mnist"), DOMAINS, in_ink, SEED)


def in_ink(grey: "np.ndarray", seed: int) -> "np.ndarray":
    """Each digit of uint8 [n, H, W] on white, in an ink of its own hue: uint8 [n, H, W, 3]."""
    import numpy as np

    hues = np.random.default_rng(seed).random(len(grey))
    inks = np.array([colorsys.hsv_to_rgb(hue, *INK) for hue in hues], np.float32)
    taken = grey[..., None] * (1 - inks[:, None, None])  # of the paper's white
    return (255 - taken).round().astype(np.uint8)


CORPUS = mnist.CORPUS._replace(
    read=read,
    tags=(domains.DOMAIN,),
    domains=DOMAINS,
    name="MNIST ↔ ink",
    title="MNIST handwritten digits, every second one in coloured ink on white paper, its hue "
    "drawn uniformly by a fixed seed",
    caution="Made for centred digits of 28 x 28 pixels, white on black or in one colour on white.",
    judged_as="mnist",
)
