"""HRED: the reply straight from the context, no latent variable (Serban et al., 2016)."""

from dataclasses import dataclass
from typing import Self

from torch import Tensor
from torch.distributions import Distribution

from backend.base import Objective, Terms, param
from backend.nets.dialog import Batch, DialogueConfig, DialogueModel, nothing
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(DialogueConfig):
    latent_dim: int = param(0, "Fixed: there is no code", min=0, max=0)

    @classmethod
    def tiny(cls, **sizes: int) -> Self:
        return super().tiny(**({"latent_dim": 0} | sizes))


@register(short="HRED")
class HRED(DialogueModel):
    """Minimises -log p(x|c), c read by a GRU over turns that a GRU over words has read.

    https://arxiv.org/abs/1507.04808. The floor for the models with a code: what differs between
    its replies to one context is only the draw of each word. Departures: tied embeddings with an
    adaptive softmax, and the context enters the decoder at each step.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−log p(x|c)"},
        terms={"recon_nll": "−log p(x|c)"},
        note="No code: all that differs between its replies is the draw of each word.",
    )

    def prior_of(self, c: Tensor) -> Distribution:
        return nothing(c)

    def posterior_of(self, h: Tensor, c: Tensor) -> Distribution:
        return nothing(c)

    def loss(self, batch: Batch, player: str = "model") -> Terms:
        """``batch`` is (context [B, U, T], reply [B, T'], act [B]); nats per reply."""
        context, x, _ = batch
        c = self.history(context)
        recon_nll = -self.reply(c[:, :0], c).log_prob(x).mean()
        return {"loss": recon_nll, "recon_nll": recon_nll}
