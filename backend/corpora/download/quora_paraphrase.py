"""Questions of Quora that ask the same."""

from pathlib import Path

from backend.corpora.download.reading import lines_of
from backend.corpora.download.source import FIXED, Download, Files, github


def build(downloads: list[Path]) -> Files:
    """Question TAB paraphrase; white space is made single spaces."""
    return {
        f"{questions.stem}.tsv.gz": [
            "\t".join(" ".join(text.split()) for text in pair)
            for pair in zip(
                lines_of(questions.read_bytes()), lines_of(paraphrases.read_bytes()), strict=True
            )
        ]
        for questions, paraphrases in zip(downloads[::2], downloads[1::2], strict=True)
    }


DOWNLOAD = Download(
    licence="the terms of Quora: no commercial use",
    home="https://quoradata.quora.com/First-Quora-Dataset-Release-Question-Pairs",
    megabytes=6,
    sources=github(
        "arvind385801/paraphraseGen",
        "d94c19885df1b5e9eb3d53a2441420adc7f5888e",
        *(f"data/{name}.txt" for name in ("train", "super/train_2", "test", "super/test_2")),
    ),
    built=("train.tsv.gz", "test.tsv.gz"),
    build=build,
    check=FIXED,
)
