"""Grey pictures and tensors: uint8 [n, H, W] <-> float [B, 1, H, W] in [0, 1]."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor


class ImageProcessor:
    def __init__(self, shape: tuple[int, int, int] = (1, 28, 28)) -> None:
        self.shape = shape  # channels, height, width

    def encode(self, images: Sequence[np.ndarray] | np.ndarray) -> Tensor:
        """uint8, or float in [0, 1], [n, H, W] -> [n, 1, H, W]. Raises ``ValueError``."""
        array = np.asarray(images)
        if array.ndim != 3 or array.shape[1:] != self.shape[1:]:
            height, width = self.shape[1:]
            raise ValueError(
                f"Pictures must have the shape [n, {height}, {width}], got {list(array.shape)}."
            )
        scaled = array / 255 if array.dtype == np.uint8 else array.astype(np.float32)
        if not (np.isfinite(scaled).all() and scaled.min() >= 0 and scaled.max() <= 1):
            raise ValueError("Pictures must be uint8, or floats between 0 and 1.")
        return torch.from_numpy(scaled.astype(np.float32)[:, None])

    def decode(self, x: Tensor) -> np.ndarray:
        """[n, 1, H, W] in [0, 1] -> uint8 [n, H, W]."""
        scaled = (x.detach().float().clamp(0, 1) * 255).round()
        return scaled.to(torch.uint8).cpu().numpy()[:, 0]

    def save(self, folder: Path) -> None:
        """Nothing to keep: the shape is in the model's configuration."""

    @classmethod
    def load(cls, folder: Path) -> "ImageProcessor":
        return cls()
