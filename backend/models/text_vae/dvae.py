"""Discrete VAE: sentences as a few categorical variables (Zhao et al., 2018)."""

from dataclasses import dataclass
from typing import Self

from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.discrete import DiscreteVariables
from backend.nets.sequences import AnnealedConfig, SequenceDecoder, SequenceEncoder, TiedSoftmax
from backend.objectives.divergences import discrete_information
from backend.objectives.priors import DiscreteCode
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(AnnealedConfig):
    latent_dim: int = param(15, "Size of the code: variables x components", min=2)
    variables: int = param(3, "Categorical variables m", min=1, max=100)
    components: int = param(5, "Classes K of each variable", min=2, max=100)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.latent_dim != self.code_size:
            raise ValueError(f"latent_dim must be {self.code_size}, got {self.latent_dim}")

    @property
    def code_size(self) -> int:
        return self.variables * self.components

    @classmethod
    def tiny(cls, **sizes: int) -> Self:
        return super().tiny(**({"latent_dim": 6, "variables": 2, "components": 3} | sizes))


@register(short="DVAE")
class DVAE(LatentModel):
    """Minimises E_q -log p(x|c) + w(t) E_x KL(q(c|x) || uniform).

    The baseline of https://arxiv.org/abs/1804.08069: m variables of K classes, relaxed by
    Gumbel-softmax at temperature 1 in training and drawn as one-hots otherwise. Its KL equals
    KL(q(c)||uniform) plus the mutual information of x and c, so minimising it drives the
    information out. Departures: GRUs with tied embeddings, and the code enters at each step.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode", "components", "discrete"})
    objective = Objective(
        formulas={"model": "−E_q log p(x|c) + w(t) [KL(q(c) ‖ U) + I(x; c)]"},
        terms={
            "recon_nll": "−E_q log p(x|c)",
            "kl_c": "KL(q(c) ‖ U)",
            "mi_c": "I(x; c)",
        },
        note="The bracket is the mean of KL(q(c|x) ‖ U): it charges for what c tells of x.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        self.encoder = SequenceEncoder(config, words, config.latent_dim)
        self.decoder = SequenceDecoder(config, words)
        self.prior = DiscreteCode(config.variables, config.components)

    def encode(self, x: Tensor, context: Tensor | None = None) -> DiscreteVariables:
        shape = self.config.variables, self.config.components
        return DiscreteVariables(self.encoder(x).unflatten(1, shape))

    def assign(self, x: Tensor) -> Tensor:
        """q(c|x), [B, m, K]."""
        return self.encode(x).probs

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; terms are in nats per sentence, batch estimates."""
        config = self.config
        q = self.encode(batch)
        z = q.rsample() if self.training else q.sample()
        recon_nll = -self.decode(z).log_prob(batch).mean()
        kl_c, mi = discrete_information(q.probs)
        weight = config.kl_weight * config.annealed(self.step)
        total = recon_nll + weight * self.rate(kl_c, mi)
        return {"loss": total, "recon_nll": recon_nll, "kl_c": kl_c, "mi_c": mi}

    def rate(self, kl_c: Tensor, mi: Tensor) -> Tensor:
        """KL(q(c|x) || uniform), mean over the batch, from its two parts."""
        return kl_c + mi
