"""SST-2 as tables of labels and sentences."""

from pathlib import Path

from backend.corpora.download.reading import rows
from backend.corpora.download.source import FIXED, Download, Files, github


def build(downloads: list[Path]) -> Files:
    """Label TAB sentence."""
    found: dict[str, list[str]] = {}
    for path in downloads:
        found[f"{path.name}.gz"] = []
        for label, text in rows(path, "label\tsentence"):
            if label not in ("0", "1"):
                raise ValueError(f"{path.name} has a label {label[:40]!r}")
            found[f"{path.name}.gz"].append(f"{label}\t{text.strip()}")
    return found


DOWNLOAD = Download(
    licence="none is stated",
    home="https://nlp.stanford.edu/sentiment/",
    megabytes=4,
    sources=github(
        "awake020/pytorch_Bert_sst2",
        "54e22ca58a656750f474ec61ebccaf5ff596de96",
        *(f"SST-2/{split}.tsv" for split in ("train", "dev", "test")),
    ),
    built=tuple(f"{split}.tsv.gz" for split in ("train", "dev", "test")),
    build=build,
    check=FIXED,
)
