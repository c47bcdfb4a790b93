"""Train two checkpoints' recipes from several seeds, and compare their bounds on test data.

    python scripts/compare_seeds.py vae/aavae--mnist--1pct vae/vae--mnist--1pct \\
        --also smoothing=0.5

The first one must be there: the table lies beside it, in seeds.json, and its card shows it.
``--also`` trains it once more with another setting.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend import checkpoint, registry
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
    parser.add_argument("--also", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    options = parser.parse_args(arguments)
    try:
        folder = checkpoint.info(options.name).path
    except KeyError as error:
        parser.error(f"{error.args[0]} Train it first: scripts/train.py {options.name}")
    import torch

    from backend.pipeline.seeds import Arm, compare

    torch.set_num_threads(options.threads)
    recipe, baseline = known[options.name], known[options.other]
    short, other = (registry.about(n.split("--")[0]).short for n in (options.name, options.other))
    arms = [Arm(other, options.other, baseline), Arm(short, options.name, recipe)]
    for setting in options.also:
        key, _, value = setting.partition("=")
        changed = replace(recipe, model=recipe.model | {key: json.loads(value)})
        arms.append(Arm(f"{short}, {key} {value}", options.name, changed))
    reports = compare(arms, range(options.seeds))
    try:
        for report in reports:
            if isinstance(report, dict):
                write_json(folder / SEEDS, report)
            else:
                print(report.text, file=sys.stderr, flush=True)
    except (MissingCorpus, ValueError) as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
