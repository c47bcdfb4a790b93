"""Gets files over a network that fails: resumed, checked, and put in place only when whole."""

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
from pathlib import Path

from backend.corpora.download.source import Download, Source

CHUNK = 1 << 16
TRIES = 5  # of one file, in a row, without a byte arriving
TIMEOUT = 30  # seconds without a byte
PAUSE = 0.5  # seconds, doubled with each failed try
# manythings.org refuses the default name of Python's urllib.
USER_AGENT = "Mozilla/5.0 (compatible; latent-playground)"


class DownloadError(Exception):
    """The text is a sentence for the user."""


def get_download(folder: Path, download: Download) -> None:
    """Puts one download into its folder; does nothing where it already is."""
    if download.built and all((folder / name).exists() for name in download.built):
        for name in download.built:
            print(f"{folder / name} is there already.")
        return
    downloads = [folder / name for name in download.sources]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, source in zip(downloads, download.sources.values(), strict=True):
            get_file(path, source, download.home)
        if download.build:
            for name, lines in download.build(downloads).items():
                write_lines(folder / name, lines)
                print(f"{folder / name} made.")
            remove(downloads)
    except OSError as error:
        raise DownloadError(disk_problem(error, folder)) from error
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        remove(downloads)  # or the next run would take them for good
        raise DownloadError(
            f"the files from {download.home} are not laid out as expected: {error}."
        ) from error


def write_lines(path: Path, lines: list[str]) -> None:
    """Writes a file, gzipped if its name says so, that is whole or not there at all."""
    content = "".join(f"{line}\n" for line in lines).encode()
    partial = path.with_name(path.name + ".part")
    try:
        with open(partial, "wb") as raw:
            if path.suffix != ".gz":
                raw.write(content)
            else:  # no time in the header: the same lines give the same file
                with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
                    file.write(content)
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
