"""Scores of replies on sentences whose scores are known."""

import math

import numpy as np
import pytest
import torch
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

from backend.corpora.dialogues import Conversations
from backend.evaluation import dialogue as measures
from backend.evaluation.dialogue import best_and_mean, bleu, bleu_of_papers, likeness
from tests.unit.models.test_dialog import build

REFERENCE = (5, 6, 7, 8, 9)
OTHER = (20, 21, 22, 23, 24)
VECTORS = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
VECTORS[:4] = 0


@pytest.mark.parametrize("score", [bleu, bleu_of_papers])
def test_ten_copies_have_equal_recall_and_precision_and_garbage_lowers_precision_only(
    score,
) -> None:
    copies = best_and_mean([[REFERENCE] * 10], [REFERENCE], score)
    assert copies.recall == copies.precision == copies.f1 == pytest.approx(1, abs=1e-9)
    some = best_and_mean([[REFERENCE] * 6 + [OTHER] * 4], [REFERENCE], score)
    assert some.recall == pytest.approx(1) and some.precision < 0.8
    assert some.precision < some.f1 < some.recall


def test_bleu_by_hand() -> None:
    assert bleu(REFERENCE, REFERENCE) == 1.0
    assert bleu(OTHER, REFERENCE) == bleu((), REFERENCE) == bleu(REFERENCE, ()) == 0.0
    # 2 of 3 words, (1 + 1) of (2 + 1) pairs, (0 + 1) of (1 + 1) triples, 3 words instead of 5.
    expected = math.exp(1 - 5 / 3) * (2 / 3 * 2 / 3 * 1 / 2) ** (1 / 3)
    assert bleu((5, 6, 30), REFERENCE) == pytest.approx(expected)
    # A word counts at most as often as in the reference: 1 of 5 here.
    assert bleu((5,) * 5, REFERENCE) == pytest.approx((1 / 5 * 1 / 5 * 1 / 4) ** (1 / 3))
    # Being longer costs nothing beside the words: 5 of 6, (4 + 1) of (5 + 1), (3 + 1) of (4 + 1).
    expected = (5 / 6 * 5 / 6 * 4 / 5) ** (1 / 3)
    assert bleu((*REFERENCE, 30), REFERENCE) == pytest.approx(expected)


def test_recall_is_of_the_best_reply_precision_of_all_and_f1_their_harmonic_mean() -> None:
    scores = {(1,): 0.2, (2,): 0.6, (3,): 0.9, (4,): 0.1}
    replies = [[(1,), (2,), (2,), (1,)], [(3,), (4,)]]
    found = best_and_mean(replies, [(7,), (8,)], lambda a, b: scores[a] * b[0] / 7)
    assert found.recall == pytest.approx((0.6 + 0.9 * 8 / 7) / 2)
    assert found.precision == pytest.approx((0.4 + 0.5 * 8 / 7) / 2)
    assert found.f1 == pytest.approx(2 / (1 / found.recall + 1 / found.precision))
    assert measures.Score(0.0, 0.0).f1 == 0


def test_each_likeness_has_its_own_best_reply_and_contexts_count_alike() -> None:
    several, references = [[(5, 9), (12, 7), (30,)], [(8, 8, 11)]], [(5, 6, 31), (11,)]
    each = [[likeness(a, b, VECTORS) for a in r] for r, b in zip(several, references, strict=True)]
    best = [[max(one[k] for one in row) for k in range(3)] for row in each]
    assert len({max(range(3), key=lambda i: each[0][i][k]) for k in range(3)}) > 1
    expected = [(best[0][k] + best[1][k]) / 2 for k in range(3)]
    assert measures.best_likeness(several, references, VECTORS) == pytest.approx(expected)
    assert all(map(math.isnan, measures.best_likeness([[(3,)]], [(5,)], VECTORS)))


def test_bleu_of_the_papers_is_nltks() -> None:
    hypothesis = (5, 6, 30, 31, 9, 7)
    expected = sentence_bleu(
        [list(REFERENCE)],
        list(hypothesis),
        weights=(1 / 3, 1 / 3, 1 / 3),
        smoothing_function=SmoothingFunction().method7,
    )
    assert bleu_of_papers(hypothesis, REFERENCE) == pytest.approx(expected)
    for short in ((5,), (30,), (5, 30), ()):  # nothing that short breaks it
        assert 0 <= bleu_of_papers(short, REFERENCE) <= 1


def test_bleu_of_a_corpus_counts_all_sentences_together() -> None:
    references = [(1, 2, 3, 4, 5), (6, 7, 8, 9)]
    assert measures.bleu_of_corpus(references, references) == pytest.approx(1)
    # 9 of 9 words, 5 of 7 pairs, 3 of 5 triples, 1 of 3 fours: one order is of no use to another.
    mixed = [(1, 2, 3, 5, 4), (6, 7, 8, 9)]
    expected = (9 / 9 * 5 / 7 * 3 / 5 * 1 / 3) ** 0.25
    assert measures.bleu_of_corpus(mixed, references) == pytest.approx(expected)


def test_likeness_of_equal_sentences_is_1_in_any_order_and_both_ways() -> None:
    assert likeness(REFERENCE, REFERENCE, VECTORS) == pytest.approx((1, 1, 1), abs=1e-6)
    assert likeness(REFERENCE[::-1], REFERENCE, VECTORS) == pytest.approx((1, 1, 1), abs=1e-6)
    a, b = (5, 9, 12), (13, 5, 30, 31)
    assert likeness(a, b, VECTORS) == pytest.approx(likeness(b, a, VECTORS))
    assert max(likeness(a, b, VECTORS)) < 0.99


def test_words_without_a_vector_and_pads_count_for_nothing() -> None:
    a, b = (5, 9, 12), (13, 5, 30)
    assert likeness((*a, 3, 0, 0), b, VECTORS) == pytest.approx(likeness(a, b, VECTORS))
    assert likeness((3,), b, VECTORS) is None
    found = measures.best_likeness([[(3,), b], [(3,)]], [b, b], VECTORS)
    assert found == pytest.approx((1, 1, 1), abs=1e-6)


def test_likeness_by_hand() -> None:
    vectors = np.array([[1, 0], [0, 1], [-2, 1]], np.float32)
    average, extrema, greedy = likeness((0, 1), (2,), vectors)
    cosine = 1 / math.sqrt(5)
    assert average == pytest.approx((-2 + 1) / math.sqrt(2) / math.sqrt(5))
    assert extrema == pytest.approx((-2 + 1) / math.sqrt(2) / math.sqrt(5))
    assert greedy == pytest.approx(((-2 * cosine + cosine) / 2 + cosine) / 2)
    one, two = likeness((0, 2), (0,), vectors), likeness((0,), (0,), vectors)
    assert one.extrema < 0 < two.extrema  # -2 is farther from 0 than 1


def test_distinct_counts_within_a_reply_and_among_replies() -> None:
    replies = [[(1, 2, 1, 2), (1, 2)], [(3, 4), (5, 6)]]
    intra, inter = measures.distinct(replies, 1)
    assert intra == pytest.approx((0.5 + 1 + 1 + 1) / 4)
    assert inter == pytest.approx((2 / 6 + 1) / 2)
    intra, inter = measures.distinct(replies, 2)
    assert intra == pytest.approx((2 / 3 + 1 + 1 + 1) / 4)
    assert inter == pytest.approx((2 / 4 + 1) / 2)
    assert measures.distinct([[(), (7,)]], 2) == (0.0, 0.0)


def test_the_commonest_reply_and_copies() -> None:
    replies = [[(1, 2), (1, 2), (3, 3)], [(1, 2), (4, 4), (5, 5)]]
    assert measures.most_common_share(replies) == 0.5
    assert measures.sameness([[REFERENCE] * 3]) == 1.0
    assert measures.sameness([[REFERENCE, OTHER]]) == 0.0
    a, b, c = (5, 6), (5, 7, 8), (6, 5, 9)
    pairs = [(a, b), (a, c), (b, a), (b, c), (c, a), (c, b), (a, a), (a, a)]
    expected = sum(bleu(*pair) for pair in pairs) / 8
    assert measures.sameness([[a, b, c], [a, a]]) == pytest.approx(expected)


def test_the_table_of_a_model_holds_what_the_functions_give() -> None:
    replies = [[(5, 6, 30), (5, 9, 7, 8), (5, 6, 30)], [(20, 5), (20, 5), (7,)]]
    references = [REFERENCE, (20, 21, 5)]
    found = measures.measure(replies, references, VECTORS)
    plain, papers = (best_and_mean(replies, references, score) for score in (bleu, bleu_of_papers))
    alike = measures.best_likeness(replies, references, VECTORS)
    one, two = (measures.distinct(replies, n) for n in (1, 2))
    assert found == pytest.approx(
        {
            "bleu_papers_recall": papers.recall,
            "bleu_papers_precision": papers.precision,
            "bleu_papers_f1": papers.f1,
            "bleu_recall": plain.recall,
            "bleu_precision": plain.precision,
            "bleu_f1": plain.f1,
            "bow_average": alike.average,
            "bow_extrema": alike.extrema,
            "bow_greedy": alike.greedy,
            "reply_length": (3 + 4 + 3 + 2 + 2 + 1) / 6,
            "reply_sameness": measures.sameness(replies),
            "most_common_reply": 2 / 6,
            "intra_distinct_1": one[0],
            "inter_distinct_1": one[1],
            "intra_distinct_2": two[0],
            "inter_distinct_2": two[1],
        }
    )


def test_vectors_of_words_with_the_same_neighbours_are_alike() -> None:
    rng = np.random.default_rng(1)
    pets, foods = (4, 5), (6, 7)  # "the cat sleeps" and "we eat bread", with a choice of each
    turns = [(8, int(rng.choice(pets)), 9) for _ in range(200)]
    turns += [(10, 11, int(rng.choice(foods))) for _ in range(200)]
    vectors = measures.word_vectors(turns, 13, dim=4)

    def cosine(a: int, b: int) -> float:
        return likeness((a,), (b,), vectors).average

    assert vectors.shape == (13, 4) and not vectors[12].any()
    assert cosine(4, 5) > 0.9 > 0.5 > cosine(4, 6)
    assert np.array_equal(vectors, measures.word_vectors(turns, 13, dim=4))


def test_vectors_of_words_factor_what_words_tell_of_their_neighbours() -> None:
    """With all directions kept, V Vᵀ is the root of M Mᵀ, M the positive information by counts."""
    rng = np.random.default_rng(2)
    turns = [tuple(rng.integers(3, 12, rng.integers(2, 10)).tolist()) for _ in range(30)]
    counts = np.zeros((12, 12))
    for turn in turns:
        for i, a in enumerate(turn):
            for j, b in enumerate(turn):
                counts[a, b] += 0 < abs(i - j) <= 5
    total = counts.sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(counts * total.sum() / np.outer(total, total))
    positive = np.where(counts > 0, information, 0).clip(0)
    values, axes = np.linalg.eigh(positive @ positive.T)
    root = (axes * np.sqrt(values.clip(0))) @ axes.T
    vectors = measures.word_vectors(turns, 12, dim=12)
    np.testing.assert_allclose(vectors[4:] @ vectors[4:].T, root[4:, 4:], atol=1e-4)
    assert not vectors[:4].any()  # no vector for marks and for the unknown word


def pairs() -> Conversations:
    turns = torch.tensor([[4, 5, 2], [6, 2, 0], [7, 8, 2]])
    context = torch.tensor([[-1, 0], [0, 1]])
    own = torch.tensor([[False, False], [True, False]])
    return Conversations(turns, context, own, torch.tensor([1, 2]), torch.tensor([-1, -1]))


@pytest.mark.parametrize("name", ["hred", "vhred", "dialog_wae_gmp", "st_ed"])
def test_every_model_is_asked_for_its_replies_with_a_seed(name: str) -> None:
    model, data = build(name).eval(), pairs()
    found = measures.replies_of(model, data, 4, seed=1)
    assert [len(several) for several in found] == [4, 4]
    assert found == measures.replies_of(model, data, 4, seed=1)
    assert all(3 < word < 12 for several in found for reply in several for word in reply)
    values = measures.measure(found, measures.references_of(data), VECTORS)
    assert all(math.isnan(value) or 0 <= value <= 7 for value in values.values())
    if name == "vhred":  # row by row as when asked alone
        rows = data.rows(torch.tensor([1]))
        codes = model.prior(rows.batch(torch.tensor([0]))[0])
        assert codes.batch_shape == (1,)


class Echo:
    """Replies with the last word of the context, and one more for each reply before it."""

    device = torch.device("cpu")

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self.asked: list[tuple[float, tuple[int, ...]]] = []

    def history(self, context: torch.Tensor) -> torch.Tensor:
        return context.flatten(1).amax(1, keepdim=True)

    def prior_of(self, c: torch.Tensor) -> "Echo":
        self.rows = len(c)
        return self

    def sample(self, shape: tuple[int]) -> torch.Tensor:
        return torch.arange(shape[0])[:, None, None].expand(-1, self.rows, self.dim)

    def reply(self, z: torch.Tensor, c: torch.Tensor) -> "Echo":
        self.words = c + (z if self.dim else 0)
        return self

    def generate(self, temperature: float, forbid: tuple[int, ...]) -> torch.Tensor:
        self.asked.append((temperature, forbid))
        return torch.cat([self.words, torch.full_like(self.words, 2)], 1)


@pytest.mark.parametrize("size", [1, 2, 50])
def test_replies_stand_with_their_context_however_many_are_asked_at_once(size: int) -> None:
    data = pairs().rows(torch.tensor([1, 0, 1, 0]))
    model = Echo(1)
    found = measures.replies_of(model, data, 3, size=size)
    six, five = [(6,), (7,), (8,)], [(5,), (6,), (7,)]
    assert found == [six, five, six, five]


@pytest.mark.parametrize(
    ("dim", "heat", "temperature"), [(1, None, 0.0), (0, None, 1.0), (1, 1.0, 1.0), (0, 0.0, 0.0)]
)
def test_words_are_drawn_where_there_is_no_code_to_draw_or_as_one_asks(
    dim: int, heat: float | None, temperature: float
) -> None:
    model = Echo(dim)
    measures.replies_of(model, pairs(), 2, heat=heat)
    assert model.asked == [(temperature, (3,))]


def test_references_are_the_replies_that_were_given() -> None:
    assert measures.references_of(pairs()) == [(6,), (7, 8)]


def test_chance_draws_replies_of_the_training_set() -> None:
    drawn = measures.chance(pairs(), 3, 5)
    assert [len(several) for several in drawn] == [5] * 3
    assert {reply for several in drawn for reply in several} == {(6,), (7, 8)}


def test_mean_and_spread_over_seeds() -> None:
    assert measures.over_seeds([{"a": 1.0}, {"a": 2.0}, {"a": 3.0}]) == {"a": (2.0, 1.0)}
