"""Trees and content words of sentences as models read them."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from backend.corpora.record import Parse, corpus
from backend.processors.text import EOS, SPECIALS, UNK


class Parses(NamedTuple):
    """Of N sentences, as ids; 0 is padding in both."""

    trees: Tensor  # int64 [N, L], linearised, each ended by ``<eos>``
    content: Tensor  # int64 [N, W], base forms from 1

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Those of some sentences, without the pads that all of them have."""
        return _cut(self.trees[rows]), _cut(self.content[rows])


class Inventory(NamedTuple):
    """What trees and bags of words are made of, the commonest first."""

    symbols: tuple[str, ...]  # of trees, after ``SPECIALS``
    lemmas: tuple[str, ...]
    longest_tree: int  # symbols, its end included

    def sizes(self) -> dict[str, int]:
        """As models' settings call them."""
        symbols = len(SPECIALS) + len(self.symbols)
        return {
            "symbols": symbols,
            "lemmas": 1 + len(self.lemmas),
            "longest_tree": self.longest_tree,
        }


def read(dataset: str, items: Sequence[str]) -> list[Parse]:
    """Raises ``ValueError`` for a corpus without trees, or a sentence that has none."""
    parse: Callable[[str], Parse | None] | None = corpus(dataset).parse
    if parse is None:
        raise ValueError(f"{corpus(dataset).name} has no trees, which this model is told.")
    found = []
    for item in items:
        if (parsed := parse(item)) is None:
            raise ValueError(f"No tree of {dataset} is known for: {item}")
        found.append(parsed)
    return found


def inventory(parses: Sequence[Parse]) -> Inventory:
    """Of training sentences."""
    symbols = Counter(symbol for one in parses for symbol in one.tree)
    lemmas = Counter(lemma for one in parses for lemma in one.content)
    longest = max(len(one.tree) for one in parses) + 1
    return Inventory(_by_falling(symbols), _by_falling(lemmas), longest)


def encoded(parses: Sequence[Parse], known: Inventory) -> Parses:
    """Symbols that are not known are ``<unk>``; words that are not known are left out."""
    symbols = {symbol: len(SPECIALS) + i for i, symbol in enumerate(known.symbols)}
    lemmas = {lemma: 1 + i for i, lemma in enumerate(known.lemmas)}
    trees = [
        torch.tensor([*(symbols.get(symbol, UNK) for symbol in one.tree), EOS]) for one in parses
    ]
    content = [torch.tensor([lemmas[w] for w in one.content if w in lemmas]) for one in parses]
    return Parses(pad_sequence(trees, True), pad_sequence(content, True).long())


def _cut(ids: Tensor) -> Tensor:
    return ids[:, : int((ids != 0).sum(1).max())]


def _by_falling(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))
