"""Attacks side by side: budgets, counts, verdicts, and what may not be attacked."""

import itertools
import math
from dataclasses import replace

import pytest
import torch

from backend.language import attacks
from backend.language.attacks import Attacker, Settings, attack, label_words
from backend.language.samplers.genetic import POPULATION, Attack, Neighbours
from backend.language.samplers.proposals import WordProposals

pytestmark = pytest.mark.usefixtures("small_models")
YELP, PAIRS = "classifier/text_classifier--yelp", "classifier/entailment_classifier--entailment"
SENTENCE = "The dog has good food."


@pytest.fixture(scope="module")
def attacker(small_models) -> Attacker:
    return Attacker(Settings(victim=YELP, text=SENTENCE, trials=60, spare_label_words=False))


def test_an_attack_is_the_same_again_and_keeps_to_its_budget(attacker: Attacker) -> None:
    whole = attack(attacker.settings, attacker)
    assert whole == attack(attacker.settings)
    assert set(whole["methods"]) == set(whole["verdicts"]) == set(attacks.METHODS)
    for method, rows in whole["methods"].items():
        trials = [row["trials"] for row in rows]
        assert trials == sorted(trials)
        assert len(rows) <= 60
        succeeded = [row for row in rows if row["p"] > 0.5]
        assert succeeded in ([], rows[-1:])  # it ends where it succeeds
        if not succeeded:
            assert trials[-1] >= 60
        assert rows[-1]["passes"] >= 1
        verdict = whole["verdicts"][method]
        assert verdict["flipped"] == bool(succeeded)
        assert verdict["p"] == pytest.approx(rows[-1]["p"], abs=1e-5)
        assert verdict["perplexity"] > 1


def test_a_gradient_is_a_pass_too(attacker: Attacker) -> None:
    """A trial costs b-MHA one pass at most; w-MHA also pays for gradients."""
    for method in ("b-mha", "w-mha"):
        for row in attacker.rows(method):
            assert row["passes"] <= (1 if method == "b-mha" else 4) * row["trials"] + 1


def test_pairs_are_attacked_in_the_hypothesis_alone() -> None:
    settings = Settings(victim=PAIRS, text="The dog runs. | A dog sleeps.", trials=15)
    attacker = Attacker(settings)
    assert attacker.premise == "The dog runs."
    assert attacker.words(attacker.start) == ["a", "dog", "sleeps", "."]
    x = attacker.classifier.processor.encode([settings.text])
    with torch.inference_mode():
        p = attacker.classifier.model.logits(x).softmax(1)[0]
    assert attacker.p == pytest.approx(p.tolist(), abs=1e-5)
    for verdict in attack(settings, attacker)["verdicts"].values():
        assert verdict["p"] <= 1


def test_pieces_join_to_the_whole(attacker: Attacker) -> None:
    pieces = list(attacks.start(attacker))
    assert [piece["done"] for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(not piece["verdicts"] for piece in pieces[:-1])
    whole = attack(attacker.settings, attacker)
    for method in attacks.METHODS:
        rows = [row for piece in pieces for row in piece["methods"].get(method, [])]
        assert rows == whole["methods"][method]


def test_words_about_a_label_are_those_that_alone_are_enough(attacker: Attacker) -> None:
    vocabulary = len(attacker.processor.vocabulary)
    found = [label_words(attacker.victim(), label, vocabulary) for label in (0, 1)]
    assert 0 < sum(map(len, found)) <= vocabulary - 4
    alone = attacker.victim().log_probs([(word,) for word in range(4, vocabulary)])
    for label, words in enumerate(found):
        sure = {w for w, row in enumerate(alone, 4) if row[label] > math.log(attacks.SURE)}
        assert set(words) == sure


def test_words_about_the_label_are_not_brought_in(attacker: Attacker, monkeypatch) -> None:
    banned = [attacker.processor.ids[word] for word in ("bad", "cat", "tea", "likes", "in", "a")]
    monkeypatch.setattr(attacks, "label_words", lambda *_: banned)
    sparing = Attacker(Settings(victim=YELP, text=SENTENCE, trials=60))
    moved = 0
    for method in attacks.METHODS:
        for row in sparing.rows(method):
            new = set(sparing.ids(row["tokens"])) - set(sparing.start)
            assert not new & set(banned)
            moved += len(new)
    assert moved


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"text": ""}, "no sentence to attack"),
        ({"text": "The zebra has food."}, "does not know zebra"),
        ({"text": "dog " * 30}, "at most 12 are read"),
        ({"victim": "classifier/none--yelp"}, "no classifier"),
        ({"victim": PAIRS}, "reads two sentences"),
        ({"victim": PAIRS, "text": "The dog runs. |"}, "reads two sentences"),
        ({"methods": ()}, "No method"),
        ({"lm": "lm/none--everyday"}, "no pair of language models"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(changed: dict, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Attacker(Settings(**({"victim": YELP, "text": SENTENCE} | changed)))


def test_only_sentences_that_are_classified_correctly_are_attacked(attacker: Attacker) -> None:
    with pytest.raises(ValueError, match="nothing to attack"):
        Attacker(Settings(victim=YELP, text=SENTENCE, label=attacker.wanted))


def test_the_genetic_attack_breeds_ever_fitter_sentences(attacker: Attacker) -> None:
    victim = attacker.victim()
    proposals = WordProposals(*attacker.contexts)
    vectors = attacker.contexts[0].model.words.vectors().detach().numpy()
    neighbours = Neighbours(vectors, range(4))
    attack = Attack(victim, attacker.wanted, proposals, neighbours)
    generations = list(attack.run(1, attacker.start, 6))
    assert generations == list(Attack(victim, attacker.wanted, proposals, neighbours).run(
        1, attacker.start, 6
    ))  # fmt: skip
    best = [generation.log_p[0] for generation in generations]
    assert best == sorted(best)
    for generation in generations:
        assert len(generation.population) == POPULATION
        assert generation.log_p == sorted(generation.log_p, reverse=True)
        assert {len(x) for x in generation.population} == {len(attacker.start)}
    first = generations[0].population
    assert all(sum(a != b for a, b in zip(x, attacker.start, strict=True)) <= 1 for x in first)
    for word in attacker.start:
        near = neighbours.of(word)
        assert word not in near and not set(near) & set(range(4))
        cosines = neighbours.vectors @ neighbours.vectors[word]
        others = set(range(4, len(vectors))) - set(near) - {word}
        worst = min((cosines[n] for n in near), default=1)
        assert all(cosines[o] <= worst or cosines[o] <= 0 for o in itertools.islice(others, 50))


def test_likeness_holds_a_chain_at_what_was_said(attacker: Attacker) -> None:
    """At 100 nats a word nothing is worth an edit; at 0 the chain leaves the sentence."""
    said, edited = {}, {}
    for likeness in (0.0, 100.0):
        held = Attacker(replace(attacker.settings, likeness=likeness))
        rows = list(held.rows("b-mha"))
        said[likeness] = {row["text"] for row in rows}
        edited[likeness] = held.verdict(rows[-1])["edited"]
    assert said[100.0] == {attacker.text(attacker.start)}
    assert said[0.0] != said[100.0] and edited[0.0] > edited[100.0] == 0


def test_acceptance_is_of_as_many_steps_whether_the_attack_succeeds(attacker: Attacker) -> None:
    rows = list(attacker.rows("b-mha"))
    made = [row["accepted"] for row in rows if row["action"] != "none"]
    assert attacker.acceptance("b-mha", len(rows)) == (len(made), sum(made))
    more, _ = attacker.acceptance("b-mha", len(rows) + 30)
    assert more > len(made)
