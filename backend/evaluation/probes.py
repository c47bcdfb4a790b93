"""Probes: what a net that is trained for nothing else reads off codes it cannot change."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, log_softmax

from backend.nets.points import mlp

HIDDEN = 128
STEPS, BATCH, EVERY = 1500, 256, 100
RATE = 3e-3

Loss = Callable[[Tensor, Tensor], Tensor]  # of scores [N, K] and targets [N, ...]


def fitted(x: Sequence[Tensor], y: Sequence[Tensor], classes: int, loss: Loss) -> Tensor:
    """Scores [N, ``classes``] of test codes, by a net with a hidden layer.

    ``x`` and ``y`` are codes [N, D] and targets of training, validation and test. Codes are
    standardised as the training ones are; of ``STEPS`` steps, those are kept with the lowest
    loss on validation. Random numbers come from the state of the caller.
    """
    mean, spread = x[0].mean(0), x[0].std(0) + 1e-6
    train, validation, test = ((part - mean) / spread for part in x)
    net = mlp(train.shape[1], HIDDEN, classes).to(train)
    optimiser = torch.optim.Adam(net.parameters(), RATE)
    best, scores = torch.inf, torch.empty(0)
    for step in range(1, STEPS + 1):
        rows = torch.randint(len(train), (BATCH,))
        optimiser.zero_grad()
        loss(net(train[rows]), y[0][rows]).backward()
        optimiser.step()
        if step % EVERY == 0:
            with torch.no_grad():
                held_out = float(loss(net(validation), y[1]))
                if held_out < best:
                    best, scores = held_out, net(test)
    return scores


def read_classes(x: Sequence[Tensor], y: Sequence[Tensor], classes: int) -> Tensor:
    """Whether the class [N] of each test code is the likeliest, bool [N]."""
    return fitted(x, y, classes, cross_entropy).argmax(1) == y[2]


def read_words(x: Sequence[Tensor], bags: Sequence[Tensor]) -> Tensor:
    """Share of each test item's words that are found, [N]: of k, those among the k likeliest.

    ``bags`` are 0 and 1 for each word, [N, V]; every item has a word.
    """

    def loss(scores: Tensor, bag: Tensor) -> Tensor:
        return -(bag * log_softmax(scores, 1)).sum(1).mean()

    return found_words(fitted(x, bags, bags[0].shape[1], loss), bags[2])


def found_words(scores: Tensor, bag: Tensor) -> Tensor:
    """By scores [N, V] of a bag [N, V]: share of its k words that are among the k best, [N]."""
    rank = scores.argsort(1, descending=True).argsort(1)
    k = bag.sum(1)
    return (bag * (rank < k[:, None])).sum(1) / k
