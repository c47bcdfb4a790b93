"""Make the map of a checkpoint: ``python scripts/project.py text_vae/dgmvae--smd``.

Encodes held-out items, lays them out by UMAP together with the modes' centres, and writes
projection.safetensors beside the weights. The same seed gives the same map.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import backend
from backend.corpora import MissingCorpus
from backend.pipeline.map import LIMIT, project
from scripts.console import show_what_can_be_shown


def main(arguments: list[str] | None = None) -> int:
    show_what_can_be_shown()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="checkpoints to map")
    parser.add_argument("--limit", type=int, default=LIMIT, help="most items on the map")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--space", metavar="FILE.py", action="append", default=[], help="a model of your own"
    )
    options = parser.parse_args(arguments)
    if options.limit < 100:
        parser.error(f"--limit must be at least 100 items, got {options.limit}")
    for file in options.space:
        try:
            backend.load_file(file)
        except ValueError as error:
            sys.exit(str(error))
    for name in options.names:
        try:
            for report in project(name, options.limit, options.seed):
                print(f"{100 * report.done:3.0f} % {report.text}", flush=True)
        except MissingCorpus as error:
            sys.exit(str(error))
        except OSError as error:
            sys.exit(error.strerror or str(error))
        except (KeyError, ValueError) as error:
            sys.exit(str(error.args[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
