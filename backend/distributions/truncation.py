"""Sampling from the likeliest tokens alone: top-k (Fan et al. 2018) and top-p, or nucleus.

https://aclanthology.org/P18-1082 and https://arxiv.org/abs/1904.09751 (Holtzman et al. 2020).
"""

import torch
from torch import Tensor

MOST = 100_000  # the largest top k that makes a difference to any vocabulary


def check_kept(top_k: int, top_p: float) -> None:
    """Raises ``ValueError`` unless ``truncated`` can be asked for these."""
    if not 0 <= top_k <= MOST:
        raise ValueError(f"The top k lies from 0 to {MOST:,}; got {top_k}.")
    if not 0 <= top_p <= 1:
        raise ValueError(f"The top p lies from 0 to 1; got {top_p}.")


def truncated(log_p: Tensor, top_k: int = 0, top_p: float = 1.0) -> Tensor:
    """log p [..., V] with -inf for the tokens left out; what is left is not normalised again.

    Kept are the ``top_k`` likeliest (0: all), and of those the fewest whose probabilities, of all
    that is in ``log_p``, add up to ``top_p`` or more; always the likeliest. Of equal ones, the
    first.
    """
    if top_k <= 0 and top_p >= 1:
        return log_p
    ordered, places = log_p.sort(dim=-1, descending=True, stable=True)
    before = ordered.softmax(-1).cumsum(-1).roll(1, -1)  # of the likelier ones
    before[..., 0] = 0.0
    keep = before < top_p if top_p < 1 else torch.ones_like(before, dtype=torch.bool)
    if top_k > 0:
        keep[..., top_k:] = False
    keep[..., 0] = True
    return torch.full_like(log_p, -torch.inf).scatter(
        -1, places, ordered.masked_fill(~keep, -torch.inf)
    )
