"""Pictures of the page for the documents: still ones, and ones that move."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
PAUSE = 500  # ms that a picture of a moving one stands
WIDTH = 720  # pixels of a moving one


def still(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png")


def frame(page: Page, selector: str) -> Image.Image:
    shot = Image.open(io.BytesIO(page.locator(selector).first.screenshot())).convert("RGB")
    return shot.resize((WIDTH, shot.height * WIDTH // shot.width), Image.Resampling.LANCZOS)


def moving(frames: list[Image.Image], name: str) -> None:
    """One palette and one size for all, so that nothing flickers."""
    height = min(each.height for each in frames)
    palette = frames[-1].quantize(96)
    first, *rest = (
        each.crop((0, 0, WIDTH, height)).quantize(palette=palette, dither=Image.Dither.NONE)
        for each in frames
    )
    path = FOLDER / f"{name}.gif"
    first.save(path, save_all=True, append_images=rest, duration=PAUSE, loop=0, optimize=True)
