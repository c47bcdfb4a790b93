"""What a run will take, before it begins: counted where it can be, else as earlier runs took it.

No torch until somebody asks.
"""

from math import log, prod
from typing import Any, NamedTuple

from backend import registry
from backend.pipeline import jobs
from backend.pipeline.offers import Kind, plain_recipe

STORED = 16  # bytes on disk of a weight: in the checkpoint, and with two of Adam's in the state
HELD = 20  # bytes in memory: the same, its gradient, and the copy that is saved
PROCESS = 330 << 20  # bytes of a process that trains, measured with next to no model and data
TOKEN, PIXEL = 8, 4  # bytes
ALIKE = 4  # a run of more times the work of a step, or of less, tells nothing of this one


class Data(NamedTuple):
    """What of the data a model's size depends on."""

    n: int  # items to learn from
    words: int = 0  # of sentences: different ones that the model will know
    shape: tuple[int, int, int] = (1, 28, 28)  # of pictures: channels, height and width
    classes: int = 0


class Estimate(NamedTuple):
    weights: int
    memory: int  # bytes while it trains, about
    disk: int  # bytes of the run and its checkpoint, about
    seconds: tuple[float, float] | None  # of training; None where no run of the model tells


def estimate(model: str, kind: Kind, settings: dict[str, Any], data: Data) -> Estimate:
    """What a run of an offered model would take.

    Raises ``ValueError``, with a sentence, as ``recipe_of`` does.
    """
    import torch

    from backend.processors.text import SPECIALS
    from backend.training import TrainConfig

    recipe = plain_recipe(model, kind, "", settings)
    sizes: dict[str, Any] = {"data_shape": data.shape}
    item = PIXEL * prod(data.shape)
    if kind == "text":
        sizes = {"vocab_size": len(SPECIALS) + data.words, "max_len": recipe.max_tokens + 1}
        item = TOKEN * sizes["max_len"]
    cls = registry.model_class(model)
    if hasattr(cls.Config, "classes"):
        sizes["classes"] = max(2, data.classes)
    with torch.device("meta"):  # shapes without numbers
        net = cls(cls.Config(**recipe.model | sizes))
    weights = sum(part.numel() for part in net.parameters())
    memory = PROCESS + HELD * weights + item * data.n
    train = TrainConfig(**recipe.train)
    work = weights * min(train.batch_size, data.n)
    seconds = _seconds(jobs.paces(model), work, train.steps)
    return Estimate(weights, memory, STORED * weights, seconds)


def _seconds(paces: list[jobs.Pace], work: int, steps: int) -> tuple[float, float] | None:
    """Of the run that was likest in work a step: as if work counted for nothing, and in full."""
    ratios = [(work / pace.work, pace.seconds) for pace in paces if pace.work]
    alike = [one for one in ratios if 1 / ALIKE <= one[0] <= ALIKE]
    if not alike:
        return None
    ratio, pace = min(alike, key=lambda one: abs(log(one[0])))
    return steps * pace * min(1.0, ratio), steps * pace * max(1.0, ratio)
