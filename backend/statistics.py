"""What a trained model's codes look like over a corpus."""

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel
from backend.device import seeded
from backend.distributions.deterministic import Deterministic
from backend.divergences import kl_per_unit
from backend.latent import CodeStatistics, fit_mixture

DRAWS = 20_000  # training items whose codes the mixture is fitted to


@torch.inference_mode()
def code_statistics(
    model: LatentModel,
    train: Tensor,
    held_out: Tensor,
    labels: np.ndarray | None,
    components: int,
    seed: int = 0,
) -> CodeStatistics:
    """Codes of ``held_out`` and a mixture fitted to posterior draws of ``train`` (both [N, …])."""
    with seeded(seed):
        chosen = train[torch.randperm(len(train))[:DRAWS]]
        draws = torch.cat([q.sample() for q in _posteriors(model, chosen)]).numpy()
    means, kls = [], []
    for q in _posteriors(model, held_out):
        means.append(q.mean)
        gaussian = not isinstance(q, Deterministic)
        kls.append(kl_per_unit(q) if gaussian else torch.zeros_like(q.mean))
    codes = torch.cat(means)
    weights, centres, factors = fit_mixture(draws, components, seed)
    return CodeStatistics(
        codes=codes.numpy(),
        labels=labels,
        activity=codes.var(0).numpy(),
        kl=torch.cat(kls).mean(0).numpy(),
        weights=weights,
        means=centres,
        scale_tril=factors,
    )


def _posteriors(model: LatentModel, x: Tensor, size: int = 500) -> list[Distribution]:
    return [model.encode(part) for part in x.split(size)]
