"""Penn Treebank in the version of Mikolov et al."""

import zipfile
from pathlib import Path, PurePosixPath

from backend.corpora.download.reading import lines_of
from backend.corpora.download.source import FIXED, Download, Files, github


def build(downloads: list[Path]) -> Files:
    """The three files of the zip, wherever in it they lie."""
    with zipfile.ZipFile(downloads[0]) as archive:
        members = {PurePosixPath(name).name: name for name in archive.namelist()}
        return {
            f"{name}.gz": lines_of(archive.read(members[name]))
            for name in ("ptb.train.txt", "ptb.valid.txt", "ptb.test.txt")
        }


DOWNLOAD = Download(
    licence="for research; the treebank it was made of is licensed by the LDC",
    home="http://www.fit.vutbr.cz/~imikolov/rnnlm/",
    megabytes=2,
    sources=github("timbmg/RNNLM", "4e5bddfd042beb3e1aa1f282954cc31567294c83", "data/ptb.zip"),
    built=tuple(f"ptb.{split}.txt.gz" for split in ("train", "valid", "test")),
    build=build,
    check=FIXED,
)
