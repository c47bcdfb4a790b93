"""Fashion-MNIST: articles of a shop (Xiao et al. 2017, https://arxiv.org/abs/1708.07747)."""

from functools import partial

from backend.corpora import idx
from backend.corpora.record import Corpus

CORPUS = Corpus(
    read=partial(idx.read, "fashion-mnist"),
    files=idx.files("fashion-mnist"),
    kind="image",
    unit="picture",
    name="Fashion-MNIST",
    title="Fashion-MNIST pictures of clothes, shoes and bags",
    hub_name="fashion_mnist",
    caution="Made for centred grey pictures of single articles, 28 x 28 pixels; any other "
    "picture is treated as one.",
    split=idx.SPLIT,
    downloads=("fashion-mnist",),
    classes=(
        *("T-shirt", "trousers", "pullover", "dress", "coat"),
        *("sandal", "shirt", "trainer", "bag", "boot"),
    ),
)
