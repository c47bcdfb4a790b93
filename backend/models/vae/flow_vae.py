"""Flow VAE: a code's Gaussian is bent step by step (Rezende & Mohamed, 2015; Kingma, 2016)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Self, cast

from torch import Tensor, nn
from torch.distributions import Distribution

from backend.base import Objective, param
from backend.models.vae import vae
from backend.nets.build import build_encoder
from backend.nets.flows import MADE, Autoregressive, Flow, Flowed, Planar, Radial
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(vae.Config):
    flow: Literal["planar", "radial", "iaf"] = param(
        "planar", "What a step does: planar and radial bend, iaf moves each unit by those before"
    )
    bends: int = param(8, "Steps K of the flow; with none it is the VAE", min=0, max=100)
    made_hidden: tuple[int, ...] = param((128,), "Units per hidden layer of a step of iaf")

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        return super().tiny(**(dict(bends=2, made_hidden=(8,)) | sizes))


@register(
    title="Flow VAE",
    points={
        "planar_vae": {"flow": "planar"},
        "radial_vae": {"flow": "radial"},
        "iaf_vae": {"flow": "iaf"},
    },
)
class FlowVAE(vae.VAE):
    """Minimises E [-log p(x|z_K) + log q_0(z_0|x) - Σ_k log |det ∂z_k/∂z_(k-1)| - log p(z_K)].

    Planar and radial flows of https://arxiv.org/abs/1505.05770, whose parameters the encoder
    gives for each x, and the inverse autoregressive flow of https://arxiv.org/abs/1606.04934,
    whose nets are given a context of D numbers for each x; z_0 is the Gaussian of the VAE, drawn
    once.
    """

    config: Config
    objective = Objective(
        formulas={
            "model": "−E_q log p(x|z_K) + E_q log q(z_K|x)/p(z_K),   "
            "log q(z_K|x) = log q_0(z_0|x) − Σ_k log |det ∂z_k/∂z_k−1|"
        },
        terms={
            "recon_nll": "−E_q log p(x|z_K)",
            "kl": "E_q log q(z_K|x)/p(z_K)",
        },
        note="A posterior need not be a Gaussian: each step bends it, and its density is known.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        d, k = config.latent_dim, config.bends
        self.sizes = {"planar": [d, d, 1] * k, "radial": [d, 1, 1] * k, "iaf": [d] * (k > 0)}[
            config.flow
        ]
        if self.sizes:
            self.encoder = build_encoder(config, 2 * d + sum(self.sizes))
        nets = k if config.flow == "iaf" else 0
        self.made = nn.ModuleList(MADE(d, d, config.made_hidden) for _ in range(nets))

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        gaussian, *given = self.encoder(x).split([2 * self.config.latent_dim, *self.sizes], 1)
        base = vae.posterior(gaussian)
        return Flowed(base, self._flows(given)) if given else base

    def _flows(self, given: list[Tensor]) -> list[Flow]:
        """The steps, of what the encoder gives for them."""
        if self.config.flow == "iaf":
            nets = enumerate(cast(Iterable[MADE], self.made))
            return [Autoregressive(net, given[0], reverse=i > 0) for i, net in nets]
        triples = zip(given[::3], given[1::3], given[2::3], strict=True)
        if self.config.flow == "radial":
            return [Radial(c, size[:, 0], push[:, 0]) for c, size, push in triples]
        return [Planar(u, w, b[:, 0]) for u, w, b in triples]
