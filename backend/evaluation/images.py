"""Quality of images: scores from our own classifier, errors of reconstructions, sharpness.

The classifier is small and was trained on the data set in question, so these scores rank models of
that data set and are not comparable with numbers from the Inception network. Always read them next
to the same score of real test images.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


def inception_score(probabilities: Tensor, n_splits: int = 10) -> tuple[float, float]:
    """exp(mean_x KL(p(y|x) || p(y))), mean and standard deviation over splits (M27).

    Salimans et al., "Improved Techniques for Training GANs", 2016,
    https://arxiv.org/abs/1606.03498; p(y) is the mean over the split, as in their code. The
    classifier takes the place of the Inception network.

    Args:
        probabilities: p(y|x) of N images over C classes [N, C]; rows sum to 1.
        n_splits: Parts of equal size; the N mod n_splits last images are left out.

    Returns:
        Mean over splits, between 1 and C, and standard deviation over splits.

    Raises:
        ValueError: Fewer images than splits.
    """
    size = len(probabilities) // n_splits
    if size == 0:
        raise ValueError(f"{len(probabilities)} images cannot fill {n_splits} splits")
    p = (
        probabilities.cpu().double()[: size * n_splits].view(n_splits, size, -1)
    )  # [splits, size, C]
    marginal = p.mean(1, keepdim=True)  # [splits, 1, C]
    divergence = torch.special.xlogy(p, p) - torch.special.xlogy(p, marginal)
    scores = divergence.sum(2).mean(1).exp()  # [splits]
    return float(scores.mean()), float(scores.std(correction=0))


def recognised(probabilities: Tensor, threshold: float = 0.9) -> Tensor:
    """Whether one class gets at least ``threshold`` of p(y|x), [N, C] -> bool [N]."""
    return probabilities.max(1).values >= threshold


def fid(features_a: Tensor, features_b: Tensor) -> float:
    """Frechet distance of Gaussians fitted to two sets of features (M30).

    Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium", 2017, https://arxiv.org/abs/1706.08500, with our classifier's features in place
    of the Inception network's. Biased upward by about the noise of the covariances: use at least
    10,000 images on both sides.

    Args:
        features_a: [N, F].
        features_b: [M, F].
    """
    a, b = features_a.cpu().double(), features_b.cpu().double()  # not all devices have float64
    return frechet_distance(a.mean(0), a.T.cov(), b.mean(0), b.T.cov())


def frechet_distance(mean_a: Tensor, cov_a: Tensor, mean_b: Tensor, cov_b: Tensor) -> float:
    """|m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) of two Gaussians.

    tr (S1 S2)^(1/2) is the sum of square roots of the eigenvalues of the symmetric
    S1^(1/2) S2 S1^(1/2), which stays real where a matrix square root of S1 S2 would not.

    Args:
        mean_a: [F]; likewise ``mean_b``.
        cov_a: [F, F], symmetric and positive semi-definite; likewise ``cov_b``.
    """
    eigenvalues, vectors = torch.linalg.eigh(cov_a)
    root = (vectors * eigenvalues.clamp(min=0).sqrt()) @ vectors.T
    shared = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    distance = (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * shared
    return max(float(distance), 0.0)  # rounding may leave -1e-12 for equal Gaussians


class Likeness(NamedTuple):
    """How many samples have a picture that was trained on as the nearest one of all."""

    share: float  # 0 to 1
    expected: float  # of a model to which seen and unseen pictures are alike
    stderr: float  # of that share, where it is so

    @property
    def excess(self) -> float:
        """How many standard errors the share lies above what is expected."""
        return (self.share - self.expected) / self.stderr


def likeness_to_seen(samples: Tensor, seen: Tensor, unseen: Tensor, parts: int = 250) -> Likeness:
    """Of the pictures nearest to samples, among all real ones, how many were trained on.

    A test of nearest neighbours, in the spirit of Meehan et al. 2020
    (https://arxiv.org/abs/2004.05675): where a model has learned what both kinds have in common
    and no single picture, the nearest one was seen as often as real pictures were. A model that
    copies finds its originals. Exact for pictures drawn alike, whatever the samples are: a model
    that makes few different pictures has few neighbours, and the standard error tells. Distances
    are those of pixels, so that a slightly blurred copy is still found.

    Args:
        samples: [N, ...] in [0, 1]; likewise ``seen`` [A, ...] and ``unseen`` [B, ...].
        parts: samples at once.
    """
    real = torch.cat([seen, unseen]).flatten(1)
    half = 0.5 * real.square().sum(1)
    rows = samples.flatten(1).split(parts)
    nearest = torch.cat([(half - part @ real.T).argmin(1) for part in rows])
    expected = len(seen) / len(real)
    uses = torch.bincount(nearest).double()  # of each real picture
    spread = expected * (1 - expected) * uses.square().sum() / len(nearest) ** 2
    share = (nearest < len(seen)).double().mean()
    return Likeness(float(share), expected, float(spread.sqrt()))


def mean_squared_error(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Squared difference per pixel, averaged over each image: [B, ...] -> [B] (M31)."""
    return (x - reconstruction).square().flatten(1).mean(1)


def binary_cross_entropy(x: Tensor, reconstruction: Tensor) -> Tensor:
    """-x ln y - (1 - x) ln(1 - y) summed over pixels, [B, ...] in [0, 1] -> [B] nats (M31).

    For grey x the smallest possible value is not 0 but the entropy of the pixels. Logarithms are
    cut at -100, so that a wrong but certain pixel costs 100 nats and not infinity.
    """
    loss = functional.binary_cross_entropy(reconstruction, x, reduction="none")
    return loss.flatten(1).sum(1)


def sharpness(x: Tensor) -> Tensor:
    """Variance over pixels of the Laplacian of each image: [B, 1, H, W] in [0, 1] -> [B].

    Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000,
    https://doi.org/10.1109/ICPR.2000.903548. Low for blurred images; noise is sharp too.
    """
    kernel = x.new_tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])[None, None]
    return functional.conv2d(x, kernel).flatten(1).var(1)


def ms_ssim(x: Tensor, y: Tensor, scales: int = 3) -> Tensor:
    """Multi-scale structural similarity of pairs, [B, C, H, W] in [0, 1] twice -> [B] (M28).

    Wang et al., "Multiscale structural similarity for image quality assessment", 2003,
    https://doi.org/10.1109/ACSSC.2003.1292216. Departures, for pictures of 28 x 28: a Gaussian
    window of 7 pixels instead of 11, and the first three of the five scales, their weights
    rescaled to a sum of 1. Negative terms count as 0.
    """
    weights = x.new_tensor([0.0448, 0.2856, 0.3001, 0.2363, 0.1333][:scales])
    weights = weights / weights.sum()
    product = x.new_ones(len(x))
    for scale, weight in enumerate(weights):
        luminance, contrast = _similarity(x, y)
        last = scale == scales - 1
        term = luminance * contrast if last else contrast
        product = product * term.flatten(1).mean(1).clamp(min=0) ** weight
        if not last:
            x, y = functional.avg_pool2d(x, 2), functional.avg_pool2d(y, 2)
    return product


def _similarity(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Luminance and contrast-structure terms at each place where the window fits."""
    offsets = torch.arange(7, dtype=x.dtype, device=x.device) - 3
    bell = (-offsets.square() / (2 * 1.5**2)).exp()
    window = (bell[:, None] * bell / bell.sum() ** 2).expand(x.shape[1], 1, 7, 7)

    def mean(v: Tensor) -> Tensor:
        return functional.conv2d(v, window, groups=v.shape[1])

    a, b = mean(x), mean(y)
    var_a, var_b, cov = mean(x * x) - a * a, mean(y * y) - b * b, mean(x * y) - a * b
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * a * b + c1) / (a * a + b * b + c1)
    return luminance, (2 * cov + c2) / (var_a + var_b + c2)
