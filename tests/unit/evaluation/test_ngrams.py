"""Kneser-Ney n-grams: probabilities that add up, and counts by hand."""

import math

import pytest

from backend.evaluation.ngrams import BEGIN, KneserNey

TEXT = [(3, 4, 2), (3, 5, 2), (4, 4, 2), (3, 4, 5, 2)]


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("history", [(BEGIN, BEGIN), (BEGIN, 3), (3, 4), (9, 9), (9, 4)])
def test_probabilities_add_up_to_1(order: int, history: tuple[int, int]) -> None:
    grams = KneserNey(TEXT, order, n_words=7)
    used = history[len(history) - order + 1 :] if order > 1 else ()
    assert sum(grams.prob(used, word) for word in range(7)) == pytest.approx(1)


def test_unigrams_by_hand() -> None:
    grams = KneserNey(TEXT, 1, n_words=7)
    # 13 tokens, 4 kinds; word 4 occurs 4 times.
    assert grams.prob((), 4) == pytest.approx((4 - 0.75 + 0.75 * 4 / 7) / 13)
    assert grams.prob((), 6) == pytest.approx(0.75 * 4 / 7 / 13)


def test_bigrams_by_hand() -> None:
    grams = KneserNey(TEXT, 2, n_words=7)
    # Eight kinds of bigrams, of four words; three of them end in 4 (after <s>, 3 and 4).
    lower = (3 - 0.75 + 0.75 * 4 / 7) / 8
    # After 3 come 4, 5 and 4: three bigrams of two kinds.
    assert grams.prob((3,), 4) == pytest.approx((2 - 0.75 + 0.75 * 2 * lower) / 3)
    assert grams.log_prob((3, 4)) == pytest.approx(
        math.log(grams.prob((BEGIN,), 3)) + math.log(grams.prob((3,), 4))
    )


def by_definition(order: int, history: tuple[int, ...], word: int) -> float:
    """p(word | history) with discount 0.75: the top order counts, lower ones count contexts."""
    n = len(history) + 1
    padded = [(BEGIN,) * (order - 1) + sentence for sentence in TEXT]
    seen = [s[i : i + order] for s in padded for i in range(len(s) - order + 1)]
    wider = {gram[order - n - 1 :] for gram in seen} if n < order else set()
    grams = seen if n == order else [gram[1:] for gram in wider]  # each wider gram counts once
    lower = by_definition(order, history[1:], word) if history else 1 / 7
    follows = [gram[-1] for gram in grams if gram[:-1] == history]
    if not follows:
        return lower
    reserved = 0.75 * len(set(follows)) * lower
    return (max(follows.count(word) - 0.75, 0) + reserved) / len(follows)


@pytest.mark.parametrize("order", [3, 5])
def test_longer_grams_are_the_definition(order: int) -> None:
    grams = KneserNey(TEXT, order, n_words=7)
    start = (BEGIN,) * (order - 1)
    for text in ((), (3,), (3, 4), (4, 4), (9, 4), (9, 9), (3, 3, 4)):
        history = (*start, *text)[-(order - 1) :]
        for word in range(7):
            expected = by_definition(order, history, word)
            assert grams.prob(history, word) == pytest.approx(expected), (history, word)
    sentence = (3, 4, 4, 2)
    padded = (*start, *sentence)
    each = [
        by_definition(order, padded[i : i + order - 1], word) for i, word in enumerate(sentence)
    ]
    assert grams.log_prob(sentence) == pytest.approx(sum(map(math.log, each)))


def test_longer_histories_help_on_what_was_seen() -> None:
    one, three = (KneserNey(TEXT, order, n_words=7) for order in (1, 3))
    assert sum(map(three.log_prob, TEXT)) > sum(map(one.log_prob, TEXT))
    with pytest.raises(ValueError, match="at least 1"):
        KneserNey(TEXT, 0, n_words=7)
