"""Every number of a step against its formula, and options that must not be ignored."""

import math
import random
from collections import Counter

import numpy as np
import pytest
import torch

from backend import registry
from backend.device import seeded
from backend.language.samplers import cgmh, genetic
from backend.language.samplers import metropolis_hastings as mh
from backend.language.samplers import proposals as mh_proposals
from backend.language.samplers.cgmh import paper_step
from backend.language.samplers.contexts import Contexts
from backend.language.samplers.diagnostics import autocorrelation, effective_sample_size
from backend.language.samplers.genetic import Attack, Neighbours
from backend.language.samplers.mha import GradientProposals, Misleading, Victim
from backend.language.samplers.proposals import Place, RescoredProposals, WordProposals
from backend.language.samplers.targets import (
    Closeness,
    CodeMeaning,
    Fluency,
    Judged,
    Keywords,
    Length,
    Product,
    WordMeaning,
    edit_distance,
)

WORDS = (4, 5, 6, 7)  # after <pad> <bos> <eos> <unk>
LONGEST = 3


def language_model(direction: str, seed: int):
    cls = registry.model_class("lm/lstm_lm")
    options = vars(cls.Config.tiny()) | {"vocab_size": 8, "max_len": LONGEST + 1}
    with seeded(seed):
        model = cls(cls.Config(**(options | {"direction": direction}))).double().eval()
        for parameter in model.parameters():
            parameter.data += torch.randn_like(parameter) * 0.5
    return model.requires_grad_(False)


@pytest.fixture(scope="module")
def pair() -> tuple[Contexts, Contexts]:
    return Contexts(language_model("forward", 0)), Contexts(language_model("backward", 1))


@pytest.fixture
def victim() -> Victim:
    cls = registry.model_class("classifier/text_classifier")
    with seeded(8):
        model = cls(cls.Config.tiny()).double().eval()
        for parameter in model.parameters():
            parameter.data += torch.randn_like(parameter) * 0.5
    return Victim(model.requires_grad_(False), lambda token: token)


# --- targets ----------------------------------------------------------------------------------


def test_keywords_count_as_often_as_they_are_given() -> None:
    keywords = Keywords([4, 4, 5])
    held = [(4, 5, 4), (5, 4, 4, 6), (4, 5), (4, 4, 6)]
    assert keywords.log_values(held) == [0, 0, -math.inf, -math.inf]


def test_both_ends_of_a_length_are_allowed() -> None:
    sentences = [(4,) * n for n in range(1, 6)]
    assert Length(2, 4).log_values(sentences) == [-math.inf, 0, 0, 0, -math.inf]
    assert Length(3, 3).log_values(sentences)[2] == 0
    for wrong in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="at least 1"):
            Length(*wrong)


def test_a_sentence_too_long_for_the_model_is_impossible(pair) -> None:
    found = Fluency(pair[0]).log_values([(4,) * 4, (4, 5), (6,) * 5, (4,) * 3])
    assert found[0] == found[2] == -math.inf
    assert found[1::2] == pair[0].log_probs([(4, 5), (4, 4, 4)])


def test_meaning_is_the_mean_of_the_best_cosines() -> None:
    angles = torch.tensor([0.0, 0.3, 1.0, 2.5, 3.1])
    vectors = (2 + angles[:, None]) * torch.stack([angles.cos(), angles.sin()], 1)
    meaning = WordMeaning([0, 2], vectors.numpy())
    expected = (math.cos(0.3) + math.cos(0.7)) / 2
    found = meaning.log_values([(1, 4), (4,), (0, 2)])
    assert found[0] == pytest.approx(math.log(expected), abs=1e-6)
    assert found[1] == pytest.approx(math.log(0.01))  # turned away: no less than this
    assert found[2] == pytest.approx(0, abs=1e-6)
    assert WordMeaning([], vectors.numpy()).log_values([(1,)]) == [0.0]


def test_meaning_of_codes_is_the_cosine_and_what_cannot_be_read_counts_least() -> None:
    codes = {"0": np.array([2.0, 0.0]), "1": np.array([3.0, 4.0]), "2": np.array([-1.0, 0.0])}
    meaning = CodeMeaning("0", lambda texts: [codes.get(t) for t in texts], lambda x: str(x[0]))
    found = meaning.log_values([(1,), (2,), (9,), (0,)])
    assert found == pytest.approx([math.log(0.6), math.log(0.01), math.log(0.01), 0])


def test_the_edit_distance_is_the_fewest_edits() -> None:
    def fewest(a: mh.Tokens, b: mh.Tokens) -> int:
        if not a or not b:
            return len(a) + len(b)
        changed = fewest(a[1:], b[1:]) + (a[0] != b[0])
        return min(changed, fewest(a[1:], b) + 1, fewest(a, b[1:]) + 1)

    rng = random.Random(0)
    for _ in range(60):
        a, b = (tuple(rng.choices(WORDS, k=rng.randint(0, 5))) for _ in range(2))
        assert edit_distance(a, b) == fewest(a, b)


def test_a_product_sums_its_parts_by_their_weights() -> None:
    parts = [Length(1, 3), Closeness((4, 5))]
    sentences = [(4, 5), (4,), (6, 7, 4), (4,) * 9]
    assert Closeness((4, 5)).log_values(sentences) == [0, -1, -3, -8]
    found = Product(parts, {"closeness": 2.5}).score(sentences)
    assert [score.total for score in found] == [0, -2.5, -7.5, -math.inf]
    assert found[2].parts == {"length": 0, "closeness": -7.5}
    off = Product(parts, {"closeness": 1, "length": 0}).score(sentences)
    assert [score.total for score in off] == [0, -1, -3, -8]
    for wrong in (-1, 101):
        with pytest.raises(ValueError, match="between 0 and 100"):
            Product(parts, {"closeness": wrong})
    assert WordMeaning([], np.eye(3)).log_values([(1,), (2, 1)]) == [0, 0]


def test_what_was_judged_is_not_asked_again() -> None:
    asked: list[str] = []

    def log_probs(texts: list[str]) -> list[float]:
        asked.extend(texts)
        return [-float(len(text)) for text in texts]

    judged = Judged(log_probs, lambda x: "w" * len(x))
    assert judged.log_values([(4,), (4, 5), (4,)]) == [-1, -2, -1]
    assert judged.log_values([(4, 5), (7, 7, 7)]) == [-2, -3]
    assert asked == ["w", "ww", "www"]


# --- proposals --------------------------------------------------------------------------------


@pytest.mark.parametrize("rescored", [False, True])
def test_words_come_as_often_as_their_probability_says(pair, rescored: bool) -> None:
    """From (5, 6): the action by its probability, the place evenly, the word by both models."""
    options = {"probabilities": {"replace": 2.0, "insert": 1.0, "delete": 1.0}, "words": (1, 3)}
    target = Product([Fluency(pair[0])])
    if rescored:
        proposals = RescoredProposals(*pair, target, **options)
    else:
        proposals = WordProposals(*pair, **options)
    x = (5, 6)
    expected: Counter = Counter()
    for move in proposals.moves(x):
        expected[move.edit] += math.exp(move.log_forward)
    rngs = [random.Random(f"words {i}") for i in range(6000)]
    drawn = proposals.propose(rngs, [x] * 6000)
    counts = Counter(move.edit for move in drawn)
    assert sum(expected.values()) == pytest.approx(1)
    distance = 0.5 * sum(abs(counts[e] / 6000 - expected[e]) for e in expected | counts)
    assert distance < 0.03
    actions = Counter(move.edit.action for move in drawn)
    assert actions["replace"] / 6000 == pytest.approx(0.5, abs=0.03)

    for action, places in (("replace", 2), ("insert", 3), ("delete", 2)):
        mass = [
            sum(p for edit, p in expected.items() if edit[:2] == (action, place))
            for place in range(places)
        ]
        assert mass == pytest.approx([(0.5 if action == "replace" else 0.25) / places] * places)

    for place in (0, 1):  # the word itself: as both models have it, over what may be proposed
        before, after = x[:place], x[place + 1 :]
        sentences = [(*before, word, *after) for word in WORDS]
        if rescored:
            scores = np.array(pair[0].log_probs(sentences))
        else:
            ahead = pair[0].model.log_probs(pair[0].gaps([x])[0][place][None])[0]
            behind = pair[1].model.log_probs(pair[1].gaps([x])[0][place + 1][None])[0]
            scores = (ahead + behind)[list(WORDS)].numpy()
        share = np.exp(scores - np.logaddexp.reduce(scores))
        share[WORDS.index(x[place])] = 0  # never comes back as itself
        share /= share.sum()
        for word, p in zip(WORDS, share, strict=True):
            edit = mh.Edit("replace", place, x[place], word)
            assert expected[edit] == pytest.approx(0.5 / 2 * p, abs=1e-9)


def test_the_table_of_words_has_the_likeliest_and_the_one_drawn(pair) -> None:
    proposals = WordProposals(*pair, words=(1, 3), probabilities={"delete": 0, "insert": 0})
    for move in proposals.propose([random.Random(i) for i in range(30)], [(5, 6)] * 30):
        words, shares = zip(*move.words, strict=True)
        assert move.edit.new in words and list(shares) == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1) and move.edit.old not in words
        chosen = dict(move.words)[move.edit.new]
        assert math.log(chosen) - math.log(2) == pytest.approx(move.log_forward)


def test_impossible_edits_are_never_proposed(pair) -> None:
    full = WordProposals(*pair, words=(3, 3))
    assert {move.edit.action for move in full.moves((4, 5, 6))} == {"replace"}
    free = WordProposals(*pair, words=(2, 3), keywords=[5])
    edits = [move.edit for move in free.moves((4, 5, 5))]
    assert {e.position for e in edits if e.action == "delete"} == {0, 1, 2}
    edits = [move.edit for move in free.moves((4, 5, 6))]
    assert {e.position for e in edits if e.action != "insert"} == {0, 2}
    assert not {e.action for e in edits} & {"insert"}
    assert {m.edit.action for m in free.moves((4, 5))} == {"replace", "insert"}
    one_way = WordProposals(*pair, words=(1, 3), probabilities={"delete": 0})
    inserted = [move for move in one_way.moves((5, 6)) if move.edit.action == "insert"]
    assert {move.log_reverse for move in inserted} == {-math.inf}  # never undone, so not done


def test_a_new_word_may_come_before_between_and_behind_the_others(pair) -> None:
    found = WordProposals(*pair, words=(1, 3)).log_positions((5, 6), "insert")
    assert found == pytest.approx(dict.fromkeys(range(3), -math.log(3)))


def test_a_keyword_that_was_put_in_could_not_be_taken_out_again(pair) -> None:
    proposals = WordProposals(*pair, words=(1, 3), keywords=[7])
    reverse: dict[bool, set[bool]] = {True: set(), False: set()}
    for move in proposals.moves((5, 6)):
        reverse[move.edit.new == 7].add(move.log_reverse == -math.inf)
    assert reverse == {True: {True}, False: {False}}


def test_no_sentence_is_longer_than_asked_for_or_than_the_models_read(pair) -> None:
    assert WordProposals(*pair, words=(1, 2)).longest == 2
    assert WordProposals(*pair, words=(1, 99)).longest == LONGEST


class Given(WordProposals):
    """Words with the probabilities it is told, wherever they would stand."""

    log_q: np.ndarray

    def log_words(self, places):
        return [self.log_q] * len(places)


def test_another_word_than_the_one_that_is_all_but_certain_keeps_its_digits(pair) -> None:
    proposals = Given(*pair, words=(2, 2))
    rare = np.array([2.0, 3.0, 5.0]) * 1e-18  # 1 less their sum is 1
    with np.errstate(divide="ignore"):
        proposals.log_q = np.log(np.concatenate([np.zeros(4), [1.0], rare]))
    moves = {m.edit.new: m for m in proposals.moves((4, 4)) if m.edit.position == 0}
    for word, share in zip((5, 6, 7), (0.2, 0.3, 0.5), strict=True):
        assert math.exp(moves[word].log_forward) == pytest.approx(share / 2, rel=1e-9)


def test_a_short_table_still_has_the_likeliest_words(pair, monkeypatch) -> None:
    monkeypatch.setattr(mh_proposals, "SHOWN", 2)
    proposals = Given(*pair, words=(1, 3), probabilities={"delete": 0, "replace": 0})
    with np.errstate(divide="ignore"):
        proposals.log_q = np.log([0, 0, 0, 0, 0.05, 0.45, 0.2, 0.3])
    tables = set()
    for move in proposals.propose([random.Random(i) for i in range(60)], [(5, 6)] * 60):
        tables.add(tuple(word for word, _ in move.words))
    assert tables == {(5, 7), (5, 7, 4), (5, 7, 6)}


class Impossible:
    """A target under which no sentence with one of these words is possible."""

    name = "impossible"

    def __init__(self, *words: int) -> None:
        self.words = set(words or range(8))

    def log_values(self, sentences):
        return [-math.inf if self.words & set(x) else 0.0 for x in sentences]


def test_where_one_candidate_is_impossible_the_others_share_all(pair) -> None:
    target = Product([Fluency(pair[0]), Impossible(7)])
    (found,) = RescoredProposals(*pair, target).log_words([Place((5, 6), "replace", 1)])
    totals = np.array(pair[0].log_probs([(5, 4), (5, 5), (5, 6)]))
    assert found[4:7] == pytest.approx(totals - np.logaddexp.reduce(totals))
    assert found[7] == -math.inf
    proposals = WordProposals(*pair, words=(1, LONGEST), probabilities={"delete": 0})
    state = mh.State((5, 6), mh.Score(-1.0, {}))
    _, infos = paper_step(1, 0, [state] * 40, target, proposals)
    inserted = [i.candidate for i in infos if i.candidate.edit.action == "insert"]
    totals = np.array(pair[0].log_probs([(word, 5, 6) for word in (4, 5, 6)]))
    shares = dict(zip((4, 5, 6), totals - np.logaddexp.reduce(totals), strict=True))
    assert inserted
    for move in inserted:
        assert move.log_forward == pytest.approx(shares[move.edit.new])


def test_only_the_likeliest_words_are_scored_and_all_alike_where_none_is_possible(
    pair, monkeypatch
) -> None:
    monkeypatch.setattr(mh_proposals, "CANDIDATES", 2)
    place = Place((5, 6), "replace", 1)
    (plain,) = WordProposals(*pair).log_words([place])
    best = np.argsort(-plain)[:2]
    rest = np.setdiff1d(np.arange(8), best)
    target = Product([Fluency(pair[0])])
    (found,) = RescoredProposals(*pair, target).log_words([place])
    totals = np.array([target.score([(5, int(word))])[0].total for word in best])
    assert found[best] == pytest.approx(totals - np.logaddexp.reduce(totals))
    assert (found[rest] == -math.inf).all()
    (found,) = RescoredProposals(*pair, Product([Impossible()])).log_words([place])
    assert found[best] == pytest.approx([-math.log(2)] * 2) and (found[rest] == -math.inf).all()


def test_a_gradient_chooses_places_by_its_size_and_words_by_its_direction(pair, victim) -> None:
    plain = WordProposals(*pair, words=(1, 3))
    guided = GradientProposals(*pair, victim, 1, words=(1, 3))
    x = (5, 6, 4)
    slopes = victim.slopes(x, 1)
    sizes = np.sqrt((slopes**2).sum(1))
    places = guided.log_positions(x, "replace")
    assert [places[i] for i in range(3)] == pytest.approx(np.log(sizes / sizes.sum()))
    assert guided.log_positions(x, "delete") == plain.log_positions(x, "delete")
    vectors = victim.model.words.weight.numpy()
    place = Place(x, "replace", 1)
    (before,), (after,) = plain.log_words([place]), guided.log_words([place])
    weights = np.zeros(8)
    for word in WORDS:
        step = vectors[word] - vectors[6]
        size = np.linalg.norm(step) * np.linalg.norm(slopes[1])
        cosine = -(slopes[1] @ step) / size if word != 6 else 0
        weights[word] = math.exp(before[word]) * (1 + cosine) / 2
    assert np.exp(after) == pytest.approx(weights / weights.sum(), abs=1e-6)
    place = Place(x, "delete", 1)
    assert np.array_equal(plain.log_words([place])[0], guided.log_words([place])[0])


def test_a_victim_reads_the_premise_before_the_words(victim) -> None:
    paired = Victim(victim.model, lambda token: token, before=[9, 10])
    x = torch.tensor([[9, 10, 5, 6, 2]])
    expected = victim.model.logits(x).log_softmax(1)[0]
    (found,) = paired.log_probs([(5, 6)])
    assert found == pytest.approx(expected.numpy())
    assert paired.slopes((5, 6), 0).shape == (2, 8)
    assert Misleading(paired, 1).log_values([(5, 6)]) == [pytest.approx(float(expected[1]))]


def test_a_victim_counts_what_it_is_asked(victim) -> None:
    victim.log_probs([(4,), (5, 6)])
    victim.log_probs([(4,), (7,), (6, 6)])  # one is known
    assert (victim.forward_passes, victim.gradients) == (4, 0)
    for x in ((4,), (5, 5), (5, 5), (4, 6)):  # asked, new, known, new
        victim.slopes(x, 1)
    assert (victim.forward_passes, victim.gradients) == (6, 3)
    victim.log_probs([(5, 5)])  # its gradient told it
    assert victim.forward_passes == 6


def test_what_is_impossible_or_cannot_be_undone_is_never_accepted() -> None:
    state = mh.State((4,), mh.Score(-3.0, {}))
    for reverse, total in ((-math.inf, -1.0), (-1.0, -math.inf)):
        move = mh.Candidate((5,), -1.0, reverse, mh.Edit("replace", 0, 4, 5))
        info = mh.decide(random.Random(0), state, move, mh.Score(total, {}))
        assert info.log_alpha == -math.inf and not info.accepted


def test_a_run_goes_on_from_the_step_it_is_told(pair) -> None:
    target = Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, 3))
    start = mh.init([(5, 6), (7,)], target)
    whole = list(mh.run(4, start, target, proposals, 7))
    rest = list(mh.run(4, whole[2][0], target, proposals, 4, first=3))
    assert rest == whole[3:] and len(rest) == 4


def test_acceptance_is_the_ratio_and_its_number_uniform() -> None:
    state = mh.State((4,), mh.Score(-3.0, {}))
    move = mh.Candidate((5,), -0.7, -1.1, mh.Edit("replace", 0, 4, 5))
    infos = [mh.decide(mh.rng_of(0, i, 0), state, move, mh.Score(-3.5, {})) for i in range(4000)]
    assert infos[0].log_alpha == pytest.approx(-3.5 + 3.0 - 1.1 + 0.7)
    u = np.sort([math.exp(info.log_u) for info in infos])
    assert np.abs(u - (np.arange(4000) + 0.5) / 4000).max() < 0.03
    share = np.mean([info.accepted for info in infos])
    assert share == pytest.approx(math.exp(-0.9), abs=0.03)


# --- the released procedure -------------------------------------------------------------------


def test_the_released_procedure_accepts_by_its_own_formula(pair) -> None:
    """An insertion by π(x') / π(x) / share · 10 / |x|, a deletion by the reverse."""
    target = Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, LONGEST))

    def log_pi(x: mh.Tokens) -> float:
        return target.score([x])[0].total

    def share(x: mh.Tokens, place: int, word: int) -> float:
        """Of the word in the sum of π over what could be inserted there."""
        totals = [log_pi((*x[:place], w, *x[place:])) for w in WORDS]
        return log_pi((*x[:place], word, *x[place:])) - float(np.logaddexp.reduce(totals))

    states = mh.init([(5, 6), (4,), (7, 7), (6, 5, 4)], target)
    seen: Counter = Counter()
    for number in range(120):
        before = states
        states, infos = paper_step(3, number, states, target, proposals)
        for state, info, after in zip(before, infos, states, strict=True):
            x, (action, place, _, new) = state.tokens, info.candidate.edit
            gain = info.score.total - state.score.total
            if action == "insert":
                log_alpha = gain - share(x, place, new) + math.log(10 / len(x))
            elif action == "delete":
                y = info.candidate.tokens
                log_alpha = gain + share(y, place, x[place]) - math.log(10 / len(y))
            else:
                log_alpha = 0.0
            assert info.log_alpha == pytest.approx(min(0.0, log_alpha), abs=1e-9)
            passes = number // 10 % 2 == 0 or gain > math.log(0.5)
            assert info.log_u <= 0
            if action == "none":  # a step that stays, and says so
                stay = mh.Candidate(x, 0.0, 0.0, mh.Edit("none", number % len(x)))
                assert info == mh.Info(stay, state.score, 0.0, info.log_u, True)
            else:
                assert info.accepted == (passes and info.log_u <= info.log_alpha)
                seen[action, passes, info.accepted] += 1
            assert after.tokens == (info.candidate.tokens if info.accepted else x)
    assert {action for action, _, _ in seen} == {"insert", "delete", "replace"}
    assert seen["replace", False, False] > 0


def test_the_released_procedure_weighs_an_insertion_against_where_it_stands(pair) -> None:
    """Where the sentence itself is likelier than all that could be inserted, it seldom is."""
    target = Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, LONGEST))
    (state,) = mh.init([(5, 6)], target)
    likely = state._replace(score=mh.Score(state.score.total + 12, {}))
    _, infos = paper_step(1, 0, [likely] * 40, target, proposals)
    inserted = [info for info in infos if info.candidate.edit.action == "insert"]
    totals = [target.score([(word, 5, 6)])[0].total for word in WORDS]
    expected = float(np.logaddexp.reduce(totals)) - likely.score.total + math.log(10 / 2)
    assert expected < -1 and len(inserted) > 3
    assert [info.log_alpha for info in inserted] == pytest.approx([expected] * len(inserted))


def test_the_released_procedure_draws_among_the_likeliest_words_alone(pair, monkeypatch) -> None:
    monkeypatch.setattr(cgmh, "CANDIDATES", 2)
    proposals = WordProposals(*pair, words=(1, LONGEST), probabilities={"delete": 0})
    (log_q,) = proposals.log_words([Place((5, 6), "insert", 0)])
    best = {int(word) for word in np.argsort(-log_q)[:2]}
    for terms in ([Fluency(pair[0])], [Impossible()]):
        target = Product(terms)
        state = mh.State((5, 6), mh.Score(-1.0, {}))
        _, infos = paper_step(1, 0, [state] * 60, target, proposals)
        moves = [i.candidate for i in infos if i.candidate.edit.action == "insert"]
        assert {move.edit.new for move in moves} == best
        for move in moves:
            assert sum(share for _, share in move.words) == pytest.approx(1)
            if terms[0].name == "impossible":
                assert move.log_forward == pytest.approx(-math.log(2))


def test_the_released_procedure_chooses_actions_as_the_paper_says(pair) -> None:
    """Three in ten each, and one in ten steps that does nothing; what is not possible stays."""
    target = Product([Fluency(pair[0])])
    n = 400
    for x, keywords, shares in (
        ((5, 6), (), {"replace": 0.3, "insert": 0.3, "delete": 0.3, "none": 0.1}),
        ((5,), (), {"replace": 0.3, "insert": 0.3, "none": 0.4}),
        ((5, 6, 4), (), {"replace": 0.3, "delete": 0.3, "none": 0.4}),
        ((5, 6), (5,), {"insert": 0.3, "none": 0.7}),
    ):
        proposals = WordProposals(*pair, words=(1, LONGEST), keywords=keywords)
        _, infos = paper_step(6, 0, mh.init([x], target) * n, target, proposals)
        found = Counter(info.candidate.edit.action for info in infos)
        assert set(found) == set(shares)
        for action, share in shares.items():
            assert found[action] / n == pytest.approx(share, abs=0.07)


def test_the_table_of_the_released_procedure_is_short_and_holds_the_word_drawn(
    pair, monkeypatch
) -> None:
    monkeypatch.setattr(cgmh, "SHOWN", 1)
    target = Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, LONGEST))
    sizes = set()
    for number in range(40):
        _, infos = paper_step(5, number, mh.init([(5, 6)] * 3, target), target, proposals)
        for move in (info.candidate for info in infos if info.candidate.words):
            words = dict(move.words)
            sizes.add(len(words))
            assert math.log(words[move.edit.new]) == pytest.approx(move.log_forward)
            assert list(words.values()) == sorted(words.values(), reverse=True)
    assert sizes == {1, 2}  # the likeliest, and another where that was drawn


# --- the genetic attack -----------------------------------------------------------------------


def attack_of(pair, victim) -> Attack:
    vectors = np.random.default_rng(0).normal(size=(8, 3)) * 0.2 + 1  # all are near each other
    proposals = WordProposals(*pair, words=(1, 3))
    return Attack(victim, 1, proposals, Neighbours(vectors, forbidden=range(4)))


def test_parents_are_drawn_by_their_fitness(pair, victim) -> None:
    """Where nothing mutates, a child has a parent's new word as often as softmax(C / 0.3) says."""
    expected, even, found, total = 0.0, 0.0, 0, 0
    for seed in range(100):
        start = [(4, 5, 6), (7, 6, 4), (5, 7, 7), (6, 6, 5)][seed % 4]
        attack = attack_of(pair, victim)
        run = attack.run(seed, start, 2)
        first = next(run)
        attack.neighbours = Neighbours(np.eye(8), forbidden=range(8))  # nothing mutates any more
        second = next(run)
        assert second.number == 1
        children = list(second.population)
        children.remove(first.best)  # it lives on as it is
        shares = np.exp(np.exp(first.log_p) / 0.3)
        shares /= shares.sum()
        place = next(i for i in range(3) if first.best[i] != start[i])  # where the fittest differs
        word = first.best[place]
        has = np.array([x[place] == word for x in first.population])
        expected += 19 * shares @ has
        even += 19 * has.mean()
        found += sum(x[place] == word for x in children)
        total += 19
    assert found / total == pytest.approx(expected / total, abs=0.03)
    assert expected / total > even / total + 0.06


def test_a_mutation_is_the_fittest_of_the_neighbours_that_read_best(
    pair, victim, monkeypatch
) -> None:
    monkeypatch.setattr(genetic, "FLUENT", 2)
    attack = attack_of(pair, victim)
    (log_q,) = attack.proposals.log_words([Place((5,), "replace", 0)])
    near = [4, 6, 7]
    fluent = sorted(near, key=lambda word: -log_q[word])[:2]
    fittest = max(fluent, key=lambda word: victim.log_probs([(word,)])[0][1])
    (first,) = attack.run(0, (5,), 1)
    assert set(first.population) == {(fittest,)}
    assert first.number == 0 and first.best == (fittest,)


def test_a_sentence_with_one_word_that_may_go_mutates_there(pair, victim) -> None:
    attack = attack_of(pair, victim)
    attack.proposals = WordProposals(*pair, words=(1, 3), keywords=[5])
    (first,) = attack.run(0, (5, 6), 1)
    assert {x[0] for x in first.population} == {5} and (5, 6) not in first.population


def test_neighbours_are_the_nearest_by_cosine_that_point_the_same_way(monkeypatch) -> None:
    monkeypatch.setattr(genetic, "NEIGHBOURS", 3)
    angles = np.array([0.1, 0.0, 0.2, 0.3, 0.4, 2.0, -0.15])
    lengths = np.array([1.0, 2, 3, 1, 9, 1, 0.5])
    vectors = lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    assert set(Neighbours(vectors, [0]).of(1)) == {2, 3, 6}
    assert set(Neighbours(vectors, [0, 2]).of(1)) == {3, 4, 6}
    assert Neighbours(vectors, [0, 2, 3, 4, 6]).of(1) == []


# --- how well a chain mixes -------------------------------------------------------------------


def correlation(values: np.ndarray, lag: int) -> float:
    centred = values - values.mean()
    return float((centred[: len(values) - lag] * centred[lag:]).sum() / (centred**2).sum())


def test_autocorrelation_is_its_sum_written_out() -> None:
    values = np.random.default_rng(0).normal(size=11).cumsum() + 5
    expected = [correlation(values, lag) for lag in range(11)]
    assert autocorrelation(values, 4) == pytest.approx(expected[:4])
    assert autocorrelation(values, 99) == pytest.approx(expected)
    assert autocorrelation(np.arange(3.0), 3) == pytest.approx([1, 0, -0.5])
    assert autocorrelation(np.full(5, 2.0), 3).tolist() == [1, 1, 1]


def test_the_effective_sample_size_sums_pairs_while_they_are_positive_and_falling() -> None:
    rises = ends = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        values = rng.normal(size=int(rng.integers(12, 40))).cumsum() % 3
        n, time, last = len(values), -1.0, math.inf
        for lag in range(0, n - 1, 2):
            pair = correlation(values, lag) + correlation(values, lag + 1)
            if pair <= 0:
                ends += 1
                break
            rises += pair > last
            last = min(last, pair)
            time += 2 * last
        expected = min(max(n / max(time, 1 / n), 1), n)
        assert effective_sample_size(values) == pytest.approx(expected)
    assert rises and ends
    assert effective_sample_size(np.array([1.0, -1.0] * 9)) == 18  # as good as independent
