"""The bound of one sentence along the gradient steps of a semi-amortised VAE (Kim et al., 2018).

https://arxiv.org/abs/1802.02550: what an encoder's q(z|x) loses against the best one for this
sentence is the amortisation gap.
"""

from typing import NamedTuple

import torch

from backend.device import seeded
from backend.evaluation import likelihood
from backend.models.text_vae.sa_vae import MOST, SAVAE
from backend.objectives.divergences import kl_per_unit
from backend.space import LatentSpace

DRAWS = 200  # codes behind each bound, of the same noise at each step
CODES = 500  # behind the importance-sampled likelihood


class Steps(NamedTuple):
    """Nats; the lists begin with the encoder's own q and have an entry for each step."""

    nll: list[float]  # negative bound, -E_q log p(x|z) + KL
    kl: list[float]
    importance_nll: float  # -log p(x), from codes of the q that the model was trained with
    trained: int  # steps K that the model was trained with


def steps(space: LatentSpace, sentence: str) -> Steps:
    """How ``MOST`` steps change the bound of ``sentence``; the same numbers each time.

    Raises ``ValueError`` where the model takes no steps, or cannot read the sentence.
    """
    model = space.model
    if not isinstance(model, SAVAE):
        raise ValueError(f"{space.info.name} takes no gradient steps for a sentence.")
    x = space.processor.encode([sentence]).to(space.device)
    with torch.inference_mode(), seeded(0):
        found = model.refined(x, MOST)
        noise = torch.randn(DRAWS, model.config.latent_dim, device=space.device)
        many = x.expand(DRAWS, -1)
        nll, kl = [], []
        for q in found:
            z = q.mean + q.stddev * noise
            kl.append(float(kl_per_unit(q).sum()))
            nll.append(float(-model.decode(z).log_prob(many).mean()) + kl[-1])
        exact = float(likelihood.importance_nll(model, x, CODES))
    return Steps(nll, kl, exact, model.config.inner_steps)
