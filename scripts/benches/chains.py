"""Steps of chains of edits."""

import random

import torch

from backend.language import edits
from backend.language.samplers.contexts import as_ids
from scripts.benches.rows import Row, median_of


def chains() -> list[Row]:
    """Exact steps of edits; the plain way scores each candidate sentence whole, one by one."""
    words = {"keywords": ("dog", "water"), "shortest": 5, "longest": 15}
    editor = edits.Editor(edits.Settings(**words))
    seeds = iter(range(1000))  # each run meets other sentences: nothing is found in a cache

    def rate(steps: int, side_by_side: int, editor: edits.Editor = editor) -> float:
        def run() -> None:
            made = editor.chains(["exact"], side_by_side, next(seeds))
            editor.block([edits.head_of(chain) for chain in made], 0, steps)

        return steps * side_by_side / median_of(run, 3)

    one, many = rate(150, 1), rate(40, 16)
    plain = 1 / median_of(lambda: plain_step(editor, next(seeds)), 5)
    by_length = []
    for length in (6, 12, 22):
        fixed = edits.Settings(keywords=("dog", "water"), shortest=length, longest=length)
        by_length.append(f"{length} words: {rate(100, 1, edits.Editor(fixed)):.0f}")
    how = f"two keywords, 5 to 15 words; per second at {', '.join(by_length)}"
    return [
        Row("Chain of edits, exact steps", one, "per s", "≥ 40", how),
        Row("16 chains of edits, exact steps", many, "per s", "≥ 200", "the same, in batches"),
        Row("Chain of edits, against the plain way", one / plain, "×", "≥ 10", PLAIN),
    ]


PLAIN = "top 100 candidates rescored one by one, nothing kept between steps"


@torch.inference_mode()
def plain_step(editor: edits.Editor, seed: int) -> tuple[int, ...]:
    """A step of CGMH as one would write it first: a replacement, drawn by rescored candidates."""
    rng = random.Random(seed)
    forward, backward = (contexts.model for contexts in editor.contexts)
    x = editor.start
    at = rng.randrange(len(x))
    ids = as_ids([x])
    log_q = forward.log_probs(forward.contexts(ids)[0, at][None])[0]
    log_q = log_q + backward.log_probs(backward.contexts(ids)[0, at + 1][None])[0]
    candidates = [(*x[:at], int(w), *x[at + 1 :]) for w in log_q[4:].topk(100).indices + 4]
    log_pi = torch.tensor([float(forward.log_prob(as_ids([y]))) for y in candidates])
    drawn = rng.choices(range(100), log_pi.softmax(0).tolist())[0]
    ratio = log_pi[drawn] - float(forward.log_prob(ids))
    return candidates[drawn] if rng.random() < ratio.exp() else x
