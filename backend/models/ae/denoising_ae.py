"""Denoising auto-encoder: give back what was clean before the noise (Vincent et al., 2010)."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from backend.base import Objective, Terms, param
from backend.models.ae import ae
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(ae.Config):
    noise: Literal["gaussian", "masking"] = param("gaussian", "What is done to the input")
    noise_level: float = param(
        0.4, "Standard deviation of the noise, or the share of numbers set to 0", min=0, max=1
    )


@register(short="Denoising AE")
class DenoisingAE(ae.AE):
    """Minimises -log p(x | e(x̃)), x̃ a noisy copy of x.

    https://jmlr.org/papers/v11/vincent10a.html. Copying its input does not help it, so it has to
    learn where data lie. Departure: trained end to end, not layer by layer.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−log p(x|e(x̃)),   x̃ = x + noise"},
        terms={"recon_nll": "−log p(x|e(x̃))"},
        note="Copying the input does not help: it must know where data lie.",
    )

    def corrupted(self, x: Tensor) -> Tensor:
        """A noisy copy of x [B, *data_shape]."""
        level = self.config.noise_level
        if self.config.noise == "gaussian":
            return x + level * torch.randn_like(x)
        return x * (torch.rand_like(x) >= level)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2], clean."""
        code = self.encode(self.corrupted(batch)).mean
        recon_nll = -self.decode(code).log_prob(batch).mean()
        return {"loss": recon_nll, "recon_nll": recon_nll}
