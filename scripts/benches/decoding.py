"""Items from codes, and codes' modes."""

import numpy as np

import backend
from scripts.benches.rows import MODES, TEXT, Row, median_of, medians_of


def decoding() -> list[Row]:
    space = backend.load(TEXT, device="cpu")
    z = space.sample_codes(64, seed=0)
    batch = median_of(lambda: space.decode(z), 5)
    singly = median_of(lambda: [space.decode(row[None]) for row in z], 3)
    how = f"64 sentences, {1000 * batch:.0f} ms in one batch, {1000 * singly:.0f} ms one by one"
    return [Row("Decoding in a batch, against one by one", singly / batch, "×", "≥ 8", how)]


def responsibilities(n: int = 10_000) -> list[Row]:
    space = backend.load(MODES, device="cpu")
    rng = np.random.default_rng(0)
    texts = space.projection.texts  # shuffled words, so that no two sentences are alike
    words = np.array(" ".join(texts).split())
    sizes = rng.choice([min(len(text.split()), 20) for text in texts if text], n)
    shuffled = (" ".join(rng.choice(words, size)) for size in sizes)
    sentences = space.processor.readable(shuffled)
    batch = median_of(lambda: space.modes.responsibilities(sentences), 3)
    few = sentences[:200]
    singly = median_of(lambda: [space.modes.responsibilities([text]) for text in few], 1)
    plain = singly * len(sentences) / len(few)
    how = f"{plain:.0f} s one by one (from {len(few)}), {plain / batch:.0f} times as long"
    what = f"Responsibilities of {len(sentences):,} sentences"
    return [Row(what, batch, "s", "≤ 3", how)]


def replying(n: int = 10) -> list[Row]:
    """Nothing where no dialogue model is here."""
    infos = backend.available({"respond"})
    if not infos:
        return []
    space = backend.load(infos[0].name, device="cpu")
    talk = ["Can I help you?", "Yes, I am looking for a present for my sister."]
    batch, singly = medians_of(
        (
            lambda: space.respond(talk, n),
            lambda: [space.respond(talk, 1, seed=seed) for seed in range(n)],
        ),
        5,
    )
    how = f"{infos[0].name}; {1000 * singly:.0f} ms one by one"
    return [
        Row(f"{n} replies to a conversation", 1000 * batch, "ms", "≤ 150", how),
        Row("Replies in a batch, against one by one", singly / batch, "×", "≥ 5", how),
    ]
