"""Words that mark a mode: by the formulas of Monroe et al., on counts one can follow by hand."""

import math

import numpy as np
import pytest

from backend.codes import keywords as module
from backend.codes.keywords import keywords


def test_the_score_is_that_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight words, prior of 4 of them: rain 3 + 1.5, sun 1 + 0.5, tea 4 + 2; by hand."""
    monkeypatch.setattr(module, "PRIOR", 4.0)
    monkeypatch.setattr(module, "SURE", 0.0)
    tokens = [["rain", "rain", "rain", "sun"], ["tea", "tea", "tea", "tea"]]
    first, second = keywords(tokens, np.array([0, 1]), 2)
    mine, others, n, m = 3 + 1.5, 0 + 1.5, 4 + 4, 4 + 4
    expected = math.log(mine / (n - mine)) - math.log(others / (m - others))
    expected /= math.sqrt(1 / mine + 1 / others)
    assert first[0].word == "rain" and first[0].z == pytest.approx(expected)
    assert [(each.word, each.share) for each in second] == [("tea", 1.0)]


def test_what_all_modes_say_alike_and_what_was_said_once_marks_none() -> None:
    rng = np.random.default_rng(0)
    modes = rng.integers(0, 3, 3000)
    own = ["rain", "music", "road"]
    said = [own[mode] if rng.random() < 0.3 else "thing" for mode in modes]
    plain = ["will", "could", "from"]  # telling, but function words
    tokens = [
        ["people", "say", ".", word, plain[mode]] for word, mode in zip(said, modes, strict=True)
    ]
    tokens[0].append("once")
    found = keywords(tokens, modes, 3)
    assert [words[0].word for words in found] == own
    assert {word.word for words in found for word in words} == set(own)
    assert all(word.share == 1 for words in found for word in words)


def test_a_mode_that_holds_nothing_and_one_that_holds_all_have_no_words() -> None:
    assert keywords([["x", "y"], ["x"]], np.array([1, 1]), 3) == [[], [], []]
    assert keywords([["x"]], np.array([0]), 1) == [[]]
    assert keywords([[], ["."]], np.array([0, 1]), 2) == [[], []]
