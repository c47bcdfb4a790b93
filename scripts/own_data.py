"""What ``scripts/train.py MODEL --data FILE --name NAME`` does: a model of the user's own data."""

import argparse
import json
import sys
from typing import Any

from scripts.console import shown


def train_of_own_data(options: argparse.Namespace) -> int:
    """Trains one model in this process, or goes on with the run that was begun before."""
    from backend.corpora import own
    from backend.pipeline import jobs

    file, title = options.data, options.title
    how = {name: getattr(options, name) for name in ("column", "label_column", "size", "channels")}
    settings = dict(map(_setting, options.set)) | {"seed": options.seed}
    try:
        name = f"{file.name}.zip" if file.is_dir() else file.name
        data = own.packed(file) if file.is_dir() else file.read_bytes()
        dataset = own.keep(options.data_name or file.stem, name, data, **how)
        asked = (options.name[0], dataset, title, settings)
        if (id := jobs.begun(*asked)) is not None:
            print(f"going on with the run of {title!r} that was begun before")
        else:
            id = jobs.prepare(*asked, device=options.device, threads=options.threads)
    except OSError as error:
        sys.exit(f"{file}: {error.strerror or error}")
    except ValueError as error:
        sys.exit(str(error))
    shown(jobs.take_up(id), title)
    run = next(one for one in jobs.runs() if one.id == id)
    if run.state != "done":
        sys.exit(f"{title}: {run.message or run.state}")
    print(f"{title}: {run.checkpoint} is ready; the page shows it as yours")
    return 0


def _setting(pair: str) -> tuple[str, Any]:
    """KEY=VALUE as a setting; what is no number, list or truth is the name of a choice."""
    key, _, value = pair.partition("=")
    try:
        return key, json.loads(value.lower() if value in ("True", "False") else value)
    except ValueError:
        return key, value
