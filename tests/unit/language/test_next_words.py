"""Next words, continuations and beams, on models so small that every sentence can be scored."""

from itertools import product
from math import log
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from backend import registry
from backend.device import seeded
from backend.distributions.sequence import EOS, PAD
from backend.distributions.truncation import truncated
from backend.language import next_words
from backend.language.text_models import TextModel
from backend.processors.text import SPECIALS, UNK, TextProcessor

WORDS = ["the", "dog", "runs", "."]
KINDS = ["lm/kerbs", "lm/lstm_lm", "lm/mos", "lm/transformer_lm"]


def make(kind: str, direction: str = "forward", max_len: int = 5, seed: int = 4) -> TextModel:
    """Random weights over four words and the marks."""
    cls = registry.model_class(kind)
    sizes = vars(cls.Config.tiny()) | {"vocab_size": 8, "max_len": max_len}
    with seeded(seed):
        model = cls(cls.Config(**sizes | {"direction": direction})).eval()
        for parameter in model.parameters():
            parameter.data *= 3  # far from uniform
    processor = TextProcessor(SPECIALS + WORDS, {"dog": "Dog"}, max_len - 1)
    return TextModel(
        SimpleNamespace(name="tiny", path=Path()), model.requires_grad_(False), processor
    )


@pytest.fixture(params=list(product(KINDS, ["forward", "backward"])), ids="-".join)
def lm(request: pytest.FixtureRequest) -> TextModel:
    return make(*request.param)


def score(lm: TextModel, tokens: list[str]) -> float:
    """log p of a whole sentence, end mark included."""
    ids = [lm.processor.ids[token] for token in tokens]
    return float(lm.model.log_prob(torch.tensor([[*ids, EOS]]))[0])


def test_the_parts_of_a_sentence_add_up_to_its_score(lm: TextModel) -> None:
    found = next_words.predict(lm, "The dog runs", k=10)
    assert [typed.word for typed in found.typed] == ["the", "Dog", "runs"]
    end = next(c for c in found.words if c.kind == "end")
    total = sum(typed.log_p for typed in found.typed) + log(end.p)
    assert total == pytest.approx(score(lm, ["the", "dog", "runs"]), abs=1e-4)


def test_probabilities_are_normalised_and_sorted(lm: TextModel) -> None:
    for temperature in (0.3, 1.0, 2.5):
        found = next_words.predict(lm, "the", k=100, temperature=temperature)
        p = [candidate.p for candidate in found.words]
        assert len(p) == 6 and sum(p) == pytest.approx(1, abs=1e-9)
        assert p == sorted(p, reverse=True)
        entropy = -sum(value * log(value) for value in p if value)
        assert found.entropy == pytest.approx(entropy, abs=1e-6)
    certain = next_words.predict(lm, "the", temperature=0)
    assert [c.p for c in certain.words] == [1.0] and certain.entropy == 0


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_experts_add_up_to_what_they_are_mixed_to(direction: str) -> None:
    mixture = make("lm/mos", direction)
    parts = next_words.experts(mixture, "the dog", k=10)
    assert len(parts) == 3 and sum(part.weight for part in parts) == pytest.approx(1, abs=1e-6)
    summed: dict[tuple[str, str], float] = {}
    for part in parts:
        p = [candidate.p for candidate in part.words]
        assert p == sorted(p, reverse=True) and sum(p) == pytest.approx(1, abs=1e-5)
        for word in part.words:
            key = (word.kind, word.text)
            summed[key] = summed.get(key, 0) + part.weight * word.p
    for whole in next_words.predict(mixture, "the dog", k=10).words:
        assert summed[whole.kind, whole.text] == pytest.approx(whole.p, abs=1e-5)
    assert next_words.experts(make("lm/lstm_lm"), "the dog") == []
    with pytest.raises(ValueError, match="number of words shown"):
        next_words.experts(mixture, k=0)


def test_a_word_goes_after_the_text_or_before_it() -> None:
    for direction, texts in (("forward", "The Dog runs"), ("backward", "runs the Dog")):
        found = next_words.predict(make("lm/lstm_lm", direction), "the dog", k=10)
        by_word = {c.word: c.text for c in found.words if c.kind == "word"}
        assert by_word["runs"] == texts
        assert found.backward == (direction == "backward")


def test_a_backward_model_is_a_forward_model_of_reversed_text() -> None:
    forward, backward = (make("lm/lstm_lm", d) for d in ("forward", "backward"))
    backward.model.load_state_dict(forward.model.state_dict())
    ahead = next_words.predict(forward, "runs dog the", k=10)
    behind = next_words.predict(backward, "the dog runs", k=10)
    assert [(c.word, c.p) for c in ahead.words] == [(c.word, c.p) for c in behind.words]
    assert [t.log_p for t in ahead.typed] == [t.log_p for t in behind.typed][::-1]
    trees = [next_words.beam(m, t) for m, t in ((forward, "dog the"), (backward, "the dog"))]
    assert [[b.log_p for b in s] for s in trees[0].steps] == [
        [b.log_p for b in s] for s in trees[1].steps
    ]


def test_a_beam_as_wide_as_the_space_finds_the_likeliest_rest(lm: TextModel) -> None:
    before = sum(typed.log_p for typed in next_words.predict(lm, "dog").typed)
    rests = []
    for length in range(4):
        for rest in product(WORDS, repeat=length):
            tokens = [*rest, "dog"] if lm.model.backward_order else ["dog", *rest]
            rests.append(score(lm, tokens) - before)
    # <unk> is not written, but takes part of the probability.
    found = next_words.beam(lm, "dog", width=20).found
    best = next_words.beam(lm, "dog", width=1).found[0]
    assert found[0].log_p == pytest.approx(max(rests), abs=1e-4)
    assert best.log_p <= found[0].log_p + 1e-6
    (greedy,) = next_words.continuations(lm, "dog", temperature=0)
    assert greedy.text == best.text and greedy.log_p == pytest.approx(best.log_p, abs=1e-5)


def test_the_tree_tells_kept_from_pruned(lm: TextModel) -> None:
    tree = next_words.beam(lm, "", width=2, shown=3)
    for before, step in zip([None, *tree.steps], tree.steps, strict=False):
        assert [b.kept for b in step] == sorted((b.kept for b in step), reverse=True)
        assert sum(b.kept for b in step) <= 2 and len(step) <= 5
        assert [b.log_p for b in step] == sorted((b.log_p for b in step), reverse=True)
        for branch in step if before else []:
            parent = before[branch.parent]
            assert parent.kept and parent.kind == "word" and branch.log_p <= parent.log_p
    assert {b.kind for step in tree.steps for b in step} <= {"word", "end"}


def test_continuations_repeat_with_their_seed_and_know_their_score(lm: TextModel) -> None:
    first = next_words.continuations(lm, "dog", 6, seed=1)
    assert next_words.continuations(lm, "dog", 6, seed=1) == first
    assert next_words.continuations(lm, "dog", 6, seed=2) != first
    before = sum(typed.log_p for typed in next_words.predict(lm, "dog").typed)
    for one in first:
        tokens = lm.processor.tokens(one.text)
        assert "dog" in tokens and "<unk>" not in one.text and not one.cut
        assert one.log_p == pytest.approx(score(lm, tokens) - before, abs=1e-4)


def test_truncation_keeps_the_likeliest_and_the_fewest_that_add_up() -> None:
    p = torch.tensor([[0.1, 0.4, 0.3, 0.2], [0.25, 0.25, 0.25, 0.25]])

    def kept(**options: float) -> list[list[int]]:
        found = truncated(p.log(), **options)
        assert torch.equal(found[found > -torch.inf], p.log()[found > -torch.inf])
        return [row.nonzero()[:, 0].tolist() for row in found > -torch.inf]

    assert kept() == kept(top_k=4) == kept(top_k=9, top_p=1.0) == [[0, 1, 2, 3]] * 2
    assert kept(top_k=2) == [[1, 2], [0, 1]]
    assert kept(top_p=0.69) == [[1, 2], [0, 1, 2]]
    assert kept(top_p=0.71) == [[1, 2, 3], [0, 1, 2]]
    assert kept(top_p=0.0) == kept(top_k=1) == [[1], [0]]
    assert kept(top_k=2, top_p=0.3) == [[1], [0, 1]]


def test_words_left_out_are_never_drawn_and_the_rest_is_normalised(lm: TextModel) -> None:
    every = next_words.predict(lm, "dog", k=100, temperature=2.0).words
    two = next_words.predict(lm, "dog", k=100, temperature=2.0, top_k=2).words
    assert [word.word for word in two] == [word.word for word in every[:2]]
    total = every[0].p + every[1].p
    assert [word.p for word in two] == pytest.approx([word.p / total for word in every[:2]])
    few = next_words.predict(lm, "dog", k=100, temperature=2.0, top_p=0.999 * every[0].p).words
    assert [(word.word, word.p) for word in few] == [(every[0].word, pytest.approx(1))]
    greedy = next_words.continuations(lm, "dog", 3, temperature=0)
    nucleus = next_words.continuations(lm, "dog", 3, temperature=2.0, top_p=0.0)
    assert [one.text for one in nucleus] == [one.text for one in greedy]
    drawn = next_words.continuations(lm, "dog", 40, temperature=3.0, seed=1, top_k=1)
    assert {one.text for one in drawn} == {greedy[0].text}
    with pytest.raises(ValueError, match=r"top p lies from 0 to 1; got 1\.5"):
        next_words.predict(lm, "", top_p=1.5)


def test_a_continuation_without_an_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_words, "AHEAD", 2)
    lm = make("lm/lstm_lm", max_len=30)
    rows = next_words.continuations(lm, "dog", 30, temperature=2.0)
    assert {row.cut for row in rows} == {True, False}
    tree = next_words.beam(lm, "dog", width=4)
    assert len(tree.steps) <= 2 and not any(one.cut for one in tree.found)


def test_unknown_words_are_named_and_room_runs_out(lm: TextModel) -> None:
    found = next_words.predict(lm, "the qwerty")
    assert found.unknown == ["qwerty"]
    assert [typed.unknown for typed in found.typed] == [False, True]
    full = next_words.predict(lm, "the dog runs .")
    assert [(c.kind, c.p) for c in full.words] == [("end", 1.0)]
    assert next_words.beam(lm, "the dog runs .").found[0].log_p == 0
    with pytest.raises(ValueError, match=r"5 words and marks; this model reads at most 4"):
        next_words.predict(lm, "the dog runs the dog")


def test_wrong_numbers_and_wrong_models_are_refused() -> None:
    lm = make("lm/lstm_lm")
    with pytest.raises(ValueError, match="words shown lies from 1 to 100; got 0"):
        next_words.predict(lm, "", k=0)
    with pytest.raises(ValueError, match="temperature lies from"):
        next_words.predict(lm, "", temperature=float("nan"))
    with pytest.raises(ValueError, match="beam width lies from"):
        next_words.beam(lm, "", width=21)
    classifier = registry.model_class("classifier/text_classifier")
    wrong = TextModel(lm.info, classifier(classifier.Config.tiny()), lm.processor)
    with pytest.raises(ValueError, match="tiny is no language model"):
        next_words.predict(wrong, "")


def test_an_empty_text_is_the_beginning(lm: TextModel) -> None:
    found = next_words.predict(lm)
    assert found.typed == [] and found.unknown == [] and found.text == ""
    assert PAD not in [lm.processor.ids.get(c.word) for c in found.words]
    unknown = next(c for c in found.words if c.kind == "unknown")
    hidden, _ = lm.model.hidden(torch.tensor([[1]]), lm.model.start(1))
    assert unknown.p == pytest.approx(float(lm.model.log_probs(hidden[:, 0])[0, UNK].exp()))


@pytest.mark.parametrize("tiny", [5e-324, 1e-310, 1e-46, 1e-40, 1e-12])
def test_the_smallest_temperatures_are_as_zero(lm: TextModel, tiny: float) -> None:
    found = next_words.predict(lm, "the", temperature=tiny)
    assert found.words[0].p == 1 and found.entropy == 0
    cold = next_words.continuations(lm, "the", temperature=tiny)
    assert cold == next_words.continuations(lm, "the", temperature=0)
