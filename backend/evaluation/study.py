"""Numbers of a checkpoint, and studies: what is measured together, and what that applies to.

A study is an entry of ``STUDIES`` in a module of ``studies``. It declares what it needs; nothing
else decides which checkpoints it is for.
"""

import dataclasses
import importlib
import math
import pkgutil
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backend.device import seeded
from backend.distributions.sequence import PAD
from backend.evaluation import likelihood
from backend.evaluation.subject import Subject
from backend.evaluation.table import METRICS
from backend.space import MAX_ITEMS

SEED = 0
Entry = dict[str, Any]  # one value of metrics.json


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """One number as it goes into metrics.json; its unit is in the table of metrics."""

    value: float
    n: int  # examples or samples behind the value
    split: str = "test"
    stderr: float | None = None
    reference: tuple[float, str] | None = None  # the value to compare with, and what it is
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)

    def entry(self, id: str) -> Entry:
        """As JSON, rounded to six digits, which is more than any of the numbers is worth.

        Raises:
            ArithmeticError: The value is not finite.
        """
        if not math.isfinite(self.value):
            raise ArithmeticError(f"{id} came out as {self.value}")
        reference, reference_is = self.reference or (None, None)
        note = {"reference_is": reference_is} if reference_is else {}
        return {
            "value": rounded(self.value),
            "unit": METRICS[id].unit,
            "split": self.split,
            "n": self.n,
            "stderr": rounded(self.stderr),
            "reference": rounded(reference),
            "settings": {**self.settings, **note},
        }


Results = Generator[tuple[str, Measured]]
Names = tuple[str, ...]


def not_benched(subject: Subject) -> bool:
    """What the bench of pictures measures along training is not measured twice."""
    return not subject.benched


def _always(subject: Subject) -> bool:
    return True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Study:
    """Numbers that are measured together, on a checkpoint that has what it ``needs``."""

    names: Names | Callable[[Subject], Names]  # ids of ``METRICS``, before the suffix
    measure: Callable[[Subject], Results]
    needs: frozenset[str] = frozenset({"decode"})  # capabilities
    lacks: frozenset[str] = frozenset()  # capabilities
    kind: str = ""  # of items; "" is for all of them
    where: Callable[[Subject], bool] = _always  # what else must be so
    suffix: str = ""  # added to the ids

    def applies(self, subject: Subject) -> bool:
        able = subject.info.capabilities
        fits = self.needs <= able and not self.lacks & able
        return fits and self.kind in ("", subject.info.modality) and self.where(subject)

    def ids(self, subject: Subject) -> set[str]:
        names = self.names if isinstance(self.names, tuple) else self.names(subject)
        return {name + self.suffix for name in names}

    def run(self, subject: Subject) -> Results:
        """Measures with a seed of its own, so that to leave others out changes no number."""
        with seeded(SEED):
            for name, measured in self.measure(subject):
                yield name + self.suffix, measured


def studies() -> list[Study]:
    """All there are, in the order of their modules."""
    from backend.evaluation import studies as folder

    modules = pkgutil.iter_modules(folder.__path__, f"{folder.__name__}.")
    return [one for m in modules for one in importlib.import_module(m.name).STUDIES]


def mean(values: Tensor, **rest: Any) -> Measured:
    return Measured(
        value=float(values.cpu().double().mean()),
        n=len(values),
        stderr=likelihood.standard_error(values),
        **rest,
    )


def share(flags: list[bool], **rest: Any) -> Measured:
    """In percent."""
    return mean(100.0 * torch.tensor(flags), **rest)


def perplexity(nll: Tensor, n_tokens: Tensor, **rest: Any) -> Measured:
    return Measured(
        value=likelihood.perplexity(nll, n_tokens),
        n=len(nll),
        stderr=likelihood.perplexity_stderr(nll, n_tokens),
        **rest,
    )


def lengths(batches: list[Tensor]) -> Tensor:
    """Predicted tokens of each sentence [N], end mark included."""
    return torch.cat([(x != PAD).sum(1) for x in batches])


def perplexities_of_words(names: Names) -> Callable[[Subject], Names]:
    """The names that apply: perplexities are for text."""
    return lambda subject: tuple(n for n in names if subject.text or not n.endswith("_ppl"))


def codes_of(subject: Subject, n: int, source: str) -> Tensor:
    """Codes [n, D], in draws no larger than a space allows, each with the next seed."""
    sizes = [min(MAX_ITEMS, n - start) for start in range(0, n, MAX_ITEMS)]
    draws = [
        subject.space.sample_codes(size, seed=SEED + i, source=source)
        for i, size in enumerate(sizes)
    ]
    return torch.from_numpy(np.concatenate(draws)).to(subject.device)


def rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
