"""Mixture priors and discrete codes against closed forms, Monte Carlo and Bayes by hand."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from backend import registry
from backend.device import seeded
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.joint import Joint
from backend.objectives.divergences import (
    averaged_component,
    discrete_information,
    kl,
    kl_to_components,
    variance_of_means,
)
from backend.objectives.priors import DiscreteCode, GaussianMixture, StandardNormal

B, M, K, D = 5, 3, 4, 2


def parts(dtype: torch.dtype = torch.float64) -> tuple[Independent, Tensor, Tensor, Tensor]:
    """A posterior q(z|x), q(c|x), and the means and log-variances of a mixture."""
    with seeded(1):
        q = Independent(
            Normal(torch.randn(B, M * D, dtype=dtype), torch.rand(B, M * D, dtype=dtype) + 0.3), 1
        )
        q_c = torch.randn(B, M, K, dtype=dtype).softmax(-1)
        means = 2 * torch.randn(M, K, D, dtype=dtype)
        return q, q_c, means, torch.randn(M, K, D, dtype=dtype)


def prior_of(means: Tensor, log_var: Tensor) -> GaussianMixture:
    prior = GaussianMixture(*means.shape).to(means)
    prior.means.data, prior.log_var.data = means, log_var
    return prior.requires_grad_(False)


def example_batch(vocab: int = 12) -> Tensor:
    with seeded(2):
        x = torch.randint(3, vocab, (8, 6))
    x[:, 5] = 2
    return x


def model_of(name: str, **options: object):
    cls = registry.model_class(name)
    tiny = vars(cls.Config.tiny()) | options
    with seeded(3):
        return cls(cls.Config(**tiny)).double().eval()


def test_kl_to_components_is_kl_to_averaged_component_plus_dispersion() -> None:
    q, q_c, means, log_var = parts()
    average, dispersion = averaged_component(q_c, means, log_var)
    exact = (q_c * kl_to_components(q, means, log_var)).sum((1, 2))
    assert torch.allclose(exact, kl(q, average) + dispersion, atol=1e-10, rtol=0)
    assert (dispersion > 0).all()


def test_dispersion_vanishes_for_equal_components() -> None:
    _, q_c, means, log_var = parts()
    same = means[:, :1].expand(-1, K, -1), log_var[:, :1].expand(-1, K, -1)
    average, dispersion = averaged_component(q_c, *same)
    assert torch.allclose(dispersion, torch.zeros(B, dtype=torch.float64), atol=1e-10)
    assert torch.allclose(average.mean, same[0][:, 0].flatten().expand(B, -1))


def test_kl_to_each_component_agrees_with_monte_carlo() -> None:
    q, _, means, log_var = parts()
    with seeded(4):
        z = q.sample((40_000,))  # [S, B, M·D]
    sliced = z.unflatten(-1, (M, 1, D))
    scale = q.base_dist.scale.unflatten(1, (M, 1, D))
    log_q = Normal(q.mean.unflatten(1, (M, 1, D)), scale).log_prob(sliced).sum(-1)
    log_p = Normal(means, (0.5 * log_var).exp()).log_prob(sliced).sum(-1)
    draws = log_q - log_p  # [S, B, M, K]
    error = (draws.mean(0) - kl_to_components(q, means, log_var)).abs()
    assert (error < 5 * draws.std(0) / math.sqrt(len(draws))).all()


def test_information_is_what_the_elbo_pays_for_c() -> None:
    _, q_c, _, _ = parts()
    aggregate, mi = discrete_information(q_c)
    exact = (q_c * (q_c * K).log()).sum((1, 2)).mean()
    assert float(aggregate + mi) == pytest.approx(exact.item(), abs=1e-10)
    assert 0 < float(mi) < M * math.log(K)


@pytest.mark.parametrize("factor", [1.0, 2.5])
def test_variance_of_means_scales_and_ignores_translation(factor: float) -> None:
    means = parts()[2]
    scaled = variance_of_means(factor * means + torch.tensor([3.0, -1.0]))
    assert float(scaled) == pytest.approx(factor**2 * float(variance_of_means(means)))
    assert float(variance_of_means(means[:, :1].expand(-1, K, -1))) == 0


def test_responsibilities_are_bayes_rule() -> None:
    _, _, means, log_var = parts()
    prior = prior_of(means, log_var)
    z = 2 * torch.randn(7, M * D, dtype=torch.float64)
    found = prior.responsibilities(z)
    assert torch.allclose(found.sum(-1), torch.ones(7, M, dtype=torch.float64))
    for row, j in ((0, 0), (3, 1), (6, 2)):
        density = []
        for k in range(K):
            p = 1 / K
            for d in range(D):
                mu, var = float(means[j, k, d]), math.exp(float(log_var[j, k, d]))
                away = float(z[row, j * D + d]) - mu
                p *= math.exp(-(away**2) / (2 * var)) / math.sqrt(2 * math.pi * var)
            density.append(p)
        by_hand = torch.tensor(density, dtype=torch.float64) / sum(density)
        assert torch.allclose(found[row, j], by_hand)


def test_the_prior_density_is_the_product_of_its_variables() -> None:
    _, _, means, log_var = parts()
    prior = prior_of(means, log_var)
    z = torch.randn(6, M * D, dtype=torch.float64)
    each = prior.parts().log_prob(z.view(6, M, 1, D)) - math.log(K)  # [6, M, K]
    assert torch.allclose(prior().log_prob(z), each.logsumexp(-1).sum(-1))
    narrow = prior_of(means[..., :1], log_var[..., :1])  # one number per variable
    z = torch.randn(6, M, dtype=torch.float64)
    assert torch.allclose(narrow.unit_log_prob(z).sum(-1), narrow().log_prob(z))


def test_draws_follow_weights_and_temperature() -> None:
    _, _, means, log_var = parts()
    prior = prior_of(means, log_var)
    weights = prior.weights.clone()
    weights[1] = torch.tensor([0.0, 0.0, 1.0, 0.0])
    with seeded(5):
        z = prior.draw(20_000, 1.0, weights).view(-1, M, D)
        still = prior.draw(50, 0.0, weights).view(-1, M, D)
        double = prior.draw(20_000, 2.0, weights).view(-1, M, D)
    sigma = (0.5 * log_var[1, 2]).exp()
    assert torch.allclose(z[:, 1].mean(0), means[1, 2], atol=0.1)
    assert torch.allclose(z[:, 1].std(0), sigma, rtol=0.05)
    assert torch.allclose(double[:, 1].std(0), 2 * sigma, rtol=0.05)
    assert torch.equal(still[:, 1], means[1, 2].expand(50, -1))
    assert all((row[0] == means[0]).all(-1).any() for row in still)


def test_gmvae_is_dgmvae_with_beta_1_and_the_information_kept() -> None:
    plain = model_of("text_vae/gmvae")
    special = model_of("text_vae/dgmvae", dispersion_weight=1.0, information=True)
    special.load_state_dict(plain.state_dict())
    x = example_batch()
    losses = []
    for model in (plain, special):
        model.step = 1500
        with seeded(6):
            losses.append(model.loss(x)["loss"].item())
    assert losses[0] == pytest.approx(losses[1], abs=1e-10)
    changed = model_of("text_vae/dgmvae", dispersion_weight=0.5, information=True)
    changed.load_state_dict(plain.state_dict())
    changed.step = 1500
    with seeded(6):
        assert changed.loss(x)["loss"].item() < losses[0] - 1e-6


def test_gmvae_refuses_to_be_anything_else() -> None:
    with pytest.raises(ValueError, match="keeps the information term"):
        model_of("text_vae/gmvae", information=False)
    with pytest.raises(ValueError, match="multiple of variables"):
        model_of("text_vae/dgmvae", latent_dim=5)


def test_one_component_equals_the_plain_vae() -> None:
    options = {"latent_dim": 4, "dropout": 0.0, "word_dropout": 0.0}
    mixture = model_of(
        "text_vae/dgmvae", variables=1, components=1, annealing="constant", **options
    )
    vae = model_of("text_vae/text_vae", annealing="constant", **options)
    mixture.prior.means.data.zero_()
    mixture.prior.log_var.data.zero_()
    for name, weight in vae.named_parameters():
        weight.data.copy_(mixture.get_parameter(name)[: len(weight)])  # less the logits of c
    x = example_batch()
    losses = []
    for model in (mixture, vae):
        with seeded(7):
            losses.append(model.loss(x)["loss"].item())
    assert losses[0] == pytest.approx(losses[1], abs=1e-10)


def test_dvae_pays_for_information_and_di_vae_does_not() -> None:
    dvae, di_vae = model_of("text_vae/dvae"), model_of("text_vae/di_vae")
    di_vae.load_state_dict(dvae.state_dict())
    x, terms = example_batch(), []
    for model in (dvae, di_vae):
        model.step = 10**6
        with seeded(8):
            terms.append({k: v.item() for k, v in model.loss(x).items()})
    assert terms[0]["loss"] - terms[1]["loss"] == pytest.approx(terms[0]["mi_c"], abs=1e-9)
    uniform = torch.full((2, 3), 1 / 3, dtype=torch.float64)
    q = dvae.encode(x)
    exact = (q.probs * (q.probs / uniform).log()).sum((1, 2)).mean()
    assert terms[0]["mi_c"] + terms[0]["kl_c"] == pytest.approx(exact.item(), abs=1e-9)


def test_discrete_variables_are_a_distribution_over_one_hots() -> None:
    with seeded(9):
        q = DiscreteVariables(torch.randn(1, 2, 3, dtype=torch.float64, requires_grad=True))
        draws = q.sample((30_000,))[:, 0]
        relaxed = q.rsample((5,))
    eye = torch.eye(3, dtype=torch.float64)
    every = torch.stack([torch.cat([a, b]) for a in eye for b in eye])  # [9, 6]
    probability = q.log_prob(every[:, None]).exp()[:, 0]
    assert probability.sum().item() == pytest.approx(1)
    shares = (draws[:, None] == every).all(-1).double().mean(0)
    assert torch.allclose(shares, probability.detach(), atol=0.015)
    assert torch.allclose(relaxed.view(5, 2, 3).sum(-1), torch.ones(5, 2, dtype=torch.float64))
    assert relaxed.requires_grad
    assert torch.equal(q.mode.view(2, 3).argmax(-1), q.probs[0].argmax(-1))


def test_a_joint_is_its_parts() -> None:
    q = parts()[0]
    logits = torch.randn(B, 2, 3, dtype=torch.float64)
    both = Joint([DiscreteVariables(logits), q])
    z = both.sample()
    assert z.shape == (B, 6 + M * D)
    alone = DiscreteVariables(logits).log_prob(z[:, :6]) + q.log_prob(z[:, 6:])
    assert torch.equal(both.log_prob(z), alone)


def test_a_discrete_prior_draws_and_snaps_to_codes() -> None:
    prior = DiscreteCode(2, 3, extra=2)
    with seeded(10):
        z = prior.draw(4000, 0.5, torch.tensor([[0.0, 1.0, 0.0], [1.0, 1.0, 2.0]]))
    assert torch.equal(z[:, :3], torch.tensor([0.0, 1.0, 0.0]).expand(4000, -1))
    assert float(z[:, 5].mean()) == pytest.approx(0.5, abs=0.03)
    assert float(z[:, 6:].std()) == pytest.approx(0.5, rel=0.03)
    assert torch.equal(prior.snap(z), z)
    blurred = prior.snap(0.6 * z[:5] + 0.1)
    assert torch.equal(blurred[:, :6], z[:5, :6])
    assert float(prior().log_prob(z[:1]).exp()) == pytest.approx(
        float((2 * math.log(1 / 3) + StandardNormal(2)().log_prob(z[:1, 6:])).exp()), rel=1e-5
    )


def test_gm_vae_places_its_components_where_the_codes_are() -> None:
    model = model_of("vae/gm_vae", pretraining_steps=2, components=3).float()
    with seeded(11):
        x = torch.rand(64, *model.config.data_shape)
    before = model.prior.means.clone()
    model.train()
    for step in range(3):
        model.step = step
        terms = model.loss(x)
        assert (torch.equal(model.prior.means, before)) == (step < 2)
    assert terms["loss"].item() == pytest.approx((terms["recon_nll"] + terms["kl"]).item())
    codes = model.encode(x).mean.detach()
    plain = StandardNormal(2)().log_prob(codes).mean().item()
    assert model.prior().log_prob(codes).mean().item() > plain
