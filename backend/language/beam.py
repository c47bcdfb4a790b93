"""Beam search: the likeliest sequences of an autoregressive distribution, and how it got there."""

from collections.abc import Sequence as SequenceABC
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
        log_p = decoder.log_probs(hidden[:, 0]).cpu().double()
        log_p[:, list(forbid)] = -torch.inf
        if t == limit - 1:  # there the end is certain
            log_p = torch.full_like(log_p, -torch.inf)
            log_p[:, EOS] = 0.0
        totals = log_p + torch.tensor([h.log_p for h in front], dtype=log_p.dtype)[:, None]
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


@torch.inference_mode()
def forced_beam(
    p: Sequence,
    keywords: SequenceABC[int],
    width: int,
    *,
    shortest: int = 1,
    forbid: tuple[int, ...] = (),
) -> Hypothesis | None:
    """The likeliest sequence found that holds all ``keywords``, in any order; None for none.

    Grid beam search (Hokamp and Liu 2017, https://arxiv.org/abs/1704.07138): hypotheses compete
    only with those that hold as many keywords, ``width`` of them survive for each number. A
    sequence has at least ``shortest`` tokens before its end mark. ``p`` has batch size 1.
    """
    decoder = p.decoder
    front, states = [Hypothesis((), 0.0, 0, True)], p.state
    best: Hypothesis | None = None
    for t in range(decoder.max_len):
        last = [h.tokens[-1] if h.tokens else BOS for h in front]
        inputs = torch.tensor(last, device=states.device)[:, None]
        hidden, after = decoder.hidden(inputs, states)
        log_p = decoder.log_probs(hidden[:, 0]).cpu().double()
        log_p[:, list(forbid)] = -torch.inf
        if t == decoder.max_len - 1:  # there the end is certain
            log_p = torch.full_like(log_p, -torch.inf)
            log_p[:, EOS] = 0.0
        likeliest = min(width, log_p.shape[1])
        banks: dict[int, list[tuple[float, int, int]]] = {}  # keywords held -> (score, row, token)
        for row, h in enumerate(front):
            missing = [word for word in keywords if word not in h.tokens]
            if not missing and t >= shortest:
                total = h.log_p + float(log_p[row, EOS])
                if best is None or total > best.log_p:
                    best = Hypothesis((*h.tokens, EOS), total, row, True)
            log_p[row, EOS] = -torch.inf
            for token in {*log_p[row].topk(likeliest).indices.tolist(), *missing}:
                held = len(keywords) - len(missing) + (token in missing)
                total = h.log_p + float(log_p[row, token])
                banks.setdefault(held, []).append((total, row, token))
        left = decoder.max_len - 2 - t  # words that may still come
        chosen = [
            entry
            for held, bank in banks.items()
            if len(keywords) - held <= left
            for entry in sorted(bank, reverse=True)[:width]
            if best is None or entry[0] > best.log_p
        ]
        if not chosen:
            break
        front = [
            Hypothesis((*front[row].tokens, token), total, row, True)
            for total, row, token in chosen
        ]
        states = after[[row for _, row, _ in chosen]]
    return best
