"""CVAE-AE: a CVAE of the codes of an auto-encoder, in two phases (Shen et al., 2018)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from backend.base import Objective, Terms, param
from backend.distributions.modes import GaussianModes
from backend.distributions.sequence import Sequence
from backend.nets.dialog import Batch, DialogueConfig, DialogueModel
from backend.nets.points import mlp
from backend.objectives.divergences import kl
from backend.objectives.priors import ConditionalModes
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DialogueConfig):
    mixing: float = param(0.0, "Share p of the reply's own code in what is decoded", min=0, max=1)
    mixing_steps: int = param(0, "Steps over which p falls from 1 to its value", min=0)
    reach: float = param(5.0, "Largest number in the code of a reply", min=0.1, max=100)
    noise: float = param(1.0, "Standard deviation of noise on codes in training", min=0, max=5)
    kl_floor: float = param(3.0, "KL α below which it costs nothing, nats", min=0, max=100)

    def share(self, step: int) -> float:
        """p at a step."""
        fallen = min(1.0, step / self.mixing_steps) if self.mixing_steps else 1.0
        return 1 - (1 - self.mixing) * fallen


@register(title="CVAE of codes", short="CVAE-AE")
class CVAEAE(DialogueModel):
    """Two phases in turn, z̃ = f(x) the code of the reply, ε ~ q(ε|z̃,c):

    - cvae: KL(q(ε|z̃,c) || p(ε|c)) + ½|g(ε) - z̃|²;
    - autoencoder: max(α, KL(q || p)) - log p(x|z,c), z = (1 - p) g(ε) + p z̃.

    https://arxiv.org/abs/1802.02032. In the second phase q, p(ε|c) and g stay as they are: the
    KL shapes f alone. p = 1 is an auto-encoder, p = 0 decodes g(ε) only, as replies are made; it
    may fall from one to the other (scheduled mixing). Here the code that others see is ε, which
    has densities.

    Departures: z̃ lies in (-5, 5). ½|g(ε) - z̃|² is the cost of a Gaussian of standard deviation 1
    about g(ε): codes in (-1, 1) drown in it, so that g learns their mean alone. And the decoder is
    trained under just that noise on z: without it p z̃ can be read however small p is, nothing
    comes to depend on g(ε), and as p reaches 0 the replies are lost (from 44 to 60 nats, at a KL
    of 0.2). Otherwise as in ``hred``.
    """

    config: Config
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "cvae": ("posterior_net", "prior_net", "generator"),
        "autoencoder": ("turns", "history", "code_net", "decoder"),
    }
    objective = Objective(
        formulas={
            "cvae": "KL(q(ε|z̃,c) ‖ p(ε|c)) + ½ |g(ε) − z̃|²,   z̃ = f(x)",
            "autoencoder": "max(α, KL(q ‖ p)) − E_q log p(x|z,c),   z = (1 − p) g(ε) + p z̃",
        },
        terms={
            "kl": "KL(q(ε|z̃,c) ‖ p(ε|c))",
            "code_error": "½ |g(ε) − z̃|²",
            "recon_nll": "−E_q log p(x|z,c)",
        },
        note="The auto-encoder finds codes that are easy to decode, the CVAE how to draw them.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        size, hidden, context = config.latent_dim, config.hidden_dim, config.context_dim
        self.code_net = nn.Sequential(nn.Linear(config.encoder_dim, size), nn.Tanh())
        self.posterior_net = ConditionalModes(size + context, hidden, size)
        self.prior_net = ConditionalModes(context, hidden, size)
        self.generator = mlp(size, hidden, hidden, size)

    def prior_of(self, c: Tensor) -> GaussianModes:
        """p(ε|c)"""
        return self.prior_net(c)

    def posterior_of(self, h: Tensor, c: Tensor) -> GaussianModes:
        """q(ε|z̃,c)"""
        return self.posterior_net(torch.cat([self.code(h), c], 1))

    def code(self, h: Tensor) -> Tensor:
        """z̃ [B, D] of what was read of the reply, h [B, H]."""
        return self.config.reach * self.code_net(h)

    def reply(self, z: Tensor, c: Tensor) -> Sequence:
        """p(reply|g(ε), c), ε being the code that is given."""
        return super().reply(self.generator(z), c)

    def loss(self, batch: Batch, player: str = "autoencoder") -> Terms:
        """``batch`` is (context [B, U, T], reply [B, T'], act [B]); nats per reply."""
        context, x, _ = batch
        with torch.set_grad_enabled(torch.is_grad_enabled() and player == "autoencoder"):
            c = self.history(context)
            code = self.code(self.turns(x))
        q = self.posterior_net(torch.cat([code, c], 1))
        rate = kl(q, self.prior_net(c)).mean()
        made = self.generator(q.rsample())
        if player == "cvae":
            error = 0.5 * (made - code).square().sum(1).mean()
            return {"loss": rate + error, "kl": rate, "code_error": error}
        p = self.config.share(self.step)
        z = (1 - p) * made + p * code
        if self.training:
            z = z + self.config.noise * torch.randn_like(z)
        recon_nll = -super().reply(z, c).log_prob(x).mean()
        total = rate.clamp(min=self.config.kl_floor) + recon_nll
        return {"loss": total, "recon_nll": recon_nll, "kl": rate}
