"""Where a code's true posterior lies, and where the encoder says it does, along a training.

He et al. 2019 (https://arxiv.org/abs/1901.05534), section 4: a model has collapsed when both
means are 0 for all sentences; an encoder lags where only its own are.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from backend.files import replacing_tensors

if TYPE_CHECKING:
    from torch import Tensor

    from backend.base import LatentModel

FILE = "means.safetensors"
ITEMS = 200
REACH, POINTS = 4.0, 81  # of the grid of codes: from -REACH to REACH


@dataclass(frozen=True)
class Means:
    """S moments of a run of a model whose code is one number: of the same N held-out items."""

    steps: np.ndarray  # int64 [S]
    model: np.ndarray  # float16 [S, N], mean of p(z|x), by the grid
    encoder: np.ndarray  # float16 [S, N], mean of q(z|x)

    @classmethod
    def take(cls, model: "LatentModel", step: int, x: "Tensor") -> "Means":
        """One moment; x are the items. p(z|x) on the grid is p(x|z) p(z), made to sum to 1."""
        import torch  # only here: looking at them needs none

        with torch.inference_mode():
            grid = torch.linspace(-REACH, REACH, POINTS, device=x.device)[:, None]
            joint = [model.decode(z.expand(len(x), 1)).log_prob(x) for z in grid]
            log_p = torch.stack(joint) + model.prior().log_prob(grid)[:, None]  # [G, N]
            kinds = (log_p.softmax(0) * grid).sum(0), model.encode(x).mean[:, 0]
        true, inferred = (mean.half().cpu().numpy()[None] for mean in kinds)
        return cls(np.array([step]), true, inferred)

    def then(self, later: "Means") -> "Means":
        """These moments before ``later``, then those; so a resumed run repeats none."""
        before = self.steps < later.steps[0]
        return Means(
            **{k: np.concatenate([v[before], vars(later)[k]]) for k, v in vars(self).items()}
        )

    def save(self, folder: Path) -> None:
        from safetensors.numpy import save_file

        with replacing_tensors(folder / FILE) as temporary:
            save_file(dict(vars(self)), temporary)

    @classmethod
    def load(cls, folder: Path) -> "Means":
        """Raises ``FileNotFoundError`` where the run kept none."""
        from safetensors import safe_open

        with safe_open(folder / FILE, "np") as file:
            return cls(**{key: file.get_tensor(key) for key in file.keys()})  # noqa: SIM118
