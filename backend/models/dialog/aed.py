"""AED: codes made of noise and context, as a GAN wants them (Shen et al., 2018)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from backend.base import Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.distributions.modes import GaussianModes, Made
from backend.nets.critics import flat_critic
from backend.nets.dialog import Batch, DialogueConfig, DialogueModel
from backend.nets.points import mlp
from backend.objectives.divergences import gan_loss
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DialogueConfig):
    noise: float = param(0.2, "Standard deviation of noise on codes in training", min=0, max=5)


@register(title="Adversarial encoder-decoder", short="AED")
class AED(DialogueModel):
    """Three players, z̃ = f(x) the code of the reply, g(ε,c) made of ε ~ N(0, I) and the context:

    - autoencoder: -log p(x | z̃, c);
    - critic: -log D(z̃,c) - log(1 - D(g(ε,c),c));
    - generator g: -log D(g(ε,c),c).

    The model that Shen et al. 2018 (https://arxiv.org/abs/1802.02032) start from, with z̃ in
    (-1, 1); ``cvae_ae`` puts a CVAE in the place of the GAN. Departures: noise on z̃ as the
    decoder is trained, so that a code that is near one of a reply is read as well; otherwise as
    in ``hred``.
    """

    config: Config
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "autoencoder": ("turns", "history", "code_net", "decoder"),
        "critic": ("critic",),
        "generator": ("generator",),
    }
    betas = (0.5, 0.9)
    objective = Objective(
        formulas={
            "autoencoder": "−log p(x|z̃,c),   z̃ = f(x)",
            "critic": "−log D(z̃,c) − log(1 − D(g(ε,c),c))",
            "generator": "−log D(g(ε,c),c)",
        },
        terms={
            "recon_nll": "−log p(x|z̃,c)",
            "critic_loss": "−log D(z̃,c) − log(1 − D(g(ε,c),c))",
            "generator_loss": "−log D(g(ε,c),c)",
        },
        note="An auto-encoder of replies; a GAN learns which codes may follow a context.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        size, hidden, context = config.latent_dim, config.hidden_dim, config.context_dim
        self.code_net = nn.Sequential(nn.Linear(config.encoder_dim, size), nn.Tanh())
        self.generator = nn.Sequential(mlp(size + context, hidden, hidden, size), nn.Tanh())
        self.critic = flat_critic(size + context, (hidden, hidden))

    def prior_of(self, c: Tensor) -> Made:
        zero = c.new_zeros(len(c), 1, self.config.latent_dim)
        noise = GaussianModes(c.new_zeros(len(c), 1), zero, zero + 1)
        return Made(noise, lambda e: self.generator(_beside(e, c)), self.config.latent_dim)

    def posterior_of(self, h: Tensor, c: Tensor) -> Distribution:
        return Deterministic(self.code_net(h))

    def loss(self, batch: Batch, player: str = "autoencoder") -> Terms:
        """``batch`` is (context [B, U, T], reply [B, T'], act [B]); scores are means of D."""
        context, x, _ = batch
        with torch.set_grad_enabled(torch.is_grad_enabled() and player == "autoencoder"):
            c = self.history(context)
            z = self.code_net(self.turns(x))
        if player == "autoencoder":
            noisy = z + self.config.noise * torch.randn_like(z) if self.training else z
            recon_nll = -self.reply(noisy, c).log_prob(x).mean()
            return {"loss": recon_nll, "recon_nll": recon_nll}
        made = self.critic(_beside(self.prior_of(c).rsample(), c))
        if player == "generator":
            loss = gan_loss(made, True)
            return {"loss": loss, "generator_loss": loss}
        real = self.critic(_beside(z, c))
        loss = gan_loss(real, True) + gan_loss(made, False)
        scores = {"score_code": real.sigmoid().mean(), "score_prior": made.sigmoid().mean()}
        return {"loss": loss, "critic_loss": loss, **scores}


def _beside(z: Tensor, c: Tensor) -> Tensor:
    """z [..., B, D] and c [B, C] -> [..., B, D + C]."""
    return torch.cat([z, c.expand(*z.shape[:-1], -1)], -1)
