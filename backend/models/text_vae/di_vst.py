"""DI-VST: a discrete code of a turn that tells the turns beside it (Zhao et al., 2018)."""

import torch
from torch import Tensor

from backend.base import Objective, Terms
from backend.distributions.sequence import PAD, Sequence
from backend.models.text_vae import di_vae, dvae
from backend.nets.sequences import SequenceDecoder
from backend.objectives.divergences import discrete_information
from backend.registry import register


@register(short="DI-VST")
class DIVST(di_vae.DIVAE):
    """Minimises -E_q [log p(x_next|c) + log p(x_previous|c)] + w(t) KL(q(c) || uniform).

    https://arxiv.org/abs/1804.08069, variational skip thoughts: c is read off a turn x, but
    what it has to tell is what stands beside x in the conversation, so it is about what a turn
    does rather than its words. ``decode`` gives the next turn.
    """

    capabilities = frozenset({"encode", "components", "discrete"})
    reads = "neighbours"
    objective = Objective(
        formulas={"model": "−E_q [log p(x_{next}|c) + log p(x_{prev}|c)] + w(t) KL(q(c) ‖ U)"},
        terms={
            "next_nll": "−E_q log p(x_{next}|c)",
            "previous_nll": "−E_q log p(x_{prev}|c)",
            "kl_c": "KL(q(c) ‖ U)",
        },
        note="The code of a turn is not asked for its own words: only for its neighbours.",
    )

    def __init__(self, config: dvae.Config) -> None:
        super().__init__(config)
        self.before = SequenceDecoder(config, self.decoder.words)

    def decode_previous(self, z: Tensor) -> Sequence:
        """p(x_previous|z): what was said before a turn with the code z [B, D]."""
        return self.before(z)

    def loss(  # type: ignore[override]  # it reads another batch than its parent, see ``reads``
        self, batch: tuple[Tensor, Tensor, Tensor], player: str = "model"
    ) -> Terms:
        """``batch`` is (turn, previous, next), each int64 [B, T]; nats per turn.

        A turn without a token is not there, as before the first.
        """
        x, previous, following = batch
        q = self.encode(x)
        z = q.rsample() if self.training else q.sample()
        next_nll = _nll(self.decoder, z, following)
        previous_nll = _nll(self.before, z, previous)
        kl_c, mi = discrete_information(q.probs)
        weight = self.config.kl_weight * self.config.annealed(self.step)
        total = next_nll + previous_nll + weight * self.rate(kl_c, mi)
        terms = {"next_nll": next_nll, "previous_nll": previous_nll, "kl_c": kl_c, "mi_c": mi}
        return {"loss": total, **terms}


def _nll(decoder: SequenceDecoder, z: Tensor, x: Tensor) -> Tensor:
    """-log p(x|z), mean over the turns that are there; nats."""
    there = (x != PAD).any(1)
    if not there.any():
        return z.new_zeros(())
    return -torch.mean(decoder(z[there]).log_prob(x[there]))
