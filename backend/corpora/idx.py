"""Pictures in IDX files, as MNIST and its followers come: 28x28 grey, ten classes."""

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from backend.corpora.location import Split, corpus_file

if TYPE_CHECKING:
    import numpy as np

VALIDATION = 5_000  # the last pictures of the official training files
SPLIT = (
    "The official test pictures; of the official training pictures the last 5,000 are for "
    "validation."
)


def files(folder: str) -> tuple[str, ...]:
    return tuple(
        f"{folder}/{part}-{kind}-ubyte.gz"
        for part in ("train", "t10k")
        for kind in ("images-idx3", "labels-idx1")
    )


def read(folder: str) -> dict[str, Split]:
    """55,000 / 5,000 / 10,000 pictures."""
    images, labels, test_images, test_labels = (_idx(corpus_file(f)) for f in files(folder))
    cut = len(images) - VALIDATION
    return {
        "train": Split(images[:cut], labels[:cut].astype("int64")),
        "validation": Split(images[cut:], labels[cut:].astype("int64")),
        "test": Split(test_images, test_labels.astype("int64")),
    }


def _idx(path: Path) -> "np.ndarray":
    """An IDX file (LeCun et al. 1998): two zero bytes, type 8 (uint8), rank, sizes, data."""
    import numpy as np

    data = gzip.decompress(path.read_bytes())
    if data[:3] != b"\0\0\x08":
        raise ValueError(f"{path.name} is not an IDX file of bytes; download it again")
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)
