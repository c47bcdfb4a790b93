"""SICK: pairs of sentences with relatedness and entailment."""

import json
from pathlib import Path

from backend.corpora.download.reading import rows
from backend.corpora.download.source import FIXED, Download, Files, github

SICK_COLUMNS = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment"


def build(downloads: list[Path]) -> Files:
    """One JSON record per pair."""
    found = {}
    for path in downloads:
        split = path.stem.split("_")[1]
        found[f"{split}.jsonl.gz"] = [
            json.dumps(
                {
                    "pair_id": number,
                    "sentence1": first,
                    "sentence2": second,
                    "relatedness": float(score),
                    "label": label.strip().lower(),
                },
                ensure_ascii=False,
            )
            for number, first, second, score, label in rows(path, SICK_COLUMNS)
        ]
    return found


DOWNLOAD = Download(
    licence="CC BY-NC-SA 3.0: no commercial use",
    home="https://marcobaroni.org/composes/sick.html",
    megabytes=1,
    sources=github(
        "brmson/dataset-sts",
        "11bb9cf92419821f3bf907e9bd22291bed84d990",
        *(f"data/sts/sick2014/SICK_{part}.txt" for part in ("train", "trial", "test_annotated")),
    ),
    built=tuple(f"{split}.jsonl.gz" for split in ("train", "trial", "test")),
    build=build,
    check=FIXED,
)
