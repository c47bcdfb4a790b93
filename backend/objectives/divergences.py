"""Distances between distributions, as plain functions; each states its estimator."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal, kl_divergence


def kl(q: Distribution, p: Distribution, z: Tensor | None = None) -> Tensor:
    """KL(q || p) in nats, [B].

    The closed form where torch knows one (exact); otherwise log q(z) - log p(z) at the given
    z [B, D] ~ q (unbiased, one draw). Raises ``NotImplementedError`` if it needs z and has none.

    >>> one = Independent(Normal(torch.ones(1, 2), 1.0), 1)
    >>> kl(one, Independent(Normal(torch.zeros(1, 2), 1.0), 1))
    tensor([1.])
    """
    try:
        return kl_divergence(q, p)
    except NotImplementedError:
        if z is None:
            raise
        return q.log_prob(z) - p.log_prob(z)


def kl_per_unit(q: Independent) -> Tensor:
    """KL(q || N(0, I)) of a diagonal Gaussian, unit by unit, in nats: [B, D]; exact.

    >>> kl_per_unit(Independent(Normal(torch.tensor([[0.0, 2.0]]), 1.0), 1))
    tensor([[0., 2.]])
    """
    normal = q.base_dist
    zero = torch.zeros_like(normal.loc)
    return kl_divergence(normal, Normal(zero, torch.ones_like(zero)))


def kl_of_sample(z: Tensor) -> Tensor:
    """KL(N(m, s²) || N(0, 1)) of each unit, m and s² its mean and variance over rows of z [n, D].

    [D], nats; exact for the Gaussian that fits the sample best (s² has the divisor n).

    >>> kl_of_sample(torch.tensor([[0.0, 2.0], [2.0, 4.0]]))
    tensor([0.5000, 4.5000])
    """
    variance = z.var(0, correction=0)
    return 0.5 * (z.mean(0).square() + variance - 1 - variance.clamp(min=1e-12).log())


def kl_to_components(q: Independent, means: Tensor, log_var: Tensor) -> Tensor:
    """KL(q(z_j|x) || N(μ_jk, σ_jk)) of each variable to each of its components; exact.

    q is a diagonal Gaussian with batch [B] and event [m·d]; means and log_var are [m, K, d].
    Returns [B, m, K], nats.
    """
    m, _, d = means.shape
    mu = q.base_dist.loc.unflatten(1, (m, 1, d))  # [B, m, 1, d]
    sigma = q.base_dist.scale.unflatten(1, (m, 1, d))
    each = Normal(means, (0.5 * log_var).exp(), validate_args=False)
    return kl_divergence(Normal(mu, sigma, validate_args=False), each).sum(-1)


def natural(means: Tensor, log_var: Tensor) -> tuple[Tensor, Tensor]:
    """Natural parameters (μ/σ², -1/(2σ²)) of Normals."""
    precision = (-log_var).exp()
    return means * precision, -0.5 * precision


def log_partition(eta1: Tensor, eta2: Tensor) -> Tensor:
    """A(η) of a Normal with natural parameters η, up to the constant ln √(2π).

    >>> log_partition(*natural(torch.tensor(2.0), torch.tensor(0.0)))
    tensor(2.)
    """
    return -(eta1**2) / (4 * eta2) - 0.5 * (-2 * eta2).log()


def averaged_component(q_c: Tensor, means: Tensor, log_var: Tensor) -> tuple[Independent, Tensor]:
    """The component p̂ whose natural parameters are the q(c|x)-average, and the dispersion.

    Shi et al. 2020 (https://proceedings.mlr.press/v119/shi20f.html): for exponential families
    Σ_c q(c|x) KL(q(z|x) || p(z|c)) = KL(q(z|x) || p̂) + E_q A(η_c) - A(E_q η_c). The last two
    terms, the dispersion, are at least 0 and vanish when all components in use are equal.

    q_c is [B, m, K], means and log_var are [m, K, d]. Returns p̂ (batch [B], event [m·d]) and the
    dispersion [B], nats; both exact.
    """
    eta1, eta2 = natural(means, log_var)  # [m, K, d]
    mean1, mean2 = (torch.einsum("bmk,mkd->bmd", q_c, eta) for eta in (eta1, eta2))
    expected = torch.einsum("bmk,mkd->b", q_c, log_partition(eta1, eta2))
    dispersion = expected - log_partition(mean1, mean2).sum((1, 2))
    variance = -0.5 / mean2
    p_hat = Normal((mean1 * variance).flatten(1), variance.sqrt().flatten(1), validate_args=False)
    return Independent(p_hat, 1), dispersion


def discrete_information(q_c: Tensor) -> tuple[Tensor, Tensor]:
    """KL of the batch's mean q(c) to the uniform distribution, and the mutual information of c.

    q_c is [B, m, K]. Both are batch estimates in nats, summed over the m variables, and add up
    to the mean over the batch of KL(q(c|x) || uniform).

    >>> certain = torch.eye(4)[:, None]  # four examples, each with a class of its own
    >>> [round(float(x), 3) for x in discrete_information(certain)]
    [0.0, 1.386]
    """
    average = q_c.mean(0)  # [m, K]
    uniform = math.log(q_c.shape[-1]) * q_c.shape[1]
    aggregate = uniform - _entropy(average).sum()
    return aggregate, _entropy(average).sum() - _entropy(q_c).sum(-1).mean()


def mutual_information(q: Independent, z: Tensor, chunk: int = 64) -> Tensor:
    """How far each code points to its own example: log q(z_i|x_i) - log (1/N) sum_j q(z_i|x_j).

    The mean over i is the mutual information of z and the index i (M7), for diagonal Gaussian
    posteriors; it lies between 0 (in expectation) and ln N, so N caps what can be measured.
    After He, Spokoyny, Neubig and Berg-Kirkpatrick, "Lagging Inference Networks and Posterior
    Collapse in Variational Autoencoders", 2019, https://arxiv.org/abs/1901.05534.

    Departure: their code uses the closed form for E log q(z|x) but one sample for log q(z); here
    both terms use the same sample, which has less variance and keeps the bound ln N exact.

    Args:
        q: Posteriors of N examples, independent Normals: batch [N], event [D].
        z: One draw from each posterior [N, D].
        chunk: Codes compared with all posteriors at once; memory grows with chunk * N * D.

    Returns:
        [N], nats, each at most ln N.
    """
    z, mean, std = (t.cpu().double() for t in (z, q.mean, q.stddev))
    own = Independent(Normal(mean, std), 1).log_prob(z)  # [N]
    everyone = Independent(Normal(mean[None], std[None]), 1)  # [1, N, D]
    log_sums = [everyone.log_prob(part[:, None]).logsumexp(1) for part in z.split(chunk)]
    return own - (torch.cat(log_sums) - math.log(len(z)))


def variance_of_means(means: Tensor) -> Tensor:
    """Σ_j Σ_k |μ_jk - mean_k μ_jk|² for means [m, K, d]: 0 when all modes coincide.

    The sum S that Theorem 1 of Shi et al. 2020 bounds.

    >>> variance_of_means(torch.tensor([[[0.0], [2.0]]]))
    tensor(2.)
    """
    return (means - means.mean(1, keepdim=True)).square().sum()


def variance_of_used_means(means: Tensor, use: Tensor) -> Tensor:
    """K Σ_j Σ_k w_jk |μ_jk - Σ_k w_jk μ_jk|², means [m, K, d], ``use`` w [m, K] of rows sum 1.

    ``variance_of_means`` where all modes are used alike; a mode that nothing uses counts nothing.

    >>> means = torch.tensor([[[0.0], [2.0], [90.0]]])
    >>> variance_of_used_means(means, torch.tensor([[0.5, 0.5, 0.0]]))
    tensor(3.)
    """
    centre = (use[..., None] * means).sum(1, keepdim=True)
    return means.shape[1] * (use[..., None] * (means - centre).square()).sum()


def inverse_multiquadric(x: Tensor, y: Tensor) -> Tensor:
    """Kernel Σ_s C_s / (C_s + |x - y|²) of rows [n, D] and [m, D]: [n, m].

    C_s = 2 D s for s in 0.1 … 10, as for WAE (Tolstikhin et al. 2018,
    https://arxiv.org/abs/1711.01558) with a prior of variance 1: heavy tails reach codes that
    lie far from it.
    """
    squared = (x[:, None] - y[None]).square().sum(-1)
    sizes = [2 * x.shape[1] * scale for scale in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)]
    total = torch.zeros_like(squared)
    for size in sizes:
        total = total + size / (size + squared)
    return total


def mmd(x: Tensor, y: Tensor) -> Tensor:
    """Squared maximum mean discrepancy of samples [n, D] and [m, D]; unbiased, so at times < 0.

    Gretton et al. 2012 (https://jmlr.org/papers/v13/gretton12a.html), eq. 3; the kernel is
    ``inverse_multiquadric``.
    """
    within = (_off_diagonal_mean(inverse_multiquadric(part, part)) for part in (x, y))
    return sum(within) - 2 * inverse_multiquadric(x, y).mean()


def _off_diagonal_mean(k: Tensor) -> Tensor:
    n = len(k)
    return (k.sum() - k.diagonal().sum()) / (n * (n - 1))


def gan_loss(logits: Tensor, real: bool) -> Tensor:
    """Mean of -log D where D should say "real", of -log(1 - D) where "fake"; D = σ(logit).

    >>> gan_loss(torch.zeros(3), True)
    tensor(0.6931)
    """
    return torch.nn.functional.softplus(-logits if real else logits).mean()


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """Mean over samples of (|∇D(x̂)| - 1)², x̂ uniform between a real x and a fake one.

    Gulrajani et al. 2017 (https://arxiv.org/abs/1704.00028). Each sample has a gradient of its
    own: of the batch mean it would be B times too small. Works where gradients are off, too.
    """
    return (slopes(critic, real, fake) - 1).square().mean()


def slopes(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """|∇D(x̂)| of each sample, [B], which can be differentiated further."""
    with torch.enable_grad():
        share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device)
        between = (share * real.detach() + (1 - share) * fake.detach()).requires_grad_()
        found = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]
        return found.flatten(1).norm(dim=1)


def _entropy(p: Tensor) -> Tensor:
    """[..., K] -> [...], nats."""
    return torch.special.entr(p).sum(-1)
