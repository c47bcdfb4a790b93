"""What a download is: where its files come from, and what is made of them."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

Files = dict[str, list[str]]  # file name -> lines
FIXED = "a fixed version, checked line by line"


class Source(NamedTuple):
    url: str
    sha256: str | None = None  # None: not known, or the file is replaced from time to time
    mirror: str | None = None  # another address of the same file

    @property
    def addresses(self) -> list[str]:
        return [self.url, self.mirror] if self.mirror else [self.url]


class Download(NamedTuple):
    """A folder of the data folder.

    A builder takes the downloaded files and returns the lines of each file of the corpus. Where a
    download is not laid out as expected it raises KeyError, ValueError or zipfile.BadZipFile.
    """

    licence: str
    home: str
    megabytes: int
    sources: dict[str, Source]  # file name in the corpus folder -> where it comes from
    # Where the downloads are not the corpus: the files to make of them, and the maker.
    built: tuple[str, ...] = ()
    build: Callable[[list[Path]], Files] | None = None
    check: str = "checked by SHA-256"  # how one knows that the right files came


def idx_files(base: str, *sha256: str) -> dict[str, Source]:
    """The four files that MNIST and its followers consist of."""
    names = (
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    )
    return {name: Source(base + name, sha) for name, sha in zip(names, sha256, strict=True)}


def github(repository: str, ref: str, *paths: str) -> dict[str, Source]:
    """Files of a repository at a commit, which never changes, or a branch; kept by their names."""
    base = f"https://raw.githubusercontent.com/{repository}/{ref}/"
    return {Path(path).name: Source(base + path) for path in paths}
