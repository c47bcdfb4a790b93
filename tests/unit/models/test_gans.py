"""What each game promises: who moves, in which direction, and where it would end."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from backend import registry
from backend.base import GenerativeModel
from backend.device import seeded
from backend.distributions.deterministic import Deterministic
from backend.models.gan import aae
from backend.objectives.divergences import gan_loss, gradient_penalty, mmd
from backend.objectives.priors import StandardNormal
from backend.training import TrainConfig, fit

NAMES = ("gan", "dcgan", "wgan", "wgan_gp", "vae_gan", "aae", "alpha_gan", "iwgan", "bigan", "age")
NAMES += ("intro_vae",)
POINTS = {"data_shape": (2,), "latent_dim": 2, "hidden": (32, 32)}


def build(name: str, **config) -> GenerativeModel:
    cls = registry.model_class(f"gan/{name}")
    with seeded(0):
        return cls(cls.Config(**config))


def trained(model: GenerativeModel, batches: Callable, steps: int, lr: float = 2e-3):
    config = TrainConfig(steps=steps, batch_size=1, lr=lr, warmup=1, decay=False)
    for _ in fit(model, batches, config):
        pass
    return model


def ring(n: int, seed: int = 0) -> Tensor:
    with seeded(seed):
        angle = torch.randint(8, (n,)) * (math.pi / 4)
        return 2 * torch.stack([angle.cos(), angle.sin()], 1) + 0.1 * torch.randn(n, 2)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(2,), (1, 28, 28)], ids=str)
@pytest.mark.parametrize("net", ["mlp", "conv"])
def test_each_serves_points_and_pictures(name: str, shape: tuple[int, ...], net: str) -> None:
    model = build(name, data_shape=shape, latent_dim=3, hidden=(8,), channels=2, net=net)
    x = torch.rand(6, *shape)
    trained(model, lambda step: x, 5)
    assert model.sample(4).shape == (4, *shape)
    assert model.sample(4).isfinite().all()
    if len(shape) == 3:
        assert model.sample(4).min() >= 0 and model.sample(4).max() <= 1


def test_the_best_critic_is_p_over_p_plus_q_and_its_value_2_jsd_minus_2_ln_2() -> None:
    """Data N((-1, 0), I), "samples" N((1, 0), I): then D*(x) = σ(-2 x₁)."""
    shift = torch.tensor([1.0, 0.0])
    model = build("gan", **POINTS)
    model.decode = lambda z, context=None: Deterministic(z + shift)
    model.plan = lambda step: ["critic"]
    generator = torch.Generator().manual_seed(1)
    config = TrainConfig(steps=400, batch_size=1, lr=1e-2, warmup=1)
    for _ in fit(model, lambda step: torch.randn(512, 2, generator=generator) - shift, config):
        pass
    axis = torch.linspace(-2, 2, 21)
    grid = torch.cartesian_prod(axis, axis / 2)
    with torch.no_grad():
        assert (model.critic(grid).sigmoid() - (-2 * grid[:, 0]).sigmoid()).abs().max() < 0.05
        real = torch.randn(40_000, 2, generator=generator) - shift
        with seeded(2):
            value = -model.loss(real)["loss"]
    x = torch.linspace(-9, 9, 20_001, dtype=torch.float64)
    p, q = (torch.exp(-0.5 * (x - m) ** 2) / math.sqrt(2 * math.pi) for m in (-1, 1))
    m = (p + q) / 2
    jsd = 0.5 * torch.trapezoid(p * (p / m).log() + q * (q / m).log(), x)
    assert value.item() == pytest.approx(float(2 * jsd) - 2 * math.log(2), abs=0.02)


def test_a_sure_critic_leaves_the_minimax_generator_without_gradient() -> None:
    norms = {}
    for objective in ("minimax", "non-saturating"):
        model = build("gan", **POINTS, objective=objective)
        model.critic.head.bias.data -= 6  # D(G(z)) < 0.01
        with seeded(3):
            loss = model.loss(torch.zeros(256, 2), "generator")["loss"]
            assert model.critic(model.sample(256)).sigmoid().max() < 0.01
        gradient = torch.autograd.grad(loss, model.player_parameters("generator"))
        norms[objective] = torch.cat([g.flatten() for g in gradient]).norm()
    assert norms["minimax"] < norms["non-saturating"] / 50


def test_a_dcgan_is_normalised_everywhere_but_at_its_ends() -> None:
    model = build("dcgan", data_shape=(1, 28, 28), latent_dim=8, channels=4)
    convolutions = (nn.Conv2d, nn.ConvTranspose2d, nn.BatchNorm2d)
    kinds = [
        [type(m).__name__ for m in net.modules() if isinstance(m, convolutions)]
        for net in (model.generator, model.critic)
    ]
    assert kinds == [
        ["BatchNorm2d", "ConvTranspose2d", "BatchNorm2d", "ConvTranspose2d"],
        ["Conv2d", "Conv2d", "BatchNorm2d"],
    ]


def critic_weights(model: GenerativeModel) -> Tensor:
    return torch.cat([p.detach().flatten() for p in model.critic.parameters()])


def test_clipped_weights_stay_within_and_pile_up_at_the_clip() -> None:
    model = build("wgan", **POINTS, clip=0.05)
    x = ring(256)
    config = TrainConfig(steps=152, batch_size=1, lr=2e-3, warmup=1)  # the last is the critic's
    for _ in fit(model, lambda step: x, config):
        assert critic_weights(model).abs().max() <= 0.05
    piled = (critic_weights(model).abs() > 0.049).float().mean()
    penalised = trained(build("wgan_gp", **POINTS), lambda step: x, 10)
    edge = critic_weights(penalised).abs().max()
    assert piled > 0.3 > (critic_weights(penalised).abs() > 0.98 * edge).float().mean()
    assert model.plan(3) == ["critic"] and model.plan(4) == ["critic", "generator"]
    logits = torch.tensor([5.0, -7.0])
    model.critic.forward = lambda x: logits  # neither a sigmoid nor a logarithm
    assert model.loss(torch.zeros(2, 2))["score_real"] == -1


def test_the_penalty_is_per_sample() -> None:
    weight = torch.tensor([3.0, 4.0])
    for n in (1, 7):  # a slope of the batch mean would be n times too small
        penalty = gradient_penalty(lambda x: x @ weight, torch.rand(n, 2), torch.rand(n, 2))
        assert penalty.item() == pytest.approx(16)
    with torch.no_grad():
        assert float(gradient_penalty(lambda x: x @ weight, *torch.rand(2, 3, 2))) > 0


def test_the_penalised_critic_has_slope_1_between_data_and_samples() -> None:
    model = build("wgan_gp", **POINTS)
    model.plan = lambda step: ["critic"]
    trained(model, lambda step: ring(256, step), 250, 5e-3)
    with seeded(4):
        real, fake, share = ring(512, 1000), model.sample(512).detach(), torch.rand(512, 1)
    between = (share * real + (1 - share) * fake).requires_grad_()
    slopes = torch.autograd.grad(model.critic(between).sum(), between)[0].norm(dim=1)
    assert 0.8 < float(slopes.mean()) < 1.2


NORMALISED = {
    "vae_gan": {"encoder", "decoder", "critic"},
    "alpha_gan": {"encoder", "generator", "critic"},
}


@pytest.mark.parametrize("name", NORMALISED)
def test_nets_are_normalised_where_that_is_asked_for(name: str) -> None:
    for asked in (set(), NORMALISED[name]):
        model = build(name, **POINTS, batch_norm=bool(asked))
        found = {
            net
            for net, part in model.named_children()
            if any(isinstance(one, nn.BatchNorm1d) for one in part.modules())
        }
        assert found == asked


@pytest.mark.parametrize("name", ["gan", "wgan", "aae", "bigan", "iwgan", *NORMALISED])
def test_checkpoints_draw_without_the_critics(name: str) -> None:
    model = build(name, **POINTS).eval()
    z = torch.randn(3, model.config.latent_dim)
    drawn = model.decode(z).mean
    kept = model.drop_training_only().eval()
    assert not any("critic" in key for key in kept.state_dict())
    assert torch.equal(kept.decode(z).mean, drawn)


def test_the_encoder_of_a_vae_gan_hears_nothing_of_the_game() -> None:
    model = build("vae_gan", **POINTS)
    x = ring(16)

    def gradient(player: str) -> Tensor:
        with seeded(5):
            loss = model.loss(x, player)["loss"]
        parameters = model.player_parameters(player)
        return torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters)])

    encoder, decoder = gradient("encoder"), gradient("decoder")
    model.critic.head.weight.data.neg_()  # real becomes fake; features stay
    assert torch.equal(gradient("encoder"), encoder)
    assert not torch.equal(gradient("decoder"), decoder)
    with seeded(5):
        terms = model.loss(x)
    assert terms["loss"] == terms["kl"] + terms["feature_nll"]
    assert model.feature_nll(x, x) == 0


def test_codes_of_an_adversarial_auto_encoder_follow_the_prior_that_is_chosen() -> None:
    x, found = ring(256), {}
    for prior in ("normal", "mixture"):
        model = build("aae", **POINTS, prior=prior, code_hidden=(32, 32))
        with seeded(6):
            wanted = model.prior().sample((256,))
            before = mmd(model.encode(x).mean, wanted)
        trained(model, lambda step: x, 200)
        found[prior] = model.encode(x).mean.detach()
        assert mmd(found[prior], wanted) < 0.3 * before
    assert found["mixture"].norm(dim=1).mean() > found["normal"].norm(dim=1).mean() + 1


def test_signs_of_an_alpha_gan() -> None:
    """C is the probability that a code came from the prior, D that a picture is real."""
    model = build("alpha_gan", **POINTS, code_hidden=(8,))
    x = ring(64)

    def loss(player: str, scores: dict[str, float]) -> float:
        for net, value in scores.items():
            critic = getattr(model, net)
            critic.head.weight.data.zero_()
            critic.head.bias.data.fill_(value)
        with seeded(7):
            return float(model.loss(x, player)["loss"].detach())

    assert loss("encoder", {"code_critic": 3}) < loss("encoder", {"code_critic": -3})
    assert loss("generator", {"critic": 3}) < loss("generator", {"critic": -3})
    model = build("alpha_gan", **POINTS, code_hidden=(8,))
    model.plan = lambda step: ["critic", "code_critic"]
    far = x + 10
    model.encoder.forward = lambda x: x  # codes far from the prior
    trained(model, lambda step: far, 60, 1e-2)
    with seeded(8):
        terms = model.loss(far, "code_critic") | model.loss(far, "critic")
    assert terms["score_prior"] > 0.8 > 0.2 > terms["score_code"]
    assert terms["score_real"] > terms["score_fake"]
    assert terms["code_critic_accuracy"] > 0.9


def test_terms_of_an_alpha_gan_can_be_switched_off() -> None:
    x = ring(8)
    full = build("alpha_gan", **POINTS)
    assert full.plan(0) == ["encoder", "generator", "critic", "code_critic"]
    no_critic = build("alpha_gan", **POINTS, use_critic=False)
    assert "critic" not in no_critic.plan(0)
    terms = no_critic.loss(x, "generator")
    copy = no_critic.decode(no_critic.encode(x).mean).mean
    assert terms["loss"].item() == pytest.approx(10 * (x - copy).abs().mean().item())
    no_code_critic = build("alpha_gan", **POINTS, use_code_critic=False)
    terms = no_code_critic.loss(x, "encoder")
    assert terms["loss"].item() == pytest.approx(10 * terms["recon_l1"].item())
    no_l1 = build("alpha_gan", **POINTS, use_l1=False)
    z = no_l1.encode(x).mean
    expected = gan_loss(no_l1.code_critic(z), True)
    assert no_l1.loss(x, "encoder")["loss"].item() == pytest.approx(expected.item())
    with pytest.raises(ValueError, match="both critics are needed"):
        build("alpha_gan", **POINTS, use_l1=False, use_critic=False)


def gradient_of(model: GenerativeModel, player: str, x: Tensor) -> Tensor:
    with seeded(5):
        loss = model.loss(x, player)["loss"]
    parameters = model.player_parameters(player)
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters)])


def test_a_critic_that_cannot_tell_leaves_an_iwgan_the_gradient_of_the_gan() -> None:
    weighted, plain = build("iwgan", **POINTS, k=16), build("gan", **POINTS)
    plain.load_state_dict(weighted.state_dict())
    x = ring(40)
    assert not torch.allclose(*(gradient_of(m, "generator", x) for m in (weighted, plain)))
    for model in (weighted, plain):
        model.critic.head.weight.data.mul_(1e-6)  # D is constant, but its slope is not 0
    wanted = gradient_of(plain, "generator", x)
    torch.testing.assert_close(
        gradient_of(weighted, "generator", x), wanted, rtol=1e-4, atol=1e-5 * float(wanted.norm())
    )


def test_weights_of_an_iwgan_rank_samples_as_the_critic_does() -> None:
    model = build("iwgan", **POINTS, k=10)
    scores = torch.randn(10, requires_grad=True)
    weights = model.weights(scores)
    assert not weights.requires_grad
    assert weights.sum().item() == pytest.approx(1)
    assert torch.equal(weights.argsort(), scores.argsort())
    d = scores.detach().sigmoid()
    torch.testing.assert_close(weights, d / (1 - d) / (d / (1 - d)).sum())


def test_one_sample_of_its_own_makes_an_iwgan_the_gan() -> None:
    weighted, plain = build("iwgan", **POINTS, k=1), build("gan", **POINTS)
    trained(weighted, lambda step: ring(16, step), 20)
    trained(plain, lambda step: ring(16, step), 20)
    for mine, theirs in zip(weighted.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=1e-5)


INFO = {"latent_dim": 6, "components": 4, "told": 1, "net": "mlp"}


def four(n: int, seed: int) -> Tensor:
    with seeded(seed):
        corner = 2.0 * torch.randint(2, (n, 2)) - 1
        return 1.5 * corner + 0.1 * torch.randn(n, 2)


def read_class(model: GenerativeModel) -> float:
    """The information that samples hold of their class in the eyes of a new reader, nats."""
    with seeded(8):
        z = model.prior.draw(4000)
        x = model.decode(z).mean.detach()
        reader = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 4))
        optimiser = torch.optim.Adam(reader.parameters(), 1e-2)
        for _ in range(150):
            loss = nn.functional.cross_entropy(reader(x), z[:, :4].argmax(1))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return math.log(4) - loss.item()


def test_classes_of_an_infogan_can_be_read_off_its_samples_and_without_their_term_cannot() -> None:
    """Data of four clusters; the information of the class is ln 4 = 1.386 nats at most."""
    found = {}
    for weight in (1.0, 0.0):
        model = build("info_gan", **{**POINTS, **INFO}, info_weight=weight)
        trained(model, lambda step: four(64, step), 300, 2e-3)
        found[weight] = read_class(model)
        with seeded(9):
            told = model.loss(four(2000, 1), "generator")["info_c"].item()
        if weight:
            assert 0.8 * math.log(4) < told < math.log(4)
            assert told < found[weight] + 0.1  # a bound
        else:
            assert told < 0.1
    assert found[1.0] > 0.8 * math.log(4)
    assert found[0.0] < 0.6 * found[1.0]


def test_the_information_is_that_of_a_reader_that_knows_or_guesses() -> None:
    model = build("info_gan", **{**POINTS, **INFO})
    with seeded(1):
        z = model.prior.draw(20_000)
    model.reader.forward = lambda features: torch.cat([50 * z[:, :4], z[:, 4:5]], 1)
    knows = model.information(z, z)
    assert knows["info_c"].item() == pytest.approx(math.log(4), abs=1e-5)
    assert knows["info_units"].item() == pytest.approx(0.5 + math.log(2), abs=1e-5)  # σ = 0.5
    model.reader.forward = lambda features: torch.zeros(len(features), 5)
    guesses = model.information(z, z)
    assert guesses["info_c"].item() == pytest.approx(0, abs=1e-5)
    assert guesses["info_units"].item() == pytest.approx(0.5 + math.log(2) - 2, abs=0.05)


def test_what_an_infogan_reads_is_its_code_and_of_the_noise_it_says_nothing() -> None:
    model = build("info_gan", data_shape=(1, 8, 8), **INFO).eval()
    x = torch.rand(5, 1, 8, 8)
    q = model.encode(x)
    assert torch.equal(q.mode[:, :4], nn.functional.one_hot(model.assign(x)[:, 0].argmax(1), 4))
    assert torch.equal(q.parts[1].mean[:, 1:], torch.zeros(5, 1))
    assert torch.equal(q.parts[1].stddev[:, 1:], torch.ones(5, 1))
    with pytest.raises(ValueError, match=r"at least components \+ told \(5\), got 3"):
        build("info_gan", **INFO | {"latent_dim": 3})


@pytest.mark.parametrize("encoder", ["point", "normal"])
def test_copies_of_a_bigan_come_back_though_nothing_compares_them(encoder: str) -> None:
    model = build("bigan", **POINTS, encoder=encoder, pair_hidden=(32, 32))
    x = ring(500, 1)

    def error() -> float:
        """Distance of copies to their originals, over that of copies to other originals."""
        with torch.no_grad(), seeded(2):
            copy = model.decode(model.encode(x).mode).mean
            other = copy[torch.randperm(len(x))]
        return float((x - copy).norm(dim=1).mean() / (x - other).norm(dim=1).mean())

    before = error()
    trained(model, lambda step: ring(64, step), 500, 2e-3)
    assert before > 0.9 and error() < 0.65


def test_only_two_nets_make_an_age_and_its_kls_end_near_0() -> None:
    model = build("age", **POINTS)
    assert [name for name, part in model.named_children() if list(part.parameters())] == [
        "encoder",
        "generator",
    ]
    assert model.plan(0) == ["encoder", "generator", "generator"]
    x = ring(500, 1)
    z = torch.randn(50, 2)
    torch.testing.assert_close(model.decode(z).mean, model.decode(3 * z).mean)  # its direction
    assert torch.allclose(model.encode(x).mean.norm(dim=1), torch.tensor(2**0.5))
    moments = []
    for _ in range(5):  # the game goes to and fro, on each machine at other times
        with seeded(3):
            moments.append({id: float(term.detach()) for id, term in model.loss(x).items()})
        trained(model, lambda step: ring(64, step), 150, 2e-3)
    start, terms = moments[0], min(moments, key=lambda found: found["kl_real"] + found["kl_fake"])
    assert terms["kl_real"] < 0.5 * start["kl_real"] and terms["kl_fake"] < 0.1 * start["kl_fake"]
    assert terms["recon_l1"] < 0.6 * x.abs().mean()


def test_each_net_of_an_age_wants_codes_where_the_game_has_them() -> None:
    """Real codes towards N(0, I), of samples away from it, by the encoder; the generator: back."""
    model = build("age", **POINTS, match_x=0, match_z=0)
    codes: list[Tensor] = []
    model.encode = lambda x, context=None: Deterministic(
        codes.append(x.clone().requires_grad_()) or codes[-1]
    )
    model.decode = lambda z, context=None: Deterministic(2 * z + 1 + 0 * model.generator.mean(z))
    far = 3 * torch.randn(200, 2) + 2
    for player, signs in (("encoder", (1, -1)), ("generator", (1,))):
        codes.clear()
        loss = model.loss(far, player)["loss"]
        for code, sign in zip(codes, signs, strict=True):
            (slope,) = torch.autograd.grad(loss, code, retain_graph=True)
            assert torch.sign((slope * code.detach()).sum()) == sign  # 1: to shrink is what helps


def test_the_quick_ways_to_draw_and_to_decode_give_what_the_distributions_give() -> None:
    prior = StandardNormal(3)
    with seeded(5):
        quick = prior.draw(7)
    with seeded(5):
        assert torch.equal(quick, prior().sample((7,)))
    for shape in ({"data_shape": (2,)}, {"data_shape": (3, 8, 8)}):
        decoder = build("gan", latent_dim=3, hidden=(8,), **shape).generator
        assert torch.equal(decoder.mean(quick), decoder(quick).mean)


def test_the_modes_of_an_aae_stand_on_a_circle_and_are_alike() -> None:
    prior = build("aae", **POINTS, prior="mixture", components=6).prior
    means = prior.centres()[0]
    expected = [
        [aae.RING * math.cos(k * math.pi / 3), aae.RING * math.sin(k * math.pi / 3)]
        for k in range(6)
    ]
    torch.testing.assert_close(means, torch.tensor(expected), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(prior.scales(), torch.full((1, 6, 2), aae.SPREAD))


def test_an_age_moves_its_generator_as_often_as_asked() -> None:
    for times in (1, 3):
        model = build("age", **POINTS, generator_steps=times)
        assert model.plan(0) == ["encoder", *["generator"] * times]


def test_what_a_generator_gains_rises_with_the_critic_s_score() -> None:
    """As the laboratory's arrows show it: each objective's own, up to a constant."""
    score = torch.linspace(-3, 3, 13, requires_grad=True)
    for name, config, slope in (
        ("wgan", {}, torch.ones(13)),
        ("gan", {"objective": "minimax"}, score.sigmoid()),
        ("gan", {}, (-score).sigmoid()),
    ):
        reward = build(name, **POINTS, **config).reward(score)
        (found,) = torch.autograd.grad(reward.sum(), score)
        torch.testing.assert_close(found, slope.detach())


def test_an_info_gan_needs_room_for_what_it_tells() -> None:
    sizes = POINTS | {"components": 3, "told": 2}
    with pytest.raises(ValueError, match="at least components"):
        build("info_gan", **(sizes | {"latent_dim": 4}))
    model = build("info_gan", **(sizes | {"latent_dim": 7}))
    z = model.prior.draw(5)
    assert z.shape == (5, 7) and (z[:, :3].sum(1) == 1).all()
    q = model.encode(ring(4))
    assert q.mean.shape == (4, 7)
    noise = q.parts[1].base_dist.scale[:, 2:]
    assert torch.equal(noise, torch.ones(4, 2))  # it says nothing of these: they have their prior


def test_the_information_of_several_units_is_their_sum() -> None:
    model = build("info_gan", **(POINTS | {"latent_dim": 7}), components=3, told=2)
    with seeded(2), torch.no_grad():
        z = model.prior.draw(9)
        features = model.critic.features(ring(9))
        q_c, q_units = model.read(features)
        found = model.information(features, z)
    each = -0.5 * ((z[:, 3:5] - q_units.mean) / 0.5) ** 2 - math.log(0.5 * math.sqrt(2 * math.pi))
    entropy = 2 * 0.5 * math.log(2 * math.pi * math.e)
    assert found["info_units"].item() == pytest.approx(float(each.sum(1).mean()) + entropy)
    log_q = (q_c.probs[:, 0] * z[:, :3]).sum(1).log()
    assert found["info_c"].item() == pytest.approx(float(log_q.mean()) + math.log(3), rel=1e-5)
