"""Write the checksums of checkpoints: ``python scripts/seal.py`` for all, or name some.

Each gets ``checksums.json`` with size and SHA-256 of every file beside it, as it is now; a file
that differs from its table is told first. Weights are not touched.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from backend import checkpoint
from backend.files import CHECKSUMS, checksum, read_json
from scripts.console import show_what_can_be_shown


def changed(folder: Path) -> list[str]:
    """Files that are not as their table has them, are missing, or are not in it."""
    table = read_json(folder / CHECKSUMS) if (folder / CHECKSUMS).is_file() else {}
    here = {path.name for path in folder.iterdir() if path.is_file() and path.name[0] != "."}
    names = (here | set(table)) - {CHECKSUMS}
    return sorted(
        name for name in names if name not in here or checksum(folder / name) != table.get(name)
    )


def main() -> None:
    show_what_can_be_shown()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="checkpoints (default: all)")
    parser.add_argument("--check", action="store_true", help="only say what differs")
    options = parser.parse_args()
    names = options.names or [info.name for info in checkpoint.available(include_damaged=True)]
    different = False
    for name in names:
        folder = checkpoint.info(name).path
        if files := changed(folder):
            different = True
            print(f"{name}: {', '.join(files)}")
            if not options.check:
                checkpoint.seal(folder)
    sys.exit(1 if different and options.check else 0)


if __name__ == "__main__":
    main()
