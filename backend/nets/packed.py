"""A GRU over rows of unequal lengths, for training on CPUs.

PyTorch's own builds a graph of each step there and multiplies out the weights' gradient step by
step. Here rows that have ended cost nothing, and that gradient is one product: a training step of
a dialogue model takes half the time.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn


class Packing(NamedTuple):
    """Where the tokens of B rows, the longest first, lie in one table of N, step after step."""

    order: Tensor  # int64 [B]: rows by falling length
    columns: Tensor  # int64 [N]: step of each token
    rows: Tensor  # int64 [N]: its row, in the given order
    ranks: Tensor  # int64 [N]: its row, in ``order``
    sizes: list[int]  # rows that have a token at each step
    last: Tensor  # int64 [B]: the last token of each given row, a place in the table

    @classmethod
    def of(cls, lengths: Tensor) -> "Packing":
        """Of rows with ``lengths`` [B] tokens each, at least one."""
        order = lengths.argsort(descending=True, stable=True)
        falling = lengths[order]
        there = torch.arange(int(falling[0]), device=lengths.device)[:, None] < falling  # [T, B]
        columns, ranks = there.nonzero(as_tuple=True)
        sizes = there.sum(1)
        starts = sizes.cumsum(0) - sizes
        place = order.argsort()
        last = starts[lengths - 1] + place
        return cls(order, columns, order[ranks], ranks, sizes.tolist(), last)


def packed_gru(rnn: nn.GRU, inputs: Tensor, state: Tensor | None, sizes: Sequence[int]) -> Tensor:
    """States [N, H] of a GRU of one layer and one direction after each token.

    ``inputs`` [N, 3H] are what ``rnn.weight_ih_l0`` and its bias make of the tokens, ``sizes`` of
    them at each step, never rising; ``state`` [B, H] is what each row begins with (zeros if None).
    """
    if state is None:
        state = inputs.new_zeros(sizes[0], rnn.hidden_size)
    weight, bias = rnn.weight_hh_l0, rnn.bias_hh_l0
    return _GRU.apply(inputs, weight, bias, state, sizes)


def last_states(rnn: nn.GRU, x: Tensor, packing: Packing) -> Tensor:
    """States [B, H] after the last of each row's tokens, packed as x [N, E]."""
    weight, bias = cast(Tensor, rnn.weight_ih_l0), cast(Tensor, rnn.bias_ih_l0)
    inputs = nn.functional.linear(x, weight, bias)
    return packed_gru(rnn, inputs, None, packing.sizes)[packing.last]


class _GRU(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor, state: Tensor, sizes: Sequence[int]
    ) -> Tensor:
        hidden = weight.shape[1]
        gates = inputs.new_empty(len(inputs), 3, hidden)  # r, u, n of the GRU's formula
        news = inputs.new_empty(len(inputs), hidden)  # what r lets through
        before, after = torch.empty_like(news), torch.empty_like(news)
        start, h = 0, state
        turned = weight.T
        for size in sizes:
            now = slice(start, start + size)
            before[now] = h = h[:size]
            own = torch.addmm(bias, h, turned)
            x = inputs[now]
            switches = torch.add(own[:, : 2 * hidden], x[:, : 2 * hidden]).sigmoid_()
            gates[now, :2] = switches.unflatten(1, (2, hidden))
            reset, update = switches.chunk(2, 1)
            news[now] = new = own[:, 2 * hidden :]
            candidate = torch.addcmul(x[:, 2 * hidden :], reset, new).tanh_()
            gates[now, 2] = candidate
            h = torch.lerp(candidate, h, update, out=after[now])
            start += size
        ctx.save_for_backward(gates, news, before, weight)
        ctx.sizes = sizes
        return after

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        gates, news, before, weight = ctx.saved_tensors
        sizes: Sequence[int] = ctx.sizes
        reset, update, candidate = gates.unbind(1)
        # By what the gradient of a state is multiplied for that of what is inside each gate: of
        # r, u, the new part of the state, and the inputs' part of n.
        factors = news.new_empty(len(news), 4, news.shape[1])
        inner = torch.mul(1 - update, 1 - candidate * candidate, out=factors[:, 3])
        torch.mul(inner, reset, out=factors[:, 2])
        torch.mul(factors[:, 2] * news, 1 - reset, out=factors[:, 0])
        torch.mul((before - candidate) * update, 1 - update, out=factors[:, 1])
        carried = news.new_zeros(sizes[0], news.shape[1])
        start = len(news)
        for size in reversed(sizes):
            now = slice(start - size, start)
            h = carried[:size]
            h += grad[now]
            factors[now] *= h[:, None]
            h *= update[now]
            h.addmm_(factors[now, :3].flatten(1), weight)
            start -= size
        own = factors[:, :3].flatten(1)
        given = factors[:, [0, 1, 3]].flatten(1)
        return given, own.T @ before, own.sum(0), carried, None
