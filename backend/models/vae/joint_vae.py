"""JointVAE: a class and a style, each allowed to carry so many nats (Dupont, 2018)."""

import math
from dataclasses import dataclass
from typing import Any, Self

from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.joint import Joint
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.objectives.divergences import discrete_information, kl_per_unit
from backend.objectives.priors import DiscreteCode
from backend.registry import register

TEMPERATURE = 0.67  # of the relaxed classes, as in the author's code


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    latent_dim: int = param(20, "Size of the code: classes, then continuous units", min=3)
    components: int = param(10, "Classes K of the discrete variable", min=2, max=100)
    capacity_z: float = param(5.0, "Final capacity C_z of the continuous units, nats", min=0)
    capacity_c: float = param(5.0, "Final capacity C_c of the class, nats; log K at most", min=0)
    capacity_steps: int = param(25_000, "Steps over which both rise from 0", min=1)
    capacity_weight: float = param(30.0, "Weight γ of what misses a capacity", min=0)
    even: bool = param(False, "Only information of the class fills C_c; classes are held even")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.latent_dim <= self.components:
            raise ValueError(
                f"latent_dim must be more than components ({self.components}), "
                f"got {self.latent_dim}"
            )

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        return super().tiny(**(dict(latent_dim=5, components=3, capacity_steps=20) | sizes))


@register
class JointVAE(LatentModel):
    """Minimises -E_q log p(x|c,z) + γ |KL_z - C_z(t)| + γ |KL_c - C_c(t)|.

    https://arxiv.org/abs/1804.00104: KL_z = KL(q(z|x)||N(0, I)), KL_c = KL(q(c|x)||uniform), the
    capacities rise linearly. The class is relaxed by Gumbel-softmax in training and a one-hot
    otherwise; the code is the class, then the continuous units. A class that is the same for
    every x has all of KL_c and tells nothing: watch ``mi_c``, not the sum. Departure, if ``even``:
    with KL_c = I(x; c) + KL(q(c)||uniform), the last term is γ |I(x; c) - C_c(t)| +
    γ KL(q(c)||uniform), so that no class falls out of use; both end at the same KL_c.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode", "components", "discrete"})
    objective = Objective(
        formulas={"model": "−E_q log p(x|c,z) + γ |KL_z − C_z(t)| + γ |KL_c − C_c(t)|"},
        terms={
            "recon_nll": "−E_q log p(x|c,z)",
            "kl_z": "KL_z",
            "kl_c": "KL_c: of the batch’s mean of q(c|x)",
            "mi_c": "KL_c: mutual information of x and c",
        },
        note=(
            "Class and style may each carry so many nats, no more and no less. "
            "Held even, classes fill C_c by information alone, and γ weighs "
            "how far their shares are from equal."
        ),
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        continuous = config.latent_dim - config.components
        self.sizes = [config.components, continuous, continuous]
        self.encoder = build_encoder(config, sum(self.sizes))
        self.decoder = build_decoder(config)
        self.prior = DiscreteCode(1, config.components, continuous)

    def posteriors(self, x: Tensor) -> tuple[DiscreteVariables, Independent]:
        """q(c|x) and q(z|x)."""
        logits, mu, log_var = self.encoder(x).split(self.sizes, 1)
        normal = Normal(mu, (0.5 * log_var).exp(), validate_args=False)
        return DiscreteVariables(logits[:, None], TEMPERATURE), Independent(normal, 1)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Joint:
        return Joint(self.posteriors(x))

    def assign(self, x: Tensor) -> Tensor:
        """q(c|x), [B, 1, K]."""
        return self.posteriors(x)[0].probs

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def capacities(self, step: int | None = None) -> tuple[float, float]:
        """C_z and C_c at ``step``, or at the present one, nats."""
        config = self.config
        share = min(1.0, (self.step if step is None else step) / config.capacity_steps)
        return share * config.capacity_z, min(
            share * config.capacity_c, math.log(config.components)
        )

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        q_c, q_z = self.posteriors(batch)
        q = Joint([q_c, q_z])
        z = q.rsample() if self.training else q.sample()
        recon_nll = -self.decode(z).log_prob(batch).mean()
        kl_z = kl_per_unit(q_z).sum(1).mean()
        aggregate, mi = discrete_information(q_c.probs)
        capacity_z, capacity_c = self.capacities()
        missed = (kl_z - capacity_z).abs()
        if self.config.even:
            missed = missed + (mi - capacity_c).abs() + aggregate
        else:
            missed = missed + (aggregate + mi - capacity_c).abs()
        terms = {"recon_nll": recon_nll, "kl_z": kl_z, "kl_c": aggregate, "mi_c": mi}
        return {"loss": recon_nll + self.config.capacity_weight * missed, **terms}
