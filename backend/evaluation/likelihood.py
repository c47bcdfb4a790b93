"""How well a model with a latent code explains data: bounds, likelihoods, what the code carries.

Everything is in natural logarithms (nats), summed over the event and kept per example, so that a
standard error can be given. Sums are taken in float64 on the CPU, because not every device has
it. Functions that draw codes use torch's global random state: wrap the call in ``seeded(seed)``.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.objectives.divergences import kl

ACTIVE_VARIANCE = 0.01
"""A unit is active when its posterior mean varies over the data with at least this variance."""


class LatentVariableModel(Protocol):
    """What this module asks of a model: q(z|x), p(x|z) and p(z) as distributions."""

    @property
    def encode(self) -> Callable[[Tensor, Tensor | None], Distribution]: ...

    @property
    def decode(self) -> Callable[[Tensor, Tensor | None], Distribution]: ...

    @property
    def prior(self) -> Callable[[], Distribution]: ...


class Bound(NamedTuple):
    """The two parts of the negative ELBO, one value per example."""

    recon_nll: Tensor  # [B], -log p(x|z) in nats, z drawn from q(z|x)
    kl: Tensor  # [B], KL(q(z|x) || p(z)) in nats

    @property
    def nll(self) -> Tensor:
        """The negative ELBO [B], nats: on average an upper bound on -log p(x)."""
        return self.recon_nll + self.kl


def bound(
    model: LatentVariableModel,
    x: Tensor,
    context: Tensor | None = None,
    seen: Tensor | None = None,
) -> Bound:
    """The negative ELBO of each example, with one draw z ~ q(z|x).

    Args:
        x: Examples [B, *event].
        context: What the model is told of each, as its ``encode`` takes it.
        seen: What the encoder reads instead of ``x``; any q gives a bound.

    Returns:
        Reconstruction and KL parts, each [B], nats.
    """
    q = model.encode(x if seen is None else seen, context)
    z = q.sample()  # [B, D]
    return Bound(-model.decode(z, context).log_prob(x), kl(q, model.prior(), z))


def importance_nll(
    model: LatentVariableModel,
    x: Tensor,
    n_samples: int = 500,
    chunk: int = 100,
    context: Tensor | None = None,
    seen: Tensor | None = None,
) -> Tensor:
    """-log p(x) of each example by importance sampling from q(z|x) (M3).

    log p(x) ~ logsumexp_s [log p(x, z_s) - log q(z_s|x)] - log S, after Burda, Grosse and
    Salakhutdinov, "Importance Weighted Autoencoders", 2016, https://arxiv.org/abs/1509.00519.
    On average the estimate is at least -log p(x), at most the negative ELBO, and falls with S.

    Departure from released text-VAE code, which averages probabilities: weights are summed by
    logsumexp, so that no long sentence underflows to a probability of 0.

    Args:
        x: Examples [B, *event]; memory grows with B * chunk.
        n_samples: S, codes drawn per example.
        chunk: Codes decoded at once per example.
        context: What the model is told of each [B], as its ``encode`` takes it.
        seen: What the encoder reads instead of ``x``; codes of any q give an estimate.

    Returns:
        [B], nats.

    Raises:
        ValueError: ``n_samples`` or ``chunk`` is below 1.
    """
    if n_samples < 1 or chunk < 1:
        raise ValueError(f"n_samples {n_samples} and chunk {chunk} must be at least 1")
    q, p = model.encode(x if seen is None else seen, context), model.prior()
    log_sum = torch.full((len(x),), -math.inf, dtype=torch.float64)  # [B]
    for done in range(0, n_samples, chunk):
        n = min(chunk, n_samples - done)
        z = q.sample((n,))  # [n, B, D]
        repeated = x.expand(n, *x.shape).reshape(n * len(x), *x.shape[1:])
        told = None if context is None else context.repeat(n)
        log_likelihood = model.decode(z.flatten(0, 1), told).log_prob(repeated).view(n, len(x))
        log_weight = log_likelihood + p.log_prob(z) - q.log_prob(z)  # [n, B]
        log_sum = torch.logaddexp(log_sum, log_weight.cpu().double().logsumexp(0))
    return math.log(n_samples) - log_sum


def perplexity(nll: Tensor, n_tokens: Tensor) -> float:
    """exp(total NLL / total predicted tokens).

    Args:
        nll: NLL per sentence [N], nats.
        n_tokens: Predicted tokens per sentence [N], end mark included, start mark excluded.
    """
    return math.exp(float(nll.cpu().double().sum() / n_tokens.cpu().sum()))


def perplexity_stderr(nll: Tensor, n_tokens: Tensor) -> float:
    """Standard error of ``perplexity`` over sentences, by the delta method for a ratio."""
    nll, n_tokens = nll.cpu().double(), n_tokens.cpu().double()
    ratio = nll.sum() / n_tokens.sum()
    residual = (nll - ratio * n_tokens) / n_tokens.mean()  # [N]
    return math.exp(float(ratio)) * standard_error(residual)


def standard_error(values: Tensor) -> float:
    """Standard error of the mean of ``values`` [N]; 0 for a single value."""
    if len(values) < 2:
        return 0.0
    return float(values.cpu().double().std() / math.sqrt(len(values)))


def information_of_any(posteriors: Sequence[Distribution], z: Tensor, chunk: int = 64) -> Tensor:
    """``mutual_information`` for posteriors of any kind, which come in batches.

    Args:
        posteriors: q(z|x) of N examples, with a density at every code; event [D].
        z: One draw from each [N, D].
        chunk: Codes compared with a batch of posteriors at once.

    Returns:
        [N], nats, each at most ln N.
    """
    rows = [
        torch.cat([q.log_prob(part[:, None]).cpu().double() for q in posteriors], 1)
        for part in z.split(chunk)
    ]  # log q(z_i|x_j), [chunk, N] each
    everyone = torch.cat(rows)
    return everyone.diagonal() - (everyone.logsumexp(1) - math.log(len(z)))


def activity(mean: Tensor) -> Tensor:
    """Variance over examples of each unit's posterior mean, [N, D] -> [D].

    Burda, Grosse and Salakhutdinov, 2016, https://arxiv.org/abs/1509.00519, section 5.2.
    """
    return mean.var(0)


def active_units(mean: Tensor, threshold: float = ACTIVE_VARIANCE) -> int:
    """Number of units of the posterior means [N, D] whose activity reaches ``threshold``."""
    return int((activity(mean) >= threshold).sum())
