"""What each player of the models of two domains minimises, by formulas written out here."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.base import GenerativeModel
from backend.device import seeded
from backend.models.classifier.dann import Reversal

DANN, CYCLE = "classifier/dann", "gan/cycle_gan"
BATCH = 6
Terms = dict[str, Tensor]


def build(name: str, **config) -> GenerativeModel:
    cls = registry.model_class(name)
    with seeded(1):
        model = cls(cls.Config(**(vars(cls.Config.tiny()) | config))).double().eval()
        for parameter in model.parameters():  # larger than at the start: no term is near 0
            parameter.data += 0.3 * torch.randn_like(parameter)
    return model


def batch(model: GenerativeModel) -> tuple[Tensor, Tensor, Tensor]:
    with seeded(2):
        x, y = torch.rand(2, BATCH, *model.config.data_shape, dtype=torch.float64)
    return x, torch.arange(BATCH) % 3, 1 - 0.5 * y


def square(values: Tensor, target: float) -> Tensor:
    return sum((v - target) ** 2 for v in values) / len(values)


def gap(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).abs().sum() / a.numel()


def critics(m, x, _, y) -> Terms:
    loss = 0.5 * square(m.critic_y(y), 1) + 0.5 * square(m.critic_y(m.to_y(x).detach()), 0)
    loss = loss + 0.5 * square(m.critic_x(x), 1) + 0.5 * square(m.critic_x(m.to_x(y).detach()), 0)
    return {"loss": loss, "critic_loss": loss}


def translators(m, x, _, y) -> Terms:
    over, back = m.to_y(x), m.to_x(y)
    game = square(m.critic_y(over), 1) + square(m.critic_x(back), 1)
    cycle = gap(m.to_x(over), x) + gap(m.to_y(back), y)
    terms = {"loss": game + m.config.cycle_weight * cycle, "generator_loss": game, "cycle": cycle}
    if m.config.identity_weight:
        terms["identity"] = gap(m.to_y(y), y) + gap(m.to_x(x), x)
        terms["loss"] = terms["loss"] + m.config.identity_weight * terms["identity"]
    return terms


@pytest.mark.parametrize(
    ("player", "formula", "config"),
    [
        ("critic", critics, {}),
        ("generator", translators, {}),
        ("generator", translators, {"cycle_weight": 0.7}),
        ("generator", translators, {"cycle_weight": 0.0}),
        ("generator", translators, {"identity_weight": 0.0}),
    ],
)
def test_each_player_of_a_cycle_minimises_what_the_paper_says(
    player: str, formula: Callable[..., Terms], config: dict[str, float]
) -> None:
    model = build(CYCLE, **config)
    data = batch(model)
    found, wanted = model.loss(data, player), formula(model, *data)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name].item() == pytest.approx(value.item(), rel=1e-9), name
    owned = model.player_parameters(player)
    slopes = (torch.autograd.grad(terms["loss"], owned) for terms in (found, wanted))
    for mine, theirs in zip(*slopes, strict=True):
        torch.testing.assert_close(mine, theirs)


def test_each_player_of_a_cycle_wants_the_right_thing_of_every_score() -> None:
    model = build(CYCLE)
    x, labels, y = batch(model)
    for side, data in (("critic_x", x), ("critic_y", y)):
        for player in ("critic", "generator"):
            scores: list[tuple[Tensor, Tensor]] = []
            net = getattr(model, side)
            hook = net.register_forward_hook(
                lambda _, inputs, out, scores=scores: scores.append((inputs[0], out))
            )
            loss = model.loss((x, labels, y), player)["loss"]
            hook.remove()
            assert len(scores) == (2 if player == "critic" else 1)
            for given, out in scores:
                (slope,) = torch.autograd.grad(loss, [out], retain_graph=True)
                real = torch.equal(given, data)
                target = 1.0 if real or player == "generator" else 0.0
                weight = 1.0 if player == "critic" else 2.0
                torch.testing.assert_close(slope, weight * (out - target) / BATCH)


def test_a_cycle_without_weight_leaves_the_way_back_out_of_its_gradient() -> None:
    model = build(CYCLE, cycle_weight=0.0, identity_weight=0.0)
    x, labels, y = batch(model)
    loss = model.loss((x, labels, y), "generator")["loss"]
    alone = square(model.critic_y(model.to_y(x)), 1)  # of F nothing reaches G
    owned = list(model.to_y.parameters())
    slopes = (torch.autograd.grad(value, owned) for value in (loss, alone))
    for mine, theirs in zip(*slopes, strict=True):
        torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_the_reversal_is_the_identity_and_turns_its_gradient_round(weight: float) -> None:
    x = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    out = Reversal.apply(x, weight)
    assert torch.equal(out, x)
    arriving = torch.arange(12, dtype=torch.float64).view(4, 3)
    (slope,) = torch.autograd.grad(out, [x], arriving)
    assert torch.equal(slope, -weight * arriving)


@pytest.mark.parametrize(
    ("config", "step", "weight"),
    [
        ({}, 0, 0.0),
        ({"ramp": 40}, 20, 2 / (1 + math.exp(-5)) - 1),
        ({"ramp": 40}, 40, 2 / (1 + math.exp(-10)) - 1),
        ({"ramp": 40, "reversal": 0.4}, 9000, 0.4 * (2 / (1 + math.exp(-10)) - 1)),
        ({"reversal": 0.0}, 9000, 0.0),
    ],
)
def test_features_lose_what_the_head_of_domains_gains(
    config: dict[str, float], step: int, weight: float
) -> None:
    """Features: class loss - λ domain loss. Both heads: their own loss, whatever λ is."""
    model = build(DANN, **config)
    model.step = step
    x, labels, y = data = batch(model)
    terms = model.loss(data)
    logits = model.logits(x)
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    class_loss = -sum(p[i, c].log() for i, c in enumerate(labels.tolist())) / BATCH
    first, second = (
        1 / (1 + torch.exp(-model.domain_head(model.features(part))[:, 0])) for part in (x, y)
    )
    domain_loss = -(first.log().mean() + (1 - second).log().mean()) / 2
    assert terms["class_loss"].item() == pytest.approx(class_loss.item())
    assert terms["domain_loss"].item() == pytest.approx(domain_loss.item())
    assert terms["loss"].item() == pytest.approx((class_loss + domain_loss).item())
    right = (first > 0.5).double().mean() + (second < 0.5).double().mean()
    assert terms["domain_accuracy"].item() == pytest.approx(right.item() / 2)
    guessed = (logits.argmax(1) == labels).double().mean()
    assert terms["accuracy"].item() == pytest.approx(guessed.item())

    heads = {"output", "domain_head"}
    nets = {name: list(net.parameters()) for name, net in model.named_children()}
    for name, owned in nets.items():
        if not owned:
            continue
        wanted = class_loss + domain_loss if name in heads else class_loss - weight * domain_loss
        slopes = (
            torch.autograd.grad(
                value, owned, retain_graph=True, allow_unused=True, materialize_grads=True
            )
            for value in (terms["loss"], wanted)
        )
        for mine, theirs in zip(*slopes, strict=True):
            torch.testing.assert_close(mine, theirs)


def test_no_class_of_the_second_domain_is_read() -> None:
    """Its pictures reach the features only through the head of domains."""
    model = build(DANN, reversal=0.0)
    x, labels, y = batch(model)
    y.requires_grad_()
    (slope,) = torch.autograd.grad(model.loss((x, labels, y))["loss"], [y], allow_unused=True)
    assert slope is None or not slope.any()
