"""The modes of a model whose prior has components: what each holds, and how to draw from it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import torch

from backend.codes.keywords import Keyword, keywords
from backend.device import seeded
from backend.objectives.priors import Clusters, ComponentPrior, DiscreteCode

if TYPE_CHECKING:
    from backend.codes.projection import Projection
    from backend.space import Items, LatentSpace

EMPTY = 0.01  # a mode with less than this share of the held-out items
SAME = 0.95  # Bhattacharyya coefficient from which two modes count as one
TYPICAL = 8


class Mode(NamedTuple):
    """Component ``component`` of variable ``variable``."""

    variable: int
    component: int
    weight: float  # in the prior
    share: float  # of the held-out items, 0 to 1: those it is the likeliest for under q(c|x)
    mean: list[float]
    scale: list[float]
    tags: dict[str, tuple[str, float]]  # the most common category and its share within the mode
    typical: list[int]  # rows of the projection: its items of the highest responsibility
    flags: list[tuple[str, str]]  # ("empty" | "duplicate" | "out-weighed", a sentence)


class Modes:
    """Modes of a space; see ``LatentSpace.modes``. m variables of K components, codes [n, D].

    They are those of its prior; of a user's own model whose prior has none, the Gaussians that
    were fitted to its codes.
    """

    def __init__(self, space: "LatentSpace") -> None:
        if "components" not in space.info.capabilities:
            raise ValueError(f"{space.info.name} has no modes: its prior has no components.")
        self.space = space
        prior = space.prior
        self.prior = prior if isinstance(prior, ComponentPrior) else Clusters(space.aggregate)
        self.variables: int = self.prior.variables
        self.components: int = self.prior.components
        self.discrete = isinstance(self.prior, DiscreteCode)

    @property
    def dim(self) -> int:
        """Numbers per variable: what a component lives in."""
        return self.prior.centres().shape[-1]

    @torch.inference_mode()
    def at(self, z: np.ndarray) -> np.ndarray:
        """Responsibilities p(c|z) of codes [n, D], float32 [n, m, K]; each row sums to 1."""
        codes = torch.from_numpy(np.ascontiguousarray(z, np.float32))
        return self.prior.responsibilities(codes).numpy()

    @torch.inference_mode()
    def responsibilities(self, items: Sequence[str] | np.ndarray) -> np.ndarray:
        """Of items, float32 [n, m, K]: by Bayes' rule at their codes; q(c|x) of discrete codes."""
        if self.discrete:
            return self.assign(items)
        return self.at(self.space.encode(items))

    @torch.inference_mode()
    def assign(self, items: Sequence[str] | np.ndarray) -> np.ndarray:
        """What the encoder says of the modes, q(c|x), float32 [n, m, K]."""
        if isinstance(self.prior, Clusters):
            return self.at(self.space.encode(items))
        parts = self.space.read(items).split(256)
        q_c = [self.space.model.assign(x.to(self.space.device)).cpu() for x in parts]
        return torch.cat(q_c).float().numpy()

    def places(self, items: Sequence[str] | np.ndarray, *, draw: int | None = None) -> np.ndarray:
        """Codes of items as maps have them, [n, D]: of discrete variables the probabilities.

        One-hots would all lie on a few places. ``draw`` as in ``LatentSpace.encode``.
        """
        z = self.space.encode(items, draw=draw)
        if self.discrete and draw is None:
            q_c = self.assign(items)
            z[:, : q_c[0].size] = q_c.reshape(len(z), -1)
        return z

    @torch.inference_mode()
    def sample_codes(
        self,
        n: int,
        *,
        seed: int = 0,
        temperature: float = 1.0,
        weights: Sequence[Sequence[float]] | None = None,
        fixed: Mapping[int, int] | None = None,
    ) -> np.ndarray:
        """Draws [n, D]; ``weights`` [m][K] replace the prior's, ``fixed`` holds variables.

        Raises ``ValueError`` for weights that are negative, all zero or of another shape.
        """
        if not 1 <= n <= 1000:
            raise ValueError(f"The number of samples must lie between 1 and 1,000, got {n:,}.")
        if not 0 <= temperature <= 5:
            raise ValueError(f"The temperature must lie between 0 and 5, got {temperature}.")
        used = self._weights(weights)
        for variable, component in (fixed or {}).items():
            self.check(variable, component)
            used[variable] = torch.eye(self.components)[component]
        with seeded(seed):
            return self.prior.draw(n, temperature, used).numpy()

    def sample(self, n: int, **options: Any) -> "Items":
        """Items decoded from ``sample_codes(n, **options)``."""
        return self.space.decode(self.sample_codes(n, **options))

    def flip(self, z: np.ndarray, variable: int) -> np.ndarray:
        """Copies [K, D] of the code z [D], ``variable`` at each component's centre in turn."""
        self.check(variable)
        copies = np.repeat(np.asarray(z, np.float32)[None], self.components, 0)
        start = variable * self.dim
        copies[:, start : start + self.dim] = self._centres[variable]
        return copies

    def table(self) -> list[Mode]:
        """All m·K modes, variable by variable. Needs a projection."""
        return self._table

    def keywords(self) -> list[list[list[Keyword]]]:
        """Words that mark each mode, [m][K], by ``backend.codes.keywords``. Needs a projection.

        Of sentences their tokens; of pictures what is known of them, such as the class.
        """
        return self._keywords

    @cached_property
    def _keywords(self) -> list[list[list[Keyword]]]:
        projection = self.space.projection
        if self.space.words:
            texts = cast(list[str], projection.originals() or projection.texts)
            tokens = [self.space.tokens(text) for text in texts]
        else:
            named = [
                [names[i] for i in projection.tags.ids[tag]]
                for tag, names in projection.tags.names.items()
            ]
            tokens = [list(item) for item in zip(*named, strict=True)]
        modes = projection.modes.T
        return [keywords(tokens, column, self.components) for column in modes]

    @cached_property
    def _table(self) -> list[Mode]:
        projection = self.space.projection
        return [
            self._mode(projection, j, k)
            for j in range(self.variables)
            for k in range(self.components)
        ]

    def _mode(self, projection: "Projection", j: int, k: int) -> Mode:
        mine = projection.modes[:, j] == k
        tags = {}
        for tag, ids in projection.tags.ids.items():
            if mine.any():
                counts = np.bincount(ids[mine], minlength=len(projection.tags.names[tag]))
                best = int(counts.argmax())
                tags[tag] = projection.tags.names[tag][best], float(counts[best] / mine.sum())
        order = self._most_typical(projection, j, k)
        return Mode(
            variable=j,
            component=k,
            weight=float(self.prior.weights[j, k]),
            share=float(mine.mean()),
            mean=self._centres[j, k].tolist(),
            scale=self._scales[j, k].tolist(),
            tags=tags,
            typical=_distinct(order.tolist(), projection.texts),
            flags=self._flags(j, k, float(mine.mean())),
        )

    def _most_typical(self, projection: "Projection", j: int, k: int) -> np.ndarray:
        """Its items by falling responsibility, by closeness to the centre where that is certain.

        Of a mode that is the likeliest for none, all items take part.
        """
        mine = np.flatnonzero(projection.modes[:, j] == k)
        rows = mine if len(mine) else np.arange(len(projection.modes))
        sure = projection.responsibilities[rows, j, k].round(2)
        if self.discrete:
            return rows[np.argsort(-sure, kind="stable")[:2000]]
        z = projection.codes[rows, j * self.dim : (j + 1) * self.dim]
        away = (((z - self._centres[j, k]) / self._scales[j, k]) ** 2).sum(1)
        return rows[np.lexsort((away, -sure))[:2000]]

    def _flags(self, j: int, k: int, share: float) -> list[tuple[str, str]]:
        flags = []
        if share < EMPTY:
            sentence = f"Only {100 * share:.1f} % of the held-out items belong to it."
            flags.append(("empty", sentence))
        if self.discrete:
            return flags
        overlap = _overlap(self._centres[j], self._scales[j], k)
        twins = [i for i in np.flatnonzero(overlap > SAME).tolist() if i != k]
        if twins:
            names = ", ".join(str(i + 1) for i in twins)
            flags.append(("duplicate", f"It lies on top of mode {names} of the same variable."))
        at_centres = self.flip(np.zeros(self.variables * self.dim), j)
        winner = int(self.at(at_centres)[k, j].argmax())
        if winner != k:
            sentence = f"Even at its own centre mode {winner + 1} is likelier."
            flags.append(("out-weighed", sentence))
        return flags

    @cached_property
    def _centres(self) -> np.ndarray:
        """[m, K, d]"""
        return self.prior.centres().detach().float().numpy()

    @cached_property
    def _scales(self) -> np.ndarray:
        return self.prior.scales().detach().float().numpy()

    def _weights(self, weights: Sequence[Sequence[float]] | None) -> torch.Tensor:
        if weights is None:
            return self.prior.weights.clone()
        shape = (self.variables, self.components)
        try:
            given = torch.tensor(weights, dtype=torch.float32)
        except (TypeError, ValueError):
            given = torch.empty(0)
        if given.shape != shape:
            raise ValueError(f"Weights are {shape[0]} rows of {shape[1]} numbers.")
        if not torch.isfinite(given).all() or (given < 0).any() or (given.sum(1) <= 0).any():
            raise ValueError("Weights must be at least 0, and not all 0 for any variable.")
        return given / given.sum(1, keepdim=True)

    def check(self, variable: int, component: int = 0) -> None:
        """Raises ``ValueError`` where there is no such variable or component."""
        if variable not in range(self.variables) or component not in range(self.components):
            raise ValueError(
                f"There are variables 0 to {self.variables - 1} of modes 0 to "
                f"{self.components - 1}; got variable {variable}, mode {component}."
            )


def _overlap(means: np.ndarray, scales: np.ndarray, k: int) -> np.ndarray:
    """Bhattacharyya coefficients [K] of diagonal Gaussian ``k`` with each; 1 for equal ones."""
    variance = (scales**2 + scales[k] ** 2) / 2
    exponent = ((means - means[k]) ** 2 / (8 * variance)).sum(1)
    return np.exp(-exponent) * np.sqrt(scales * scales[k] / variance).prod(1)


def _distinct(rows: list[int], texts: list[str]) -> list[int]:
    """The first rows whose texts differ."""
    seen, chosen = set(), []
    for row in rows:
        text = texts[row] if texts else row
        if text not in seen:
            seen.add(text)
            chosen.append(row)
        if len(chosen) == TYPICAL:
            break
    return chosen
