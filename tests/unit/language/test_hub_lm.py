"""Language models of transformers, saved and loaded by the real code, without a network."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from app import components, session
from backend.language import next_words
from backend.language.hub_lm import SHIFT, HubLM

SENTENCES = [
    "The dog runs over the green grass.",
    "A man is playing the guitar.",
    "Don't go home now!",
    "Where were they going on that rainy day, and why?",
    "caf\u00e9 na\u00efve \U0001f600",
]
MARK = "<|endoftext|>"


def save(folder: Path, *, begin: str | None = MARK, end: str | None = MARK) -> Path:
    """A small GPT-2 with random weights and a byte-level tokenizer trained on a few sentences."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=[MARK],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=begin, eos_token=end)
    torch.manual_seed(3)
    size = {"n_positions": 48, "n_embd": 32, "n_layer": 2, "n_head": 2}
    config = GPT2Config(vocab_size=len(fast), bos_token_id=0, eos_token_id=0, **size)
    model = GPT2LMHeadModel(config)
    for parameter in model.parameters():
        parameter.data *= 4  # far from uniform
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("gpt2"))


@pytest.fixture(scope="module")
def lm(folder: Path) -> HubLM:
    return HubLM.load(str(folder), "cpu")


def by_hand(folder: Path, text: str) -> float:
    """log p of tokens and end mark, with nothing of ours."""
    model = GPT2LMHeadModel.from_pretrained(folder).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    ids = [0, *tokenizer(text)["input_ids"], 0]
    with torch.inference_mode():
        log_p = model(torch.tensor([ids])).logits[0].log_softmax(-1)
    return sum(float(log_p[t, ids[t + 1]]) for t in range(len(ids) - 1))


def test_scores_are_those_of_the_model_itself(lm: HubLM, folder: Path) -> None:
    found = lm.log_probs(SENTENCES)
    assert found == pytest.approx([by_hand(folder, text) for text in SENTENCES], abs=1e-4)


def test_batched_scores_equal_scores_one_by_one(lm: HubLM) -> None:
    texts = [*SENTENCES, "", *(f"{text} {text}" for text in SENTENCES[:4])] * 3
    together = lm.log_probs(texts)
    assert together == pytest.approx([lm.log_probs([text])[0] for text in texts], abs=1e-4)
    assert lm.log_probs([]) == []


def test_without_an_end_mark_only_the_words_count(tmp_path: Path) -> None:
    unended = HubLM.load(str(save(tmp_path, end=None)), "cpu")
    text = SENTENCES[0]
    typed = next_words.predict(unended, text).typed
    assert unended.log_probs([text])[0] == pytest.approx(sum(t.log_p for t in typed), abs=1e-4)
    assert unended.log_probs([""]) == [0.0]


def test_marks_that_somebody_types_are_text(lm: HubLM) -> None:
    assert len(lm.ids(MARK)) > 1
    assert lm.joined(f"a {MARK} b", []) == f"a {MARK} b"


def test_predictions_add_up_and_continue_the_text(lm: HubLM) -> None:
    found = next_words.predict(lm, "The dog", k=100)
    whole = next_words.predict(lm, "The dog", k=1, temperature=0)
    assert whole.words[0].p == 1 and whole.words[0][2:] == found.words[0][2:]
    hidden, _ = lm.decoder.hidden(torch.tensor([[1, *lm.ids("The dog")]]), lm.start(1))
    assert float(lm.decoder.log_probs(hidden[:, -1]).exp().sum()) == pytest.approx(1, abs=1e-5)
    for candidate in found.words:
        if candidate.kind == "word" and "\ufffd" not in candidate.text:
            assert candidate.text.startswith("The dog")
    assert sum(t.log_p for t in found.typed) == pytest.approx(
        lm.log_probs(["The dog"])[0] - end_after(lm, "The dog"), abs=1e-4
    )


def end_after(lm: HubLM, text: str) -> float:
    """log p of the end mark after ``text``."""
    hidden, _ = lm.decoder.hidden(torch.tensor([[1, *lm.ids(text)]]), lm.start(1))
    return float(lm.decoder.log_probs(hidden[:, -1])[0, 2])


def test_the_beam_and_the_continuations_are_scored_alike(lm: HubLM) -> None:
    (greedy,) = next_words.continuations(lm, "A man", temperature=0)
    assert greedy.text.startswith("A man")
    tree = next_words.beam(lm, "A man", width=3, shown=2)
    assert all(len(step) <= 5 for step in tree.steps) and tree.steps[0][0].kept
    for one in tree.found:
        both = lm.log_probs([one.text])[0] - sum(
            t.log_p for t in next_words.predict(lm, "A man").typed
        )
        assert both == pytest.approx(one.log_p, abs=1e-3)


def test_a_model_is_in_eval_mode_and_takes_no_gradients(lm: HubLM) -> None:
    assert not lm.decoder.network.training
    assert not any(p.requires_grad for p in lm.decoder.network.parameters())
    assert lm.piece(SHIFT) == MARK


def test_what_cannot_be_loaded_is_said(tmp_path: Path, folder: Path, monkeypatch) -> None:
    with pytest.raises(ValueError, match=r"config\.json is missing"):
        HubLM.load(str(tmp_path))
    with pytest.raises(ValueError, match="There is no folder /no/such/folder"):
        HubLM.load("/no/such/folder")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match="not on this machine"):
        HubLM.load("nobody/no-such-model-3141")
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(ValueError, match="cannot be loaded"):
        HubLM.load(str(tmp_path))
    with pytest.raises(ValueError, match="beginning nor an end mark"):
        HubLM.load(str(save(tmp_path, begin=None, end=None)))


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle might be here")
    with pytest.raises(ValueError, match="cannot be loaded"):
        HubLM.load(str(tmp_path))


def test_a_sentence_that_is_too_long_is_refused(lm: HubLM) -> None:
    with pytest.raises(ValueError, match="at most 46"):
        lm.log_probs(["word " * 60])
    with pytest.raises(ValueError, match="at most 46"):
        next_words.predict(lm, "word " * 60)


def test_the_page_offers_it_beside_our_own(folder: Path) -> None:
    session.configure("cpu")
    name = f"{session.HUB}{folder.name}"
    with pytest.raises(ValueError, match="is not here"):
        session.get_language_model(name)
    session.give_lm(str(folder))
    try:
        assert session.given_lms() == [(name, f"{folder.name}, from elsewhere")]
        assert session.get_language_model(name).log_probs(["a dog"])[0] < 0
        assert components.facts(name) == {"gauges": [], "card": "", "device": "cpu"}
        with pytest.raises(ValueError, match="is not here"):
            session.get_language_model(f"{session.HUB}{folder}")
    finally:
        session.configure("cpu")
    assert session.given_lms() == []
