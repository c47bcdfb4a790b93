"""Makes the map of a checkpoint: held-out items and the modes' centres, laid out by UMAP.

The same seed gives the same map. Needs the corpus; the app reads what is written.
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version

import numpy as np

import backend
from backend import corpora
from backend.codes.projection import Projection, digest
from backend.corpora.tags import Tags
from backend.files import place_numba_cache
from backend.pipeline.progress import Progress
from backend.processors.text import TextProcessor
from backend.space import LatentSpace

LIMIT = 20_000
FEWEST = 10  # items
NEIGHBOURS, MIN_DIST = 15, 0.1
PACKAGES = ("umap-learn", "pynndescent", "numba", "numpy", "scikit-learn")  # a map depends on them


def project(name: str, limit: int = LIMIT, seed: int = 0) -> Iterator[Progress]:
    """Encodes held-out items, lays them out and writes projection.safetensors; in stages.

    Raises:
        KeyError: there is no such checkpoint.
        ValueError: it is damaged, has no modes to map, or too few items.
        MissingCorpus: its corpus is not here.
    """
    space = backend.load(name, device="auto")
    modes = space.modes
    yield Progress("map", 0 / 100, "reading the held-out items")
    items, columns = held_out(space, limit)
    if len(items) < FEWEST:
        raise ValueError(f"{len(items)} held-out items are too few; {FEWEST} make a map.")
    yield Progress("map", 5 / 100, f"encoding {len(items):,} items")
    codes, q_c = encode(space, items)
    codes = codes.astype(np.float16).astype(np.float32)  # as they are stored
    yield Progress("map", 15 / 100, "decoding them")
    texts: list[str] = []
    if space.words:
        for part in np.array_split(codes, max(1, len(codes) // 1000)):
            texts += space.decode(part)
            share = 0.15 + 0.45 * len(texts) / len(codes)
            yield Progress("map", share, "decoding them")
    centres = centre_codes(space, codes, q_c)
    yield Progress("map", 60 / 100, "laying them out by UMAP")
    placed = umap_layout(np.concatenate([codes, centres]), seed)
    two_numbers = modes.dim == 2 and not modes.discrete
    lengths = [min(255, len(space.tokens(i))) if space.words else 0 for i in items]
    projection = Projection(
        codes=codes,
        responsibilities=modes.at(codes),
        modes=q_c.argmax(-1).astype(np.uint8),
        lengths=np.array(lengths, np.uint8),
        digests=np.array([digest(item) for item in items], np.uint64),
        umap=placed[: len(codes)],
        centre_codes=centres,
        umap_centres=placed[len(codes) :],
        tags=Tags.of(columns),
        texts=texts,
        settings={
            "fingerprint": space.info.fingerprint,
            "split": "validation and test" if space.items is None else "of its class",
            "n": len(codes),
            "seed": seed,
            "n_neighbors": NEIGHBOURS,
            "min_dist": MIN_DIST,
            "limit": limit,
            "versions": {name: version(name) for name in PACKAGES},
            "umap": version("umap-learn"),
        },
        dataset=space.info.dataset,
        planes=modes.variables if two_numbers else 0,
        discrete=modes.discrete,
    )
    projection.save(space.info.path)
    yield Progress("map", 100 / 100, f"written to {space.info.path}")


def held_out(space: LatentSpace, limit: int) -> tuple[list, dict[str, list[str]]]:
    """Validation and test items that the model reads with their tags, thinned to ``limit``.

    Of a class of the user's own, all the items that it names.
    """
    if space.items is not None:
        classes = [] if space.labels is None else [space.class_names[i] for i in space.labels]
        return list(space.items), {"label": classes} if classes else {}
    items: list = []
    columns: dict[str, list[str]] = {}
    loaded = corpora.load(space.info.dataset)
    for split in (loaded["validation"], loaded["test"]):
        rows: Sequence[int] = range(len(split.items))
        if isinstance(space.processor, TextProcessor):
            rows = space.processor.readable_rows(split.items)
        items += [split.items[row] for row in rows]
        tags = dict(split.tags)
        if split.labels is not None:
            tags.setdefault("label", [str(label) for label in split.labels])
        for tag, column in tags.items():
            columns.setdefault(tag, []).extend(column[row] for row in rows)
    chosen = np.linspace(0, len(items) - 1, min(limit, len(items))).round().astype(int)
    return [items[i] for i in chosen], {
        tag: [column[i] for i in chosen] for tag, column in columns.items()
    }


def encode(space: LatentSpace, items: list) -> tuple[np.ndarray, np.ndarray]:
    """Codes [N, D] and q(c|x) [N, m, K]; sentences by length, so that little is padding."""
    text, modes = space.words, space.modes
    order = np.argsort([len(i) if text else 0 for i in items], kind="stable")
    codes, q_c = [], []
    for rows in np.array_split(order, max(1, len(items) // 500)):
        part = [items[i] for i in rows] if text else np.stack([items[i] for i in rows])
        codes.append(modes.places(part))
        # Places of discrete codes are q(c|x) itself: no need to encode once more.
        q_c.append(modes.at(codes[-1]) if modes.discrete else modes.assign(part))
    back = np.argsort(order)
    return np.concatenate(codes)[back], np.concatenate(q_c)[back]


def centre_codes(space: LatentSpace, codes: np.ndarray, q_c: np.ndarray) -> np.ndarray:
    """A typical code of each mode, [m·K, D]: its centre, and the mean of its items elsewhere."""
    modes = space.modes
    likeliest = q_c.argmax(-1)  # [N, m]
    out = []
    for j in range(modes.variables):
        for k in range(modes.components):
            mine = codes[likeliest[:, j] == k]
            typical = mine.mean(0) if len(mine) else codes.mean(0)
            out.append(modes.flip(typical, j)[k])
    return np.stack(out)


def umap_layout(codes: np.ndarray, seed: int) -> np.ndarray:
    """float32 [N, 2]; one thread, as UMAP repeats itself only so.

    It is given each code's true neighbours: to compile and run a search of its own takes it
    three times as long, for 4,000 codes half a minute.
    """
    import warnings

    from sklearn.neighbors import NearestNeighbors

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)
        place_numba_cache()
        from umap import UMAP
    # Codes that coincide tear the neighbour graph apart; a hair's breadth keeps it whole.
    jitter = np.random.default_rng(seed).normal(0, 1e-3 * codes.std(), codes.shape)
    apart = codes + jitter.astype(np.float32)
    near = min(NEIGHBOURS, len(codes) - 1)
    distances, indices = NearestNeighbors(n_neighbors=near).fit(apart).kneighbors(apart)
    with warnings.catch_warnings():
        # It says that it could not place new codes, which nobody asks of it.
        warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)
        layout = UMAP(
            n_neighbors=near,
            min_dist=MIN_DIST,
            random_state=seed,
            n_jobs=1,
            init="pca",
            precomputed_knn=(indices, distances, None),
        )
        return layout.fit_transform(apart).astype(np.float32)
