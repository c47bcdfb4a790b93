"""Text GANs: over five tokens every sentence can be counted, so that each expectation is exact."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from backend import registry
from backend.device import seeded
from backend.distributions.sequence import BOS, EOS, PAD
from backend.models.text_gan import gumbel_gan, seq_gan
from backend.nets.text_gans import TextGAN
from backend.training import TrainConfig, fit

WORDS = (3, 4, 5)
SENTENCES = torch.tensor(
    [[EOS, PAD, PAD]]
    + [[word, EOS, PAD] for word in WORDS]
    + [[first, second, EOS] for first in WORDS for second in WORDS]
)  # all there are with at most two words


def build(module, **settings) -> TextGAN:
    config = module.Config.tiny(vocab_size=6, max_len=3, embedding_dim=4, **settings)
    cls = registry.model_class(f"text_gan/{module.__name__.split('.')[-1]}")
    with seeded(1):
        made = cls(config).double().eval()
        for parameter in made.parameters():  # larger than at the start, that no term is near 0
            parameter.data += 0.7 * torch.randn_like(parameter)
    return made


def gradient(model: TextGAN, loss: Tensor) -> Tensor:
    owned = model.player_parameters("generator")
    parts = torch.autograd.grad(loss, owned, allow_unused=True)
    return torch.cat([p.flatten() for p in parts if p is not None])


def expected_reward(model: TextGAN) -> Tensor:
    """E D(x̃), summed over all sentences."""
    return (model.log_prob(SENTENCES).exp() * model.critic(SENTENCES).sigmoid().detach()).sum()


@pytest.mark.parametrize("baseline", [True, False])
def test_the_policy_gradient_is_that_of_the_expected_reward(baseline: bool) -> None:
    model = build(seq_gan, baseline=baseline)
    exact = gradient(model, -expected_reward(model))
    with seeded(2):
        found = gradient(model, model.loss(SENTENCES[:1].expand(30_000, -1), "generator")["loss"])
    noise = 0.1 if baseline else 0.2
    assert (found - exact).norm() < noise * exact.norm()


def test_the_worth_of_a_word_is_the_mean_verdict_on_what_may_follow_it() -> None:
    model = build(seq_gan, rollouts=50)
    with seeded(3), torch.no_grad():
        p, scores = model.log_prob(SENTENCES).exp(), model.critic(SENTENCES).sigmoid()
        values = model.action_values(SENTENCES.repeat(80, 1)).view(80, 13, 3).mean(0)
    for x, row in zip(SENTENCES, values, strict=True):
        for place, word in enumerate(x):
            same = (SENTENCES[:, : place + 1] == x[: place + 1]).all(1)
            exact = (p * scores)[same].sum() / p[same].sum() if word != PAD else 0.0
            assert float(row[place]) == pytest.approx(float(exact), abs=0.01)


def test_a_sentence_without_words_earns_by_its_end_alone() -> None:
    model = build(seq_gan)
    with torch.no_grad():
        values = model.action_values(SENTENCES[:1].expand(3, -1))
        assert torch.allclose(values[:, 0], model.critic(SENTENCES[:1]).sigmoid())
    assert (values[:, 1:] == 0).all()


def test_a_constant_reward_teaches_nothing() -> None:
    x = SENTENCES[:1].expand(30_000, -1)
    for baseline, most in ((True, 1e-12), (False, 0.02)):
        model = build(seq_gan, reward="constant", baseline=baseline)
        with seeded(4):
            terms = model.loss(x, "generator")
        assert float(terms["reward"]) == 0.5
        # Without a baseline there is noise of one over the root of 30,000.
        assert gradient(model, terms["loss"]).norm() <= most * model.log_prob(x[:1]).abs()


@pytest.mark.parametrize("module", [seq_gan, gumbel_gan])
def test_each_player_goes_its_own_way(module) -> None:
    """The critic learns what is real, the generator what the critic takes for real."""
    model = build(module)
    real = SENTENCES[[4]].expand(64, -1)
    config = TrainConfig(steps=60, batch_size=64, lr=0.02, warmup=1, decay=False)

    def play(player: str) -> None:
        model.plan = lambda step: [player]
        for _ in fit(model, lambda step: real, config):
            pass
        model.eval()

    play("critic")
    scores = model.critic(SENTENCES).sigmoid().detach()
    assert scores.argmax() == 4 and scores[4] > 0.5 > scores[5:].mean()
    before = expected_reward(model).item()
    play("generator")
    assert expected_reward(model).item() > before + 0.1


@pytest.mark.parametrize("module", [seq_gan, gumbel_gan])
def test_the_critic_minimises_what_it_says(module) -> None:
    model = build(module)
    short = SENTENCES[1:3, :2]  # as batches come, without the pads that all have
    with seeded(5), torch.no_grad():
        terms = model.loss(short, "critic")
    with seeded(5), torch.no_grad():
        real, made = model.critic(SENTENCES[1:3]), model.critic(model.made(2))
    assert torch.allclose(terms["loss"], softplus(-real).mean() + softplus(made).mean())
    assert torch.allclose(terms["score_real"], real.sigmoid().mean())
    assert torch.allclose(terms["score_fake"], made.sigmoid().mean())


def test_first_comes_likelihood_then_the_critic_then_both() -> None:
    phases = {"mle_steps": 3, "critic_steps": 2, "critic_updates": 2}
    model = build(seq_gan, **phases)
    both = ["critic", "critic", "generator"]
    assert [model.plan(step) for step in (2, 4, 5)] == [["generator"], ["critic"], both]
    nll = -model.log_prob(SENTENCES).mean()
    for step, learns in ((2, True), (5, False)):
        model.step = step
        terms = model.loss(SENTENCES, "generator")
        assert torch.allclose(terms["nll"], nll)
        assert bool(terms["loss"] == terms["nll"]) == learns


def drawn(model: gumbel_gan.GumbelGAN, temperature: float, n: int = 4000) -> Tensor:
    with seeded(6), torch.no_grad():
        return model.relaxed(n, temperature)


def test_cold_samples_are_draws_of_the_generator_and_hot_ones_are_uniform() -> None:
    model = build(gumbel_gan)
    cold, hot = drawn(model, 0.003), drawn(model, 1e5)
    for soft in (cold, hot):
        assert torch.allclose(soft.sum(2), torch.ones(4000, 3).double())
    assert (cold.amax(2) > 0.99).double().mean() > 0.99
    assert torch.allclose(hot[:, 0, EOS:], torch.full((1,), 1 / 4).double(), atol=1e-3)
    ids = cold.argmax(2)
    counts = torch.stack([(ids == x).all(1).double().mean() for x in SENTENCES])
    assert torch.allclose(counts, model.log_prob(SENTENCES).exp(), atol=0.025)
    assert counts.sum() == 1  # what follows an end mark is pads


def test_the_temperature_falls_from_one_to_the_other_once_likelihood_is_done() -> None:
    model = build(
        gumbel_gan, mle_steps=5, first_temperature=4.0, last_temperature=0.25, cooling_steps=10
    )
    for step, temperature in ((0, 4.0), (5, 4.0), (10, 1.0), (15, 0.25), (99, 0.25)):
        model.step = step
        assert model.temperature == pytest.approx(temperature)
        with seeded(7):
            made = model.made(20)
        with seeded(7):
            assert torch.equal(made, model.relaxed(20, temperature))


@pytest.mark.parametrize("straight_through", [True, False])
def test_the_critic_s_slope_reaches_the_generator(straight_through: bool) -> None:
    model = build(gumbel_gan, straight_through=straight_through)
    with seeded(8):
        terms = model.loss(SENTENCES, "generator")
    with seeded(8):
        soft = model.relaxed(len(SENTENCES), model.temperature, hard=straight_through)
    assert torch.allclose(terms["loss"], softplus(-model.critic(soft)).mean())
    assert (soft.amax(2) > 1 - 1e-9).all() == straight_through
    assert gradient(model, terms["loss"]).norm() > 1e-3
    hard = soft.argmax(2)
    assert torch.allclose(model.critic(hard), model.critic(torch.eye(6).double()[hard]))


def test_soft_draws_have_the_slope_of_finite_differences() -> None:
    model = build(gumbel_gan)

    def loss() -> Tensor:
        with seeded(9):
            return model.loss(SENTENCES, "generator")["loss"]

    weight = model.output.weight
    slope = torch.autograd.grad(loss(), weight)[0][0, 0]
    with torch.no_grad():
        values = []
        for way in (1e-5, -2e-5):
            weight[0, 0] += way
            values.append(loss())
    assert float(values[0] - values[1]) / 2e-5 == pytest.approx(float(slope), rel=1e-4)


def test_backward_generators_are_judged_in_their_own_order() -> None:
    forward, backward = build(seq_gan), build(seq_gan, direction="backward")
    turned = torch.tensor([[4, 3, EOS]])
    with seeded(10):
        told = forward.loss(torch.tensor([[3, 4, EOS]]), "critic")["score_real"]
    with seeded(10):
        assert backward.loss(turned, "critic")["score_real"] == told
    assert BOS not in backward.sample(50)
