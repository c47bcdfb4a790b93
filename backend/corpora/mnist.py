"""MNIST: handwritten digits (LeCun et al. 1998)."""

from functools import partial

from backend.corpora import idx
from backend.corpora.record import Corpus

CORPUS = Corpus(
    read=partial(idx.read, "mnist"),
    files=idx.files("mnist"),
    kind="image",
    unit="picture",
    name="MNIST",
    title="MNIST handwritten digits",
    hub_name="mnist",
    caution="Made for centred grey digits of 28 x 28 pixels; any other picture is treated as one.",
    split=idx.SPLIT,
    downloads=("mnist",),
    classes=tuple(f"digit {digit}" for digit in range(10)),
)
