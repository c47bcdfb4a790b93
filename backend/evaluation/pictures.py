"""The picture bench: what a model of pictures makes, measured the same way at every moment.

Numbers are of ``n`` held-out test pictures and as many samples, on decoded means. A coloured
picture is judged by its brightest channel, so that one classifier serves digits of any hue.
"""

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from backend import checkpoint
from backend.base import LatentModel
from backend.corpora import corpus
from backend.device import seeded
from backend.evaluation import images, likelihood
from backend.models.classifier.image_classifier import ImageClassifier
from backend.nets.critics import flat_critic
from backend.objectives.divergences import gradient_penalty, kl, mmd
from backend.objectives.priors import Sphere, StandardNormal

SEED = 0
PARTS = 500  # pictures at once
PAIRS = 2000  # random pairs behind MS-SSIM
CODES = 2000  # codes behind the MMD
COVERED = 0.01  # share of samples from which a class counts as covered
PENALTY = 10.0  # weight that holds the critic's slope at 1
SHEET = 16  # samples of a moment to look at


def judge_of(dataset: str) -> str:
    """Name of the classifier that judges pictures of a data set; of ColorMNIST it is MNIST's."""
    return f"classifier/image_classifier--{corpus(dataset).judged_as or dataset}"


def load_judge(name: str) -> ImageClassifier:
    """The classifier of pictures called ``name``. Raises as ``checkpoint.load_model`` does."""
    return cast(ImageClassifier, checkpoint.load_model(name))


def grey(x: Tensor) -> Tensor:
    """The brightest channel, [B, C, H, W] -> [B, 1, H, W]."""
    return x if x.shape[1] == 1 else x.amax(1, keepdim=True)


class Judged(NamedTuple):
    """Pictures [N, C, H, W], and what the classifier makes of them."""

    x: Tensor
    features: Tensor  # [N, F]
    probabilities: Tensor  # [N, classes]


@torch.inference_mode()
def judge(classifier: ImageClassifier, x: Tensor) -> Judged:
    """What the classifier, in ``eval`` mode, makes of the pictures x [N, C, H, W]."""
    features = torch.cat([classifier.features(part) for part in grey(x).split(PARTS)])
    return Judged(x, features, classifier.output(features).softmax(1))


@torch.inference_mode()
def samples(model: LatentModel, n: int) -> Tensor:
    """Means of p(x|z) for draws of the prior, N(0, I) where the model has none: [n, C, H, W].

    A model of classes gets each in turn.
    """
    z = _prior(model)().sample((n,)).to(model.device)
    classes = getattr(model.config, "classes", None)
    labels = torch.arange(n, device=z.device) % classes if classes else None
    return _decoded(model, z, labels)


class PictureBench:
    """Measures models of one data set.

    Args:
        classifier: the judge, of grey pictures of the same height and width.
        train: pictures [N, C, H, W] in [0, 1].
        test: likewise; ``n`` of them are used.
        labels: classes of ``test``, int64 [N], which a model of classes is told.
    """

    def __init__(
        self,
        classifier: ImageClassifier,
        train: Tensor,
        test: Tensor,
        n: int = 10_000,
        *,
        labels: Tensor | None = None,
    ) -> None:
        self.classifier = classifier.eval()
        self.n = min(n, len(test))
        self.train = train
        self.labels = labels
        self.test = self._judge(test[: self.n])

    def reference(self) -> dict[str, float]:
        """The scores of real test pictures; the distance is between training and test."""
        with seeded(SEED):
            real = self._judge(self.train[torch.randperm(len(self.train))[: self.n]])
            return self._scores(self.test, real)

    def values(self, model: LatentModel) -> dict[str, float]:
        """All that can be measured on this model, by id."""
        with seeded(SEED), torch.inference_mode():
            found = self._scores(self._judge(samples(model, self.n)), self.test)
            if "encode" in model.capabilities:
                found |= self._codes(model)
        return found

    def sheet(self, model: LatentModel) -> Tensor:
        """``SHEET`` samples [SHEET, C, H, W], from the same codes each time."""
        with seeded(SEED):
            return samples(model, SHEET)

    def _codes(self, model: LatentModel) -> dict[str, float]:
        """What needs an encoder: reconstruction, activity, and how codes are distributed."""
        x, labels = self.test.x, None
        if hasattr(model.config, "classes") and self.labels is not None:
            labels = self.labels[: len(x)].to(model.device)
        posteriors = [model.encode(x[a].to(model.device), b) for a, b in _parts(len(x), labels)]
        codes = torch.cat([q.mode for q in posteriors])
        shuffled = codes[torch.randperm(len(codes), device=codes.device)]
        found = {
            "mse": _error(x, _decoded(model, codes, labels)),
            "mse_shuffled": _error(x, _decoded(model, shuffled, labels)),
            "active_units": float(likelihood.active_units(codes)),
        }
        prior = _prior(model)
        draws = torch.cat([q.sample() for q in posteriors])[:CODES]
        found["code_mmd"] = float(mmd(draws, prior().sample((len(draws),)).to(draws)))
        closed = isinstance(prior, Sphere) or (
            isinstance(prior, StandardNormal) and all(_is_gaussian(q) for q in posteriors)
        )
        if closed:
            found["kl"] = float(torch.cat([kl(q, prior()) for q in posteriors]).mean())
        return found

    def _scores(self, made: Judged, real: Judged) -> dict[str, float]:
        sure = made.probabilities[images.recognised(made.probabilities)].argmax(1)
        counts = torch.bincount(sure, minlength=made.probabilities.shape[1])
        order = torch.randperm(len(made.x))[: 2 * PAIRS]
        half = len(order) // 2
        pairs = made.x[order[:half]], made.x[order[half : 2 * half]]
        return {
            "inception_score": images.inception_score(made.probabilities)[0],
            "fid_ours": images.fid(made.features, real.features),
            "ms_ssim": 1 - float(images.ms_ssim(*pairs).mean()),
            "sharpness": float(images.sharpness(grey(made.x)).mean()),
            "classes_covered": float((counts >= COVERED * len(made.x)).sum()),
            "classified_digit": 100 * len(sure) / len(made.x),
        }

    def _judge(self, x: Tensor) -> Judged:
        return judge(self.classifier, x)


def wasserstein(
    seen: Tensor, samples: Tensor, held_out: Tensor, fresh: Tensor, steps: int = 1500
) -> float:
    """E f(held_out) - E f(fresh), f a new critic trained on ``seen`` against ``samples`` (M29).

    After Danihelka et al. 2017 (https://arxiv.org/abs/1705.05263), with a fully connected critic
    under a gradient penalty; so it is a lower bound of the Wasserstein-1 distance, up to the
    penalty's slack. All are pictures [N, C, H, W]. The critic never met ``fresh``; where
    ``held_out`` is ``seen`` itself, the gap is that of a critic on what it learned from.
    """
    with seeded(SEED):
        critic = flat_critic(seen[0].numel(), (256, 256))
        optimiser = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.9), fused=True)
        for _ in range(steps):
            real, made = (x[torch.randint(len(x), (64,))] for x in (seen, samples))
            loss = critic(made).mean() - critic(real).mean()
            loss = loss + PENALTY * gradient_penalty(critic, real, made)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            return float(critic(held_out).mean() - critic(fresh).mean())


def as_picture(rows: list[Tensor]) -> np.ndarray:
    """Rows of pictures [n, C, H, W] in [0, 1] as one: uint8 [rows·H, n·W] or […, 3]."""
    sheet = torch.cat([torch.cat(list(row), 2) for row in rows], 1)  # [C, rows·H, n·W]
    pixels = (sheet.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels


def _prior(model: LatentModel) -> nn.Module:
    """N(0, I) for a model that has none."""
    return getattr(model, "prior", None) or StandardNormal(model.config.latent_dim)


def _decoded(model: LatentModel, z: Tensor, labels: Tensor | None = None) -> Tensor:
    return torch.cat([model.decode(z[a], b).mean.cpu() for a, b in _parts(len(z), labels)])


def _parts(n: int, labels: Tensor | None) -> Iterator[tuple[slice, Tensor | None]]:
    """``PARTS`` items at a time, with the classes of each part where there are any."""
    for start in range(0, n, PARTS):
        part = slice(start, start + PARTS)
        yield part, None if labels is None else labels[part]


def _error(x: Tensor, y: Tensor) -> float:
    return float(images.mean_squared_error(x, y).mean())


def _is_gaussian(q: Distribution) -> bool:
    return isinstance(q, Independent) and isinstance(q.base_dist, Normal)
