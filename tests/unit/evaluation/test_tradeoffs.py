"""What was measured along training is read without torch; attributes and their directions."""

import base64
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from app import api, session
from app.widgets.ablation import widget as ablation
from app.widgets.beta_sweep import widget as beta_sweep
from app.widgets.frontier import widget as frontier
from app.widgets.triptych import compute
from app.widgets.triptych import widget as triptych
from backend import checkpoint
from backend.codes import attributes
from backend.evaluation import tradeoffs
from tests.small_pictures import NAMES, REFERENCE, STEPS, numbers, write_bench

VAE, GAN, BETA = "vae/vae--mnist--conv", "gan/dcgan--mnist", "vae/beta_vae--mnist--beta4"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory):
    """A bench that no test changes."""
    folder = tmp_path_factory.mktemp("bench")
    write_bench(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        patch.setenv("LATENT_DATA_DIR", str(folder))  # no corpus
        compute.held_out.cache_clear()
        yield folder
    compute.held_out.cache_clear()


@pytest.fixture
def damaged(bench: Path):
    """``damaged(name, file, content)`` spoils a file until the end of the test."""
    kept: dict[Path, bytes | None] = {}

    def spoil(name: str, file: str, content: bytes | None) -> None:
        path = bench / name / file
        kept[path] = path.read_bytes()
        path.unlink() if content is None else path.write_bytes(content)

    yield spoil
    for path, content in kept.items():
        path.write_bytes(content)


def test_a_dot_s_label_is_the_model_s_short_name_and_what_sets_it_apart(bench):
    labels = {run.name: run.label for run in tradeoffs.read().runs}
    assert labels[VAE] == "VAE" and labels[BETA] == "β-VAE 4" and labels[GAN] == "DCGAN"
    assert labels["ae/ae--mnist--conv"] == "AE"
    assert labels["gan/alpha_gan--mnist--no-critic"] == "α-GAN without D"


def test_every_run_with_its_kind_and_moments(bench):
    found = tradeoffs.read()
    assert not found.problems and {run.name for run in found.runs} == set(NAMES)
    kinds = {run.name: run.kind for run in found.runs}
    assert kinds[VAE] == "vae" and kinds[GAN] == "gan" and kinds["ae/ae--mnist--conv"] == "ae"
    assert kinds["gan/vae_gan--mnist"] == kinds["gan/alpha_gan--mnist"] == "fusion"
    run = tradeoffs.run(VAE)
    assert [moment.step for moment in run.moments] == list(STEPS)
    given = numbers(VAE, list(NAMES).index(VAE))["moments"][1]
    assert run.moments[1].values == given["values"] | {"seconds": 20.0, "parameters": 6000}
    assert run.reference == REFERENCE | dict.fromkeys(
        ("wasserstein_validation", "wasserstein_train"), 0.02
    )


def test_the_critic_of_the_last_moment_alone(bench):
    first, *_, last = tradeoffs.run(VAE).moments
    assert last.values["wasserstein_validation"] == 0.4
    assert last.values["wasserstein_train"] == 0.38
    assert "wasserstein_train" not in first.values


def test_what_a_model_cannot_have_is_absent(bench):
    assert all("mse" not in moment.values for moment in tradeoffs.run(GAN).moments)
    assert not tradeoffs.run(GAN).encodes and tradeoffs.run(VAE).encodes


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda text: text[: len(text) // 2], "damaged"),
        (lambda text: "[]", "damaged"),
        (lambda text: json.dumps(json.loads(text) | {"format_version": 7}), "version 7"),
        (lambda text: json.dumps(json.loads(text) | {"moments": []}), "steps"),
        (lambda text: json.dumps({**json.loads(text), "reference": {"mse": "low"}}), "mse"),
        (lambda text: text.replace('"moments"', '"minutes"'), "'moments' is missing"),
        (lambda text: text.replace(f'"step": {STEPS[-1]}', '"step": 1'), "steps do not rise"),
    ],
)
def test_a_damaged_file_hides_only_itself(bench, damaged, change, reason):
    text = (bench / VAE / tradeoffs.FILE).read_text("utf-8")
    damaged(VAE, tradeoffs.FILE, change(text).encode())
    found = tradeoffs.read()
    assert {run.name for run in found.runs} == set(NAMES) - {VAE}
    (sentence,) = found.problems
    assert VAE in sentence and reason in sentence
    with pytest.raises(ValueError, match="damaged"):
        tradeoffs.run(VAE)
    page = frontier.bench()
    assert page["problems"] == [sentence] and len(page["runs"]) == len(NAMES) - 1


def test_a_diverged_value_is_no_value(bench, damaged):
    content = numbers(VAE)
    content["moments"][-1]["values"]["kl"] = float("nan")
    damaged(VAE, tradeoffs.FILE, json.dumps(content).encode())
    assert "kl" not in tradeoffs.run(VAE).moments[-1].values
    json.dumps(frontier.bench(), allow_nan=False)


def test_unknown_and_unmeasured_checkpoints_are_told(bench, damaged):
    with pytest.raises(KeyError):
        tradeoffs.run("vae/none--mnist")
    damaged(VAE, tradeoffs.FILE, None)
    with pytest.raises(ValueError, match="Nothing was measured"):
        tradeoffs.run(VAE)


def test_the_sheet_has_a_row_for_each_moment(bench, damaged):
    sheet = tradeoffs.sheet(VAE)
    assert sheet.shape == (len(STEPS), 16, 28, 28)
    assert [np.unique(row).tolist() for row in sheet] == [[60], [120], [180]]
    tiles = np.arange(3 * 16, dtype=np.uint8).repeat(28).reshape(3, 1, -1)
    path = bench / VAE / tradeoffs.SHEET
    damaged(VAE, tradeoffs.SHEET, path.read_bytes())
    Image.fromarray(np.repeat(tiles, 28, 1).reshape(84, 448)).save(path)
    assert tradeoffs.sheet(VAE)[2, 5].tolist() == np.full((28, 28), 2 * 16 + 5).tolist()
    coloured = np.zeros((84, 448, 3), np.uint8)
    coloured[:28, :28] = (255, 128, 0)
    Image.fromarray(coloured).save(path)
    assert tradeoffs.sheet(VAE).shape == (3, 16, 28, 28, 3)
    assert tradeoffs.sheet(VAE)[0, 0, 3, 3].tolist() == [255, 128, 0]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n nonsense", None])
def test_a_damaged_sheet_is_told(bench, damaged, content):
    damaged(VAE, tradeoffs.SHEET, content)
    with pytest.raises(ValueError, match=VAE):
        tradeoffs.sheet(VAE)


def test_units_and_their_kl(bench):
    kl, activity = tradeoffs.units(BETA)
    assert kl.tolist() == [0, 1, 2, 3] and activity[0] == 0 and (activity[1:] > 0).all()


# Attributes


def strokes(widths: list[int], shears: list[float]) -> np.ndarray:
    """Upright bars of these widths, in px, leaning by ``shear`` columns for each row."""
    made = np.zeros((len(widths), 28, 28), np.uint8)
    for picture, width, shear in zip(made, widths, shears, strict=True):
        for row in range(4, 24):
            left = round(14 - width / 2 - shear * (row - 13.5))
            picture[row, left : left + width] = 255
    return made


def test_thickness_and_slant_of_bars():
    found = attributes.measure(strokes([2, 4, 6, 4, 4], [0, 0, 0, 0.3, -0.3]))
    thickness, slant = found["thickness"], found["slant"]
    assert thickness[0] < thickness[1] < thickness[2]
    assert slant[:3] == pytest.approx([0, 0, 0], abs=0.03)
    assert slant[3:] == pytest.approx([0.3, -0.3], abs=0.03)
    assert found["width"][:3] == pytest.approx(np.sqrt((np.array([2, 4, 6]) ** 2 - 1) / 12))


def test_no_ink_has_no_attributes_and_colour_counts_as_ink():
    assert all(np.isnan(values[0]) for values in attributes.measure(strokes([0], [0])).values())
    grey = strokes([3, 5], [0.2, 0])
    red = np.zeros((*grey.shape, 3), np.uint8)
    red[..., 0] = grey
    for name, values in attributes.measure(grey).items():
        assert attributes.measure(red)[name] == pytest.approx(values)


def test_a_direction_finds_the_planted_unit():
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(500, 6)).astype(np.float32)
    found = attributes.direction(codes, 3 * codes[:, 2] + 0.01 * rng.normal(size=500))
    # Means of the upper and lower fifth of a standard normal are 1.40 from 0.
    assert found[2] == pytest.approx(2.8, abs=0.25)
    assert np.abs(np.delete(found, 2)).max() < 0.5
    values = codes[:, 2].copy()
    values[::2] = np.nan
    assert attributes.direction(codes, values)[2] > 2
    with pytest.raises(ValueError, match="Too few"):
        attributes.direction(codes, np.full(500, np.nan))


def test_towards_leads_from_each_class_to_the_target():
    labels = np.array([0, 0, 1, 1, 3])
    codes = np.array([[0, 0], [0, 2], [4, 0], [4, 2], [1, 1]], float)
    steps = attributes.towards(codes, labels, 1)
    assert steps[0].tolist() == [4, 0] and steps[1].tolist() == [0, 0]
    assert steps[3].tolist() == [3, 0]
    with pytest.raises(ValueError, match="label 2"):
        attributes.towards(codes, labels, 2)


# What the page asks


def test_a_model_s_look_and_one_without_an_encoder(bench):
    given = compute.look(VAE, seed=3, first=0)
    assert given["rebuilt"] and 0 <= given["mse"] <= 1
    assert not given["real"] and "scripts/download_data.py mnist" in given["note"]
    gan = compute.look(GAN, seed=3, first=0)
    assert gan["rebuilt"] is None and "no encoder" in gan["cannot"]
    assert gan["given"] == given["given"], "all models get the same pictures"
    assert compute.look(GAN, seed=3, first=8)["samples"] == gan["samples"]
    assert compute.look(GAN, seed=4, first=0)["samples"] != gan["samples"]


def test_coloured_pictures_have_three_bytes_a_pixel(bench):
    found = compute.look("vae/vae--color-mnist", seed=0, first=0)
    for part, n in (("samples", 16), ("given", 8), ("rebuilt", 8), ("path", 9)):
        assert len(base64.b64decode(found[part])) == n * 28 * 28 * 3
    moved = compute.move("vae/vae--color-mnist", "thickness", 1.0, first=0)
    assert len(base64.b64decode(moved["moved"])) == 8 * 28 * 28 * 3


@pytest.mark.parametrize("attribute", [*attributes.ATTRIBUTES, "class-3"])
def test_moving_by_nothing_changes_nothing(bench, attribute):
    still = compute.move(VAE, attribute, 0.0, first=0)
    assert still["moved"] == compute.look(VAE, seed=0, first=0)["rebuilt"]
    assert still["before"] == still["after"]
    assert compute.move(VAE, attribute, 3.0, first=0)["moved"] != still["moved"]
    assert compute.move(GAN, attribute, 1.0, first=0)["moved"] is None


def test_wrong_questions_are_answered_with_a_sentence(bench):
    ask = triptych.served(triptych.move, "move")
    wrong = {"checkpoint": VAE, "attribute": "mood", "amount": 1.0, "first": 0}
    assert "mood" in ask(wrong)["error"]
    assert "error" in ask(wrong | {"attribute": "slant", "amount": 99.0})
    look = frontier.served(frontier.look, "look")
    assert "no checkpoint called" in look({"checkpoint": "../x", "seed": 0})["error"]
    near = frontier.served(frontier.nearest, "nearest")
    assert "download_data.py mnist" in near({"checkpoint": VAE, "seed": 0})["error"]
    chosen = triptych.served(triptych.chosen)
    question = {"models": ["vae/x--mnist"], "seed": 0, "first": 0, "attribute": "slant"}
    assert "no checkpoint called" in chosen(question | {"amount": 0.0})["error"]


def test_nearest_finds_the_planted_pictures(bench, monkeypatch):
    n = compute.PICTURES
    with session.model_work():
        samples = session.get_space(VAE).sample(n, seed=3)
    train = np.random.default_rng(0).integers(0, 256, (12_000, 28, 28), np.uint8)
    rows = np.linspace(7, 11_003, n).astype(int)
    train[rows] = moved(samples, 5)
    test = moved(train[20 : 20 + n], 10)
    splits = {"train": SimpleNamespace(items=train), "test": SimpleNamespace(items=test)}
    monkeypatch.setattr(compute, "corpus", lambda dataset: splits)
    found = compute.nearest(VAE, seed=3)
    assert found["distances"] == pytest.approx([5 / 255] * n, abs=1e-4)
    assert found["usual"] == pytest.approx(10 / 255, abs=1e-4)
    pictures = np.frombuffer(base64.b64decode(found["nearest"]), np.uint8)
    assert np.array_equal(pictures.reshape(-1, 28, 28), train[rows])


def moved(pictures: np.ndarray, levels: int) -> np.ndarray:
    """Every pixel lighter or darker by as many grey levels, whichever there is room for."""
    return np.where(pictures < 128, pictures + levels, pictures - levels).astype(np.uint8)


def test_the_sweep_is_in_the_order_of_beta(bench):
    found = beta_sweep.sweep()["runs"]
    assert [run["beta"] for run in found] == [1, 4]
    assert found[1]["kl"] == [0, 1, 2, 3] and found[1]["silent"] == 1
    assert found[1]["active"] == [False, True, True, True]
    walks = beta_sweep.walks(BETA, first=0)
    assert walks["units"] == [3, 2, 1, 0], "the largest KL first"
    with pytest.raises(ValueError, match="no encoder"):
        beta_sweep.walks(GAN, first=0)


def test_a_beta_without_codes_is_said(bench, damaged):
    damaged(BETA, "codes.safetensors", None)
    assert "no stored codes" in beta_sweep.sweep()["runs"][1]["problem"]


@pytest.mark.parametrize(
    "read, right, wrong",
    [
        (frontier.read_state, f"data:mnist x:mse y:fid_ours dot:{GAN}@1000", "dot:../x@1"),
        (triptych.read_state, f"models:{VAE},{GAN} seed:7 by:-1.5", f"models:{VAE},,"),
        (beta_sweep.read_state, f"of:{BETA} first:3", "of:<b>"),
        (ablation.read_state, "moment:3", "moment:last"),
    ],
)
def test_links_are_checked(read, right, wrong):
    assert read(right) == right and read("") == ""
    with pytest.raises(ValueError):
        read(wrong)


@pytest.mark.parametrize("attribute", ["thickness", "class-3"])
def test_shown_code_is_code(bench, attribute):
    for code in (
        frontier.CODE,
        beta_sweep.CODE,
        ablation.CODE,
        triptych.script([VAE, GAN], 0, 0, attribute, 1.0),
    ):
        compile(code, "shown", "exec")


def test_the_frontier_s_code_prints_the_numbers(bench, capsys):
    exec(compile(frontier.CODE, "shown", "exec"), {})
    printed = capsys.readouterr().out
    assert f"{GAN} {STEPS[-1]} {tradeoffs.run(GAN).moments[-1].values}" in printed


def test_the_endpoint_filters_by_data_set(bench):
    everything = api.frontier()
    assert len(everything["checkpoints"]) == len(NAMES)
    (fashion,) = api.frontier("fashion-mnist")["checkpoints"]
    assert fashion["name"] == "vae/vae--fashion-mnist--conv"
    assert fashion["moments"][0]["step"] == STEPS[0]
    with pytest.raises(ValueError, match="mnist"):
        api.frontier("imagenet")


def test_shipped_ones_are_sound():
    """Those that are here; none of them may be damaged."""
    found = tradeoffs.read()
    assert not found.problems
    for run in found.runs:
        assert set(run.moments[-1].values) <= set(tradeoffs.QUANTITIES), run.name
        assert len(tradeoffs.sheet(run.name)) == len(run.moments)
        assert checkpoint.info(run.name).problem is None
