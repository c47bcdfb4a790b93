"""What a trained model's codes look like over a corpus."""

import math
from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from backend.base import LatentModel
from backend.codes.statistics import PLENTY, CodeStatistics, fit_mixture
from backend.device import seeded
from backend.distributions.deterministic import Deterministic
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.joint import Joint
from backend.distributions.von_mises_fisher import VonMisesFisher
from backend.nets.flows import Flowed
from backend.objectives.divergences import kl, kl_of_sample, kl_per_unit
from backend.objectives.priors import DiscreteCode, StandardNormal

DRAWS = 20_000  # training items whose codes the mixture is fitted to
FITTED = 100  # draws of a posterior that flows have bent, which Gaussians are fitted to
MEASURED = 1000  # draws of one whose moments have no closed form


@torch.inference_mode()
def code_statistics(
    model: LatentModel,
    train: Tensor,
    held_out: Tensor,
    labels: np.ndarray | None,
    components: int,
    seed: int = 0,
) -> CodeStatistics:
    """Codes of ``held_out`` and a mixture fitted to posterior draws of ``train`` (both [N, …]).

    It has ``components`` Gaussians, fewer where there are few items.
    """
    components = min(components, max(1, len(train) // PLENTY))
    with seeded(seed):
        chosen = train[torch.randperm(len(train))[:DRAWS]]
        draws = torch.cat([q.sample() for q in _posteriors(model, chosen)]).numpy()
        posteriors = _posteriors(model, held_out)
        kls = torch.cat([kl_of_units(model, q) for q in posteriors])
    codes = torch.cat([q.mode for q in posteriors])
    weights, centres, factors = fit_mixture(draws, components, seed)
    return CodeStatistics(
        codes=codes.numpy(),
        labels=labels,
        activity=codes.var(0).numpy(),
        kl=kls.mean(0).numpy(),
        weights=weights,
        means=centres,
        scale_tril=factors,
    )


def prior_statistics(model: LatentModel, n: int, seed: int = 0) -> CodeStatistics:
    """For a model without an encoder: ``n`` draws of its prior N(0, I) take the codes' place."""
    size = model.config.latent_dim
    with seeded(seed):
        codes = model.prior().sample((n,)).cpu()
    return CodeStatistics(
        codes=codes.numpy(),
        labels=None,
        activity=codes.var(0).numpy(),
        kl=np.zeros(size, np.float32),
        weights=np.ones(1, np.float32),
        means=np.zeros((1, size), np.float32),
        scale_tril=np.eye(size, dtype=np.float32)[None],
    )


def kl_of_units(model: LatentModel, q: Distribution, draws: int = 8) -> Tensor:
    """KL of each unit to its own marginal prior, [B, D], nats; zeros where there is no posterior.

    Closed for a standard normal prior, else a mean over ``draws`` draws. The units of a discrete
    variable share its KL: unit k has q_k ln(q_k K), which may be negative. On a sphere, which has
    no axes of its own, units share it evenly. A unit that flows have bent counts as the Gaussian
    of its draws, which is off by about 1/FITTED nats.
    """
    if isinstance(q, Deterministic):
        return torch.zeros_like(q.mean)
    if isinstance(q, Flowed):
        return kl_of_sample(q.sample((FITTED,)))
    if isinstance(q, VonMisesFisher):
        return (kl(q, model.prior()) / q.event_shape[0])[:, None].expand_as(q.mean)
    if isinstance(model.prior, StandardNormal):
        return kl_per_unit(_independent(q))
    if isinstance(model.prior, DiscreteCode):
        first, *rest = q.parts if isinstance(q, Joint) else [q]
        log_p = cast(DiscreteVariables, first).log_p
        shares = log_p.exp() * (log_p + math.log(model.prior.components))
        others = [kl_per_unit(_independent(part)) for part in rest]
        return torch.cat([shares.flatten(1), *others], 1)
    z = q.sample((draws,))
    return (_independent(q).base_dist.log_prob(z) - model.prior.unit_log_prob(z)).mean(0)


def moments(q: Distribution) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each unit of a posterior, [B, D] each.

    Exact where units are independent; else of ``MEASURED`` draws, by a seed that stays the same.
    Raises ``ValueError`` where an item has one code rather than a distribution of codes.
    """
    if isinstance(q, Deterministic):
        raise ValueError("gives each item one code, not a distribution of codes.")
    if isinstance(q, Independent):
        return q.mean, q.stddev
    with seeded(0):
        draws = q.sample(torch.Size([MEASURED]))
    return draws.mean(0), draws.std(0)


def _independent(q: Distribution) -> Independent:
    """The posterior as what all encoders without classes return: units side by side."""
    return cast(Independent, q)


def _posteriors(model: LatentModel, x: Tensor, size: int = 500) -> list[Distribution]:
    return [model.encode(part) for part in x.split(size)]
