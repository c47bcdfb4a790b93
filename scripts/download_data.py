#!/usr/bin/env python3
"""Get corpora from their home pages: ``python3 scripts/download_data.py tatoeba mnist``.

Standard library only. A download that was cut goes on where it stopped; a file is put in its
place only when it is whole, and checked by SHA-256 where its source never changes.
"""

import argparse
import errno
import gzip
import hashlib
import http.client
import os
import shutil
import ssl
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.corpus_builders import Files, build_dailydialog, build_english, build_smd

DEFAULT_FOLDER = Path(__file__).resolve().parent.parent / "data"
CHUNK = 1 << 16
TRIES = 5  # of one file, in a row, without a byte arriving
TIMEOUT = 30  # seconds without a byte
PAUSE = 0.5  # seconds, doubled with each failed try
# manythings.org refuses the default name of Python's urllib.
USER_AGENT = "Mozilla/5.0 (compatible; latent-playground)"


class DownloadError(Exception):
    """The text is a sentence for the user."""


class Source(NamedTuple):
    url: str
    sha256: str | None = None  # None: not known, or the file is replaced from time to time
    mirror: str | None = None  # another address of the same file

    @property
    def addresses(self) -> list[str]:
        return [self.url, self.mirror] if self.mirror else [self.url]


class Corpus(NamedTuple):
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


CORPORA = {
    "tatoeba": Corpus(
        licence="CC BY 2.0 FR; attribution: tatoeba.org and manythings.org/anki",
        home="https://www.manythings.org/anki/",
        megabytes=20,
        sources={
            "fra-eng.zip": Source("https://www.manythings.org/anki/fra-eng.zip"),
            "deu-eng.zip": Source("https://www.manythings.org/anki/deu-eng.zip"),
        },
        built=("english.txt.gz",),
        build=build_english,
        check="grows with time: no fixed checksum or size",
    ),
    "smd": Corpus(
        licence="none is stated",
        home="https://nlp.stanford.edu/blog/"
        "a-new-multi-turn-multi-domain-task-oriented-dialogue-dataset/",
        megabytes=3,
        # The normalised text as the authors of EER publish it; a commit never changes.
        sources={
            f"{split}.txt": Source(
                "https://raw.githubusercontent.com/scoyer/EER/"
                f"fc33de01139644170512c2b39405f33249cb5192/data/KVR/{split}.txt"
            )
            for split in ("train", "dev", "test")
        },
        built=tuple(f"{split}.normalised.jsonl.gz" for split in ("train", "dev", "test")),
        build=build_smd,
        check="a fixed version, checked line by line",
    ),
    "dailydialog": Corpus(
        licence="CC BY-NC-SA 4.0: no commercial use",
        home="http://yanran.li/dailydialog",
        megabytes=5,
        sources={
            "ijcnlp_dailydialog.zip": Source(
                "http://yanran.li/files/ijcnlp_dailydialog.zip",
                "c641e88cbf21fd7c1b57289387f9107d33fe8685a2b37fe8066b82776535ea89",
                # The home page is often out of reach.
                mirror="https://web.archive.org/web/2022id_/"
                "http://yanran.li/files/ijcnlp_dailydialog.zip",
            )
        },
        built=tuple(f"{split}.jsonl.gz" for split in ("train", "validation", "test")),
        build=build_dailydialog,
    ),
    "mnist": Corpus(
        licence="not stated on the home page; often listed as CC BY-SA 3.0",
        home="http://yann.lecun.com/exdb/mnist/",
        megabytes=12,
        sources=idx_files(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
    "fashion-mnist": Corpus(
        licence="MIT",
        home="https://github.com/zalandoresearch/fashion-mnist",
        megabytes=31,
        sources=idx_files(
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
}


def main(argv: list[str], corpora: dict[str, Corpus] = CORPORA) -> int:
    options = parse_options(argv, corpora)
    if options.list or not options.names:
        print("\n".join(f"{name}\n{describe(corpus)}" for name, corpus in corpora.items()))
        return 0
    try:
        for name in options.names:
            get_corpus(options.data_dir / name, corpora[name])
    except DownloadError as error:
        print(f"download_data.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130  # what shells report for Ctrl+C
    return 0


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"download_data.py: {message}\n")  # the sentence alone, without the usage


def parse_options(argv: list[str], corpora: dict[str, Corpus]) -> argparse.Namespace:
    parser = Parser(description="Get corpora from their home pages.", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(corpora))
    parser.add_argument("--list", action="store_true", help="list the corpora and do nothing")
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("LATENT_DATA_DIR") or DEFAULT_FOLDER),
        help="where they go (default: LATENT_DATA_DIR, or else data/ in the repository)",
    )
    options = parser.parse_args(argv)
    if unknown := [name for name in options.names if name not in corpora]:
        parser.error(f"there is no corpus '{unknown[0]}'; choose from {', '.join(corpora)}")
    return options


def describe(corpus: Corpus) -> str:
    return (
        f"  download   about {corpus.megabytes} MB, {corpus.check}\n"
        f"  licence    {corpus.licence}\n"
        f"  home page  {corpus.home}"
    )


def get_corpus(folder: Path, corpus: Corpus) -> None:
    """Puts one corpus into its folder; does nothing where it already is."""
    if corpus.built and all((folder / name).exists() for name in corpus.built):
        for name in corpus.built:
            print(f"{folder / name} is there already.")
        return
    downloads = [folder / name for name in corpus.sources]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, source in zip(downloads, corpus.sources.values(), strict=True):
            get_file(path, source, corpus.home)
        if corpus.build:
            for name, lines in corpus.build(downloads).items():
                write_lines(folder / name, lines)
                print(f"{folder / name} made.")
            remove(downloads)
    except OSError as error:
        raise DownloadError(disk_problem(error, folder)) from error
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        remove(downloads)  # or the next run would take them for good
        raise DownloadError(
            f"the files from {corpus.home} are not laid out as expected: {error}."
        ) from error


def write_lines(path: Path, lines: list[str]) -> None:
    """Writes a gzip file that is whole or not there at all."""
    partial = path.with_name(path.name + ".part")
    try:
        # No time in the header: the same lines give the same file.
        with open(partial, "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            file.write("".join(f"{line}\n" for line in lines).encode())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def get_file(path: Path, source: Source, home: str) -> None:
    """Downloads, checks and places one file, from its mirror where its own address fails."""
    if path.exists() and is_sound(path, source):
        print(f"{path} is there already.")
        return
    partial = path.with_name(path.name + ".part")
    for url in source.addresses:
        try:
            get_sound(partial, url, source, home)
            break
        except DownloadError as error:
            if url == source.addresses[-1]:
                raise
            print(f"{error}\nTrying {source.mirror}")
    os.replace(partial, path)


def get_sound(partial: Path, url: str, source: Source, home: str) -> None:
    """Downloads one file from one address and checks it."""
    resumed = partial.exists()
    fetch(partial, url, home)
    if not is_sound(partial, source) and resumed:
        # What was kept may be of an older file than what came now: take it all anew, once.
        partial.unlink()
        fetch(partial, url, home)
    if not is_sound(partial, source):
        partial.unlink()
        raise DownloadError(
            f"{url} gave a damaged or different file, which was thrown away. "
            f"Try again later, or look at {home}."
        )


def is_sound(path: Path, source: Source) -> bool:
    """Whether the file is whole: by its SHA-256, or by the checksums inside a zip.

    Of text without a checksum only the builder can tell: it refuses lines that it does not know.
    """
    if source.sha256:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == source.sha256
    if not source.url.endswith(".zip"):
        return size(path) > 0
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, EOFError):
        return False


def fetch(partial: Path, url: str, home: str) -> None:
    """Downloads url into partial, from where it stops; TRIES tries without a byte are too many."""
    failures = 0
    while True:
        before = size(partial)
        try:
            if transfer(partial, url):
                return
            problem = "the connection was cut"
        except urllib.error.HTTPError as error:
            problem = f"the server answers {error.code} ({error.reason})"
            if error.code < 500:
                raise DownloadError(
                    f"{url}: {problem}. Its home page {home} may say where the file is now."
                ) from error
        except urllib.error.URLError as error:
            problem = f"no connection ({error.reason})"
        except (http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError) as error:
            problem = f"the connection was cut ({error})"
        failures = 0 if size(partial) > before else failures + 1
        if failures == TRIES:
            raise DownloadError(
                f"{url}: {problem}. Check the network and run the same command again; "
                "what has arrived is kept."
            )
        time.sleep(PAUSE * 2**failures)


def transfer(partial: Path, url: str) -> bool:
    """One request for what is still missing. Returns whether the file is whole now."""
    start = size(partial)
    headers = {"User-Agent": USER_AGENT} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        response = urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=TIMEOUT
        )
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            return True  # nothing is missing; the check of the file has the last word
        raise
    with response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            start = 0  # the server sends the whole file
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else None
        done = start
        with open(partial, "ab" if start else "wb") as file:
            while chunk := response.read(CHUNK):
                file.write(chunk)
                done += len(chunk)
                show_progress(partial.stem, done, total)
    return total is None or done == total


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def show_progress(name: str, done: int, total: int | None) -> None:
    """One line that is rewritten on a terminal; elsewhere one line when the file is whole."""
    whole = done == total
    if not (whole or sys.stdout.isatty()):
        return
    of_total = f" of {total / 1e6:.1f}" if total else ""
    start = "\r" if sys.stdout.isatty() else ""
    print(f"{start}{name}: {done / 1e6:.1f}{of_total} MB", end="\n" if whole else "", flush=True)


def disk_problem(error: OSError, folder: Path) -> str:
    if error.errno == errno.ENOSPC:
        free = shutil.disk_usage(folder).free / 1e6
        return (
            f"the disk with {folder} is full ({free:.0f} MB free). Make room and run the same "
            "command again; what has arrived is kept."
        )
    return f"cannot write in {folder}: {error.strerror}. Choose another folder with --data-dir."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
