"""The decks' theory: each panel's numbers against closed forms and against one another."""

import math

import numpy as np
import pytest
import torch

from backend.objectives.divergences import (
    averaged_component,
    discrete_information,
    kl_to_components,
)
from backend.theory import (
    activated,
    fitted_gaussian,
    lines,
    mixture_prior,
    optimal_critic,
    unifying,
    vanishing_gradient,
)
from backend.theory.densities import LN2, Mixture, grid, jsd, kl, normal, pair


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


# ---- densities ----------------------------------------------------------------------------


def test_a_mixture_has_mass_1_its_moments_and_draws_that_follow_it():
    mix = pair(3.0, 0.5, weight=0.3, second_sd=1.0)
    x = grid(mix)
    p = mix.density(x)
    mean, sd = mix.moments()
    assert np.trapezoid(p, x) == pytest.approx(1)
    assert np.trapezoid(p * x, x) == pytest.approx(mean, abs=1e-9)
    assert np.trapezoid(p * (x - mean) ** 2, x) == pytest.approx(sd**2)
    draws = mix.draw(20_000, np.random.default_rng(0))
    assert draws.mean() == pytest.approx(mean, abs=0.01)
    assert draws.std() == pytest.approx(sd, abs=0.01)


@pytest.mark.parametrize(
    "parts",
    [((1.0,), (0.0, 1.0), (1.0,)), ((0.4, 0.4), (0.0, 1.0), (1.0, 1.0)), ((1.0,), (0.0,), (0.0,))],
)
def test_what_is_no_mixture_is_refused(parts):
    with pytest.raises(ValueError, match=r"mixture|standard deviation"):
        Mixture(*parts)


def test_divergences_by_quadrature_are_those_of_the_closed_forms():
    p, q = normal(0.0, 1.0), normal(1.5, 2.0)
    x = grid(p, q)
    closed = math.log(2) + (1 + 1.5**2) / (2 * 4) - 0.5
    assert kl(p.log_density(x), q.log_density(x), x) == pytest.approx(closed, abs=1e-8)
    assert jsd(p.log_density(x), p.log_density(x), x) == pytest.approx(0, abs=1e-12)
    far = grid(p, normal(60.0, 1.0))
    apart = jsd(p.log_density(far), normal(60.0, 1.0).log_density(far), far)
    assert apart == pytest.approx(LN2, abs=1e-6)


# ---- the optimal critic -------------------------------------------------------------------


def test_the_best_critic_of_two_gaussians_is_a_sigmoid():
    target = optimal_critic.truth(normal(-1.0, 1.0), normal(1.0, 1.0))
    assert np.allclose(target.best, 1 / (1 + np.exp(2 * target.x)), atol=1e-12)
    same = optimal_critic.truth(normal(0.0, 1.0), normal(0.0, 1.0))
    assert np.allclose(same.best, 0.5) and same.value == pytest.approx(-2 * LN2)


@pytest.mark.parametrize(
    ("p", "q"),
    [(pair(3.0, 0.5), normal(0.0, 1.5)), (normal(0.0, 1.0), normal(2.0, 1.0))],
    ids=["two modes", "shifted"],
)
def test_a_trained_critic_becomes_p_over_p_plus_q_and_its_value_2_jsd_minus_2_ln_2(p, q):
    states = list(optimal_critic.train(p, q, steps=300, seed=1))
    target = optimal_critic.truth(p, q)
    first, last = states[0], states[-1]
    assert last.step == 300 and last.error < 0.05 < first.error
    assert last.value == pytest.approx(target.value, abs=0.01)
    assert all(state.value <= target.value + 1e-6 for state in states)  # none is better
    again = list(optimal_critic.train(p, q, steps=300, seed=1))[-1]
    assert np.array_equal(again.d, last.d)


# ---- the vanishing gradient ---------------------------------------------------------------


@pytest.mark.parametrize("distance", [2.0, 4.0])
def test_a_sure_critic_stops_the_minimax_generator_alone(distance):
    states = list(vanishing_gradient.train(distance, steps=100))
    sure = [state for state in states if state.score < 0.01]
    assert sure and all(state.ratio < 1 / 50 for state in sure)
    unsure = states[0]
    assert unsure.score > 0.4 and 0.5 < unsure.ratio < 2
    assert states[-1].non_saturating > unsure.non_saturating


def test_the_generator_stands_still_while_its_gradient_is_measured():
    first, second = (list(vanishing_gradient.train(3.0, steps=20)) for _ in range(2))
    assert first == second
    assert [state.step for state in first] == [0, 10, 20]


# ---- two lines ----------------------------------------------------------------------------


def test_closed_forms_of_two_lines():
    assert lines.exact(0.0) == lines.Distances(0, 0, 0, 0)
    for theta in (-0.7, 0.001, 2.0):
        apart = lines.exact(theta)
        assert apart == lines.Distances(LN2, math.inf, math.inf, abs(theta))


def test_noise_makes_all_of_them_finite_and_little_noise_is_like_none():
    noisy = lines.exact(0.5, noise=0.25)
    assert noisy.kl == noisy.reverse_kl == pytest.approx(2.0)
    assert 0 < noisy.jsd < LN2 and noisy.w1 == 0.5
    assert lines.exact(0.5, noise=0.01).jsd == pytest.approx(LN2, abs=1e-6)


def test_estimates_from_draws_follow_the_closed_forms():
    for theta in (-0.6, 0.3):
        found = lines.estimated(*lines.draws(theta, 0.0, 400, seed=1))
        assert found.jsd == pytest.approx(LN2)
        assert math.isinf(found.kl) and math.isinf(found.reverse_kl)
        assert found.w1 == pytest.approx(abs(theta), abs=0.02)
    together = lines.estimated(*lines.draws(0.0, 0.0, 400, seed=1))
    assert together.jsd == together.kl == 0
    assert 0 < together.w1 < 0.1  # two draws of the same are never the same
    noisy = lines.estimated(*lines.draws(0.2, 0.1, 1000, seed=1))
    exact = lines.exact(0.2, 0.1)
    assert noisy.jsd == pytest.approx(exact.jsd, abs=0.05)
    assert noisy.w1 == pytest.approx(0.2, abs=0.03)


# ---- one Gaussian for two modes -----------------------------------------------------------


def test_far_modes_are_covered_by_kl_and_mmd_and_one_is_chosen_by_the_others():
    target = pair(6.0, 0.6)
    fits = fitted_gaussian.fit(target)
    mean, sd = target.moments()
    assert fits["kl"].mean == pytest.approx(mean, abs=1e-3)  # maximum likelihood: the moments
    assert fits["kl"].sd == pytest.approx(sd, abs=1e-3)
    for name in ("reverse_kl", "jsd"):
        assert abs(fits[name].mean) == pytest.approx(3.0, abs=0.01)
        assert fits[name].sd == pytest.approx(0.6, abs=0.01)
    assert fits["reverse_kl"].values["reverse_kl"] == pytest.approx(LN2, abs=1e-3)
    assert fits["mmd"].mean == pytest.approx(0, abs=0.01) and fits["mmd"].sd > 2


def test_one_mode_is_fitted_exactly_by_all():
    for name, fit in fitted_gaussian.fit(normal(0.5, 0.8)).items():
        assert fit.mean == pytest.approx(0.5, abs=0.01), name
        assert fit.sd == pytest.approx(0.8, abs=0.01), name
        assert fit.values[name] == pytest.approx(0, abs=1e-4), name


def test_each_fit_is_a_minimum_of_its_own_measure_and_the_start_chooses_the_mode():
    target = pair(6.0, 0.6, weight=0.6)
    every = fitted_gaussian.measures(target)
    for name, fit in fitted_gaussian.fit(target).items():
        assert fit.values[name] == pytest.approx(every[name](fit.mean, fit.sd))
        for shift in (-0.05, 0.05):
            assert every[name](fit.mean + shift, fit.sd) > fit.values[name]
            assert every[name](fit.mean, fit.sd + shift) > fit.values[name]
    assert fitted_gaussian.fit(target, "left")["reverse_kl"].mean < -2.9
    assert fitted_gaussian.fit(target, "right")["reverse_kl"].mean > 2.9
    with pytest.raises(ValueError, match="starts at"):
        fitted_gaussian.fit(target, "nowhere")


def test_the_measures_agree_with_quadrature_and_with_draws():
    target, q = pair(3.0, 0.6), normal(0.4, 1.3)
    every = fitted_gaussian.measures(target, bandwidth=0.7)
    x = grid(target, q, points=8001)
    log_p, log_q = target.log_density(x), q.log_density(x)
    assert every["kl"](0.4, 1.3) == pytest.approx(kl(log_p, log_q, x), abs=1e-5)
    assert every["reverse_kl"](0.4, 1.3) == pytest.approx(kl(log_q, log_p, x), abs=1e-5)
    assert every["jsd"](0.4, 1.3) == pytest.approx(jsd(log_p, log_q, x), abs=1e-5)
    rng = np.random.default_rng(0)
    a, b = target.draw(1500, rng), q.draw(1500, rng)
    rng.shuffle(a)

    def kernel(u, v):
        return np.exp(-((u[:, None] - v) ** 2) / (2 * 0.7**2)).mean()

    drawn = kernel(a, a) + kernel(b, b) - 2 * kernel(a, b)
    assert every["mmd"](0.4, 1.3) == pytest.approx(drawn, abs=2e-3)


# ---- the unifying view --------------------------------------------------------------------


@pytest.mark.parametrize("sureness", [0.0, 0.4, 1.0, 1.7])
@pytest.mark.parametrize("mean", [-1.0, 0.3, 2.5])
def test_the_update_is_kl_minus_jsd_for_any_critic_and_not_without_the_jsd(sureness, mean):
    sides = unifying.sides(unifying.Setting(pair(4.0, 0.6), mean, 1.2, sureness))
    assert sides.difference < 1e-6
    assert np.abs(sides.update - sides.kl).max() > 1e-2  # the JSD is needed
    assert np.abs(sides.update - (sides.kl - 2 * sides.jsd)).max() > 1e-2  # just once


def test_a_critic_that_knows_nothing_gives_no_update_and_q_is_then_the_average():
    setting = unifying.Setting(pair(4.0, 0.6), 1.0, 1.2, 0.0)
    sides = unifying.sides(setting)
    assert np.abs(sides.update).max() < 1e-12
    x = grid(setting.data, setting.generator())
    average = (setting.data.density(x) + setting.generator().density(x)) / 2
    assert np.allclose(np.exp(setting.log_target(x)), average, atol=1e-9)


def test_the_best_critic_makes_q_the_data():
    setting = unifying.Setting(pair(4.0, 0.6), 1.0, 1.2, 1.0)
    x = grid(setting.data, setting.generator())
    assert np.allclose(np.exp(setting.log_target(x)), setting.data.density(x), atol=1e-9)


# ---- a VAE with a critic ------------------------------------------------------------------


def weighed_loss(setting: unifying.Setting, mean: float, sd: float) -> float:
    """E_data D L + E_p_θ₀ D L with L = -log N(mean, sd²), by quadrature."""
    x = grid(setting.data, setting.generator())
    counts = np.exp(setting.log_d(x)) * -normal(mean, sd).log_density(x)
    both = setting.data.density(x) + setting.generator().density(x)
    return float(np.trapezoid(both * counts, x))


@pytest.mark.parametrize("sureness", [0.0, 0.4, 1.0, 1.7])
def test_a_round_ends_where_what_counts_is_fitted_best(sureness):
    setting = unifying.Setting(pair(4.0, 0.6, weight=0.3), 1.0, 1.2, sureness)
    first, then = activated.rounds(setting, 1)
    assert (first.mean, first.sd) == (1.0, 1.2)
    best = weighed_loss(setting, then.mean, then.sd)
    for shift in (-0.02, 0.02):
        assert weighed_loss(setting, then.mean + shift, then.sd) > best
        assert weighed_loss(setting, then.mean, then.sd + shift) > best


def test_the_best_critic_asks_for_what_a_perfect_one_does_and_an_unsure_one_for_half():
    data = pair(4.0, 0.6, weight=0.3)
    mean, sd = data.moments()
    best = activated.perfect(data)
    assert (best.mean, best.sd, best.samples) == (mean, sd, 0.0)
    _, then = activated.rounds(unifying.Setting(data, -1.0, 1.2, 1.0), 1)
    assert (then.mean, then.sd, then.kl) == pytest.approx((mean, sd, best.kl), abs=1e-6)
    first, then = activated.rounds(unifying.Setting(data, -1.0, 1.2, 0.0), 1)
    assert first.samples == pytest.approx(0.5)
    assert then.mean == pytest.approx((mean - 1.0) / 2, abs=1e-6)  # its own mean, and the data's
    square = (sd**2 + mean**2 + 1.2**2 + 1) / 2
    assert then.sd == pytest.approx(math.sqrt(square - then.mean**2), abs=1e-6)
    sure, unsure = (
        activated.rounds(unifying.Setting(data, -1.0, 1.2, t), 0)[0].samples for t in (1.0, 0.3)
    )
    assert 0 < sure < unsure < 0.5


# ---- the prior of a mixture ---------------------------------------------------------------


def test_the_variance_of_means_is_below_s_wherever_the_code_lies():
    rng = np.random.default_rng(0)
    for _ in range(20):
        means, at = rng.normal(size=4), rng.normal(scale=3)
        s = mixture_prior.distances(means, np.array([at]))
        var = mixture_prior.variance(means)
        assert var <= s and s - var == pytest.approx(4 * (at - means.mean()) ** 2)
    assert mixture_prior.distances(means, means.mean()[None]) == pytest.approx(var)  # equality


@pytest.mark.parametrize("beta", [0.2, 1.0])
@pytest.mark.parametrize("told", [0.3, 0.8])
def test_means_go_down_the_gradient_and_end_where_it_is_0(told, beta):
    a = mixture_prior.centres(3, 2.0)
    path = mixture_prior.slide(a, told, beta, 400)
    assert np.allclose(path[-1], mixture_prior.ends(told, beta) * a, atol=1e-6)
    q_c = torch.tensor(mixture_prior.classes(3, told))[:, None]
    q_z = torch.distributions.Independent(
        torch.distributions.Normal(torch.tensor(a)[:, None], mixture_prior.POSTERIOR), 1
    )
    mu = torch.tensor(path[0])[None, :, None].requires_grad_()
    p_hat, dispersion = averaged_component(q_c, mu, torch.zeros_like(mu))
    divergence = torch.distributions.kl_divergence(q_z, p_hat)
    (slope,) = torch.autograd.grad((divergence + beta * dispersion).mean(), mu)
    moved = -mixture_prior.RATE * len(a) * slope.flatten().numpy()
    assert np.allclose(path[1] - path[0], moved)


def test_with_nothing_told_the_plain_bound_makes_all_means_equal_and_without_dispersion_none():
    a = mixture_prior.centres(4, 1.5)
    together = mixture_prior.slide(a, 0.0, 1.0, 200)[-1]
    assert mixture_prior.variance(together) < 1e-9 and mixture_prior.ends(0.0, 1.0) == 0
    assert np.allclose(mixture_prior.slide(a, 1.0, 1.0, 50)[-1], a)
    assert mixture_prior.ends(0.5, 0.0) == 2
    with pytest.raises(ValueError, match="means stay"):
        mixture_prior.ends(0.0, 0.0)


@pytest.mark.parametrize("told", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("first", [0.25, 0.7])
def test_the_four_parts_add_up_to_the_plain_bound_and_are_those_of_the_models(told, first):
    a, means = mixture_prior.centres(4, 1.2), np.array([-1.0, 0.3, 0.5, 2.0])
    shares = mixture_prior.shares_of(4, first)
    assert shares.sum() == pytest.approx(1) and shares[0] == first
    parts = mixture_prior.split(a, means, shares, told)
    assert parts.difference < 1e-12
    assert parts.class_kl == pytest.approx(parts.information + parts.usage)
    assert parts.code_kl == pytest.approx(parts.averaged_kl + parts.dispersion)
    assert min(parts.information, parts.usage, parts.dispersion) >= -1e-12
    assert parts.plain - parts.dispersed(0.2, False) == pytest.approx(
        parts.information + 0.8 * parts.dispersion
    )

    times = 60 * shares  # whole numbers of x for each cluster; torch's estimates are of batches
    rows = np.repeat(np.arange(4), np.round(times).astype(int))
    q_c = torch.tensor(mixture_prior.classes(4, told)[rows])[:, None]
    usage, information = discrete_information(q_c)
    assert (float(usage), float(information)) == pytest.approx(
        (parts.usage, parts.information), abs=1e-12
    )
    q_z = torch.distributions.Independent(
        torch.distributions.Normal(torch.tensor(a[rows])[:, None], mixture_prior.POSTERIOR), 1
    )
    each = kl_to_components(q_z, torch.tensor(means)[None, :, None], torch.zeros(1, 4, 1))
    assert float((q_c * each).sum((1, 2)).mean()) == pytest.approx(parts.code_kl)
