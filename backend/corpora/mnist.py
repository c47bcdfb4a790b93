"""MNIST and Fashion-MNIST: 28x28 grey pictures of ten classes, in the original IDX files."""

import gzip
from pathlib import Path

import numpy as np

from backend.corpora.location import Split, corpus_file

VALIDATION = 5_000  # the last pictures of the official training files


def files(dataset: str) -> list[str]:
    return [
        f"{dataset}/{part}-{kind}-ubyte.gz"
        for part in ("train", "t10k")
        for kind in ("images-idx3", "labels-idx1")
    ]


def load(dataset: str) -> dict[str, Split]:
    """55,000 / 5,000 / 10,000 pictures; ``dataset`` is "mnist" or "fashion-mnist"."""
    images, labels, test_images, test_labels = (_idx(corpus_file(f)) for f in files(dataset))
    cut = len(images) - VALIDATION
    return {
        "train": Split(images[:cut], labels[:cut].astype(np.int64)),
        "validation": Split(images[cut:], labels[cut:].astype(np.int64)),
        "test": Split(test_images, test_labels.astype(np.int64)),
    }


def _idx(path: Path) -> np.ndarray:
    """An IDX file (LeCun et al. 1998): two zero bytes, type 8 (uint8), rank, sizes, data."""
    data = gzip.decompress(path.read_bytes())
    if data[:3] != b"\0\0\x08":
        raise ValueError(f"{path.name} is not an IDX file of bytes; download it again")
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)
