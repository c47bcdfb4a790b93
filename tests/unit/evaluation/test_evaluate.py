"""scripts/evaluate.py on small corpora made here and models of a few units."""

import gzip
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from backend import checkpoint, corpora
from backend.device import seeded
from backend.evaluation import likelihood, modes, tradeoffs
from backend.evaluation.studies import bench, pictures, sentences
from backend.evaluation.subject import SIZES as USUAL
from backend.evaluation.subject import Sizes, Subject, spread
from backend.evaluation.table import METRICS
from backend.evaluation.text import LanguageModelSettings
from backend.pipeline import measure, train
from backend.pipeline.corpus import read_corpus
from backend.pipeline.recipe import Recipe
from backend.pipeline.rows import Rows
from backend.processors.text import UNK
from backend.training import TrainConfig
from scripts import evaluate

SIZES = Sizes(
    held_out=40,
    information=30,
    nll=20,
    nll_codes=20,
    pairs=10,
    samples=300,
    critic_steps=20,
    language_model=LanguageModelSettings(lm_embedding_dim=16, lm_hidden_dim=16, lm_epochs=2),
)
LIKELIHOOD = {"recon_nll", "kl", "elbo_nll", "mi", "active_units", "iw_nll"}


@pytest.fixture(scope="module", autouse=True)
def small_corpora(tmp_path_factory):
    """Folders for corpora and checkpoints, both small and thrown away."""
    folder, trained = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_DATA_DIR", str(folder))
        patch.setenv("LATENT_TRAINED_DIR", str(trained))
        write_sentences(folder / "tatoeba" / "english.txt.gz")
        write_images(folder / "mnist")
        write_dialogues(folder / "smd")
        yield


def write_sentences(path: Path) -> None:
    choose = random.Random(0).choice
    who, does, which = ["i", "we", "it", "she", "where"], ["like", "see", "is"], ["the", "my"]
    things = [f"thing{i}" for i in range(80)]
    words = (who, does, which, things)
    sentences = {" ".join(map(choose, words)) + choose(".?!") for _ in range(4000)}
    path.parent.mkdir()
    path.write_bytes(gzip.compress("\n".join(sorted(sentences)).encode()))


def write_images(folder: Path) -> None:
    rng = np.random.default_rng(0)
    folder.mkdir()
    for part, n in (("train", 5400), ("t10k", 100)):
        labels = rng.integers(0, 10, n).astype(np.uint8)
        images = np.zeros((n, 28, 28), np.uint8)
        images[np.arange(n), 2 * labels + 4] = 255  # the row tells the class
        images[:, 10:18, 10:18] += rng.integers(0, 40, (n, 8, 8), dtype=np.uint8)
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            header = bytes([0, 0, 8, array.ndim])
            header += b"".join(size.to_bytes(4, "big") for size in array.shape)
            path = folder / f"{part}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(header + array.tobytes(), compresslevel=1))


ASKED = {
    "navigate": ("where is the nearest {}", ["gas_station", "hospital", "home", "rest_stop"]),
    "weather": ("will it {} on monday", ["rain", "snow", "drizzle", "hail"]),
    "schedule": ("remind me of my {} at 5pm", ["meeting", "dinner", "conference", "medicine"]),
}
ANSWERS = ["you re welcome", "okay , i have set a reminder", "what city do you want ?", "qqq xxx"]


def write_dialogues(folder: Path) -> None:
    """Questions of drivers that tell the domain, and answers that do not."""
    folder.mkdir()
    choose = random.Random(1).choice
    for split, n in (("train", 4), ("dev", 4), ("test", 40)):
        lines = []
        for number in range(n):
            domain = choose([*ASKED])
            pattern, things = ASKED[domain]
            texts = [pattern.format(choose(things)), choose(ANSWERS)]
            turns = [
                {"speaker": speaker, "text": f"{text} {split}{number}"}  # none is in two splits
                for speaker, text in zip(("driver", "assistant"), texts, strict=True)
            ]
            lines.append(json.dumps({"domain": domain, "turns": turns}))
        path = folder / f"{split}.normalised.jsonl.gz"
        path.write_bytes(gzip.compress("\n".join(lines).encode()))


TEXT = {"latent_dim": 3, "embedding_dim": 16, "encoder_dim": 16, "decoder_dim": 16}
IMAGE = {"latent_dim": 2, "hidden": (16,)}
MODELS = {
    "text_vae/text_vae--tatoeba": TEXT,
    "text_vae/text_ae--tatoeba": TEXT,
    "vae/vae--mnist--2d": IMAGE,
    "ae/ae--mnist--2d": IMAGE,
    "classifier/image_classifier--mnist": {"channels": (2, 2), "features": 4},
}


@pytest.fixture(scope="module")
def subjects(small_corpora) -> dict[str, Subject]:
    """Checkpoints with untrained weights, written as training would write them."""
    return {name: finished(name, sizes) for name, sizes in MODELS.items()}


def finished(name: str, sizes: dict) -> Subject:
    recipe = Recipe("Tiny", sizes, {}, min_count=1, components=2)
    read = read_corpus(name.split("--")[1], recipe)
    model = train.build(name, recipe, read, seed=0).eval()
    train.finish(
        name,
        recipe,
        read,
        model,
        TrainConfig(steps=1),
        Rows(Path("no such file"), 0),
        checkpoint.trained_dir() / name,
    )
    return Subject(checkpoint.info(name), SIZES)


@pytest.fixture(scope="module")
def measured(subjects) -> dict[str, dict]:
    return {name: dict(measure.numbers(subject)) for name, subject in subjects.items()}


def both(ids: tuple[str, ...]) -> set[str]:
    return {*ids, *(f"{id}_aggregate" for id in ids)}


def test_each_kind_of_checkpoint_gets_its_numbers(measured):
    text = {*sentences.SENTENCES, *both(sentences.SENTENCE_SAMPLES)}
    image = {"mse", "mse_shuffled", "bce", "nearest_seen", *both(pictures.IMAGE_SAMPLES)}
    expected = {
        "text_vae/text_vae--tatoeba": LIKELIHOOD | {"elbo_ppl", "iw_ppl"} | text,
        "text_vae/text_ae--tatoeba": {"recon_nll"} | text,
        "vae/vae--mnist--2d": LIKELIHOOD | image,
        "ae/ae--mnist--2d": {"recon_nll"} | image,
        "classifier/image_classifier--mnist": {"accuracy"},
    }
    assert {name: set(values) for name, values in measured.items()} == expected


def test_every_number_says_what_it_is(measured):
    for values in measured.values():
        for id, entry in values.items():
            assert set(entry) == {
                "value", "unit", "split", "n", "stderr", "reference", "settings",
            }  # fmt: skip
            assert entry["unit"] == METRICS[id].unit and entry["n"] > 0
            assert entry["stderr"] is None or entry["stderr"] >= 0
            assert ("reference_is" in entry["settings"]) == (entry["reference"] is not None)
            json.dumps(entry, allow_nan=False)


def test_the_importance_sampled_nll_is_below_the_bound(measured):
    for name in ("text_vae/text_vae--tatoeba", "vae/vae--mnist--2d"):
        values = measured[name]
        slack = 3 * values["elbo_nll"]["stderr"]
        assert values["iw_nll"]["value"] <= values["elbo_nll"]["value"] + slack


def test_a_likelihood_of_pictures_is_of_black_and_white_ones(measured, subjects):
    """Grey pixels have no normalised likelihood under Bernoulli variables."""
    subject, entry = subjects["vae/vae--mnist--2d"], measured["vae/vae--mnist--2d"]["iw_nll"]
    (grey,) = subject.batches(subject.items("test", SIZES.nll))
    with seeded(0), torch.inference_mode():
        x = torch.bernoulli(grey)
        bound = likelihood.bound(subject.model, x, seen=grey).nll.mean()
        nll = likelihood.importance_nll(subject.model, x, SIZES.nll_codes, 50, seen=grey).mean()
    assert ((x == 0) | (x == 1)).all() and not torch.equal(x, grey)
    assert entry["value"] == pytest.approx(float(nll), rel=1e-5)
    assert entry["reference"] == pytest.approx(float(bound), rel=1e-5)
    assert entry["stderr"] > 0 and entry["settings"]["pixels"].startswith("black or white")


def test_a_model_of_classes_has_a_row_for_each_condition(subjects):
    """Told: as its samples and copies are measured; hidden: as in a share of its training."""
    subject = finished("vae/cvae--mnist", IMAGE)
    ids = ["recon_nll", "kl", "elbo_nll", "iw_nll"]
    hidden = [f"{id}_untold" for id in ids]
    entries = dict(measure.numbers(subject, [*ids, *hidden]))
    assert set(entries) == {*ids, *hidden} <= set(METRICS)
    rows = spread(len(subject.splits["test"].items), SIZES.held_out)
    labels = torch.from_numpy(subject.splits["test"].classes[rows])
    x = torch.cat(subject.held_out)
    for told, names in ((labels, ids), (None, hidden)):
        with seeded(0), torch.inference_mode():
            bound = likelihood.bound(subject.model, x, told)
        assert entries[names[1]]["value"] == pytest.approx(float(bound.kl.mean()), rel=1e-5)
        assert entries[names[2]]["value"] == pytest.approx(float(bound.nll.mean()), rel=1e-5)
    assert entries["iw_nll"]["value"] != entries["iw_nll_untold"]["value"]


def test_numbers_lie_in_their_ranges(measured):
    values = {id: e["value"] for v in measured.values() for id, e in v.items()}
    for id, value in values.items():
        if METRICS[id].unit == "%":
            assert 0 <= value <= 100
    assert 1 <= values["inception_score"] <= 10 and 0 <= values["accuracy"] <= 1
    text = measured["text_vae/text_vae--tatoeba"]
    assert text["reverse_ppl"]["reference"] < text["reverse_ppl"]["value"]
    assert text["mi"]["value"] <= text["mi"]["reference"]


def test_the_same_seed_gives_the_same_numbers_alone_or_together(subjects, measured):
    for name, ids in (
        ("text_vae/text_vae--tatoeba", ["kl", "iw_ppl", "reverse_ppl_aggregate"]),
        ("vae/vae--mnist--2d", ["mi", "fid_ours", "mse_shuffled"]),
    ):
        sentences.language_model.cache_clear()
        again = dict(measure.numbers(Subject(subjects[name].info, SIZES), ids))
        assert again == {id: measured[name][id] for id in ids}


def test_a_number_that_a_checkpoint_lacks_is_refused(subjects):
    with pytest.raises(ValueError, match=r"ae/ae--mnist--2d has no kl"):
        next(measure.numbers(subjects["ae/ae--mnist--2d"], ["kl"]))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("vae/vae--mnist--3d", "There is no checkpoint 'vae/vae--mnist--3d'"),
        ("../vae--mnist--2d", "There is no checkpoint"),
        ("vae/vae--fashion-mnist--2d", "is not there; train that one first"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_once(subjects, capsys, name, reason):
    folder = subjects["vae/vae--mnist--2d"].info.path
    copy = folder.with_name("vae--fashion-mnist--2d")
    copy.symlink_to(folder)
    try:
        with pytest.raises(SystemExit, match="2"):
            evaluate.main(["text_vae/text_ae--tatoeba", name])
    finally:
        copy.unlink()
    assert reason in capsys.readouterr().err


def test_a_missing_corpus_is_named(subjects, monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match=r"download_data\.py mnist"):
        evaluate.main(["classifier/image_classifier--mnist", "--device", "cpu"])


def test_only_keeps_the_other_numbers_and_the_history(subjects, monkeypatch):
    name = "vae/vae--mnist--2d"
    folder = subjects[name].info.path
    monkeypatch.setitem(USUAL, "image", SIZES)
    checkpoint.write_metrics(folder, values={}, history={"step": [1], "loss": [2.0]})
    assert evaluate.main([name, "--device", "cpu", "--only", "mse", "kl"]) == 0
    assert evaluate.main([name, "--device", "cpu", "--only", "bce"]) == 0
    content = json.loads((folder / "metrics.json").read_text())
    assert list(content["values"]) == ["kl", "mse", "bce"]  # as the table orders them
    assert content["history"] == {"step": [1], "loss": [2.0]}


def test_sentence_samples_are_compared_without_unknown_words(subjects):
    subject = subjects["text_vae/text_vae--tatoeba"]
    chosen, others = subject.train
    assert len(chosen) == SIZES.samples and not set(chosen) & set(others)
    assert all(UNK not in sentence for sentence in (*chosen, *others, *subject.test))


def test_evenly_spread_places():
    assert spread(10, 3).tolist() == [0, 4, 9]
    assert spread(3, 10).tolist() == [0, 1, 2]


# --- modes ------------------------------------------------------------------------------------

SHIPPED = Path(__file__).resolve().parents[3] / "trained"
COLLAPSED, ALIVE = "text_vae/gmvae--smd", "text_vae/dgmvae--smd"
LABELS = ("domain_homogeneity", "speaker_homogeneity")


@pytest.fixture(scope="module")
def shipped(small_corpora) -> dict[str, Subject]:
    """Two checkpoints of this repository, to be measured on the dialogues made here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_TRAINED_DIR", str(SHIPPED))
        found = {}
        for name in (COLLAPSED, ALIVE):
            found[name] = Subject(checkpoint.info(name), SIZES)
            assert found[name].model is not None  # loaded while the folder is known
        return found


@pytest.fixture(scope="module")
def of_modes(shipped) -> dict[str, dict]:
    ids = (*modes.CONTINUOUS, *modes.DISCRETE, *LABELS)
    found = {name: dict(measure.numbers(subject, ids)) for name, subject in shipped.items()}
    assert all(tuple(entries) == ids for entries in found.values())
    return found


def test_a_mixture_has_its_numbers_and_says_on_what(of_modes, shipped):
    for name, entries in of_modes.items():
        readable = shipped[name].processor.readable(corpora.load("smd")["test"].items)
        assert 40 < len(readable) < 80  # "qqq xxx" has no known word
        for id, entry in entries.items():
            assert entry["unit"] == METRICS[id].unit
            json.dumps(entry, allow_nan=False)
            if id in LABELS:
                assert entry["n"] == len(readable)
                assert "shuffled labels" in entry["settings"]["reference_is"]
            else:
                assert entry["n"] == entry["settings"]["batch"] == SIZES.held_out


def test_the_parts_of_a_mixture_add_up(of_modes):
    for entries in of_modes.values():
        value = {id: entry["value"] for id, entry in entries.items()}
        kl_z, kl_c = value["kl_z"] + value["dispersion"], value["kl_c"] + value["mi_c"]
        assert value["kl_z_components"] == pytest.approx(kl_z, rel=1e-4)
        assert value["kl_c_exact"] == pytest.approx(kl_c, rel=1e-4)
        assert value["mi_c"] == pytest.approx(3 * value["mi_c_mean"], rel=1e-4)
        assert value["mi_c"] <= 3 * math.log(5)
        assert 1 < value["codes_used"] <= SIZES.held_out and 3 <= value["modes_used"] <= 15
        assert value["mean_variance"] == pytest.approx(5 * value["mean_variance_k"], rel=1e-4)


def test_numbers_tell_living_modes_from_collapsed_ones(of_modes):
    for id in ("mean_variance", "mi_c", "dispersion"):
        assert of_modes[ALIVE][id]["value"] > 3 * of_modes[COLLAPSED][id]["value"]
    for id in LABELS:
        entry = of_modes[ALIVE][id]
        assert entry["reference"] < entry["value"] <= 1


def test_codes_and_labels_are_of_the_same_sentence(of_modes, shipped):
    """Against sentences encoded one by one, in the order of the corpus."""
    subject = shipped[ALIVE]
    split = subject.splits["test"]
    rows = subject.processor.readable_rows(split.items)
    each = [subject.model.assign(subject.processor.encode([split.items[i]])) for i in rows]
    codes = np.concatenate([q.argmax(-1).numpy() for q in each])
    for id in LABELS:
        labels = np.array(split.tags[id.removesuffix("_homogeneity")])[rows]
        assert of_modes[ALIVE][id]["value"] == pytest.approx(
            modes.homogeneity(labels, codes), abs=1e-5
        )


def test_one_number_of_a_mixture_alone_is_the_same(of_modes, shipped):
    for id in ("mi_c", "speaker_homogeneity"):
        assert dict(measure.numbers(shipped[ALIVE], [id])) == {id: of_modes[ALIVE][id]}


BENCH_NETS = {"latent_dim": 3, "hidden": (8,)}


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("gan/gan--mnist", set()),
        ("gan/vae_gan--mnist", set(bench.CODED)),
        ("gan/aae--mnist", {*bench.CODED, "recon_nll"}),
        ("vae/vae--mnist--bench", {*bench.CODED, *LIKELIHOOD}),
    ],
)
def test_a_model_of_the_picture_bench_gets_its_numbers(subjects, name, more):
    subject = finished(name, BENCH_NETS)
    path = subject.info.path / tradeoffs.FILE
    path.write_text(json.dumps({"format_version": 1}))
    entries = dict(measure.numbers(subject))
    assert set(entries) == {*bench.DRAWN, *bench.CRITICS, "nearest_seen"} | more
    stored = json.loads(path.read_text())["wasserstein"]
    assert stored["train"] == entries["wasserstein_train"]["value"]
    assert abs(stored["real"]) < stored["noise"]


def test_modes_of_pictures_are_named_on_validation_items(small_corpora):
    subject = finished("vae/gm_vae--mnist", IMAGE | {"components": 4})
    ids = ["mean_variance", "modes_used", "cluster_accuracy"]
    entries = dict(measure.numbers(subject, ids))
    assert list(entries) == ids
    accuracy = entries["cluster_accuracy"]
    assert accuracy["n"] == 100 and 0 < accuracy["value"] <= 1
    labels = corpora.load("mnist")["test"].labels
    assert accuracy["reference"] == pytest.approx(np.bincount(labels).max() / 100)
    codes, known = subject.codes_and_labels("test")
    assert np.array_equal(np.sort(known["label"]), np.sort(labels))
    judged = subject.codes_and_labels("validation")
    named = {c: np.bincount(judged[1]["label"][judged[0][:, 0] == c]) for c in range(4)}
    right = [named[c].argmax() == y for c, y in zip(codes[:, 0], known["label"], strict=True)]
    assert accuracy["value"] == pytest.approx(np.mean(right), abs=1e-5)
