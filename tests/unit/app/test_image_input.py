"""The picture field: what ``read`` makes of sketches, photographs and rubbish."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.widgets.image_input import read, to_value


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


def test_transparent_paper_counts_as_black():
    ink = sketch()
    clear = Image.merge("RGBA", [Image.new("L", ink.size, 255)] * 3 + [ink])
    assert np.array_equal(read(data_url(clear)), read(data_url(ink)))


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
