"""From what people handle to tensors and back."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.processors.images import ImageProcessor
    from backend.processors.text import TextProcessor


def load_processor(modality: str, folder: Path) -> "TextProcessor | ImageProcessor":
    """The processor kept in a checkpoint's folder."""
    if modality == "text":
        from backend.processors.text import TextProcessor

        return TextProcessor.load(folder)
    from backend.processors.images import ImageProcessor

    return ImageProcessor.load(folder)
