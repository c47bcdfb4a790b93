"""Model cards: every number comes from the checkpoint's files, and shipped cards are current."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from backend import checkpoint, corpora
from backend.checkpoint import CheckpointInfo
from backend.corpora.download import downloads
from backend.pipeline import card as cards
from backend.pipeline.tables import overview
from scripts import write_cards

WEIGHTS = (2).to_bytes(8, "little") + b"{}"  # the smallest safetensors file


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    return tmp_path


def make(trained: Path, name: str, values: dict, **config) -> CheckpointInfo:
    """A checkpoint folder that can be listed but not loaded."""
    text = "text" in name
    content = {
        "format_version": checkpoint.FORMAT_VERSION,
        "model": name.split("--")[0],
        "title": "A model",
        "modality": "text" if text else "image",
        "capabilities": ["decode", "encode", "sample"],
        "config": {"latent_dim": 32, "vocab_size": 7654, "word_dropout": 0.375},
        "dataset": {"name": name.split("--")[1], "split": "train", "n": 54321},
        "train": {"steps": 1234, "seed": 7},
        "weights": {"bytes": len(WEIGHTS), "sha256": hashlib.sha256(WEIGHTS).hexdigest()},
        "versions": {"torch": "9.8.7"},
        **config,
    }
    folder = trained / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(content))
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    (folder / "metrics.json").write_text(
        json.dumps({"format_version": 1, "values": values, "history": {}})
    )
    return checkpoint.info(name)


def entry(value: float, **rest) -> dict:
    return {
        "value": value,
        "unit": "nats",
        "split": "test",
        "n": 2000,
        "stderr": None,
        "reference": None,
        "settings": {},
        **rest,
    }


def test_a_card_shows_the_numbers_of_the_files(trained):
    reference = {"reference": 9.25, "settings": {"reference_is": "real sentences"}}
    values = {
        "kl": entry(17.345678, stderr=0.0321),
        "wkl": entry(0.5, split="train", **reference),
        "samples_known": entry(2.5, unit="%"),
        "exact_match": entry(80.0, unit="%"),
    }
    card = cards.card(make(trained, "text_vae/text_vae--tatoeba", values), "none")
    assert "| Word-frequency KL (M11) ↓ |" in card
    assert "| KL (M4) | 17.35 ± 0.032 nats |  | test | 2,000 | Mean over examples of KL" in card
    assert "| 0.5 nats | 9.25 (real sentences) | train | 2,000 |" in card
    assert "2.5% of prior samples are training sentences" in card
    assert "20% of held-out sentences do not come back" in card
    assert "54,321 training examples" in card and "vocabulary of 7,654" in card
    for fact in ("| steps | 1234 |", "| word_dropout | 0.375 |", "torch 9.8.7"):
        assert fact in card
    assert "python scripts/train.py text_vae/text_vae--tatoeba" in card
    assert "CC BY 2.0" in card and "https://www.manythings.org/anki/" in card
    assert "collapse: the code" not in card


def test_no_card_says_that_a_critic_tells_what_was_memorised(trained):
    """It is scored on what it learned from: a model that returns training pictures passes."""
    values = {"wasserstein_validation": entry(3.0), "wasserstein_train": entry(2.0)}
    card = cards.card(make(trained, "gan/dcgan--mnist", values), "")
    assert "memoris" not in card and "neither says" in card


def test_a_card_says_how_often_gradients_were_clipped(trained):
    info = make(trained, "vae/vae--mnist--2d", {}, train={"steps": 10, "clip": 5.0})
    assert "shortened to it" not in cards.card(info, "")  # a run that did not keep it
    checkpoint.write_metrics(info.path, history={"step": [5, 10], "train_clipped": [1.0, 0.9]})
    assert "longer than 5, and shortened to it, in 95% of the updates" in cards.card(info, "")


def test_a_row_of_the_overview_is_of_one_condition(trained):
    values = {"kl": entry(12.0), "kl_untold": entry(14.0), "mse": entry(0.5)}
    info = make(trained, "vae/cvae--mnist", values, config={"latent_dim": 2, "classes": 10})
    told, hidden = (line for line in overview([info]).splitlines() if "cvae" in line)
    assert ", labels told | 0.5 | 12 |" in told
    assert ", labels hidden |  | 14 |" in hidden
    assert "labels hidden" in cards.card(info, "").split("## Limits")[1]


def test_a_collection_names_each_of_its_corpora(trained):
    card = cards.card(make(trained, "text_vae/text_vae--everyday", {}), "")
    data = card.split("## Training data")[1].split("## Recipe")[0]
    for name in corpora.corpus("everyday").downloads:
        assert f"- {name}. Licence: {downloads()[name].licence}. Home page: <" in data
    assert "python scripts/download_data.py everyday" in data


def test_classifiers_of_text_and_language_models_have_their_own_words(trained):
    classifier = {"capabilities": ["classify"], "modality": "text"}
    card = cards.card(make(trained, "classifier/text_classifier--yelp", {}, **classifier), "")
    assert "pipeline_tag: text-classification" in card and "attacks to mislead" in card
    language_model = {"capabilities": ["log_prob", "sample"], "modality": "text"}
    card = cards.card(make(trained, "lm/lstm_lm--ptb", {}, **language_model), "")
    assert "pipeline_tag: text-generation" in card and "how likely a sentence is" in card
    assert "backend.load" not in card
    for model, part in (("mos", "experts"), ("kerbs", "senses")):
        able = {**language_model, "capabilities": ["log_prob", part, "sample"]}
        card = cards.card(make(trained, f"lm/{model}--tatoeba", {}, **able), "")
        assert f"import {'senses' if part == 'senses' else 'next_words'}" in card


def test_output_layers_stand_beside_the_rank_of_one_softmax(trained):
    most = {"reference": 67, "settings": {"reference_is": "the most"}}
    values = {"log_p_rank": entry(431, **most), "experts_used": entry(2.5)}
    info = make(trained, "lm/mos--tatoeba", values, title="A mixture")
    (row,) = [line for line in overview([info]).splitlines() if "| 431 |" in line]
    assert row == "| [A mixture](../trained/lm/mos--tatoeba) |  | 431 | 2.5 |  |  |  | 67 |"


@pytest.mark.parametrize(("ppl", "weak"), [(33.5, True), (18.2, False)])
def test_a_language_model_that_loses_to_counting_words_says_so(trained, ppl, weak):
    values = {"ppl": entry(ppl, reference=19.1)}
    able = {"capabilities": ["log_prob", "sample"], "modality": "text"}
    card = cards.card(make(trained, "lm/lstm_lm--tatoeba", values, **able), "")
    assert ("counting words of the same sentences reaches 19.1" in card) == weak


def test_the_header_is_what_model_hubs_read(trained):
    card = cards.card(make(trained, "vae/vae--fashion-mnist--2d", {}), "")
    header = card.split("---")[1]
    fields = dict(line.split(": ", 1) for line in header.strip().splitlines())
    assert fields["license"] == "mit"
    assert fields["pipeline_tag"] == "unconditional-image-generation"
    assert fields["datasets"] == "[fashion_mnist]"
    assert fields["library_name"] == "latent-playground" and "vae" in fields["tags"]
    tags = fields["tags"].strip("[]").split(", ")
    assert len(tags) == len(set(tags))


@pytest.mark.parametrize(("kl", "collapsed"), [(0.49, True), (0.5, False), (20.0, False)])
def test_posterior_collapse_is_said_in_plain_words(trained, kl, collapsed):
    info = make(trained, "text_vae/text_vae--tatoeba--plain", {"kl": entry(kl)})
    assert ("Posterior collapse" in cards.card(info, "")) is collapsed


def test_a_plain_auto_encoder_says_that_it_has_no_prior(trained):
    names = {"ae/ae--mnist--2d": True, "vae/vae--mnist--2d": False, "vae/iwae--mnist": False}
    for name, plain in names.items():
        assert ("has no prior" in cards.card(make(trained, name, {}), "")) is plain


def test_a_checkpoint_without_numbers_says_how_to_measure_them(trained):
    card = cards.card(make(trained, "vae/vae--mnist--2d", {}), "")
    assert "Not measured yet" in card and "scripts/evaluate.py vae/vae--mnist--2d" in card


def test_the_sample_section_survives_a_round_trip(trained):
    info = make(trained, "vae/vae--mnist--2d", {})
    section = "![samples](samples.png)\n\nSeed 0."
    card = cards.card(info, section)
    assert cards.sample_section_of(card) == section
    assert cards.card(info, cards.sample_section_of(card)) == card
    assert cards.sample_section_of(cards.card(info, "")) == ""


def test_an_unknown_name_is_refused_with_the_list(trained, capsys):
    make(trained, "vae/vae--mnist--2d", {})
    with pytest.raises(SystemExit):
        write_cards.main(["vae/vae--mnist--3d"])
    assert "there are: vae/vae--mnist--2d" in capsys.readouterr().err


SHIPPED = [info.name for info in checkpoint.available()]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_cards_are_up_to_date(name):
    """All but the samples, which cost a model; they are redrawn whenever a card is written."""
    info = checkpoint.info(name)
    path = info.path / "README.md"
    assert path.is_file(), f"run scripts/write_cards.py {name}"
    written = path.read_text(encoding="utf-8")
    samples = cards.sample_section_of(written)
    assert written == cards.card(info, samples), f"run scripts/write_cards.py {name}"
    drawn = {
        "sample",
        "respond",
        "translate",
        "transfer",
    } & info.capabilities or info.model == "di_vst"
    assert bool(samples) == bool(drawn)
    for picture in re.findall(r"!\[\w*\]\((.+?)\)", samples):
        assert (info.path / picture).is_file()
