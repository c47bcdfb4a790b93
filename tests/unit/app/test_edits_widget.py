"""What the chain player is told: blocks that join up, scripts that repeat, rubbish refused."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from app import session
from app.components import served
from app.widgets.chain_player import widget
from backend.language.traces import FORMAT, VERSION, Settings, head_of

WRITE = {"task": "keywords", "keywords": ["dog", "park"]}
ASKED = {"kernels": ["exact"], "chains": 1, "seed": 3, "steps": 12}


@pytest.fixture(autouse=True)
def on_the_cpu() -> None:
    session.configure("cpu")


def ask(function: Any, **question: Any) -> dict:
    """As the page asks: plain JSON there and back."""
    answer = served(function)(json.loads(json.dumps(question)))
    return json.loads(json.dumps(answer, allow_nan=False))


def run(settings: dict, steps: int, **asked: Any) -> list[dict]:
    """Chains in blocks, as the page makes them."""
    chains = ask(widget.start, settings=settings, **ASKED | {"steps": steps} | asked)["chains"]
    while (done := len(chains[0]["steps"])) < steps:
        heads = [head_of(chain) for chain in chains]
        blocks = ask(
            widget.advance, settings=settings, heads=heads, first=done, steps=steps - done
        )["blocks"]
        assert len({len(block) for block in blocks}) == 1
        for chain, block in zip(chains, blocks, strict=True):
            chain["steps"] += block
    return chains


def document(chains: list[dict], settings: dict = WRITE, **fields: Any) -> dict:
    made = {"format": FORMAT, "version": VERSION, "settings": settings, "fingerprints": {}}
    return made | {"chains": chains} | fields


def written(words: str = "a dog", steps: int = 2) -> dict:
    """A chain made by hand: its last word is replaced by others in turn."""
    tokens = words.split()
    score = {"total": -4.0, "parts": {"language model": -4.0}}
    chain = {"kernel": "exact", "seed": 0, "number": 0, "first": 0, "parent": None}
    made = []
    for n in range(steps):
        new = [*tokens[:-1], f"word{n}"]
        made.append(
            {"n": n, "action": "replace", "position": len(tokens) - 1}
            | {"old": tokens[-1], "new": new[-1], "tokens": new, "text": " ".join(new), **score}
            | {"log_forward": -1.0, "log_reverse": -1.0, "log_alpha": 0.0, "log_u": -0.5}
            | {"accepted": True, "words": [[new[-1], 0.5]]}
        )
        tokens = new
    start = {"tokens": words.split(), "text": words, "score": score}
    return chain | {"start": start, "steps": made}


# --- running -------------------------------------------------------------------------------------


def test_the_page_learns_what_there_is_to_choose_from() -> None:
    found = ask(widget.options)
    assert {"name", "title"} <= set(found["pairs"][0])
    assert set(found["weights"]) == set(widget.EXAMPLES)


def test_without_a_language_model_the_page_says_how_to_get_one(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    assert "scripts/train.py lstm_lm" in ask(widget.options)["error"]


@pytest.mark.parametrize("task", widget.EXAMPLES)
def test_each_example_runs(task: str) -> None:
    (chain,) = run(asdict(widget.EXAMPLES[task]), 6)
    assert [step["n"] for step in chain["steps"]] == list(range(6))
    assert all(step["words"] or step["action"] == "delete" for step in chain["steps"])


def test_blocks_of_any_size_give_the_same_chain(monkeypatch) -> None:
    whole = run(WRITE, 12, kernels=["exact", "paper"], chains=2)
    monkeypatch.setattr(widget, "SECONDS", 0.0)  # one step an answer
    assert json.dumps(run(WRITE, 12, kernels=["exact", "paper"], chains=2)) == json.dumps(whole)


def test_the_script_repeats_the_run() -> None:
    answer = ask(widget.start, settings=WRITE, **ASKED)
    names: dict = {}
    exec(answer["code"].replace("print(result)", ""), names)
    (chain,) = run(WRITE, ASKED["steps"])
    assert names["result"] == [[step["text"] for step in chain["steps"]]]


def test_what_follows_a_step_depends_on_nothing_but_its_outcome() -> None:
    (chain,) = run(WRITE, 12)
    at = next(n for n, step in enumerate(chain["steps"]) if not step["accepted"])
    head = head_of(chain | {"steps": chain["steps"][: at + 1]})
    asked = {"settings": WRITE, "first": at + 1, "steps": 1}
    ((own,),) = ask(widget.advance, heads=[head], **asked)["blocks"]
    assert own == chain["steps"][at + 1]
    overruled = head | {"tokens": chain["steps"][at]["tokens"]}
    assert ask(widget.advance, heads=[overruled], **asked) == ask(
        widget.advance, heads=[overruled], **asked
    )


@pytest.mark.parametrize(
    "settings, asked, said",
    [
        (WRITE, {"steps": 0}, "from 1 to 20,000 steps"),
        (WRITE, {"steps": 10**6}, "from 1 to 20,000 steps"),
        (WRITE, {"chains": 17}, "chains can run side by side"),
        (WRITE, {"chains": 0}, "chains can run side by side"),
        (WRITE, {"kernels": ["magic"]}, "Kernel 1 must be one of"),
        (WRITE | {"keywords": ["dgo"]}, {}, "Did you mean"),
        (WRITE | {"keywords": ["dog", "dog"]}, {}, "given twice"),
        (WRITE | {"keywords": ["<img src=x>"]}, {}, "not one word"),
        (WRITE | {"shortest": 1, "longest": 1}, {}, "do not fit"),
        (WRITE | {"start": "a cat sits here today"}, {}, "lacks the keyword"),
        (WRITE | {"proposals": {"replace": 0, "insert": 0, "delete": 0}}, {}, "Raise one"),
        (WRITE | {"weights": {"beauty": 1}}, {}, "no part 'beauty'"),
        (WRITE | {"lm": "../secrets"}, {}, "no language model"),
        (WRITE | {"judge": "/etc"}, {}, "is not here"),
        ({"task": "paraphrase"}, {}, "no sentence to start from"),
        ({"task": "dance"}, {}, "task"),
    ],
)
def test_what_cannot_be_run_is_told_plainly(settings: dict, asked: dict, said: str) -> None:
    assert said in ask(widget.start, settings=settings, **ASKED | asked)["error"]


def test_a_language_model_that_was_given_takes_its_place_in_the_target(monkeypatch) -> None:
    class Given:
        name = "of-ours"

        def log_probs(self, texts: list[str]) -> list[float]:
            return [-float(len(text)) for text in texts]

    monkeypatch.setattr(session, "_given", Given())
    assert ask(widget.options)["judges"][0]["name"] == "of-ours"
    (chain,) = run(WRITE | {"judge": "of-ours"}, 4)
    for record in chain["steps"]:
        assert record["parts"]["language model"] == -len(record["text"])
    assert (
        "judge='of-ours'"
        in ask(widget.start, settings=WRITE | {"judge": "of-ours"}, **ASKED)["code"]
    )


def test_statistics_of_chains() -> None:
    found = ask(widget.statistics, log_pi=[[-1.0, -2.0] * 8, [-3.0] * 16])
    assert len(found["ess"]) == 2 and found["autocorrelation"][0][0] == 1


# --- traces --------------------------------------------------------------------------------------


def test_a_trace_comes_back_as_it_was() -> None:
    (chain,) = run(WRITE, 6)
    answer = ask(widget.check, document=document([chain]))
    assert answer["trace"]["chains"] == [chain]
    assert "edit_chain" in answer["code"]
    again = ask(widget.check, document=answer["trace"])
    assert again["trace"] == answer["trace"]


def test_a_model_that_is_not_the_one_of_the_trace_is_told() -> None:
    pair = Settings().lm
    prints = {"lm/gone": "0" * 12, f"{pair}--forward": "0" * 12}
    notes = ask(widget.check, document=document([written()], fingerprints=prints))["notes"]
    assert "not on this machine" in notes[0] and "trained anew" in notes[1]


def child(**fields: Any) -> dict:
    parent = {"chain": 0, "step": 1, "kind": "branch"}
    return written("a word1") | {"first": 2, "parent": parent, "steps": []} | fields


@pytest.mark.parametrize(
    "chains, said",
    [
        ([], "no chain"),
        ([written() | {"kernel": "magic"}], "kernel"),
        ([written() | {"first": 5}], "must be step 0"),
        ([written() | {"start": {}}], "start"),
        ([written("a cat") | {"steps": written("the dog")["steps"]}], "does not follow"),
        ([written(), child(first=4)], "goes on at 4"),
        ([child()], "as its parent"),
        (
            [written(), child(parent={"chain": 0, "step": 9, "kind": "branch"}, first=10)],
            "does not have",
        ),
    ],
)
def test_a_trace_made_by_hand_is_checked(chains: list[dict], said: str) -> None:
    assert said in ask(widget.check, document=document(chains))["error"]


def test_branches_of_a_trace_are_kept() -> None:
    chains = [written(), child()]
    assert ask(widget.check, document=document(chains))["trace"]["chains"] == chains


# --- links ---------------------------------------------------------------------------------------


def test_the_state_in_a_link() -> None:
    state = "lm:lm%2Flstm_lm--everyday/keywords:dog~park/steps:60/forks:b0.17.5/at:17"
    assert widget.read_state(state) == state
    assert widget.read_state("cool:2~0.25") == "cool:2~0.25"
    assert widget.read_state("") == ""
    for wrong in ("shape:round", "x" * 5000, "at:1/<b>:2"):
        with pytest.raises(ValueError):
            widget.read_state(wrong)
