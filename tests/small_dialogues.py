"""Random conversations as token ids, and a small untrained model that replies to typed ones."""

import torch
from torch import Tensor

from backend.device import seeded
from backend.distributions.sequence import BOS, EOS
from backend.nets.dialog import DialogueConfig


def history(config: DialogueConfig, n: int, turns: int = 3) -> Tensor:
    """Contexts [n, U, T] of one to ``turns`` turns; every other one is marked as the replier's."""
    found = torch.zeros(n, turns, config.max_len + 1, dtype=torch.long)
    with seeded(4):
        for row in range(n):
            for turn in range(row % turns, turns):
                length = int(torch.randint(1, config.max_len - 1, ()))
                words = torch.randint(3, config.vocab_size, (length,))
                mark = torch.full(((row + turn) % 2,), BOS)
                ids = torch.cat([mark, words, torch.tensor([EOS])])
                found[row, turn, : len(ids)] = ids
    return found
