"""The public Python interface of Latent Playground.

>>> import backend
>>> space = backend.load("text_vae/text_vae--tatoeba")        # doctest: +SKIP
>>> space.interpolate("i like tea .", "it is raining .", steps=8)  # doctest: +SKIP

Everything the app shows comes through here. Listing reads JSON only; ``load`` imports torch.
"""

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from backend.checkpoint import (
    CheckpointInfo,
    as_of_now,
    available,
    card,
    card_pictures,
    changes,
    info,
    trained_dir,
)
from backend.corpora.location import MissingCorpus, data_dir
from backend.processors import KINDS, Kind
from backend.progress import hearing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager
    from pathlib import Path

    from backend.codes.clouds import Clouds
    from backend.codes.means import Means
    from backend.codes.snapshots import Snapshots
    from backend.evaluation.verdicts import Judge
    from backend.language.text_models import TextModel
    from backend.space import LatentSpace

__all__ = [
    "KINDS",
    "CheckpointInfo",
    "Kind",
    "MissingCorpus",
    "as_of_now",
    "available",
    "card",
    "card_pictures",
    "changes",
    "check_device",
    "conversations",
    "data_dir",
    "hearing",
    "info",
    "judge_name",
    "lacks",
    "load",
    "load_clouds",
    "load_file",
    "load_judge",
    "load_means",
    "load_snapshots",
    "load_text_model",
    "own_files",
    "trained_dir",
]


def check_device(name: str) -> None:
    """Raises ``ValueError``, with those that are here, for a device that this machine lacks."""
    from backend.device import pick_device

    pick_device(name)


def load(name: str, device: str = "auto") -> "LatentSpace":
    """The latent space of a checkpoint, ready for use on ``device``.

    Raises ``KeyError`` if there is no such checkpoint and ``ValueError`` if it is damaged or the
    device is not there; each says what to do.
    """
    from backend.own import opened
    from backend.space import LatentSpace

    return opened(name) or LatentSpace.load(name, device)


def load_file(
    path: "Path | str",
    say: "Callable[[str], object]" = print,
    aside: "Callable[[], AbstractContextManager]" = nullcontext,
) -> "LatentSpace":
    """The latent space of a class of the user's own; see ``backend.own`` for what it has.

    The file is run. From then on ``available`` lists the space, and ``load`` knows its name.
    ``say`` is told what takes long; the class is called within ``aside()``, which may let others
    compute. Raises ``ValueError`` with the file and line of what is wrong.
    """
    from backend import own

    return own.load_file(path, say, aside)


def own_files() -> "dict[str, Path]":
    """The files that were loaded by ``load_file``, by the names of their spaces."""
    if "backend.own" not in sys.modules:  # nothing was, and torch need not be here yet
        return {}
    from backend import own

    return own.files()


def lacks(info: CheckpointInfo, needed: "Collection[str]") -> str:
    """Why a space of the user's own cannot do what takes these capabilities; empty if it can."""
    if not info.own or info.capabilities.issuperset(needed):
        return ""
    from backend import own

    return own.lacks(info, needed)


def load_text_model(name: str, device: str = "auto") -> "TextModel":
    """A language model or a classifier of sentences with its vocabulary.

    Raises as ``load`` does.
    """
    from backend.language.text_models import TextModel

    return TextModel.load(name, device)


def judge_name(space: "LatentSpace") -> str:
    """Name of the classifier that judges what a space decodes to; ``ValueError`` if none does."""
    from backend.evaluation.verdicts import judge_name

    return judge_name(space)


def load_judge(name: str) -> "Judge":
    """A classifier that gives probabilities of classes to items. Raises as ``load`` does."""
    from backend.evaluation.verdicts import load_judge

    return load_judge(name)


def conversations(dataset: str) -> list[list[tuple[str, str]]]:
    """The test conversations of a corpus of which no pair of turns stands in train or validation.

    Each is its turns, of speaker and text, as they are read. Raises ``KeyError`` for no corpus,
    ``ValueError`` for one of other items, and ``MissingCorpus`` where it is not on this machine.
    """
    from backend.corpora.dialogues import unseen

    return unseen(dataset)


def load_clouds(name: str) -> "Clouds | None":
    """How codes of replies and of the prior came together while a dialogue model was trained.

    On a plane; None where its run kept nothing. Needs no torch. Raises ``KeyError`` if there is
    no such checkpoint.
    """
    from backend.codes.clouds import Clouds

    try:
        return Clouds.load(info(name).path)
    except FileNotFoundError:
        return None


def load_means(name: str) -> "Means | None":
    """Where codes of held-out items lay while a model was trained whose code is one number.

    By the true posterior and by the encoder; None where its run kept nothing. Needs no torch.
    Raises ``KeyError`` if there is no such checkpoint.
    """
    from backend.codes.means import Means

    try:
        return Means.load(info(name).path)
    except FileNotFoundError:
        return None


def load_snapshots(name: str) -> "Snapshots | None":
    """How modes and codes moved while a checkpoint was trained; None where its run kept nothing.

    Needs no torch. Raises ``KeyError`` if there is no such checkpoint.
    """
    from backend.codes.snapshots import Snapshots

    try:
        return Snapshots.load(info(name).path)
    except FileNotFoundError:
        return None
