"""Critics: networks that give a score to points, pictures or codes."""

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
        return self.head(self.features(x))[:, 0]

    @torch.no_grad()
    def clip(self, limit: float) -> None:
        """Brings every weight into [-limit, limit]."""
        for parameter in self.parameters():
            parameter.clamp_(-limit, limit)


def flat_critic(size: int, hidden: tuple[int, ...], batch_norm: bool = False) -> Critic:
    """Of events with ``size`` numbers, for example codes [B, size]."""
    body = mlp(size, *hidden, activation=Leaky, batch_norm=batch_norm)
    return Critic(nn.Sequential(nn.Flatten(), body, Leaky()), hidden[-1])
