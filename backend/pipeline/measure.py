"""Measures a checkpoint on held-out data, number by number, into its metrics.json.

The definitions are in ``backend.evaluation``, each study says what it applies to, and how much
data each number is measured on is stored with it. Everything is seeded: on the same machine, the
same checkpoint gives the same numbers, whichever others are left out.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from backend import checkpoint
from backend.checkpoint import CheckpointInfo
from backend.evaluation.pictures import judge_of
from backend.evaluation.study import Entry, Study, studies
from backend.evaluation.subject import Subject, sizes_of
from backend.evaluation.table import in_order
from backend.pipeline.progress import Progress

QUICK = (
    *("recon_nll", "kl", "elbo_nll", "elbo_ppl", "mi", "active_units"),
    *("bleu", "exact_match", "mse", "mse_shuffled", "bce", "nll", "ppl"),
)  # neither a classifier nor another model judges them


def measure(
    name: str, only: Sequence[str] | None = None, device: str = "auto"
) -> Iterator[Progress]:
    """Measures all numbers of a checkpoint, or replaces those in ``only``.

    Each is written at once, so a stopped measurement loses no number, and ``only`` goes on.

    Raises:
        KeyError: there is no such checkpoint.
        ValueError: it cannot be measured, or not by all of ``only``.
        MissingCorpus: its corpus is not here.
    """
    judged = only is None or not set(only) <= set(QUICK)
    if judged and (complaint := problem(name)):
        raise ValueError(complaint)
    info = checkpoint.info(name)
    values = dict(info.metrics) if only else {}
    subject = Subject(info, sizes_of(info), device)
    began, wanted = time.monotonic(), len(only or possible(subject))
    for number, (id, entry) in enumerate(numbers(subject, only), 1):
        values[id] = with_earlier(entry, info.metrics.get(id), subject.removed)
        checkpoint.write_metrics(info.path, values=in_order(values))
        text = f"{id} = {entry['value']:g} {entry['unit']}"
        seconds = round(time.monotonic() - began)
        yield Progress("measure", number / wanted, text, {"id": id, "seconds": seconds})


def quick(name: str) -> list[str]:
    """Ids of the numbers that take seconds, of a checkpoint of a user's own data."""
    info = checkpoint.info(name)
    there = possible(Subject(info, sizes_of(info)))
    return [id for id in QUICK if id in there]


def problem(name: str) -> str | None:
    """Why a checkpoint cannot be measured, as a sentence; None where it can."""
    try:
        info = checkpoint.info(name)
    except KeyError as error:
        return error.args[0]
    if info.problem or "classify" in info.capabilities or not _is_judged(info):
        return info.problem
    judge = judge_of(info.dataset)
    if judge in {other.name for other in checkpoint.available({"classify"})}:
        return None
    return f"{name} is judged by {judge}, which is not there; train that one first."


def _is_judged(info: CheckpointInfo) -> bool:
    """Pictures are, by a classifier of their kind."""
    return info.modality == "image"


def applying(subject: Subject) -> list[Study]:
    return [study for study in studies() if study.applies(subject)]


def possible(subject: Subject) -> set[str]:
    """Ids of all numbers that the checkpoint can have."""
    return set().union(*(study.ids(subject) for study in applying(subject)))


def numbers(subject: Subject, only: Sequence[str] | None = None) -> Iterator[tuple[str, Entry]]:
    """The JSON entries of all numbers of a checkpoint, or of those in ``only``, as they come.

    Raises:
        ValueError: The checkpoint cannot have one of the numbers in ``only``.
    """
    wanted = possible(subject) if only is None else set(only)
    if beyond := wanted - possible(subject):
        raise ValueError(f"{subject.info.name} has no {', '.join(sorted(beyond))}")
    for study in applying(subject):
        left = study.ids(subject) & wanted
        with closing(study.run(subject)) as results:
            while left:  # nothing is measured after the last wanted number
                id, measured = next(results)
                if id in left:
                    left.remove(id)
                    yield id, measured.entry(id)


def with_earlier(entry: Entry, earlier: Entry | None, removed: int) -> Entry:
    """The entry with what it was before ``removed`` test items, which stand in train, went.

    Kept once: measured again, an entry keeps the number of the first time.
    """
    if not removed:
        return entry
    settings = entry["settings"] | {"removed": removed}
    if earlier is not None:
        before = earlier["value"] if "removed" not in earlier["settings"] else None
        before = earlier["settings"].get("before_removal", before)
        settings |= {} if before is None else {"before_removal": before}
    return entry | {"settings": settings}
