"""The picture field: what ``read`` makes of sketches, photographs and rubbish."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.widgets.image_input import read, to_value
from app.widgets.image_input.widget import as_seen


def sketch(side: int = 280, shift: tuple[int, int] = (0, 0), size: float = 1.0) -> Image.Image:
    """A thick white "7" on black."""
    picture = Image.new("L", (side, side))
    corners = [(90, 80), (180, 80), (120, 210)]
    points = [(shift[0] + size * x, shift[1] + size * y) for x, y in corners]
    ImageDraw.Draw(picture).line(points, fill=255, width=round(20 * size), joint="curve")
    return picture


def data_url(picture: Image.Image, kind: str = "PNG") -> str:
    file = io.BytesIO()
    picture.save(file, kind)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(file.getvalue()).decode()


def centre(pixels: np.ndarray) -> tuple[float, float]:
    y, x = np.indices(pixels.shape)
    return (y * pixels).sum() / pixels.sum(), (x * pixels).sum() / pixels.sum()


def test_a_sketch_becomes_a_centred_digit_of_twenty_pixels():
    pixels = read(data_url(sketch()))
    assert pixels.shape == (28, 28) and pixels.dtype == np.uint8
    rows, columns = np.nonzero(pixels)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert np.allclose(centre(pixels), 13.5, atol=0.51)  # whole pixels
    assert pixels.max() == 255


def test_place_and_size_of_the_sketch_do_not_matter():
    expected = read(data_url(sketch())).astype(int)
    moved = read(data_url(sketch(shift=(40, -50))))
    assert np.array_equal(moved, expected)
    small = read(data_url(sketch(size=0.5, shift=(100, 20))))
    assert np.abs(small - expected).mean() < 6


def test_dark_ink_on_grey_paper_reads_as_light_on_black():
    white_on_black = np.array(sketch(), dtype=float)
    photograph = Image.fromarray((190 - 150 * white_on_black / 255).astype(np.uint8))
    assert np.array_equal(read(data_url(photograph)), read(data_url(sketch())))
    assert read(data_url(photograph.convert("RGB"), "JPEG")).max() == 255


def shadows() -> dict[str, np.ndarray]:
    """Light that falls on paper of 280 pixels, from 0 to 1."""
    rows, columns = np.mgrid[:280, :280] / 279
    hand = 1 - 0.45 / (1 + np.exp((0.62 + 0.1 * rows - columns) / 0.012))  # with an edge
    noise = np.random.default_rng(0).normal(0, 0.012, (280, 280))
    return {"slope": 1 - 0.6 * columns, "lamp": 1 - 0.5 * rows * columns, "hand": hand + noise}


@pytest.mark.parametrize("light", ["slope", "lamp", "hand"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_shadows_on_the_paper_are_no_ink(light: str, kind: str) -> None:
    ink = np.asarray(sketch(), np.float64)[..., None] / 255
    colours = np.array([245, 240, 228.0]) * (1 - ink) + np.array([40, 50, 110.0]) * ink  # a pen
    lit = (colours * shadows()[light][..., None]).clip(0, 255).round().astype(np.uint8)
    found = read(data_url(Image.fromarray(lit), kind)).astype(np.float64)
    expected = read(data_url(sketch())).astype(np.float64)
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.93
    assert np.abs(np.subtract(centre(found), centre(expected))).max() < 1


def test_transparent_paper_counts_as_black():
    ink = sketch()
    clear = Image.merge("RGBA", [Image.new("L", ink.size, 255)] * 3 + [ink])
    assert np.array_equal(read(data_url(clear)), read(data_url(ink)))


def clear(ink: Image.Image, tone: int) -> Image.Image:
    """RGBA: this ink in one tone on a transparent ground, whose hidden colour is the same."""
    return Image.merge("RGBA", [Image.new("L", ink.size, tone)] * 3 + [ink])


def deep(picture: Image.Image) -> Image.Image:
    """The same tones in 16 bits."""
    return Image.fromarray(np.array(picture, dtype=np.uint16) * 257)


def png_url(picture: Image.Image, **options: object) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


HARD = sketch().point(lambda tone: 255 * (tone > 127))  # no tones between ink and paper
BLACK = {
    "RGBA": data_url(clear(HARD, 0)),
    "RGBA, dark grey": data_url(clear(HARD, 70)),
    "RGBA, hidden white": data_url(
        Image.merge("RGBA", [HARD.point(lambda tone: 255 - tone)] * 3 + [HARD])
    ),
    "LA": data_url(Image.merge("LA", [Image.new("L", HARD.size, 0), HARD])),
    "palette, one clear colour": png_url(
        HARD.point(lambda tone: 1 - tone // 255).convert("P"), transparency=1
    ),
    "palette, opacities": png_url(
        HARD.point(lambda tone: tone // 255).convert("P"), transparency=bytes([0, 255])
    ),
    "L, one clear tone": png_url(HARD.point(lambda tone: 255 - tone), transparency=255),
    "RGB, one clear colour": png_url(
        HARD.point(lambda tone: 255 - tone).convert("RGB"), transparency=(255, 255, 255)
    ),
    "16 bits, one clear tone": png_url(
        deep(HARD.point(lambda tone: 255 - tone)), transparency=65535
    ),
    "1 bit, one clear tone": png_url(
        HARD.point(lambda tone: 255 - tone).convert("1"), transparency=255
    ),
}


@pytest.mark.parametrize("value", BLACK.values(), ids=BLACK)
def test_dark_ink_on_a_transparent_ground_is_ink(value: str) -> None:
    assert np.array_equal(read(value), read(data_url(HARD)))


def test_ink_on_paper_in_transparent_margins() -> None:
    paper = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    paper.paste(HARD.point(lambda tone: 255 - tone).convert("RGBA"), (60, 60))
    assert np.array_equal(read(data_url(paper)), read(data_url(HARD)))
    with pytest.raises(ValueError, match="empty"):
        read(data_url(Image.new("RGBA", (50, 50), (9, 9, 9, 0))))


@pytest.mark.parametrize("depth", ["1", "L", "P", "RGB", "I;16"])
@pytest.mark.parametrize("side", [20, 28, 280])
@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (20, 90), (255, 0), (200, 110)])
def test_ink_is_found_at_every_size_and_depth(depth: str, side: int, ink: int, paper: int) -> None:
    if depth == "1":
        ink, paper = 255 * (ink > paper), 255 * (ink < paper)
    shape = sketch().resize((side, side)).point(lambda tone: 255 * (tone > 127))
    picture = shape.point(lambda tone: ink if tone else paper)
    picture = deep(picture) if depth == "I;16" else picture.convert(depth)
    pixels = read(data_url(picture))
    if side == 28 and ink > paper:  # light ink is as it was given
        assert abs(int(pixels.max()) - ink) < 2 and abs(int(pixels.min()) - paper) < 2
        return
    expected = np.array(shape) if side == 28 else read(data_url(shape))
    assert ((pixels > 127) != (expected > 127)).mean() < 0.03


def test_pictures_for_print_are_read() -> None:
    printed = HARD.point(lambda tone: 255 - tone).convert("CMYK")
    assert ((read(data_url(printed, "JPEG")) > 127) != (read(data_url(HARD)) > 127)).mean() < 0.02


def test_an_inversion_can_be_undone() -> None:
    dark = 255 - read(data_url(sketch()))
    seen = as_seen(to_value(dark))
    assert np.array_equal(read(seen["value"]), 255 - dark)
    assert np.array_equal(read(seen["kept"]), dark)
    large = as_seen(data_url(HARD.point(lambda tone: 255 - tone)))
    assert np.array_equal(read(large["value"]), read(data_url(HARD)))
    assert np.median(read(large["kept"])) == 255 and read(large["kept"]).min() == 0
    assert as_seen(data_url(HARD))["kept"] == as_seen(to_value(255 - dark))["kept"] == ""


@pytest.mark.needs_corpus("mnist", "fashion-mnist")
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_no_picture_of_a_corpus_is_inverted(corpus, name: str) -> None:
    for picture in corpus(name)["test"].items[::5]:
        assert np.array_equal(read(picture.tolist()), picture)


TURNS = {  # what the camera did -> how the stored picture was made
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", TURNS)
def test_a_picture_is_upright_however_the_camera_was_held(orientation: int, kind: str) -> None:
    stored = sketch().crop((60, 40, 220, 250))
    upright = read(data_url(stored))
    if TURNS[orientation] is not None:
        stored = stored.transpose(TURNS[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    stored.save(file, kind, exif=exif, **({"quality": 100} if kind == "JPEG" else {}))
    url = f"data:image/{kind.lower()};base64," + base64.b64encode(file.getvalue()).decode()
    assert np.abs(read(url).astype(int) - upright).mean() < 3


def test_a_picture_of_28_by_28_is_taken_as_it_is():
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    assert np.array_equal(read(to_value(pixels)), pixels)
    assert np.array_equal(read(pixels.tolist()), pixels)
    sketched = read(data_url(sketch()))
    assert np.array_equal(read(to_value(sketched)), sketched)


@pytest.mark.parametrize(
    "picture",
    [Image.new("L", (280, 1), 0), sketch().crop((0, 78, 280, 82)), sketch().resize((280, 40))],
)
def test_odd_shapes_give_a_picture_or_a_sentence(picture):
    try:
        assert read(data_url(picture)).shape == (28, 28)
    except ValueError as problem:
        assert str(problem).endswith(".")


@pytest.mark.parametrize(
    "value, sentence",
    [
        ("", "empty"),
        (None, "empty"),
        (data_url(Image.new("L", (280, 280))), "empty"),
        (data_url(Image.new("L", (280, 280), 255)), "empty"),
        (data_url(Image.new("L", (28, 28), 9)), "empty"),
        ("seven", "not a picture"),
        (7, "not a picture"),
        ({"png": 1}, "not a picture"),
        ("data:image/png;base64,@@@", "not a picture"),
        ("data:image/png;base64," + base64.b64encode(b"GIF89a" * 9).decode(), "not a picture"),
        (data_url(sketch())[:400], "not a picture"),
        (data_url(sketch(), "BMP"), "not a picture"),
        ("data:text/html;base64,PGI+", "not a picture"),
        ("data:image/png;base64," + "A" * 3_000_000, "too large"),
        (data_url(Image.new("1", (9000, 9000))), "too large"),
        (data_url(Image.new("1", (20_000, 20_000))), "too large"),
        ([[0] * 28] * 27, "28 rows"),
        ([[0] * 28] * 27 + [[0]], "not a picture"),
        ([[float("nan")] * 28] * 28, "28 rows"),
        ([["x"] * 28] * 28, "not a picture"),
        ([[-1] * 28] * 28, "between 0 and 255"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(value, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(value)
