"""What the page of replies asks the server: the moves first, then the words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import gradio as gr
import pydantic

import backend
from app import memory, session
from app.components import Seed, as_base64, finite, script, served, widget
from app.parts import reader, split
from backend.evaluation.gauges import COLLAPSED_KL

if TYPE_CHECKING:
    from backend.codes.replies import Moves
    from backend.space import LatentSpace

TRAIN = "dialog/cvae--dailydialog"  # what to train where there is nothing that replies
TURNS = 1000  # that a conversation may have
STEPS = 8  # turns at most that a model adds by itself
DAILY, CALLS, CAR = "dailydialog", "swda", "smd"
OPENINGS: dict[str, tuple[tuple[tuple[Literal["A", "B"], str], ...], ...]] = {  # ours, by corpus
    DAILY: (
        (("A", "Can I help you?"), ("B", "Yes, I am looking for a present for my sister.")),
        (("A", "What are you going to do this weekend?"),),
        (
            ("A", "Good morning, I would like to book a room."),
            ("B", "For how many nights?"),
            ("A", "Two nights, please. How much is it?"),
        ),
        (("A", "You look tired. What is the matter?"), ("B", "I did not sleep last night.")),
    ),
    CALLS: (
        (("A", "So, do you have any pets?"), ("B", "Yeah, we have a dog and two cats.")),
        (("A", "What kind of work do you do?"),),
        (
            ("A", "Well, I like to go to the movies."),
            ("B", "Uh-huh."),
            ("A", "But we don't go very often now that we have children."),
        ),
        (("A", "How is the weather down there in Texas?"), ("B", "It's been pretty hot.")),
    ),
    CAR: (
        (("A", "What is the weather like today?"), ("B", "What city do you want it for?")),
        (("A", "Find me the nearest gas station."),),
        (
            ("A", "Where is the nearest parking garage?"),
            ("B", "There is a parking garage 4 miles away."),
            ("A", "Give me directions to it."),
        ),
        (("A", "Remind me of my meeting on Tuesday."), ("B", "What time is your meeting?")),
    ),
}

CURVES = {
    "kl": "KL of posterior to prior, nats",
    "slope": "slope of the critic, 1 is wanted",
    "gap": "the critic's gap of prior and posterior",
}

LONGEST = 2000  # characters of a turn
Text = Annotated[str, pydantic.Field(max_length=LONGEST)]
Turn = tuple[Literal["A", "B"], Text]
Turns = Annotated[list[Turn], pydantic.Field(max_length=TURNS)]
Code = Annotated[list[float], pydantic.Field(max_length=512)]

# The value of the widget: who spoke each line of the text, and what is chosen of each model.
STATE = {
    "who": "[AB]{1,1000}",
    "beside": r"[\w/.-]{1,120}",
    "mode": r"\d{1,2}",
    "action": ".{1,80}",
    "own": ".{1,2000}",
    "other_mode": r"\d{1,2}",
    "other_action": ".{1,80}",
    "open": "cases|training|cases,training",  # what is unfolded of the first model
    "other_open": "cases|training|cases,training",
    "moment": r"\d{1,3}",  # of its clouds; the last one where it is left out
    "other_moment": r"\d{1,3}",
    "text": ".*",
}
talk = reader(STATE, longest=30_000)


def replies(elem_id: str) -> gr.HTML:
    """The widget; its value is the conversation and what is chosen. Emits ``input``."""
    infos = backend.available(requires={"respond"})
    server = [
        served(look, "run"),
        served(respond, "respond"),
        served(say, "say"),
        served(own, "own"),
        served(converse, "converse"),
        served(example, "example"),
        served(training, "training"),
        served(cases, "cases"),
    ]
    return widget(
        "replies",
        written(OPENINGS[DAILY][0]),
        elem_id=elem_id,
        server=server,
        emits=["ready", "input"],
        models=[{"name": i.name, "title": i.title, "corpus": opens(i)} for i in infos],
        openings={corpus: [list(turns) for turns in found] for corpus, found in OPENINGS.items()},
    )


def opens(info: backend.CheckpointInfo) -> str:
    """Whose openings suit a model: those of its corpus, or everyday ones."""
    return info.dataset if info.dataset in OPENINGS else DAILY


def written(turns: Sequence[tuple[str, str]]) -> str:
    """A conversation as the value of the widget."""
    who, lines = ("".join(part) for part in zip(*turns, strict=True)), [text for _, text in turns]
    return f"who:{next(who)} text:" + "\n".join(lines)


def turns_of(state: str) -> list[Turn]:
    """The conversation in a value of the widget; two people in turn where it does not say who."""
    parts = split(state)
    lines = parts["text"].split("\n") if parts.get("text") else []
    who = parts.get("who", "")
    if len(who) != len(lines):
        who = "AB" * (len(lines) // 2 + 1)
    return [
        ("A" if speaker == "A" else "B", line) for speaker, line in zip(who, lines, strict=False)
    ]


def look(
    checkpoint: str,
    talk: Annotated[str, pydantic.Field(max_length=30_000)],
    n: int,
    temperature: float,
    seed: Seed,
) -> dict[str, Any]:
    """Where the replies of one model, or two, will come from; drawn before there are any."""
    space = speaker(checkpoint)
    turns = turns_of(talk)
    for number, (_, text) in enumerate(turns, 1):
        if len(text) > LONGEST:
            raise ValueError(
                f"Turn {number} has {len(text):,} characters; at most {LONGEST:,} can be read. "
                "Shorten it."
            )
    parts = split(talk)
    names = [checkpoint, *([parts["beside"]] if parts.get("beside") else [])]
    sides = []
    with session.model_work():
        for name in names:
            try:
                sides.append({"checkpoint": name, **seen(speaker(name), turns, seed)})
            except ValueError as error:
                if name == checkpoint:
                    raise
                sides.append({"checkpoint": name, "error": str(error)})
    chosen = {name: parts[name] for name in ("mode", "action") if parts.get(name)}
    return {
        "turns": turns,
        "unknown": [space.unknown_words(text) for _, text in turns],
        "sides": sides,
        "code": program(space, turns, n, temperature, seed, chosen),
    }


def seen(space: "LatentSpace", turns: list[Turn], seed: int) -> dict[str, Any]:
    found = space.moves(turns, seed=seed)
    said = typical(space.info)
    centres, covariances = found.ellipses()
    return {
        "title": space.info.title,
        "size": space.latent_dim,
        "left_out": found.left_out,
        "weights": found.weights.tolist(),
        "centres": centres.tolist(),
        "covariances": covariances.tolist(),
        "origin": found.origin.tolist(),
        "axes": found.axes.tolist(),
        "actions": [
            action._asdict() | {"typical": said.get(action.name, [])} for action in found.actions
        ],
        "common": commonest(space.info),
        "cases": len(measured_cases(space.info)),
    }


def respond(
    checkpoint: str,
    turns: Turns,
    n: Annotated[int, pydantic.Field(ge=1, le=50)],
    temperature: float,
    seed: Seed,
    mode: int | None = None,
    action: str | None = None,
) -> dict[str, Any]:
    """Replies, each with its place on the picture of ``look``."""
    space = speaker(checkpoint)
    with session.model_work():
        moves = space.moves(turns, seed=seed)
        found = space.respond(
            turns, n, seed=seed, temperature=temperature, mode=mode, action=action
        )
    common = set(commonest(space.info))
    return {
        "replies": [
            finite(reply._asdict())
            | {"z": reply.z.tolist(), "place": at(moves, reply.z), "common": reply.text in common}
            for reply in found.replies
        ],
        "noise": found.noise,
    }


def say(
    checkpoint: str, turns: Turns, codes: Annotated[list[Code], pydantic.Field(max_length=50)]
) -> dict[str, Any]:
    """The replies that codes decode to: those of places on the picture, or of a way."""
    import numpy as np

    space = speaker(checkpoint)
    with session.model_work():
        return {"texts": space.decode_replies(turns, np.array(codes, np.float32))}


def own(checkpoint: str, turns: Turns, reply: Text, seed: Seed) -> dict[str, Any]:
    """What the model makes of a reply that somebody wrote, on the same picture."""
    space = speaker(checkpoint)
    with session.model_work():
        moves = space.moves(turns, seed=seed)
        found = space.encode_reply(turns, reply, seed=seed)
    flat = (moves.axes * found.spread**2) @ moves.axes.T
    return finite(
        {
            "reply": reply,
            "z": found.mean.tolist(),
            "place": at(moves, found.mean),
            "covariance": flat.tolist(),
            "action": found.action,
            "kl": found.kl,
            "reconstruction": found.reconstruction,
            "unknown": space.unknown_words(reply),
        }
    )


def converse(
    checkpoint: str,
    turns: Turns,
    steps: Annotated[int, pydantic.Field(ge=1, le=STEPS)],
    temperature: float,
    seed: Seed,
) -> dict[str, Any]:
    """The conversation with some more turns, each the model's own reply to those before."""
    space = speaker(checkpoint)
    said = list(turns)
    for step in range(steps):
        with session.model_work():  # each apart, so that nobody waits for all
            [reply] = space.respond(said, 1, seed=seed + step, temperature=temperature).replies
        if not reply.text:
            break
        said.append(("A" if said[-1][0] == "B" else "B", reply.text))
    return {"turns": said}


def example(checkpoint: str, seed: Seed) -> dict[str, Any]:
    """A conversation of the test set that the model never saw; one of ours without the corpus."""
    info = speaker(checkpoint).info
    try:
        found = held_out(info.dataset)
    except backend.MissingCorpus:
        ours = OPENINGS[opens(info)]
        return {"turns": ours[seed % len(ours)], "held_out": False}
    dialogue = found[seed % len(found)]
    return {"turns": dialogue[: 1 + seed % 4], "held_out": True}


def training(checkpoint: str) -> dict[str, Any]:
    """How far posterior and prior were apart along its training: KL, or what a critic made of it.

    ``curves`` are those of ``CURVES`` that it has, each with ``step`` and values of held-out
    pairs; ``collapsed`` says whether a KL ended as that of a code that says nothing; ``clouds``
    are their codes and the prior's on a plane, where the run kept them.
    """
    from backend import checkpoint as folders

    speaker(checkpoint)
    clouds = backend.load_clouds(checkpoint)
    columns = folders.history(checkpoint)
    found = {name: columns.get(f"validation_{name}", []) for name in CURVES}
    found["gap"] = gap(columns)
    return {
        "step": columns.get("step", []),
        "curves": {CURVES[name]: values for name, values in found.items() if values},
        "collapsed": any(kl < COLLAPSED_KL for kl in found["kl"][-1:]),
        "clouds": clouds
        and {
            "steps": clouds.steps.tolist(),
            "posterior": as_base64(clouds.posterior, "float32"),
            "prior": as_base64(clouds.prior, "float32"),
        },
    }


def gap(columns: dict[str, list[float]]) -> list[float]:
    """How far apart a critic held the codes of replies and of the prior; empty without one."""
    scores = [columns.get(f"validation_{name}", []) for name in ("score_code", "score_prior")]
    if all(scores):  # probabilities that a code is of a reply
        return [code - prior for code, prior in zip(*scores, strict=True)]
    # The critic descends: what it makes of the distance is the negative of its loss.
    return [-value for value in columns.get("validation_critic_loss", [])]


def cases(checkpoint: str) -> dict[str, Any]:
    """Held-out conversations with the likeliest actions and the reply of each, as measured."""
    found = measured_cases(speaker(checkpoint).info)
    return {
        "cases": [
            {"turns": two(one["talk"]), "reply": one["reply"], "moves": one["moves"]}
            for one in found
        ]
    }


def two(turns: Sequence[Sequence[str]]) -> list[Turn]:
    """A conversation of a corpus as ours: who speaks first is A, anyone else B."""
    return [("A" if speaker == turns[0][0] else "B", text) for speaker, text in turns]


@memory.kept(2)
def held_out(dataset: str) -> list[list[Turn]]:
    """Conversations of the test set of a corpus."""
    return [two(one) for one in backend.conversations(dataset) if one]


def at(moves: "Moves", z: Any) -> list[float]:
    """Where a code lies on the picture, [2]."""
    return moves.place(z[None])[0].tolist()


def commonest(info: backend.CheckpointInfo) -> list[str]:
    """The ten commonest replies of the training set, as they were found when it was measured."""
    entry = info.metrics.get("dull_replies", {})
    return list(entry.get("settings", {}).get("commonest", []))


def measured_cases(info: backend.CheckpointInfo) -> list[dict[str, Any]]:
    entry = info.metrics.get("single_bleu", {})
    return list(entry.get("settings", {}).get("cases", []))


def typical(info: backend.CheckpointInfo) -> dict[str, list[str]]:
    """Replies of the training set that stand for each action, found when it was measured."""
    entry = info.metrics.get("action_obeyed", {})
    return entry.get("settings", {}).get("typical", {})


def speaker(checkpoint: str) -> "LatentSpace":
    """The model of this name; raises ValueError where there is none that replies."""
    if not backend.available(requires={"respond"}):
        raise ValueError(
            "There is no dialogue model on this machine. Train one with scripts/train.py "
            f"{TRAIN}, or start with --trained-dir and the folder where one is."
        )
    space = session.get_space(checkpoint)
    if "respond" not in space.info.capabilities:
        raise ValueError(
            f"{space.info.title} does not reply to conversations. Choose a dialogue model."
        )
    return space


def program(
    space: "LatentSpace",
    turns: list[Turn],
    n: int,
    temperature: float,
    seed: int,
    chosen: dict[str, str],
) -> str:
    """The same moves and replies by the public interface."""
    options = f"seed={seed}, temperature={temperature!r}"
    if "mode" in chosen:
        options += f", mode={int(chosen['mode'])}"
    if "action" in chosen:
        options += f", action={chosen['action']!r}"
    lines = ["history = [", *(f"    {turn!r}," for turn in turns), "]"]
    lines.append(f"moves = space.moves(history, seed={seed})")
    lines.append(f"result = space.respond(history, {n}, {options}).replies")
    return script(space.info.name, *lines)
