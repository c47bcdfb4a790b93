"""Text auto-encoder: a sentence through a narrow code, no prior (Sutskever et al., 2014)."""

from dataclasses import dataclass

from torch import Tensor
from torch.distributions import Distribution

from backend.base import LatentModel, Objective, Terms
from backend.distributions.deterministic import Deterministic
from backend.nets.sequences import SequenceConfig, SequenceDecoder, SequenceEncoder, TiedSoftmax
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(SequenceConfig):
    pass


@register(short="Text AE")
class TextAE(LatentModel):
    """Minimises -log p(x | e(x)).

    Sequence to sequence (https://arxiv.org/abs/1409.3215) with the sentence itself as target.
    Departures: GRUs with tied embeddings, and the text VAE's nets, so that the two can be
    compared. Nothing shapes its codes, so decoding a random code shows the holes between them.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    objective = Objective(
        formulas={"model": "−log p(x|e(x))"},
        terms={"recon_nll": "−log p(x|e(x))"},
        note="A whole sentence through one code; between the codes lie holes.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        self.encoder = SequenceEncoder(config, words, config.latent_dim)
        self.decoder = SequenceDecoder(config, words)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        return Deterministic(self.encoder(x))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; the reconstruction is in nats per sentence."""
        recon_nll = -self.decode(self.encode(batch).mean).log_prob(batch).mean()
        return {"loss": recon_nll, "recon_nll": recon_nll}
