"""What one sentence says, built as another is, by a model with a code for each of the two.

>>> space = backend.load("text_vae/dss_vae--grammar")   # doctest: +SKIP
>>> swap(space, "The king admired the owl.", "These lamps were hidden by a girl.").text
"""

from collections import Counter
from typing import NamedTuple

import numpy as np
import torch

from backend.corpora import corpus
from backend.corpora.record import Parse
from backend.models.text_vae.dss_vae import DSSVAE
from backend.space import LatentSpace


class Swap(NamedTuple):
    """A sentence with the meaning of one and the form of another, and what became of both."""

    text: str
    parse: Parse | None  # None where it is no sentence of the corpus's grammar
    same_tree: bool  # as the sentence whose form was wanted
    kept: tuple[str, ...]  # content words of the sentence whose meaning was wanted
    lost: tuple[str, ...]
    added: tuple[str, ...]  # content words that are not from it

    @property
    def same_words(self) -> bool:
        return not (self.lost or self.added)


def swap(space: LatentSpace, meaning: str, form: str) -> Swap:
    """The likeliest words of the code (z_syn of ``form``, z_sem of ``meaning``).

    Raises ``ValueError`` for a model with one code, and for what it cannot read.
    """
    return swaps(space, [meaning], [form])[0]


def swaps(space: LatentSpace, meanings: list[str], forms: list[str]) -> list[Swap]:
    """The same of many pairs."""
    model = _model(space)
    of_meanings, of_forms = (torch.from_numpy(space.encode(part)) for part in (meanings, forms))
    texts = space.decode(np.asarray(model.swapped(of_meanings, of_forms)))
    return [
        judged(str(text), parse_of(space, meaning), parse_of(space, form), parse_of(space, text))
        for text, meaning, form in zip(texts, meanings, forms, strict=True)
    ]


def judged(text: str, meaning: Parse | None, form: Parse | None, found: Parse | None) -> Swap:
    """What of the content words of ``meaning``, and of the tree of ``form``, is in ``found``."""
    wanted, there = (Counter(one.content if one else ()) for one in (meaning, found))
    same_tree = found is not None and form is not None and found.tree == form.tree
    kept, lost, added = wanted & there, wanted - there, there - wanted
    return Swap(text, found, same_tree, *(tuple(c.elements()) for c in (kept, lost, added)))


def parse_of(space: LatentSpace, text: str) -> Parse | None:
    """The tree and the content words of a sentence, where the corpus's grammar gives it."""
    parse = corpus(space.info.dataset).parse
    return parse(text) if parse else None


def _model(space: LatentSpace) -> DSSVAE:
    if not isinstance(space.model, DSSVAE):
        raise ValueError(f"{space.info.title} has one code for all. Choose a DSS-VAE.")
    return space.model
