"""VHRED: a Gaussian code for each reply, its prior read off the context (Serban et al., 2017)."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from backend.base import Objective, Terms, param
from backend.distributions.modes import GaussianModes
from backend.nets.dialog import Batch, DialogueConfig, DialogueModel
from backend.nets.sequences import AnnealedConfig
from backend.objectives.divergences import kl
from backend.objectives.priors import ConditionalModes
from backend.registry import register

NARROW = 0.3  # σ of q at the start: at 1, what its mean says drowns in noise for hundreds of steps


@dataclass(frozen=True, kw_only=True)
class Config(DialogueConfig, AnnealedConfig):
    annealing: Literal["constant", "linear", "logistic", "cyclical"] = param(
        "linear", "How the KL weight rises from 0 to its final value"
    )
    word_dropout: float = param(0.25, "Share of decoder inputs hidden", min=0, max=1)


@register(short="VHRED")
class VHRED(DialogueModel):
    """Minimises -E_q(z|x,c) log p(x|z,c) + w(t) KL(q(z|x,c) || p(z|c)).

    https://arxiv.org/abs/1605.06069: p(z|c) = N(μ(c), σ(c)), and q sees the reply too; w(t) rises
    and words that the decoder is given are hidden, as there (a quarter of them). Departures: q
    begins narrow, and as in ``hred``.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−E_q log p(x|z,c) + w(t) KL(q(z|x,c) ‖ p(z|c))"},
        terms={"recon_nll": "−E_q log p(x|z,c)", "kl": "KL(q(z|x,c) ‖ p(z|c))"},
        note="The prior is read off the context; a strong decoder can leave the code unused.",
    )

    def __init__(self, config: Config, told: int = 0) -> None:
        super().__init__(config, told)
        hidden, size = config.hidden_dim, config.latent_dim
        self.prior_net = ConditionalModes(config.context_dim, hidden, size)
        both = config.encoder_dim + config.context_dim
        self.posterior_net = ConditionalModes(both, hidden, size, scale=NARROW)

    def prior_of(self, c: Tensor) -> GaussianModes:
        return self.prior_net(c)

    def posterior_of(self, h: Tensor, c: Tensor) -> GaussianModes:
        return self.posterior_net(torch.cat([h, c], 1))

    def loss(self, batch: Batch, player: str = "model") -> Terms:
        """``batch`` is (context [B, U, T], reply [B, T'], act [B]); nats per reply."""
        context, x, acts = batch
        c = self.history(context)
        q = self.posterior_of(self.turns(x), c)
        z = q.rsample()
        rate = kl(q, self.prior_of(c)).mean()
        recon_nll, others = self.likelihood(z, c, x, acts)
        weight = self.config.kl_weight * self.config.annealed(self.step)
        total = recon_nll + sum(others.values()) + weight * rate
        return {"loss": total, "recon_nll": recon_nll, "kl": rate, **others}

    def likelihood(self, z: Tensor, c: Tensor, x: Tensor, acts: Tensor) -> tuple[Tensor, Terms]:
        """Of the reply given its code, and of what else is told by the code; nats, means."""
        return -self.reply(z, c).log_prob(x).mean(), {}
