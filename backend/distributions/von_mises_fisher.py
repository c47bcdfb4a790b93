"""Distributions on the unit sphere of D dimensions: von Mises-Fisher, and the uniform one.

Davidson et al. 2018, https://arxiv.org/abs/1804.00891. What concerns the concentration is computed
in double precision on the CPU, wherever the model is: Bessel functions of hundreds leave float32
few digits, and not every device has float64.
"""

import math
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function
from torch.distributions import Distribution, constraints
from torch.distributions.kl import register_kl
from torch.types import _size

LARGEST = 256  # dimensions: with a concentration of 1 the Bessel functions are doubles up to here
NODES = 64  # of the quadrature in the gradient of an angle
WIDTHS = 12.0  # deviations from an angle, beyond which the density adds nothing to it


class UniformSphere(Distribution):
    """Uniform on the unit sphere of ``dim`` dimensions: batch [], event [dim]."""

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012 (torch's protocol)
    has_rsample = True

    def __init__(self, dim: int, device: torch.device | None = None) -> None:
        self.device = device
        super().__init__(torch.Size(), torch.Size([dim]), validate_args=False)

    @property
    def log_area(self) -> float:
        """ln of 2 π^(D/2) / Γ(D/2), the sphere's surface."""
        half = self.event_shape[0] / 2
        return math.log(2) + half * math.log(math.pi) - math.lgamma(half)

    def rsample(self, sample_shape: _size = ()) -> Tensor:
        return unit(torch.randn(*sample_shape, *self.event_shape, device=self.device))

    def log_prob(self, value: Tensor) -> Tensor:
        """Nats, with respect to the surface: the same everywhere."""
        return torch.full_like(value[..., 0], -self.log_area)


class VonMisesFisher(Distribution):
    """p(z) = C_D(κ) exp(κ μ·z) on the unit sphere: ``direction`` μ [B, D] of length 1, D from 2 to
    ``LARGEST``, and ``concentration`` κ > 0, [B] or [] for one that all share.

    Draws are exact: the angle to μ by the rejection sampling of Wood 1994
    (https://doi.org/10.1080/03610919408813161). Their gradient is exact as well: that of μ by the
    path, that of κ by the implicit function theorem (Figurnov et al. 2018,
    https://arxiv.org/abs/1805.08498), so no correction for what was rejected is needed.
    """

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012 (torch's protocol)
    has_rsample = True

    def __init__(self, direction: Tensor, concentration: Tensor) -> None:
        if not 2 <= direction.shape[-1] <= LARGEST:
            raise ValueError(f"a sphere has from 2 to {LARGEST} dimensions, got {direction.shape}")
        self.direction = direction
        self.concentration = concentration.expand(direction.shape[:-1])
        super().__init__(direction.shape[:-1], direction.shape[-1:], validate_args=False)

    @property
    def mean_length(self) -> Tensor:
        """|E z| = I_(D/2)(κ) / I_(D/2-1)(κ), [B]: from 0 to 1."""
        return self._ratio().to(self.direction)

    @property
    def mean(self) -> Tensor:
        """Inside the sphere: E z = |E z| μ."""
        return self.mean_length[..., None] * self.direction

    @property
    def mode(self) -> Tensor:
        return self.direction

    def rsample(self, sample_shape: _size = ()) -> Tensor:
        shape = torch.Size(sample_shape) + self.batch_shape
        mu, dim = self.direction, self.event_shape[0]
        angle = cast(Tensor, _Angle.apply(self._kappa().expand(shape), dim)).to(mu)[..., None]
        noise = torch.randn(*shape, dim, device=mu.device, dtype=mu.dtype)
        across = unit(noise - (noise * mu).sum(-1, keepdim=True) * mu)
        return angle.cos() * mu + angle.sin() * across

    def log_prob(self, value: Tensor) -> Tensor:
        """Nats, with respect to the surface."""
        along = (self.direction * value).sum(-1)
        return self.concentration * along + self._log_normaliser().to(value)

    def entropy(self) -> Tensor:
        """-κ |E z| - ln C_D(κ), [B], nats."""
        return (-self._kappa() * self._ratio() - self._log_normaliser()).to(self.direction)

    def _kappa(self) -> Tensor:
        return self.concentration.cpu().double()

    def _log_normaliser(self) -> Tensor:
        """ln C_D(κ) = (D/2 - 1) ln κ - (D/2) ln 2π - ln I_(D/2-1)(κ), double [B]."""
        half, kappa = self.event_shape[0] / 2, self._kappa()
        bessel = cast(Tensor, _LogBessel.apply(kappa, half - 1))
        return (half - 1) * kappa.log() - half * math.log(2 * math.pi) - bessel

    def _ratio(self) -> Tensor:
        return cast(Tensor, _Ratio.apply(self._kappa(), self.event_shape[0]))


@register_kl(VonMisesFisher, UniformSphere)
def _kl_uniform(q: VonMisesFisher, p: UniformSphere) -> Tensor:
    """ln area - entropy of q, [B], nats; exact, and the same for all directions."""
    return p.log_area - q.entropy()


def unit(x: Tensor) -> Tensor:
    """x [..., D] scaled to length 1; the vector 0, which has no direction, stays."""
    return torch.nn.functional.normalize(x, dim=-1)


def _scaled_bessel(order: float, kappa: Tensor) -> Tensor:
    """I_order(κ) exp(-κ), of double κ."""
    from scipy.special import ive  # only here: it takes longer than all else of the priors

    return torch.from_numpy(np.asarray(ive(order, kappa.detach().numpy())))


def _bessel_ratio(kappa: Tensor, dim: int) -> Tensor:
    return _scaled_bessel(dim / 2, kappa) / _scaled_bessel(dim / 2 - 1, kappa)


class _LogBessel(Function):
    """ln I_v(κ), whose slope is I_(v+1)(κ)/I_v(κ) + v/κ."""

    @staticmethod
    def forward(ctx: Any, kappa: Tensor, order: float) -> Tensor:
        ctx.save_for_backward(kappa)
        ctx.order = order
        return _scaled_bessel(order, kappa).log() + kappa

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        (kappa,) = ctx.saved_tensors
        slope = _bessel_ratio(kappa, round(2 * ctx.order) + 2) + ctx.order / kappa
        return grads[0] * slope, None


class _Ratio(Function):
    """A = I_(D/2)(κ) / I_(D/2-1)(κ), whose slope is 1 - A² - (D - 1) A/κ."""

    @staticmethod
    def forward(ctx: Any, kappa: Tensor, dim: int) -> Tensor:
        ratio = _bessel_ratio(kappa, dim)
        ctx.save_for_backward(kappa, ratio)
        ctx.dim = dim
        return ratio

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        kappa, ratio = ctx.saved_tensors
        return grads[0] * (1 - ratio.square() - (ctx.dim - 1) * ratio / kappa), None


class _Angle(Function):
    """A draw θ of the angle to μ for each κ: its density is ∝ sin^(D-2) θ exp(κ cos θ)."""

    @staticmethod
    def forward(ctx: Any, kappa: Tensor, dim: int) -> Tensor:
        angle = _wood(kappa.flatten(), dim).clamp(-1, 1).acos().view(kappa.shape)
        ctx.save_for_backward(kappa, angle)
        ctx.dim = dim
        return angle

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """dθ/dκ = -(∂F/∂κ) / p(θ) = -∫_0^θ (cos u - A) p(u)/p(θ) du, by Gauss and Legendre.

        The integrand changes its sign at cos u = A, and over [0, π] the integral is 0: beyond
        that angle the rest is taken, so that nothing cancels.
        """
        kappa, angle = ctx.saved_tensors
        ratio = _bessel_ratio(kappa, ctx.dim)
        width = WIDTHS / (kappa + ctx.dim - 2).sqrt()
        near = angle.cos() > ratio
        end = torch.where(near, (angle - width).clamp(min=0), (angle + width).clamp(max=math.pi))
        nodes, weights = map(torch.from_numpy, np.polynomial.legendre.leggauss(NODES))
        half = (angle - end)[..., None] / 2  # below 0 beyond the change of sign: the rest, negated
        u = end[..., None] + half * (1 + nodes)
        at = angle[..., None]
        log_ratio = kappa[..., None] * (u.cos() - at.cos())
        if ctx.dim > 2:
            log_ratio = log_ratio + (ctx.dim - 2) * (u.sin() / at.sin()).log()
        integrand = (u.cos() - ratio[..., None]) * log_ratio.exp()
        return -grads[0] * (half * weights * integrand).sum(-1), None


def _wood(kappa: Tensor, dim: int) -> Tensor:
    """Draws of cos θ for κ [n], double [n]: each is proposed until it is accepted."""
    n = dim - 1
    b = n / (2 * kappa + (4 * kappa.square() + n**2).sqrt())
    x = (1 - b) / (1 + b)
    c = kappa * x + n * (1 - x.square()).log()
    beta = torch.distributions.Beta(kappa.new_tensor(n / 2), kappa.new_tensor(n / 2))
    found = torch.empty_like(kappa)
    missing = torch.arange(len(kappa))
    while len(missing):
        k, b_k, x_k, c_k = (part[missing] for part in (kappa, b, x, c))
        e = beta.sample(k.shape)
        w = (1 - (1 + b_k) * e) / (1 - (1 - b_k) * e)
        accepted = k * w + n * (1 - x_k * w).log() - c_k >= torch.rand_like(k).log()
        found[missing[accepted]] = w[accepted]
        missing = missing[~accepted]
    return found
