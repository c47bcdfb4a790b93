"""Held-out codes and the aggregate posterior, as they are stored; needs no torch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.files import replacing_tensors

CODES = "codes.safetensors"


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
    weights, means = mixture.weights_, mixture.means_
    return weights.astype(np.float32), means.astype(np.float32), factors.astype(np.float32)
