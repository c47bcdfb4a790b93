"""Helmholtz machine: awake it learns to make, asleep to read its dreams (Hinton et al., 1995)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Distribution, Independent

from backend.base import LatentModel, Objective, Terms, param
from backend.nets.build import DataConfig, build_decoder, build_encoder
from backend.objectives.priors import Prior
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DataConfig):
    latent_dim: int = param(
        8, "Bits of the code; 2 to their number are summed over", min=1, max=12
    )

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        return super().tiny(**(dict(latent_dim=3) | sizes))


class Bits(Independent):
    """Independent bits with these logits [..., D]; a draw lets no gradient through."""

    has_rsample = True

    def __init__(self, logits: Tensor) -> None:
        super().__init__(Bernoulli(logits=logits, validate_args=False), 1, validate_args=False)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.sample(sample_shape)


class BitsPrior(Prior):
    """p(z): each bit is on with a probability of its own, learned, ½ at the start."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(dim))

    def forward(self, context: Tensor | None = None) -> Distribution:
        return Bits(self.logits)

    def draw(self, n: int, temperature: float = 1.0) -> Tensor:
        """Bits [n, D]; logits are divided by ``temperature``, and at 0 the likeliest are given."""
        if temperature == 0:
            return (self.logits > 0).to(self.logits).expand(n, -1)
        return Bits(self.logits / temperature).sample((n,))

    def unit_log_prob(self, z: Tensor) -> Tensor:
        return Bernoulli(logits=self.logits, validate_args=False).log_prob(z)

    def snap(self, z: Tensor) -> Tensor:
        return (z > 0.5).to(z)


@register(short="Helmholtz machine", points=True)
class WakeSleep(LatentModel):
    """Two nets that teach one another, with no gradient through a code of bits:

    - wake: the generator minimises -E_q(z|x) [log p(x|z) + log p(z)] on data x;
    - sleep: the encoder minimises -E_p(z, x) log q(z|x) on dreams, drawn from the generator.

    https://www.cs.toronto.edu/~hinton/absps/ws.pdf. Asleep the KL is the wrong way round,
    KL(p(z|x) || q(z|x)), so the two have no common loss, but where q is right each step awake
    makes data likelier. One layer of bits, so ``log_prob`` sums over all codes: it is exact.
    Points have Gaussian noise about what is made of a code.
    """

    config: Config
    prior: BitsPrior
    capabilities = frozenset({"sample", "encode", "decode", "log_prob"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "wake": ("decoder", "prior"),
        "sleep": ("encoder",),
    }
    objective = Objective(
        formulas={
            "wake": "−E_q(z|x) [log p(x|z) + log p(z)],   x from the data",
            "sleep": "−E_p(z, x) log q(z|x),   x a dream",
        },
        terms={
            "wake_loss": "−E_q(z|x) [log p(x|z) + log p(z)]",
            "sleep_loss": "−E_p(z, x) log q(z|x)",
        },
        note="Bits pass no gradient: awake codes are taken as read, asleep they are known.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.encoder = build_encoder(config, config.latent_dim)
        self.decoder = build_decoder(config)
        self.prior = BitsPrior(config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Bits(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def log_prob(self, x: Tensor) -> Tensor:
        """log Σ_z p(x|z) p(z) over all 2^D codes, nats [B]."""
        codes = torch.cartesian_prod(*[self.prior.logits.new_tensor([0.0, 1.0])] * self.bits)
        codes = codes.view(-1, self.bits)  # one bit comes as a vector
        joint = self.prior().log_prob(codes).expand(len(x), -1)  # [B, 2^D]
        made = [self.decode(z[None].expand(len(x), -1)).log_prob(x) for z in codes]
        return (joint + torch.stack(made, 1)).logsumexp(1)

    @property
    def bits(self) -> int:
        return self.config.latent_dim

    def loss(self, batch: Tensor, player: str = "wake") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]."""
        if player == "sleep":
            with torch.no_grad():
                z = self.prior.draw(len(batch))
                dream = self.decode(z).sample()
            loss = -self.encode(dream).log_prob(z).mean()
            return {"loss": loss, "sleep_loss": loss}
        with torch.no_grad():
            z = self.encode(batch).sample()
        loss = -(self.decode(z).log_prob(batch) + self.prior().log_prob(z)).mean()
        return {"loss": loss, "wake_loss": loss}
