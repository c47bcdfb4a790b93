"""Operations on codes: paths, planes, neighbours, and what codes look like as a set."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.files import replacing

CODES = "codes.safetensors"


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


def neighbours(z: np.ndarray, codes: np.ndarray, k: int) -> np.ndarray:
    """Indices [n, k] of the codes [N, D] nearest to each z [n, D], nearest first (Euclidean)."""
    square = (z**2).sum(1)[:, None] - 2 * z @ codes.T + (codes**2).sum(1)
    if k >= len(codes):
        return np.argsort(square, axis=1, kind="stable")
    nearest = np.sort(np.argpartition(square, k, axis=1)[:, :k], axis=1)
    order = np.argsort(np.take_along_axis(square, nearest, 1), axis=1, kind="stable")
    return np.take_along_axis(nearest, order, 1)


@dataclass(frozen=True)
class Plane:
    """The plane through three codes: ``origin`` at (0, 0), the others at (1, 0) and (0, 1)."""

    origin: np.ndarray  # [D]
    axes: np.ndarray  # [2, D]

    @classmethod
    def through(cls, z0: np.ndarray, z1: np.ndarray, z2: np.ndarray) -> "Plane":
        """Raises ``ValueError`` if the three lie on one line."""
        axes = np.stack([z1 - z0, z2 - z0])
        if np.linalg.matrix_rank(axes, tol=1e-5) < 2:
            raise ValueError("Three different points, not on one line, are needed for a plane.")
        return cls(z0, axes)

    def at(self, u: float | np.ndarray, v: float | np.ndarray) -> np.ndarray:
        """Codes [..., D] at the coordinates."""
        return self.origin + np.stack(np.broadcast_arrays(u, v), -1) @ self.axes

    def locate(self, z: np.ndarray) -> tuple[float, float]:
        """Coordinates of the point of the plane nearest to z [D]."""
        (u, v), *_ = np.linalg.lstsq(self.axes.T, z - self.origin, rcond=None)
        return float(u), float(v)


@dataclass(frozen=True)
class CodeStatistics:
    """Held-out codes and the aggregate posterior, kept beside the weights.

    The aggregate posterior q(z) = E_x q(z|x) is approximated by a Gaussian mixture with full
    covariances, fitted to posterior draws of training data.
    """

    codes: np.ndarray  # [N, D] posterior means of held-out items
    labels: np.ndarray | None  # [N]
    activity: np.ndarray  # [D] variance over x of the posterior mean
    kl: np.ndarray  # [D] mean KL per unit in nats; zeros where there is no posterior
    weights: np.ndarray  # [K]
    means: np.ndarray  # [K, D]
    scale_tril: np.ndarray  # [K, D, D]

    def save(self, folder: Path) -> None:
        from safetensors.numpy import save_file

        arrays = {k: v for k, v in vars(self).items() if v is not None}
        arrays["codes"] = self.codes.astype(np.float16)
        with replacing(folder / CODES) as temporary:
            save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, temporary)

    @classmethod
    def load(cls, folder: Path) -> "CodeStatistics":
        from safetensors.numpy import load_file

        arrays = load_file(folder / CODES)
        arrays["codes"] = arrays["codes"].astype(np.float32)
        return cls(labels=arrays.pop("labels", None), **arrays)


def fit_mixture(
    codes: np.ndarray, components: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights [K], means [K, D] and Cholesky factors [K, D, D] fitted by EM to codes [N, D]."""
    from sklearn.mixture import GaussianMixture

    mixture = GaussianMixture(components, reg_covar=1e-4, random_state=seed, max_iter=200)
    mixture.fit(codes)
    factors = np.linalg.cholesky(mixture.covariances_)
    parts = mixture.weights_, mixture.means_, factors
    return tuple(part.astype(np.float32) for part in parts)
