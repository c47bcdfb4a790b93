"""MNIST and MNIST-M, without pairs: digits on black, and digits blended into textures.

After Ganin & Lempitsky 2015 (https://arxiv.org/abs/1409.7495): MNIST-M is |patch − digit|, channel
by channel. Departures: they cut patches out of photographs (BSDS500); ours are noise, made here,
so nobody's pictures are needed. Every second digit is blended, so that no digit stands in both
domains.
"""

from functools import partial
from typing import TYPE_CHECKING

from backend.corpora import domains, idx, mnist
from backend.corpora.location import Split

if TYPE_CHECKING:
    import numpy as np

SEED = 1409
DOMAINS = "MNIST", "MNIST-M"
TEXTURES, SIDE = 200, 128  # how many there are, and their height and width in pixels
CELLS = 2, 4, 8, 16  # lattice cells along a side of each octave of the noise


def read() -> dict[str, Split]:
    """The splits of MNIST, every second digit on a texture: uint8 [n, 28, 28, 3]."""
    return domains.unpaired(idx.read("mnist"), DOMAINS, partial(blended, textures()), SEED)


def textures() -> "np.ndarray":
    """Coloured value noise in octaves, uint8 [TEXTURES, SIDE, SIDE, 3]; the same each time.

    As in natural pictures an octave is as strong as it is coarse, by a power that differs from
    texture to texture, so some are clouds and some are grain. Each begins at black and ends at
    a tone of its own, so that, as in photographs, more is dark than light.
    """
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(SEED)
    found = np.empty((TEXTURES, SIDE, SIDE, 3), np.uint8)
    for texture in found:
        total = np.zeros((SIDE, SIDE, 3), np.float32)
        power = rng.uniform(0.6, 1.4)
        for cells in CELLS:
            lattice = rng.integers(0, 256, (cells + 1, cells + 1, 3), np.uint8)
            # A lattice of cells + 1 knots: beyond its edges bicubic interpolation is flat.
            smooth = Image.fromarray(lattice).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            total += np.asarray(smooth, np.float32) / cells**power
        tint = rng.uniform(0.0, 1.0)  # 0: grey, 1: each channel has noise of its own
        total = tint * total + (1 - tint) * total.mean(-1, keepdims=True)
        low, high = np.percentile(total, (1, 99))
        brightest = rng.uniform(0.3, 1.0)
        texture[:] = (255 * brightest * ((total - low) / (high - low)).clip(0, 1)).round()
    return found


def blended(textures: "np.ndarray", grey: "np.ndarray", seed: int) -> "np.ndarray":
    """|patch − digit| of each digit in uint8 [n, H, W], a patch of any texture: [n, H, W, 3]."""
    import numpy as np

    rng = np.random.default_rng(seed)
    n, height, width = grey.shape
    which = rng.integers(len(textures), size=n)
    top = rng.integers(textures.shape[1] - height + 1, size=n)
    left = rng.integers(textures.shape[2] - width + 1, size=n)
    places = np.column_stack((which, top, left))
    patches = np.stack([textures[w, y : y + height, x : x + width] for w, y, x in places])
    return np.abs(patches.astype(np.int16) - grey[..., None]).astype(np.uint8)


CORPUS = mnist.CORPUS._replace(
    read=read,
    tags=(domains.DOMAIN,),
    domains=DOMAINS,
    name="MNIST → MNIST-M",
    title="MNIST handwritten digits, every second one blended into a texture: MNIST-M, made anew "
    "from coloured noise",
    caution="Made for centred digits of 28 x 28 pixels, white on black or blended into noise; its "
    "textures are not the photographs of the published MNIST-M, so numbers do not compare.",
)
