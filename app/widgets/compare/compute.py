"""What two checkpoints make of the same: what one of them cannot is said instead."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

import backend
from app import items as boxes
from app import memory, session
from app.components import packed_each
from app.widgets.triptych import compute as pictures
from backend import corpora
from backend.codes.alignment import align

if TYPE_CHECKING:
    from backend.processors.base import Item, Items
    from backend.space import LatentSpace

STEPS = 8  # of a path
VALUES = np.linspace(-3, 3, 9, dtype=np.float32)  # of a unit
MAPPED = 300  # items on the map
KEPT = 1000  # held-out sentences in memory
PLACES = 101  # on the path of a cell


class Held(NamedTuple):
    """Items that the first of the two was not trained on."""

    items: "Items"
    note: str  # where they are from
    source: str  # the Python that gives them the name ``items``

    def part(self, first: int, n: int) -> list["Item"]:
        """``n`` of them from ``first`` on, counted round and round."""
        return [self.items[row % len(self.items)] for row in range(first, first + n)]


class Settings(NamedTuple):
    """One cell of the grid."""

    checkpoint: str
    seed: int
    temperature: float
    top_p: float | None  # None: the likeliest words, else drawn at temperature 1
    position: float  # from the draw of the seed (0) to that of the next (1), or from a to b
    a: str = ""  # what is in the boxes, where those are the ends
    b: str = ""


def leader(names: tuple[str, str]) -> "LatentSpace":
    """The space whose items both get: the first, or the second where the first is damaged.

    Raises ``ValueError`` for a name that no checkpoint has, and where both are damaged.
    """
    spaces, complaints = [], []
    for name in names:
        try:
            spaces.append(session.get_space(name))
        except ValueError as error:
            if name not in {one.name for one in backend.available(include_damaged=True)}:
                raise
            complaints.append(error)
    if not spaces:
        raise complaints[0]
    return spaces[0]


def side(name: str, make: Callable[["LatentSpace"], dict[str, Any]]) -> dict[str, Any]:
    """What ``make`` finds, or ``cannot`` with the reason: that it is damaged, too."""
    about = {"checkpoint": name, "title": backend.info(name).title, "cannot": ""}
    try:
        return about | make(session.get_space(name))
    except ValueError as error:
        return about | {"cannot": str(error)}


def check_kind(one: backend.CheckpointInfo, leads: backend.CheckpointInfo) -> None:
    """Raises ``ValueError`` where the two read items of different kinds."""
    if one.modality != leads.modality:
        kinds = {"image": "pictures", "text": "sentences"}
        raise ValueError(
            f"{one.title} reads {kinds[one.modality]}, and {leads.title} "
            f"{kinds[leads.modality]}: no item is for both."
        )


def fitted(space: "LatentSpace", items: Sequence["Item"]) -> list["Item"]:
    """The same items; pictures in the size and the colours that ``space`` reads."""
    if space.words:
        return list(items)
    from PIL import Image

    channels, height, width = cast(Any, space.processor).shape
    wanted = (height, width, 3) if channels == 3 else (height, width)

    def fit(picture: np.ndarray) -> np.ndarray:
        if picture.shape == wanted:
            return picture
        image = Image.fromarray(picture).convert("RGB" if channels == 3 else "L")
        return np.array(image.resize((width, height), Image.Resampling.BOX))

    return [fit(np.asarray(item)) for item in items]


def remark(space: "LatentSpace", items: Sequence["Item"]) -> str:
    """A sentence where ``fitted`` changes what both are given."""
    if space.words or np.shape(items[0]) == np.shape(fitted(space, items[:1])[0]):
        return ""
    channels, height, width = cast(Any, space.processor).shape
    colours = "colour" if channels == 3 else "grey"
    return f"{space.info.title} reads them as {height} × {width}, {colours}."


def samples(space: "LatentSpace", n: int, seed: int, temperature: float) -> dict[str, Any]:
    return {"items": packed_each(space.sample(n, seed=seed, temperature=temperature))}


def path(space: "LatentSpace", ends: list["Item"]) -> dict[str, Any]:
    if space.discrete:
        raise ValueError("Its codes are made of one-hots, between which there is no path.")
    a, b = space.encode(fitted(space, ends), refine=True)
    return {"items": packed_each(space.decode(space.path_codes(a, b, STEPS)))}


def traversal(space: "LatentSpace", item: "Item | None", rank: int, seed: int) -> dict[str, Any]:
    """One unit, the ``rank``-th most active, through ``VALUES``; the others are the item's.

    A model without an encoder has the units of a draw of its prior instead.
    """
    if space.discrete:
        raise ValueError("Its codes are made of one-hots, along which nothing can be walked.")
    units = space.units()
    if rank > len(units):
        raise ValueError(f"It has {len(units)} units, so none is number {rank}.")
    unit = units[rank - 1]
    encodes = space.encodes and item is not None
    z = space.encode(fitted(space, [item]))[0] if encodes else space.sample_codes(1, seed=seed)[0]  # type: ignore[list-item]
    start = "of the item" if encodes else "a draw of the prior: it has no encoder"
    return {
        "items": packed_each(space.decode(space.traverse(z, unit.index, VALUES))),
        "note": f"unit {unit.index}, activity {unit.activity:.2f}; the other units are {start}",
    }


def reconstructions(space: "LatentSpace", items: list["Item"]) -> dict[str, Any]:
    """The items as the model gives them back, and how far each is from what was given."""
    read = fitted(space, items)
    rebuilt = space.reconstruct(read)
    return {
        "rebuilt": rebuilt,
        "difference": [difference(space, *pair) for pair in zip(read, rebuilt, strict=True)],
        "note": remark(space, items),
    }


def difference(space: "LatentSpace", a: "Item", b: "Item") -> float:
    """From 0 for equal items to 1: of pixels the mean difference, of words those not shared."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.ndim != b.ndim:
        a, b = (one[..., None] if one.ndim == 2 else one for one in (a, b))
    return 1 - space.processor.likeness(a, b)


def map_of(names: tuple[str, str], leads: "LatentSpace", items: list["Item"]) -> dict[str, Any]:
    """Where both put the same items, the second turned onto the first; ``cannot`` says why not."""

    def make(space: "LatentSpace") -> dict[str, Any]:
        check_kind(space.info, leads.info)
        return {"z": space.encode(fitted(space, items))}

    sides = [side(name, make) for name in names]
    codes = [one.pop("z", None) for one in sides]
    if any(one["cannot"] for one in sides):
        return {"sides": sides, "map": None}
    found = align(*codes)
    return {
        "sides": sides,
        "map": {
            "places": found.plane.round(5).tolist(),
            "drift": found.drift.round(5).tolist(),
            "whole": float(np.sqrt((found.drift**2).mean())),
            "sizes": [one.shape[1] for one in codes],
        },
    }


def held_out(space: "LatentSpace") -> Held:
    """Items that ``space`` was not trained on; without its corpus what its stored codes decode to.

    Reads a corpus of sentences outside of ``model_work``, since that takes its time.
    """
    dataset = space.info.dataset
    at_hand = dataset in corpora.names() and corpora.available(dataset)
    if at_hand and space.words:
        return _sentences(dataset)
    if at_hand:
        held = pictures.held_out(dataset)
        return Held(held.pictures, held.note, _source(dataset))
    if not space.encodes:
        raise ValueError(
            f"{space.info.title} has no encoder and the corpus {dataset} is not on this machine, "
            "so there are no held-out items. Choose another first model."
        )
    with session.model_work():
        items = space.decode(space.codes[:MAPPED])
    note = f"{dataset} is not on this machine: stored codes of {space.info.title}, decoded by it."
    return Held(items, note, f"items = space.decode(space.codes[:{MAPPED}])")


@memory.kept(4)
def _sentences(dataset: str) -> Held:
    items = list(corpora.load(dataset)["test"].items[:KEPT])
    name = corpora.corpus(dataset).name
    return Held(items, f"Held-out sentences of {name}.", _source(dataset, f"[:{KEPT}]"))


def _source(dataset: str, part: str = "") -> str:
    return f'items = corpora.load({dataset!r})["test"].items{part}'


@memory.kept(600)
def cell(settings: Settings, fingerprint: str) -> str:
    """The item of one cell; ``fingerprint`` is of the weights, so that it goes with them."""
    space = session.get_space(settings.checkpoint)
    _, seed, temperature, top_p, position, a, b = settings
    if (position or a) and space.discrete:
        raise ValueError("Its codes are one-hots: no path.")
    if a:
        ends = encoded(settings.checkpoint, a, b, fingerprint)
    else:
        ends = np.concatenate(
            [space.sample_codes(1, seed=one, temperature=temperature) for one in (seed, seed + 1)]
        )
    z = ends[:1]
    if position:
        z = space.path_codes(ends[0], ends[1], PLACES)[[round(position * (PLACES - 1))]]
    if top_p is not None and not space.words:
        raise ValueError("Pictures have no words to draw.")
    labels = space.sample_labels(1, seed=seed)
    drawn: dict[str, Any] = {} if top_p is None else {"token_temperature": 1.0, "top_p": top_p}
    return packed_each(space.decode(z, seed=seed, labels=labels, **drawn))[0]


@memory.kept(16)
def encoded(checkpoint: str, a: str, b: str, fingerprint: str) -> np.ndarray:
    """The codes [2, D] of what is in the boxes, once for all cells between them."""
    space = session.get_space(checkpoint)
    if not space.encodes:
        raise ValueError("It has no encoder: it has no codes of A and B.")
    prefix = boxes.BOXES[space.modality].prefix
    ends = boxes.given(space, "ab", {f"{prefix}a": a, f"{prefix}b": b})
    return space.encode(ends, refine=True)
