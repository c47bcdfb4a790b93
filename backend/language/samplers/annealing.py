"""Simulated annealing: a chain whose target π^(1/T) cools from step to step.

Kirkpatrick et al. 1983 (https://doi.org/10.1126/science.220.4598.671); for sentences, Liu et al.
2020 (https://aclanthology.org/2020.acl-main.28). At T = 1 it is sampling from π; T above 1 lets a
chain cross what is unlikely, T towards 0 leaves only the peaks of π.
"""


def temperature(step: int, ends: tuple[float, float], over: int) -> float:
    """T at ``step``, going geometrically from the first of ``ends``, at step 0, to the second.

    That is reached at step ``over`` - 1, and kept; ``over`` of 0 or 1 has it from the start.
    """
    first, last = ends
    done = min(1.0, step / (over - 1)) if over > 1 else 1.0
    return first ** (1 - done) * last**done
