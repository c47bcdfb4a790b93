"""A picture from a person: a sketch, an uploaded file, or the next image of the test set."""

import base64
import binascii
import io
import math
from typing import TYPE_CHECKING, Annotated, Any, cast

import gradio as gr
import numpy as np
import pydantic

import backend
from app import memory, session
from app.components import served, widget

if TYPE_CHECKING:
    from PIL import Image

SIDE = 28  # pixels of the pictures that the image models know
BOX = 20  # the ink of an MNIST digit fits a box of this side
MAX_CHARS = 2_000_000  # of base64; the widget itself never sends more than a few thousand
MAX_SIDE = 2048  # pixels; a small PNG can unfold into gigabytes
FAINT, SHADOWED = 25, 76  # tones up to which nothing is ink; at the edge of a shadow more is lost
UNEVEN = 32  # tones between dark and light paper at the border, beyond which shadows fall on it
TITLES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST"}

KEPT = ("tone", "kept")  # a text within a PNG: light paper is meant, so nothing is inverted

EMPTY = "The picture is empty. Sketch something, upload a picture, or take a test image."
UNREADABLE = "That is not a picture this field can read. Upload a PNG or JPEG, or sketch one."
TOO_LARGE = f"The picture is too large. Use one of at most {MAX_SIDE} x {MAX_SIDE} pixels."


def _has_pictures(dataset: str) -> str:
    if dataset not in TITLES and dataset not in backend.own_files():
        raise ValueError(f"dataset must be one of {', '.join(TITLES)}, or a space of your own.")
    return dataset


# Whose test images are offered: a corpus, or those that a class of the user's own names.
Dataset = Annotated[str, pydantic.AfterValidator(_has_pictures)]


def image_input(label: str, elem_id: str, value: str = "", dataset: str = "mnist") -> gr.HTML:
    """Returns a field whose value is "" or a PNG as a data URL; ``read`` turns it into pixels.

    It fires ``change`` whenever the value changes and ``input`` only when a person changed it.
    Return ``gr.HTML(dataset=...)`` from a handler to offer test images of another corpus.
    """
    return widget(
        "image_input",
        value,
        elem_id=elem_id,
        server=[
            served(as_seen, "as_seen"),
            served(corpus_state, "corpus_state"),
            served(next_test_image, "next_test_image"),
        ],
        emits=["input"],
        label=label,
        dataset=dataset,
    )


def read(value: Any) -> np.ndarray:
    """Returns the picture as uint8 [28, 28], 0 for paper and 255 for ink.

    Dark ink on light paper is inverted. Otherwise a picture of exactly 28 x 28 pixels is taken as
    it is. Any other is treated the way MNIST was made: the ink is cut out, scaled with its
    proportions kept so that its longer side is 20 pixels, and placed with its centre of mass in
    the middle; shadows on its paper are taken out. A PNG that holds the text ``tone`` = ``kept``
    is never inverted.

    Raises:
        ValueError: with a sentence for the person, where there is no picture in ``value``.
    """
    pixels, kept = _pixels(value)
    if kept:
        return _whole(pixels)
    if pixels.shape == (SIDE, SIDE):
        return _light_on_dark(pixels) if _has_dark_ink(pixels) else pixels
    return _like_mnist(pixels)


def read_as(value: Any, shape: tuple[int, int, int]) -> np.ndarray:
    """The picture for a model of other pictures than MNIST's, uint8 [H, W] or [H, W, 3].

    All of it, with the tones it has, in the middle of a square; ``shape`` is channels, height,
    width. Raises ``ValueError`` as ``read`` does.
    """
    from PIL import Image, ImageOps

    channels, *size = shape
    if value is None or value == "":
        raise ValueError(EMPTY)
    given = _opened(value).convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", given.size, "black"), given)
    sized = ImageOps.pad(flat.convert("RGB"), (size[1], size[0]), Image.Resampling.BOX)
    pixels = np.array(sized if channels == 3 else sized.convert("L"))
    if np.ptp(pixels) < 16:  # one flat tone
        raise ValueError(EMPTY)
    return pixels


def to_value(pixels: np.ndarray, kept: bool = False) -> str:
    """Returns the value of the field that ``read`` turns back into exactly these pixels.

    ``kept``: light paper is meant.
    """
    from PIL import Image, PngImagePlugin

    file, texts = io.BytesIO(), PngImagePlugin.PngInfo()
    if kept:
        texts.add_text(*KEPT)
    picture = Image.fromarray(np.asarray(pixels, dtype=np.uint8))
    picture.save(file, "PNG", optimize=True, pnginfo=texts)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _pixels(value: Any) -> tuple[np.ndarray, bool]:
    """The picture as it was given, uint8 [H, W], and whether its tones are to be kept."""
    if value is None or value == "":
        raise ValueError(EMPTY)
    listed = isinstance(value, list)
    pixels, kept = (_from_list(value), False) if listed else _from_data_url(value)
    if pixels.max() - pixels.min() < 16:  # one flat tone
        raise ValueError(EMPTY)
    return pixels, kept


def _from_list(value: list) -> np.ndarray:
    try:
        pixels = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(UNREADABLE) from None
    if pixels.shape != (SIDE, SIDE) or not np.isfinite(pixels).all():
        raise ValueError(f"A picture given as a list has {SIDE} rows of {SIDE} numbers.")
    if pixels.min() < 0 or pixels.max() > 255:
        raise ValueError("A picture given as a list holds numbers between 0 and 255.")
    return pixels.round().astype(np.uint8)


def _from_data_url(value: Any) -> tuple[np.ndarray, bool]:
    picture = _opened(value)
    return _on_paper(*_tones(picture)), picture.info.get(KEPT[0]) == KEPT[1]


def _opened(value: Any) -> "Image.Image":
    from PIL import Image, ImageOps

    head, _, body = value.partition(",") if isinstance(value, str) else ("", "", "")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ValueError(UNREADABLE)
    if len(body) > MAX_CHARS:
        raise ValueError(TOO_LARGE)
    try:
        file = io.BytesIO(base64.b64decode(body, validate=True))
        with Image.open(file, formats=["PNG", "JPEG"]) as picture:
            if max(picture.size) > MAX_SIDE:
                raise ValueError(TOO_LARGE)
            return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError:
        raise ValueError(TOO_LARGE) from None
    except (binascii.Error, OSError, SyntaxError):  # PIL reports broken PNGs as SyntaxError
        raise ValueError(UNREADABLE) from None


def _tones(picture: "Image.Image") -> tuple[np.ndarray, np.ndarray]:
    """How light and how opaque each pixel is, both float [H, W] from 0 to 255."""
    if picture.mode.startswith("I"):  # 16 bits, which convert would cut off and not scale
        deep = np.asarray(picture, dtype=np.float64)
        return deep / 257, 255.0 * (deep != picture.info.get("transparency", -1))
    both = picture.convert("RGBA")
    light, opaque = both.convert("L"), both.getchannel("A")
    return np.asarray(light, dtype=np.float64), np.asarray(opaque, dtype=np.float64)


def _on_paper(tone: np.ndarray, opacity: np.ndarray) -> np.ndarray:
    """The picture without transparency, uint8: what shows through is paper that sets ink off."""
    if opacity.min() == 255:
        return tone.round().astype(np.uint8)
    rows, columns = np.nonzero(opacity > 127)
    if not len(rows):
        raise ValueError(EMPTY)
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    inside = tone[opacity > 127]
    if (opacity[box] > 127).mean() > 0.9 and np.ptp(inside) >= 64:
        tone, opacity = tone[box], opacity[box]  # ink on paper of its own, in clear margins
        paper = np.median(_border(tone))
    else:
        paper = 0 if inside.mean() >= 128 else 255
    return (paper + (tone - paper) * opacity / 255).round().astype(np.uint8)


def _border(pixels: np.ndarray) -> np.ndarray:
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def _has_dark_ink(pixels: np.ndarray) -> bool:
    """Whether a picture is of dark ink on lighter paper.

    It is for none of the 130,000 pictures of MNIST and Fashion-MNIST, whatever touches their
    border.
    """
    tone = pixels.astype(np.float64)
    border = _border(tone)
    paper = np.median(border)
    if paper < 32 or (abs(border - paper) <= 32).mean() < 0.75:
        return False
    return _darker(tone, paper)


def _darker(tone: np.ndarray, paper: float) -> bool:
    """Whether what is on the paper is darker than it."""
    dark, light = ((side.clip(min=0) ** 2).sum() for side in (paper - tone, tone - paper))
    return bool(dark > light)


def _light_on_dark(pixels: np.ndarray) -> np.ndarray:
    """Dark ink on lighter paper as light ink on black, black ink as white."""
    paper = np.median(_border(pixels))
    return ((paper - pixels).clip(min=0) * 255 / paper).round().astype(np.uint8)


def _whole(pixels: np.ndarray) -> np.ndarray:
    """The whole picture with the tones it has, in the middle of paper of its own."""
    from PIL import Image

    if pixels.shape == (SIDE, SIDE):
        return pixels
    height, width = (max(1, round(SIDE * side / max(pixels.shape))) for side in pixels.shape)
    small = Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX)
    canvas = np.full((SIDE, SIDE), np.median(_border(pixels)), dtype=np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    canvas[top : top + height, left : left + width] = np.array(small)
    return canvas


def _like_mnist(pixels: np.ndarray) -> np.ndarray:
    from PIL import Image

    tone = pixels.astype(np.float64)  # [H, W]
    paper = np.median(_border(tone))
    faint = FAINT
    if _has_shadows(tone):
        tone, faint = _without_shadows(tone, paper), SHADOWED
    else:
        tone = paper - tone if _darker(tone, paper) else tone - paper
    tone = 255 * tone.clip(min=0) / max(tone.max(), 1)
    tone[tone <= faint] = 0
    rows, columns = np.nonzero(tone)
    if not len(rows):
        raise ValueError(EMPTY)
    ink = tone[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]

    scale = BOX / max(ink.shape)
    height, width = (max(1, round(scale * side)) for side in ink.shape)
    small = Image.fromarray(ink.astype(np.uint8)).resize((width, height), Image.Resampling.BOX)
    ink = np.array(small, dtype=np.float64)
    ink *= 255 / ink.max()

    canvas = np.zeros((SIDE, SIDE), dtype=np.uint8)
    y, x = (_start(ink.sum(axis)) for axis in (1, 0))
    canvas[y : y + height, x : x + width] = ink.round()
    return canvas


def _has_shadows(tone: np.ndarray) -> bool:
    """Whether the paper is light, and much darker in some places than in others."""
    dark, light = np.percentile(_border(tone), (10, 90))
    return bool(min(tone.shape) > SIDE and dark >= 64 and light - dark > UNEVEN)


def _without_shadows(tone: np.ndarray, paper: float) -> np.ndarray:
    """How much of the paper's light each pixel lacks, or has beyond it, [H, W] from 0 to 1.

    The paper is what remains when all that is narrower than a stroke can be is filled up from
    around it (a grey-scale closing, for light ink an opening): a shadow is wider.
    """
    from scipy import ndimage

    wide = max(3, min(tone.shape) // 4)
    fill = ndimage.grey_closing if _darker(tone, paper) else ndimage.grey_opening
    ground = ndimage.uniform_filter(fill(tone, (wide, wide), mode="nearest"), max(3, wide // 8))
    return np.abs(ground - tone) / np.maximum(ground, 1)


def _start(weights: np.ndarray) -> int:
    """Where these rows (or columns) of ink begin, for their mean to lie at the middle."""
    mean = (weights * np.arange(len(weights))).sum() / weights.sum()
    start = math.floor((SIDE - 1) / 2 - mean + 0.5)
    return min(max(start, 0), SIDE - len(weights))


def as_seen(value: str, dataset: str = "") -> dict:
    """For the page: an uploaded picture the way ``read`` makes it, or ``read_as``.

    ``kept`` is the value that undoes an inversion, "" where there was none.
    """
    if dataset in backend.own_files():
        shape = session.get_space(dataset).info.config["data_shape"]
        return {"value": to_value(read_as(value, shape)), "kept": ""}
    pixels, _ = _pixels(value)
    inverted = _darker(pixels.astype(np.float64), float(np.median(_border(pixels))))
    if pixels.shape == (SIDE, SIDE):
        inverted = _has_dark_ink(pixels)
    return {
        "value": to_value(read(value)),
        "kept": to_value(_whole(pixels), kept=True) if inverted else "",
    }


def corpus_state(dataset: Dataset) -> dict:
    """For the page: whether test images can be offered, and if not, why."""
    from backend import corpora

    if dataset in backend.own_files():
        return {"present": session.get_space(dataset).held_out, "note": ""}
    if corpora.available(dataset):
        return {"present": True, "note": ""}
    note = f"The {TITLES[dataset]} test images are not on this machine."
    return {"present": False, "note": note}


def next_test_image(dataset: Dataset, index: int) -> dict:
    """For the page: picture ``index`` of the test set, counted round and round."""
    title = TITLES.get(dataset, "Your")
    try:
        pictures = _test_images(dataset)
    except FileNotFoundError as missing:
        raise ValueError(str(missing)) from None
    index %= len(pictures)
    note = f"{title} test image {index:,} of {len(pictures):,}"
    return {"value": to_value(pictures[index]), "index": index, "note": note}


@memory.kept(2)
def _test_images(dataset: str) -> np.ndarray:  # uint8 [N, H, W] or [N, H, W, 3]
    from backend import corpora

    if dataset in backend.own_files():
        return cast(np.ndarray, session.get_space(dataset).items)
    return corpora.load(dataset)["test"].pictures
