"""Dispersed Gaussian-mixture VAE: modes of a mixture prior that stay apart (Shi et al., 2020)."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from backend.base import LatentModel, Objective, Terms, param
from backend.nets.sequences import AnnealedConfig, SequenceDecoder, SequenceEncoder, TiedSoftmax
from backend.objectives.divergences import (
    averaged_component,
    discrete_information,
    kl,
    kl_to_components,
    variance_of_means,
)
from backend.objectives.priors import GaussianMixture
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(AnnealedConfig):
    latent_dim: int = param(6, "Size of the code z, shared out among the variables", min=1)
    variables: int = param(3, "Mixture variables m", min=1, max=100)
    components: int = param(5, "Components K of each variable", min=1, max=100)
    dispersion_weight: float = param(0.5, "Weight β of the dispersion term", min=0, max=10)
    information: bool = param(False, "Keep the mutual-information term, as a plain ELBO does")
    usage_weight: float = param(1.0, "Weight of KL(q(c)||U) among the KL terms", min=0, max=100)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.latent_dim % self.variables:
            raise ValueError(
                f"latent_dim must be a multiple of variables ({self.variables}), "
                f"got {self.latent_dim}"
            )

    @classmethod
    def tiny(cls, **sizes: int) -> Self:
        return super().tiny(**({"latent_dim": 4, "variables": 2, "components": 3} | sizes))


@register(short="DGMVAE")
class DGMVAE(LatentModel):
    """Minimises E_q -log p(x|z) + w(t) [KL(q(c)||U) + (MI) + KL(q(z|x)||p̂) + β·dispersion].

    https://proceedings.mlr.press/v119/shi20f.html. c are m variables of K components,
    z_j ~ N(μ_jk, σ_jk) given c_j = k; q(c|x) and q(z|x) come from one encoder; p̂ has the
    q(c|x)-average of the components' natural parameters, q(c) is the batch mean of q(c|x).

    With β = 1 and the mutual-information term kept this is the ELBO of ``gmvae``, whose modes
    slide together: the dispersion term pulls them, and the information term makes q(c|x) ignore
    x. Here β < 1 (the paper's L_var) and the information term is left out (its L_mi).

    Departures: an encoder and decoder of GRUs with tied embeddings and an adaptive softmax, one
    draw of z per sentence and step; where ``kl_weight`` is small, ``usage_weight`` keeps q(c)
    near uniform, since a component that no sentence uses learns nothing.
    """

    config: Config
    prior: GaussianMixture
    capabilities = frozenset({"sample", "encode", "decode", "components"})
    objective = Objective(
        formulas={"model": "−E_q log p(x|z) + w(t) [u KL(q(c) ‖ U) + KL(q(z|x) ‖ p̂) + β Δ]"},
        terms={
            "recon_nll": "−E_q log p(x|z)",
            "kl_c": "KL(q(c) ‖ U)",
            "kl_z": "KL(q(z|x) ‖ p̂)",
            "dispersion": "Δ, the spread of the components that x may be of",
        },
        note=(
            "p̂ is the component with the mean natural parameters under "
            "q(c|x). With β = 1 and I(x; c) in the bracket it is the plain "
            "bound."
        ),
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        shape = config.variables, config.components
        self.sizes = [config.latent_dim, config.latent_dim, shape[0] * shape[1]]
        self.encoder = SequenceEncoder(config, words, sum(self.sizes))
        self.decoder = SequenceDecoder(config, words)
        self.prior = GaussianMixture(*shape, config.latent_dim // config.variables)

    def posteriors(self, x: Tensor) -> tuple[Independent, Tensor]:
        """q(z|x), and q(c|x) as probabilities [B, m, K]."""
        mu, log_var, logits = self.encoder(x).split(self.sizes, 1)
        q_z = Independent(Normal(mu, (0.5 * log_var).exp(), validate_args=False), 1)
        return q_z, logits.unflatten(1, self.prior.weights.shape).softmax(-1)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return self.posteriors(x)[0]

    def assign(self, x: Tensor) -> Tensor:
        """q(c|x), [B, m, K]."""
        return self.posteriors(x)[1]

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; terms are in nats per sentence, batch estimates."""
        config = self.config
        q_z, q_c = self.posteriors(batch)
        recon_nll = -self.decode(q_z.rsample()).log_prob(batch).mean()
        parts = self.rate(q_z, q_c)
        weight = config.kl_weight * config.annealed(self.step)
        total = recon_nll + weight * parts.pop("rate")
        with torch.no_grad():
            spread = variance_of_means(self.prior.means)
        return {"loss": total, "recon_nll": recon_nll, **parts, "mean_variance": spread}

    def rate(self, q_z: Independent, q_c: Tensor) -> Terms:
        """``rate``: what the loss adds to the reconstruction; beside it, each of its parts."""
        config, prior = self.config, self.prior
        p_hat, dispersion = averaged_component(q_c, prior.means, prior.log_var)
        kl_z, dispersion = kl(q_z, p_hat).mean(), dispersion.mean()
        kl_c, mi = discrete_information(q_c)
        rate = config.usage_weight * kl_c + kl_z + config.dispersion_weight * dispersion
        if config.information:
            rate = rate + mi
        with torch.no_grad():
            each = kl_to_components(q_z, prior.means, prior.log_var)
            exact = (q_c * each).sum((1, 2)).mean()
        parts = {"kl_z": kl_z, "kl_z_components": exact, "kl_c": kl_c, "mi_c": mi}
        return {"rate": rate, **parts, "dispersion": dispersion}
