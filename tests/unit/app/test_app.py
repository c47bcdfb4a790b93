"""The page without a browser: start-up, session, links, handlers and the code they show."""

import asyncio
import contextlib
import io
import json
import math
import re
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from gradio.state_holder import SessionState

import backend
from app import api, components, door, examples, links, main, session
from app.tabs import interpolate as interpolate_tab
from app.tabs import sample as sample_tab
from app.widgets.image_input import to_value
from app.widgets.paths.words import marked
from backend import yours
from backend.language import attacks, edits
from backend.language.traces import to_json

ROOT = Path(__file__).resolve().parents[3]
HTML = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module", autouse=True)
def built():
    """Links know the views once the page has been built."""
    session.configure("cpu")

    async def build():  # in a running loop: else Gradio makes loops that it never closes
        return main.build("cpu")

    return asyncio.run(build())


def checkpoint(modality: str) -> str:
    """A shipped checkpoint of this kind; the same one every time."""
    found = backend.available(requires={"sample", "encode", "decode"}, modality=modality)
    assert found, f"no {modality} checkpoint in {backend.trained_dir()}"
    names = [info.name for info in found]
    return session.FIRST if session.FIRST in names else names[0]


# --- start-up ----------------------------------------------------------------------------------


def test_only_the_named_endpoints_are_public(built):
    public = {fn.api_name for fn in built.fns.values() if fn.api_visibility != "private"}
    assert public == {
        *("sample", "interpolate", "encode", "decode"),
        *("modes", "responsibilities", "decode_at", "next_words", "word_senses"),
        "translate",
        *("edit_chain", "attack"),
        *("train_points", "frontier", "respond", "moves", "encode_reply", "compare"),
    }


def test_a_visit_keeps_what_it_changes_and_nothing_else(built):
    visit = SessionState(built)
    assert visit.config_values == {} and visit.blocks_config.blocks == built.default_config.blocks
    number = next(iter(built.blocks))
    visit[number] = built.blocks[number]
    assert list(visit.config_values) == [number]
    assert SessionState(built).config_values == {}


def test_the_head_cannot_be_broken_out_of(monkeypatch):
    facts = {"x": {"title": "</script><script>alert(1)</script>"}}
    monkeypatch.setattr(components, "checkpoint_facts", lambda: facts)
    assert "</script><script>" not in main.head()


# --- session -----------------------------------------------------------------------------------


class Loaded(SimpleNamespace):
    """Stands for a space of 10 bytes."""


@pytest.fixture
def loads(monkeypatch) -> list[str]:
    """Names in the order they were loaded; every name is a checkpoint."""
    seen: list[str] = []

    def load(name: str, device: str) -> Loaded:
        seen.append(name)
        return Loaded(name=name, nbytes=10)

    monkeypatch.setattr(backend, "load", load)
    monkeypatch.setattr(session, "check_name", lambda name: None)
    monkeypatch.setattr(session, "one_thread", lambda: None)
    return seen


def test_spaces_stay_within_their_memory_and_the_least_used_goes_first(loads):
    spaces = session.Spaces(limit=25)
    for name in ("a", "b", "a", "c"):
        spaces.get(name)
    assert spaces.names() == ["a", "c"]
    assert loads == ["a", "b", "c"]


def test_one_space_too_large_for_the_bound_is_still_usable(loads):
    spaces = session.Spaces(limit=5)
    assert spaces.get("a").name == "a"
    assert spaces.get("b").name == "b"
    assert spaces.names() == ["b"]


def test_visitors_who_want_the_same_space_at_once_load_it_once(loads, monkeypatch):
    all_ask, load = threading.Event(), backend.load
    monkeypatch.setattr(backend, "load", lambda *a, **o: all_ask.wait(10) and load(*a, **o))
    spaces = session.Spaces()
    threads = [threading.Thread(target=spaces.get, args=("a",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    all_ask.set()
    for thread in threads:
        thread.join()
    assert loads == ["a"]


@pytest.mark.parametrize(
    "name", ["../secrets", "/etc/passwd", "vae/nothing--mnist", "", "a" * 9999]
)
def test_a_name_that_is_no_checkpoint_is_told_plainly(name):
    with pytest.raises(ValueError, match="There is no checkpoint called"):
        session.get_space(name)


def test_a_machine_without_checkpoints_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    with pytest.raises(ValueError, match=r"scripts/train\.py"):
        session.check_name("vae/vae--mnist--2d")


def test_jobs_end_are_forgotten_and_can_be_stopped():
    jobs = session.Jobs(limit=2)
    first = jobs.add(iter([1]))
    assert [jobs.next(first), jobs.next(first)] == [1, None]
    with pytest.raises(ValueError, match="no longer kept"):
        jobs.next(first)
    names = [jobs.add(iter([1, 2])) for _ in range(3)]
    with pytest.raises(ValueError):
        jobs.next(names[0])  # the oldest had to go
    jobs.stop(names[1])
    with pytest.raises(ValueError):
        jobs.next(names[1])
    assert jobs.next(names[2]) == 1


# --- what comes from outside -------------------------------------------------------------------


def test_arguments_are_checked_against_the_type_hints():
    def view(n: int, seed: components.Seed) -> dict:
        return {"n": n, "seed": seed}

    serve = components.served(view)
    assert serve.__name__ == "run"
    assert serve({"n": 8.0, "seed": 0}) == {"n": 8, "seed": 0}
    for wrong in ({"n": "x"}, {"n": None}, {"n": math.nan}, {"seed": -1}, {"seed": 2**40}):
        answer = serve({"n": 1, "seed": 0} | wrong)
        assert re.fullmatch(r"(How many|Seed) must \S.*\.", answer["error"])
    assert serve({})["error"] and serve({"n": 1, "seed": 1, "x": 1})["error"]
    assert serve("x")["error"] and serve(None)["error"]


def test_a_bug_is_logged_and_told_without_its_details(caplog):
    def view() -> dict:
        raise RuntimeError("secret path")

    assert components.served(view)({}) == {"error": door.UNEXPECTED}
    assert "secret path" in caplog.text


# --- links -------------------------------------------------------------------------------------


def test_a_link_sets_the_controls_of_its_view():
    tab, values, notice = links.read("#v=1&tab=sample&n=5&seed=7&source=aggregate&temperature=0.5")
    assert (tab, notice) == ("sample", "")
    assert values == {"n": 5, "seed": 7, "source": "aggregate", "temperature": 0.5}


def test_text_of_any_kind_survives_a_link():
    _, values, notice = links.read(
        "#v=1&tab=interpolate&a=%C3%A9%F0%9F%98%80+%26%3D%23%0A&b=" + HTML
    )
    assert values == {"a": "é😀 &=#\n", "b": HTML} and not notice


def test_a_picture_is_short_in_a_link_and_whole_again_after():
    picture = to_value(np.arange(784, dtype=np.uint8).reshape(28, 28))
    code = picture.split(",")[1].replace("+", "-").replace("/", "_").rstrip("=")
    _, values, _ = links.read(f"#v=1&tab=interpolate&picture_a=~png:{code}")
    assert values["picture_a"] == picture


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("#v=2&tab=sample", "newer version"),
        ("#v=1&tab=nowhere", "not here"),
        ("#hello", "not a link"),
        ("#v=1&tab=sample&checkpoint=vae/gone--mnist", "is not on this machine"),
        ("#v=1&tab=sample&checkpoint=../../etc", "is not on this machine"),
        ("#v=1&tab=sample&n=many", "not a whole number"),
        ("#v=1&tab=sample&temperature=nan", "not a number"),
        ("#v=1&tab=sample&source=moon", "none of prior, aggregate"),
        ("#v=1&tab=sample&colour=red", "does not know"),
        ("#v=1&tab=interpolate&picture_a=javascript:alert(1)", "cannot be read"),
        ("#v=1&a=" + "x" * 50_000, "too long"),
    ],
)
def test_what_is_wrong_with_a_link_is_said(fragment, said):
    assert said in links.read(fragment)[2]


def test_a_link_written_by_hand_needs_no_version():
    assert links.read("#tab=sample&n=5") == links.read("#v=1&tab=sample&n=5")


def test_a_link_can_hide_controls_and_no_other_thing():
    assert links.read("#v=1&tab=sample&hide=seed,code")[2] == ""
    assert "hides 'body'" in links.read("#v=1&tab=sample&hide=seed,body")[2]
    for tab, controls in links.controls().items():
        assert controls, tab
        assert all(re.fullmatch(r"[\w-]+", elem_id) for elem_id in controls.values())


def test_a_picture_in_a_link_is_never_an_address_to_fetch(built):
    """Whichever field takes a picture: the browser would ask that host for it."""
    pictures = {
        one.elem_id
        for one in built.blocks.values()
        if "lp-image-input" in (one.elem_classes or [])
    }
    linked = [
        (tab, name)
        for tab, controls in links.controls().items()
        for name, elem_id in controls.items()
        if elem_id in pictures
    ]
    assert {tab for tab, _ in linked} >= {"explore", "interpolate"}
    for tab, name in linked:
        for address in ("http://example.org/a.png", "//example.org/a.png", "data:text/html,x"):
            assert "cannot be read" in links.read(f"#v=1&tab={tab}&{name}={address}")[2]


def test_a_link_to_a_checkpoint_trained_anew_says_so():
    name = checkpoint("image")
    assert "trained anew" in links.read(f"#v=1&tab=sample&checkpoint={name}&fp=0123456789ab")[2]


# --- handlers and the code they show -----------------------------------------------------------


def run_script(code: str):
    """The ``result`` of a script as a reader would run it."""
    scope: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "<shown code>", "exec"), scope)
    assert printed.getvalue().strip()
    return scope["result"]


def same(shown: list | str, result) -> bool:
    """Whether the page and the script give the same items."""
    return shown == (components.packed(result))


@pytest.mark.parametrize("modality", ["text", "image"])
@pytest.mark.parametrize("token_temperature", [0.0, 0.8])
def test_sample_shows_code_that_gives_the_same(modality, token_temperature):
    view = sample_tab.sample(checkpoint(modality), 3, 5, "aggregate", 0.7, token_temperature)
    assert view["total"] == 3 and view["job"] is None
    assert same(view["items"], run_script(view["code"]))


def test_words_are_drawn_from_the_likeliest_alone_where_that_is_asked_for():
    name, draw = checkpoint("text"), ("prior", 1.0, 1.5)
    limits = ((0, 1.0), (1, 1.0), (0, 0.5))
    free, best, kept = (sample_tab.sample(name, 8, 5, *draw, top_k=k, top_p=p) for k, p in limits)
    assert best["items"] == sample_tab.sample(name, 8, 5, "prior", 1.0, 0.0)["items"]
    assert len({tuple(view["items"]) for view in (free, best, kept)}) == 3
    for view in (free, best, kept):
        assert same(view["items"], run_script(view["code"]))
    for wrong in ({"top_k": -1}, {"top_p": 1.01}):
        with pytest.raises(ValueError, match=r"The top [kp] lies from 0"):
            sample_tab.sample(name, 1, 5, *draw, **wrong)
    assert api.sample(name, 8, 5, token_temperature=1.5, top_k=1) == best["items"]


def test_samples_pulled_in_chunks_are_those_of_one_call():
    name = checkpoint("text")
    view = sample_tab.sample(name, 150, 1, "prior", 1.0, 0.5)
    items = list(view["items"])
    while (piece := sample_tab.more(view["job"])["items"]) is not None:
        items += piece
    assert items == run_script(view["code"])


def inputs(modality: str) -> dict[str, str]:
    """Four inputs as the page sends them."""
    if modality == "text":
        return dict(examples.SENTENCES)
    pictures = examples.example_pictures(checkpoint("image"))
    return {f"picture_{key}": picture for key, picture in zip("abcd", pictures, strict=True)}


@pytest.mark.parametrize("mode", interpolate_tab.NEEDED)
@pytest.mark.parametrize("modality", ["text", "image"])
def test_interpolate_shows_code_that_gives_the_same(modality, mode):
    name = checkpoint(modality)
    view = interpolate_tab.interpolate(name, mode, 4, "slerp", **inputs(modality))
    json.dumps(view, allow_nan=False)
    result = run_script(view["code"])
    assert len(view["rows"]) == {"path": 4, "corners": 25, "arithmetic": 1}[mode]
    for row, item in zip(view["rows"], result, strict=True):
        assert same(row["item"], item)
        assert 0 <= row["round_trip"] <= 1 and 0 <= row["typicality"] <= 100


def test_each_step_of_a_path_has_the_verdict_on_what_it_decodes_to():
    name, ends = "vae/vae--mnist--16d", inputs("image")
    view = interpolate_tab.interpolate(name, "path", 5, "slerp", layer="verdict", **ends)
    judge = backend.load_judge("classifier/image_classifier--mnist")
    p = judge(np.stack(run_script(view["code"])))
    assert [row["verdict"][0] for row in view["rows"]] == p.argmax(1).tolist()
    assert view["judged"][0] == "digit 0"
    plain = interpolate_tab.interpolate(name, "path", 5, "slerp", **ends)
    assert "judged" not in plain and "verdict" not in plain["rows"][0]


def test_the_first_sentences_suit_the_walk_until_a_person_writes_their_own():
    usual = list(examples.SENTENCES.values())
    assert examples.suit("arithmetic", *usual) == list(examples.ARITHMETIC)
    assert examples.suit("corners", *examples.ARITHMETIC) == usual
    assert examples.suit("arithmetic", "mine", *usual[1:]) == ["mine", *usual[1:]]


def test_changed_words_are_marked_between_neighbours():
    parts = marked(
        ["i", "want", "tea", "now"], ["i", "do", "n't", "want", "coffee"], "i don't want coffee"
    )
    marks = [(part["text"], part["space"], part["mark"]) for part in parts]
    assert marks == [
        ("i", False, ""),
        ("do", True, "insert"),
        ("n't", False, "insert"),
        ("want", True, ""),
        ("coffee", True, "replace"),
    ]
    assert parts[-1]["old"] == "tea now"


def test_words_that_went_are_shown_struck_out():
    parts = marked(["so", "it", "is"], ["it", "is"], "it is")
    assert parts[0] == {"text": "so", "space": True, "mark": "delete"}


def test_unknown_words_are_named():
    given = inputs("text") | {"a": "I like qwertys."}
    view = interpolate_tab.interpolate(checkpoint("text"), "path", 3, "lerp", **given)
    assert view["unknown"] == {"a": ["qwertys"], "b": []}


@pytest.mark.parametrize(
    "sentence", ["", "   ", "\u0000", "qwertzuiop", "word " * 2000, "😀😀", "\u202e", HTML]
)
def test_a_bad_sentence_is_answered_with_a_sentence(sentence):
    run = components.served(interpolate_tab.interpolate)
    given = inputs("text") | {"a": sentence}
    base = {"checkpoint": checkpoint("text"), "mode": "path", "steps": 3, "path": "lerp"}
    answer = run(base | given)
    if "error" in answer:
        assert answer["error"] != door.UNEXPECTED
        assert re.fullmatch(r"[A-Z][^!]*[.)]", answer["error"], re.S), answer["error"]
    else:
        assert len(answer["rows"]) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 0}, {"n": 10**6}, {"n": -1}, {"temperature": -1}, {"temperature": 99},
        {"temperature": math.inf}, {"source": "moon"}, {"token_temperature": -0.1},
        {"checkpoint": "../x"}, {"seed": 10**30},
    ],
)  # fmt: skip
def test_a_bad_setting_is_answered_with_a_sentence(wrong):
    good = {
        "checkpoint": checkpoint("image"), "n": 2, "seed": 0, "source": "prior",
        "temperature": 1.0, "token_temperature": 0.0,
    }  # fmt: skip
    run = components.served(sample_tab.sample)
    assert len(run(good)["items"]) > 0
    answer = run(good | wrong)
    assert answer.keys() == {"error"} and answer["error"] != door.UNEXPECTED


def test_a_collapsed_posterior_is_told():
    space = SimpleNamespace(units=lambda: [SimpleNamespace(kl=0.05)] * 4)
    assert "0.20 nats" in sample_tab.collapse_warning(space)
    space.units = lambda: [SimpleNamespace(kl=0.5)] * 4
    assert sample_tab.collapse_warning(space) == ""
    space.units = lambda: [SimpleNamespace(kl=0.0)] * 4
    assert sample_tab.collapse_warning(space) == ""


def test_a_damaged_checkpoint_is_listed_with_its_reason_and_cannot_be_chosen():
    facts = {"dataset": "tatoeba", "metrics": {}, "problem": None, "yours": False, "own": False}
    sound = SimpleNamespace(name="a", title="A", modality="text", **facts)
    broken = SimpleNamespace(name="b", title="B", modality="", problem="b is cut short")
    *_, unavailable = components.groups([sound, broken])
    assert unavailable["options"] == [{"name": "b", "title": "b is cut short", "disabled": True}]


def test_the_picker_groups_by_kind_and_corpus_and_counts_as_people_do():
    groups = components.groups(backend.available({"encode", "decode"}))
    labels = [group["label"] for group in groups if group["options"]]
    assert labels[0] == "Sentences: DailyDialog" and "Pictures: MNIST" in labels
    assert len(labels) == len(set(labels))
    names = [option["name"] for group in groups for option in group["options"]]
    betas = [int(name.partition("--beta")[2]) for name in names if "--beta" in name]
    assert betas == [1, 2, 4, 10]


def test_a_checkpoint_that_comes_while_the_page_is_served_is_offered_by_the_next(
    built, monkeypatch, tmp_path
):
    name = "text_vae/text_vae--own-diary"
    monkeypatch.setenv("LATENT_YOURS_DIR", str(tmp_path))
    before = main.renew(built)
    shutil.copytree(backend.info(session.FIRST).path, tmp_path / name)
    yours.rename(name, "My diary")
    picker = next(one for one in built.blocks.values() if one.elem_id == "sample-checkpoint")
    assert main.renew(built) != before
    options = [option for group in picker.props["groups"] for option in group["options"]]
    assert {"name": name, "title": "My diary (yours)"} in options
    assert json.dumps(name) in built.head and name in json.dumps(built.config["components"])
    yours.remove(name)
    assert main.renew(built) == before and json.dumps(name) not in built.head


def test_an_exhibit_of_a_failure_says_so_wherever_it_is_named():
    told = {name: facts for name, facts in components.checkpoint_facts().items()}
    one_class = told["gan/dcgan--mnist--minimax"]
    assert one_class["title"] == "DCGAN, minimax, MNIST digits (exhibit: covers 1 of 10 classes)"
    assert "1 of 10" in one_class["warning"]
    assert "collapse" in told["text_vae/text_vae--tatoeba--plain"]["warning"]
    assert told["vae/vae--mnist--2d"]["warning"] == ""
    assert components.facts("gan/dcgan--mnist--minimax")["warning"] == one_class["warning"]


# --- endpoints ---------------------------------------------------------------------------------


def test_edits_and_attacks_answer_like_the_public_interface():
    settings = edits.Settings(keywords=("dog",))
    trace = json.loads(to_json(edits.edit_chain(settings, steps=5, seed=1)))
    assert api.edit_chain(["dog"], steps=5, seed=1) == trace | {"notes": []}
    victim = "classifier/text_classifier--yelp"
    text = "The food was great."
    wanted = attacks.Settings(victim=victim, text=text, trials=10, methods=("b-mha",))
    assert api.attack(victim, text, ["b-mha"], trials=10) == attacks.attack(wanted)


def test_endpoints_answer_like_the_public_interface():
    name = checkpoint("text")
    space = backend.load(name, device="cpu")
    assert api.sample(name, 2, seed=3) == space.sample(2, seed=3)
    z = api.encode(name, ["i like tea ."])
    assert np.allclose(z, space.encode(["i like tea ."]), atol=1e-6)
    assert api.decode(name, z) == space.decode(np.array(z, dtype=np.float32))
    walk = api.interpolate(name, "i like tea .", "it is raining .", steps=4)
    assert walk == space.interpolate("i like tea .", "it is raining .", steps=4)


def test_a_model_that_is_told_classes_is_told_them_by_the_endpoints_too():
    name = "vae/cvae--mnist"
    space, told = backend.load(name, device="cpu"), [7, 3]
    pictures = api.sample(name, 2, seed=1, labels=told)
    assert pictures == api.written(space.sample(2, seed=1, labels=told))
    assert pictures != api.sample(name, 2, seed=1, labels=[3, 7])
    codes = api.encode(name, pictures, told)
    assert codes != api.encode(name, pictures)
    again = space.decode(np.array(codes, np.float32), labels=told)
    assert api.decode(name, codes, labels=told) == api.written(again)
    with pytest.raises(ValueError, match="cannot be told classes"):
        api.sample(checkpoint("image"), 2, labels=told)


def test_pictures_travel_as_png():
    name = checkpoint("image")
    start, end = api.sample(name, 2)
    assert start.startswith("data:image/png;base64,")
    assert len(api.interpolate(name, start, end, steps=3)) == 3
    assert len(api.encode(name, [start])[0]) == backend.load(name).latent_dim
