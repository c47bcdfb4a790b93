"""Semi-amortised VAE: gradient steps for each sentence finish the encoder's work (Kim, 2018)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Independent

from backend.base import Objective, Terms, param
from backend.models.text_vae import text_vae
from backend.models.vae.vae import posterior
from backend.objectives.divergences import kl_per_unit
from backend.registry import register

LONGEST = 5.0  # gradient of one sentence that is not shortened
MOST = 20  # steps


@dataclass(frozen=True, kw_only=True)
class Config(text_vae.Config):
    inner_steps: int = param(
        4, "Gradient steps K for each sentence; 0: the plain VAE", min=0, max=MOST
    )
    inner_rate: float = param(0.5, "Length of each step", min=0, max=10)
    inner_momentum: float = param(0.5, "Share of the last step in the next", min=0, max=0.99)


@register(title="Semi-amortised VAE", short="SA-VAE")
class SAVAE(text_vae.TextVAE):
    """The text VAE's bound at λ_K, to which K gradient steps on the bound lead from e(x).

    https://arxiv.org/abs/1802.02550. λ = (μ, log σ²) of each sentence begins as the encoder has
    it; each step ascends this sentence's own bound, with one draw of z. The gradient of the loss
    goes back through the steps, so the encoder learns to begin where they end well, and the
    decoder sees codes that say all that the bound pays for. ``encode`` takes the steps, too.

    Departures: second derivatives are exact and not differences; the steps are taken without
    dropout; outside training with the same noise for each sentence, so that q is a function of x.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−E_{q_K} log p(x|z) + w(t) β Σ_d max(λ, KL_d)"},
        terms={
            "recon_nll": "−E_{q_K} log p(x|z)",
            "kl": "Σ_d KL_d of q_K, to which K gradient steps lead from the encoder's q_0",
        },
        note="An encoder answers for all sentences at once; the steps finish each one's code.",
    )

    def encode(self, x: Tensor, context: Tensor | None = None) -> Independent:
        return self.refined(x)[-1]

    def refined(self, x: Tensor, steps: int | None = None) -> list[Independent]:
        """q_0, the encoder's own, then q after each of the steps; batch [B], event [D].

        There are K steps, or as many as ``steps`` says, ``MOST`` at most. Where gradients are
        on, they go back through all of them.
        """
        steps = self.config.inner_steps if steps is None else steps
        return self._refined(x, steps, torch.is_grad_enabled())

    @torch.inference_mode(False)  # a caller may be in it; here gradients are needed
    @torch.enable_grad()
    def _refined(self, x: Tensor, steps: int, through: bool) -> list[Independent]:
        config, x = self.config, x.clone()
        same = torch.Generator().manual_seed(0)  # for every sentence, at every call
        noise = torch.randn(MOST, config.latent_dim, generator=same).to(x.device)
        place = self.encoder(x)
        moved = torch.zeros_like(place)
        found = [place]
        for fixed in noise[:steps]:
            if not through:
                place = place.detach().requires_grad_()
            slope = self._slope(x, place, fixed, through)
            moved = config.inner_momentum * moved - config.inner_rate * slope
            place = place + moved
            found.append(place)
        return [posterior(step if through else step.detach()) for step in found]

    def _slope(self, x: Tensor, place: Tensor, fixed: Tensor, through: bool) -> Tensor:
        """How each sentence's loss grows at ``place`` [B, 2 D], no longer than ``LONGEST``."""
        q = posterior(place)
        mu, sigma = q.mean, q.stddev
        z = mu + sigma * (torch.randn_like(mu) if self.training else fixed)
        share = self.config.annealed(self.step) if self.training else 1.0
        with self._plain_decoder():
            nll = -self.decode(z).log_prob(x)
        loss = nll + share * self.log_weight.exp() * kl_per_unit(q).sum(1)
        (slope,) = torch.autograd.grad(loss.sum(), place, create_graph=through)
        return slope * (LONGEST / slope.detach().norm(dim=1, keepdim=True)).clamp(max=1)

    @contextmanager
    def _plain_decoder(self) -> Iterator[None]:
        """The decoder without dropout, and as torch has it, which can be differentiated twice."""
        training = self.decoder.training
        self.decoder.eval()
        with torch.backends.cudnn.flags(enabled=False):
            yield
        self.decoder.train(training)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; terms are in nats per sentence."""
        q = self.encode(batch)
        return self.bound(q, q.rsample(), batch)
