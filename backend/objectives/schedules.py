"""Weights that change over training, as functions of the step."""

import math

KINDS = ("constant", "linear", "logistic", "cyclical")


def schedule(kind: str, step: int, length: int) -> float:
    """A weight in [0, 1] that has (nearly) reached 1 after ``length`` steps.

    ``linear``: proportional to the step. ``logistic``: Bowman et al. 2016
    (https://arxiv.org/abs/1511.06349), its middle at ``length / 2``. ``cyclical``: Fu et al. 2019
    (https://arxiv.org/abs/1903.10145): four cycles over ``length``, each rising for its first
    half; constant 1 afterwards.

    >>> [schedule("linear", s, 10) for s in (0, 5, 20)]
    [0.0, 0.5, 1.0]
    >>> [schedule("cyclical", s, 80) for s in (0, 5, 15, 20, 80)]
    [0.0, 0.5, 1.0, 0.0, 1.0]
    """
    if kind == "constant" or (step >= length and kind != "logistic"):
        return 1.0
    if kind == "linear":
        return step / length
    if kind == "logistic":
        return 1 / (1 + math.exp(-12 * (step / length - 0.5)))
    if kind == "cyclical":
        phase = (step * 4 / length) % 1
        return min(1.0, 2 * phase)
    raise ValueError(f"no schedule {kind!r}; there are: {', '.join(KINDS)}")
