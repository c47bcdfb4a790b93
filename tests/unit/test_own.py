"""A class of the user's own as a space: what it may have, what is told where it is wrong."""

import shutil
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from torch import arange, tensor
from torch.distributions import Normal, kl_divergence

import backend
from app import session, watch
from app.components import fitting, packed_each, served, titled, unfit
from app.main import open_spaces
from app.tabs.interpolate import interpolate
from app.tabs.sample import more, sample
from app.widgets.image_input import read_as, to_value
from app.widgets.image_input.widget import corpus_state, next_test_image
from app.widgets.latent_map import widget as latent_map
from app.widgets.latent_pad import widget as latent_pad
from app.widgets.microscope.widget import modes
from backend import checkpoint, own
from backend.pipeline.map import project
from backend.space import LatentSpace

EXAMPLES = Path(__file__).parents[2] / "examples"
Load = Callable[[str], LatentSpace]


@pytest.fixture(autouse=True)
def nothing_open(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """What a test opens is forgotten after it, and its maps lie in a folder of its own."""
    monkeypatch.setattr(own, "_spaces", {})
    monkeypatch.setattr(checkpoint, "_given", {})
    monkeypatch.setattr(own, "private_folder", lambda name: tmp_path)
    yield
    session.configure("cpu")


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """``load(source)``: the space of a file with this text."""

    def load_text(source: str) -> LatentSpace:
        file = tmp_path / "mine.py"
        file.write_text(textwrap.dedent(source), encoding="utf-8")
        return backend.load_file(file, lambda _: None)

    return load_text


# Pictures 4 x 2 whose two colours are the numbers of the code, from -1 to 1.
PICTURES = """
import numpy as np

class Tones:
    modality = "image"
    latent_dim = 2
    items = np.random.default_rng(0).integers(0, 256, (60, 1, 1, 3)).repeat(4, 1).repeat(2, 2)
    items = items.astype(np.uint8)
    labels = ["warm" if item[0, 0, 0] > 128 else "cold" for item in items]

    def encode(self, items):
        assert items.shape[1:] == (4, 2, 3)
        return items[:, 0, 0, :2] / 127.5 - 1

    def decode(self, z):
        z = (np.concatenate([z, z[:, :1]], 1).clip(-1, 1) + 1) / 2
        return np.tile(z[:, None, None], (1, 4, 2, 1))
"""
# Sentences of as many words as the code says.
SENTENCES = """
import torch
from torch.distributions import Normal

class Lengths:
    title = "Lengths"
    modality = "text"
    latent_dim = 1
    items = [" ".join(["Été"] * n) for n in range(1, 31)]
    prior = Normal(torch.tensor([5.0]), torch.tensor([2.0]))

    def encode(self, sentences):
        return torch.tensor([[len(sentence.split())] for sentence in sentences])

    def posterior(self, sentences):
        return Normal(self.encode(sentences).double(), 0.25)

    def decode(self, z):
        return [" ".join(["Été"] * round(float(number))) for number in z[:, 0]]

    def log_prob(self, sentences, z):
        return -abs(z[:, 0] - self.encode(sentences)[:, 0].numpy())
"""


def test_pictures_of_any_size_and_colours(load: Load) -> None:
    space = load(PICTURES)
    assert space.info.name == "yours/mine--yours" and titled(space.info) == "Tones (yours)"
    assert space.codes.shape == (60, 2) and space.class_names == ["cold", "warm"]
    assert space.sample(5, seed=1).shape == (5, 4, 4, 3)  # in the middle of a square
    again = space.reconstruct(space.items)
    assert np.abs(again[..., :2].astype(int) - space.items[..., :2]).max() <= 1
    assert not again[:, :, [0, 3]].any()  # paper beside it
    assert np.array_equal(space.sample(5, seed=1), space.sample(5, seed=1))
    assert space.inspect(space.codes[:3])[0].round_trip > 0.99
    weights = space.modes.at(space.codes)
    assert weights.shape == (60, 1, 1) and np.allclose(weights.sum(-1), 1)
    assert backend.load(space.info.name) is space
    assert space.info in backend.available({"encode", "decode", "components"}, modality="image")


def test_sentences_with_a_prior_a_posterior_and_a_likelihood(load: Load) -> None:
    space = load(SENTENCES)
    assert space.reconstruct(["Été Été Été"]) == ["Été Été Été"]
    drawn = space.sample_codes(4000, seed=0, temperature=0.5)
    assert drawn.mean() == pytest.approx(5, abs=0.1) and drawn.std() == pytest.approx(1, abs=0.05)
    found = space.inspect(np.float32([[3.2]]))[0]
    assert found.item == "Été Été Été" and found.round_trip == 1
    assert found.log_p_x == pytest.approx(-0.2, abs=1e-6)
    assert found.log_p_z == pytest.approx(Normal(5.0, 2.0).log_prob(tensor(3.2)).item())
    draws = space.encode(["Été Été"] * 2000, draw=1)
    assert draws.mean() == pytest.approx(2, abs=0.05)
    assert draws.std() == pytest.approx(0.25, abs=0.03)
    kl = kl_divergence(Normal(arange(1.0, 31.0), 0.25), Normal(0.0, 1.0)).mean().item()
    assert space.units()[0].kl == pytest.approx(kl, rel=1e-5)
    assert len(space.interpolate("Été", "Été Été Été", steps=3)) == 3
    answer = interpolate("yours/mine--yours", "path", 3, "lerp", a="Été", b="Été Été Été")
    assert [row["item"] for row in answer["rows"]] == ["Été", "Été Été", "Été Été Été"]
    assert [part["mark"] for part in answer["rows"][1]["parts"]] == ["", "insert"]


HEAD = """import numpy as np, torch
from torch.distributions import Distribution as Broken, Normal
class {}:
"""
CODES = "def encode(self, items): return np.zeros((len(items), 2))"
GREY = "def decode(self, z): return np.zeros((len(z), 4, 4))"
ITEMS = "items = np.zeros((30, 4, 4))"


def written(name: str, *lines: str) -> str:
    """A file with a class."""
    return HEAD.format(name) + "".join(f"    {line}\n" for line in lines)


WRONG = {  # what the class has, and what must be said of it
    "decodes to too few": (
        ["def decode(self, z): return np.zeros((1, 4, 4))"],
        "1 pictures for 2 codes",
    ),
    "decodes to one colour": (
        ["def decode(self, z): return np.zeros((2, 1, 4, 4))"],
        "colours last",
    ),
    "decodes to logits": (
        ["def decode(self, z): return np.full((2, 4, 4), -3.0)"],
        "from -3 to -3",
    ),
    "decodes to NaN": (["def decode(self, z): return np.full((2, 4, 4), np.nan)"], "from nan"),
    "decodes to int64": (["def decode(self, z): return np.ones((2, 4, 4), int)"], "dtype int64"),
    "decodes to nothing": (["def decode(self, z): pass"], "returned NoneType, and not an array"),
    "decodes to ragged rows": (["def decode(self, z): return [[1], [1, 2]]"], "no array"),
    "raises": (["def decode(self, z): return z @ np.eye(3)"], "line 6, decode: ValueError"),
    "exits": (["def decode(self, z): raise SystemExit(3)"], "SystemExit: 3"),
    "encodes too wide": (
        [GREY, ITEMS, "def encode(self, items): return np.zeros((len(items), 3))"],
        "encode returned [30, 3], and not [30, 2]",
    ),
    "encodes to NaN": (
        [GREY, ITEMS, "def encode(self, items): return np.full((len(items), 2), np.inf)"],
        "not finite (NaN or infinite) at [0, 0]",
    ),
    "encodes to text": (
        [GREY, ITEMS, "def encode(self, items): return [['a', 'b']] * len(items)"],
        "dtype <U1; it must return numbers",
    ),
    "encodes too far": (
        [GREY, ITEMS, "def encode(self, items): return np.full((len(items), 2), 5000.0)"],
        "number 5,000",
    ),
    "items of another size": ([GREY, CODES, "items = np.zeros((30, 5, 4))"], "[5, 4], and decode"),
    "one item": ([GREY, CODES, "items = np.zeros((1, 4, 4))"], "items are 1"),
    "labels of others": ([GREY, CODES, ITEMS, "labels = [1]"], "shape [1] for 30 items"),
    "a prior of others": ([GREY, "prior = Normal(0.0, 1.0)"], "Distribution over [2] numbers"),
    "a prior of its own": ([GREY, "prior = 'normal'"], "it is str"),
    "a posterior of others": (
        [GREY, CODES, ITEMS, "def posterior(self, items): return Normal(0.0, 1.0)"],
        "Distribution over [30, 2]",
    ),
    "no whole size": ([GREY, "latent_dim = 2.5"], "latent_dim is 2.5"),
    "labels that raise": (
        [GREY, CODES, ITEMS, "labels = property(lambda self: {}['no'])"],
        "line 9, labels: KeyError",
    ),
    "no size": ([GREY, "latent_dim = None"], "latent_dim is None"),
    "no code": ([GREY, "latent_dim = 0"], "latent_dim is 0"),
    "a size in words": ([GREY, "latent_dim = 'two'"], "latent_dim is 'two'"),
    "yes for a size": ([GREY, "latent_dim = True"], "latent_dim is True"),
    "decodes to a generator": (
        ["def decode(self, z): return (one for one in z)"],
        "decode returned generator, and not an array",
    ),
    "decodes to tensors of two shapes": (
        ["def decode(self, z): return [torch.zeros(4, 4), torch.zeros(4, 5)]"],
        "several shapes",
    ),
    "decodes to texts": (["def decode(self, z): return ['a', 'b']"], "shape [2]"),
    "draws": (
        ["def decode(self, z): return np.random.rand(len(z), 4, 4)"],
        "decode gives something else each time",
    ),
    "encodes to draws": (
        [GREY, "def encode(self, items): return np.random.randn(len(items), 2)"],
        "encode gives something else each time. It must not draw: is its module in eval mode?",
    ),
    "encodes nothing": (
        [GREY, ITEMS, "def encode(self, items): pass"],
        "encode returned NoneType",
    ),
    "encodes to complex numbers": (
        [GREY, ITEMS, "def encode(self, items): return np.zeros((len(items), 2), complex)"],
        "dtype complex128; it must return numbers",
    ),
    "a prior that raises": ([GREY, "prior = property(lambda self: 1 / 0)"], "line 7, prior: Zero"),
    "a prior that cannot draw": (
        [GREY, "prior = Broken(event_shape=torch.Size([2]), validate_args=False)"],
        "prior.sample: NotImplementedError",
    ),
    "a prior far away": (
        [GREY, "prior = Normal(torch.zeros(2), torch.full((2,), 1e6))"],
        "prior.sample returned the number",
    ),
    "a posterior that raises": (
        [GREY, CODES, ITEMS, "def posterior(self, items): return items.no"],
        "line 9, posterior: AttributeError",
    ),
    "a class that is not made": ([GREY, "def __init__(self): self.weights"], "line 7, Wrong() is"),
    "stops the program": (
        ["def decode(self, z): raise GeneratorExit('no')"],
        "line 6, decode: GeneratorExit: no",
    ),
    "sentences of bytes": (
        ["modality = 'text'", "def decode(self, z): return [b'a'] * len(z)"],
        "list of texts; it is list",
    ),
    "a generator of sentences": (
        ["modality = 'text'", "def decode(self, z): return (str(one) for one in z)"],
        "list of texts; it is generator",
    ),
    "too few sentences": (
        ["modality = 'text'", "def decode(self, z): return ['one']"],
        "decode returned 1 sentences for 2 codes",
    ),
    "another kind": ([GREY, "modality = 'sound'"], "one of text, image"),
    "text that is one": (
        ["modality = 'text'", "def decode(self, z): return 'a sentence'"],
        "list of texts; it is str",
    ),
}


@pytest.mark.parametrize("lines, said", WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_class_is_told_in_a_sentence(
    load: Load, lines: list[str], said: str
) -> None:
    body = ["modality = 'image'", "latent_dim = 2", *lines]
    with pytest.raises(own.OwnError) as raised:
        load(written("Wrong", *body))
    assert said in str(raised.value)
    assert str(raised.value).startswith("mine.py, line ")
    assert "\n" not in str(raised.value) and "/" not in str(raised.value)
    assert not backend.own_files() and not any(info.own for info in backend.available())


RIGHT = {  # what else a class may return
    "float64": "np.full((len(z), 4, 4), 0.5)",
    "float16": "np.full((len(z), 4, 4), 0.5, np.float16)",
    "bfloat16": "torch.full((len(z), 4, 4), 0.5, dtype=torch.bfloat16)",
    "bytes": "np.full((len(z), 4, 4), 128, np.uint8)",
    "lists": "[[[0.5] * 4] * 4] * len(z)",
    "a list of arrays": "[np.full((4, 4), 0.5)] * len(z)",
    "a list of tensors with gradients": "[torch.full((4, 4), 0.5, requires_grad=True)] * len(z)",
    "a tensor with gradients": "torch.full((len(z), 4, 4), 0.5, requires_grad=True) * 1",
    "a tensor that is a view": "torch.full((1, 1, 1), 0.5).expand(len(z), 4, 4)",
    "with words on the console": "print('decoding') or np.full((len(z), 4, 4), 0.5)",
    "a parameter": "torch.nn.Parameter(torch.full((len(z), 4, 4), 0.5))",
    "what it was given, changed": "np.tile(np.add(z, 0.5 - z, z)[:, :1, None], (1, 4, 4))",
}


@pytest.mark.parametrize("made", RIGHT.values(), ids=RIGHT)
def test_a_class_may_return_numbers_in_any_form(load: Load, made: str) -> None:
    space = load(
        written(
            *("Right", "modality, latent_dim = 'image', np.int64(2)", ITEMS.replace("0", "1", 1)),
            "def encode(self, items):",
            "    items *= 0",
            "    return [[1, 2]] * len(items)",
            f"def decode(self, z): return {made}",
        )
    )
    z = np.float32([[1.0, 2.0]])
    assert space.decode(z).tolist() == [[[128] * 4] * 4] and z.tolist() == [[1, 2]]
    given = np.full((1, 4, 4), 7, np.uint8)
    assert space.encode(given).tolist() == [[1, 2]] and given.min() == 7
    assert space.latent_dim == 2 and space.codes.dtype == np.float32


def test_empty_sentences_go_in_and_out(load: Load) -> None:
    space = load(
        written(
            *("Silent", "modality, latent_dim, items = 'text', 1, ['', 'a']"),
            "def encode(self, items): return [[len(item)] for item in items]",
            "def decode(self, z): return np.array(['' for _ in z])",
        )
    )
    assert space.reconstruct(["", "b"]) == ["", ""] and space.encode([""]).tolist() == [[0]]


def test_a_prior_that_ends_somewhere_has_no_density_beyond(load: Load) -> None:
    space = load(
        written(
            *("Box", "modality, latent_dim = 'image', 2", GREY),
            "prior = torch.distributions.Uniform(-torch.ones(2), torch.ones(2))",
        )
    )
    inside, outside = space.inspect(np.float32([[0, 0], [3, 0]]))
    assert inside.log_p_z == pytest.approx(-2 * np.log(2)) and outside.log_p_z == -np.inf


def test_a_class_that_interrupts_is_told_where_no_key_was_pressed(load: Load) -> None:
    """In a thread, which Ctrl+C does not reach; in the main thread it ends the program."""
    space = load(
        written(
            *("Rude", "modality, latent_dim = 'image', 2"),
            "def decode(self, z):",
            "    if abs(z).max() > 50: raise KeyboardInterrupt",
            "    return np.zeros((len(z), 4, 4))",
        )
    )
    with ThreadPoolExecutor() as pool, pytest.raises(own.OwnError, match="line 6, decode: Keyb"):
        pool.submit(space.decode, np.float32([[100, 0]])).result()
    with pytest.raises(KeyboardInterrupt):
        space.decode(np.float32([[100, 0]]))


FILES = {
    "x = 1 +": "mine.py, line 1, is imported: SyntaxError",
    "\n\nimport not_there": "mine.py, line 3, is imported: ModuleNotFoundError",
    "raise SystemExit": "mine.py, line 1, is imported: SystemExit",
    "x = 1": "must define one class",
    "class A:\n    modality = 'text'\n    def decode(self, z): pass\nclass B(A): pass": "(A, B)",
    "class A:\n    modality = decode = 'text'\n    def __init__(self, n): pass": "TypeError",
}


@pytest.mark.parametrize("source, said", FILES.items())
def test_a_file_that_does_not_run_is_told_with_its_line(
    load: Load, source: str, said: str
) -> None:
    with pytest.raises(own.OwnError) as raised:
        load(source)
    assert said in str(raised.value)


def test_a_file_that_does_not_run_ends_the_start(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(SENTENCES)
    bad.write_text("import nothing_of_this_name")
    with pytest.raises(SystemExit, match=r"^--space: bad.py, line 1, is imported: ModuleNotF"):
        open_spaces([good, bad])


def test_what_is_raised_later_is_told_where_it_was_asked(load: Load, tmp_path: Path) -> None:
    load(PICTURES + "\n    def log_prob(self, items, z):\n        return items.mean\n")
    given = to_value(np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5)
    asked = {"picture_a": given, "picture_b": given}
    answer = served(interpolate)(
        {"checkpoint": "yours/mine--yours", "mode": "path", "steps": 3, "path": "lerp", **asked}
    )
    assert answer["error"].startswith("mine.py, line") and "log_prob" in answer["error"]
    assert str(tmp_path) not in answer["error"]


def test_what_a_class_cannot_do_is_offered_greyed_with_the_reason(load: Load) -> None:
    source = PICTURES.replace("def encode", "def other")
    space = load(source)
    assert not space.encodes and not space.held_out and space.labels is None
    assert space.sample(2).shape == (2, 4, 4, 3)
    assert [info.name for info in fitting({"decode"}, ()) if info.own] == [space.info.name]
    assert not [info for info in fitting({"encode"}, ()) if info.own]
    assert unfit({"encode", "decode"}) == [
        {
            "name": "yours/mine--yours",
            "title": "Tones (yours): its class has no encode",
            "disabled": True,
        }
    ]
    assert unfit({"decode"}) == []
    with pytest.raises(ValueError, match="has no encoder"):
        space.encode(np.zeros((1, 4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match="has no modes"):
        _ = space.modes


def test_a_slow_class_is_asked_for_few_at_a_time_and_can_be_stopped(load: Load) -> None:
    slow = "    def decode(self, z):\n        import time; time.sleep(0.4 * len(z))\n"
    space = load(SENTENCES.replace("    def decode(self, z):\n", slow))
    assert space.slow and space.chunk == 2
    given = {"source": "prior", "temperature": 1.0, "token_temperature": 0.0}
    first = sample(space.info.name, 5, 0, **given)
    assert first["total"] == 5 and len(first["items"]) == 2
    assert len(more(first["job"])["items"]) == 2
    session.jobs.stop(first["job"])
    with pytest.raises(ValueError, match="no longer kept"):
        more(first["job"])


WAITING = """
from threading import Event
class Waiting:
    modality, latent_dim, goes, asked = "image", 1, Event(), Event()
    goes.set()
    def decode(self, z):
        self.asked.set()
        assert self.goes.wait(30)
        return 0.5 + 0 * z[:, :, None].repeat(4, 1).repeat(4, 2)
"""


def test_while_a_class_computes_others_are_answered_and_its_question_can_be_left(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(WAITING)
    space = backend.load_file(file, lambda _: None, session.aside)
    space.chunk = 1
    given, name = space.source.given, "a name nobody guesses"
    given.goes.clear()
    given.asked.clear()
    question = {"checkpoint": space.info.name, "mode": "unit", "anchors": [[0.0]], "watch": name}
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(served(latent_pad.backdrop), question)
        assert given.asked.wait(30)
        with session.model_work():  # the model is free meanwhile
            told = served(watch.progress)({"name": name})
            assert told["said"] == "Waiting decodes: 0 of 9" and told["share"] == 0
        # A second question waits for its turn. Left, it waits no longer: a browser has but six
        # connections to a server, and those that nobody wants would keep them.
        later = "another name nobody guesses"
        second = pool.submit(served(latent_pad.backdrop), question | {"watch": later})
        end = time.monotonic() + 30
        while served(watch.progress)({"name": later})["said"] != "Waiting is busy: 0 of 1":
            assert time.monotonic() < end
            time.sleep(0.01)
        assert served(watch.leave)({"name": later}) == {}
        assert second.result(30) == {"error": "Cancelled."} and not answer.done()
        assert served(watch.leave)({"name": name}) == {}
        given.goes.set()
        assert answer.result(30) == {"error": "Cancelled."}
    assert served(watch.progress)({"name": name})["share"] is None
    assert served(watch.progress)({"name": "short"})["error"].startswith("name")
    assert not watch._watches
    assert len(served(latent_pad.backdrop)(question)["items"]) == 9  # and it can be asked again


def test_one_call_at_a_time_is_made_of_a_class(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(WAITING)
    space = backend.load_file(file, lambda _: None, session.aside)
    inside, most = [0], [0]

    def decode(z: np.ndarray) -> np.ndarray:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.01)
        inside[0] -= 1
        return np.zeros((len(z), 4, 4))

    space.source.given.decode = decode

    def ask(_: int) -> None:
        with session.model_work():
            space.decode(np.zeros((1, 1), np.float32))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert most[0] == 1


def test_a_slow_class_says_how_far_it_is_at_the_start(
    load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(own, "SAY", 0.0)
    said: list[str] = []
    (tmp_path / "mine.py").write_text(PICTURES.replace("(60, 1", "(100, 1"))
    backend.load_file(tmp_path / "mine.py", said.append)
    assert said[:2] == ["mine.py: encoding 100 items.", "mine.py: 64 of 100 items are encoded."]


def test_pictures_of_a_person_come_as_the_class_takes_them(load: Load) -> None:
    space = load(PICTURES)
    name, shape = space.info.name, space.info.config["data_shape"]
    exact = np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5
    assert np.array_equal(read_as(to_value(exact), shape), exact)
    wide = np.full((10, 20, 3), 200, np.uint8)
    assert read_as(to_value(wide), shape)[1:3].min() == 200  # all of it, in the middle
    with pytest.raises(ValueError, match="empty"):
        read_as(to_value(np.full((4, 4, 3), 9, np.uint8)), shape)
    assert corpus_state(name)["present"]
    assert read_as(next_test_image(name, 61)["value"], shape).tolist() == space.items[1].tolist()
    said = served(corpus_state)({"dataset": str(EXAMPLES / "digits_pca.py")})["error"]
    assert said.startswith("dataset must be one of")  # a path opens nothing
    assert latent_map._thumbnails(space.items).shape == (60, 98)


def test_two_files_of_one_name_are_told_apart(load: Load, tmp_path: Path) -> None:
    load(SENTENCES)
    load(SENTENCES)  # the same once more: as it is now
    (tmp_path / "other").mkdir()
    other = shutil.copy(tmp_path / "mine.py", tmp_path / "other")
    with pytest.raises(own.OwnError, match="another file of that name"):
        backend.load_file(other, lambda _: None)
    same = backend.load_file(shutil.copy(other, tmp_path / "again.py"), lambda _: None)
    titles = [titled(info) for info in backend.available() if info.own]
    assert sorted(titles) == ["Lengths (yours)", "Lengths of again.py (yours)"]
    assert backend.load(same.info.name) is same


SAMPLES = {
    "digits_pca": 0.85,
    "torch_autoencoder": 0.85,
    "hub_tokenizer": 1.0,
    "transformer_autoencoder": 0.9,
}


@pytest.mark.slow
@pytest.mark.parametrize("name, least", SAMPLES.items())
def test_an_example_reconstructs_what_it_names(name: str, least: float) -> None:
    file = EXAMPLES / f"{name}.py"
    assert len(file.read_text(encoding="utf-8").splitlines()) < 30
    space = backend.load_file(file, lambda _: None)
    items = space.items[:64]
    pairs = zip(space.reconstruct(items), items, strict=True)
    assert np.mean([space.processor.likeness(a, b) for a, b in pairs]) >= least
    assert len(space.sample(3, source="aggregate")) == 3
    assert len(space.interpolate(items[0], items[1], steps=4)) == 4
    assert np.isfinite(space.inspect(space.codes[:1])[0].typicality)
    assert {"encode", "components"} <= space.info.capabilities


def test_every_example_is_tested() -> None:
    assert sorted(SAMPLES) == sorted(path.stem for path in EXAMPLES.glob("*.py"))


@pytest.mark.slow
def test_a_map_is_fitted_to_the_items_of_a_class(load: Load) -> None:
    space = load(PICTURES)
    name = space.info.name
    absent = latent_map.load(name)
    assert absent["command"] == f"python scripts/project.py {name} --space FILE.py"
    assert [report.done for report in project(name)][-1] == 1
    found = latent_map.load(name)
    assert found["n"] == 60 and [view["id"] for view in found["views"]] == ["umap", "z"]
    assert found["tags"][0]["name"] == "label"
    assert sorted(found["tags"][0]["categories"]) == ["cold", "warm"]
    point = latent_map.point(name, 3)
    assert point["original"] == packed_each(space.items[3:4])[0] and len(point["near"]) == 8
    assert latent_map.place(name, "z", 0.5, 0.25)["exact"]
    assert sum(row["share"] for row in modes(name)["rows"]) == pytest.approx(1)
    load(PICTURES.replace("default_rng(0)", "default_rng(1)"))  # other items, another map
    session.configure("cpu")
    assert "other weights" in latent_map.load(name)["absent"]
