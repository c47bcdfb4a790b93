"""Held-out codes and the aggregate posterior, as they are stored; needs no torch."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from backend.files import replacing_tensors

CODES = "codes.safetensors"
PLENTY = 50  # codes for each Gaussian that is fitted to them


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

    @classmethod
    def none(cls, size: int) -> "CodeStatistics":
        """Of a model that has no codes without a context: none held out, and N(0, I)."""
        empty = np.zeros((0, size), np.float32)
        flat, one = np.zeros(size, np.float32), np.ones(1, np.float32)
        return cls(empty, None, flat, flat, one, flat[None], np.eye(size, dtype=np.float32)[None])

    def save(self, folder: Path) -> None:
        from safetensors.numpy import save_file

        arrays = {k: v for k, v in vars(self).items() if v is not None}
        arrays["codes"] = self.codes.astype(np.float16)
        with replacing_tensors(folder / CODES) as temporary:
            save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, temporary)

    @classmethod
    def load(cls, folder: Path) -> "CodeStatistics":
        """Raises ``ValueError`` naming an array that is not as above, and as ``load_file``."""
        from safetensors.numpy import load_file

        arrays = load_file(folder / CODES)
        expected = {field.name for field in fields(cls)}
        if odd := expected.symmetric_difference(arrays) - {"labels"}:
            raise ValueError(f"{CODES} lacks or has too much: {', '.join(sorted(odd))[:80]}")
        arrays["codes"] = arrays["codes"].astype(np.float32)
        found = cls(labels=arrays.pop("labels", None), **arrays)
        found._check()
        return found

    def _check(self) -> None:
        n, size = self.codes.shape if self.codes.ndim == 2 else (0, 0)
        k = len(self.weights) if self.weights.ndim == 1 else 0
        shapes = {
            "codes": (n, size),
            "labels": (n,),
            **{"activity": (size,), "kl": (size,)},
            **{"weights": (k,), "means": (k, size), "scale_tril": (k, size, size)},
        }
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array is not None and (array.shape != shape or 0 in shape):
                raise ValueError(f"{CODES}: {name} has the shape {array.shape}")
            if array is not None and not np.isfinite(array).all():
                raise ValueError(f"{CODES}: {name} holds what is no number")


def fit_mixture(
    codes: np.ndarray, components: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights [K], means [K, D] and Cholesky factors [K, D, D] fitted by EM to codes [N, D]."""
    from sklearn.mixture import GaussianMixture

    mixture = GaussianMixture(components, reg_covar=1e-4, random_state=seed, max_iter=200)
    mixture.fit(codes)
    factors = np.linalg.cholesky(mixture.covariances_)
    weights, means = mixture.weights_, mixture.means_
    return weights.astype(np.float32), means.astype(np.float32), factors.astype(np.float32)
