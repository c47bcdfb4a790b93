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
from typing import Any

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
    mine = parser.add_argument_group("your own data")
    mine.add_argument("--data", type=Path, help="a file of sentences or pictures to learn from")
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
        return of_ones_own(options)
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


def of_ones_own(options: argparse.Namespace) -> int:
    """Train one model of the user's own data, in this process."""
    import json

    from tqdm import tqdm

    from backend.corpora import own
    from backend.pipeline import jobs

    file, title = options.data, options.title
    how = {name: getattr(options, name) for name in ("column", "label_column", "size", "channels")}
    settings: dict[str, Any] = {}
    for pair in options.set:
        key, _, value = pair.partition("=")
        try:
            settings[key] = json.loads(value.lower() if value in ("True", "False") else value)
        except ValueError:
            settings[key] = value  # a choice
    try:
        dataset = own.keep(options.data_name or file.stem, file.name, file.read_bytes(), **how)
        before = [r for r in jobs.runs() if (r.dataset, r.title) == (dataset, title)]
        if before and before[0].state in ("paused", "failed"):
            id = before[0].id
            print(f"going on with the run of {title!r} that was begun before")
        else:
            id = jobs.prepare(
                *(options.name[0], dataset, title, settings | {"seed": options.seed}),
                device=options.device,
                threads=options.threads,
            )
    except OSError as error:
        sys.exit(f"{file}: {error.strerror or error}")
    except ValueError as error:
        sys.exit(str(error))
    with tqdm(unit="%", total=100, desc=title, mininterval=2) as bar:
        for progress in jobs.take_up(id):
            if progress.step != bar.desc:
                bar.reset()
                bar.set_description(progress.step)
            bar.update(100 * progress.done - bar.n)
    run = next(one for one in jobs.runs() if one.id == id)
    if run.state != "done":
        sys.exit(f"{title}: {run.message or run.state}")
    print(f"{title}: {run.checkpoint} is ready; the page shows it as yours")
    return 0


if __name__ == "__main__":
    sys.exit(main())
