"""Conditional VAE: the class is given, the code holds the style (Sohn et al., 2015)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import UNKNOWN, LatentModel, Objective, Terms, param
from backend.models.vae.vae import posterior
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.nets.points import mlp
from backend.objectives.divergences import kl
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    classes: int = param(10, "Classes c", min=2)
    hidden_labels: float = param(0.1, "Share of training labels hidden", min=0, max=1)


@register(short="CVAE")
class CVAE(LatentModel):
    """Minimises -E_q(z|x,c) log p(x|z,c) + KL(q(z|x,c) || N(0, I)), with one draw of z.

    https://papers.nips.cc/paper/5775, with the prior of z independent of c. The context of
    ``encode`` and ``decode`` is labels, int64 [B]. Departure: a share of the training labels is
    hidden, so that the model also answers where the label is not known (``UNKNOWN``, or no
    context at all).
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    context = "labels"
    objective = Objective(
        formulas={"model": "−E_q log p(x|z,c) + KL(q(z|x,c) ‖ N(0, I))"},
        terms={
            "recon_nll": "−E_q log p(x|z,c)",
            "kl": "KL(q(z|x,c) ‖ N(0, I))",
        },
        note="The class c is given, so the code can be left with the style.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        width, classes, size = config.hidden[-1], config.classes, config.latent_dim
        self.encoder = build_encoder(config, width)
        self.posterior = mlp(width + classes, width, 2 * size)
        self.decoder = build_decoder(config, inputs=size + classes)
        self.prior = StandardNormal(size)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        features = self.encoder(x).relu()
        return posterior(self.posterior(self._with_label(features, context)))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(self._with_label(z, context))

    def sample(self, n: int) -> Tensor:
        """``n`` draws, the class of each drawn uniformly."""
        labels = torch.randint(self.config.classes, (n,), device=self.device)
        return self.decode(self.prior.draw(n), labels).sample()

    def loss(self, batch: tuple[Tensor, Tensor], player: str = "model") -> Terms:
        """``batch`` is (x [B, *data_shape], labels [B])."""
        x, labels = batch
        if self.training:
            hidden = torch.rand(labels.shape, device=labels.device) < self.config.hidden_labels
            labels = labels.masked_fill(hidden, UNKNOWN)
        q = self.encode(x, labels)
        recon_nll = -self.decode(q.rsample(), labels).log_prob(x).mean()
        divergence = kl(q, self.prior()).mean()
        return {"loss": recon_nll + divergence, "recon_nll": recon_nll, "kl": divergence}

    def _with_label(self, h: Tensor, labels: Tensor | None) -> Tensor:
        """h [B, F] beside one-hots of its labels, zeros where they are not known: [B, F + K]."""
        hot = h.new_zeros(len(h), self.config.classes)
        if labels is not None:
            known = (labels != UNKNOWN)[:, None].to(h)
            hot = hot.scatter(1, labels.clamp(min=0)[:, None], known)
        return torch.cat([h, hot], 1)
