"""Flows against autograd, their inverses, and a posterior that no Gaussian fits."""

import math
from functools import partial

import pytest
import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from backend.device import seeded
from backend.nets.flows import MADE, Autoregressive, Flow, Flowed, Planar, Radial

KINDS = ("planar", "radial", "iaf")
BATCH, DIM = 4, 3


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def flow_of(kind: str, size: float = 2.0, dim: int = DIM) -> Flow:
    if kind == "planar":
        return Planar(size * normal(BATCH, dim), size * normal(BATCH, dim), normal(BATCH))
    if kind == "radial":
        return Radial(normal(BATCH, dim), size * normal(BATCH), size * normal(BATCH))
    net = MADE(dim, 2, (7, 5)).double()
    for parameter in net.parameters():
        parameter.data += 0.3 * size * torch.randn_like(parameter)
    return Autoregressive(net, normal(BATCH, 2), reverse=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_the_log_determinant_is_that_of_the_jacobian(kind: str, dim: int) -> None:
    for seed in range(5):
        with seeded(seed):
            flow, z = flow_of(kind, dim=dim), normal(BATCH, dim)
        found = flow.log_abs_det_jacobian(z, flow(z))
        jacobian = torch.autograd.functional.jacobian(flow._call, z)  # [B, D, B, D]
        wanted = [torch.linalg.slogdet(jacobian[i, :, i])[1] for i in range(BATCH)]
        torch.testing.assert_close(found, torch.stack(wanted), rtol=1e-6, atol=1e-8)
        others = jacobian.clone()
        others[torch.arange(BATCH), :, torch.arange(BATCH)] = 0
        assert not others.any()  # each example's own parameters


@pytest.mark.parametrize("kind", KINDS)
def test_each_has_an_inverse_even_at_extreme_parameters(kind: str) -> None:
    with seeded(1):
        flow, z = flow_of(kind, 4.0), 3 * normal(6, BATCH, DIM)
        torch.testing.assert_close(flow._inverse(flow._call(z)), z, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_density_of_a_draw_is_the_density_of_its_copy_and_sums_to_one(kind: str) -> None:
    """The copy is not the remembered draw, so it has to be inverted."""
    with seeded(2):
        base = Independent(Normal(normal(BATCH, 2), torch.ones(BATCH, 2).double()), 1)
        q = Flowed(base, [flow_of(kind, 1.0, dim=2) for _ in range(3)])
        z = q.sample((5,))
    torch.testing.assert_close(q.log_prob(z.clone()), q.log_prob(z), rtol=1e-4, atol=1e-4)
    line = torch.linspace(-12, 12, 161, dtype=torch.float64)
    grid = torch.cartesian_prod(line, line)[:, None]
    total = q.log_prob(grid.expand(-1, BATCH, -1)).exp().sum(0) * 0.15**2
    torch.testing.assert_close(total, torch.ones(BATCH).double(), rtol=0, atol=0.02)


def test_a_place_that_no_draw_comes_near_has_no_density_rather_than_nan() -> None:
    with seeded(0):
        nets = [MADE(16, 2, (8,)) for _ in range(8)]
        context = torch.randn(BATCH, 2)
    for net in nets:
        net.out.weight.data *= 40  # gates of near 0 or 1, as training makes them
    base = Independent(Normal(torch.zeros(BATCH, 16), torch.ones(BATCH, 16)), 1)
    posterior = Flowed(base, [Autoregressive(net, context, reverse=True) for net in nets])
    found = posterior.log_prob(torch.full((BATCH, 16), 3.0))
    assert not found.isnan().any() and (found < -1e6).all()


def test_parameters_of_zero_change_nothing() -> None:
    z, zero = normal(BATCH, DIM), torch.zeros(BATCH, DIM).double()
    assert torch.equal(Planar(zero, zero, zero[:, 0])(z), z)
    torch.testing.assert_close(Radial(zero, zero[:, 0], zero[:, 0])(z), z)


def test_a_unit_reads_only_those_before_it() -> None:
    for dim, hidden in ((1, (4,)), (2, (3,)), (5, (8, 6))):
        with seeded(3):
            net = MADE(dim, 2, hidden)
            z, context = torch.randn(dim), torch.randn(2)
        for slopes in torch.autograd.functional.jacobian(partial(net, context=context), z):
            assert not slopes.triu().any()
            assert slopes.any() == (dim > 1)


def banana(z: Tensor) -> Tensor:
    """log p of z_1 ~ N(0, 1), z_2 ~ N(z_1², 0.5²)."""
    part = Normal(z[..., 0].square(), 0.5).log_prob(z[..., 1])
    return Normal(0.0, 1.0).log_prob(z[..., 0]) + part


def bent(free: Tensor, nets: list[MADE], steps: int) -> Flowed:
    """Of one row of numbers: a Gaussian, then planar steps or those of the nets."""
    centre, log_var, *rest = free[None].split([2, 2, *[2, 2, 1] * steps], 1)
    base = Independent(Normal(centre, (0.5 * log_var).exp()), 1)
    if nets:
        return Flowed(base, [Autoregressive(net, torch.zeros(1, 1), True) for net in nets])
    triples = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    return Flowed(base, [Planar(u, w, b[:, 0]) for u, w, b in triples])


def distance(q: Flowed, n: int) -> Tensor:
    """KL(q || banana), from n draws."""
    z = q.rsample((n,))
    return (q.log_prob(z) - banana(z)).mean()


@pytest.mark.parametrize("kind", ["planar", "iaf"])
def test_a_bent_posterior_fits_a_banana_better_than_a_gaussian(kind: str) -> None:
    found = {}
    for steps in (0, 6):
        with seeded(5):
            free = torch.cat([torch.zeros(4), 0.3 * torch.randn(5 * steps)]).requires_grad_()
            nets = [MADE(2, 1, (16,)) for _ in range(steps)] if kind == "iaf" else []
            learned = [free, *(p for net in nets for p in net.parameters())]
            optimiser = torch.optim.Adam(learned, lr=3e-2)
            for _ in range(300):
                loss = distance(bent(free, nets, steps), 64)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            with torch.no_grad():
                found[steps] = float(distance(bent(free, nets, steps), 20_000))
    assert -0.02 < found[6] < found[0] - 0.2 and math.isfinite(found[0])
