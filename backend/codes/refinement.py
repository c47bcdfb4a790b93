"""Semi-amortised inference: improve an encoder's code for one sentence by a few gradient steps."""

from collections.abc import Collection
from typing import cast

import torch
from torch import Tensor

from backend.base import LatentModel
from backend.distributions.sequence import Sequence

STEPS = 30
RATE = 0.1  # of Adam
PRIOR_WEIGHT = 0.1


@torch.inference_mode(False)  # a caller may be in it; here gradients are needed
@torch.enable_grad()
def refine(
    model: LatentModel,
    x: Tensor,
    z: Tensor,
    *,
    steps: int = STEPS,
    forbid: Collection[int] = (),
) -> Tensor:
    """Codes [B, D] near ``z`` [B, D] that decode, greedily, to the sentences ``x`` [B, T].

    An encoder answers for all sentences at once and is rarely the best for each: the
    amortisation gap. As in semi-amortised VAEs (Kim et al. 2018,
    https://arxiv.org/abs/1802.02550), Adam ascends log p(x|z) + 0.1 log N(z; 0, I) from the
    encoder's code. Departures: the prior's weight is below 1, which favours reproducing the
    sentence, and a code is final as soon as its sentence comes out. Codes that reproduce their
    sentence from the start, and those that never do, are returned unchanged.
    """
    x, code = x.clone(), z.detach().clone().requires_grad_(True)
    result = z.detach().clone()
    rows = torch.arange(len(z), device=z.device)  # sentences that have not come out yet
    optimiser = torch.optim.Adam([code], lr=RATE)
    # cuDNN differentiates recurrent nets in training mode only; ours stays in eval mode.
    with torch.backends.cudnn.flags(enabled=False):
        for step in range(steps + 1):
            p = cast(Sequence, model.decode(code[rows]))
            found = (p.generate(forbid=forbid)[:, : x.shape[1]] == x[rows]).all(1)
            result[rows[found]] = code.detach()[rows[found]]
            if step == steps or found.all():
                break
            rows = rows[~found]
            trying = code[rows]
            nll = -model.decode(trying).log_prob(x[rows])
            loss = nll + PRIOR_WEIGHT * 0.5 * trying.square().sum(1)
            (code.grad,) = torch.autograd.grad(loss.sum(), [code])
            optimiser.step()
    return result
