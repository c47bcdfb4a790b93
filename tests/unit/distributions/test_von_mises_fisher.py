"""The distribution on a sphere against its Bessel ratio, integrals and finite differences."""

import math

import pytest
import torch
from scipy.special import ive
from torch import Tensor
from torch.autograd import gradcheck

from backend.device import seeded
from backend.distributions.von_mises_fisher import (
    LARGEST,
    UniformSphere,
    VonMisesFisher,
    _Angle,
    unit,
)
from backend.objectives.divergences import kl

F64 = torch.float64
SPHERES = [(2, 2.0), (3, 5.0), (3, 500.0), (16, 1.0), (50, 80.0)]


def posterior(dim: int, kappa: float, rows: int = 1) -> VonMisesFisher:
    with seeded(0):
        return VonMisesFisher(
            unit(torch.randn(rows, dim, dtype=F64)), torch.tensor(kappa, dtype=F64)
        )


@pytest.mark.parametrize(("dim", "kappa"), SPHERES)
def test_draws_lie_on_the_sphere_and_their_mean_is_as_long_as_the_bessel_ratio(
    dim: int, kappa: float
) -> None:
    q = posterior(dim, kappa)
    with seeded(1):
        z = q.sample((100_000,))[:, 0]
    torch.testing.assert_close(z.norm(dim=1), torch.ones(len(z), dtype=F64), rtol=0, atol=1e-5)
    wanted = ive(dim / 2, kappa) / ive(dim / 2 - 1, kappa)
    assert float(q.mean_length) == pytest.approx(wanted, rel=1e-9)
    assert float((z.mean(0) * q.direction[0]).sum()) == pytest.approx(wanted, rel=0.01)
    torch.testing.assert_close(z.mean(0), q.mean[0], rtol=0, atol=0.01)


def angles(n: int = 20_001) -> Tensor:
    return torch.linspace(0, math.pi, n, dtype=F64)


def on_circle(theta: Tensor) -> Tensor:
    """Vectors of the sphere in D = 3 at the angle theta from the first axis."""
    return torch.stack([theta.cos(), theta.sin(), torch.zeros_like(theta)], -1)


@pytest.mark.parametrize("kappa", [0.01, 1.0, 20.0, 300.0])
def test_in_three_dimensions_density_and_kl_are_those_of_an_integral(kappa: float) -> None:
    first = torch.tensor([[1.0, 0, 0]], dtype=F64)
    q, p = VonMisesFisher(first, torch.tensor([kappa], dtype=F64)), UniformSphere(3)
    theta = angles()
    log_q = q.log_prob(on_circle(theta))
    band = 2 * math.pi * theta.sin()
    total = torch.trapezoid(log_q.exp() * band, theta)
    divergence = torch.trapezoid(
        log_q.exp() * (log_q - p.log_prob(on_circle(theta))) * band, theta
    )
    assert float(total) == pytest.approx(1, abs=1e-6)
    assert float(kl(q, p)) == pytest.approx(float(divergence), rel=1e-5, abs=1e-7)
    assert float(q.entropy()) == pytest.approx(math.log(4 * math.pi) - float(divergence), abs=1e-5)


def test_the_divergence_is_the_same_for_all_directions_and_grows_with_the_concentration() -> None:
    one = [kl(posterior(16, kappa, rows=5), UniformSphere(16)) for kappa in (1.0, 10.0, 100.0)]
    assert all(torch.equal(row, row[:1].expand(5)) for row in one)
    assert 0 < one[0][0] < one[1][0] < one[2][0]


@pytest.mark.parametrize(("dim", "kappa"), SPHERES)
def test_the_slopes_of_density_and_divergence_are_those_of_finite_differences(
    dim: int, kappa: float
) -> None:
    q = posterior(dim, kappa)
    z = q.sample()

    def both(concentration: Tensor) -> tuple[Tensor, Tensor]:
        moved = VonMisesFisher(q.direction, concentration)
        return moved.log_prob(z), kl(moved, UniformSphere(dim))

    assert gradcheck(both, torch.tensor([kappa], dtype=F64, requires_grad=True), rtol=1e-4)


@pytest.mark.parametrize(("dim", "kappa"), SPHERES)
def test_an_angle_moves_with_the_concentration_as_its_quantile_does(
    dim: int, kappa: float
) -> None:
    """F(θ; κ) of a draw stays where it is: dθ/dκ is that of the quantile, found from sums."""
    concentration = torch.full((40,), kappa, dtype=F64, requires_grad=True)
    with seeded(2):
        angle = _Angle.apply(concentration, dim)
    found = torch.autograd.grad(angle.sum(), concentration)[0]
    grid = angles(400_001)[1:-1]

    def distribution(k: float) -> Tensor:
        density = ((dim - 2) * grid.sin().log() + k * (grid.cos() - 1)).exp()
        sums = torch.cumulative_trapezoid(density, grid)
        return torch.cat([sums.new_zeros(1), sums]) / sums[-1]

    step = 1e-3 * kappa
    places = torch.searchsorted(grid, angle.detach())
    above, below = distribution(kappa + step), distribution(kappa - step)
    middle = distribution(kappa)
    density = (middle[places + 1] - middle[places - 1]) / (grid[places + 1] - grid[places - 1])
    wanted = -(above - below)[places] / (2 * step) / density
    torch.testing.assert_close(found, wanted, rtol=2e-3, atol=1e-6)


def test_the_mean_of_draws_has_the_slope_of_the_bessel_ratio() -> None:
    kappa = torch.tensor(4.0, dtype=F64, requires_grad=True)
    q = VonMisesFisher(torch.tensor([[0.0, 0, 1]], dtype=F64), kappa)
    with seeded(3):
        drawn = q.rsample((50_000,))[:, 0, 2].mean()
    (found,) = torch.autograd.grad(drawn, kappa)
    (wanted,) = torch.autograd.grad(q.mean_length.sum(), kappa)
    assert float(found) == pytest.approx(float(wanted), rel=0.02)


def test_a_draw_turns_with_its_direction() -> None:
    """The path's slope: E f(z) moves with μ as the integral does, here of a linear f."""
    mu = torch.tensor([[1.0, 0, 0]], dtype=F64, requires_grad=True)
    with seeded(4):
        z = VonMisesFisher(mu, torch.tensor(6.0, dtype=F64)).rsample((50_000,))
    (slope,) = torch.autograd.grad(z[:, 0, 1].mean(), mu)
    length = float(posterior(3, 6.0).mean_length)
    assert float(slope[0, 1]) == pytest.approx(length, rel=0.02)


def test_the_uniform_sphere_has_the_area_of_the_sphere_and_no_mean() -> None:
    assert math.exp(UniformSphere(3).log_area) == pytest.approx(4 * math.pi)
    assert math.exp(UniformSphere(2).log_area) == pytest.approx(2 * math.pi)
    with seeded(5):
        z = UniformSphere(5).sample((20_000,))
    torch.testing.assert_close(z.norm(dim=1), torch.ones(len(z)))
    assert z.mean(0).abs().max() < 0.02
    torch.testing.assert_close(z.square().mean(0), torch.full((5,), 0.2), rtol=0.05, atol=0)


def test_a_large_space_has_finite_numbers_and_one_too_large_is_refused() -> None:
    q = posterior(LARGEST, 1.0)
    assert torch.isfinite(kl(q, UniformSphere(LARGEST))).all()
    for dim in (1, LARGEST + 1):
        with pytest.raises(ValueError, match="from 2 to 256 dimensions"):
            posterior(dim, 1.0)
