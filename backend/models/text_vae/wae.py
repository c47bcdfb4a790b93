"""Text WAE: all codes together are held to the prior, none alone (Tolstikhin et al., 2018)."""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.deterministic import Deterministic
from backend.models.vae.vae import posterior
from backend.nets.sequences import SequenceConfig, SequenceDecoder, SequenceEncoder, TiedSoftmax
from backend.objectives.divergences import mmd
from backend.objectives.priors import StandardNormal
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(SequenceConfig):
    mmd_weight: float = param(10.0, "Weight λ of the discrepancy of codes and prior", min=0)
    noise: Literal["gaussian", "none"] = param(
        "gaussian", "Whether a code is a Gaussian, as a VAE's, or a point"
    )


@register(title="Text WAE", short="Text WAE")
class TextWAE(LatentModel):
    """Minimises -E_q log p(x|z) + λ MMD²(q(z), N(0, I)).

    https://arxiv.org/abs/1711.01558, WAE-MMD with its kernel, and an encoder that is a Gaussian
    or a point. No sentence pays for what its own code tells, so nothing draws q(z|x) to the
    prior, and a code cannot collapse; nor is the loss a bound of log p(x). With λ = 0 and no
    noise it is the text auto-encoder. Batches need at least two rows.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    objective = Objective(
        formulas={"model": "−E_q log p(x|z) + λ MMD²(z, N(0, I))"},
        terms={"recon_nll": "−E_q log p(x|z)", "mmd": "MMD²(z, N(0, I))"},
        note="What one code tells costs nothing; only all codes together must look like the "
        "prior.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        outputs = config.latent_dim * (1 if config.noise == "none" else 2)
        self.encoder = SequenceEncoder(config, words, outputs)
        self.decoder = SequenceDecoder(config, words)
        self.prior = StandardNormal(config.latent_dim)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        features = self.encoder(x)
        return (Deterministic if self.config.noise == "none" else posterior)(features)

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; the reconstruction is in nats per sentence."""
        z = self.encode(batch).rsample()
        recon_nll = -self.decode(z).log_prob(batch).mean()
        discrepancy = mmd(z, self.prior.draw(len(z)))
        total = recon_nll + self.config.mmd_weight * discrepancy
        return {"loss": total, "recon_nll": recon_nll, "mmd": discrepancy}
