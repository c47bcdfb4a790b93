"""Spherical text VAE: each code tells equally much, whatever is learned (Xu and Durrett, 2018)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.von_mises_fisher import LARGEST, VonMisesFisher, unit
from backend.nets.sequences import SequenceConfig, SequenceDecoder, SequenceEncoder, TiedSoftmax
from backend.objectives.divergences import kl
from backend.objectives.priors import Sphere
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(SequenceConfig):
    latent_dim: int = param(32, "Dimensions D of the space of the sphere", min=2, max=LARGEST)
    concentration: float = param(
        80.0, "Concentration κ of all posteriors; it alone sets the KL", min=0.1, max=1000
    )


@register(title="Text vMF-VAE")
class TextVMFVAE(LatentModel):
    """Minimises -E_q(z|x) log p(x|z) + KL(vMF(μ(x), κ) || uniform on the sphere), with one draw.

    https://arxiv.org/abs/1808.10805: κ is fixed and the encoder gives the direction μ alone. So
    the KL is the same number for every sentence and all weights: it has no gradient, and nothing
    can bring it to 0. A decoder that did not listen would pay it all the same. Departures: GRUs
    and the text VAE's nets, so that the two can be compared; Adam in place of plain steps.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode", "spherical"})
    objective = Objective(
        formulas={"model": "−E_q log p(x|z) + KL(vMF(μ(x), κ) ‖ U(S))"},
        terms={"recon_nll": "−E_q log p(x|z)", "kl": "KL(vMF(μ(x), κ) ‖ U(S))"},
        note="The KL is a constant that κ sets: training cannot give it back.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        self.encoder = SequenceEncoder(config, words, config.latent_dim)
        self.decoder = SequenceDecoder(config, words)
        self.prior = Sphere(config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> VonMisesFisher:
        direction = unit(self.encoder(x))
        return VonMisesFisher(
            direction, torch.full_like(direction[:, 0], self.config.concentration)
        )

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; terms are in nats per sentence."""
        q = self.encode(batch)
        recon_nll = -self.decode(q.rsample()).log_prob(batch).mean()
        divergence = kl(q, self.prior()).mean()
        return {"loss": recon_nll + divergence, "recon_nll": recon_nll, "kl": divergence}
