"""Train two checkpoints' recipes from several seeds, and compare their bounds on test data.

    python scripts/compare_seeds.py vae/aavae--mnist--1pct vae/vae--mnist--1pct --seeds 5

The table lies beside the first checkpoint, in seeds.json, and its card shows it.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend import checkpoint
from backend.corpora import MissingCorpus
from backend.evaluation.measured import SEEDS
from backend.files import write_json
from backend.pipeline.recipe import recipes
from scripts.console import show_what_can_be_shown


def main(arguments: list[str] | None = None) -> int:
    show_what_can_be_shown()
    known = recipes()
    parser = argparse.ArgumentParser(description="Compare two recipes over seeds.")
    parser.add_argument("name", choices=known, metavar="NAME", help="the model in question")
    parser.add_argument("other", choices=known, metavar="OTHER", help="what it is to beat")
    parser.add_argument("--seeds", type=int, default=5, help="how many (default: 5)")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    options = parser.parse_args(arguments)
    import torch

    from backend.pipeline.seeds import compare

    torch.set_num_threads(options.threads)
    seeds = range(options.seeds)
    reports = compare(
        options.name, known[options.name], options.other, known[options.other], seeds
    )
    try:
        for report in reports:
            if isinstance(report, dict):
                write_json(checkpoint.trained_dir() / options.name / SEEDS, report)
            else:
                print(report.text, file=sys.stderr, flush=True)
    except MissingCorpus as error:
        sys.exit(str(error))
    except ValueError as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
