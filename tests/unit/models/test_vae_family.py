"""What each relative of the VAE promises, on data small enough to train in a moment."""

import math

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.base import UNKNOWN, GenerativeModel
from backend.codes.posteriors import kl_of_units
from backend.device import seeded
from backend.evaluation.likelihood import bound, information_of_any
from backend.objectives.divergences import kl, kl_per_unit, mmd, mutual_information
from backend.training import TrainConfig, fit

NAMES = (
    *("beta_vae", "cvae", "joint_vae", "iwae", "wae_mmd", "info_vae", "vamp_prior", "flow_vae"),
    *("vmf_vae", "aavae"),
)
FLOWS = ("planar", "radial", "iaf")
PICTURES = {"data_shape": (1, 4, 4), "latent_dim": 3, "hidden": (8,)}
POINTS = {"data_shape": (2,), "latent_dim": 2, "hidden": (32, 32)}


def build(name: str, **config) -> GenerativeModel:
    cls = registry.model_class(f"vae/{name}")
    with seeded(0):
        return cls(cls.Config(**config))


def trained(model: GenerativeModel, batch, steps: int = 250, lr: float = 1e-2) -> GenerativeModel:
    config = TrainConfig(steps=steps, batch_size=1, lr=lr, warmup=10)
    for _ in fit(model, lambda step: batch, config):
        pass
    return model.requires_grad_(False)


def ring(n: int) -> Tensor:
    """Points of eight Gaussians on a circle of radius 2."""
    with seeded(0):
        angle = torch.randint(8, (n,)) * (math.pi / 4)
        return 2 * torch.stack([angle.cos(), angle.sin()], 1) + 0.1 * torch.randn(n, 2)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(2,), (1, 28, 28)], ids=str)
def test_each_serves_points_and_pictures(name: str, shape: tuple[int, ...]) -> None:
    sizes = {"latent_dim": 5, "components": 3} if name == "joint_vae" else {"latent_dim": 3}
    model = build(name, data_shape=shape, hidden=(8,), channels=2, net="conv", **sizes)
    x = torch.rand(6, *shape)
    batch = (x, torch.arange(6)) if name == "cvae" else x
    for report in fit(model, lambda step: batch, TrainConfig(steps=2, batch_size=6)):
        assert math.isfinite(report.terms["loss"])
    assert model.decode(model.encode(x).mean).mean.shape == x.shape
    assert model.sample(4).shape == (4, *shape)


def test_with_beta_1_it_is_the_vae_bit_for_bit() -> None:
    x = torch.rand(6, 1, 4, 4)
    models = [build("vae", **PICTURES), build("beta_vae", **PICTURES, beta=1)]
    for model in models:
        with seeded(5):
            trained(model, x, 5)
    for a, b in zip(*(model.state_dict().values() for model in models), strict=True):
        assert torch.equal(a, b)


def test_a_larger_beta_buys_a_smaller_kl_with_worse_copies() -> None:
    with seeded(6):
        x = (torch.rand(128, 3) @ torch.rand(3, 16)).clamp(0, 1).view(-1, 1, 4, 4)
    kl, error = [], []
    for beta in (0.02, 0.2, 2.0):
        model = trained(build("beta_vae", **PICTURES, beta=beta), x)
        with seeded(7):
            terms = model.loss(x)
        kl.append(float(terms["kl"]))
        error.append(float(terms["recon_nll"]))
    assert kl == sorted(kl, reverse=True) and error == sorted(error)


def bars(n: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Pictures [n, 1, 4, 4] with one bright row, more or less bright; which row is the class."""
    with seeded(seed):
        labels = torch.randint(4, (n,))
        bright = 0.4 + 0.6 * torch.rand(n, 1)
    rows = torch.nn.functional.one_hot(labels, 4) * bright  # [n, 4]
    return rows[:, None, :, None].expand(n, 1, 4, 4).contiguous(), labels


def test_the_class_given_to_a_conditional_vae_is_the_class_that_comes_out() -> None:
    x, labels = bars(128)
    model = trained(build("cvae", **PICTURES, classes=4), (x, labels))
    with seeded(8):
        z = torch.randn(200, 3)
    wanted = torch.arange(200) % 4
    made = model.decode(z, wanted).mean.mean(3)[:, 0].argmax(1)  # the brightest row
    assert (made == wanted).float().mean() > 0.95
    q = model.encode(x, labels)
    right = model.decode(q.mean, labels).log_prob(x).mean()
    wrong = model.decode(q.mean, (labels + 1) % 4).log_prob(x).mean()
    assert right > wrong + 2
    unknown = torch.full_like(labels, UNKNOWN)
    assert torch.equal(model.encode(x).mean, model.encode(x, unknown).mean)


def test_capacities_rise_linearly_and_stop() -> None:
    model = build("joint_vae", **(POINTS | {"latent_dim": 5}), components=3, capacity_steps=100)
    model.step = 10
    assert model.capacities() == pytest.approx((0.5, 0.5))
    model.step = 1000
    assert model.capacities() == pytest.approx((5.0, math.log(3)))


@pytest.mark.parametrize(("even", "steps"), [(False, 200), (True, 1000)])
def test_both_capacities_are_reached(even: bool, steps: int) -> None:
    """KL_c is its part of the aggregate and the information of the class: it is their sum."""
    x, _ = bars(128)
    options = PICTURES | {"latent_dim": 6, "components": 4, "capacity_z": 1.0, "even": even}
    model = trained(build("joint_vae", **options, capacity_steps=100), x, steps)
    with seeded(9):
        terms = model.loss(x)
    assert abs(float(terms["kl_z"]) - 1.0) < 0.5
    assert abs(float(terms["kl_c"] + terms["mi_c"]) - math.log(4)) < 0.2


def test_a_class_that_tells_nothing_fills_its_capacity_unless_classes_are_held_even() -> None:
    """All weight on one class: KL_c = ln 4, I(x; c) = 0, at full capacity C_c = ln 4."""
    x, _ = bars(16)
    missed = {}
    for even in (False, True):
        sizes = {"latent_dim": 6, "components": 4, "capacity_z": 0.0, "capacity_weight": 1.0}
        model = build("joint_vae", **PICTURES | sizes, even=even)
        model.step = model.config.capacity_steps
        with torch.no_grad():
            last = model.encoder.layers[-1]
            last.weight.zero_()
            last.bias.copy_(torch.tensor([50.0, 0, 0, 0, 0, 0, 0, 0]))
            terms = model.loss(x)
        missed[even] = float(terms["loss"] - terms["recon_nll"] - terms["kl_z"])
    assert missed[False] == pytest.approx(0, abs=1e-4)
    assert missed[True] == pytest.approx(2 * math.log(4), abs=1e-4)


def test_the_bound_of_one_code_is_the_elbo_and_more_codes_tighten_it() -> None:
    x = torch.rand(4, 1, 4, 4).double()
    vae, iwae = build("vae", **PICTURES).double(), build("iwae", **PICTURES).double()
    iwae.load_state_dict(vae.state_dict())
    with seeded(10):
        one = iwae.bound(x, 1)
    with seeded(10):
        q = vae.encode(x)
        z = q.rsample()
    elbo = vae.decode(z).log_prob(x) + vae.prior().log_prob(z) - q.log_prob(z)
    torch.testing.assert_close(one, elbo, rtol=1e-12, atol=1e-12)
    with seeded(11), torch.no_grad():
        log_w = iwae.log_weights(x, 1000)
        exact = vae.loss(x.repeat(500, 1, 1, 1))["loss"]
    assert -log_w.mean().item() == pytest.approx(exact.item(), abs=0.1)
    bounds = [
        (log_w.unflatten(0, (-1, k)).logsumexp(1) - math.log(k)).mean() for k in (1, 5, 50, 1000)
    ]
    assert bounds == sorted(bounds) and bounds[-1] > bounds[0]


def test_codes_of_a_wasserstein_auto_encoder_look_like_the_prior() -> None:
    x = ring(128)
    with seeded(12):
        normal = torch.randn(500, 2)
    found = {}
    for weight in (0.0, 50.0):
        model = trained(build("wae_mmd", **POINTS, mmd_weight=weight), x, 150)
        found[weight] = float(mmd(model.encode(x).mean, normal))
    assert found[50.0] < 0.2 * found[0.0]


def test_an_info_vae_of_weights_0_and_1_has_the_loss_and_the_slopes_of_the_vae() -> None:
    x = torch.rand(6, 1, 4, 4)
    found = []
    for model in (
        build("vae", **PICTURES),
        build("info_vae", **PICTURES, alpha=0, discrepancy_weight=1),
    ):
        with seeded(14):
            loss = model.loss(x)["loss"]
        found.append([loss, *torch.autograd.grad(loss, list(model.parameters()))])
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


def test_a_cheaper_information_lets_codes_tell_more() -> None:
    x, _ = bars(128)
    told = []
    for alpha in (0.0, 0.95):
        model = trained(build("info_vae", **PICTURES, alpha=alpha, discrepancy_weight=2), x)
        q = model.encode(x)
        with seeded(15):
            told.append(float(mutual_information(q, q.sample()).mean()))
    assert told[1] > told[0] + 0.4


def test_more_pseudo_inputs_give_a_better_bound_than_one_and_than_the_standard_prior() -> None:
    """On points in eight clusters; the nets and the steps are the same."""
    x, nll = ring(256), {}
    for name, sizes in (("vae", {}), ("one", {"pseudo_inputs": 1}), ("k", {"pseudo_inputs": 16})):
        model = build("vamp_prior" if sizes else "vae", **POINTS, **sizes)
        trained(model, x, 300)
        with seeded(16):
            nll[name] = float(bound(model, x.repeat(20, 1)).nll.mean())
    assert nll["k"] < nll["one"] - 0.1 and nll["k"] < nll["vae"] - 0.1


def test_codes_are_drawn_from_the_posteriors_of_the_pseudo_inputs() -> None:
    model = build("vamp_prior", **PICTURES, pseudo_inputs=2)
    with torch.no_grad():
        model.prior.free[0], model.prior.free[1] = 3.0, -3.0
        centres = model.encode(model.prior.pseudo_inputs).mean
        with seeded(17):
            cold, warm = model.prior.draw(400, 0.0), model.prior.draw(4000)
        nearest = torch.cdist(cold, centres)
        assert nearest.min(1).values.max() < 1e-6
        assert (nearest.argmin(1) == 0).float().mean() == pytest.approx(0.5, abs=0.1)
        torch.testing.assert_close(warm.mean(0), model.prior().mean, atol=0.1, rtol=0)
        torch.testing.assert_close(warm.var(0), model.prior().variance, atol=0.1, rtol=0.1)

        one = build("vamp_prior", **PICTURES | {"latent_dim": 1}, pseudo_inputs=3).prior
        z = torch.randn(5, 1)
        torch.testing.assert_close(one.unit_log_prob(z)[:, 0], one().log_prob(z))


def test_the_kl_of_a_unit_that_flows_have_left_alone_is_that_of_its_gaussian() -> None:
    x, _ = bars(40)
    with seeded(20), torch.no_grad():
        model = build("flow_vae", **PICTURES, flow="planar", bends=1)
        last = model.encoder.layers[-1]
        last.weight[6:], last.bias[6:] = 0.0, 0.0  # a step of zeros is none
        last.weight.mul_(8)
        q = model.encode(x)
        found, wanted = kl_of_units(model, q), kl_per_unit(q.base_dist)
    torch.testing.assert_close(found.mean(0), wanted.mean(0), atol=0.05, rtol=0.05)


@pytest.mark.parametrize("flow", FLOWS)
def test_without_steps_a_flow_is_the_vae_bit_for_bit(flow: str) -> None:
    x = torch.rand(6, 1, 4, 4)
    models = [build("vae", **PICTURES), build("flow_vae", **PICTURES, flow=flow, bends=0)]
    for model in models:
        with seeded(18):
            trained(model, x, 5)
    for a, b in zip(*(model.state_dict().values() for model in models), strict=True):
        assert torch.equal(a, b)


def test_the_information_of_any_posteriors_is_that_of_gaussians_where_they_are() -> None:
    x, _ = bars(40)
    model = build("vae", **PICTURES).requires_grad_(False)
    with seeded(19):
        model.encoder.layers[-1].weight.mul_(8)
        q = model.encode(x)
        z = q.sample()
    wanted = mutual_information(q, z)
    found = information_of_any([model.encode(part) for part in x.split(15)], z, 7)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_bend_that_all_posteriors_share_takes_none_of_their_information(flow: str) -> None:
    """Any one-to-one map of codes keeps it, so that of the Gaussians before it is the answer."""
    x, _ = bars(40)
    model = build("flow_vae", **PICTURES, flow=flow, bends=2, made_hidden=(6,))
    with seeded(19), torch.no_grad():
        last = model.encoder.layers[-1]
        last.weight.mul_(8)
        last.weight[6:] = 0.0
        last.bias[6:] = torch.randn(len(last.bias) - 6)
        q = model.encode(x)
        z = q.base_dist.sample()
        wanted = mutual_information(q.base_dist, z)
        parts = [model.encode(part) for part in x.split(15)]
        found = information_of_any(parts, q.steps(z)[-1])
    assert wanted.mean() > 0.5
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3)


def test_the_discrepancy_is_unbiased_and_sees_a_difference() -> None:
    with seeded(13):
        null = torch.stack([mmd(torch.randn(60, 2), torch.randn(60, 2)) for _ in range(60)])
        other = mmd(torch.randn(200, 2), torch.randn(200, 2) + 0.7)
    assert null.min() < 0  # an unbiased estimate of 0 has to be, at times
    assert abs(float(null.mean())) < 3 * float(null.std()) / math.sqrt(60)
    assert other > 5 * null.std()


def test_pseudo_inputs_begin_as_dark_as_digits_are() -> None:
    cls = registry.model_class("vae/vamp_prior")
    with seeded(0):
        pictures = cls(cls.Config.tiny()).prior.pseudo_inputs
        points = cls(cls.Config(data_shape=(2,), latent_dim=2, pseudo_inputs=400)).prior
    assert pictures.mean().item() == pytest.approx(1 / (1 + math.exp(3)), rel=0.02)
    assert points.pseudo_inputs.std().item() == pytest.approx(1, rel=0.1)


def test_codes_of_a_sphere_have_length_1_and_one_kl_where_the_concentration_is_fixed() -> None:
    x = torch.rand(6, 1, 4, 4)
    for learned in (True, False):
        model = build("vmf_vae", **PICTURES, learned=learned, concentration=20)
        q = model.encode(x)
        with seeded(11):
            for z in (
                q.rsample(),
                q.mode,
                model.prior.draw(6),
                model.prior.snap(torch.randn(6, 3)),
            ):
                torch.testing.assert_close(z.norm(dim=1), torch.ones(6), rtol=0, atol=1e-5)
        shares = kl_of_units(model, q)
        torch.testing.assert_close(shares.sum(1), kl(q, model.prior()))
        assert (shares.std(0) < 1e-6).all() != learned
    assert float(q.concentration[0]) == 20


def test_a_learned_concentration_falls_where_codes_tell_nothing() -> None:
    """Without the reconstruction, the KL alone brings κ down to its floor of 1."""
    model = build("vmf_vae", **PICTURES)
    x = torch.rand(16, 1, 4, 4)
    model.decode = lambda z: build("vae", **PICTURES).decode(torch.zeros_like(z))
    assert (model.encode(x).concentration > 1.4).all()
    trained(model, x, 100)
    found = model.encode(x).concentration
    assert (found >= 1).all() and found.mean() < 1.2


def test_with_a_perfect_critic_the_loss_is_the_vaes() -> None:
    """1 on data and 0 on samples, whether D is set aside or says so itself."""
    x, _ = bars(32)
    plain = build("vae", **PICTURES)
    with seeded(11):
        wanted = plain.loss(x)
    for option in (False, True):
        model = build("aavae", **PICTURES, use_critic=option)
        model.load_state_dict(plain.state_dict(), strict=False)
        if option:
            model.critic.forward = lambda given: given.new_full(
                (len(given),), 1e9 if torch.equal(given, x) else -1e9
            )
        with seeded(11):
            found = model.loss(x)
        for term in ("loss", "recon_nll", "kl"):
            assert found[term].item() == pytest.approx(wanted[term].item(), abs=1e-6)
        assert found["fake_bound"].item() == 0
    assert build("aavae", **PICTURES, use_critic=False).plan(0) == ["model"]
    assert build("aavae", **PICTURES).plan(0) == ["critic", "model"]


def test_a_critic_that_is_taught_nothing_lets_samples_count_as_much_as_data() -> None:
    """Smoothing ½ makes D = ½ the best; a smaller one lies between that and the GAN's."""
    x, _ = bars(128)
    scores = {}
    for s in (0.0, 0.3, 0.5):
        model = trained(build("aavae", **PICTURES, smoothing=s), x, 150)
        with seeded(12):
            terms = model.loss(x, "critic")
        scores[s] = float(terms["score_real"]), float(terms["score_fake"])
    assert scores[0.5] == pytest.approx((0.5, 0.5), abs=0.05)
    assert scores[0.0][0] > scores[0.3][0] + 0.05 > scores[0.5][0] + 0.1
    assert scores[0.0][1] < scores[0.3][1] - 0.05 < scores[0.5][1] - 0.1


def test_samples_count_as_far_as_they_look_real_and_pull_the_encoder() -> None:
    """The part of samples has a gradient for both nets, and none at all for the critic."""
    x, _ = bars(32)
    model = build("aavae", **PICTURES)
    with seeded(13):
        terms = model.loss(x)
    for part in (model.encoder, model.decoder):
        slopes = torch.autograd.grad(
            terms["fake_bound"], list(part.parameters()), retain_graph=True
        )
        assert max(slope.abs().max().item() for slope in slopes) > 0
    reached = torch.autograd.grad(
        terms["loss"], list(model.critic.parameters()), allow_unused=True
    )
    assert all(slope is None for slope in reached)
    model.critic.head.bias.data += 20  # all looks real
    with seeded(13):
        sure = model.loss(x)
    whole = sure["recon_nll"] + sure["kl"]
    assert sure["real_bound"].item() == pytest.approx(whole.item())
    assert sure["fake_bound"].item() > terms["fake_bound"].item()
