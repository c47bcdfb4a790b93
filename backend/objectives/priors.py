"""Priors over codes: modules whose ``forward`` returns a distribution with event [D].

Each also draws codes at a temperature (``draw``). Priors made of components have m variables of K
components each: they say which component a code belongs to (``responsibilities``) and where the
components lie (``centres``).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.distributions import (
    Categorical,
    Distribution,
    Independent,
    MixtureSameFamily,
    Normal,
    OneHotCategorical,
    ReshapeTransform,
    TransformedDistribution,
)

from backend.distributions.gaussians import Gaussians
from backend.distributions.joint import Joint
from backend.distributions.modes import GaussianModes, Made
from backend.distributions.von_mises_fisher import UniformSphere, unit


class Prior(nn.Module, ABC):
    """p(z), or p(z|context): a module that returns a distribution over codes [D].

    Attributes:
        has_density: whether ``log_prob`` is known; of codes that a network makes it is not.
    """

    has_density: ClassVar[bool] = True

    if TYPE_CHECKING:  # what a module returns when it is called

        def __call__(self, context: Tensor | None = None) -> Distribution: ...

    @abstractmethod
    def forward(self, context: Tensor | None = None) -> Distribution:
        """The distribution, event [D]."""

    @abstractmethod
    def draw(self, n: int, temperature: float = 1.0) -> Tensor:
        """Codes [n, D]; ``temperature`` scales the standard deviation."""

    def unit_log_prob(self, z: Tensor) -> Tensor:
        """Log density of each unit alone: [..., D], nats."""
        raise NotImplementedError(f"the units of {type(self).__name__} have no densities")

    def snap(self, z: Tensor) -> Tensor:
        """The nearest code; z itself where any vector is a code."""
        return z


class ComponentPrior(Prior):
    """A prior of m independent variables with K components each."""

    variables: int
    components: int
    weights: Tensor  # [m, K]

    @abstractmethod
    def draw(self, n: int, temperature: float = 1.0, weights: Tensor | None = None) -> Tensor:
        """Codes [n, D]; ``weights`` [m, K], nonnegative, replace the prior's."""

    @abstractmethod
    def responsibilities(self, z: Tensor) -> Tensor:
        """p(c_j = k | z_j): z [B, D] -> [B, m, K]."""

    @abstractmethod
    def centres(self) -> Tensor:
        """Where the components lie, [m, K, dim]."""

    @abstractmethod
    def scales(self) -> Tensor:
        """Standard deviations [m, K, dim]."""

    @abstractmethod
    def split(self, z: Tensor) -> Tensor:
        """The variables of a code: z [..., D] -> [..., m, dim]."""


class StandardNormal(Prior):
    """N(0, I) in ``dim`` dimensions."""

    loc: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.register_buffer("loc", torch.zeros(dim), persistent=False)

    def forward(self, context: Tensor | None = None) -> Distribution:
        return Independent(Normal(self.loc, torch.ones_like(self.loc)), 1)

    def draw(self, n: int, temperature: float = 1.0) -> Tensor:
        """Codes [n, D], the standard deviation times ``temperature``.

        The numbers of ``self().sample((n,))``, in a twentieth of the time: a small GAN draws
        twice in each step.
        """
        return self.loc.new_empty(n, len(self.loc)).normal_() * temperature


class Directions(Prior):
    """A prior of codes on the unit sphere: the nearest code of a vector is its direction."""

    def snap(self, z: Tensor) -> Tensor:
        return unit(z)


class Sphere(Directions):
    """Uniform on the unit sphere of ``dim`` dimensions."""

    centre: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(dim), persistent=False)

    def forward(self, context: Tensor | None = None) -> Distribution:
        return UniformSphere(len(self.centre), self.centre.device)

    def draw(self, n: int, temperature: float = 1.0) -> Tensor:
        """Codes [n, D]. No temperature changes them: they are spread as far as they can be."""
        return self().sample((n,))


class MadeDirections(Directions):
    """Codes of length 1 that a network makes of noise s ~ N(0, I): z = g(s) / |g(s)|.

    ``layers`` are g, from ``noise`` numbers to the ``dim`` of a code. Such codes can be drawn but
    have no density that is known.
    """

    has_density = False

    def __init__(self, layers: nn.Module, noise: int, dim: int) -> None:
        super().__init__()
        self.layers = layers
        self.noise = StandardNormal(noise)
        self.dim = dim

    def forward(self, context: Tensor | None = None) -> Distribution:
        return Made(self.noise(), self.make, self.dim)

    def make(self, s: Tensor) -> Tensor:
        """s [..., S] -> codes [..., D]"""
        return unit(self.layers(s))

    def draw(self, n: int, temperature: float = 1.0) -> Tensor:
        """Codes [n, D]; ``temperature`` scales the noise, near 0 all are what g makes of s = 0."""
        return self.make(self.noise.draw(n, temperature))


class GaussianMixture(ComponentPrior):
    """m independent variables of ``dim`` numbers, each a mixture of K diagonal Gaussians.

    The code z [D] with D = m·dim holds the variables one after the other. Means and variances are
    learned; weights are uniform and fixed, as in DGMVAE (Shi et al. 2020,
    https://proceedings.mlr.press/v119/shi20f.html). ``spread`` is the standard deviation of the
    means at the start.
    """

    def __init__(self, variables: int, components: int, dim: int, spread: float = 1.0) -> None:
        super().__init__()
        self.variables, self.components, self.dim = variables, components, dim
        self.means = nn.Parameter(torch.randn(variables, components, dim).mul_(spread))
        self.log_var = nn.Parameter(torch.zeros(variables, components, dim))
        weights = torch.full((variables, components), 1 / components)
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, context: Tensor | None = None) -> Distribution:
        return self._mixture(self.weights, 1.0)

    def draw(self, n: int, temperature: float = 1.0, weights: Tensor | None = None) -> Tensor:
        """Codes [n, D]; ``temperature`` scales the components' standard deviations.

        ``weights`` [m, K], nonnegative, replace the prior's; a row with a single nonzero entry
        fixes that variable's component.
        """
        weights = self.weights if weights is None else weights.to(self.means)
        if temperature > 0:
            return self._mixture(weights, temperature).sample((n,))
        chosen = Categorical(weights, validate_args=False).sample((n,))  # [n, m]
        return self.means[torch.arange(self.variables), chosen].flatten(1)

    def responsibilities(self, z: Tensor) -> Tensor:
        """p(c_j = k | z_j) by Bayes' rule: z [B, D] -> [B, m, K]."""
        log_p = self.parts().log_prob(self.split(z)[:, :, None]) + self.weights.log()
        return log_p.softmax(-1)

    def parts(self) -> Independent:
        """The components themselves: batch [m, K], event [dim]."""
        return Independent(Normal(self.means, (0.5 * self.log_var).exp(), validate_args=False), 1)

    def centres(self) -> Tensor:
        """Means [m, K, dim]."""
        return self.means

    def scales(self) -> Tensor:
        """Standard deviations [m, K, dim]."""
        return (0.5 * self.log_var).exp()

    def split(self, z: Tensor) -> Tensor:
        """z [..., D] -> [..., m, dim]."""
        return z.unflatten(-1, (self.variables, self.dim))

    def unit_log_prob(self, z: Tensor) -> Tensor:
        """Log density of each unit alone: [..., D], nats."""
        unit = Normal(self.means, self.scales(), validate_args=False)  # [m, K, dim]
        log_p = unit.log_prob(self.split(z)[..., None, :]) + self.weights.log()[..., None]
        return log_p.logsumexp(-2).flatten(-2)

    def _mixture(self, weights: Tensor, temperature: float) -> Distribution:
        parts = Normal(self.means, self.scales() * temperature, validate_args=False)
        each = MixtureSameFamily(
            Categorical(weights, validate_args=False), Independent(parts, 1), validate_args=False
        )
        shape = torch.Size([self.variables, self.dim])
        flat = ReshapeTransform(shape, torch.Size([shape.numel()]))
        return TransformedDistribution(Independent(each, 1), flat, validate_args=False)


class DiscreteCode(ComponentPrior):
    """m independent uniform variables of K classes as one-hots, then ``extra`` numbers ~ N(0, 1).

    D = m·K + extra. A variable's components are its classes.
    """

    def __init__(self, variables: int, components: int, extra: int = 0) -> None:
        super().__init__()
        self.variables, self.components, self.extra = variables, components, extra
        weights = torch.full((variables, components), 1 / components)
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, context: Tensor | None = None) -> Distribution:
        return self._joint(self.weights, 1.0)

    def draw(self, n: int, temperature: float = 1.0, weights: Tensor | None = None) -> Tensor:
        """Codes [n, D]. The temperature acts on the extra numbers alone; ``weights`` [m, K]."""
        weights = self.weights if weights is None else weights.to(self.weights)
        z = self._joint(weights / weights.sum(1, keepdim=True), 1.0).sample((n,))
        z[:, self.variables * self.components :] *= temperature
        return z

    def responsibilities(self, z: Tensor) -> Tensor:
        """The variables of a code, [B, D] -> [B, m, K]; what is no probability is made one."""
        parts = self.split(z).clamp(min=0)
        total = parts.sum(-1, keepdim=True)
        uniform = torch.full_like(parts, 1 / self.components)
        return torch.where(total > 0, parts / total.clamp(min=1e-12), uniform)

    def centres(self) -> Tensor:
        """One-hots [m, K, K]."""
        eye = torch.eye(self.components, device=self.weights.device)
        return eye.expand(self.variables, -1, -1)

    def scales(self) -> Tensor:
        """Zeros [m, K, K]: a class is a point."""
        return torch.zeros_like(self.centres())

    def split(self, z: Tensor) -> Tensor:
        """z [..., D] -> [..., m, K]: the discrete part."""
        size = self.variables * self.components
        return z[..., :size].unflatten(-1, (self.variables, self.components))

    def snap(self, z: Tensor) -> Tensor:
        """The nearest code: each variable becomes the one-hot of its largest entry."""
        classes = self.split(z).argmax(-1)
        hot = nn.functional.one_hot(classes, self.components).flatten(-2).to(z)
        return torch.cat([hot, z[..., hot.shape[-1] :]], -1)

    def _joint(self, weights: Tensor, scale: float) -> Distribution:
        each = Independent(OneHotCategorical(weights, validate_args=False), 1)
        shape = torch.Size([self.variables, self.components])
        flat = ReshapeTransform(shape, torch.Size([shape.numel()]))
        parts: Sequence[Distribution] = [TransformedDistribution(each, flat, validate_args=False)]
        if self.extra:
            zero = weights.new_zeros(self.extra)
            parts = [*parts, Independent(Normal(zero, zero + scale), 1)]
        return Joint(parts)


class ConditionalModes(nn.Module):
    """p(ε|c), or q(ε|x,c): K diagonal Gaussians that are read off c [B, C].

    Two layers; with K = 1 a single Gaussian, and nothing that would choose among modes. At the
    start ``scale`` is about the standard deviation of each, and ``apart`` that of their means.
    """

    if TYPE_CHECKING:

        def __call__(self, c: Tensor) -> GaussianModes: ...

    def __init__(
        self,
        inputs: int,
        hidden: int,
        dim: int,
        components: int = 1,
        scale: float = 1.0,
        apart: float = 0.0,
    ) -> None:
        super().__init__()
        self.shape = components, 2 * dim
        self.features = nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh())
        self.gaussians = nn.Linear(hidden, components * 2 * dim)
        with torch.no_grad():
            bias = self.gaussians.bias.unflatten(0, self.shape)
            bias[:, dim:] += 2 * math.log(scale)
            if apart:
                bias[:, :dim] += apart * torch.randn(components, dim)
        if components > 1:
            self.choice = nn.Linear(hidden, components)

    def forward(self, c: Tensor) -> GaussianModes:
        features = self.features(c)
        means, log_var = self.gaussians(features).unflatten(1, self.shape).chunk(2, -1)
        alone = means.new_zeros(len(c), 1)
        log_weights = self.choice(features).log_softmax(1) if self.shape[0] > 1 else alone
        return GaussianModes(log_weights, means, (0.5 * log_var).exp())


class FittedMixture(nn.Module):
    """K Gaussians with full covariances, fitted to codes: weights [K], means [K, D]."""

    weights: Tensor
    means: Tensor
    scale_tril: Tensor

    if TYPE_CHECKING:

        def __call__(self) -> Distribution: ...

    def __init__(self, weights: Tensor, means: Tensor, scale_tril: Tensor) -> None:
        super().__init__()
        self.register_buffer("weights", weights)  # [K]
        self.register_buffer("means", means)  # [K, D]
        self.register_buffer("scale_tril", scale_tril)  # [K, D, D], lower Cholesky factors

    def forward(self) -> Distribution:
        return self.scaled(1.0)

    def scaled(self, temperature: float) -> Distribution:
        """The mixture with every component's standard deviation times ``temperature``."""
        parts = Gaussians(self.means, self.scale_tril * temperature)
        return MixtureSameFamily(Categorical(self.weights), parts)


class Clusters(ComponentPrior):
    """The Gaussians that were fitted to codes, as K modes of one variable."""

    def __init__(self, fitted: FittedMixture) -> None:
        super().__init__()
        self.fitted = fitted
        self.variables, self.components = 1, len(fitted.weights)
        self.weights = fitted.weights[None]

    def forward(self, context: Tensor | None = None) -> Distribution:
        return self.fitted()

    def draw(self, n: int, temperature: float = 1.0, weights: Tensor | None = None) -> Tensor:
        chosen = (self.weights if weights is None else weights)[0].multinomial(n, True)
        noise = torch.randn(n, self.fitted.means.shape[1], 1)
        away = (self.fitted.scale_tril[chosen] @ noise)[..., 0]
        return self.fitted.means[chosen] + temperature * away

    def responsibilities(self, z: Tensor) -> Tensor:
        parts = cast(Any, self.fitted())  # a mixture of the same family
        log_p = parts.component_distribution.log_prob(z[:, None]) + self.weights.log()
        return log_p.softmax(-1)[:, None]

    def centres(self) -> Tensor:
        return self.fitted.means[None]

    def scales(self) -> Tensor:
        return self.fitted.scale_tril.norm(dim=-1)[None]

    def split(self, z: Tensor) -> Tensor:
        return z[..., None, :]
