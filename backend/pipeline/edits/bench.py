"""A pair of language models at work, and what its tables share."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from backend import corpora
from backend.corpora.location import lines
from backend.language import edits
from backend.language.edits import Editor, Settings, contexts_of
from backend.language.text_models import TextModel
from backend.language.traces import Chain, Kernel, Step

SEED = 0
Row = dict[str, Any]
Table = dict[str, Any]  # title, note, rows; a row has a label and numbers


class Bench:
    """A pair, and the language model that judges what it writes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.forward = TextModel.load(f"{name}--forward")
        others = edits.judges(name)
        if not others:
            raise ValueError(
                "Another language model over the same words has to judge; train one first."
            )
        self.judge = others[0]
        self._judge = contexts_of(TextModel.load(self.judge).model)
        loaded = {
            name: TextModel.load(name)
            for name in (f"{self.name}--forward", f"{self.name}--backward")
        }
        self._models = loaded.__getitem__

    def editor(self, **settings: Any) -> Editor:
        return Editor(Settings(lm=self.name, **settings), models=self._models)

    def nll_per_word(self, sentences: Iterable[Sequence[int]]) -> float:
        """Nats per word and end mark, under the judge."""
        given = [tuple(tokens) for tokens in sentences]
        total = sum(self._judge.log_probs(given))
        return -total / sum(len(tokens) + 1 for tokens in given)

    def ids(self, text: str) -> tuple[int, ...]:
        words = self.forward.processor.tokens(text)
        return tuple(self.forward.processor.ids.get(word, 3) for word in words)

    def unseen(self, text: str) -> bool:
        """Whether the language models were not trained on the sentence."""
        return self.ids(text) not in self._train

    @cached_property
    def _train(self) -> set[tuple[int, ...]]:
        dataset = self.forward.info.dataset
        return {self.ids(text) for text in corpora.load(dataset)["train"].items}

    def known(self, text: str, longest: int = 24) -> bool:
        ids = self.ids(text)
        return 0 < len(ids) <= longest and 3 not in ids


def best_of(chain: Chain, other_than: Sequence[str] | None = None) -> list[str]:
    """Tokens of the most probable sentence that the chain was at."""
    seen = [(chain["start"]["score"]["total"], chain["start"]["tokens"])]
    seen += [(log_pi(step), step["tokens"]) for step in chain["steps"] if step["accepted"]]
    fresh = [entry for entry in seen if entry[1] != other_than]
    return max(fresh or seen, key=lambda entry: entry[0])[1]


def log_pi(step: Step) -> float:
    """Of the proposed sentence; in a trace None stands for minus infinity."""
    return -math.inf if step["total"] is None else step["total"]


def run(editor: Editor, steps: int, kernel: Kernel = "exact", seed: int = SEED) -> Chain:
    return edits.edit_chain(editor.settings, steps, seed, 1, [kernel], editor)["chains"][0]


def json_lines(name: str) -> Iterator[dict]:
    yield from map(json.loads, lines(name))


def spread(size: int, n: int) -> list[int]:
    """``n`` of ``size`` rows, evenly."""
    return [int(i) for i in np.linspace(0, size - 1, min(n, size))] if size else []


def rounded(rows: list[Row]) -> list[Row]:
    return [
        {k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in row.items()}
        for row in rows
    ]
