"""Discrete-information VAE: only the mean code is held to the prior (Zhao et al., 2018)."""

from torch import Tensor

from backend.base import Objective
from backend.models.text_vae import dvae
from backend.registry import register


@register(short="DI-VAE")
class DIVAE(dvae.DVAE):
    """Minimises E_q -log p(x|c) + w(t) KL(q(c) || uniform), q(c) the mean of q(c|x) in the batch.

    https://arxiv.org/abs/1804.08069, "batch prior regularisation": the loss of ``dvae`` without
    the mutual information, so that codes may tell sentences apart.
    """

    objective = Objective(
        formulas={"model": "−E_q log p(x|c) + w(t) KL(q(c) ‖ U)"},
        terms={
            "recon_nll": "−E_q log p(x|c)",
            "kl_c": "KL(q(c) ‖ U)",
        },
        note="The discrete VAE without the mutual information: c may tell sentences apart.",
    )

    def rate(self, kl_c: Tensor, mi: Tensor) -> Tensor:
        return kl_c
