"""Paths from one code to another, and grids between four."""

import numpy as np


def lerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Points (1 - t)·a + t·b on the straight line: a, b [D], t [S] -> [S, D].

    >>> lerp(np.zeros(2), np.ones(2), np.array([0.0, 0.5, 1.0]))[1]
    array([0.5, 0.5])
    """
    return a + np.asarray(t)[:, None] * (b - a)


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Points on the great-circle arc from a to b: a, b [D], t [S] -> [S, D].

    Shoemake 1985 (https://doi.org/10.1145/325334.325242) for directions; the norm goes linearly
    from |a| to |b|, so that codes of unequal length keep both ends. Typical draws of a Gaussian
    in many dimensions lie near a sphere: the straight line cuts through its empty inside, the
    arc does not. Where directions are parallel, opposite or zero, no arc is defined and the
    straight line is taken.

    >>> slerp(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([0.5])).round(3)
    array([[0.707, 0.707]])
    """
    t = np.asarray(t)
    length_a, length_b = np.linalg.norm(a), np.linalg.norm(b)
    if min(length_a, length_b) < 1e-8:
        return lerp(a, b, t)
    unit_a, unit_b = a / length_a, b / length_b
    angle = np.arccos(np.clip(unit_a @ unit_b, -1, 1))
    if np.sin(angle) < 1e-4:
        return lerp(a, b, t)
    t = t[:, None]
    arc = (np.sin((1 - t) * angle) * unit_a + np.sin(t * angle) * unit_b) / np.sin(angle)
    return arc * ((1 - t) * length_a + t * length_b)


PATHS = {"lerp": lerp, "slerp": slerp}


def bilinear(corners: np.ndarray, steps: int) -> np.ndarray:
    """A grid between four corners [4, D] (top left, top right, bottom left, bottom right).

    Returns [steps², D], row by row.
    """
    t = np.linspace(0, 1, steps)
    left, right = lerp(corners[0], corners[2], t), lerp(corners[1], corners[3], t)
    return np.concatenate([lerp(a, b, t) for a, b in zip(left, right, strict=True)])
