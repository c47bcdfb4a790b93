"""The latent map and the questions it asks the server.

``load`` sends every point once, ``texts`` the sentences; from then on colours, search, zoom,
hover and the legend happen in the page. Each question after that names its place, so nothing is
kept between two of them, and each answer comes with the script that repeats it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, cast

import gradio as gr
import numpy as np
import pydantic

from app import parts, together
from app.components import Seed, as_base64, finite, packed_each, script, served, widget
from app.door import followed
from app.session import get_space, model_work
from app.widgets.latent_map import compute
from app.widgets.paths.words import marked
from backend.codes.keywords import FUNCTION_WORDS

if TYPE_CHECKING:
    from backend.codes.projection import Projection, View
    from backend.space import LatentSpace

STEPS = 8  # places decoded along a path
NEAR = 8  # neighbours in the card
PICTURES = 200  # pictures sent at once for the table
FAR = 10_000.0  # no place of any map lies further out
LONGEST = 2000  # characters of a state

# The value of the map; ``at`` is a point (p12), a place (0.5~-1, with the row that lends the rest
# of its code) or a sentence (s~I like tea.).
read_state = parts.reader(
    {
        "view": r".{0,40}",
        "colour": r".{0,80}",
        "tool": r"point|path|lasso",
        "find": r".{0,400}",
        "at": r".{0,2000}",
        "lit": r".{0,20}",
        "contours": r"\d?",
        "labels": r"0",
        "draw": r"\d{1,10}",  # seed of the code of a sentence of one's own
        "zoom": r".{0,80}",
    },
    LONGEST,
)

Number = Annotated[float, pydantic.Field(ge=-FAR, le=FAR, allow_inf_nan=False)]
Place = tuple[Number, Number]
Row = Annotated[int, pydantic.Field(ge=0)]


def latent_map(elem_id: str, tab: str) -> gr.HTML:
    """The map as the result widget of ``tab``; its value is what ``read_state`` reads.

    It wants the fields ``checkpoint`` and ``map`` (its own value) from ``links.connect``. It
    emits "select" with ``{kind, …}``, and on the window the events "latent-mode" {checkpoint,
    variable, component} and "latent-code" {checkpoint, code, text}; it hears "latent-mode" too.
    """
    functions: dict[str, Callable[..., dict]] = {
        "run": load,
        "texts": texts,
        "trust": trust,
        "pictures": pictures,
        "decode": decode,
        "place": place,
        "point": point,
        "path": path,
        "sentence": sentence,
        "compute": compute.start,
        "computing": compute.state,
        "cancel": compute.cancel,
    }
    server = [served(function, name) for name, function in functions.items()] + followed()
    emits = ["ready", "select"]
    return widget(
        "latent_map", "", elem_id=elem_id, server=server, emits=emits, tab=tab, prefix=elem_id
    )


def load(checkpoint: str) -> dict:
    """All points on all views, and what they can be coloured by; or how to make a map."""
    space = get_space(checkpoint)
    with model_work():
        modes = space.modes
        try:
            projection = space.projection
        except ValueError as error:
            return absent(checkpoint, error)
        return {
            "modality": space.modality,
            "n": len(projection.codes),
            "variables": modes.variables,
            "components": modes.components,
            "views": [_view(projection, view) for view in projection.views],
            "modes": _columns(projection.modes),
            "sure": _columns((255 * projection.responsibilities.max(-1)).round()),
            "tags": [
                {"name": tag, "categories": names, "ids": as_base64(projection.tags.ids[tag])}
                for tag, names in projection.tags.names.items()
            ],
            "lengths": as_base64(projection.lengths) if space.words else None,
            "plain": sorted(FUNCTION_WORDS) if space.words else [],
            "home": _home(space),
            "settings": _settings(projection.settings),
            "code": script(checkpoint, "result = space.projection.points('umap')"),
        }


def absent(checkpoint: str, error: ValueError) -> dict:
    """The offer to compute a map; other errors go on. Both kinds of absence name the command."""
    command = getattr(error, "command", None)
    if command is None:
        raise error
    return {
        "absent": str(error),
        "command": command,
        "offer": compute.offer(checkpoint),
        "code": script(checkpoint, "result = space.projection"),
    }


def texts(checkpoint: str) -> dict:
    """What each point stands for: originals where their corpus is, else reconstructions."""
    space = get_space(checkpoint)
    projection = space.projection
    originals = projection.originals()
    if not space.words:
        thumbs = None if originals is None else as_base64(_thumbnails(cast(np.ndarray, originals)))
        return {"texts": [], "original": originals is not None, "thumbs": thumbs}
    if originals is None:
        return {"texts": projection.texts, "original": False}
    return {"texts": originals, "original": True}


def trust(checkpoint: str, view: str) -> dict:
    """How many of each point's neighbours a view keeps, as bytes: 255 for all of them."""
    space = get_space(checkpoint)
    with model_work():
        kept = space.projection.neighbours_kept(view)
    return {"kept": as_base64((255 * kept).round(), np.uint8), "mean": float(kept.mean())}


def pictures(checkpoint: str, rows: list[Row]) -> dict:
    """Pictures of some points, for the table."""
    space = get_space(checkpoint)
    with model_work():
        return {"items": _items(space, _checked(space, rows[:PICTURES]))}


def decode(
    checkpoint: str, view: str, x: Number, y: Number, base: Row | None = None
) -> dict[str, Any]:
    """The item at a place. A click waits for this, so it does nothing else."""
    space = get_space(checkpoint)
    found = space.projection.code_at(view, x, y, _base(space, base))
    item = packed_each(together.decode(space, found.code[None]))[0]
    return {"item": item, "exact": found.exact}


def place(checkpoint: str, view: str, x: Number, y: Number, base: Row | None = None) -> dict:
    """Everything else about that place: responsibilities, typicality, what is near."""
    space = get_space(checkpoint)
    with model_work():
        found = space.projection.code_at(view, x, y, _base(space, base))
        return {
            "exact": found.exact,
            "away": found.distance,
            "near": _near(space, found.code),
            **_evidence(space, found.code),
            "code": script(
                checkpoint,
                f"place = space.projection.code_at({view!r}, {x!r}, {y!r}, base={base!r})",
                "result = space.decode(place.code[None])[0]",
            ),
        }


def point(checkpoint: str, row: Row, view: str = "umap") -> dict:
    """A held-out item: what the model makes of it, its responsibilities, its neighbours.

    ``kept`` of the ``of`` nearest are near on the view too.
    """
    space = get_space(checkpoint)
    _checked(space, [row])
    with model_work():
        projection = space.projection
        code = projection.codes[row]
        of = projection.neighbours_counted
        return {
            "on": view,
            "kept": round(of * float(projection.neighbours_kept(view, row)[0])),
            "of": of,
            "original": _items(space, [row])[0] if projection.originals() is not None else None,
            "item": _reconstruction(space, row),
            "before": _before(space, code[None]),
            "shares": projection.responsibilities[row].round(4).tolist(),
            "near": _near(space, code, row),
            "z": code.tolist(),
            "code": script(
                checkpoint, f"result = space.decode(space.projection.codes[[{row}]])[0]"
            ),
        }


def path(checkpoint: str, view: str, places: list[Place], base: Row | None = None) -> dict:
    """The items at places along a line that was drawn, each marked where it differs."""
    if not 2 <= len(places) <= 2 * STEPS:
        raise ValueError(f"A path has 2 to {2 * STEPS} places; got {len(places)}.")
    space = get_space(checkpoint)
    with model_work():
        found = [space.projection.code_at(view, x, y, _base(space, base)) for x, y in places]
        items = space.decode(np.stack([each.code for each in found]))
    rows: list[dict] = [
        {"item": item, "away": each.distance, "exact": each.exact}
        for item, each in zip(packed_each(items), found, strict=True)
    ]
    if space.words:
        previous: list[str] | None = None
        for row in rows:
            tokens = space.tokens(row["item"])
            row["parts"] = marked(previous, tokens, row["item"])
            previous = tokens
    at = [(round(x, 4), round(y, 4)) for x, y in places]
    code = script(
        checkpoint,
        f"places = {at!r}",
        f"at = [space.projection.code_at({view!r}, x, y, base={base!r}) for x, y in places]",
        "result = [space.decode(place.code[None])[0] for place in at]",
    )
    return {"rows": rows, "code": code}


def sentence(checkpoint: str, text: str, draw: Seed | None = None) -> dict:
    """A typed sentence: where it lies on every view, and all that a place has.

    Its code is the mean of q(z|x), or one draw of it by the seed ``draw``.
    """
    space = get_space(checkpoint)
    if not space.words:
        raise ValueError("This model reads pictures. Choose a text model to place a sentence.")
    with model_work():
        z = space.modes.places([text], draw=draw)
        where = space.projection.locate(z)
        return {
            "text": text,
            "item": space.decode(z)[0],
            "before": _before(space, z),
            "unknown": space.unknown_words(text),
            "where": {view: found[0].round(4).tolist() for view, found in where.items()},
            "near": _near(space, z[0]),
            "draw": draw,
            **_evidence(
                space, z[0], space.modes.responsibilities([text])[0] if draw is None else None
            ),
            "code": script(
                checkpoint,
                f"z = space.modes.places([{text!r}]{'' if draw is None else f', draw={draw}'})",
                "result = space.decode(z)[0]",
            ),
        }


def _evidence(space: "LatentSpace", code: np.ndarray, shares: np.ndarray | None = None) -> dict:
    """Responsibilities [m][K] and how typical of data the code is, in per cent."""
    found = space.inspect(code[None])[0]
    if shares is None:
        shares = space.modes.at(code[None])[0]
    return {
        "shares": shares.round(4).tolist(),
        "typicality": finite(found.typicality),
        "atypical": bool(found.atypical),
        "round_trip": float(found.round_trip),
        "z": code.tolist(),
    }


def _near(space: "LatentSpace", code: np.ndarray, row: int | None = None) -> list[dict]:
    """The nearest held-out items, of equal sentences the first; without ``row`` itself.

    The page knows their sentences, so only pictures travel.
    """
    projection = space.projection
    n = len(projection.codes)
    if not space.words:
        rows = _nearest(space, code, NEAR + 1)
        rows = [each for each in rows if each != row][:NEAR]
        items = _items(space, rows)
        return [{"row": each, "item": item} for each, item in zip(rows, items, strict=True)]
    sentences = projection.originals() or projection.texts
    own = set() if row is None else {sentences[row]}
    for k in (8 * NEAR, 1000, n):  # some sentences, such as "thank you", occur hundreds of times
        first: dict[str, int] = {}
        for each in _nearest(space, code, k):
            first.setdefault(sentences[each], each)
        near = [first[text] for text in first if text not in own][:NEAR]
        if len(near) == NEAR or k >= n:
            break
    return [{"row": each} for each in near]


def _nearest(space: "LatentSpace", code: np.ndarray, k: int) -> list[int]:
    codes = space.projection.codes
    return space.neighbours(code[None], codes, k=min(k, len(codes)))[0].tolist()


def _items(space: "LatentSpace", rows: list[int]) -> list[str]:
    """Held-out items, as the model reconstructs them where the corpus is not here."""
    originals = space.projection.originals()
    if originals is None:
        return [_reconstruction(space, row) for row in rows]
    return packed_each([originals[row] for row in rows])


def _reconstruction(space: "LatentSpace", row: int) -> str:
    projection = space.projection
    if projection.texts:
        return projection.texts[row]
    return packed_each(space.decode(projection.codes[[row]]))[0]


def _before(space: "LatentSpace", z: np.ndarray) -> str | None:
    """The turn before, of a code that tells its neighbours in place of itself."""
    return space.decode_previous(z)[0] if space.tells_neighbours else None


def _base(space: "LatentSpace", row: int | None) -> int | None:
    return None if row is None else _checked(space, [row])[0]


def _checked(space: "LatentSpace", rows: list[int]) -> list[int]:
    n = len(space.projection.codes)
    if any(row >= n for row in rows):
        raise ValueError(f"This map has points 0 to {n - 1:,}; got {max(rows):,}.")
    return rows


def _view(projection: "Projection", view: "View") -> dict:
    centres = projection.centres(view.id)
    known = np.isfinite(centres).all(-1)  # [m, K]
    pairs = zip(centres.round(4).tolist(), known.tolist(), strict=True)
    return {
        **view._asdict(),
        "xy": as_base64(projection.points(view.id), np.float32),
        "centres": [
            [at if here else None for at, here in zip(*row, strict=True)] for row in pairs
        ],
    }


def _home(space: "LatentSpace") -> int:
    """The point to begin with: typical of a mode, and not the shortest sentence."""
    typical = [row for mode in space.modes.table() for row in mode.typical]
    lengths = space.projection.lengths
    return next((row for row in typical if lengths[row] > 7), next(iter(typical), 0))


def _settings(settings: dict) -> str:
    """How the map was made, in a line."""
    said = ", ".join(
        f"{key} {settings[key]}"
        for key in ("umap", "seed", "n_neighbors", "min_dist")
        if key in settings
    )
    return f"{settings.get('n', 0):,} held-out items ({settings.get('split', '')}); {said}"


def _thumbnails(pictures: np.ndarray) -> np.ndarray:
    """Pictures [n, H, W] or [n, H, W, 3] as grey ones of 14 x 14 pixels of 4 bits, [n, 98].

    Two pixels are a byte.
    """
    if pictures.shape[1:] == (28, 28):
        halves = pictures.reshape(len(pictures), 14, 2, 14, 2).mean((2, 4))
    else:
        halves = np.stack([_small(picture) for picture in pictures])
    grey = (halves / 17).round().astype(np.uint8).reshape(len(pictures), 98, 2)
    return grey[..., 0] << 4 | grey[..., 1]


def _small(picture: np.ndarray) -> np.ndarray:
    from PIL import Image

    grey = Image.fromarray(picture).convert("L")
    return np.asarray(grey.resize((14, 14), Image.Resampling.BOX))


def _columns(table: np.ndarray) -> list[str]:
    """Each column of a table [N, m], as bytes."""
    return [as_base64(column, np.uint8) for column in table.T]
