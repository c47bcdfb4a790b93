"""Semi-VAE: a discrete and a continuous code, independent of each other (Kingma et al., 2014)."""

from dataclasses import dataclass
from typing import Self

from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.joint import Joint
from backend.models.text_vae import dvae
from backend.nets.sequences import SequenceDecoder, SequenceEncoder, TiedSoftmax
from backend.objectives.divergences import discrete_information, kl_per_unit
from backend.objectives.priors import DiscreteCode
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(dvae.Config):
    latent_dim: int = param(30, "Size of the code: variables x components + continuous", min=3)
    continuous: int = param(15, "Continuous units", min=1)
    information: bool = param(True, "Keep the mutual information of c, as a plain ELBO does")

    @property
    def code_size(self) -> int:
        return super().code_size + self.continuous

    @classmethod
    def tiny(cls, **sizes: int) -> Self:
        return super().tiny(**({"latent_dim": 8, "continuous": 2} | sizes))


@register
class SemiVAE(LatentModel):
    """Minimises E_q -log p(x|c,z) + w(t) [KL(q(c|x)||uniform) + KL(q(z|x)||N(0, I))].

    The unsupervised M2 model of https://arxiv.org/abs/1406.5298 as Shi et al. 2020
    (https://proceedings.mlr.press/v119/shi20f.html) compare with it: the continuous z can do
    without c, which then collapses. Without ``information`` the mutual information of x and c
    is left out of the loss (their "+ L_mi"), which keeps c alive.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode", "components", "discrete"})
    objective = Objective(
        formulas={
            "model": ("−E_q log p(x|c,z) + w(t) [KL(q(c) ‖ U) + I(x; c) + KL(q(z|x) ‖ N(0, I))]")
        },
        terms={
            "recon_nll": "−E_q log p(x|c,z)",
            "kl_c": "KL(q(c) ‖ U)",
            "mi_c": "I(x; c)",
            "kl_z": "KL(q(z|x) ‖ N(0, I))",
        },
        note="z can do without c; leaving I(x; c) out keeps c alive.",
        switches={"I(x; c)": "information"},
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        self.sizes = [config.variables * config.components, config.continuous, config.continuous]
        self.encoder = SequenceEncoder(config, words, sum(self.sizes))
        self.decoder = SequenceDecoder(config, words)
        self.prior = DiscreteCode(config.variables, config.components, config.continuous)

    def posteriors(self, x: Tensor) -> tuple[DiscreteVariables, Independent]:
        """q(c|x) and q(z|x)."""
        logits, mu, log_var = self.encoder(x).split(self.sizes, 1)
        normal = Normal(mu, (0.5 * log_var).exp(), validate_args=False)
        return DiscreteVariables(logits.unflatten(1, self._shape)), Independent(normal, 1)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Joint:
        return Joint(self.posteriors(x))

    def assign(self, x: Tensor) -> Tensor:
        """q(c|x), [B, m, K]."""
        return self.posteriors(x)[0].probs

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; terms are in nats per sentence, batch estimates."""
        config = self.config
        q_c, q_z = self.posteriors(batch)
        q = Joint([q_c, q_z])
        z = q.rsample() if self.training else q.sample()
        recon_nll = -self.decode(z).log_prob(batch).mean()
        kl_c, mi = discrete_information(q_c.probs)
        kl_z = kl_per_unit(q_z).sum(1).mean()
        rate = kl_z + kl_c + (mi if config.information else 0)
        weight = config.kl_weight * config.annealed(self.step)
        terms = {"recon_nll": recon_nll, "kl_z": kl_z, "kl_c": kl_c, "mi_c": mi}
        return {"loss": recon_nll + weight * rate, **terms}

    @property
    def _shape(self) -> tuple[int, int]:
        return self.config.variables, self.config.components
