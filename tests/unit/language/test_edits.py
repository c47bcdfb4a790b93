"""Chains of edits as the page and scripts run them: traces, blocks, futures, bad settings."""

import json
from dataclasses import replace

import numpy as np
import pytest

from backend.language import edits
from backend.language.edits import Editor, Settings, edit_chain, head_of, statistics
from backend.language.samplers.diagnostics import autocorrelation, effective_sample_size
from backend.language.samplers.targets import Closeness, CodeMeaning, WordMeaning, edit_distance
from backend.language.traces import read_trace, to_json

pytestmark = pytest.mark.usefixtures("small_models")
KEYWORDS = Settings(keywords=("dog", "water"), shortest=3, longest=8)


@pytest.fixture(scope="module")
def editor(small_models) -> Editor:
    return Editor(KEYWORDS)


def test_pairs_are_models_that_read_both_ways() -> None:
    assert [pair["name"] for pair in edits.pairs()] == [
        "lm/lstm_lm--everyday",
        "lm/transformer_lm--everyday",
    ]


@pytest.mark.parametrize("kernel", ["exact", "rescored", "paper"])
@pytest.mark.parametrize("lm", ["lm/lstm_lm--everyday", "lm/transformer_lm--everyday"])
def test_a_trace_is_the_same_again_and_in_blocks(lm: str, kernel: str) -> None:
    settings = Settings(keywords=("dog",), shortest=3, longest=8, lm=lm)
    trace = edit_chain(settings, steps=24, seed=3, chains=2, kernels=[kernel])
    editor = Editor(settings)
    chains = editor.chains([kernel], 2, seed=3)
    for first, size in ((0, 5), (5, 1), (6, 18)):
        blocks = editor.block([head_of(chain) for chain in chains], first, size)
        for chain, block in zip(chains, blocks, strict=True):
            chain["steps"] += block
    assert json.loads(to_json(trace))["chains"] == json.loads(json.dumps(chains))
    alone = editor.block([head_of({**chains[1], "steps": []})], 0, 24)
    assert [s["tokens"] for s in alone[0]] == [s["tokens"] for s in chains[1]["steps"]]
    assert read_trace(json.loads(to_json(trace)))["chains"] == trace["chains"]


def test_every_number_of_a_step_adds_up(editor: Editor) -> None:
    (chain,) = edit_chain(KEYWORDS, steps=60, editor=editor)["chains"]
    total = chain["start"]["score"]["total"]
    kept = 0
    for step in chain["steps"]:
        if step["total"] is None or step["log_reverse"] is None:
            assert step["log_alpha"] is None and not step["accepted"]
            continue
        assert step["total"] == pytest.approx(sum(step["parts"].values()))
        ratio = step["total"] - total + step["log_reverse"] - step["log_forward"]
        assert step["log_alpha"] == pytest.approx(min(0, ratio), abs=1e-9)
        assert step["accepted"] == (step["log_u"] <= step["log_alpha"])
        if step["action"] != "delete":
            words = dict(step["words"])
            assert step["new"] in words and sum(words.values()) <= 1 + 1e-9
        if step["accepted"]:
            kept += 1
            total = step["total"]
            assert {"dog", "water"} <= set(step["tokens"])
            assert 3 <= len(step["tokens"]) <= 8
    assert 0 < kept < 60


def test_an_annealed_chain_says_its_temperature_and_ends_at_a_peak() -> None:
    cooled = replace(KEYWORDS, temperatures=(2.0, 0.1), cooling=40)
    editor = Editor(cooled)
    (chain,) = edit_chain(cooled, steps=60, editor=editor)["chains"]
    heats = [step["temperature"] for step in chain["steps"]]
    assert heats[0] == 2 and heats[39:] == pytest.approx([0.1] * 21) and heats[20] < heats[10]
    total = chain["start"]["score"]["total"]
    for step in chain["steps"]:
        if step["total"] is not None and step["log_reverse"] is not None:
            gain = (step["total"] - total) / step["temperature"]
            ratio = gain + step["log_reverse"] - step["log_forward"]
            assert step["log_alpha"] == pytest.approx(min(0, ratio), abs=1e-9)
        if step["accepted"]:
            total = step["total"]
    assert "π(x)^(1/0.1)" in editor.notes[-1]
    trace = edit_chain(cooled, steps=4, editor=editor)
    assert read_trace(json.loads(to_json(trace)))["settings"] == cooled
    with pytest.raises(ValueError, match="no temperature"):
        edit_chain(cooled, steps=4, kernels=["paper"], editor=editor)
    plain = edit_chain(KEYWORDS, steps=4)
    assert all("temperature" not in step for step in plain["chains"][0]["steps"])


def test_a_verdict_can_be_overruled_and_the_future_differs_only_by_it(editor: Editor) -> None:
    (chain,) = edit_chain(KEYWORDS, steps=30, editor=editor)["chains"]
    step = next(s for s in chain["steps"] if not s["accepted"] and s["total"] is not None)
    head = {**head_of(chain), "tokens": step["tokens"]}
    (future,) = editor.block([head], step["n"] + 1, 10)
    assert [s["log_u"] for s in future][:1] != [step["log_u"]]
    again = editor.block([head], step["n"] + 1, 10)
    assert again == [future]
    plain = chain["steps"][step["n"] + 1 : step["n"] + 11]
    assert [s["n"] for s in future][: len(plain)] == [s["n"] for s in plain]
    (state,) = editor.states([editor.ids(step["tokens"])])
    assert state["score"]["total"] == pytest.approx(step["total"])
    (other,) = editor.block([{**head, "seed": 99}], step["n"] + 1, 10)
    assert other != future


def test_a_block_stops_when_its_time_is_over(editor: Editor) -> None:
    heads = [head_of(chain) for chain in editor.chains(["exact", "paper"], 1, 0)]
    first, second = editor.block(heads, 0, 500, seconds=0)
    assert len(first) == len(second) == 1


def test_paraphrases_and_corrections_have_their_parts() -> None:
    weights = {"meaning of codes": 0}  # its model is not among the small ones
    paraphrase = Settings(
        task="paraphrase", start="Tom has a good dog.", weights=weights, longest=9
    )
    (chain,) = edit_chain(paraphrase, steps=5)["chains"]
    parts = chain["start"]["score"]["parts"]
    assert parts["meaning of words"] == pytest.approx(0, abs=1e-5)
    assert set(parts) == {"language model", "length", "meaning of words"}
    correction = Settings(task="correction", start="Tom has has a good dog.", longest=9)
    (chain,) = edit_chain(correction, steps=20)["chains"]
    assert chain["start"]["score"]["parts"]["closeness"] == 0
    assert {s["parts"]["closeness"] for s in chain["steps"]} & {-7.0, -14.0}
    respelled = Editor(Settings(task="correction", start="Tom has a goood dog.", longest=9))
    assert respelled.notes == ["'goood' is not in the vocabulary, so it is read as 'good'."]
    assert respelled.words(respelled.start) == ["tom", "has", "a", "good", "dog", "."]


def test_a_judge_takes_the_place_of_the_language_model() -> None:
    class Judge:
        def log_probs(self, texts):
            return [-float(len(text)) for text in texts]

    settings = Settings(keywords=("dog",), judge="any/name", shortest=3, longest=9)
    (chain,) = edit_chain(settings, 10, editor=Editor(settings, judges=lambda name: Judge()))[
        "chains"
    ]
    for state in (chain["start"], *chain["steps"]):
        parts = state.get("parts") or state["score"]["parts"]
        assert parts["language model"] == -len(state["text"])


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"keywords": ("dogg",)}, "does not know the keyword 'dogg'. Did you mean dog"),
        ({"keywords": ("dog", "Dog")}, "'dog' is given twice"),
        ({"keywords": ("good dog",)}, "not one word"),
        ({"keywords": ("dog", "tea", "cat", "bed"), "longest": 3, "shortest": 1}, "do not fit"),
        ({"keywords": ("tea",), "start": "The dog runs."}, "lacks the keyword 'tea'"),
        ({"start": "The dog " * 6}, "has 12 words and marks"),
        ({"task": "paraphrase", "start": " "}, "no sentence to start from"),
        ({"start": "The zebra runs."}, "does not know 'zebra'"),
        ({"shortest": 0}, "Lengths must go from 1 to 12"),
        ({"shortest": 9, "longest": 8}, "the shortest first"),
        ({"longest": 13}, "Lengths must go from 1 to 12"),
        ({"proposals": {"replace": 0, "insert": 0, "delete": 0}}, "Raise one"),
        ({"proposals": {"swap": 1}}, "no action 'swap'"),
        ({"weights": {"closeness": 1}}, "has no part 'closeness'"),
        ({"lm": "lm/gpt--everyday"}, "no language model 'lm/gpt--everyday'"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(changed: dict, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Editor(Settings(**({"longest": 8, "shortest": 3} | changed)))


def test_bounds_of_steps_and_chains(editor: Editor) -> None:
    heads = [head_of(chain) for chain in editor.chains(["exact"], 1, 0)]
    for steps in (0, -1, 10**6):
        with pytest.raises(ValueError, match="From 1 to 20,000 steps"):
            editor.block(heads, 0, steps)
    for chains in (0, 17):
        with pytest.raises(ValueError, match="From 1 to 16 chains"):
            editor.chains(["exact"], chains, 0)
    with pytest.raises(ValueError, match="'zebra' is not in this"):
        editor.block([{**heads[0], "tokens": ["zebra"]}], 0, 1)
    with pytest.raises(ValueError, match="cannot start where the target is 0"):
        editor.block([{**heads[0], "tokens": ["dog", "runs", "."]}], 0, 1)


def test_insertions_without_deletions_are_noted_and_rejected() -> None:
    settings = Settings(keywords=("dog",), shortest=3, longest=8, proposals={"delete": 0})
    editor = Editor(settings)
    assert "no way back" in editor.notes[0]
    (chain,) = edit_chain(settings, 40, editor=editor)["chains"]
    assert not any(s["accepted"] for s in chain["steps"] if s["action"] == "insert")


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("format",), "something else", "format"),
        (("version",), 2, "version"),
        (("chains", 0, "steps", 1, "n"), 7, "step 7 where step 1 belongs"),
        (("chains", 0, "steps", 2, "tokens"), ["a", "lie"], "does not follow"),
        (("chains", 0, "steps", 0, "log_u"), "much", "log_u"),
        (("chains", 0, "kernel"), "gibbs", "kernel"),
        (("chains", 0, "parent"), {"chain": 0, "step": 1, "kind": "branch"}, "comes later"),
        (("settings", "longest"), None, "longest"),
        (("chains", 0, "steps", 0, "position"), 99, "does not follow"),
        (("chains", 0, "first"), 5, "must be step 0"),
    ],
)
def test_a_trace_made_by_hand_is_checked(editor: Editor, path, value, complaint: str) -> None:
    document = json.loads(to_json(edit_chain(KEYWORDS, steps=4, editor=editor)))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(ValueError, match=complaint):
        read_trace(document)
    with pytest.raises(ValueError):
        read_trace(["not", "a", "trace"])


def test_edit_distance_is_levenshteins() -> None:
    assert edit_distance((), (1, 2)) == 2
    assert edit_distance((1, 2, 3), (1, 3)) == 1
    assert edit_distance((1, 2, 3), (3, 2, 1)) == 2
    assert edit_distance((1, 2, 3, 4), (2, 3, 4, 5)) == 2
    assert Closeness((1, 2)).log_values([(1, 2), (1,)]) == [0.0, -1.0]


def test_meaning_is_highest_for_the_source_itself() -> None:
    vectors = np.eye(6)
    vectors[5] = [0, 0, 0, 0.6, 0.8, 0]  # near word 4, not quite so near word 3
    meaning = WordMeaning([4], vectors)
    assert np.exp(meaning.log_values([(4, 1), (5, 1), (3,), (1,)])) == pytest.approx(
        [1, 0.8, 0.01, 0.01]
    )
    codes = {"a": np.array([1.0, 0]), "b": np.array([0.6, 0.8]), "c": None}
    of_codes = CodeMeaning("a", lambda texts: [codes[t] for t in texts], lambda x: "abc"[x[0]])
    assert np.exp(of_codes.log_values([(0,), (1,), (2,)])) == pytest.approx([1, 0.6, 0.01])


def test_effective_sample_size_of_known_series() -> None:
    rng = np.random.default_rng(0)
    n, rho = 20_000, 0.8
    noise = rng.normal(size=n)
    assert effective_sample_size(noise) == pytest.approx(n, rel=0.1)
    walk = np.zeros(n)
    for t in range(1, n):
        walk[t] = rho * walk[t - 1] + noise[t]
    assert effective_sample_size(walk) == pytest.approx(n * (1 - rho) / (1 + rho), rel=0.15)
    assert autocorrelation(walk, 4) == pytest.approx(rho ** np.arange(4), abs=0.05)
    assert effective_sample_size(np.ones(50)) == 1
    assert effective_sample_size(np.array([1.0])) == 1
    found = statistics([walk[:200].tolist(), [0.0] * 5])
    assert [len(column) for column in found["autocorrelation"]] == [50, 5]
    assert found["ess"][1] == 1


def test_a_fork_starts_where_its_parent_was(editor: Editor) -> None:
    trace = edit_chain(KEYWORDS, steps=20, editor=editor)
    (chain,) = trace["chains"]
    step = next(s for s in chain["steps"] if not s["accepted"] and s["total"] is not None)
    before = [s for s in chain["steps"][: step["n"]] if s["accepted"]]
    stayed = before[-1]["tokens"] if before else chain["start"]["tokens"]
    for kind, tokens, other in (
        ("overrule", step["tokens"], stayed),
        ("branch", stayed, step["tokens"]),
    ):
        parent = {"chain": 0, "step": step["n"], "kind": kind}
        (start,) = editor.states([editor.ids(tokens)])
        fork = {**chain, "parent": parent, "first": step["n"] + 1, "start": start, "steps": []}
        document = json.loads(to_json({**trace, "chains": [chain, fork]}))
        assert len(read_trace(document)["chains"]) == 2
        document["chains"][1]["start"]["tokens"] = other
        with pytest.raises(ValueError, match="does not start where its parent was"):
            read_trace(document)
