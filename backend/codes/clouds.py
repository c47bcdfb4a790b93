"""How the codes of replies, and those that the prior makes, came together during training."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from backend.files import replacing_tensors

if TYPE_CHECKING:
    from backend.nets.dialog import Batch, DialogueModel

FILE = "clouds.safetensors"
PAIRS = 300


@dataclass(frozen=True)
class Clouds:
    """S moments of a run: for the same N held-out pairs, a code of each of two kinds."""

    steps: np.ndarray  # int64 [S]
    posterior: np.ndarray  # float16 [S, N, D], drawn from q(z|reply, context)
    prior: np.ndarray  # float16 [S, N, D], drawn from p(z|context)

    @classmethod
    def take(cls, model: "DialogueModel", step: int, batch: "Batch") -> "Clouds":
        """One moment, always with the same noise; ``batch`` are the pairs."""
        import torch  # only here: looking at clouds needs none

        from backend.device import seeded

        context, x, _ = batch
        with torch.inference_mode(), seeded(0):
            kinds = model.encode(x, context).sample(), model.prior(context).sample()
        posterior, prior = (z.half().cpu().numpy()[None] for z in kinds)
        return cls(np.array([step]), posterior, prior)

    def flat(self) -> "Clouds":
        """On a plane, D = 2: the widest directions of the codes of the last moment, about 0."""
        last = np.concatenate([self.posterior[-1], self.prior[-1]]).astype(np.float64)
        axes = np.linalg.svd(last - last.mean(0), full_matrices=False)[2][:2]

        def place(z: np.ndarray) -> np.ndarray:
            return ((z - last.mean(0)) @ axes.T).astype(np.float16)

        return replace(self, posterior=place(self.posterior), prior=place(self.prior))

    def then(self, later: "Clouds") -> "Clouds":
        """These moments before ``later``, then those; so a resumed run repeats none."""
        before = self.steps < later.steps[0]
        return Clouds(
            **{k: np.concatenate([v[before], vars(later)[k]]) for k, v in vars(self).items()}
        )

    def save(self, folder: Path) -> None:
        from safetensors.numpy import save_file

        arrays = {key: np.ascontiguousarray(value) for key, value in vars(self).items()}
        with replacing_tensors(folder / FILE) as temporary:
            save_file(arrays, temporary)

    @classmethod
    def load(cls, folder: Path) -> "Clouds":
        """Raises ``FileNotFoundError`` where the run kept none."""
        from safetensors import safe_open

        with safe_open(folder / FILE, "np") as file:
            return cls(**{key: file.get_tensor(key) for key in file.keys()})  # noqa: SIM118
