"""Adversary-activated VAE: a critic weighs data and samples in the bound (Hu et al., 2018)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from backend.base import Live, Objective, Terms, param
from backend.models.vae import vae
from backend.nets.build import build_critic
from backend.objectives.divergences import gan_loss, kl
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(vae.Config):
    use_critic: bool = param(True, "Let D learn; otherwise it is perfect, and this is the VAE")
    smoothing: float = param(
        0.0,
        "Label smoothing s: D is taught 1 - s for data and s for samples",
        min=0,
        max=0.5,
        live=Live("Label smoothing s"),
    )


@register(short="AAVAE", points=True)
class AAVAE(vae.VAE):
    """The VAE's nets minimise E_data D(x) L(x) + E_p(x) D(x) L(x), L the negative ELBO.

    Section 4.2 of https://arxiv.org/abs/1706.00550, where a VAE is a model whose discriminator
    is perfect, D = 1 on data and 0 on samples: the samples are there and do not count. Here D
    learns as in a GAN, and every example, real or made, counts as much as it looks real. No
    gradient flows through D(x) or into a sample. Without ``use_critic`` D is perfect.

    Departures: twice the paper's bound, which averages both kinds; label smoothing s (Salimans et
    al. 2016, https://arxiv.org/abs/1606.03498, here on both sides), since a critic of few
    pictures soon knows them by heart and is then as good as perfect; samples of pictures are
    means of p(x|z), grey as the data are.
    """

    config: Config
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "critic": ("critic",),
        "model": ("encoder", "decoder"),
    }
    training_only: ClassVar[tuple[str, ...]] = ("critic",)
    objective = Objective(
        formulas={
            "critic": "−E log D(x) − E log(1 − D(x̃)),   x̃ a sample",
            "model": "E D(x) L(x) + E D(x̃) L(x̃),   L(x) = −E_q log p(x|z) + KL(q(z|x) ‖ N(0, I))",
        },
        terms={
            "critic_loss": "−E log D(x) − E log(1 − D(x̃))",
            "real_bound": "E D(x) L(x)",
            "fake_bound": "E D(x̃) L(x̃)",
            "recon_nll": "−E_q log p(x|z)",
            "kl": "KL(q(z|x) ‖ N(0, I))",
        },
        note="Its own samples count as far as they look real. With D perfect it is the VAE.",
        switches={"D": "use_critic"},
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.critic = build_critic(config)

    def plan(self, step: int) -> list[str]:
        return ["critic", "model"] if self.config.use_critic else ["model"]

    def made(self, n: int) -> Tensor:
        """``n`` samples without gradients, [n, *data_shape]: pictures as means, points drawn."""
        with torch.no_grad():
            p = self.decode(self.prior.draw(n))
            return p.mean if len(self.config.data_shape) == 3 else p.sample()

    def reward(self, score: Tensor) -> Tensor:
        """Nothing, [n]: the critic weighs samples and moves none."""
        return 0 * score

    def weights(self, x: Tensor, real: bool) -> Tensor:
        """D(x) [B], how much each of a batch counts; without gradients."""
        if not self.config.use_critic:
            return x.new_full((len(x),), float(real))
        with torch.no_grad():
            return self.critic(x).sigmoid()

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2].

        ``recon_nll`` and ``kl`` are of data, each counting 1: those of a VAE.
        """
        if player == "critic":
            return self.critic_terms(batch)
        recon_nll, divergence = self.bound(batch)
        real = self.weights(batch, True) @ (recon_nll + divergence) / len(batch)
        fake = self.made(len(batch))
        made = self.weights(fake, False) @ sum(self.bound(fake)) / len(batch)
        terms = {"recon_nll": recon_nll.mean(), "kl": divergence.mean()}
        return {"loss": real + made, "real_bound": real, "fake_bound": made, **terms}

    def bound(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """-log p(x|z) and KL(q(z|x) || p(z)) of each, [B] and [B], with one draw of z."""
        q = self.encode(x)
        z = q.rsample()
        return -self.decode(z).log_prob(x), kl(q, self.prior(), z)

    def critic_terms(self, batch: Tensor) -> Terms:
        real, made = (self.critic(x) for x in (batch, self.made(len(batch))))
        s = self.config.smoothing
        loss = gan_loss(real, True) + gan_loss(made, False)
        if s:  # -log D = softplus(-ℓ) and -log(1 - D) = softplus(ℓ) differ by ℓ
            loss = loss + s * (real.mean() - made.mean())
        scores = {"score_real": real.sigmoid().mean(), "score_fake": made.sigmoid().mean()}
        return {"loss": loss, "critic_loss": loss, **scores}
