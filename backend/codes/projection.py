"""A map of held-out codes: stored coordinates, and the way back from a place to a code.

``scripts/project.py`` writes ``projection.safetensors`` beside the weights. It holds
coordinates, codes (float16), responsibilities, tags, what the model makes of each sentence, and a
digest of each item. The corpus itself is not shipped: where it is at hand, ``originals`` finds the
items in it by their digests.
"""

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from backend import corpora
from backend.checkpoint import YOURS, CheckpointInfo
from backend.codes.neighbours import neighbours
from backend.corpora.tags import Tags
from backend.files import replacing_tensors

FILE = "projection.safetensors"
FORMAT = "2"
KEPT = 15  # neighbours by which a place of a map is judged
NEIGHBOURS = 8  # that a place on a curved map is blended from


class View(NamedTuple):
    """One way to look at the codes in two dimensions."""

    id: str
    title: str
    exact: bool  # whether a place on it is one code
    variable: int | None = None  # the mixture variable whose two numbers it shows

    @property
    def columns(self) -> slice:
        """Where the two numbers of its variable stand in a code."""
        if self.variable is None:
            raise ValueError(f"The view {self.id} shows no single variable.")
        return slice(2 * self.variable, 2 * self.variable + 2)


class Place(NamedTuple):
    """The code at a place of a view."""

    code: np.ndarray  # [D]
    exact: bool
    distance: float  # Euclidean, to the nearest held-out code
    nearest: list[int]  # rows of the held-out items nearest to the code, nearest first


class MissingProjection(ValueError):
    """There is none yet; ``command`` makes one."""

    def __init__(self, message: str, name: str, limit: int | None = None) -> None:
        size = f" --limit {limit}" if limit else ""
        file = " --space FILE.py" if name.startswith(f"{YOURS}/") else ""
        self.command = f"python scripts/project.py {name}{size}{file}"
        super().__init__(f"{message} `{self.command}` makes one.")


class StaleProjection(MissingProjection):
    """It was made from other weights."""


@dataclass(frozen=True)
class Projection:
    """N held-out items of a model with m variables of K components; D numbers per code."""

    codes: np.ndarray  # float32 [N, D]; of discrete codes the probabilities
    responsibilities: np.ndarray  # float32 [N, m, K]
    modes: np.ndarray  # uint8 [N, m], the likeliest component under q(c|x)
    lengths: np.ndarray  # uint8 [N], tokens; zeros for pictures
    digests: np.ndarray  # uint64 [N], see ``digest``
    umap: np.ndarray  # float32 [N, 2]
    centre_codes: np.ndarray  # float32 [m·K, D], a typical code of each mode
    umap_centres: np.ndarray  # float32 [m·K, 2]
    tags: Tags
    texts: list[str]  # reconstructions; empty for pictures
    settings: dict[str, Any]
    dataset: str
    planes: int  # mixture variables that are two numbers each, 0 if they are not
    discrete: bool  # whether codes hold probabilities of classes
    prose: Callable[[str], str] = str  # a sentence of the corpus -> as one writes it
    known: list[str] | np.ndarray | None = None  # the items, where no corpus has them

    @classmethod
    def load(cls, info: CheckpointInfo) -> "Projection":
        """Raises ``MissingProjection`` or ``StaleProjection``."""
        from safetensors import safe_open

        path = info.path / FILE
        if not path.is_file():
            raise MissingProjection(f"{info.name} has no map yet.", info.name)
        with safe_open(path, "np") as file:
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            metadata = file.metadata()
        settings = json.loads(metadata["settings"])
        if metadata.get("format") != FORMAT:
            raise StaleProjection(
                f"The map of {info.name} was made by an older version of this program.", info.name
            )
        if settings["fingerprint"] != info.fingerprint:
            raise StaleProjection(
                f"The map of {info.name} was made from other weights and is not shown.",
                info.name,
                settings.get("limit"),
            )
        tags = Tags.read(arrays, metadata)
        for key in ("codes", "responsibilities"):
            arrays[key] = arrays[key].astype(np.float32)
        packed = arrays.pop("texts", None)  # sentences only
        lines = "" if packed is None else gzip.decompress(packed.tobytes()).decode()
        return cls(
            **arrays,
            tags=tags,
            texts=lines.split("\n") if lines else [],
            settings=settings,
            dataset=info.dataset,
            planes=int(metadata["planes"]),
            discrete=metadata["discrete"] == "True",
        )

    def save(self, folder: Path) -> None:
        from safetensors.numpy import save_file

        own = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays = {name: value for name, value in own.items() if isinstance(value, np.ndarray)}
        for key in ("codes", "responsibilities"):
            arrays[key] = arrays[key].astype(np.float16)
        arrays = {key: np.ascontiguousarray(value) for key, value in arrays.items()}
        metadata = {
            "format": FORMAT,
            "settings": json.dumps(self.settings),
            "planes": str(self.planes),
            "discrete": str(self.discrete),
        }
        if self.texts:
            lines = "\n".join(text.replace("\n", " ") for text in self.texts)
            arrays["texts"] = np.frombuffer(gzip.compress(lines.encode(), mtime=0), np.uint8)
        with replacing_tensors(folder / FILE) as temporary:
            save_file(
                {**arrays, **self.tags.arrays()}, temporary, {**metadata, **self.tags.metadata()}
            )

    # Views

    @property
    def views(self) -> list[View]:
        """UMAP, the plane of most variance, and each pair of numbers that is a variable."""
        # Between the classes of a discrete code lies no code: a place stands for the nearest.
        found = [View("umap", "UMAP", False), View("pca", "PCA plane", not self.discrete)]
        if self.codes.shape[1] == 2:
            return [*found[:1], View("z", "z", True)]
        if self.planes:
            found += [View(f"c{j}", f"z of c{j + 1}", True, j) for j in range(self.planes)]
        return found

    def points(self, view: str) -> np.ndarray:
        """Where the held-out items lie, float32 [N, 2]."""
        return self.umap if self._view(view).id == "umap" else self._flat(view, self.codes)

    def centres(self, view: str) -> np.ndarray:
        """Where the modes lie, float32 [m, K, 2]; NaN for modes of variables it does not show."""
        found = self._view(view)
        if found.id == "umap":
            places = self.umap_centres.copy()
        else:
            places = self._flat(view, self.centre_codes)
        grid = places.reshape(*self.responsibilities.shape[1:], 2)
        if found.variable is not None:
            other = np.arange(len(grid)) != found.variable
            grid = np.where(other[:, None, None], np.nan, grid)
        return grid

    def code_at(self, view: str, x: float, y: float, base: int | None = None) -> Place:
        """The code at a place. On the plane of one variable the others are those of ``base``.

        On UMAP a place has no code: the codes of the nearest points on the map are blended, each
        weighted by its inverse squared distance. ``base`` is a row; by default the mean code.

        Raises:
            ValueError: no such view or item, or a place that is not two finite numbers.
        """
        found = self._view(view)
        if base is not None and not 0 <= base < len(self.codes):
            raise ValueError(f"The map has items 0 to {len(self.codes) - 1:,}, got {base:,}.")
        place = np.array([x, y], np.float32)
        if not np.isfinite(place).all() or np.abs(place).max() > 1e4:
            raise ValueError("A place is two numbers between -10,000 and 10,000.")
        if found.id == "umap":
            code = _blend(place[None], self.umap, self.codes)[0]
        elif found.id == "z":
            code = place
        elif found.id == "pca":
            centre, axes = self._axes
            code = centre + place @ axes
        else:
            code = (self._axes[0] if base is None else self.codes[base]).copy()
            code[found.columns] = place
        code = code.astype(np.float32)
        nearest = neighbours(code[None], self.codes, NEIGHBOURS)[0].tolist()
        distance = float(np.linalg.norm(self.codes[nearest[0]] - code))
        return Place(code, found.exact, distance, nearest)

    def locate(self, codes: np.ndarray) -> dict[str, np.ndarray]:
        """Where new codes [n, D] lie on every view, [n, 2] each; nothing else moves.

        On UMAP: the mean of the nearest points' places, weighted by their inverse squared
        distance in the code space, an approximation.
        """
        places = {v.id: self._flat(v.id, codes) for v in self.views if v.id != "umap"}
        return {"umap": _blend(codes, self.codes, self.umap), **places}

    def neighbours_kept(self, view: str, row: int | None = None) -> np.ndarray:
        """How far a view can be trusted around each item, float32 [N]; or around one, [1].

        The share of the ``KEPT`` items nearest to its code that are among the ``KEPT`` nearest to
        its place (Lee and Verleysen, Neurocomputing 72, 2009: Q_NX, of each point by itself). By
        chance it would be KEPT / (N - 1). Of items that are equally near, as those of equal
        sentences are, any count. The first call for all items takes seconds.

        Raises:
            ValueError: there is no such view, or no such item.
        """
        places = self.points(view)
        if row is None:
            if view not in self._kept:
                self._kept[view] = _overlap(self._nearest, _nearest_others(places))
            return self._kept[view]
        if not 0 <= row < len(self.codes):
            raise ValueError(f"The map has items 0 to {len(self.codes) - 1:,}, got {row:,}.")
        spaces = (self.codes, places)
        near = [neighbours(x[[row]], x, min(KEPT + 1, len(x)))[0] for x in spaces]
        return _overlap(*(each[each != row][None, :KEPT] for each in near))

    @property
    def neighbours_counted(self) -> int:
        """How many of an item's nearest ``neighbours_kept`` looks at."""
        return min(KEPT, len(self.codes) - 1)

    @cached_property
    def _kept(self) -> dict[str, np.ndarray]:
        """What ``neighbours_kept`` found, by view."""
        return {}

    @cached_property
    def _nearest(self) -> np.ndarray:
        """The items nearest to the code of each, [N, KEPT]."""
        return _nearest_others(self.codes)

    # Items

    def in_prose(self, prose: Callable[[str], str]) -> "Projection":
        """The same with its sentences as one writes them; ``prose`` makes that of one."""
        return replace(self, texts=[prose(text) for text in self.texts], prose=prose)

    def originals(self) -> list[str] | np.ndarray | None:
        """The held-out items themselves, or None where not all of them are on this machine."""
        return self._originals

    @cached_property
    def _originals(self) -> list[str] | np.ndarray | None:
        if self.known is not None:
            return self.known
        if not corpora.available(self.dataset):
            return None
        wanted = self.digests.tolist()
        found: dict[int, Any] = {}
        # Maps from before held-out items were cleaned know them as they were published.
        for edition in (corpora.load, corpora.published):
            splits = edition(self.dataset)
            found |= {
                digest(item): item
                for part in ("validation", "test")
                for item in splits[part].items
            }
            if found.keys() >= set(wanted):
                break
        else:
            return None  # another edition of the corpus
        items = [found[key] for key in wanted]
        if isinstance(items[0], str):
            return [self.prose(item) for item in items]
        return np.stack(items)

    # Inside

    @cached_property
    def _axes(self) -> tuple[np.ndarray, np.ndarray]:
        """The mean code [D] and the two directions of most variance [2, D]."""
        centre = self.codes.mean(0)
        _, vectors = np.linalg.eigh(np.cov((self.codes - centre).T))
        axes = vectors[:, ::-1][:, :2].T
        largest = np.abs(axes).argmax(1)
        signs = np.sign(axes[[0, 1], largest])  # eigenvectors have no sign of their own
        return centre, (axes * signs[:, None]).astype(np.float32)

    def _flat(self, view: str, codes: np.ndarray) -> np.ndarray:
        found = self._view(view)
        if found.id == "z":
            return codes
        if found.id == "pca":
            centre, axes = self._axes
            return ((codes - centre) @ axes.T).astype(np.float32)
        return codes[:, found.columns]

    def _view(self, id: str) -> View:
        for view in self.views:
            if view.id == id:
                return view
        known = ", ".join(view.id for view in self.views)
        raise ValueError(f"There is no view {id[:40]!r} of this map; there are: {known}.")


def digest(item: str | np.ndarray) -> int:
    """64 bits that tell one item from all others of its corpus."""
    content = item.encode() if isinstance(item, str) else item.tobytes()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")


def _nearest_others(x: np.ndarray) -> np.ndarray:
    """The rows nearest to each row of x [N, D], itself left out, [N, KEPT]."""
    from sklearn.neighbors import NearestNeighbors

    k = min(KEPT, len(x) - 1)
    return NearestNeighbors(n_neighbors=k).fit(x).kneighbors(return_distance=False)


def _overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The share of each row of a [n, k] that is in the same row of b [n, k], float32 [n]."""
    return (a[:, :, None] == b[:, None, :]).any(-1).mean(-1, dtype=np.float32)


def _blend(queries: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Means of the values [N, E] of the nearest keys [N, D], by inverse squared distance."""
    nearest = neighbours(queries, keys, NEIGHBOURS)  # [n, k]
    square = ((keys[nearest] - queries[:, None]) ** 2).sum(-1)
    weights = 1 / (square + 1e-9)
    weights /= weights.sum(1, keepdims=True)
    return np.einsum("nk,nke->ne", weights, values[nearest]).astype(np.float32)
