"""DSS-VAE: what each of its codes tells of trees and words, and what swapping them gives."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from backend.corpora import parses
from backend.corpora.record import Parse
from backend.evaluation import probes, swaps
from backend.evaluation.study import SEED, Results, Study, mean, share
from backend.evaluation.subject import Subject, spread
from backend.models.text_vae.dss_vae import DSSVAE

TRAIN, HELD_OUT = 10_000, 1000  # sentences that probes learn from, and are chosen and judged by
PROBES = ("tree_in_syntax", "tree_in_meaning", "words_in_syntax", "words_in_meaning")
SWAPS = ("swap_tree", "swap_words", "swap_both")


def probed(subject: Subject) -> Results:
    """Of posterior means; nothing of the model is trained, nor any of its adversaries used."""
    chosen = [
        _some(subject, split, n)
        for split, n in (("train", TRAIN), ("validation", HELD_OUT), ("test", HELD_OUT))
    ]
    codes = [torch.from_numpy(subject.space.encode(items)) for items, _ in chosen]
    model = cast(DSSVAE, subject.model)
    parts = dict(
        zip(("syntax", "meaning"), zip(*map(model.parts, codes), strict=True), strict=True)
    )
    known = [parsed for _, parsed in chosen]
    n, settings = len(known[2]), {"learned_from": len(known[0]), "hidden": probes.HIDDEN}
    trees, n_trees = _numbered([[one.tree for one in part] for part in known])
    commonest = share((trees[2] == trees[0].mode().values).tolist()).value
    for name in ("syntax", "meaning"):
        right = probes.read_classes(parts[name], trees, n_trees)
        reference = commonest, "always the commonest tree"
        yield f"tree_in_{name}", share(right.tolist(), reference=reference, settings=settings)
    bags = _bags(known)
    often = bags[0].sum(0).expand(n, -1)
    for name in ("syntax", "meaning"):
        reference = 100 * float(probes.found_words(often, bags[2]).mean()), "the commonest words"
        found = 100 * probes.read_words(parts[name], bags)
        yield f"words_in_{name}", mean(found, reference=reference, settings=settings)


def swapped(subject: Subject) -> Results:
    """Pairs of test sentences whose words could take each other's places, in different forms."""
    meanings, forms = pairs(*_some(subject, "test", HELD_OUT))
    found = swaps.swaps(subject.space, meanings, forms)
    itself = swaps.swaps(subject.space, meanings, meanings)
    flags = [
        {
            "swap_tree": [one.same_tree for one in part],
            "swap_words": [one.same_words for one in part],
            "swap_both": [one.same_tree and one.same_words for one in part],
        }
        for part in (found, itself)
    ]
    for id in SWAPS:
        reference = share(flags[1][id]).value, "a sentence in its own form"
        yield id, share(flags[0][id], reference=reference, settings={"decoding": "greedy"})


def pairs(items: Sequence[str], known: Sequence[Parse]) -> tuple[list[str], list[str]]:
    """Each sentence with one of another construction that has as many words of each kind.

    Those without are left out. Always the same for the same sentences.
    """
    rng, alike = random.Random(SEED), defaultdict(list)
    for row, one in enumerate(known):
        alike[tuple(sorted(one.kinds))].append(row)
    found = []
    for row, one in enumerate(known):
        others = [
            other
            for other in alike[tuple(sorted(one.kinds))]
            if known[other].construction != one.construction
        ]
        if others:
            found.append((items[row], items[rng.choice(others)]))
    return [a for a, _ in found], [b for _, b in found]


def _some(subject: Subject, split: str, n: int) -> tuple[list[str], list[Parse]]:
    """``n`` sentences spread over a split, or all of them, and their parses."""
    items = subject.splits[split].sentences
    items = [items[i] for i in spread(len(items), n)]
    return items, parses.read(subject.info.dataset, items)


def _numbered(values: Sequence[Sequence[object]]) -> tuple[list[Tensor], int]:
    """Values as numbers, by those of the first list; one for all that are not in it."""
    number = {value: i for i, value in enumerate(dict.fromkeys(values[0]))}
    unknown = len(number)
    rows = [torch.tensor([number.get(value, unknown) for value in part]) for part in values]
    return rows, unknown + 1


def _bags(known: Sequence[Sequence[Parse]]) -> list[Tensor]:
    """Content words of each sentence as 0 and 1, [N, V]; V are those of the first list."""
    lemmas = Counter(lemma for one in known[0] for lemma in one.content)
    column = {lemma: i for i, lemma in enumerate(lemmas)}
    bags = []
    for part in known:
        bag = torch.zeros(len(part), len(column))
        for row, one in enumerate(part):
            bag[row, [column[lemma] for lemma in one.content if lemma in column]] = 1
        bags.append(bag)
    return bags


def _has_two_codes(subject: Subject) -> bool:
    return subject.info.model == "dss_vae"


STUDIES = (
    Study(names=PROBES, measure=probed, where=_has_two_codes),
    Study(names=SWAPS, measure=swapped, where=_has_two_codes),
)
