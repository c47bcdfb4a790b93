"""What each auto-encoder promises, on data small enough to train in a moment."""

import math

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.base import GenerativeModel
from backend.device import seeded
from backend.training import TrainConfig, fit

NAMES = ("linear_ae", "denoising_ae", "sparse_ae", "contractive_ae")


def build(name: str, seed: int = 0, **config) -> GenerativeModel:
    cls = registry.model_class(name)
    with seeded(seed):
        return cls(cls.Config(**config))


def trained(model: GenerativeModel, x: Tensor, steps: int = 250, lr: float = 1e-2):
    config = TrainConfig(steps=steps, batch_size=len(x), lr=lr, warmup=10)
    for _ in fit(model, lambda step: x, config):
        pass
    return model.requires_grad_(False)


def on_a_circle(n: int, seed: int = 0) -> Tensor:
    with seeded(seed):
        angle = 2 * math.pi * torch.rand(n)
    return torch.stack([angle.cos(), angle.sin()], 1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(2,), (1, 28, 28), (3, 28, 28)], ids=str)
@pytest.mark.parametrize("net", ["mlp", "conv"])
def test_each_serves_points_and_pictures(name: str, shape: tuple[int, ...], net: str) -> None:
    model = build(f"ae/{name}", data_shape=shape, latent_dim=3, hidden=(8,), channels=2, net=net)
    x = torch.rand(5, *shape)
    for report in fit(model, lambda step: x, TrainConfig(steps=2, batch_size=5)):
        assert math.isfinite(report.terms["loss"])
    p = model.decode(model.encode(x).mean)
    assert p.mean.shape == x.shape and p.log_prob(x).shape == (5,)


def test_a_linear_auto_encoder_equals_pca() -> None:
    with seeded(3):
        basis = torch.linalg.qr(torch.randn(16, 16))[0]
        scales = torch.tensor([3.0, 2.5, 2.0, *[0.3] * 13])
        x = (torch.randn(400, 16) * scales @ basis.T + 1).view(-1, 1, 4, 4)
    model = trained(build("ae/linear_ae", data_shape=(1, 4, 4), latent_dim=3), x, 300, 3e-2)
    flat = x.flatten(1)
    centred = flat - flat.mean(0)
    principal = torch.linalg.svd(centred, full_matrices=False)[2][:3]  # [3, 16]
    of_pca = (centred - centred @ principal.T @ principal).square().mean()
    of_model = (model.decode(model.encode(x).mean).mean.flatten(1) - flat).square().mean()
    assert 1 - 1e-4 <= of_model / of_pca < 1.01
    learned = torch.linalg.qr(model.decoder.weight)[0]  # [16, 3]
    cosines = torch.linalg.svdvals(principal @ learned)
    assert math.degrees(math.acos(min(1.0, float(cosines.min())))) < 5


def test_a_nonlinear_one_may_do_better_than_pca() -> None:
    """On a circle one number suffices, but no line does."""
    x = on_a_circle(128)
    model = trained(build("ae/ae", data_shape=(2,), latent_dim=1, hidden=(32, 32)), x)
    error = (model.decode(model.encode(x).mean).mean - x).square().sum(1).mean()
    best_line = torch.linalg.eigvalsh(torch.cov(x.T))[0]
    assert error < 0.5 * best_line


def stripes(n: int, seed: int) -> Tensor:
    """Pictures [n, 1, 4, 4] whose rows are all the same."""
    with seeded(seed):
        return torch.rand(n, 1, 1, 4).expand(n, 1, 4, 4).clone()


@pytest.mark.parametrize("noise", ["gaussian", "masking"])
def test_a_denoising_one_removes_noise_from_what_it_never_saw(noise: str) -> None:
    options = {"data_shape": (1, 4, 4), "latent_dim": 16, "hidden": (32,)}
    model = build("ae/denoising_ae", **options, noise=noise, noise_level=0.5)
    model = trained(model, stripes(512, 1), 250)
    clean = stripes(512, 2)
    with seeded(3):
        noisy = model.corrupted(clean)

    def gain(model: GenerativeModel) -> float:
        """Of the peak signal-to-noise ratio, dB; the identity has 0."""
        denoised = model.decode(model.encode(noisy).mean).mean
        return float(
            10 * ((noisy - clean).square().mean() / (denoised - clean).square().mean()).log10()
        )

    copier = trained(build("ae/ae", **options), stripes(512, 1), 250)
    assert gain(model) > 5 and gain(model) > gain(copier) + 1


def test_without_noise_or_weight_they_are_the_plain_auto_encoder() -> None:
    options = {"data_shape": (1, 4, 4), "latent_dim": 3, "hidden": (8,)}
    x = torch.rand(6, 1, 4, 4)
    plain = build("ae/ae", **options).loss(x)["loss"]
    for noise in ("gaussian", "masking"):
        model = build("ae/denoising_ae", **options, noise=noise, noise_level=0)
        assert model.loss(x)["loss"] == plain
    assert build("ae/sparse_ae", **options, sparsity_weight=0).loss(x)["loss"] == plain


def test_a_heavier_weight_makes_sparser_codes_and_worse_copies() -> None:
    with seeded(4):
        x = (torch.rand(128, 3) @ torch.rand(3, 16)).clamp(0, 1).view(-1, 1, 4, 4)
    active, errors = [], []
    for weight in (0.0, 0.03, 0.3):
        options = {"data_shape": (1, 4, 4), "latent_dim": 8, "hidden": (32,)}
        model = build("ae/sparse_ae", **options, sparsity_weight=weight)
        z = trained(model, x).encode(x).mean
        active.append(float((z.abs() > 0.05).float().mean()))
        errors.append(float((model.decode(z).mean - x).square().mean()))
    assert active == sorted(active, reverse=True) and active[-1] < 0.7 * active[0]
    assert errors == sorted(errors)


def test_the_contraction_is_the_norm_of_the_jacobian() -> None:
    model = build("ae/contractive_ae", data_shape=(1, 4, 4), latent_dim=5).double()
    x = torch.rand(3, 1, 4, 4, dtype=torch.float64)
    for row, value in zip(x, model.contraction(model.encode(x).mean), strict=True):
        jacobian = torch.autograd.functional.jacobian(lambda y: model.encode(y[None]).mean[0], row)
        assert jacobian.square().sum().item() == pytest.approx(value.item(), rel=1e-5)


def test_a_heavier_weight_contracts_more() -> None:
    x = torch.cat([on_a_circle(64), 0.5 * on_a_circle(64)])
    norms, shifts = [], []
    for weight in (0.0, 1.0, 10.0):
        options = {"data_shape": (2,), "latent_dim": 4, "hidden": (32,)}
        model = trained(build("ae/contractive_ae", **options, contraction_weight=weight), x)
        norms.append(float(model.contraction(model.encode(x).mean).mean()))
        shifts.append(
            float((model.encode(x + 0.05).mean - model.encode(x).mean).norm(dim=1).mean())
        )
    assert norms == sorted(norms, reverse=True) and shifts == sorted(shifts, reverse=True)
    assert norms[-1] < 0.5 * norms[0]
