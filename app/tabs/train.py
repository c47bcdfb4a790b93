"""Train: a model of one's own data, from a file to a checkpoint in every tab."""

from app import links
from app.widgets.trainer.widget import read_runs, trainer

TITLE = "Train"


def build() -> None:
    """One widget: data, model, run, and what came of it."""
    result = trainer("train-result")
    links.connect("train", result, {"runs": (result, read_runs)})
