"""Captions of the pictures of Flickr8k."""

from pathlib import Path

from backend.corpora.download.reading import lines_of, rows
from backend.corpora.download.source import FIXED, Download, Files, github


def build(downloads: list[Path]) -> Files:
    """Image TAB number of the caption TAB split of the image TAB caption."""
    captions, *lists = downloads
    split_of = {
        image: path.stem.removeprefix("Flickr_8k.").removesuffix("Images")
        for path in lists
        for image in lines_of(path.read_bytes())
    }
    kept = []
    for name, caption in rows(captions):
        image, _, number = name.rpartition("#")
        if not image.startswith("e"):  # the source adds pictures of birds
            kept.append("\t".join([image, number, split_of.get(image, "none"), caption.strip()]))
    return {"captions.tsv.gz": kept}


DOWNLOAD = Download(
    licence="none is stated",
    home="https://hockenmaier.cs.illinois.edu/Framing_Image_Description/KCCA.html",
    megabytes=4,
    sources=github(
        "edwardcruzcruz/Describiendo_imagenes_keras",
        "5c9a0ffed365098d0df880dd73c1908d2228cc28",
        "Flickr8k_text/Flickr8k.token.txt",
        *(f"Flickr8k_text/Flickr_8k.{split}Images.txt" for split in ("train", "dev", "test")),
    ),
    built=("captions.tsv.gz",),
    build=build,
    check=FIXED,
)
