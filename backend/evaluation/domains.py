"""What is kept of models of two domains: held-out pictures to translate, and a map of features.

``domains.safetensors`` beside the weights, so that looking at them needs no corpus.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self, cast

import numpy as np

from backend import checkpoint
from backend.files import replacing_tensors

if TYPE_CHECKING:
    from torch import Tensor

    from backend.corpora.domains import Unpaired
    from backend.models.classifier.dann import DANN
    from backend.models.gan.cycle_gan import CycleGAN

FILE = "domains.safetensors"
PLACES = 400  # pictures of each domain on the map
SEED = 0


@dataclass(frozen=True)
class Domains:
    """Validation pictures of both domains, [2, n, …]; the map is empty but of a classifier's."""

    pictures: np.ndarray  # uint8 [2, n, H, W, 3], one of each of n classes, in order
    places: np.ndarray  # float32 [2, m, 2], t-SNE of features
    classes: np.ndarray  # uint8 [2, m], of the pictures at these places
    guesses: np.ndarray  # uint8 [2, m], what the classifier takes them for

    def save(self, folder: Path) -> None:
        from safetensors.numpy import save_file

        # In C order: of a transposed array safetensors writes the bytes as they lie.
        arrays = {name: np.ascontiguousarray(array) for name, array in vars(self).items()}
        with replacing_tensors(folder / FILE) as temporary:
            save_file(arrays, temporary)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises ``FileNotFoundError`` where nothing was kept."""
        from safetensors import safe_open

        with safe_open(folder / FILE, "np") as file:
            return cls(**{field.name: file.get_tensor(field.name) for field in fields(cls)})


def take(held_out: "Unpaired", classifier: "DANN | None" = None) -> Domains:
    """Of the first held-out pictures; with the map of a classifier's features, where one is given.

    The map is t-SNE (van der Maaten & Hinton 2008, https://jmlr.org/papers/v9/vandermaaten08a.html)
    of both domains together, begun at their principal components. It keeps who is near to whom,
    not how far groups are apart.
    """
    import torch

    sides = (held_out.x, held_out.classes), (held_out.y, held_out.classes_of_y)
    rows = [[int((labels == k).nonzero()[0, 0]) for k in labels.unique()] for _, labels in sides]
    pictures = [as_pictures(x[row]) for (x, _), row in zip(sides, rows, strict=True)]
    places = np.zeros((2, 0, 2), np.float32)
    classes = guesses = np.zeros((2, 0), np.uint8)
    if classifier is not None:
        from sklearn.manifold import TSNE

        with torch.inference_mode():
            features = [features_of(classifier, x[:PLACES]) for x, _ in sides]
            told = [classifier.output(one).argmax(1).numpy() for one in features]
        spread = TSNE(init="pca", random_state=SEED).fit_transform(torch.cat(features).numpy())
        places = spread.reshape(2, -1, 2).astype(np.float32)
        classes = np.stack([labels[:PLACES].numpy() for _, labels in sides]).astype(np.uint8)
        guesses = np.stack(told).astype(np.uint8)
    return Domains(np.stack(pictures), places, classes, guesses)


def as_pictures(x: "Tensor") -> np.ndarray:
    """[n, 3, H, W] in [0, 1] -> uint8 [n, H, W, 3]."""
    from backend.processors.image import ImageProcessor

    return ImageProcessor((x.shape[1], x.shape[2], x.shape[3])).decode(x)


def features_of(model: "DANN", x: "Tensor") -> "Tensor":
    """Features [N, F] of pictures x [N, C, H, W], some at a time."""
    import torch

    return torch.cat([model.features(part) for part in x.split(500)])


def ink(x: "Tensor", paper: bool) -> "Tensor":
    """What a classifier of grey digits reads of pictures [B, 3, H, W]: ink [B, 1, H, W].

    The brightest channel; of digits on white ``paper`` how dark the darkest channel is.
    """
    return 1 - x.amin(1, keepdim=True) if paper else x.amax(1, keepdim=True)


class Trip(NamedTuple):
    """Pictures that went over and came back, and what a classifier takes each for."""

    there: np.ndarray  # uint8 [n, H, W, 3]
    back: np.ndarray  # uint8 [n, H, W, 3]
    classes: list[list[int]]  # of the pictures given, there, and back


def trip(name: str, pictures: np.ndarray, over: bool) -> Trip:
    """What a translator makes of pictures uint8 [n, H, W, 3] and then of that.

    ``over``: they are of the first domain, else of the second. Raises as ``load_model`` does.
    """
    import torch

    from backend.evaluation.pictures import judge_of, load_judge
    from backend.processors.image import ImageProcessor

    info = checkpoint.info(name)
    model = cast("CycleGAN", checkpoint.load_model(name))
    classifier = load_judge(judge_of(info.dataset))
    with torch.inference_mode():
        x = ImageProcessor(info.config["data_shape"]).encode(pictures)
        there = model.across(x, over)
        back = model.across(there, not over)
        classes = [
            classifier.logits(ink(one, paper)).argmax(1).tolist()
            for one, paper in ((x, not over), (there, over), (back, not over))
        ]
    return Trip(as_pictures(there), as_pictures(back), classes)
