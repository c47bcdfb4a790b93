"""What each player of each model of points and pictures minimises, against the papers' formulas.

A case computes every term that a model reports from the model's nets, which are known functions
here, by formulas written out without ``backend.objectives``. Values must agree to float64
precision, and so must the gradient of the loss on all that the player owns: a flipped sign, a
dropped or halved term, a variance taken for a deviation or a number that lets no gradient
through changes one or the other. Random numbers are drawn in the same order from the same seed.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.base import UNKNOWN, GenerativeModel
from backend.device import seeded
from backend.distributions.von_mises_fisher import VonMisesFisher

BATCH, POINTS, PICTURES = 5, (2,), (1, 4, 4)
Terms = dict[str, Tensor]


class Case(NamedTuple):
    name: str  # of the model
    player: str
    formula: Callable[..., Terms]  # (model, x) -> the reported terms
    config: dict = {}  # noqa: RUF012 (never changed)
    shape: tuple[int, ...] = POINTS
    step: int = 0
    training: bool = True
    labels: bool = False

    def __str__(self) -> str:
        options = "-".join(f"{key}={value}" for key, value in self.config.items())
        mode = "" if self.training else "-evaluated"
        return f"{self.name}-{self.player}-{len(self.shape)}d-{options}-{self.step}{mode}"


def build(case: Case) -> GenerativeModel:
    cls = registry.model_class(case.name)
    sizes = {"data_shape": case.shape, "latent_dim": 2, "hidden": (6,), "channels": 2}
    with seeded(1):
        model = cls(cls.Config(**(sizes | case.config))).double().train(case.training)
        for parameter in model.parameters():  # larger than at the start, that no term is near 0
            parameter.data += 0.3 * torch.randn_like(parameter)
    model.step = case.step
    return model


# --- formulas ---------------------------------------------------------------------------------


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def gumbel(*shape: int) -> Tensor:
    return -torch.empty(*shape, dtype=torch.float64).exponential_().log()


def nll(m: GenerativeModel, z: Tensor, x: Tensor) -> Tensor:
    """-log p(x|z), [B]: coordinates ~ N(mean, 0.1²), or pixels that are on with probability y."""
    out = m.decoder.layers(z)
    if x.dim() == 2:
        return ((x - out).square() / (2 * 0.1**2) + math.log(0.1 * math.sqrt(2 * math.pi))).sum(1)
    x, y = x.flatten(1), 1 / (1 + torch.exp(-out))
    return -(x * y.log() + (1 - x) * (1 - y).log()).sum(1)


def posterior(m: GenerativeModel, x: Tensor) -> tuple[Tensor, Tensor]:
    """μ and σ; the encoder gives the logarithm of the variance."""
    out = m.encoder(x)
    return out[:, :2], out[:, 2:].exp().sqrt()


def kl_normal(mu: Tensor, sigma: Tensor) -> Tensor:
    return (0.5 * (mu**2 + sigma**2 - 1) - sigma.log()).sum(1)


def log_normal(z: Tensor, mu: Tensor | float, sigma: Tensor | float) -> Tensor:
    sigma = torch.as_tensor(sigma, dtype=torch.float64)
    density = -((z - mu) ** 2) / (2 * sigma**2) - sigma.log() - 0.5 * math.log(2 * math.pi)
    return density.sum(-1)


def auto_encoder(m, x) -> Terms:
    value = nll(m, m.encoder(x), x).mean()
    return {"loss": value, "recon_nll": value}


def linear(m, x) -> Terms:
    copy = m.decoder(m.encoder(x.flatten(1)))
    squared = (x.flatten(1) - copy).square()
    value = (0.5 * squared.sum(1) + 0.5 * x[0].numel() * math.log(2 * math.pi)).mean()
    return {"loss": value, "recon_nll": value, "mse": squared.mean()}


def denoising(m, x) -> Terms:
    if m.config.noise == "gaussian":
        noisy = x + m.config.noise_level * normal(*x.shape)
    else:
        noisy = torch.where(torch.rand(x.shape, dtype=x.dtype) < m.config.noise_level, 0, x)
    value = nll(m, m.encoder(noisy), x).mean()
    return {"loss": value, "recon_nll": value}


def sparse(m, x) -> Terms:
    z = m.encoder(x)
    size = (z.abs().sum() / BATCH)[None].sum()
    recon = nll(m, z, x).mean()
    return {"loss": recon + 0.7 * size, "recon_nll": recon, "sparsity": size}


def contractive(m, x) -> Terms:
    weight, bias = m.encoder.weight, m.encoder.bias
    h = 1 / (1 + torch.exp(-(x.flatten(1) @ weight.T + bias)))
    slopes = (h * (1 - h))[:, :, None] * weight  # ∂h_i/∂x_j, [B, D, pixels]
    size = slopes.square().sum((1, 2)).mean()
    recon = nll(m, h, x).mean()
    return {"loss": recon + 0.7 * size, "recon_nll": recon, "contraction": size}


def vae(m, x, beta: float = 1.0) -> Terms:
    mu, sigma = posterior(m, x)
    recon = nll(m, mu + sigma * normal(*mu.shape), x).mean()
    divergence = kl_normal(mu, sigma).mean()
    return {"loss": recon + beta * divergence, "recon_nll": recon, "kl": divergence}


def beta_vae(m, x) -> Terms:
    return vae(m, x, beta=2.5)


def cvae(m, x, labels) -> Terms:
    if m.training:
        hidden = torch.rand(BATCH) < 0.3
        assert 0 < hidden.sum() < BATCH  # both kinds are in the batch
        labels = torch.where(hidden, UNKNOWN, labels)
    hot = torch.zeros(BATCH, 3, dtype=torch.float64)
    for row, label in enumerate(labels.tolist()):
        if label != UNKNOWN:
            hot[row, label] = 1
    out = m.posterior(torch.cat([m.encoder(x).clamp(min=0), hot], 1))
    mu, sigma = out[:, :2], out[:, 2:].exp().sqrt()
    z = mu + sigma * normal(*mu.shape)
    recon, divergence = nll(m, torch.cat([z, hot], 1), x).mean(), kl_normal(mu, sigma).mean()
    return {"loss": recon + divergence, "recon_nll": recon, "kl": divergence}


def joint_vae(m, x) -> Terms:
    """Of 3 classes and 2 units; C_z rises to 5 over 100 steps, C_c to 0.4 or ln 3 at most."""
    share = min(m.step, 100) / 100
    capacity_z, capacity_c = 5 * share, min(m.config.capacity_c * share, math.log(3))
    out = m.encoder(x)
    log_q, mu, sigma = out[:, :3].log_softmax(1), out[:, 3:5], out[:, 5:].exp().sqrt()
    noisy = log_q + gumbel(BATCH, 1, 3)[:, 0]
    if m.training:
        c = (noisy / 0.67).softmax(1)
    else:
        c = torch.eye(3, dtype=torch.float64)[noisy.argmax(1)]
    z = mu + sigma * normal(*mu.shape)
    if not m.training:  # a one-hot lets no gradient through, and then neither does z
        z = z.detach()
    recon = nll(m, torch.cat([c, z], 1), x).mean()
    kl_z, q = kl_normal(mu, sigma).mean(), log_q.exp()
    average = q.mean(0)
    kl_c = (average * (3 * average).log()).sum()
    information = (q * (log_q - average.log())).sum(1).mean()
    if m.config.even:
        missed = (kl_z - capacity_z).abs() + (information - capacity_c).abs() + kl_c
    else:
        missed = (kl_z - capacity_z).abs() + (kl_c + information - capacity_c).abs()
    terms = {"recon_nll": recon, "kl_z": kl_z, "kl_c": kl_c, "mi_c": information}
    return {"loss": recon + 7 * missed, **terms}


def aavae_samples(m) -> Tensor:
    """Of pictures the means, of points draws."""
    with torch.no_grad():
        out = m.decoder.layers(normal(BATCH, 2))
        if m.config.data_shape == PICTURES:
            return (1 / (1 + torch.exp(-out))).view(-1, *PICTURES)
        return torch.normal(out, 0.1)


def aavae(m, x) -> Terms:
    """Each example counts D, which is taken as a number; data alone count for a perfect D."""

    def bound(x: Tensor) -> tuple[Tensor, Tensor]:
        mu, sigma = posterior(m, x)
        return nll(m, mu + sigma * normal(*mu.shape), x), kl_normal(mu, sigma)

    recon, divergence = bound(x)
    made = aavae_samples(m)
    d = [1 / (1 + torch.exp(-m.critic(one))).detach() for one in (x, made)]
    if not m.config.use_critic:
        d = [torch.ones(BATCH), torch.zeros(BATCH)]
    real = sum(d[0][i] * (recon[i] + divergence[i]) for i in range(BATCH)) / BATCH
    wrong, far = bound(made)
    fake = sum(d[1][i] * (wrong[i] + far[i]) for i in range(BATCH)) / BATCH
    terms = {"real_bound": real, "fake_bound": fake}
    return {"loss": real + fake, **terms, "recon_nll": recon.mean(), "kl": divergence.mean()}


def aavae_critic(m, x) -> Terms:
    """Taught 1 - s for data and s for samples: cross-entropies with these."""
    made, s = aavae_samples(m), m.config.smoothing
    right = (1 - s) * (says(m.critic, x, True) + says(m.critic, made, False))
    loss = right + s * (says(m.critic, x, False) + says(m.critic, made, True))
    scores = {"score_real": score(m.critic, x), "score_fake": score(m.critic, made)}
    return {"loss": loss, "critic_loss": loss, **scores}


def iwae(m, x) -> Terms:
    mu, sigma = posterior(m, x)
    eps = normal(3, BATCH, 2)
    weights = []
    for i in range(3):
        z = mu + sigma * eps[i]
        weights.append((log_normal(z, 0, 1) - log_normal(z, mu, sigma) - nll(m, z, x)).exp())
    bound = -((weights[0] + weights[1] + weights[2]) / 3).log().mean()
    return {"loss": bound, "nll": bound, "kl": kl_normal(mu, sigma).mean()}


def kernel(a: Tensor, b: Tensor) -> Tensor:
    """Σ_s C_s / (C_s + |a - b|²), C_s = 2 D s."""
    sizes = (2 * 2 * s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10))
    return sum(size / (size + (a - b).square().sum()) for size in sizes)


def discrepancy(z: Tensor, prior: Tensor) -> Tensor:
    pairs = [(i, j) for i in range(BATCH) for j in range(BATCH)]
    off = [(i, j) for i, j in pairs if i != j]
    mmd = sum(kernel(z[i], z[j]) + kernel(prior[i], prior[j]) for i, j in off) / len(off)
    return mmd - 2 * sum(kernel(z[i], prior[j]) for i, j in pairs) / len(pairs)


def wae_mmd(m, x) -> Terms:
    z = m.encoder(x)
    mmd = discrepancy(z, normal(BATCH, 2))
    squared = (m.decoder.layers(z) - x).square()
    total = squared.sum(1).mean() + 3 * mmd
    return {"loss": total, "mse": squared.mean(), "mmd": mmd}


def gm_vae(m, x) -> Terms:
    mu, sigma = posterior(m, x)
    z = mu + sigma * normal(*mu.shape)
    means, spreads = m.prior.means[0], m.prior.log_var[0].exp().sqrt()
    parts = torch.stack([log_normal(z, *pair) for pair in zip(means, spreads, strict=True)])
    rate = (log_normal(z, mu, sigma) - parts.exp().mean(0).log()).mean()
    early = m.training and m.step < m.config.pretraining_steps
    recon = nll(m, mu if early else z, x).mean()
    spread = (means - means.mean(0)).square().sum()
    total = recon if early else recon + rate
    return {"loss": total, "recon_nll": recon, "kl": rate, "mean_variance": spread}


def info_vae(m, x) -> Terms:
    mu, sigma = posterior(m, x)
    z = mu + sigma * normal(*mu.shape)
    recon, divergence = nll(m, z, x).mean(), kl_normal(mu, sigma).mean()
    mmd = discrepancy(z, normal(BATCH, 2))
    loss = recon + (1 - 0.3) * divergence + (0.3 + 4 - 1) * mmd
    return {"loss": loss, "recon_nll": recon, "kl": divergence, "mmd": mmd}


def vamp_prior(m, x) -> Terms:
    mu, sigma = posterior(m, x)
    z = mu + sigma * normal(*mu.shape)
    u = m.prior.free if x.dim() == 2 else 1 / (1 + torch.exp(-10 * m.prior.free))
    centres, spreads = posterior(m, u)
    parts = torch.stack([log_normal(z, *pair) for pair in zip(centres, spreads, strict=True)])
    rate = (log_normal(z, mu, sigma) - parts.exp().mean(0).log()).mean()
    recon = nll(m, z, x).mean()
    return {"loss": recon + rate, "recon_nll": recon, "kl": rate}


def vmf_vae(m, x, fixed: float | None = None) -> Terms:
    """D = 3, where the Bessel functions are hyperbolic: |E z| = coth κ - 1/κ."""
    out = m.encoder(x)
    mu = out[:, :3] / out[:, :3].norm(dim=1, keepdim=True)
    kappa = torch.full_like(out[:, 0], fixed) if fixed else 1 + (1 + out[:, 3].exp()).log()
    z = VonMisesFisher(mu, kappa).rsample()
    normaliser = (kappa / (4 * math.pi * torch.sinh(kappa))).log()
    divergence = kappa / torch.tanh(kappa) - 1 + normaliser + math.log(4 * math.pi)
    recon = nll(m, z, x).mean()
    rate = divergence.mean()
    return {"loss": recon + rate, "recon_nll": recon, "kl": rate}


def vmf_fixed(m, x) -> Terms:
    return vmf_vae(m, x, fixed=7.0)


def softplus_of(x: Tensor) -> Tensor:
    """That is 1 at 0."""
    return (1 + (math.e - 1) * x.exp()).log()


def planar_step(z: Tensor, u: Tensor, w: Tensor, b: Tensor) -> Tensor:
    along = w @ u
    u = u + (softplus_of(along) - 1 - along) * w / (w @ w)
    return z + u * torch.tanh(w @ z + b)


def radial_step(z: Tensor, centre: Tensor, size: Tensor, push: Tensor) -> Tensor:
    alpha = (1 + size.exp()).log()
    beta = alpha * (softplus_of(push) - 1)
    return z + beta / (alpha + (z - centre).norm()) * (z - centre)


def iaf_step(net, z: Tensor, h: Tensor, reverse: bool) -> Tensor:
    """Of two units: the first moves by a constant and its context, the second by the first too."""
    first, out, side = net.layers[0], net.out, net.context
    told = first.bias + side.weight @ h + side.bias
    hidden = (told + first.weight[:, 0] * z[0]).clamp(min=0)
    m = torch.stack([out.bias[0], out.bias[1] + out.weight[1] @ hidden])
    s = torch.stack([out.bias[2], out.bias[3] + out.weight[3] @ hidden])
    gate = 1 / (1 + torch.exp(-s))
    z = gate * z + (1 - gate) * m
    return z[[1, 0]] if reverse else z


def flow_vae(m, x) -> Terms:
    """Each example alone, its log-determinant from autograd's Jacobian."""
    out = m.encoder(x)
    mu, sigma = out[:, :2], out[:, 2:4].exp().sqrt()
    start = mu + sigma * normal(*mu.shape)

    def bend(z: Tensor, given: Tensor) -> Tensor:
        if m.config.flow == "iaf":
            for i, net in enumerate(m.made):
                z = iaf_step(net, z, given, reverse=i > 0)
            return z
        sizes = [2, 2, 1] if m.config.flow == "planar" else [2, 1, 1]
        for part in given.split(sum(sizes)):
            a, b, c = part.split(sizes)
            if m.config.flow == "planar":
                z = planar_step(z, a, b, c[0])
            else:
                z = radial_step(z, a, b[0], c[0])
        return z

    ends, rates = [], []
    for z0, given, centre, spread in zip(start, out[:, 4:], mu, sigma, strict=True):
        end = bend(z0, given)
        slopes = [torch.autograd.grad(end[i], z0, create_graph=True)[0] for i in range(2)]
        area = (slopes[0][0] * slopes[1][1] - slopes[0][1] * slopes[1][0]).abs()
        ends.append(end)
        rates.append(log_normal(z0, centre, spread) - area.log() - log_normal(end, 0, 1))
    recon, rate = nll(m, torch.stack(ends), x).mean(), torch.stack(rates).mean()
    return {"loss": recon + rate, "recon_nll": recon, "kl": rate}


def log_bits(bits: Tensor, logits: Tensor) -> Tensor:
    """Σ log p of bits that are on with probability σ(logits), [B]."""
    on = 1 / (1 + torch.exp(-logits))
    return torch.where(bits == 1, on, 1 - on).log().sum(1)


def wake(m, x) -> Terms:
    with torch.no_grad():
        z = torch.bernoulli(m.encoder(x).sigmoid())
    value = (nll(m, z, x) - log_bits(z, m.prior.logits)).mean()
    return {"loss": value, "wake_loss": value}


def sleep(m, x) -> Terms:
    with torch.no_grad():
        z = torch.bernoulli(m.prior.logits.sigmoid().expand(BATCH, -1))
        out = m.decoder.layers(z)
        noisy = x.dim() == 2
        dream = torch.normal(out, 0.1) if noisy else torch.bernoulli(out.sigmoid()).view(x.shape)
    value = -log_bits(z, m.encoder(dream)).mean()
    return {"loss": value, "sleep_loss": value}


def says(critic: torch.nn.Module, x: Tensor, real: bool) -> Tensor:
    """Mean of -log D where D should say "real", of -log(1 - D) where "fake"."""
    d = 1 / (1 + torch.exp(-critic(x)))
    return -(d if real else 1 - d).log().mean()


def score(critic: torch.nn.Module, x: Tensor) -> Tensor:
    return (1 / (1 + torch.exp(-critic(x)))).mean()


def accuracy(critic: torch.nn.Module, positive: Tensor, negative: Tensor) -> Tensor:
    right = sum((critic(positive) > 0).tolist()), sum((critic(negative) < 0).tolist())
    return torch.tensor((right[0] / len(positive) + right[1] / len(negative)) / 2)


def made(m, z: Tensor) -> Tensor:
    """What the generator makes of z; pixels pass a sigmoid."""
    net = m.generator if hasattr(m, "generator") else m.decoder
    out = net.layers(z)
    return out if out.shape[1] == 2 else (1 / (1 + torch.exp(-out))).view(-1, *PICTURES)


def flow_matching(m, x) -> Terms:
    x = x.flatten(1)
    z, t = normal(*x.shape), torch.rand(len(x), 1, dtype=torch.float64)
    velocity = m.net(torch.cat([z + t * (x - z), t], 1))
    value = ((velocity + z - x) ** 2).sum(1).mean()
    return {"loss": value, "mse": value}


def gan_critic(m, x) -> Terms:
    fake = made(m, normal(BATCH, 2))
    loss = says(m.critic, x, True) + says(m.critic, fake, False)
    scores = {"score_real": score(m.critic, x), "score_fake": score(m.critic, fake)}
    return {"loss": loss, "critic_loss": loss, **scores}


def gan_generator(m, x) -> Terms:
    fake = made(m, normal(BATCH, 2))
    if getattr(m.config, "objective", "") == "minimax":
        loss = -says(m.critic, fake, False)
    else:
        loss = says(m.critic, fake, True)
    return {"loss": loss, "generator_loss": loss}


def wgan_critic(m, x) -> Terms:
    m.critic.clip(m.config.clip)
    assert max(float(p.detach().abs().max()) for p in m.critic.parameters()) == 0.2
    real, fake = m.critic(x).mean(), m.critic(made(m, normal(BATCH, 2))).mean()
    loss = fake - real
    return {"loss": loss, "critic_loss": loss, "score_real": real, "score_fake": fake}


def wgan_generator(m, x) -> Terms:
    loss = -m.critic(made(m, normal(BATCH, 2))).mean()
    return {"loss": loss, "generator_loss": loss}


def wgan_gp_critic(m, x) -> Terms:
    fake = made(m, normal(BATCH, 2)).detach()
    terms = {"score_real": m.critic(x).mean(), "score_fake": m.critic(fake).mean()}
    share = torch.rand(BATCH, 1)
    penalty = 0
    for i in range(BATCH):  # a gradient for each
        between = (share[i] * x[i] + (1 - share[i]) * fake[i]).requires_grad_()
        slope = torch.autograd.grad(m.critic(between[None]), between, create_graph=True)[0]
        penalty = penalty + (slope.square().sum().sqrt() - 1) ** 2 / BATCH
    distance = terms["score_fake"] - terms["score_real"]
    loss = distance + 3 * penalty
    return {"loss": loss, "critic_loss": distance, "penalty": penalty, **terms}


def feature_nll(m, x: Tensor, copy: Tensor) -> Tensor:
    distance = m.critic.body(x) - m.critic.body(copy)
    return (0.5 * distance**2).sum(1).mean()


def vae_gan_encoder(m, x) -> Terms:
    mu, sigma = posterior(m, x)
    copy = made(m, mu + sigma * normal(*mu.shape))
    parts = {"kl": kl_normal(mu, sigma).mean(), "feature_nll": feature_nll(m, x, copy)}
    loss = parts["kl"] + parts["feature_nll"]
    return {"loss": loss, "encoder_loss": loss, **parts}


def vae_gan_decoder(m, x) -> Terms:
    mu, sigma = posterior(m, x)
    copy, sample = made(m, mu + sigma * normal(*mu.shape)), made(m, normal(BATCH, 2))
    loss = (
        0.3 * feature_nll(m, x, copy) + says(m.critic, copy, True) + says(m.critic, sample, True)
    )
    return {"loss": loss, "decoder_loss": loss}


def vae_gan_critic(m, x) -> Terms:
    mu, sigma = posterior(m, x)
    copy, sample = made(m, mu + sigma * normal(*mu.shape)), made(m, normal(BATCH, 2))
    fakes = says(m.critic, copy, False) + says(m.critic, sample, False)
    loss = says(m.critic, x, True) + fakes
    scores = {"score_real": score(m.critic, x), "score_fake": score(m.critic, sample)}
    return {"loss": loss, "critic_loss": loss, **scores}


def half_squared(x: Tensor, copy: Tensor) -> Tensor:
    return (x - copy).square().sum() / (2 * BATCH)


def intro_encoder(m, x) -> Terms:
    """A hinge for each copy and each sample; before the game has begun, there is none."""
    noise = normal(BATCH, 2)
    mu, sigma = posterior(m, x)
    copy, sample = made(m, mu + sigma * normal(*mu.shape)), made(m, noise).detach()
    real = kl_normal(mu, sigma).mean()
    away = [kl_normal(*posterior(m, one)) for one in (copy.detach(), sample)]
    assert all(0 < (r < m.config.margin).sum() < BATCH for r in away)  # both kinds are there
    hinges = sum(max(m.config.margin - r, 0 * r) for kind in away for r in kind) / BATCH
    early = m.training and m.step < m.config.pretraining_steps
    error = half_squared(x, copy)
    loss = real + (0 if early else 0.3) * hinges + 3 * error
    terms = {"kl": real, "kl_copy": away[0].mean(), "kl_sample": away[1].mean()}
    return {"loss": loss, "encoder_loss": loss, **terms, "recon_nll": error}


def intro_generator(m, x) -> Terms:
    noise = normal(BATCH, 2)
    mu, sigma = posterior(m, x)
    copy, sample = made(m, (mu + sigma * normal(*mu.shape)).detach()), made(m, noise)
    away = [kl_normal(*posterior(m, one)).mean() for one in (copy, sample)]
    early = m.training and m.step < m.config.pretraining_steps
    error = half_squared(x, copy)
    loss = (0 if early else 0.3) * (away[0] + away[1]) + 3 * error
    terms = {"kl_copy": away[0], "kl_sample": away[1], "recon_nll": error}
    return {"loss": loss, "generator_loss": loss, **terms}


def code_critic(m, x) -> Terms:
    """C is the probability that a code came from the prior."""
    code, prior = m.encoder(x), normal(BATCH, 2)
    loss = says(m.code_critic, prior, True) + says(m.code_critic, code, False)
    scores = {"score_prior": score(m.code_critic, prior), "score_code": score(m.code_critic, code)}
    if hasattr(m, "critic"):
        scores["code_critic_accuracy"] = accuracy(m.code_critic, prior, code)
    return {"loss": loss, "code_critic_loss": loss, **scores}


def aae_encoder(m, x) -> Terms:
    loss = says(m.code_critic, m.encoder(x), True)
    return {"loss": loss, "encoder_loss": loss}


def alpha_encoder(m, x) -> Terms:
    z = m.encoder(x)
    l1 = (x - made(m, z)).abs().mean()
    loss = 2.5 * l1 * m.config.use_l1
    if m.config.use_code_critic:
        loss = loss + says(m.code_critic, z, True)
    return {"loss": loss, "encoder_loss": loss, "recon_l1": l1}


def alpha_generator(m, x) -> Terms:
    copy = made(m, m.encoder(x))
    loss = 2.5 * (x - copy).abs().mean() * m.config.use_l1
    if m.config.use_critic:
        sample = made(m, normal(BATCH, 2))
        loss = loss + says(m.critic, copy, True) + says(m.critic, sample, True)
    return {"loss": loss, "generator_loss": loss}


def alpha_critic(m, x) -> Terms:
    copy, sample = made(m, m.encoder(x)), made(m, normal(BATCH, 2))
    fakes = says(m.critic, copy, False) + says(m.critic, sample, False)
    loss = says(m.critic, x, True) + fakes
    scores = {"score_real": score(m.critic, x), "score_fake": score(m.critic, sample)}
    scores["critic_accuracy"] = accuracy(m.critic, x, sample)
    return {"loss": loss, "critic_loss": loss, **scores}


def iwgan_generator(m, x) -> Terms:
    """Weights of two groups of two and one of one, each the odds D / (1 - D) over their sum."""
    d = 1 / (1 + torch.exp(-m.critic(made(m, normal(BATCH, 2)))))
    odds = (d / (1 - d)).tolist()
    groups = [(0, 1), (2, 3), (4,)]
    sums = {i: sum(odds[j] for j in group) for group in groups for i in group}
    size = {i: len(group) / BATCH for group in groups for i in group}
    w = [size[i] * odds[i] / sums[i] for i in range(BATCH)]
    assert sum(w) == pytest.approx(1)
    loss = sum(w[i] * -d[i].log() for i in range(BATCH))
    effective = torch.tensor(1 / sum(weight**2 for weight in w))
    return {"loss": loss, "generator_loss": loss, "effective_samples": effective}


def gan_generator_of_one(m, x) -> Terms:
    """Samples that share their weight with no other are those of the GAN."""
    return gan_generator(m, x) | {"effective_samples": torch.tensor(float(BATCH))}


def info_code() -> Tensor:
    """A class of 3 as a one-hot, and four numbers of which the first is read."""
    c = torch.distributions.OneHotCategorical(torch.full((1, 3), 1 / 3)).sample((BATCH,))
    return torch.cat([c[:, 0].double(), normal(BATCH, 3)], 1)


def info_read(m, fake: Tensor, z: Tensor) -> Terms:
    out = m.reader(m.critic.body(fake))
    log_q = (out[:, :3].log_softmax(1) * z[:, :3]).sum(1).mean()
    unit = log_normal(z[:, 3:4], out[:, 3:], 0.5).mean()
    return {
        "info_c": math.log(3) + log_q,
        "info_units": 0.5 * math.log(2 * math.pi * math.e) + unit,
    }


def info_gan_critic(m, x) -> Terms:
    z = info_code()
    fake = made(m, z).detach()
    game = says(m.critic, x, True) + says(m.critic, fake, False)
    read = info_read(m, fake, z)
    loss = game - 0.7 * (read["info_c"] + read["info_units"])
    scores = {"score_real": score(m.critic, x), "score_fake": score(m.critic, fake)}
    return {"loss": loss, "critic_loss": game, **scores, **read}


def info_gan_generator(m, x) -> Terms:
    z = info_code()
    fake = made(m, z)
    game, read = says(m.critic, fake, True), info_read(m, fake, z)
    loss = game - 0.7 * (read["info_c"] + read["info_units"])
    return {"loss": loss, "generator_loss": game, **read}


def bigan_pairs(m, x) -> tuple[Tensor, Tensor]:
    """D of (x, E(x)) and of (G(z), z)."""
    if m.config.encoder == "normal":
        mu, sigma = posterior(m, x)
        code = mu + sigma * normal(*mu.shape)
    else:
        code = m.encoder(x)
    z = normal(BATCH, 2)
    pairs = (x, code), (made(m, z), z)
    real, fake = (m.pair_critic.joint(torch.cat([m.pair_critic.body(a), b], 1)) for a, b in pairs)
    return 1 / (1 + torch.exp(-real[:, 0])), 1 / (1 + torch.exp(-fake[:, 0]))


def bigan_critic(m, x) -> Terms:
    real, fake = bigan_pairs(m, x)
    loss = -real.log().mean() - (1 - fake).log().mean()
    scores = {"score_real": real.mean(), "score_fake": fake.mean()}
    return {"loss": loss, "pair_critic_loss": loss, **scores}


def bigan_generator(m, x) -> Terms:
    real, fake = bigan_pairs(m, x)
    loss = -(1 - real).log().mean() - fake.log().mean()
    return {"loss": loss, "generator_loss": loss}


def on_circle(z: Tensor) -> Tensor:
    return z * (2 / z.square().sum(1, keepdim=True)).sqrt()


def fitted_kl(z: Tensor) -> Tensor:
    mean = z.sum(0) / BATCH
    variance = (z - mean).square().sum(0) / BATCH
    return (0.5 * (mean**2 + variance - 1) - variance.sqrt().log()).mean()


def age_encoder(m, x) -> Terms:
    sample = made(m, on_circle(normal(BATCH, 2))).detach()
    code = on_circle(m.encoder(x))
    l1 = (x - made(m, code)).abs().sum() / x.numel()
    real, fake = fitted_kl(code), fitted_kl(on_circle(m.encoder(sample)))
    loss = real - fake + 3 * l1
    terms = {"kl_real": real, "kl_fake": fake, "recon_l1": l1}
    return {"loss": loss, "encoder_loss": loss, **terms}


def age_generator(m, x) -> Terms:
    z = on_circle(normal(BATCH, 2))
    code = on_circle(m.encoder(made(m, z)))
    cosines = (z * code).sum(1) / 2
    fake, off = fitted_kl(code), 1 - cosines.mean()
    loss = fake + 5 * off
    return {"loss": loss, "generator_loss": loss, "kl_fake": fake, "match_z": off}


INTRO = {"margin": 0.17, "adversary_weight": 0.3, "recon_weight": 3.0, "pretraining_steps": 9}
AGE = {"match_x": 3.0, "match_z": 5.0}
INFO = {"latent_dim": 6, "components": 3, "told": 1, "info_weight": 0.7, "reader_hidden": (6,)}
ALPHA = {"l1_weight": 2.5, "code_hidden": (6,)}
SPHERE = {"latent_dim": 3, "learned": False, "concentration": 7.0}
JOINT = {"latent_dim": 5, "components": 3, "capacity_c": 0.4, "capacity_weight": 7.0}
JOINT |= {"capacity_steps": 100}
CASES = [
    Case("ae/ae", "model", auto_encoder),
    Case("ae/ae", "model", auto_encoder, shape=PICTURES),
    Case("ae/linear_ae", "model", linear),
    Case("ae/linear_ae", "model", linear, shape=PICTURES),
    Case("ae/denoising_ae", "model", denoising, {"noise": "gaussian", "noise_level": 0.4}),
    Case("ae/denoising_ae", "model", denoising, {"noise": "masking", "noise_level": 0.4}),
    Case("ae/sparse_ae", "model", sparse, {"sparsity_weight": 0.7}),
    Case("ae/contractive_ae", "model", contractive, {"contraction_weight": 0.7}),
    Case("ae/contractive_ae", "model", contractive, {"contraction_weight": 0.7}, PICTURES),
    Case("vae/vae", "model", vae),
    Case("vae/vae", "model", vae, shape=PICTURES),
    Case("vae/beta_vae", "model", beta_vae, {"beta": 2.5}, PICTURES),
    Case("vae/cvae", "model", cvae, {"classes": 3, "hidden_labels": 0.3}, labels=True),
    Case("vae/cvae", "model", cvae, {"classes": 3}, training=False, labels=True),
    Case("vae/joint_vae", "model", joint_vae, JOINT, step=50),
    Case("vae/joint_vae", "model", joint_vae, JOINT, step=50, training=False),
    Case("vae/joint_vae", "model", joint_vae, JOINT | {"capacity_c": 9.0}, step=500),
    Case("vae/joint_vae", "model", joint_vae, JOINT | {"even": True}, PICTURES, step=50),
    Case("vae/iwae", "model", iwae, {"samples": 3}),
    Case("vae/iwae", "model", iwae, {"samples": 3}, PICTURES),
    *(
        Case("vae/aavae", player, formula, settings, shape)
        for player, formula in (("model", aavae), ("critic", aavae_critic))
        for settings in ({}, {"smoothing": 0.2})
        for shape in (POINTS, PICTURES)
    ),
    Case("vae/aavae", "model", aavae, {"use_critic": False}),
    Case("vae/wae_mmd", "model", wae_mmd, {"mmd_weight": 3.0}),
    Case("vae/info_vae", "model", info_vae, {"alpha": 0.3, "discrepancy_weight": 4.0}),
    Case("vae/info_vae", "model", info_vae, {"alpha": 0.3, "discrepancy_weight": 4.0}, PICTURES),
    Case("vae/vmf_vae", "model", vmf_vae, {"latent_dim": 3}),
    Case("vae/vmf_vae", "model", vmf_vae, {"latent_dim": 3}, PICTURES),
    Case("vae/vmf_vae", "model", vmf_fixed, SPHERE),
    Case("vae/vamp_prior", "model", vamp_prior, {"pseudo_inputs": 3}),
    Case("vae/vamp_prior", "model", vamp_prior, {"pseudo_inputs": 3}, PICTURES),
    *(
        Case("vae/flow_vae", "model", flow_vae, {"flow": kind, "bends": 3, "made_hidden": (6,)})
        for kind in ("planar", "radial", "iaf")
    ),
    *(
        Case("vae/flow_vae", "model", vae, {"flow": kind, "bends": 0})
        for kind in ("planar", "radial", "iaf")
    ),
    Case("vae/gm_vae", "model", gm_vae, {"components": 3, "pretraining_steps": 9}, step=8),
    Case("vae/gm_vae", "model", gm_vae, {"components": 3, "pretraining_steps": 9}, step=10),
    Case("vae/gm_vae", "model", gm_vae, {"components": 3}, training=False),
    *(
        Case("vae/wake_sleep", player, formula, shape=shape)
        for player, formula in (("wake", wake), ("sleep", sleep))
        for shape in (POINTS, PICTURES)
    ),
    Case("flow/flow_matching", "model", flow_matching),
    Case("flow/flow_matching", "model", flow_matching, {"latent_dim": 16}, PICTURES),
    Case("gan/gan", "critic", gan_critic),
    Case("gan/gan", "critic", gan_critic, shape=PICTURES),
    Case("gan/gan", "generator", gan_generator),
    Case("gan/gan", "generator", gan_generator, {"objective": "minimax"}),
    Case("gan/dcgan", "critic", gan_critic, shape=PICTURES),
    Case("gan/dcgan", "generator", gan_generator, shape=PICTURES),
    Case("gan/wgan", "critic", wgan_critic, {"clip": 0.2}),
    Case("gan/wgan", "generator", wgan_generator, {"clip": 0.2}),
    Case("gan/wgan_gp", "critic", wgan_gp_critic, {"penalty_weight": 3.0}),
    Case("gan/wgan_gp", "generator", wgan_generator),
    Case("gan/vae_gan", "encoder", vae_gan_encoder, {"feature_weight": 0.3}),
    Case("gan/vae_gan", "decoder", vae_gan_decoder, {"feature_weight": 0.3}),
    Case("gan/vae_gan", "critic", vae_gan_critic, {"feature_weight": 0.3}),
    Case("gan/aae", "autoencoder", auto_encoder, {"code_hidden": (6,)}),
    Case("gan/aae", "code_critic", code_critic, {"code_hidden": (6,)}),
    Case("gan/aae", "encoder", aae_encoder, {"code_hidden": (6,)}),
    Case("gan/alpha_gan", "encoder", alpha_encoder, ALPHA),
    Case("gan/alpha_gan", "encoder", alpha_encoder, ALPHA | {"use_l1": False}),
    Case("gan/alpha_gan", "encoder", alpha_encoder, ALPHA | {"use_code_critic": False}),
    Case("gan/alpha_gan", "generator", alpha_generator, ALPHA),
    Case("gan/alpha_gan", "generator", alpha_generator, ALPHA, PICTURES),
    Case("gan/alpha_gan", "generator", alpha_generator, ALPHA | {"use_l1": False}),
    Case("gan/alpha_gan", "generator", alpha_generator, ALPHA | {"use_critic": False}),
    Case("gan/alpha_gan", "critic", alpha_critic, ALPHA),
    Case("gan/alpha_gan", "code_critic", code_critic, ALPHA),
    Case("gan/iwgan", "critic", gan_critic),
    Case("gan/iwgan", "generator", iwgan_generator, {"k": 2}),
    Case("gan/iwgan", "generator", iwgan_generator, {"k": 2}, PICTURES),
    Case("gan/iwgan", "generator", gan_generator_of_one, {"k": 1}),
    Case("gan/info_gan", "critic", info_gan_critic, INFO),
    Case("gan/info_gan", "generator", info_gan_generator, INFO),
    Case("gan/info_gan", "generator", info_gan_generator, INFO, PICTURES),
    *(
        Case("gan/bigan", player, formula, {"encoder": kind, "pair_hidden": (6,)}, shape)
        for player, formula in (("pair_critic", bigan_critic), ("generator", bigan_generator))
        for kind, shape in (("point", POINTS), ("normal", POINTS), ("point", PICTURES))
    ),
    Case("gan/age", "encoder", age_encoder, AGE),
    Case("gan/age", "encoder", age_encoder, AGE, PICTURES),
    Case("gan/age", "generator", age_generator, AGE),
    *(
        Case("gan/intro_vae", player, formula, INTRO, shape, step, training)
        for player, formula in (("encoder", intro_encoder), ("generator", intro_generator))
        for shape, step, training in (
            (POINTS, 8, True),
            (POINTS, 9, True),
            (POINTS, 0, False),
            (PICTURES, 9, True),
        )
    ),
]


def test_every_player_is_in_the_table() -> None:
    known = {(case.name, case.player) for case in CASES}
    for name in registry.model_names():
        cls = registry.model_class(name)
        if cls.reads == "domains":
            continue  # in ``test_players_domains``
        if name.split("/")[0] in ("ae", "vae", "gan", "flow"):
            assert {(name, player) for player in cls.players} <= known


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_player_minimises_what_the_paper_says(case: Case) -> None:
    model = build(case)
    with seeded(2):
        x = torch.rand(BATCH, *case.shape, dtype=torch.float64)
    data = (x, torch.arange(BATCH) % 3) if case.labels else (x,)
    with seeded(3):
        found = model.loss(data if case.labels else x, case.player)
    owned = model.player_parameters(case.player)
    slopes = torch.autograd.grad(
        found["loss"], owned, retain_graph=True, allow_unused=True, materialize_grads=True
    )
    if case.player.endswith("critic"):  # what it judges is given to it, not made by it
        mine = {id(p) for p in owned}
        others = [p for p in model.parameters() if p.requires_grad and id(p) not in mine]
        reached = torch.autograd.grad(found["loss"], others, allow_unused=True)
        assert all(slope is None for slope in reached)
    with seeded(3):
        wanted = case.formula(model, *data)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name].item() == pytest.approx(value.item(), rel=1e-6), name
    others = torch.autograd.grad(wanted["loss"], owned, allow_unused=True, materialize_grads=True)
    for mine, theirs in zip(slopes, others, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-6, atol=1e-8)


def test_the_critic_of_a_wasserstein_gan_moves_more_often() -> None:
    for name in ("gan/wgan", "gan/wgan_gp"):
        model = build(Case(name, "critic", wgan_critic, {"critic_steps": 3}))
        due = [["critic"], ["critic"], ["critic", "generator"]]
        assert [model.plan(step) for step in range(6)] == 2 * due


def test_only_the_critics_that_are_kept_move() -> None:
    for left_out in ("critic", "code_critic"):
        model = build(Case("gan/alpha_gan", "encoder", alpha_encoder, {f"use_{left_out}": False}))
        assert model.plan(0) == [player for player in model.players if player != left_out]


# --- directions -------------------------------------------------------------------------------


class Direction(NamedTuple):
    """What the player wants of the scores of what was ``given`` and of what was ``made``."""

    name: str
    player: str
    net: str
    given: int  # 1: to rise, -1: to fall, 0: of these there are none
    made: int

    def __str__(self) -> str:
        return f"{self.name}-{self.player}"


DIRECTIONS = [
    *(Direction(f"gan/{n}", "critic", "critic", 1, -1) for n in ("gan", "wgan", "vae_gan")),
    *(Direction(f"gan/{n}", "generator", "critic", 0, 1) for n in ("gan", "wgan", "wgan_gp")),
    *(Direction(f"gan/{n}", "critic", "critic", 1, -1) for n in ("iwgan", "alpha_gan")),
    Direction("gan/iwgan", "generator", "critic", 0, 1),
    Direction("vae/aavae", "critic", "critic", 1, -1),
    Direction("gan/bigan", "pair_critic", "pair_critic", 1, -1),
    Direction("gan/bigan", "generator", "pair_critic", -1, 1),
    Direction("gan/alpha_gan", "generator", "critic", 0, 1),
    Direction("gan/vae_gan", "decoder", "critic", 0, 1),
    *(Direction(f"gan/{n}", "code_critic", "code_critic", -1, 1) for n in ("aae", "alpha_gan")),
    *(Direction(f"gan/{n}", "encoder", "code_critic", 1, 0) for n in ("aae", "alpha_gan")),
]


@pytest.mark.parametrize("direction", DIRECTIONS, ids=str)
def test_each_player_wants_the_right_thing_of_every_score(direction: Direction) -> None:
    """Given are data, to a critic of pictures, or their codes, to a critic of codes."""
    model = build(Case(direction.name, direction.player, auto_encoder))
    net = getattr(model, direction.net)
    calls: list[tuple[Tensor, Tensor]] = []
    net.register_forward_hook(lambda _, inputs, output: calls.append((inputs[0], output)))
    with seeded(4):
        x = torch.rand(BATCH, 2, dtype=torch.float64)
        loss = model.loss(x, direction.player)["loss"]
    given = (model.encoder(x) if direction.net == "code_critic" else x).tolist()
    slopes = torch.autograd.grad(loss, [output for _, output in calls])
    signs: dict[bool, set[float]] = {True: set(), False: set()}
    for (rows, _), slope in zip(calls, slopes, strict=True):
        for row, value in zip(rows.tolist(), slope.tolist(), strict=True):
            signs[row in given].add(-math.copysign(1, value))
    assert signs[True] == ({direction.given} - {0})
    assert signs[False] == ({direction.made} - {0})


@pytest.mark.parametrize("net", ["critic", "code_critic"])
def test_the_accuracy_of_a_critic_is_the_mean_over_both_kinds(net: str) -> None:
    """Of as many right as wrong on either side, which a shifted score sees to."""
    model = build(Case("gan/alpha_gan", net, auto_encoder, ALPHA))
    with seeded(6):
        x = 2 * torch.rand(40, 2, dtype=torch.float64)
    scores: list[Tensor] = []
    getattr(model, net).register_forward_hook(lambda _, inputs, output: scores.append(output))

    def accuracy_now() -> float:
        scores.clear()
        with seeded(7):
            return model.loss(x, net)[f"{net}_accuracy"].item()

    accuracy_now()
    getattr(model, net).head.bias.data -= torch.cat([scores[0], scores[-1]]).median().detach()
    found = accuracy_now()
    positive, negative = scores[0], scores[-1]  # of data and samples, of the prior and of codes
    right = (positive > 0).sum().item(), (negative < 0).sum().item()
    assert 0 < right[0] < 40 and 0 < right[1] < 40
    assert found == pytest.approx(right[0] / 80 + right[1] / 80)


def test_the_kl_pulls_the_encoder_to_the_prior() -> None:
    """A decoder that ignores its code leaves the KL alone: σ → 1 and μ → 0, from both sides."""
    model = build(Case("vae/vae", "model", vae))
    for parameter in model.decoder.parameters():
        parameter.data.zero_()
    x = torch.zeros(1, 2, dtype=torch.float64)
    last = model.encoder.layers[-1]
    last.weight.data.zero_()
    last.bias.data = torch.tensor([1.5, -0.5, 2.0, -1.0], dtype=torch.float64)
    (slope,) = torch.autograd.grad(model.loss(x)["loss"], [last.bias])
    assert slope[0] > 0 > slope[1]  # μ
    assert slope[2] > 0 > slope[3]  # log σ²
    variance = last.bias[2:].exp()
    torch.testing.assert_close(slope, torch.cat([last.bias[:2], 0.5 * (variance - 1)]))
