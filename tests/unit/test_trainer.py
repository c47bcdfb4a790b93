"""A step of ``fit`` is what torch's own functions do, without their detours."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import get_total_norm

from backend import training
from backend.base import GenerativeModel
from backend.device import seeded
from backend.models.gan.alpha_gan import AlphaGAN
from backend.models.gan.gan import GAN
from backend.models.gan.wgan import WGAN
from backend.models.gan.wgan_gp import WGANGP
from backend.models.vae.vae import VAE
from backend.training import TrainConfig, Trainer, fit

STEPS = 12


def plain(model: GenerativeModel, data: Tensor, config: TrainConfig) -> None:
    """As one would write it first, with the schedule switched off by ``config``."""
    players = {name: model.player_parameters(name) for name in model.players}
    optimisers = {
        name: torch.optim.Adam(own, lr=config.lr, betas=model.betas, fused=True)
        for name, own in players.items()
    }
    for step in range(config.steps):
        with seeded(config.seed + step):
            model.step = step
            model.train()
            for name in model.plan(step):
                loss = model.loss(data[step], name)["loss"]
                gradients = torch.autograd.grad(loss, players[name], allow_unused=True)
                for parameter, gradient in zip(players[name], gradients, strict=True):
                    parameter.grad = gradient
                nn.utils.clip_grad_norm_(players[name], config.clip or math.inf)
                optimisers[name].step()
                optimisers[name].zero_grad()
            model.eval()


def small_model(kind: type[GenerativeModel]) -> tuple[GenerativeModel, Tensor]:
    """A model of points with its batches, [STEPS, 16, 2]."""
    small = {"code_hidden": (8,)} if kind is AlphaGAN else {}
    with seeded(0):
        model = kind(kind.Config(data_shape=(2,), hidden=(8, 8), latent_dim=2, **small))
        return model, 3 * torch.randn(STEPS, 16, 2)


@pytest.mark.parametrize("clip", [0.0, 0.3, 5.0])
@pytest.mark.parametrize("kind", [VAE, GAN, WGAN, WGANGP, AlphaGAN])
def test_a_fit_equals_a_plain_loop(kind: type[GenerativeModel], clip: float) -> None:
    config = TrainConfig(steps=STEPS, lr=1e-2, warmup=1, decay=False, clip=clip, report_every=5)
    fitted, data = small_model(kind)
    list(fit(fitted, lambda step: data[step], config))
    looped, data = small_model(kind)
    plain(looped, data, config)
    for a, b in zip(fitted.parameters(), looped.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


def test_a_report_says_how_often_gradients_were_clipped() -> None:
    model, data = small_model(VAE)
    shares = {}
    for clip in (0.0, 1e-3, 1e3):
        config = TrainConfig(steps=STEPS, clip=clip, report_every=STEPS)
        (report,) = fit(model, lambda step: data[step], config)
        shares[clip] = report.clipped
    assert shares == {0.0: 0, 1e-3: 1, 1e3: 0}


@pytest.mark.parametrize("clip", [0.0, 1e-3])
def test_a_report_says_how_long_gradients_were_before_they_were_clipped(clip: float) -> None:
    model, data = small_model(VAE)
    model.train()
    with seeded(0):
        loss = model.loss(data[0])["loss"]
    expected = get_total_norm(torch.autograd.grad(loss, list(model.parameters())))
    (report,) = fit(model, lambda step: data[step], TrainConfig(steps=1, clip=clip))
    assert report.norm == pytest.approx(expected.item(), rel=1e-4)


def test_optimisers_are_made_before_the_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch imports for the first of them takes 1.5 s, which is none of a step's."""
    made = []

    class Noted(Trainer):
        def __init__(self, *given: object) -> None:
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(training, "Trainer", Noted)
    model, data = small_model(VAE)
    reports = fit(model, lambda step: data[step], TrainConfig(steps=2))
    assert len(made) == 1
    assert len(list(reports)) == 2


def test_a_gradient_that_is_no_number_moves_nothing() -> None:
    model = VAE(VAE.Config(data_shape=(2,), hidden=(8,), latent_dim=2))
    before = [parameter.clone() for parameter in model.parameters()]
    trainer = Trainer(model, TrainConfig())
    terms = trainer.step(0, torch.full((4, 2), math.nan), 1e-3)
    assert not math.isfinite(terms["loss"].detach())
    for a, b in zip(before, model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_rate_of_zero_moves_nothing() -> None:
    model = GAN(GAN.Config(data_shape=(2,), hidden=(8,), latent_dim=2))
    before = [parameter.clone() for parameter in model.parameters()]
    Trainer(model, TrainConfig()).step(0, torch.randn(4, 2), 0.0)
    for a, b in zip(before, model.parameters(), strict=True):
        assert torch.equal(a, b)
