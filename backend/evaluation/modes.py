"""What discrete variables and mixture modes carry (M4-M6, M8), and whether they tell labels (M17).

Codes are the likeliest components under q(c|x), int [N, m]; information is in nats.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Independent

from backend.base import LatentModel
from backend.corpora import Split
from backend.distributions.joint import Joint
from backend.objectives.divergences import (
    averaged_component,
    discrete_information,
    kl,
    kl_per_unit,
    kl_to_components,
    variance_of_means,
    variance_of_used_means,
)
from backend.objectives.priors import DiscreteCode, GaussianMixture

DISCRETE = ("kl_c", "kl_c_exact", "mi_c", "mi_c_mean", "codes_used", "modes_used")
CONTINUOUS = (
    "kl_z", "kl_z_components", "dispersion", "mean_variance", "mean_variance_k",
    "mean_variance_used",
)  # fmt: skip
USED = 0.01  # share of the examples from which a mode counts as used


def names(model: LatentModel) -> tuple[str, ...]:
    """Ids that ``information`` returns for this model."""
    if isinstance(model.prior, GaussianMixture):
        return (*CONTINUOUS, *DISCRETE)
    return ("kl_z", *DISCRETE) if model.prior.extra else DISCRETE


def label_names(split: Split) -> tuple[str, ...]:
    """Ids of what can be said of labels where a corpus has these."""
    found = tuple(f"{tag}_homogeneity" for tag in split.tags if tag != "topic")
    return found if split.labels is None else (*found, "cluster_accuracy")


@torch.inference_mode()
def information(model: LatentModel, batches: Sequence[Tensor]) -> dict[str, float]:
    """KLs, mutual information and spread of the modes, all ``batches`` taken as one batch."""
    q_c = torch.cat([model.assign(x) for x in batches]).cpu().double()  # [N, m, K]
    found = _continuous(model, batches, q_c)
    kl_c, mi = (float(value) for value in discrete_information(q_c))
    codes = q_c.argmax(-1)  # [N, m]
    shares = torch.nn.functional.one_hot(codes, q_c.shape[-1]).double().mean(0)
    return found | {
        "kl_c": kl_c,
        "kl_c_exact": kl_c + mi,
        "mi_c": mi,
        "mi_c_mean": mi / q_c.shape[1],
        "codes_used": float(len(codes.unique(dim=0))),
        "modes_used": float((shares >= USED).sum()),
    }


def _continuous(model: LatentModel, batches: Sequence[Tensor], q_c: Tensor) -> dict[str, float]:
    if not isinstance(model.prior, GaussianMixture):
        if not cast(DiscreteCode, model.prior).extra:
            return {}
        parts = [cast(Joint, model.encode(x)).parts[1] for x in batches]
        each = torch.cat([kl_per_unit(cast(Independent, q)).sum(1) for q in parts])
        return {"kl_z": float(each.mean())}
    means, log_var = model.prior.means, model.prior.log_var
    hat, exact, dispersion, start = [], [], [], 0
    for x in batches:
        q, weights = cast(Independent, model.encode(x)), q_c[start : start + len(x)].to(means)
        start += len(x)
        average, spread = averaged_component(weights, means, log_var)
        hat.append(kl(q, average))
        exact.append((weights * kl_to_components(q, means, log_var)).sum((1, 2)))
        dispersion.append(spread)
    total = float(variance_of_means(means))
    return {
        "kl_z": float(torch.cat(hat).mean()),
        "kl_z_components": float(torch.cat(exact).mean()),
        "dispersion": float(torch.cat(dispersion).mean()),
        "mean_variance": total,
        "mean_variance_k": total / means.shape[1],
        "mean_variance_used": float(variance_of_used_means(means.cpu().double(), q_c.mean(0))),
    }


def homogeneity(labels: np.ndarray, codes: np.ndarray) -> float:
    """1 - H(label | code) / H(label), the code being the whole row of codes [N, m].

    Rosenberg and Hirschberg 2007, as Zhao et al. 2018 (https://arxiv.org/abs/1804.08069) use it.
    1 for a code per example, so compare with ``shuffled_homogeneity``.
    """
    from sklearn.metrics import homogeneity_score

    _, ids = np.unique(codes, axis=0, return_inverse=True)
    return float(homogeneity_score(labels, ids))


def shuffled_homogeneity(
    labels: np.ndarray, codes: np.ndarray, seed: int, shuffles: int = 20
) -> float:
    """Mean homogeneity when labels are dealt out at random: what many codes reach by chance."""
    rng = np.random.default_rng(seed)
    values = [homogeneity(rng.permutation(labels), codes) for _ in range(shuffles)]
    return float(np.mean(values))


def cluster_accuracy(
    seen: np.ndarray, seen_labels: np.ndarray, codes: np.ndarray, labels: np.ndarray
) -> float:
    """Accuracy on (codes, labels) when each code predicts its majority label among the seen.

    A code that was not seen predicts nothing and counts as wrong. M33.
    """
    majority: dict[tuple[int, ...], int] = {}
    for code in {tuple(row) for row in seen.tolist()}:
        mine = seen_labels[(seen == code).all(1)]
        majority[code] = int(np.bincount(mine).argmax())
    guesses = [majority.get(tuple(row), -1) for row in codes.tolist()]
    return float(np.mean(np.array(guesses) == labels))
