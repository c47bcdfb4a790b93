"""Lagging-encoder VAE: the encoder catches up before the decoder moves on (He et al., 2019)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from backend.base import Objective, Terms, param
from backend.distributions.sequence import PAD
from backend.models.text_vae import text_vae
from backend.objectives.divergences import mutual_information
from backend.registry import register

_BOUND = "−E_q log p(x|z) + w(t) β Σ_d max(λ, KL_d)"


@dataclass(frozen=True, kw_only=True)
class Config(text_vae.Config):
    inner_limit: int = param(
        100, "Steps of the encoder before one of the decoder, at most; 0: the plain VAE", min=0
    )
    patience: int = param(1, "Times that the information must fall before this is over", min=1)
    window: int = param(15, "Steps over which the loss is averaged to see whether it falls", min=1)


@register(title="Lagging VAE")
class LaggingVAE(text_vae.TextVAE):
    """The text VAE's bound; while "aggressive", each step of the decoder waits for the encoder.

    https://arxiv.org/abs/1901.05534, algorithm 1. A decoder that learns faster than the encoder
    makes p(z|x) the prior before q(z|x) has followed it, and then nothing is left to follow. So
    the encoder alone is moved, on a new batch each time, until its loss per token, averaged over
    ``window`` batches, no longer falls; then the decoder once. When the mutual information of z
    and held-out sentences has fallen, ``patience`` times in a row, both move together as in a
    plain VAE, to the end. Word embeddings are tied to the output layer and move with the decoder.

    One step of ``fit`` is one batch, of the encoder, the decoder or both. Departure: the mutual
    information is measured forty times in a run and not once an epoch.
    """

    config: Config
    players = {  # noqa: RUF012 (never changed)
        "encoder": ("encoder.rnn", "encoder.output"),
        "decoder": ("decoder",),
        "model": ("",),
    }
    # Where a run is, so that one that was killed goes on; no checkpoint needs it.
    aggressive: Tensor  # bool []: whether the encoder is trained ahead
    best_mi: Tensor  # [], nats, of held-out sentences so far
    falls: Tensor  # int64 []: how often it was below that, one time after the other
    caught_up: Tensor  # bool []: whether it is the decoder's turn
    steps: Tensor  # int64 []: of the encoder since the decoder's
    window: Tensor  # [2]: the losses since the last comparison, summed, and their tokens
    before: Tensor  # [], nats per token: the mean of the last window
    objective = Objective(
        formulas={
            "encoder": f"{_BOUND}, until it no longer falls",
            "decoder": f"{_BOUND}, one step after these",
            "model": f"{_BOUND}, once I(x; z) no longer rises",
        },
        terms={"recon_nll": "−E_q log p(x|z)", "kl": "Σ_d KL_d"},
        note="The objective of the text VAE; only who moves when is another.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        begin = {"aggressive": config.inner_limit > 0, "best_mi": -torch.inf, "falls": 0}
        begin |= {"caught_up": False, "steps": 0, "before": torch.inf}
        for name, value in begin.items():
            self.register_buffer(name, torch.tensor(value), persistent=False)
        self.register_buffer("window", torch.zeros(2), persistent=False)

    def plan(self, step: int) -> list[str]:
        if not self.aggressive:
            return ["model"]
        return ["decoder" if self.caught_up else "encoder"]

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]; terms are in nats per sentence, ``mi`` of the batch."""
        q = self.encode(batch)
        terms = self.bound(q, q.rsample(), batch)
        if not self.training:
            terms["mi"] = mutual_information(q, q.sample()).mean()
        elif player == "encoder":
            self._follow(terms["loss"].detach() * len(batch), (batch != PAD).sum())
        elif player == "decoder":
            self._start_anew()
        return terms

    def validated(self, terms: dict[str, float]) -> None:
        self.falls.copy_((self.falls + 1) * (self.best_mi > terms["mi"]))
        self.aggressive &= self.falls < self.config.patience
        self.best_mi.clamp_(min=terms["mi"])

    def _follow(self, loss: Tensor, tokens: Tensor) -> None:
        """After a step of the encoder: whether it has caught up with the decoder."""
        self.steps += 1
        self.window += torch.stack([loss, tokens])
        if self.steps % self.config.window == 0:
            mean = self.window[0] / self.window[1]
            self.caught_up |= mean > self.before
            self.before.copy_(mean)
            self.window.zero_()
        self.caught_up |= self.steps >= self.config.inner_limit

    def _start_anew(self) -> None:
        self.caught_up.fill_(False)
        for counter in (self.steps, self.window):
            counter.zero_()
        self.before.fill_(torch.inf)
