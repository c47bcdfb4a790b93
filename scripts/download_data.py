#!/usr/bin/env python3
"""Get corpora from their home pages: ``python3 scripts/download_data.py tatoeba mnist``.

Standard library only. A download that was cut goes on where it stopped; a file is put in its
place only when it is whole, and checked by SHA-256 where its source never changes.
"""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.corpora.download import collections, downloads
from backend.corpora.download.fetch import DownloadError, get_download
from backend.corpora.download.source import Download
from backend.corpora.location import data_dir
from scripts.console import show_what_can_be_shown


def main(argv: list[str], table: dict[str, Download] | None = None) -> int:
    show_what_can_be_shown()
    table = downloads() if table is None else table
    # Names that stand for several of these downloads.
    groups = {name: of for name, of in collections().items() if set(of) <= table.keys()}
    options = parse_options(argv, [*table, *groups])
    if options.list or not options.names:
        print("\n".join(f"{name}\n{describe(download)}" for name, download in table.items()))
        for name, of in groups.items():
            print(f"{name}\n  all of     {', '.join(of)}")
        return 0
    try:
        for part in dict.fromkeys(
            part for name in options.names for part in groups.get(name, (name,))
        ):
            get_download(options.data_dir / part, table[part])
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


def parse_options(argv: list[str], known: list[str]) -> argparse.Namespace:
    parser = Parser(description="Get corpora from their home pages.", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--list", action="store_true", help="list the corpora and do nothing")
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=data_dir(),
        help="where they go (default: LATENT_DATA_DIR, or else data/ in the repository)",
    )
    options = parser.parse_args(argv)
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"there is no corpus '{unknown[0]}'; choose from {', '.join(known)}")
    return options


def describe(download: Download) -> str:
    return (
        f"  download   about {download.megabytes} MB, {download.check}\n"
        f"  licence    {download.licence}\n"
        f"  home page  {download.home}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
