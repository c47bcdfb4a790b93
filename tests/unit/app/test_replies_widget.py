"""The replies view and its endpoints without a browser, on small models that were not trained."""

import base64
import contextlib
import io
import json

import numpy as np
import pytest

import backend
from app import api, session
from app.components import served
from app.widgets.replies import widget
from backend.codes import clouds
from tests.small_dialogues import write_checkpoint, write_typical

MODES, ACTS, PLAIN = (
    f"dialog/{model}--dailydialog" for model in ("dialog_wae_gmp", "cvae", "hred")
)
TURNS = [("A", "Hello, how are you today?"), ("B", "I am fine, thank you. And you?")]
TALK = "who:AB text:" + "\n".join(text for _, text in TURNS)


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("trained")
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        for name in (MODES, ACTS, PLAIN):
            write_checkpoint(folder, name)
        session.configure("cpu")
        yield folder
    session.configure("cpu")


def test_moves_come_before_words_and_replies_lie_on_their_picture():
    seen = widget.look(MODES, TALK, 4, 1.0, 7)
    assert seen["turns"] == TURNS and seen["unknown"] == [[], []]
    [side] = seen["sides"]
    assert len(side["centres"]) == len(side["weights"]) == 3
    assert sum(side["weights"]) == pytest.approx(1)
    found = widget.respond(MODES, TURNS, 4, 1.0, 7)
    space = backend.load(MODES, device="cpu")
    wanted = space.respond(TURNS, 4, seed=7).replies
    assert [reply["text"] for reply in found["replies"]] == [reply.text for reply in wanted]
    for reply in found["replies"]:
        flat = (np.array(reply["z"]) - side["origin"]) @ np.array(side["axes"]).T
        assert reply["place"] == pytest.approx(flat.tolist(), abs=1e-4)
    only = widget.respond(MODES, TURNS, 6, 1.0, 7, mode=2)["replies"]
    assert {reply["mode"] for reply in only} == {2}
    json.dumps([seen, found], allow_nan=False)


def test_the_script_that_is_shown_gives_the_same_replies():
    seen = widget.look(ACTS, f"action:tell {TALK}", 3, 0.8, 2)
    found = widget.respond(ACTS, TURNS, 3, 0.8, 2, action="tell")["replies"]
    scope: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(seen["code"], "shown", "exec"), scope)
    assert [reply.text for reply in scope["result"]] == [reply["text"] for reply in found]
    assert {reply.action for reply in scope["result"]} == {"tell"}
    assert [action["name"] for action in seen["sides"][0]["actions"]]


def test_two_models_answer_side_by_side_and_one_that_cannot_says_so():
    sides = widget.look(MODES, f"beside:{PLAIN} {TALK}", 3, 1.0, 0)["sides"]
    assert [side["checkpoint"] for side in sides] == [MODES, PLAIN]
    assert sides[1]["weights"] == [] and sides[1]["size"] == 0
    sides = widget.look(MODES, f"beside:dialog/no--dailydialog {TALK}", 3, 1.0, 0)["sides"]
    assert "no checkpoint called" in sides[1]["error"] and sides[0]["weights"]


def test_actions_come_with_replies_that_stand_for_them(folder):
    write_typical(folder, ACTS, {"thank": ["Thank you.", "Thanks."]})
    session.configure("cpu")  # a model that is loaded keeps the numbers that it came with
    [side] = widget.look(ACTS, TALK, 4, 1.0, 7)["sides"]
    said = {action["name"]: action["typical"] for action in side["actions"]}
    assert said == {"ask": [], "tell": [], "thank": ["Thank you.", "Thanks."]}
    backend.checkpoint.write_metrics(folder / ACTS, values={})
    session.configure("cpu")


def test_a_place_says_what_the_reply_there_says():
    reply = widget.respond(MODES, TURNS, 1, 1.0, 3)["replies"][0]
    assert widget.say(MODES, TURNS, [reply["z"], reply["z"]])["texts"] == [reply["text"]] * 2


def test_a_reply_of_ones_own_has_a_place_and_a_reconstruction():
    found = widget.own(ACTS, TURNS, "Very well. Do you want xylophone?", 0)
    assert found["kl"] > 0 and found["unknown"] == ["xylophone"]
    assert len(found["place"]) == 2 and np.array(found["covariance"]).shape == (2, 2)
    assert found["action"] in ("ask", "tell", "thank")
    assert widget.own(MODES, TURNS, "Very well.", 0)["kl"] is None  # codes made of noise


def test_a_model_goes_on_by_itself_two_speakers_in_turn():
    said = widget.converse(PLAIN, TURNS, 3, 1.0, 5)["turns"]
    assert said[:2] == TURNS and said == widget.converse(PLAIN, TURNS, 3, 1.0, 5)["turns"]
    assert [speaker for speaker, _ in said] == list("ABABA")[: len(said)]


def test_an_example_is_of_the_test_set_where_the_corpus_is(monkeypatch, tmp_path):
    monkeypatch.setattr(widget, "held_out", lambda dataset: [[("A", "hi"), ("B", "ho")]])
    assert widget.example(PLAIN, 1) == {"turns": [("A", "hi"), ("B", "ho")], "held_out": True}
    monkeypatch.undo()
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))
    widget.held_out.cache_clear()
    assert widget.example(PLAIN, 1) == {
        "turns": widget.OPENINGS[widget.DAILY][1],
        "held_out": False,
    }


def test_each_corpus_has_openings_that_its_models_can_read():
    for info in backend.available(requires={"respond"}):
        assert widget.opens(info) == info.dataset
    for corpus in widget.OPENINGS:
        [first, *_] = widget.OPENINGS[corpus]
        assert widget.turns_of(widget.written(first)) == list(first)
    kinds = [turns for found in widget.OPENINGS.values() for turns in found]
    assert len(set(kinds)) == len(kinds)


def test_the_curves_of_its_training_are_the_gap_and_not_the_loss(monkeypatch):
    history = {"step": [1, 2], "validation_critic_loss": [-3.0, -1.0], "validation_slope": [2, 1]}
    monkeypatch.setattr(backend.checkpoint, "history", lambda name: history)
    found = widget.training(MODES)
    assert found["step"] == [1, 2]
    assert found["curves"][widget.CURVES["gap"]] == [3.0, 1.0]
    assert widget.CURVES["kl"] not in found["curves"] and not found["collapsed"]
    # That of the AED gives probabilities, and its loss is no distance.
    scores = {"validation_score_code": [0.5, 0.75], "validation_score_prior": [0.5, 0.25]}
    history |= scores | {"validation_critic_loss": [1.4, 0.6]}
    assert widget.training(MODES)["curves"][widget.CURVES["gap"]] == [0.0, 0.5]


def test_a_posterior_that_collapsed_is_told_beside_its_curve(monkeypatch):
    monkeypatch.delenv("LATENT_TRAINED_DIR")  # those that ship
    session.configure("cpu")
    for name, collapsed in ((ACTS, False), (f"{ACTS}--no-bow", True)):
        found = widget.training(name)
        assert found["collapsed"] == collapsed
        assert len(found["curves"][widget.CURVES["kl"]]) == len(found["step"]) > 10
    session.configure("cpu")


def test_clouds_come_with_the_curves_where_the_run_kept_them(folder):
    assert widget.training(MODES)["clouds"] is None
    places = np.arange(12, dtype=np.float16).reshape(2, 3, 2)
    clouds.Clouds(np.array([0, 50]), places, places + 1).save(folder / MODES)
    found = widget.training(MODES)["clouds"]
    (folder / MODES / clouds.FILE).unlink()
    assert found["steps"] == [0, 50]
    prior = np.frombuffer(base64.b64decode(found["prior"]), np.float32)
    assert prior.tolist() == [float(place + 1) for place in range(12)]


def test_cases_are_those_that_were_found_when_it_was_measured(folder):
    assert widget.cases(ACTS) == {"cases": []}
    move = {"action": "thank", "probability": 0.5, "reply": "Thanks."}
    case = {"talk": [["driver", "hi"], ["car", "yes?"]], "reply": "Thank you.", "moves": [move]}
    entry = {"value": 7.0, "unit": "%", "split": "test", "n": 1, "settings": {"cases": [case]}}
    backend.checkpoint.write_metrics(folder / ACTS, values={"single_bleu": entry})
    session.configure("cpu")
    assert widget.look(ACTS, TALK, 1, 1.0, 0)["sides"][0]["cases"] == 1
    [found] = widget.cases(ACTS)["cases"]
    assert found["turns"] == [("A", "hi"), ("B", "yes?")] and found["moves"] == [move]
    backend.checkpoint.write_metrics(folder / ACTS, values={})
    session.configure("cpu")


@pytest.mark.parametrize(
    ("talk", "said"),
    [
        ("", "Nothing was said yet"),
        ("who:A text:zzz qqq", "No turn has a word"),
        ("who:AB text:hello\n" + "tea " * 2500, "Turn 2 has 10,000 characters"),
        ("who:AB text:hello\n...", None),
        ("who:AAA text:hello\n\nyou", "Turn 2 is empty"),
        ("who:A text:<img src=x onerror=alert(1)> tea", None),
    ],
)
def test_what_cannot_be_replied_to_is_said_in_a_sentence(talk, said):
    ask = served(widget.look)
    answer = ask({"checkpoint": MODES, "talk": talk, "n": 2, "temperature": 1.0, "seed": 0})
    assert (said in answer["error"]) if said else ("error" not in answer)


def test_two_hundred_turns_lose_the_oldest():
    talk = "text:" + "\n".join(text for _, text in TURNS * 100)
    [side] = widget.look(MODES, talk, 2, 1.0, 0)["sides"]
    assert side["left_out"] == 195


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"action": "sing"}, "has no actions to choose from"),
        ({"mode": 3}, "between 0 and 2, got 3"),
        ({"temperature": 9.0}, "between 0 and 5"),
        ({"n": 0}, "How many must be at least 1"),
        ({"checkpoint": "../secrets"}, "no checkpoint called"),
    ],
)
def test_wrong_questions_are_answered_with_a_sentence(changed, said):
    question = {"checkpoint": MODES, "turns": TURNS, "n": 2, "temperature": 1.0, "seed": 0}
    assert said in served(widget.respond)(question | changed)["error"]


def test_links_are_read_and_wrong_ones_refused():
    assert widget.talk(f"beside:{PLAIN} mode:2 own:yes%20please {TALK}")
    assert widget.talk(f"open:cases,training moment:3 other_open:cases {TALK}")
    for wrong in (
        "mode:x text:a",
        "open:all text:a",
        "moment:-1 text:a",
        "who:AC text:a",
        "moon:1 text:a",
    ):
        with pytest.raises(ValueError, match=r"cannot be|no part"):
            widget.talk(wrong)
    assert widget.turns_of("text:a\nb") == [("A", "a"), ("B", "b")]


def test_without_a_model_the_page_says_what_to_train(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    answer = served(widget.look)(
        {"checkpoint": "", "talk": TALK, "n": 2, "temperature": 1.0, "seed": 0}
    )
    assert "Train one with scripts/train.py dialog/" in answer["error"]


def test_the_endpoints_answer_like_the_public_interface():
    space = backend.load(ACTS, device="cpu")
    found = api.respond(ACTS, ["Hello."], 3, seed=4, action="ask")
    wanted = space.respond(["Hello."], 3, seed=4, action="ask").replies
    assert [reply["text"] for reply in found["replies"]] == [reply.text for reply in wanted]
    assert np.allclose([reply["z"] for reply in found["replies"]], [reply.z for reply in wanted])
    seen, moves = api.moves(ACTS, TURNS), space.moves(TURNS)
    assert np.allclose(seen["means"], moves.means)
    assert [action["name"] for action in seen["actions"]] == [one.name for one in moves.actions]
    mine, own = (
        api.encode_reply(ACTS, TURNS, "Very well."),
        space.encode_reply(TURNS, "Very well."),
    )
    assert mine["kl"] == pytest.approx(own.kl) and mine["reconstruction"] == own.reconstruction
    json.dumps([found, seen, mine], allow_nan=False)
