"""VampPrior: the prior is made of the codes of invented examples (Tomczak & Welling, 2018)."""

import math
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, Independent, MixtureSameFamily

from backend.base import Objective, param
from backend.models.vae import vae
from backend.nets.build import Encoder
from backend.objectives.priors import Prior
from backend.registry import register

GAIN = 10.0  # logit of a pixel of a pseudo-input for each unit of its parameter


@dataclass(frozen=True, kw_only=True)
class Config(vae.Config):
    pseudo_inputs: int = param(100, "Invented examples K of the prior", min=1, max=1000)


class MixtureOfPosteriors(Prior):
    """(1/K) Σ_k q(z|u_k), u_k the ``pseudo_inputs``: [K, *data_shape], learned.

    Pictures are dark at the start, as most pixels of a digit are. They are kept as logits over
    ``GAIN``: a step of Adam is as long for a pixel as for a weight, and pixels have further to go.
    """

    def __init__(self, encoder: Encoder, count: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder = encoder  # the model's own, not a copy
        self.pictures = len(shape) == 3
        mean, spread = (-3 / GAIN, 1e-3) if self.pictures else (0.0, 1.0)
        self.free = nn.Parameter(torch.empty(count, *shape).normal_(mean, spread))

    @property
    def pseudo_inputs(self) -> Tensor:
        return (GAIN * self.free).sigmoid() if self.pictures else self.free

    def parts(self) -> Independent:
        """q(z|u_k): batch [K], event [D]."""
        return vae.posterior(self.encoder(self.pseudo_inputs))

    def forward(self, context: Tensor | None = None) -> Distribution:
        even = Categorical(logits=self.free.new_zeros(len(self.free)), validate_args=False)
        return MixtureSameFamily(even, self.parts(), validate_args=False)

    def draw(self, n: int, temperature: float = 1.0) -> Tensor:
        parts = cast(Any, self.parts().base_dist)
        chosen = torch.randint(len(self.free), (n,), device=self.free.device)
        scale = temperature * parts.scale[chosen]
        return parts.loc[chosen] + scale * torch.randn_like(scale)

    def unit_log_prob(self, z: Tensor) -> Tensor:
        units = self.parts().base_dist.log_prob(z[..., None, :])  # [..., K, D]
        return units.logsumexp(-2) - math.log(len(self.free))


@register(title="VampPrior VAE", short="VampPrior", points=True)
class VampPriorVAE(vae.VAE):
    """Minimises E_q(z|x) [-log p(x|z) + log q(z|x) - log (1/K) Σ_k q(z|u_k)], with one draw of z.

    https://arxiv.org/abs/1705.07120, one layer of codes. Departure: pictures u_k pass a sigmoid
    in place of a clamp, which would stop the gradient of a pixel that reaches 0.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−E_q log p(x|z) + E_q log q(z|x)/p(z),   p(z) = (1/K) Σ_k q(z|u_k)"},
        terms={
            "recon_nll": "−E_q log p(x|z)",
            "kl": "E_q log q(z|x)/p(z)",
        },
        note="The prior that fits best is the mean of all posteriors; "
        "K invented examples stand for the data.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.prior = MixtureOfPosteriors(self.encoder, config.pseudo_inputs, config.data_shape)
