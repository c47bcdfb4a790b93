"""A plane through three codes."""

from dataclasses import dataclass

import numpy as np


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
