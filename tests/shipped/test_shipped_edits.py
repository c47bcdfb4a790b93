"""What scripts/evaluate_edits.py found still holds of the shipped checkpoints."""

import json

import pytest
import torch

import backend
from backend.language import attacks, edits
from backend.language.traces import PAIR

VICTIMS = [info for info in attacks.victims() if (info.path / "attacks.json").is_file()]
PAIRS = [pair["name"] for pair in edits.pairs()]


def read(info, name: str):
    return json.loads((info.path / name).read_text(encoding="utf-8"))


def test_every_victim_was_attacked_and_the_first_pair_measured() -> None:
    assert {info.name for info in VICTIMS} == {info.name for info in attacks.victims()}
    assert len(VICTIMS) == 3
    tables = read(backend.info(f"{PAIR}--forward"), "edits.json")
    assert set(tables) == {"keywords", "released", "mixing", "paraphrase", "correction"}


@pytest.mark.parametrize("info", VICTIMS, ids=lambda info: info.name)
def test_claimed_flips_are_flips(info) -> None:
    """Each stored sentence is read again by the classifier, as text."""
    table, victim = read(info, "attacks.json"), backend.load_text_model(info.name)
    assert len(table["examples"]) == 100
    with torch.inference_mode():

        def label(text: str) -> int:
            x = victim.processor.encode([text]).to(victim.model.device)
            return int(victim.model.logits(x).argmax())

        for example in table["examples"]:
            assert label(example["text"]) == example["label"]
            premise = example["text"].rpartition("|")[0]
            for found in example["methods"].values():
                text = f"{premise}| {found['text']}" if premise else found["text"]
                assert (label(text) != example["label"]) == found["flipped"]
    shares = {row["label"]: row["success"] for row in table["rows"] if not row.get("reference")}
    for method, share in shares.items():
        found = [example["methods"][method] for example in table["examples"]]
        flips = [one["flipped"] and one["trials"] <= table["settings"]["trials"] for one in found]
        assert share == pytest.approx(sum(flips) / len(flips))


@pytest.mark.parametrize("info", VICTIMS, ids=lambda info: info.name)
def test_gradients_save_trials_and_chains_are_more_fluent(info) -> None:
    """What Zhang et al. 2019 claim of w-MHA, b-MHA and the genetic attack.

    On SST-2, our weakest classifier, gradients save nothing: the table says so.
    """
    rows = {row["label"]: row for row in read(info, "attacks.json")["rows"]}
    b, w, genetic = (rows[method] for method in attacks.METHODS)
    if info.dataset != "sst2":
        assert w["trials"] < b["trials"] and w["passes"] < b["passes"]
    assert w["success"] > b["success"] - 0.05
    assert max(b["perplexity"], w["perplexity"]) < genetic["perplexity"]


@pytest.mark.parametrize("info", VICTIMS, ids=lambda info: info.name)
def test_successes_are_shown_at_three_levels_of_likeness(info) -> None:
    """A sentence of three words of which all are others is a success, and like nothing."""
    for row in read(info, "attacks.json")["rows"]:
        if row["label"] in attacks.METHODS:
            levels = [row[key] for key in ("success", "success, half", "success, quarter")]
            assert levels == sorted(levels, reverse=True) and levels[0] > levels[2]


def test_the_released_procedure_is_compared_at_equal_inputs_and_steps() -> None:
    tables = read(backend.info(f"{PAIR}--forward"), "edits.json")
    assert len({row["n"] for row in tables["released"]["rows"]}) == 1
    assert not any("released" in row["label"] for row in tables["keywords"]["rows"])


def test_chains_keep_their_keywords_and_write_almost_as_fluently_as_people() -> None:
    tables = read(backend.info(f"{PAIR}--forward"), "edits.json")
    rows = {row["label"]: row for row in tables["keywords"]["rows"]}
    chains = [row for label, row in rows.items() if label.startswith("chain")]
    assert chains and all(row["keywords kept"] == 1 for row in chains)
    best = min(row["nll per word"] for row in chains)
    assert best < 1.1 * rows["reference sentences"]["nll per word"]
    words = backend.load_text_model(f"{PAIR}--forward").processor
    for example in tables["keywords"]["examples"]:
        tokens = words.tokens(example["chain"])
        assert {words.tokens(word)[0] for word in example["keywords"]} <= set(tokens)


def test_corrections_bring_sentences_nearer_to_the_truth() -> None:
    rows = read(backend.info(f"{PAIR}--forward"), "edits.json")["correction"]["rows"]
    damaged, mended = rows
    assert mended["BLEU"] > damaged["BLEU"]
    assert mended["restored exactly"] > 0.2


@pytest.mark.parametrize("name", PAIRS)
def test_both_reading_orders_know_the_language_better_than_counting(name: str) -> None:
    for way in ("forward", "backward"):
        metrics = backend.info(f"{name}--{way}").metrics
        entry = metrics["ppl"]
        assert entry["value"] < entry["reference"] < entry["settings"]["unigram_ppl"]
    vocabularies = [
        backend.load_text_model(f"{name}--{way}").processor.vocabulary
        for way in ("forward", "backward")
    ]
    assert vocabularies[0] == vocabularies[1]


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("way", ["forward", "backward"])
def test_the_order_of_words_matters_to_a_language_model(name: str, way: str) -> None:
    loaded = backend.load_text_model(f"{name}--{way}")
    sentences = ["The dog is running in the park.", "I don't know what you want to say."]
    shuffled = ["park the running The in. is dog", "what want I to. say don't you know"]
    with torch.inference_mode():
        log_p = loaded.model.log_prob(loaded.processor.encode(sentences + shuffled))
    assert (log_p[:2] - log_p[2:] > 20).all()  # nats
