"""Train a checkpoint from its recipe: ``python scripts/train.py text_vae/text_vae--tatoeba``.

A run that is stopped, even by kill -9, continues where it was when started again. Its state
lies under ``runs/``, the finished checkpoint under ``trained/``.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.pipeline.recipe import recipes
from scripts.console import show_what_can_be_shown


def main(arguments: list[str] | None = None) -> int:
    show_what_can_be_shown()
    known = recipes()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", help="checkpoints to train; none lists them")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"])
    parser.add_argument("--steps", type=int, help="fewer or more steps than the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--runs", type=Path, help="where runs are kept (default: runs/)")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.name if name not in known]:
        parser.error(f"no recipe for {', '.join(unknown)}; see the list without arguments")
    if not options.name:
        print("\n".join(f"{name:45} {recipe.title}" for name, recipe in known.items()))
        return 0

    import torch
    from tqdm import tqdm

    from backend.corpora import MissingCorpus
    from backend.pipeline.run import Busy
    from backend.pipeline.train import RUNS, train
    from backend.training import Diverged

    torch.set_num_threads(options.threads)
    for name in options.name:
        reports = train(
            name,
            known[name],
            device=options.device,
            steps=options.steps,
            seed=options.seed,
            runs=options.runs or RUNS,
        )
        try:
            with tqdm(total=100, unit="%", desc=name, mininterval=2) as bar:
                for report in reports:
                    bar.update(100 * report.done - bar.n)
                    shown = {term: f"{value:.2f}" for term, value in report.values.items()}
                    bar.set_postfix(shown, refresh=False)
        except MissingCorpus as error:
            sys.exit(str(error))
        except OSError as error:
            sys.exit(error.strerror or str(error))
        except (Busy, Diverged, ValueError) as error:
            sys.exit(f"{name}: {error}")
        print(f"{name}: {report.text}. Now run scripts/evaluate.py {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
