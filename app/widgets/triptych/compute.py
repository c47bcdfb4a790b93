"""What a model of the bench draws, reconstructs and changes, as the page needs it."""

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from app import memory, session
from app.components import as_base64, finite
from backend import corpora
from backend.codes import attributes
from backend.evaluation import tradeoffs

if TYPE_CHECKING:
    from backend.space import LatentSpace

SAMPLES, PICTURES, STEPS = 16, 8, 9
MEASURED = 1000  # held-out pictures from which directions are taken
CACHED = 32
HALF = 0.5  # of a step into another class, from which a model is told that class
CLASS = "class-"  # before the number of a class, among the attributes
CANNOT = "It has no encoder: it draws pictures, but cannot say which code a given one has."


class Held(NamedTuple):
    """Held-out pictures, and where they are from."""

    pictures: np.ndarray  # uint8 [N, 28, 28] or [N, 28, 28, 3]
    labels: np.ndarray | None  # [N]
    real: bool
    note: str  # a sentence


def look(checkpoint: str, seed: int, first: int) -> dict:
    """Samples, reconstructions of held-out pictures from ``first`` on, and a path.

    The path leads between the first two of those pictures, or between two codes of the noise
    where the model cannot encode. A model that is told classes gets those of the pictures, drawn
    ones for samples, and on the path that of the nearer end.
    """
    space = session.get_space(checkpoint)
    held = held_out(space.info.dataset)
    given = picked(held, first)
    labels = told(space, held, first)
    with session.model_work():
        codes = space.sample_codes(SAMPLES, seed=seed)
        drawn = space.sample_labels(SAMPLES, seed=seed)
        samples = _pictures(space, codes, drawn)
        found: dict[str, object]
        found = {"samples": as_base64(samples), "given": as_base64(given)}
        if encodes(space):
            z = space.encode(given, labels=labels)
            rebuilt = _pictures(space, z, labels)
            errors = (given / 255.0 - rebuilt / 255.0) ** 2
            found |= {
                "rebuilt": as_base64(rebuilt),
                "mse": float(errors.mean()),
                "between": "the first two of these pictures",
            }
            ends = z[:2]
        else:
            found |= {"rebuilt": None, "cannot": CANNOT, "between": "two codes of the noise"}
            ends, labels = codes[:2], drawn
        on_the_way = None if labels is None else labels[:2].repeat((STEPS + 1) // 2)[:STEPS]
        path = _pictures(space, space.path_codes(ends[0], ends[1], STEPS), on_the_way)
        found["path"] = as_base64(path)
    return found | {
        "note": held.note,
        "real": held.real,
        "labelled": held.labels is not None,
    }


def move(checkpoint: str, attribute: str, amount: float, first: int) -> dict:
    """Reconstructions of the same pictures with ``amount`` times a direction added to their codes.

    With each the attribute as it was and as it became, measured on the decoded pictures. A model
    that is told classes has no class in its codes: into another one its codes stay, and from
    half of the way on it is told that class.
    """
    space = session.get_space(checkpoint)
    if not encodes(space):
        return {"moved": None, "cannot": CANNOT}
    held = held_out(space.info.dataset)
    given = picked(held, first)
    labels = new = told(space, held, first)
    with session.model_work():
        z = space.encode(given, labels=labels)
        if attribute.startswith(CLASS) and space.classes:
            target = int(attribute.removeprefix(CLASS))
            step = np.zeros_like(z)
            new = np.full(len(z), target) if amount >= HALF else labels
        elif attribute.startswith(CLASS):
            target = int(attribute.removeprefix(CLASS))
            codes, _, classes = _measured(checkpoint, space.info.fingerprint)
            if classes is None or held.labels is None:
                raise ValueError("The classes of these pictures are not known.")
            shifts = attributes.towards(codes, classes, target)
            step = shifts[np.minimum(picked(held, first, held.labels), len(shifts) - 1)]
        elif attribute in attributes.ATTRIBUTES:
            codes, values, _ = _measured(checkpoint, space.info.fingerprint)
            step = attributes.direction(codes, values[attribute])
        else:
            raise ValueError(f"There is no attribute {attribute[:40]!r}.")
        moved = _pictures(space, z + np.float32(amount) * step, new)
        before = _pictures(space, z, labels)
    found: dict[str, object]
    found = {"moved": as_base64(moved), "before": None, "after": None}
    found["told"] = target if new is not labels else None
    if attribute in attributes.ATTRIBUTES:
        found["before"] = finite(attributes.measure(before)[attribute].tolist())
        found["after"] = finite(attributes.measure(moved)[attribute].tolist())
    return found


def nearest(checkpoint: str, seed: int) -> dict:
    """The first samples, and of each the training picture with the smallest squared difference.

    Distances are root mean squared differences of pixels in [0, 1]; the same of as many test
    pictures tells what is usual for a picture that was not trained on.
    """
    space = session.get_space(checkpoint)
    splits = corpus(space.info.dataset)
    if splits is None:
        get = missing(space.info.dataset)
        raise ValueError(f"Nearest training pictures need the corpus. {get}")
    with session.model_work():
        samples = cast(np.ndarray, space.sample(PICTURES, seed=seed))
    train = splits["train"].items
    rows, distances = _closest(samples, train)
    _, usual = _closest(splits["test"].items[:PICTURES], train)
    return {
        "samples": as_base64(samples),
        "nearest": as_base64(train[rows]),
        "distances": finite(distances.tolist()),
        "usual": float(usual.mean()),
        "n": len(train),
    }


def _pictures(space: "LatentSpace", z: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
    """What codes decode to; models of the bench make pictures."""
    return cast(np.ndarray, space.decode(z, labels=labels))


def told(space: "LatentSpace", held: Held, first: int) -> np.ndarray | None:
    """The classes of the pictures from ``first`` on, for a model that can be told them."""
    known = space.classes and held.labels is not None
    return picked(held, first, held.labels) if known else None


def encodes(space: "LatentSpace") -> bool:
    """Whether the model can say which code a picture has."""
    return "encode" in space.info.capabilities


def corpus(dataset: str) -> dict | None:
    """The splits, or None where they are not on this machine."""
    return corpora.load(dataset) if corpora.available(dataset) else None


def missing(dataset: str) -> str:
    """How to get a corpus."""
    return f"Get it with python scripts/download_data.py {dataset}."


@memory.kept(4)
def held_out(dataset: str) -> Held:
    """Test pictures; without the corpus what an encoder's stored codes decode to."""
    if splits := corpus(dataset):
        test = splits["test"]
        return Held(test.items, test.labels, True, "Pictures of the test split.")
    known = [run for run in tradeoffs.read().runs if run.dataset == dataset and run.encodes]
    known.sort(key=lambda run: (run.kind != "ae", run.name))
    for run in known:
        space = session.get_space(run.name)
        labels = None if space.labels is None else space.labels[:MEASURED]
        with session.model_work():
            pictures = _pictures(space, space.codes[:MEASURED], labels if space.classes else None)
        note = (
            f"The corpus is not on this machine: these are stored codes of held-out pictures, "
            f"decoded by {run.name}. {missing(dataset)}"
        )
        return Held(pictures, labels, False, note)
    raise ValueError(
        f"There are no held-out pictures of {dataset} on this machine. {missing(dataset)}"
    )


@memory.kept(CACHED)
def _measured(
    checkpoint: str, fingerprint: str
) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray | None]:
    """Codes of held-out pictures [n, D], their attributes [n], and their labels [n].

    ``fingerprint`` is of the weights, so that a retrained checkpoint is measured anew.
    """
    space = session.get_space(checkpoint)
    held = held_out(space.info.dataset)
    pictures = held.pictures[-MEASURED:]  # not those that the page shows first
    labels = None if held.labels is None else held.labels[-MEASURED:]
    codes = space.encode(pictures, labels=labels if space.classes else None)
    return codes, attributes.measure(pictures), labels


def picked(held: Held, first: int, values: np.ndarray | None = None) -> np.ndarray:
    """``PICTURES`` of them from ``first`` on, counted round and round."""
    rows = (first + np.arange(PICTURES)) % len(held.pictures)
    return (held.pictures if values is None else values)[rows]


def _closest(pictures: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row of the nearest of ``train`` for each picture [n], and the distance to it [n]."""
    wanted = pictures.reshape(len(pictures), -1).astype(np.float32) / 255
    best = np.full(len(wanted), np.inf, np.float32)
    rows = np.zeros(len(wanted), np.int64)
    for start in range(0, len(train), 5000):  # so that few are floats at a time
        part = train[start : start + 5000].reshape(-1, wanted.shape[1]).astype(np.float32) / 255
        square = (wanted**2).sum(1)[:, None] - 2 * wanted @ part.T + (part**2).sum(1)
        nearest, distance = square.argmin(1), square.min(1)
        better = distance < best
        rows[better], best[better] = start + nearest[better], distance[better]
    return rows, np.sqrt(np.maximum(best, 0) / wanted.shape[1])
