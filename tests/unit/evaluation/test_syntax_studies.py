"""What probes read off codes that tell it, or do not; what a swap is judged by."""

import pytest
import torch

from backend.corpora import grammar
from backend.device import seeded
from backend.evaluation import probes, swaps
from backend.evaluation.studies import syntax as study


def told(n: int, classes: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes whose first three numbers tell a class, and whose other three do not."""
    with seeded(seed):
        y = torch.randint(0, classes, (n,))
        places = torch.tensor([[0.0, 0, 1], [5, 0, 2], [0, 5, 3], [5, 5, 4]])
        return torch.cat([places[y] + 0.1 * torch.randn(n, 3), torch.randn(n, 3)], 1), y


def test_a_probe_reads_what_is_there_and_nothing_else() -> None:
    parts = [told(n, 4, seed) for seed, n in enumerate((2000, 400, 400))]
    x, y = [part[0] for part in parts], [part[1] for part in parts]
    with seeded(0):
        right = probes.read_classes([part[:, :3] for part in x], y, 4)
        wrong = probes.read_classes([part[:, 3:] for part in x], y, 4)
    assert right.float().mean() > 0.99
    assert 0.15 < wrong.float().mean() < 0.35
    bags = [torch.nn.functional.one_hot(part, 5).float() for part in y]
    for bag in bags:
        bag[:, 4] = 1  # a word of all
    with seeded(0):
        words = probes.read_words([part[:, :3] for part in x], bags)
        guessed = probes.read_words([part[:, 3:] for part in x], bags)
    assert words.mean() > 0.99
    assert guessed.mean() == pytest.approx(0.5 + 0.5 * 0.25, abs=0.06)


def test_of_k_words_those_count_that_are_among_the_k_best() -> None:
    bag = torch.tensor([[1.0, 1, 0, 0], [0, 0, 0, 1]])
    scores = torch.tensor([[3.0, 1, 2, 0], [0, 1, 2, 3]])
    assert probes.found_words(scores, bag).tolist() == [0.5, 1.0]


def swap_of(meaning: str, form: str, found: str) -> swaps.Swap:
    return swaps.judged(found, *map(grammar.parse, (meaning, form, found)))


def test_a_swap_is_judged_by_its_tree_and_its_words() -> None:
    meaning = "The king admired an owl."
    form = "Some bags were lifted by the girl."
    right = swap_of(meaning, form, "These owls were admired by a king.")
    assert right.same_tree and right.same_words and right.kept == ("king", "admire", "owl")
    number = swap_of(meaning, form, "This owl was admired by a king.")
    assert not number.same_tree and number.same_words
    word = swap_of(meaning, form, "Some bags were admired by the king.")
    assert word.same_tree and not word.same_words
    assert (word.lost, word.added) == (("owl",), ("bag",))
    none = swap_of(meaning, form, "Some bags were admired by by.")
    assert none.parse is None and not none.same_tree and not none.same_words
    assert none.lost == ("king", "admire", "owl")
    unknown = swap_of("Colourless green ideas sleep.", form, "Some bags were lifted by the girl.")
    assert unknown.same_tree and unknown.added == ("bag", "lift", "girl")


def test_pairs_have_as_many_words_of_each_kind_and_another_construction() -> None:
    items = corpus_items()
    known = [grammar.parse(item) for item in items]
    meanings, forms = study.pairs(items, known)
    assert 0.8 * len(items) < len(meanings) == len(forms)
    for one, other in zip(map(grammar.parse, meanings), map(grammar.parse, forms), strict=True):
        assert sorted(one.kinds) == sorted(other.kinds)
        assert one.construction != other.construction
    assert (meanings, forms) == study.pairs(items, known)


def corpus_items() -> list[str]:
    return grammar.read()["test"].sentences[:400]


def test_a_model_with_one_code_cannot_swap() -> None:
    space = type("Space", (), {"model": object(), "info": type("Info", (), {"title": "A VAE"})})
    with pytest.raises(ValueError, match="A VAE has one code for all"):
        swaps.swap(space, "a", "b")
