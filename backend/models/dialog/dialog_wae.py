"""DialogWAE: codes made of noise, matched by a Wasserstein critic (Gu et al., 2019)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from backend.base import Objective, Terms, param
from backend.distributions.modes import Made
from backend.nets.critics import flat_critic
from backend.nets.dialog import Batch, DialogueConfig, DialogueModel
from backend.nets.points import mlp
from backend.objectives.divergences import slopes
from backend.objectives.priors import ConditionalModes
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DialogueConfig):
    critic_steps: int = param(5, "Steps of the critic for each of the others", min=1, max=100)
    penalty_weight: float = param(10.0, "Weight λ of the gradient penalty", min=0, max=1000)
    dropout: float = param(0.2, "Dropout on embeddings and outputs", min=0, max=0.9)


@register(short="DialogWAE")
class DialogWAE(DialogueModel):
    """Algorithm 1 of https://arxiv.org/abs/1805.12352, with z = Q(ε), ε ~ N(μ(x,c), σ(x,c)), of
    the reply and z_p = G(ε_p), ε_p ~ N(μ(c), σ(c)), of the context alone:

    - critic: L + λ E (|∇D(ẑ,c)| - 1)², L = E D(z,c) - E D(z_p,c): it *descends*;
    - generator (Q, G and both Gaussians): -L: they *ascend*;
    - autoencoder (encoders, Q, decoder): -E log p(x|z,c).

    So -L is what the critic makes of the Wasserstein distance of posterior and prior. Each sample
    has a gradient of its own in the penalty: the released code takes that of the batch's mean,
    which holds slopes at the batch size, and puts batch normalisation into its critic, which
    mixes samples; here are neither. Departures: Adam for all, and as in ``hred``.
    """

    config: Config
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "critic": ("critic",),
        "generator": ("posterior_net", "posterior_code", "prior_net", "prior_code"),
        "autoencoder": ("turns", "history", "posterior_net", "posterior_code", "decoder"),
    }
    betas = (0.5, 0.9)
    objective = Objective(
        formulas={
            "critic": "L + λ E (|∇D(ẑ,c)| − 1)²,   L = E D(z,c) − E D(z_p,c)",
            "generator": "−L",
            "autoencoder": "−E log p(x|z,c)",
        },
        terms={
            "critic_loss": "L",
            "penalty": "E (|∇D(ẑ,c)| − 1)²",
            "slope": "E |∇D(ẑ,c)|",
            "generator_loss": "−L",
            "recon_nll": "−E log p(x|z,c)",
        },
        note="z = Q(ε) of reply and context, z_p = G(ε_p) of the context alone; no KL binds them.",
    )
    _seen: tuple[int, Tensor, Tensor, Tensor, Tensor] | None = None

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        size, hidden, context = config.latent_dim, config.hidden_dim, config.context_dim
        self.posterior_net = ConditionalModes(config.encoder_dim + context, hidden, size)
        self.posterior_code = mlp(size, hidden, hidden, size)
        self.prior_net = self.build_prior()
        self.prior_code = mlp(size, hidden, hidden, size)
        self.critic = flat_critic(size + context, (hidden, hidden))

    def build_prior(self) -> ConditionalModes:
        config = self.config
        return ConditionalModes(config.context_dim, config.hidden_dim, config.latent_dim)

    def plan(self, step: int) -> list[str]:
        """The auto-encoder comes last: what the others read of a batch stays as it is."""
        return ["critic"] * self.config.critic_steps + ["generator", "autoencoder"]

    def prior_of(self, c: Tensor) -> Made:
        return Made(self.prior_net(c), self.prior_code, self.config.latent_dim)

    def posterior_of(self, h: Tensor, c: Tensor) -> Made:
        q = self.posterior_net(torch.cat([h, c], 1))
        return Made(q, self.posterior_code, self.config.latent_dim)

    def loss(self, batch: Batch, player: str = "autoencoder") -> Terms:
        """``batch`` is (context [B, U, T], reply [B, T'], act [B]); nats per reply."""
        context, x, _ = batch
        if player == "autoencoder":
            c = self.history(context)
            z = self.posterior_of(self.turns(x), c).rsample()
            recon_nll = -self.reply(z, c).log_prob(x).mean()
            return {"loss": recon_nll, "recon_nll": recon_nll}
        h, c = self._read_once(context, x)
        with torch.set_grad_enabled(torch.is_grad_enabled() and player == "generator"):
            z = self.posterior_of(h, c).rsample()
            z_p = self.prior_of(c).rsample()
        gap = self.score(z, c).mean() - self.score(z_p, c).mean()
        if player == "generator":
            return {"loss": -gap, "generator_loss": -gap}
        slope = slopes(lambda between: self.score(between, c), z, z_p)
        penalty = (slope - 1).square().mean()
        total = gap + self.config.penalty_weight * penalty
        return {"loss": total, "critic_loss": gap, "penalty": penalty, "slope": slope.mean()}

    def score(self, z: Tensor, c: Tensor) -> Tensor:
        """D(z,c), [B]."""
        return self.critic(torch.cat([z, c], 1))

    @torch.no_grad()
    def _read_once(self, context: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """What the game reads of a batch, once for all moves of a step: they leave it as it is."""
        seen = self._seen
        if seen is None or seen[0] != self.step or seen[1] is not context or seen[2] is not x:
            seen = self.step, context, x, self.turns(x), self.history(context)
            self._seen = seen if self.training else None
        return seen[3], seen[4]
