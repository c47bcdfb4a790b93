"""Pictures and tensors: uint8 [n, H, W] or [n, H, W, 3] <-> float [B, C, H, W] in [0, 1]."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

from backend.processors.base import Processor


class ImageProcessor(Processor):
    kind = "image"

    def __init__(self, shape: tuple[int, int, int] = (1, 28, 28)) -> None:
        channels, height, width = shape
        self.shape = channels, height, width  # channels (1 or 3), height, width

    def encode(self, images: Sequence[np.ndarray] | np.ndarray) -> Tensor:
        """uint8, or float in [0, 1], [n, H, W] or [n, H, W, 3] -> [n, C, H, W].

        A model of coloured pictures reads grey ones too, as white ink. Raises ``ValueError``.
        """
        array = np.asarray(images)
        channels, height, width = self.shape
        if channels > 1 and array.ndim == 3:
            array = array[..., None].repeat(channels, -1)
        if array.shape[1:] != ((height, width) if channels == 1 else (height, width, channels)):
            wanted = f"[n, {height}, {width}{'' if channels == 1 else f', {channels}'}]"
            raise ValueError(f"Pictures must have the shape {wanted}, got {list(array.shape)}.")
        scaled = array.astype(np.float32)
        if array.dtype == np.uint8:
            scaled /= np.float32(255)
        if not (np.isfinite(scaled).all() and scaled.min() >= 0 and scaled.max() <= 1):
            raise ValueError("Pictures must be uint8, or floats between 0 and 1.")
        x = torch.from_numpy(scaled)
        return x[:, None] if channels == 1 else x.permute(0, 3, 1, 2).contiguous()

    def decode(self, x: Tensor) -> np.ndarray:
        """[n, C, H, W] in [0, 1] -> uint8 [n, H, W], or [n, H, W, 3] where there is colour."""
        scaled = (x.detach().float().clamp(0, 1) * 255).round().to(torch.uint8).cpu()
        return (scaled[:, 0] if self.shape[0] == 1 else scaled.permute(0, 2, 3, 1)).numpy()

    def join(self, chunks: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate(chunks)

    def likeness(self, a: np.ndarray, b: np.ndarray) -> float:
        """Closeness of grey values."""
        return 1 - float(np.abs(a.astype(float) - b).mean()) / 255

    def save(self, folder: Path) -> None:
        """Nothing to keep: the shape is in the model's configuration."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))["config"]
        return cls(config["data_shape"])


PROCESSOR = ImageProcessor
