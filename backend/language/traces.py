"""Traces of chains over sentences: what they hold, and how they are read from a file. No torch."""

import json
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal, NotRequired

import pydantic
from typing_extensions import TypedDict  # pydantic reads typing's own from Python 3.12 on

from backend.language.samplers.metropolis_hastings import Action

FORMAT: Literal["latent-playground/edits"] = "latent-playground/edits"
VERSION: Literal[1] = 1
STEPS, CHAINS = 20_000, 16  # the most that is run at once
PAIR = "lm/lstm_lm--everyday"

Task = Literal["keywords", "paraphrase", "correction"]
Kernel = Literal["exact", "rescored", "paper"]
Weight = Annotated[float, pydantic.Field(ge=0, le=100)]
Word = Annotated[str, pydantic.Field(max_length=80)]
Text = Annotated[str, pydantic.Field(max_length=2000)]
Real = Annotated[float, pydantic.Field(allow_inf_nan=False)]
Temperature = Annotated[float, pydantic.Field(ge=0.05, le=20, allow_inf_nan=False)]
Seed = Annotated[int, pydantic.Field(ge=0, lt=2**31)]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a chain samples from, and how it proposes.

    ``weights`` multiply the parts of log π that ``TASKS`` names; what is left out has the weight
    given there. ``judge`` names a causal language model of ``transformers`` that takes the place
    of the pair's in log π (see ``backend.language.hub_lm``); words are proposed by the pair all
    the same.
    """

    task: Task = "keywords"
    lm: Annotated[str, pydantic.Field(max_length=200)] = PAIR  # forward and backward
    start: Text = ""  # empty, for keywords: they themselves, filled up to ``shortest``
    keywords: tuple[Word, ...] = ()
    proposals: dict[str, Weight] = field(default_factory=dict)
    weights: dict[str, Weight] = field(default_factory=dict)
    shortest: int = 5
    longest: int = 15
    judge: Annotated[str, pydantic.Field(max_length=200)] = ""
    temperatures: tuple[Temperature, Temperature] = (1.0, 1.0)
    cooling: Annotated[int, pydantic.Field(ge=0, le=STEPS)] = 0


class ScoreRecord(TypedDict):
    total: Real
    parts: dict[str, Real]


class StateRecord(TypedDict):
    tokens: list[Word]
    text: Text
    score: ScoreRecord


class Step(TypedDict):
    """One step; None stands for minus infinity."""

    n: int
    action: Action
    position: Annotated[int, pydantic.Field(ge=0, le=200)]
    old: Word | None
    new: Word | None
    tokens: list[Word]  # of the proposed sentence
    text: Text
    total: Real | None
    parts: dict[str, Real | None]
    log_forward: Real
    log_reverse: Real | None
    log_alpha: Real | None
    log_u: Real
    accepted: bool
    words: list[tuple[Word, Real]]
    temperature: NotRequired[Temperature]  # of the target at this step, where it is not 1


class Parent(TypedDict):
    chain: Annotated[int, pydantic.Field(ge=0, lt=1000)]
    step: Annotated[int, pydantic.Field(ge=0, lt=10**7)]
    kind: Literal["branch", "overrule"]


class Chain(TypedDict):
    kernel: Kernel
    seed: Seed
    number: Annotated[int, pydantic.Field(ge=0, lt=CHAINS)]
    first: Annotated[int, pydantic.Field(ge=0, lt=10**7)]
    parent: Parent | None
    start: StateRecord
    steps: Annotated[list[Step], pydantic.Field(max_length=STEPS)]


class Trace(TypedDict):
    format: Literal["latent-playground/edits"]
    version: Literal[1]
    settings: Settings
    fingerprints: dict[str, str]
    chains: Annotated[list[Chain], pydantic.Field(max_length=256)]


class Head(TypedDict):
    """Where a chain is, and what decides how it goes on."""

    kernel: Kernel
    seed: Seed
    number: Annotated[int, pydantic.Field(ge=0, lt=CHAINS)]
    tokens: Annotated[list[Word], pydantic.Field(max_length=200)]


def head_of(chain: Chain) -> Head:
    """Where a chain is after its last step."""
    accepted = [step["tokens"] for step in chain["steps"] if step["accepted"]]
    tokens = accepted[-1] if accepted else chain["start"]["tokens"]
    return Head(kernel=chain["kernel"], seed=chain["seed"], number=chain["number"], tokens=tokens)


def read_trace(document: Any) -> Trace:
    """A trace from its JSON, checked field by field.

    Raises:
        ValueError: a field is missing or wrong, or the steps do not follow from one another.
    """
    trace = pydantic.TypeAdapter(Trace).validate_python(document)
    for number, chain in enumerate(trace["chains"]):
        _check_parent(number, trace["chains"])
        _check_chain(number, chain)
    return trace


def to_json(trace: Trace) -> str:
    return json.dumps({**trace, "settings": asdict(trace["settings"])}, ensure_ascii=False)


def _check_parent(number: int, chains: list[Chain]) -> None:
    chain, parent = chains[number], chains[number]["parent"]
    if not parent:
        if chain["first"]:
            raise ValueError(f"Chain {number} has no parent, so its first step must be step 0.")
        return
    if parent["chain"] >= number:
        raise ValueError(
            f"Chain {number} names chain {parent['chain']}, which comes later, as its parent."
        )
    left = chains[parent["chain"]]
    if parent["step"] >= left["first"] + len(left["steps"]):
        raise ValueError(
            f"Chain {number} leaves chain {parent['chain']} after step {parent['step']}, which "
            "that chain does not have."
        )
    if chain["first"] != parent["step"] + 1:
        raise ValueError(
            f"Chain {number} leaves its parent after step {parent['step']} and goes on at "
            f"{chain['first']}."
        )
    if chain["start"]["tokens"] != _after(left, parent, chains):
        raise ValueError(f"Chain {number} does not start where its parent was.")


def _after(left: Chain, parent: Parent, chains: list[Chain]) -> list[str]:
    """The sentence after a step of a chain, or after the other outcome of that step."""
    if left["parent"] and parent["step"] < left["first"]:  # before it left its own parent
        return _after(chains[left["parent"]["chain"]], parent, chains)
    tokens = left["start"]["tokens"]
    for step in left["steps"]:
        overruled = parent["kind"] == "overrule" and step["n"] == parent["step"]
        if step["accepted"] != overruled:
            tokens = step["tokens"]
        if step["n"] == parent["step"]:
            break
    return tokens


def _check_chain(number: int, chain: Chain) -> None:
    tokens = chain["start"]["tokens"]
    for n, step in enumerate(chain["steps"], chain["first"]):
        if step["n"] != n:
            raise ValueError(f"Chain {number} has step {step['n']} where step {n} belongs.")
        if _edited(tokens, step) != step["tokens"]:
            raise ValueError(
                f"Step {n} of chain {number} does not follow from the sentence before it: "
                f"{' '.join(tokens)[:80]!r}."
            )
        if step["accepted"]:
            tokens = step["tokens"]


def _edited(tokens: list[str], step: Step) -> list[str] | None:
    """``tokens`` with the step's edit; None where the edit does not fit them."""
    at = step["position"]
    if step["action"] == "none":
        return tokens
    if at > len(tokens) or (step["action"] != "insert" and tokens[at : at + 1] != [step["old"]]):
        return None
    behind = at + (step["action"] != "insert")
    new = step["new"] if step["action"] != "delete" else None
    return [*tokens[:at], *([] if new is None else [new]), *tokens[behind:]]
