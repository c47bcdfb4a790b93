"""Text VAE: sentences from a continuous space (Bowman et al., 2016)."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from backend.base import LatentModel, Objective, Terms, param
from backend.models.vae.vae import posterior
from backend.nets.sequences import AnnealedConfig, SequenceDecoder, SequenceEncoder, TiedSoftmax
from backend.objectives.divergences import kl_per_unit
from backend.objectives.priors import StandardNormal
from backend.registry import register

CONTROL_RATE = 0.005  # change of log β per step and unit of relative error


@dataclass(frozen=True, kw_only=True)
class Config(AnnealedConfig):
    annealing: Literal["constant", "linear", "logistic", "cyclical"] = param(
        "linear", "How the KL weight rises from 0 to its final value"
    )
    annealing_steps: int = param(3000, "Steps until it is reached", min=1)
    kl_target: float = param(0.0, "Mean KL to steer that weight to, nats; 0: fixed", min=0)
    free_bits: float = param(0.0, "KL per unit below which it costs nothing, nats", min=0, max=10)


@register
class TextVAE(LatentModel):
    """Minimises -E_q(z|x) log p(x|z) + w(t) β Σ_d max(λ, KL_d), KL_d the batch mean of unit d.

    https://arxiv.org/abs/1511.06349 with KL annealing w(t) and word dropout; λ are the free bits
    of Kingma et al. 2016 (https://arxiv.org/abs/1606.04934). With ``kl_target``, log β is moved
    at each step by 0.005 of the relative distance of the KL to its target, an integral
    controller in the manner of ControlVAE (Shao et al. 2020, https://arxiv.org/abs/2004.05988).
    It spends the nats where they help: a floor per unit would, as a batch holds sentences of one
    length, make short sentences spend what only long ones need. Departures: GRUs instead of
    LSTMs, z enters the decoder at each step, tied embeddings with an adaptive softmax.
    """

    config: Config
    log_weight: Tensor
    capabilities = frozenset({"sample", "encode", "decode"})
    objective = Objective(
        formulas={"model": "−E_q log p(x|z) + w(t) β Σ_d max(λ, KL_d)"},
        terms={
            "recon_nll": "−E_q log p(x|z)",
            "kl": "Σ_d KL_d",
        },
        note=(
            "The weight rises from 0, or the decoder would learn to do without "
            "the code. λ are the nats of each unit that cost nothing."
        ),
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        self.encoder = SequenceEncoder(config, words, 2 * config.latent_dim)
        self.decoder = SequenceDecoder(config, words)
        self.prior = StandardNormal(config.latent_dim)
        weight = config.kl_weight
        self.register_buffer("log_weight", torch.tensor(math.log(weight) if weight else -math.inf))

    def encode(self, x: Tensor, context: Tensor | None = None) -> Independent:
        return posterior(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; terms are in nats per sentence."""
        q = self.encode(batch)
        return self.bound(q, q.rsample(), batch)

    def bound(self, q: Independent, z: Tensor, x: Tensor) -> Terms:
        """The loss and its parts, for z [B, D] drawn from the posteriors of x [B, T]."""
        config = self.config
        recon_nll = -self.decode(z).log_prob(x).mean()
        units = kl_per_unit(q).mean(0)  # [D]
        weight = config.annealed(self.step) * self.log_weight.exp()
        if config.kl_target and self.training:
            error = (units.detach().sum() / config.kl_target - 1).clamp(-1, 1)
            self.log_weight += CONTROL_RATE * error.nan_to_num(0.0)  # one bad step stays one
        total = recon_nll + weight * units.clamp(min=config.free_bits).sum()
        return {"loss": total, "recon_nll": recon_nll, "kl": units.sum()}
