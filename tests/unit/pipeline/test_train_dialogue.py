"""A dialogue model from its recipe to a checkpoint that replies."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import backend
from backend.evaluation.studies.dialogue import HeldOut
from backend.evaluation.subject import SIZES, Subject
from backend.pipeline.card import write_card
from backend.pipeline.measure import measure
from backend.pipeline.recipe import Recipe, recipes
from backend.pipeline.train import train
from backend.registry import model_class
from tests.small_dialogues import TURNS

ACTS = ("inform", "question")


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """DailyDialog of a few conversations; all held-out pairs differ from those of train."""
    folder = tmp_path / "data" / "dailydialog"
    folder.mkdir(parents=True)
    for part, extra in (("train", ""), ("validation", "Well, "), ("test", "Hm, ")):
        with gzip.open(folder / f"{part}.jsonl.gz", "wt", encoding="utf-8") as file:
            for number in range(4):
                turns = [
                    {"text": extra + text, "act": ACTS[n % 2], "emotion": "no_emotion"}
                    for n, text in enumerate(TURNS[number % 3 :])
                ]
                file.write(json.dumps({"id": number, "topic": None, "turns": turns}) + "\n")
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path / "trained"))
    yield tmp_path


def tiny(name: str, **sizes: object) -> Recipe:
    cls = model_class(name)
    small = {
        k: v for k, v in vars(cls.Config.tiny()).items() if k not in ("vocab_size", "max_len")
    }
    settings = {"steps": 2, "batch_size": 4, "warmup": 1}
    return Recipe("Small", small | sizes, settings, min_count=1, max_tokens=40, components=2)


@pytest.mark.parametrize("name", ["dialog/cvae", "dialog/dialog_wae_gmp", "dialog/st_ed"])
def test_a_recipe_becomes_a_checkpoint_that_replies(corpus: Path, name: str) -> None:
    steps = list(train(f"{name}--dailydialog", tiny(name), device="cpu", runs=corpus / "runs"))
    assert steps[-1].done == 1.0
    space = backend.load(f"{name}--dailydialog", device="cpu")
    assert len(space.respond(TURNS[:2], 3).replies) == 3
    if name == "dialog/cvae":
        assert space.speaker.actions == ACTS
    curves = backend.checkpoint.history(f"{name}--dailydialog")
    assert "validation_recon_nll" in curves


def test_di_vst_is_trained_on_turns_and_their_neighbours(corpus: Path) -> None:
    name = "text_vae/di_vst"
    list(train(f"{name}--dailydialog", tiny(name), device="cpu", runs=corpus / "runs"))
    space = backend.load(f"{name}--dailydialog", device="cpu")
    assert space.encode(["I am fine."]).shape == (1, space.latent_dim)


def test_recipes_of_one_corpus_share_nets_seed_and_batches() -> None:
    found = {k: v for k, v in recipes().items() if k.startswith("dialog/") and "dailydialog" in k}
    assert len(found) == 9
    for one in found.values():
        assert one.model["decoder_dim"] == 256 and one.train["batch_size"] == 64
        assert (one.min_count, one.max_tokens, one.split) == (6, 40, "words")
    for name, one in recipes().items():
        if name.startswith("dialog/"):
            cls = model_class(name.split("--")[0])
            told = {"acts": ACTS} if one.model.get("act") else {}
            cls.Config(vocab_size=100, max_len=41, **one.model, **told)


@pytest.mark.parametrize(
    "name", ["dialog/cvae", "dialog/dialog_wae_gmp", "dialog/hred", "dialog/st_ed"]
)
def test_replies_are_measured_against_held_out_ones_and_the_card_says_how(
    corpus: Path, name: str
) -> None:
    full = f"{name}--dailydialog"
    list(train(full, tiny(name), device="cpu", runs=corpus / "runs"))
    list(measure(full, device="cpu"))
    found = backend.info(full).metrics
    assert {"reply_nll", "bleu_f1", "bow_greedy", "inter_distinct_2", "dull_replies"} <= set(found)
    assert ("reply_kl" in found) == (name in ("dialog/cvae", "dialog/st_ed"))
    assert ("effective_modes" in found) == (name == "dialog/dialog_wae_gmp")
    assert found["bleu_f1"]["settings"]["sampling_seeds"] == 3
    # Without a code the likeliest words are the same each time, and drawn ones are not.
    if name == "dialog/hred":
        assert found["likeliest_sameness"]["value"] == 1 > found["drawn_sameness"]["value"]
    assert found["bleu_f1"]["reference"] is not None  # of random training replies
    assert ("action_obeyed" in found) == (name in ("dialog/cvae", "dialog/st_ed"))
    # The test conversations are those of train with another word in front: they say no more.
    said = {text.lower().replace(" ", "") for text in TURNS}
    if "action_obeyed" in found:
        few = [
            text
            for texts in found["action_obeyed"]["settings"]["typical"].values()
            for text in texts
        ]
        assert few and {text.lower().replace(" ", "") for text in few} <= said
    if name == "dialog/cvae":  # of train, every other turn is a question
        typical = found["action_obeyed"]["settings"]["typical"]
        assert set(typical) == set(ACTS) and len(set(few)) == len(few)
    common = found["dull_replies"]["settings"]["commonest"]
    assert common and {text.lower().replace(" ", "") for text in common} <= said
    list(write_card(full))
    card = (backend.info(full).path / "README.md").read_text(encoding="utf-8")
    assert "random training replies" in card and "Can I help you?" in card
    assert "pair of a turn and its reply" in card


def test_random_replies_of_train_score_as_their_reference_says(corpus: Path) -> None:
    """A dull reply counts as one, whoever gives it."""
    list(train("dialog/hred--dailydialog", tiny("dialog/hred"), runs=corpus / "runs"))
    subject = Subject(backend.info("dialog/hred--dailydialog"), SIZES["text"])
    test = HeldOut(subject)
    dull = next(iter(test.common))
    other = (*dull, *dull)
    count = len(test.pairs)
    assert test.scores([[dull] * 10] * count)["dull_replies"] == 100
    mixed = test.scores([[dull] * 2 + [other] * 8] * count)
    assert mixed["dull_replies"] == pytest.approx(20)
    assert mixed["most_common_reply"] == pytest.approx(80)
