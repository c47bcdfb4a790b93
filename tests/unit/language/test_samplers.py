"""Chains over sentences: exact where everything can be enumerated, and honest where it cannot."""

import itertools
import math
import random
from collections import Counter

import numpy as np
import pytest
import torch

from backend import registry
from backend.device import seeded
from backend.distributions.sequence import Sequence
from backend.language.beam import beam_search, forced_beam
from backend.language.samplers import metropolis_hastings as mh
from backend.language.samplers.annealing import temperature
from backend.language.samplers.cgmh import paper_step
from backend.language.samplers.contexts import Contexts, as_ids
from backend.language.samplers.mha import GradientProposals, Misleading, Victim
from backend.language.samplers.proposals import RescoredProposals, WordProposals
from backend.language.samplers.targets import Fluency, Keywords, Length, Product
from backend.nets.language import reverse

WORDS = (4, 5, 6, 7)  # after <pad> <bos> <eos> <unk>
LONGEST = 3


def exact(target) -> tuple[list[mh.Tokens], np.ndarray]:
    """All sentences and their probabilities [N] under the target."""
    states = all_sentences()
    log_pi = np.array([score.total for score in target.score(states)])
    return states, np.exp(log_pi - np.logaddexp.reduce(log_pi))


def distance(counts: Counter, states: list[mh.Tokens], probabilities: np.ndarray) -> float:
    """Total variation between how often sentences were visited and their probabilities."""
    visited = np.array([counts[x] for x in states]) / counts.total()
    return 0.5 * np.abs(visited - probabilities).sum()


def language_model(name: str = "lm/lstm_lm", direction: str = "forward", seed: int = 0, **sizes):
    cls = registry.model_class(name)
    options = vars(cls.Config.tiny()) | {"vocab_size": 8, "max_len": LONGEST + 1} | sizes
    with seeded(seed):
        model = cls(cls.Config(**(options | {"direction": direction}))).double().eval()
        for parameter in model.parameters():  # far from uniform
            parameter.data += torch.randn_like(parameter) * 0.5
    return model.requires_grad_(False)


@pytest.fixture(scope="module")
def pair() -> tuple[Contexts, Contexts]:
    return Contexts(language_model()), Contexts(language_model(direction="backward", seed=1))


def all_sentences(shortest: int = 1) -> list[mh.Tokens]:
    sizes = range(shortest, LONGEST + 1)
    return [x for n in sizes for x in itertools.product(WORDS, repeat=n)]


class Uniform:
    def score(self, sentences):
        return [mh.Score(0.0, {}) for _ in sentences]


@pytest.mark.parametrize("rescored", [False, True])
@pytest.mark.parametrize("keywords", [(), (5,), (4, 7)])
def test_detailed_balance_for_every_pair_of_sentences(pair, keywords, rescored: bool) -> None:
    target = Product([Fluency(pair[0]), Keywords(keywords), Length(1, LONGEST)])
    options = {"keywords": keywords, "words": (1, LONGEST)}
    if rescored:
        proposals = RescoredProposals(*pair, target, **options)
    else:
        proposals = WordProposals(*pair, **options)
    states = [x for x in all_sentences() if Counter(keywords) <= Counter(x)]
    log_pi = dict(zip(states, (s.total for s in target.score(states)), strict=True))
    total = np.logaddexp.reduce(list(log_pi.values()))
    flow: Counter = Counter()
    for x in states:
        probability = 0.0
        for move in proposals.moves(x):
            probability += math.exp(move.log_forward)
            y = move.tokens
            if y not in log_pi or move.log_reverse == -math.inf:
                continue
            ratio = log_pi[y] - log_pi[x] + move.log_reverse - move.log_forward
            flow[x, y] += math.exp(log_pi[x] - total + move.log_forward + min(0.0, ratio))
        assert probability == pytest.approx(1, abs=1e-12)
    assert len(flow) > len(states)
    assert max(abs(flow[x, y] - flow[y, x]) for x, y in flow) < 1e-12
    reached, front = {states[0]}, [states[0]]
    while front:
        x = front.pop()
        new = [y for a, y in flow if a == x and y not in reached]
        reached.update(new)
        front += new
    assert reached == set(states)  # any order of the keywords, any length


@pytest.mark.slow
@pytest.mark.parametrize("uniform", [False, True])
def test_a_long_chain_visits_sentences_as_often_as_they_are_probable(pair, uniform: bool) -> None:
    target = Uniform() if uniform else Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, LONGEST))
    states, probabilities = exact(target)
    counts: Counter = Counter()
    starts = mh.init([states[i] for i in range(0, 80, 2)], target)
    steps = 2500 if uniform else 1250  # of 40 chains; these proposals mix slower there
    for current, _ in mh.run(3, starts, target, proposals, steps):
        counts.update(state.tokens for state in current)
    assert distance(counts, states, probabilities) < 0.04


# --- annealing --------------------------------------------------------------------------------


def test_at_temperature_1_annealing_is_the_exact_chain(pair) -> None:
    target = Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, LONGEST))
    plain = warm = mh.init([(4, 5), (7,)], target)
    for n in range(60):
        rngs = [[mh.rng_of(9, chain, n) for chain in (0, 1)] for _ in range(2)]
        plain, infos = mh.advance(rngs[0], plain, target, proposals)
        heat = temperature(n, (1.0, 1.0), 60)
        warm, others = mh.advance(rngs[1], warm, target, proposals, heat)
        assert (plain, infos) == (warm, others)


@pytest.mark.parametrize("heat", [0.4, 2.5])
def test_a_step_at_a_temperature_is_in_balance_with_the_cooled_target(pair, heat: float) -> None:
    target = Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, LONGEST))
    states = dict(zip(all_sentences(), target.score(all_sentences()), strict=True))
    log_pi = {x: score.total / heat for x, score in states.items()}  # π^(1/T)
    flow: Counter = Counter()
    for x, score in states.items():
        for move in proposals.moves(x):
            after = states[move.tokens]
            info = mh.decide(random.Random(0), mh.State(x, score), move, after, heat)
            flow[x, move.tokens] += math.exp(log_pi[x] + move.log_forward + info.log_alpha)
    total = sum(math.exp(value) for value in log_pi.values())
    assert len(flow) > len(states)
    assert max(abs(flow[x, y] - flow[y, x]) for x, y in flow) < 1e-12 * total


def test_a_temperature_falls_geometrically_and_stays() -> None:
    falling = [temperature(n, (4.0, 0.25), 5) for n in range(8)]
    assert falling == pytest.approx([4, 2, 1, 0.5, 0.25, 0.25, 0.25, 0.25])
    assert temperature(0, (4.0, 0.25), 0) == temperature(0, (4.0, 0.25), 1) == 0.25


def test_keywords_are_never_lost(pair) -> None:
    target = Product([Fluency(pair[0]), Keywords([6, 4])])
    proposals = WordProposals(*pair, keywords=[6, 4], words=(2, LONGEST))
    start = mh.init([(6, 4)], target)
    seen = set()
    for (state,), (info,) in mh.run(1, start, target, proposals, 400):
        assert {6, 4} <= set(state.tokens)
        seen.add(state.tokens)
        assert not info.accepted or info.candidate.tokens == state.tokens
    assert {(6, 4), (4, 6)} <= seen


def test_a_step_can_be_repeated_alone(pair) -> None:
    target = Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, LONGEST))
    start = mh.init([(4, 5), (7,)], target)
    trace = list(mh.run(9, start, target, proposals, 30))
    again, infos = mh.step(9, 20, trace[19][0], target, proposals)
    assert (again, infos) == trace[20]
    alone = list(mh.run(9, start[:1], target, proposals, 30))
    assert [states[0].tokens for states, _ in alone] == [states[0].tokens for states, _ in trace]
    other = list(mh.run(10, start, target, proposals, 30))
    assert [s for s, _ in other] != [s for s, _ in trace]


def test_a_rejected_candidate_is_kept_and_alpha_is_the_ratio(pair) -> None:
    target = Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, LONGEST))
    states = mh.init([(4, 5, 6)], target)
    rejected = 0
    for number in range(200):
        before = states[0]
        states, (info,) = mh.step(2, number, states, target, proposals)
        move = info.candidate
        ratio = info.score.total - before.score.total + move.log_reverse - move.log_forward
        assert info.log_alpha == pytest.approx(min(0.0, ratio))
        assert info.accepted == (info.log_u <= info.log_alpha)
        assert states[0].tokens == (move.tokens if info.accepted else before.tokens)
        rejected += not info.accepted
    assert 0 < rejected < 200


def test_a_chain_cannot_start_where_the_target_is_0(pair) -> None:
    target = Product([Fluency(pair[0]), Keywords([5]), Length(1, 2)])
    with pytest.raises(ValueError, match="because of: keywords, length"):
        mh.init([(4, 4, 4)], target)


def test_nothing_to_edit_is_said(pair) -> None:
    proposals = WordProposals(*pair, keywords=[4, 5, 6], words=(3, 3))
    with pytest.raises(ValueError, match="longer sentences or fewer keywords"):
        proposals.propose([random.Random(0)], [(4, 5, 6)])
    with pytest.raises(ValueError, match="at least 0"):
        WordProposals(*pair, probabilities={"replace": -1})


@pytest.mark.parametrize("name", ["lm/lstm_lm", "lm/transformer_lm"])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_kept_scores_equal_the_models_one_by_one(name: str, direction: str) -> None:
    model = language_model(name, direction)
    contexts = Contexts(model)
    states = all_sentences()
    together = contexts.log_probs(states)
    alone = [float(model.log_prob(as_ids([x]))) for x in states]
    assert together == pytest.approx(alone, abs=1e-5)
    assert contexts.log_probs(states[:3]) == together[:3]


@pytest.mark.parametrize("name", ["lm/lstm_lm", "lm/transformer_lm"])
def test_a_backward_model_is_a_forward_model_of_reversed_text(name: str) -> None:
    ahead, behind = language_model(name), language_model(name, "backward")
    behind.load_state_dict(ahead.state_dict())
    x = as_ids(all_sentences())
    assert torch.allclose(behind.log_prob(x), ahead.log_prob(reverse(x)), atol=1e-12)
    assert torch.equal(reverse(reverse(x)), x)
    with seeded(4):
        a = ahead.sample(20)
    with seeded(4):
        assert torch.equal(reverse(behind.sample(20)), a)


@pytest.mark.parametrize("name", ["lm/lstm_lm", "lm/transformer_lm"])
def test_contexts_hold_what_was_read_and_nothing_else(name: str) -> None:
    x, y = as_ids([(4, 5, 6)]), as_ids([(4, 7, 7)])
    ahead = language_model(name)
    a, b = ahead.contexts(x), ahead.contexts(y)
    assert torch.equal(a[:, :2], b[:, :2])  # the causal mask, exact: only x_<2 is the same
    assert not torch.allclose(a[:, 2:], b[:, 2:])
    x, y = as_ids([(4, 5, 6)]), as_ids([(7, 5, 6)])
    behind = language_model(name, "backward")
    a, b = behind.contexts(x), behind.contexts(y)
    assert torch.allclose(a[:, 1:], b[:, 1:], atol=1e-12)
    assert not torch.allclose(a[:, :1], b[:, :1])
    batch = behind.contexts(as_ids([(4, 5, 6), (5,)]))
    alone = behind.contexts(as_ids([(5,)]))
    assert torch.allclose(batch[1, :2], alone[0], atol=1e-12)


@pytest.mark.parametrize("name", ["lm/lstm_lm", "lm/transformer_lm"])
def test_probabilities_of_all_sentences_add_up(name: str) -> None:
    """Over sentences of at most three words, <unk> included, and the empty one."""
    model = language_model(name)
    states = [x for n in range(4) for x in itertools.product((3, *WORDS), repeat=n)]
    assert float(model.log_prob(as_ids(states)).logsumexp(0)) == pytest.approx(0, abs=1e-9)


def test_weights_scale_the_parts_of_the_target(pair) -> None:
    parts = [Fluency(pair[0]), Length(1, 3)]
    plain, warm = Product(parts), Product(parts, {"language model": 0.5})
    (a,), (b,) = plain.score([(4, 6)]), warm.score([(4, 6)])
    assert b.total == pytest.approx(0.5 * a.total)
    assert set(a.parts) == {"language model", "length"}
    with pytest.raises(ValueError, match="between 0 and 100"):
        Product(parts, {"length": -1})
    assert Product(parts, {"length": 0}).score([(4,) * 3])[0].parts["length"] == 0


# --- the released procedure -------------------------------------------------------------------


def test_the_released_procedure_does_not_converge_to_the_target(pair) -> None:
    """The exhibit: with the same target and proposals, its visits are far from π."""
    target = Product([Fluency(pair[0])])
    proposals = WordProposals(*pair, words=(1, LONGEST))
    states, probabilities = exact(target)
    counts: Counter = Counter()
    current = mh.init([states[i] for i in range(0, 80, 8)], target)
    for number in range(1000):
        current, _ = paper_step(1, number, current, target, proposals)
        counts.update(state.tokens for state in current)
    assert distance(counts, states, probabilities) > 0.1


def test_the_released_procedure_keeps_keywords_and_sweeps(pair) -> None:
    target = Product([Fluency(pair[0]), Keywords([5])])
    proposals = WordProposals(*pair, keywords=[5], words=(1, LONGEST))
    (state,) = mh.init([(5,)], target)
    for number in range(200):
        length = len(state.tokens)
        ((state,), (info,)) = paper_step(4, number, [state], target, proposals)
        assert 5 in state.tokens
        assert info.candidate.edit.position == number % length
        if info.candidate.edit.action == "replace" and number // 10 % 2 == 0:
            assert info.accepted  # with threshold 0 every replacement passes
    again = paper_step(4, 199, mh.init([(4, 5)], target), target, proposals)
    assert again == paper_step(4, 199, mh.init([(4, 5)], target), target, proposals)


# --- beam search ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lm/lstm_lm", "lm/transformer_lm"])
def test_a_beam_as_wide_as_the_space_is_exact(name: str) -> None:
    model = language_model(name)
    p = Sequence(model, model.start(1), 1)
    done, tree = beam_search(p, width=700)
    states = [x for n in range(4) for x in itertools.product((3, *WORDS), repeat=n)]
    log_p = model.log_prob(as_ids(states)).tolist()
    ranked = sorted(zip(log_p, states, strict=True), reverse=True)
    assert [h.tokens[:-1] for h in done[:10]] == [x for _, x in ranked[:10]]
    assert [h.log_p for h in done[:10]] == pytest.approx([value for value, _ in ranked[:10]])
    assert len(tree) == LONGEST + 1


def test_a_beam_of_1_is_greedy_and_wider_ones_are_no_worse() -> None:
    model = language_model(seed=5)
    p = Sequence(model, model.start(1), 1)
    (greedy,), _ = beam_search(p, width=1)
    row = p.mode[0].tolist()
    assert list(greedy.tokens) == row[: row.index(2) + 1]
    best = [beam_search(p, width=width)[0][0].log_p for width in (1, 2, 4, 8)]
    assert all(b >= a - 1e-12 for a, b in itertools.pairwise(best))  # but for rounding
    _, tree = beam_search(p, width=2, shown=3)
    assert any(not h.kept for h in tree[1])
    for before, step in itertools.pairwise(tree):
        assert all(h.tokens[:-1] == before[h.parent].tokens for h in step)
    with pytest.raises(ValueError, match="at least 1"):
        beam_search(p, width=0)


# --- attacks ----------------------------------------------------------------------------------


@pytest.fixture
def victim() -> Victim:
    cls = registry.model_class("classifier/text_classifier")
    with seeded(8):
        model = cls(cls.Config.tiny()).double().eval()
    return Victim(model.requires_grad_(False), lambda token: token if token != 7 else 3)


@pytest.mark.parametrize("weighted", [False, True])
def test_attacks_keep_detailed_balance(pair, victim, weighted: bool) -> None:
    target = Product([Fluency(pair[0]), Misleading(victim, 1)])
    if weighted:
        proposals = GradientProposals(*pair, victim, 1, words=(1, LONGEST))
    else:
        proposals = WordProposals(*pair, words=(1, LONGEST))
    states = all_sentences()
    log_pi = dict(zip(states, (s.total for s in target.score(states)), strict=True))
    total = np.logaddexp.reduce(list(log_pi.values()))
    flow: Counter = Counter()
    for x in states:
        moves = list(proposals.moves(x))
        assert sum(math.exp(m.log_forward) for m in moves) == pytest.approx(1, abs=1e-12)
        for move in moves:
            ratio = log_pi[move.tokens] - log_pi[x] + move.log_reverse - move.log_forward
            rate = log_pi[x] - total + move.log_forward + min(0.0, ratio)
            flow[x, move.tokens] += math.exp(rate)
    assert max(abs(flow[x, y] - flow[y, x]) for x, y in flow) < 1e-12


def test_without_the_classifier_an_attack_is_cgmh(pair, victim) -> None:
    parts = [Fluency(pair[0]), Misleading(victim, 1)]
    proposals = WordProposals(*pair, words=(1, LONGEST))
    off = Product(parts, {"classifier": 0})
    plain = Product(parts[:1])
    walks = [
        [states[0].tokens for states, _ in mh.run(6, mh.init([(4, 5)], t), t, proposals, 60)]
        for t in (off, plain)
    ]
    assert walks[0] == walks[1]
    assert victim.forward_passes == 0


def test_the_victim_counts_what_it_is_asked(victim) -> None:
    victim.log_probs([(4, 5), (6,), (4, 5)])
    assert victim.forward_passes == 2
    victim.log_probs([(6,)])
    assert victim.forward_passes == 2
    slope = victim.slopes((4, 5), 1)
    assert (victim.forward_passes, victim.gradients) == (2, 1)  # its pass was made before
    assert slope.shape == (2, 8)
    step = 1e-6
    moved = victim.model.words.weight.detach().clone()
    moved[4, 2] += step
    before = float(victim.log_probs([(4, 5)])[0][1])
    other = Victim(type(victim.model)(victim.model.config).double().eval(), victim.ids)
    other.model.load_state_dict(victim.model.state_dict() | {"words.weight": moved})
    after = float(other.log_probs([(4, 5)])[0][1])
    assert -(after - before) / step == pytest.approx(slope[0, 2], rel=1e-3, abs=1e-6)


def test_a_forced_beam_as_wide_as_the_space_finds_the_best_sentence_with_the_keywords() -> None:
    model = language_model(seed=5)
    p = Sequence(model, model.start(1), 1)
    for keywords in [(4,), (5, 7), (6, 4)]:
        fitting = [x for x in all_sentences() if set(keywords) <= set(x)]
        scores = Contexts(model).log_probs(fitting)
        best = max(zip(scores, fitting, strict=True))
        found = forced_beam(p, keywords, width=64, forbid=(3,))
        assert found.tokens[:-1] == best[1]
        assert found.log_p == pytest.approx(best[0], abs=1e-9)
        narrow = forced_beam(p, keywords, width=1, forbid=(3,))
        assert set(keywords) <= set(narrow.tokens) and narrow.log_p <= found.log_p + 1e-9
    assert forced_beam(p, (4, 5, 6, 7), width=8) is None
