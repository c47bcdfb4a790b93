"""Train a checkpoint from its recipe: ``python scripts/train.py text_vae/text_vae--tatoeba``.

Or a model of your own data, as the page does: ``python scripts/train.py text_vae/text_vae --data
diary.txt --name "My diary" --set steps=2000``.

A run that is stopped, even by kill -9, continues where it was when started again. Its state
lies under ``runs/``, the finished checkpoint under ``trained/``; of your own data, both lie under
``yours/``, and the page shows them.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.pipeline.recipe import recipes
from scripts.console import show_what_can_be_shown, shown
from scripts.own_data import train_of_own_data


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
    mine = parser.add_argument_group("your own data")
    mine.add_argument("--data", type=Path, help="a file to learn from, or a folder of pictures")
    mine.add_argument("--data-name", help="what to call it (default: the file's name)")
    mine.add_argument("--name", dest="title", help="what to call the model")
    mine.add_argument("--column", default="", help="of a table, the one with the sentences")
    mine.add_argument("--label-column", default="", help="of a table, the one with the classes")
    mine.add_argument("--size", type=int, default=28, help="height and width of pictures")
    mine.add_argument("--channels", type=int, default=1, help="1 for grey, 3 for colour")
    mine.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting")
    options = parser.parse_args(arguments)
    if options.data:
        if len(options.name) != 1 or not options.title:
            parser.error("--data needs one model, like text_vae/text_vae, and --name")
        return train_of_own_data(options)
    if unknown := [name for name in options.name if name not in known]:
        parser.error(f"no recipe for {', '.join(unknown)}; see the list without arguments")
    if not options.name:
        print("\n".join(f"{name:45} {recipe.title}" for name, recipe in known.items()))
        return 0

    import torch

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
            last = shown(reports, name)
        except MissingCorpus as error:
            sys.exit(str(error))
        except OSError as error:
            sys.exit(error.strerror or str(error))
        except (Busy, Diverged, ValueError) as error:
            sys.exit(f"{name}: {error}")
        print(f"{name}: {last.text}. Now run scripts/evaluate.py {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
