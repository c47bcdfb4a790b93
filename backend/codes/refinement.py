"""Semi-amortised inference: improve an encoder's code for one sentence by a few gradient steps."""

from collections.abc import Collection
from typing import cast

import torch
from torch import Tensor
from torch.optim.adam import adam

from backend.base import LatentModel
from backend.distributions.sequence import Sequence
from backend.distributions.von_mises_fisher import unit
from backend.objectives.priors import Directions, Prior

STEPS = 10
RATE = 0.2  # of Adam; of 63 everyday sentences, 30 steps bring out none that these do not
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
    https://arxiv.org/abs/1802.02550), Adam ascends log p(x|z) + 0.1 log p(z) from the encoder's
    code, p(z) the model's own prior; where there is none, or its density is not known, log p(x|z)
    alone is climbed. On a sphere the steps are as long for the length of a code, and each ends on
    the sphere. Departures:
    the prior's weight is below 1, which favours reproducing the sentence, and a code is final as
    soon as its sentence comes out. Codes that reproduce their sentence from the start, and those
    that never do, are returned unchanged.
    """
    x, code = x.clone(), z.detach().clone().requires_grad_(True)
    result = z.detach().clone()
    rows = torch.arange(len(z), device=z.device)  # sentences that have not come out yet
    means = torch.zeros_like(z), torch.zeros_like(z)  # of the gradient and of its square
    sphere = isinstance(getattr(model, "prior", None), Directions)
    rate = RATE * z.shape[1] ** -0.5 if sphere else RATE  # elsewhere lengths are about √D
    count = torch.zeros(())
    # cuDNN differentiates recurrent nets in training mode only; ours stays in eval mode.
    with torch.backends.cudnn.flags(enabled=False):
        for step in range(steps + 1):
            trying = code[rows]
            p = cast(Sequence, model.decode(trying))
            log_p, slips = p.log_prob_and_slips(x[rows], forbid)
            found = slips == 0
            result[rows[found]] = code.detach()[rows[found]]
            if step == steps or found.all():
                break
            gain = log_p[~found].sum() + PRIOR_WEIGHT * _log_prior(model, trying[~found])
            (gradient,) = torch.autograd.grad(gain, [code])
            with torch.no_grad():
                _ascend(code, gradient, *means, count, rate)
                if sphere:
                    code.copy_(unit(code))
            rows = rows[~found]
    return result


def _ascend(
    code: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, count: Tensor, rate: float
) -> None:
    """One step of Adam, in place. Its class would import torch's compiler, in 1.5 s."""
    adam(
        [code], [gradient], [mean], [square], [], [count],
        foreach=False, amsgrad=False, beta1=0.9, beta2=0.999, lr=rate, weight_decay=0.0,
        eps=1e-8, maximize=True,
    )  # fmt: skip


def _log_prior(model: LatentModel, z: Tensor) -> Tensor | float:
    """Summed over the codes z [B, D], in nats; 0 for a model without a prior of known density."""
    prior = getattr(model, "prior", None)
    if not (isinstance(prior, Prior) and prior.has_density):
        return 0.0
    return prior().log_prob(z).sum()
