"""Sentences that a random network makes of a code, as He et al. (2019) made theirs.

Nothing is downloaded: the network and all it draws come from one seed.
"""

import functools
from itertools import islice

from backend.corpora.location import Split
from backend.corpora.record import Corpus

SIZES = {"train": 8_000, "validation": 1_000, "test": 1_000}
WORDS = 100
LENGTH = 10  # words of each sentence
UNITS = 100  # of the LSTM
CENTRES = ((-2.0, -2.0), (-2.0, 2.0), (2.0, -2.0), (2.0, 2.0))  # of codes, with variance 1


@functools.cache
def read() -> dict[str, Split]:
    """Sentences of an LSTM with random weights that is told a code z [2] at each word.

    z is drawn from four Gaussians, the LSTM's weights from U(-1, 1), those of its output layer
    from U(-3, 3). Departures from https://arxiv.org/abs/1901.05534: a tenth of the words, half
    of the sentences, and U(-3, 3) for U(-5, 5), with which a quarter of them would stand twice.
    """
    import numpy as np  # listing corpora needs the standard library only

    rng = np.random.default_rng(0)
    n = sum(SIZES.values())
    z = np.array(CENTRES)[rng.integers(4, size=n)] + rng.standard_normal((n, 2))
    embeddings = rng.uniform(-1, 1, (WORDS, UNITS // 2))
    weights = rng.uniform(-1, 1, (UNITS // 2 + 2 + UNITS, 4 * UNITS))
    output = rng.uniform(-3, 3, (UNITS, WORDS))
    read_last, h, c = np.zeros((n, UNITS // 2)), np.zeros((n, UNITS)), np.zeros((n, UNITS))
    drawn = []
    for _ in range(LENGTH):
        gates = np.concatenate([read_last, z, h], 1) @ weights
        forget, let_in, show = np.split(1 / (1 + np.exp(-gates[:, UNITS:])), 3, axis=1)
        c = forget * c + let_in * np.tanh(gates[:, :UNITS])
        h = show * np.tanh(c)
        below = np.exp(h @ output).cumsum(1)
        drawn.append((below < rng.random((n, 1)) * below[:, -1:]).sum(1))
        read_last = embeddings[drawn[-1]]
    words = _words()
    rows = iter([" ".join(words[i] for i in row) for row in np.stack(drawn, 1)])
    return {name: Split(list(islice(rows, size)), None) for name, size in SIZES.items()}


def _words() -> list[str]:
    """Two syllables each."""
    syllables = [a + b for b in "aeiou" for a in "bdfgklmnprstvz"]
    return [syllables[i % 70] + syllables[(7 * i + i // 70) % 70] for i in range(WORDS)]


CORPUS = Corpus(
    read=read,
    files=(),
    kind="text",
    unit="sentence",
    name="Made sentences",
    title="Sentences of made-up words, drawn from a network with random weights and a code of two "
    "numbers",
    hub_name="synthetic",
    caution="The sentences mean nothing: a random network drew them, so that it is known that a "
    "code of two numbers is behind each. It shows whether a model finds such a code.",
    split="Drawn one after the other: 8,000, 1,000 and 1,000.",
    downloads=(),
    ends=("naro nena nera leru zeno", "tapa tapa fofi fodi"),
)
