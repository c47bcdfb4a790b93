"""Beam search: the likeliest sequences of an autoregressive distribution, and how it got there."""

from typing import NamedTuple

import torch

from backend.distributions.sequence import BOS, EOS, Sequence


class Hypothesis(NamedTuple):
    """A beginning of a sequence; ``parent`` is its place in the step before."""

    tokens: tuple[int, ...]  # the end mark included, where it has come
    log_p: float  # nats
    parent: int
    kept: bool  # False: pruned at this step


@torch.inference_mode()
def beam_search(
    p: Sequence, width: int, *, shown: int = 0, forbid: tuple[int, ...] = ()
) -> tuple[list[Hypothesis], list[list[Hypothesis]]]:
    """The ``width`` likeliest complete sequences found, best first, and the tree of all steps.

    Exact where ``width`` is at least the number of beginnings at every step; with width 1 it is
    greedy decoding. Scores are not divided by the length. ``p`` has batch size 1. The tree holds
    at each step what was kept and the ``shown`` best that were pruned.

    Raises:
        ValueError: ``width`` is below 1, or ``p`` holds several distributions.
    """
    if width < 1 or p.batch_shape != (1,):
        raise ValueError("A beam needs a width of at least 1 and one distribution at a time.")
    decoder, limit = p.decoder, p.decoder.max_len
    front = [Hypothesis((), 0.0, 0, True)]
    places = [0]  # of the front's hypotheses in the step that made them
    states = p.state
    done: list[Hypothesis] = []
    tree: list[list[Hypothesis]] = []
    for t in range(limit):
        last = [h.tokens[-1] if h.tokens else BOS for h in front]
        inputs = torch.tensor(last, device=states.device)[:, None]
        hidden, after = decoder.hidden(inputs, states)
        log_p = decoder.log_probs(hidden[:, 0]).double()
        log_p[:, list(forbid)] = -torch.inf
        if t == limit - 1:  # there the end is certain
            log_p = torch.full_like(log_p, -torch.inf)
            log_p[:, EOS] = 0.0
        totals = log_p + torch.tensor([h.log_p for h in front], device=log_p.device)[:, None]
        best = totals.flatten().topk(min(width + shown, totals.numel()))
        step: list[Hypothesis] = []
        rows: list[int] = []  # of each in the front before
        for total, flat in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            if total > -torch.inf:
                row, token = divmod(flat, log_p.shape[1])
                tokens = (*front[row].tokens, token)
                step.append(Hypothesis(tokens, total, places[row], len(step) < width))
                rows.append(row)
        tree.append(step)
        ended = [h for h in step if h.kept and h.tokens[-1] == EOS]
        done = sorted(done + ended, key=lambda h: -h.log_p)[:width]
        places = [i for i, h in enumerate(step) if h.kept and h.tokens[-1] != EOS]
        front = [step[i] for i in places]
        enough = len(done) == width and (not front or front[0].log_p <= done[-1].log_p)
        if not front or enough:
            break
        states = after[[rows[i] for i in places]]
    return done, tree
