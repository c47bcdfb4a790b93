"""CommonGen, the early release: sets of concepts and sentences that hold them."""

import itertools
import json
from pathlib import Path

from backend.corpora.download.reading import lines_of
from backend.corpora.download.source import FIXED, Download, Files, github


def build(downloads: list[Path]) -> Files:
    """One JSON record per set of concepts, with all its sentences."""
    found = {}
    for concepts, sentences in zip(downloads[::2], downloads[1::2], strict=True):
        pairs = zip(lines_of(concepts.read_bytes()), lines_of(sentences.read_bytes()), strict=True)
        found[f"{concepts.name.split('.')[1]}.jsonl.gz"] = [
            json.dumps(
                {
                    "concepts": [word.rpartition("_")[0] for word in names.split("#")],
                    "concepts_pos": names,
                    "sentences": [text for _, text in group],
                },
                ensure_ascii=False,
            )
            for names, group in itertools.groupby(pairs, key=lambda pair: pair[0])
        ]
    return found


DOWNLOAD = Download(
    licence="MIT",
    home="https://inklab.usc.edu/CommonGen/",
    megabytes=5,
    sources=github(
        "INK-USC/CommonGen",
        "f5a4d0140876cf862cb41ffc9aefa834d0d6d0f7",
        *(
            f"dataset/final_data/commongen/commongen.{split}.{column}.txt"
            for split in ("train", "dev")
            for column in ("cs_str", "tgt")
        ),
    ),
    built=("train.jsonl.gz", "dev.jsonl.gz"),
    build=build,
    check=FIXED,
)
