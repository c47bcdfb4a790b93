"""Class and style: of a model that is told the class, and of one that finds classes."""

import base64
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import backend
from app import memory, session
from app.components import served
from app.tabs import sample as sample_tab
from app.widgets.styles import widget as class_styles
from app.widgets.triptych import compute
from backend import checkpoint, registry
from backend.device import seeded
from backend.evaluation import styles
from tests.small_pictures import write_model, write_numbers

TOLD, FOUND, PLAIN = "vae/cvae--mnist", "vae/joint_vae--mnist", "vae/vae--mnist--conv"
JUDGE = "classifier/image_classifier--mnist"
STEPS = [100, 200, 300]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory):
    """Untrained models of both kinds, one of neither, a judge, and no corpus."""
    folder: Path = tmp_path_factory.mktemp("styles")
    write_model(folder, TOLD)
    write_model(folder, PLAIN)
    write_numbers(folder, PLAIN)  # held-out pictures are what its codes decode to
    write_model(folder, FOUND, latent_dim=14, components=10, capacity_z=6.0, capacity_steps=200)
    cls = registry.model_class("classifier/image_classifier")
    with seeded(0):
        judge = cls(cls.Config()).eval()
    checkpoint.save(
        folder / JUDGE,
        judge,
        name=JUDGE,
        title="A small judge",
        modality="image",
        dataset={"name": "mnist", "split": "train", "n": 60},
        train={},
    )
    values = {"kl_z": [1.0, 2.0, 3.0], "kl_c": [0.1, 0.2, 0.3], "mi_c": [1.0, 1.5, 2.0]}
    history = {"step": STEPS} | {f"validation_{term}": row for term, row in values.items()}
    checkpoint.write_metrics(folder / FOUND, history=history)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        patch.setenv("LATENT_DATA_DIR", str(folder))
        clear()
        yield lambda name: backend.load(name, device="cpu")
    clear()


def clear() -> None:
    memory.forget_results()
    session.configure("cpu")


@pytest.fixture
def held_codes(small):
    """Found classes whose held-out items are known: 0 holds 7, 7, 1; 2 holds 4; the rest none."""
    space = small(FOUND)
    codes = np.zeros((4, 14), np.float32)
    codes[[0, 1, 2, 3], [0, 0, 0, 2]] = 1
    space.statistics = dataclasses.replace(
        space.statistics, codes=codes, labels=np.array([7, 1, 7, 4])
    )
    return space


def pictures_of(answer: dict) -> np.ndarray:
    raw = np.frombuffer(base64.b64decode(answer["pictures"]), np.uint8)
    return raw.reshape(answer["rows"], answer["columns"], 28, 28)


def test_which_models_keep_class_and_style_apart(small):
    assert [i.name for i in backend.available() if styles.separates(i)] == [TOLD, FOUND]
    assert styles.told(backend.info(TOLD)) and not styles.told(backend.info(FOUND))
    assert styles.classes(small(TOLD)) == styles.classes(small(FOUND)) == 10
    with pytest.raises(ValueError, match="does not keep class and style apart"):
        styles.classes(small(PLAIN))


def test_units_of_the_style_begin_with_the_largest_kl(small):
    assert styles.units(small(TOLD)) == [3, 2, 1, 0]
    assert styles.units(small(FOUND)) == [13, 12, 11, 10]


def test_a_told_model_is_told_each_class(small):
    space = small(TOLD)
    z = space.sample_codes(3, seed=1)
    grid = styles.in_every_class(space, z)
    assert grid.shape == (3, 10, 28, 28)
    for label in range(10):
        assert np.array_equal(grid[:, label], space.decode(z, labels=[label] * 3))
    assert len(np.unique(grid.reshape(30, -1), axis=0)) == 30


def test_a_found_class_is_set_and_the_style_kept(small):
    space = small(FOUND)
    z = space.sample_codes(3, seed=1)
    grid = styles.in_every_class(space, z)
    for one in range(10):
        codes = np.concatenate([np.tile(np.eye(10, dtype=np.float32)[one], (3, 1)), z[:, 10:]], 1)
        assert np.array_equal(grid[:, one], space.decode(codes))
    other = z.copy()
    other[:, :10] = np.roll(z[:, :10], 1, 1)
    assert np.array_equal(styles.in_every_class(space, other), grid)
    assert not np.array_equal(space.decode(other), space.decode(z))


def test_what_a_found_class_carries(small, held_codes):
    carried = styles.carried(held_codes)
    assert carried[0] == (7, pytest.approx(2 / 3), 3) and carried[2] == (4, 1.0, 1)
    assert carried[1].label is None and np.isnan(carried[1].share) and carried[1].n == 0
    assert len(carried) == 10 and styles.carried(small(TOLD)) is None
    held_codes.statistics = dataclasses.replace(held_codes.statistics, labels=None)
    assert styles.carried(held_codes) is None


def test_recognised_is_what_the_judge_sees_in_the_wanted_class(small, held_codes, monkeypatch):
    turns = np.arange(styles.DRAWS) % 10
    monkeypatch.setattr(styles, "recognise", lambda dataset, pictures: np.where(turns < 4, 4, 7))
    told = styles.measure(small(TOLD))
    assert told.wanted == list(range(10)) and told.judged == 1000
    assert told.recognised == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0] and told.share == 0.1
    found = styles.measure(held_codes)
    assert found.wanted[:3] == [7, None, 4] and found.judged == 200
    assert found.recognised[0] == 0 and found.recognised[2] == 1 and found.share == 0.5
    assert np.isnan(found.recognised[1])


def test_strokes_that_a_style_keeps_agree_and_others_do_not(small, monkeypatch):
    """By planted thicknesses [100 styles, 10 classes]; no picture is drawn."""
    space, rng = small(TOLD), np.random.default_rng(0)
    empty = np.zeros((styles.DRAWS, 28, 28), np.uint8)
    monkeypatch.setattr(styles, "in_class", lambda space, codes, labels: empty[: len(codes)])
    monkeypatch.setattr(styles, "recognise", lambda dataset, pictures: np.zeros(len(pictures)))

    def agreement(strokes: np.ndarray) -> float:
        planted = {"thickness": strokes.ravel()}
        monkeypatch.setattr(styles.attributes, "measure", lambda pictures: planted)
        found = styles.measure(space)
        known = [column[np.isfinite(column)] for column in strokes.T]
        means = [column.mean() if len(column) else np.nan for column in known]
        assert found.thickness == pytest.approx(means, nan_ok=True)
        return found.correlation

    kept = np.repeat(rng.normal(size=(100, 1)), 10, 1)
    assert agreement(kept) == pytest.approx(1)
    noise = rng.normal(size=(100, 10))
    assert abs(agreement(noise)) < 0.1
    half = kept + noise
    pairs = [np.corrcoef(half[:, i], half[:, j])[0, 1] for i in range(10) for j in range(i)]
    assert agreement(half) == pytest.approx(np.mean(pairs)) and 0.3 < np.mean(pairs) < 0.7
    kept[3, 5] = np.nan
    assert agreement(kept) == pytest.approx(1)
    assert np.isnan(agreement(np.ones((100, 10))))
    assert np.isnan(agreement(np.full((100, 10), np.nan)))


def test_measuring_repeats_with_its_seed(small):
    space = small(TOLD)
    found = styles.measure(space, seed=2)
    assert found == styles.measure(space, seed=2)
    assert found.thickness != styles.measure(space, seed=3).thickness
    assert found.judged == 1000 and found.styles == 100


def test_without_a_judge_the_reason_is_told(small, monkeypatch):
    monkeypatch.setattr(styles, "judge_name", lambda dataset: "classifier/none--mnist")
    with pytest.raises(ValueError, match=r"scripts/train\.py classifier/none--mnist"):
        styles.measure(small(TOLD))


def test_curves_stand_beside_the_capacities_of_their_steps(small, monkeypatch):
    found = styles.curves(small(FOUND))
    assert found.steps == STEPS and found.kl_z == [1, 2, 3]
    assert found.kl_c == pytest.approx([1.1, 1.7, 2.3])
    assert found.capacity_z == pytest.approx([3, 6, 6])
    assert found.capacity_c == pytest.approx([np.log(10)] * 3)
    assert styles.curves(small(TOLD)) is None
    whole = checkpoint.history(FOUND)
    lacking = {key: row for key, row in whole.items() if key != "validation_mi_c"}
    monkeypatch.setattr(checkpoint, "history", lambda name: lacking)
    assert styles.curves(small(FOUND)) is None


@pytest.mark.parametrize("name", [TOLD, FOUND])
@pytest.mark.parametrize("source", ["noise", "pictures", "unit"])
def test_the_page_gets_styles_in_every_class(small, name: str, source: str):
    answer = class_styles.grid(name, source, 3, 5)
    json.dumps(answer, allow_nan=False)
    grid = pictures_of(answer)
    space = small(name)
    if source == "noise":
        assert np.array_equal(grid, styles.in_every_class(space, space.sample_codes(8, seed=3)))
    elif source == "unit":
        unit = {TOLD: 3, FOUND: 13}[name]
        assert answer["unit"] == unit and answer["values"][0] == -2
        base = space.sample_codes(8, seed=3)[0]  # the first row of the noise
        walk = space.traverse(base, unit, np.linspace(-2, 2, 9))
        assert np.array_equal(grid, styles.in_every_class(space, walk))
    else:
        held = compute.held_out("mnist")
        labels = held.labels[5:13]
        assert answer["labels"] == labels.tolist() and not held.real
        z = styles.encode(space, held.pictures[5:13], labels)
        rebuilt = space.decode(z, labels=labels if name == TOLD else None)
        own = answer["own"]
        assert own == (labels.tolist() if name == TOLD else z[:, :10].argmax(1).tolist())
        assert np.array_equal(grid[np.arange(8), own], rebuilt)
    assert (answer["carried"] is None) == (name == TOLD)


@pytest.mark.parametrize("name", [TOLD, FOUND])
@pytest.mark.parametrize("source", ["noise", "unit"])
def test_the_program_gives_the_same(small, name: str, source: str, capsys):
    answer = class_styles.grid(name, source, 4, 0)
    names: dict = {}
    exec(answer["code"], names)
    assert np.array_equal(names["pictures"], pictures_of(answer))
    measured = class_styles.measured(name, 4)
    json.dumps(measured, allow_nan=False)
    said = capsys.readouterr().out
    assert f"correlation={measured['correlation']}" in said
    assert ("Curves(" in said) == (name == FOUND)


def test_what_the_page_asks_wrongly_is_told(small):
    ask = served(class_styles.grid)
    whole = {"checkpoint": FOUND, "source": "noise", "seed": 0, "first": 0}
    assert "no unit of its style" in ask(whole | {"unit": 3})["error"]
    assert "no checkpoint called" in ask(whole | {"checkpoint": "vae/none--mnist"})["error"]
    assert "does not keep class" in ask(whole | {"checkpoint": PLAIN})["error"]
    assert "Draw codes from" in ask(whole | {"source": "thin air"})["error"]
    text = f"of:{FOUND} source:unit seed:3 first:8 unit:12"
    assert class_styles.read_state(text) == text
    for wrong in ("source:air", "unit:-1", "of:../x", "colour:1"):
        with pytest.raises(ValueError):
            class_styles.read_state(wrong)


def test_the_triptych_tells_true_classes_and_draws_those_of_samples(small):
    space = small(TOLD)
    held = compute.held_out("mnist")
    given, labels = held.pictures[:8], held.labels[:8]
    answer = compute.look(TOLD, 0, 0)
    raw = {
        key: np.frombuffer(base64.b64decode(answer[key]), np.uint8).reshape(-1, 28, 28)
        for key in ("samples", "rebuilt", "path")
    }
    assert np.array_equal(raw["samples"], space.sample(16, seed=0))
    assert np.array_equal(raw["rebuilt"], space.reconstruct(given, labels=labels))
    assert not np.array_equal(raw["rebuilt"], space.reconstruct(given))
    assert np.array_equal(raw["path"][[0, -1]], raw["rebuilt"][:2])


def test_into_another_class_a_told_model_keeps_its_code(small):
    space = small(TOLD)
    held = compute.held_out("mnist")
    z = space.encode(held.pictures[:8], labels=held.labels[:8])
    for amount, labels in ((1.0, np.full(8, 3)), (0.25, held.labels[:8])):
        answer = compute.move(TOLD, "class-3", amount, 0)
        raw = np.frombuffer(base64.b64decode(answer["moved"]), np.uint8).reshape(-1, 28, 28)
        assert np.array_equal(raw, space.decode(z, labels=labels))
        assert answer["told"] == (3 if amount == 1 else None)
    assert compute.move(PLAIN, "class-3", 1.0, 0)["told"] is None


def test_sampling_one_class_of_a_model_that_is_told(small):
    space = small(TOLD)
    every = sample_tab.sample(TOLD, 5, 2, "prior", 1.0, 0.0)
    sevens = sample_tab.sample(TOLD, 5, 2, "prior", 1.0, 0.0, "7")
    for answer, labels in ((every, space.sample_labels(5, seed=2)), (sevens, [7] * 5)):
        raw = np.frombuffer(base64.b64decode(answer["items"]), np.uint8).reshape(5, 28, 28)
        assert np.array_equal(raw, space.sample(5, seed=2, labels=labels))
        names: dict = {}
        exec(answer["code"], names)
        assert np.array_equal(names["result"], raw)
    ask = served(sample_tab.sample)
    settings = ("checkpoint", "n", "seed", "source", "temperature", "token_temperature", "label")
    wrong = ask(dict(zip(settings, (TOLD, 5, 2, "prior", 1.0, 0.0, "12"), strict=True)))
    assert "from 0 to 9" in wrong["error"]


def test_the_class_is_of_no_account_where_none_is_told(small):
    plain = sample_tab.sample(PLAIN, 5, 2, "prior", 1.0, 0.0)
    assert sample_tab.sample(PLAIN, 5, 2, "prior", 1.0, 0.0, "7") == plain
    assert "labels" not in plain["code"]
