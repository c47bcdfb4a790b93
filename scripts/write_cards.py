"""Write each checkpoint's README.md from its config.json and metrics.json.

    python scripts/write_cards.py                         # every checkpoint
    python scripts/write_cards.py vae/vae--mnist--2d

Every number in a card is read from those two files, so a card is corrected by evaluating again.
The sample section is drawn from the model with seed 0; ``--keep-samples`` leaves it as it is.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import backend
from backend.files import replace_section
from backend.pipeline.card import write_card
from backend.pipeline.tables import overview
from scripts.console import show_what_can_be_shown

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    show_what_can_be_shown()
    parser = argparse.ArgumentParser(description="Write the model cards.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="checkpoints; default: all")
    parser.add_argument("--keep-samples", action="store_true", help="write the numbers alone")
    options = parser.parse_args(arguments)
    names = options.names
    found = {info.name: info for info in backend.available()}
    if unknown := set(names) - found.keys():
        parser.error(
            f"no usable checkpoint called {', '.join(sorted(unknown))} "
            f"in {backend.trained_dir()}; there are: {', '.join(sorted(found)) or 'none'}"
        )
    for name in names or found:
        for report in write_card(name, keep_samples=options.keep_samples):
            print(f"{name}: {report.text}", file=sys.stderr)
    if backend.trained_dir() == ROOT / "trained":
        replace_section(ROOT / "docs" / "models.md", "models", overview(list(found.values())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
