"""How modes and codes moved during training: the same held-out items at several moments."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from backend.corpora.tags import Tags
from backend.files import replacing_tensors

if TYPE_CHECKING:
    from torch import Tensor

    from backend.base import LatentModel

FILE = "snapshots.safetensors"
ITEMS = 500


@dataclass(frozen=True)
class Snapshots:
    """S moments of a run with m variables of K components; N held-out items."""

    steps: np.ndarray  # int64 [S]
    means: np.ndarray  # [S, m, K, d]
    scales: np.ndarray  # [S, m, K, d] standard deviations
    codes: np.ndarray  # [S, N, m, d] posterior means
    modes: np.ndarray  # uint8 [S, N, m], the likeliest component under q(c|x)
    tags: Tags

    @classmethod
    def take(cls, model: "LatentModel", step: int, x: "Tensor", tags: Tags) -> "Snapshots":
        """One moment; x [N, …] are the held-out items."""
        import torch  # only here: looking at snapshots needs none

        from backend.objectives.priors import ComponentPrior

        prior = cast(ComponentPrior, model.prior)
        with torch.inference_mode():
            z = torch.cat([model.encode(part).mean for part in x.split(250)])
            q_c = torch.cat([model.assign(part) for part in x.split(250)])
        places = prior.centres().detach(), prior.scales().detach(), prior.split(z)
        means, scales, codes = (place.half().cpu().numpy()[None] for place in places)
        modes = q_c.argmax(-1).to(torch.uint8).cpu().numpy()[None]
        return cls(np.array([step]), means, scales, codes, modes, tags)

    def variance_of_used_means(self) -> np.ndarray:
        """How far apart the modes are that items use, at each moment [S].

        As ``backend.objectives.divergences.variance_of_used_means``, the use of a mode being the
        share of items whose likeliest it is.
        """
        components = np.arange(self.means.shape[2])
        use = (self.modes[..., None] == components).mean(1)[..., None]  # [S, m, K, 1]
        means = self.means.astype(np.float64)
        centre = (use * means).sum(2, keepdims=True)
        return len(components) * (use * (means - centre) ** 2).sum((1, 2, 3))

    def then(self, later: "Snapshots") -> "Snapshots":
        """These moments before ``later``, then those; so a resumed run repeats none."""
        before = self.steps < later.steps[0]
        both = {
            key: np.concatenate([mine[before], vars(later)[key]])
            for key, mine in self._arrays().items()
        }
        return Snapshots(**both, tags=later.tags)

    def save(self, folder: Path) -> None:
        from safetensors.numpy import save_file

        arrays = {k: np.ascontiguousarray(v) for k, v in self._arrays().items()}
        with replacing_tensors(folder / FILE) as temporary:
            save_file({**arrays, **self.tags.arrays()}, temporary, self.tags.metadata())

    @classmethod
    def load(cls, folder: Path) -> "Snapshots":
        """Raises ``FileNotFoundError`` where the run kept none."""
        from safetensors import safe_open

        with safe_open(folder / FILE, "np") as file:
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            tags = Tags.read(arrays, file.metadata())
        return cls(**arrays, tags=tags)

    def _arrays(self) -> dict[str, np.ndarray]:
        return {key: value for key, value in vars(self).items() if key != "tags"}
