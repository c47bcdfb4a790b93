"""Critics: networks that give a score to points, pictures, sentences or codes."""

import torch
from torch import Tensor, nn

from backend.nets.points import mlp


class Leaky(nn.LeakyReLU):
    """Leaky ReLU with the slope that critics commonly have."""

    def __init__(self) -> None:
        super().__init__(0.2)


class Critic(nn.Module):
    """x [B, *event] -> score [B]: a logit, or the value of a critic without bounds.

    ``body`` maps x to features [B, F] (any event to its flat form first); the head is linear.
    """

    def __init__(self, body: nn.Module, features: int) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Linear(features, 1)

    def features(self, x: Tensor) -> Tensor:
        """What the score is read off, [B, F]."""
        return self.body(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.score(self.features(x))

    def score(self, features: Tensor) -> Tensor:
        """Of features [B, F]."""
        return self.head(features)[:, 0]

    @torch.no_grad()
    def clip(self, limit: float) -> None:
        """Brings every weight into [-limit, limit]."""
        for parameter in self.parameters():
            parameter.clamp_(-limit, limit)


class PairCritic(nn.Module):
    """x [B, *event] and its code z [B, D] -> logit [B]; ``body`` gives features [B, F] of x."""

    def __init__(self, body: nn.Module, features: int, dim: int, hidden: tuple[int, ...]) -> None:
        super().__init__()
        self.body = body
        self.joint = mlp(features + dim, *hidden, 1, activation=Leaky)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        return self.joint(torch.cat([self.body(x), z], 1))[:, 0]


def flat_critic(size: int, hidden: tuple[int, ...], batch_norm: bool = False) -> Critic:
    """Of events with ``size`` numbers, for example codes [B, size]."""
    body = mlp(size, *hidden, activation=Leaky, batch_norm=batch_norm)
    return Critic(nn.Sequential(nn.Flatten(), body, Leaky()), hidden[-1])


class Windows(nn.Module):
    """Sentences of T tokens to features [B, maps of all widths]: the strongest window of each map.

    Of Kim 2014 (https://aclanthology.org/D14-1181), with windows of 1 to 4 tokens, pads included.
    A sentence is ids [B, T], or soft one-hots [B, T, V], through which gradients pass.
    """

    WIDTHS = range(1, 5)

    def __init__(self, vocab_size: int, length: int, dim: int, maps: int) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.randn(vocab_size, dim) * dim**-0.5)
        widths = [width for width in self.WIDTHS if width <= length]
        self.convolutions = nn.ModuleList(nn.Conv1d(dim, maps, width) for width in widths)
        self.outputs = maps * len(widths)

    def forward(self, x: Tensor) -> Tensor:
        soft = x.is_floating_point()
        read = x @ self.vectors if soft else nn.functional.embedding(x, self.vectors)
        found = [convolve(read.transpose(1, 2)).amax(2) for convolve in self.convolutions]
        return nn.functional.leaky_relu(torch.cat(found, 1), 0.2)


def sentence_critic(vocab_size: int, length: int, dim: int, maps: int) -> Critic:
    """Of sentences padded to ``length`` tokens, as ``Windows`` reads them."""
    body = Windows(vocab_size, length, dim, maps)
    return Critic(body, body.outputs)
