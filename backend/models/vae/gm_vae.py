"""Gaussian-mixture VAE: modes of pictures that nobody named (Dilokthanakul et al., 2016)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms, param
from backend.models.vae.vae import posterior
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.objectives.divergences import variance_of_means
from backend.objectives.priors import GaussianMixture
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    components: int = param(16, "Components K of the prior", min=1, max=100)
    pretraining_steps: int = param(1000, "Steps as a plain auto-encoder before", min=0)


@register(short="GM-VAE")
class GMVAE(LatentModel):
    """Minimises E_q(z|x) [-log p(x|z) + log q(z|x) - log p(z)], p(z) a mixture, one draw of z.

    The ELBO of https://arxiv.org/abs/1611.02648 with the exact p(c|z) for q(c|z): then
    KL(q(c|z) || p(c|z)) is 0 and the sum over c is log p(z). Departures: each component is a
    Gaussian whose mean and variance are parameters, instead of functions of a noise variable w,
    so that a mode is a place on the map; and, since a mixture that starts anywhere soon rests on
    few of its components, the first steps train an auto-encoder, after which EM places the
    components on the codes of one batch, as in VaDE (Jiang et al. 2017,
    https://arxiv.org/abs/1611.05148).
    """

    config: Config
    prior: GaussianMixture
    capabilities = frozenset({"sample", "encode", "decode", "components"})
    objective = Objective(
        formulas={"model": "−E_q log p(x|z) + E_q log q(z|x)/p(z),   p(z) = Σ_k π_k N(μ_k, σ_k²)"},
        terms={
            "recon_nll": "−E_q log p(x|z)",
            "kl": "E_q log q(z|x)/p(z)",
        },
        note="The prior learns too: its modes move to the codes.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.encoder = build_encoder(config, 2 * config.latent_dim)
        self.decoder = build_decoder(config)
        self.prior = GaussianMixture(1, config.components, config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return posterior(self.encoder(x))

    def assign(self, x: Tensor) -> Tensor:
        """p(c|z) at the posterior mean, [B, 1, K]."""
        return self.prior.responsibilities(self.encode(x).mean)

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is [B, C, H, W] in [0, 1]; terms are in nats per picture."""
        q = self.encode(batch)
        if self.training and self.step == self.config.pretraining_steps:
            self._place_components(q.mean)
        early = self.training and self.step < self.config.pretraining_steps
        z = q.rsample()
        recon_nll = -self.decode(q.mean if early else z).log_prob(batch).mean()
        rate = (q.log_prob(z) - self.prior().log_prob(z)).mean()
        total = recon_nll if early else recon_nll + rate  # early, the rate is only reported
        with torch.no_grad():
            spread = variance_of_means(self.prior.means)
        return {"loss": total, "recon_nll": recon_nll, "kl": rate, "mean_variance": spread}

    @torch.no_grad()
    def _place_components(self, codes: Tensor) -> None:
        """Fits the mixture to codes [B, D] by EM with diagonal covariances."""
        from sklearn.mixture import GaussianMixture as Fit

        k = min(self.config.components, len(codes))
        fit = Fit(k, covariance_type="diag", reg_covar=1e-3, n_init=5, random_state=0)
        fit.fit(codes.float().cpu().numpy())
        self.prior.means[0, :k] = torch.from_numpy(fit.means_).to(codes)
        self.prior.log_var[0, :k] = torch.from_numpy(fit.covariances_).log().to(codes)
