"""Language models of transformers, saved and loaded by the real code, without a network."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    BertConfig,
    BertForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

from app import components, session
from backend.language import next_words
from backend.language.hub_lm import SHIFT, WEIGHTS, HubLM

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


def vary(config: Path, **changed: object) -> None:
    held = json.loads(config.read_text(encoding="utf-8"))
    config.write_text(json.dumps(held | changed), encoding="utf-8")


def drop_a_layer(folder: Path) -> None:
    weights = load_file(folder / WEIGHTS)
    kept = {key: value for key, value in weights.items() if ".h.1." not in key}
    save_file(kept, folder / WEIGHTS, {"format": "pt"})


def share_out(folder: Path) -> None:
    """The weights in several files, as large models come."""
    model = GPT2LMHeadModel.from_pretrained(folder)
    (folder / WEIGHTS).unlink()
    model.save_pretrained(folder, max_shard_size="50KB")


def lose_a_shard(folder: Path) -> None:
    share_out(folder)
    (folder / "model-00002-of-00004.safetensors").unlink()


def be_bert(folder: Path) -> None:
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertForMaskedLM(BertConfig(vocab_size=400, intermediate_size=32, **sizes)).save_pretrained(
        folder
    )


def spoil(folder: Path) -> None:
    weights = load_file(folder / WEIGHTS)
    weights["transformer.ln_f.weight"][:] = float("nan")
    save_file(weights, folder / WEIGHTS, {"format": "pt"})


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n"
DAMAGE = {
    "no tokenizer": (
        lambda f: [(f / n).unlink() for n in ("tokenizer.json", "tokenizer_config.json")],
        "its tokenizer is missing",
    ),
    "no tokenizer.json": (lambda f: (f / "tokenizer.json").unlink(), r"tokenizer\.json"),
    "no weights": (lambda f: (f / WEIGHTS).unlink(), r"model\.safetensors is missing"),
    "no config": (lambda f: (f / "config.json").unlink(), r"config\.json is missing"),
    "pointer": (lambda f: (f / WEIGHTS).write_bytes(POINTER), "Git LFS.*git lfs pull"),
    "pointer, tokenizer": (
        lambda f: (f / "tokenizer.json").write_bytes(POINTER),
        r"tokenizer\.json is a pointer of Git LFS",
    ),
    "web page": (lambda f: (f / WEIGHTS).write_bytes(b"\n<!doctype html>"), "web page"),
    "empty": (lambda f: (f / WEIGHTS).write_bytes(b""), "is empty"),
    "empty config": (lambda f: (f / "config.json").write_bytes(b""), r"config\.json is empty"),
    "cut": (
        lambda f: (f / WEIGHTS).write_bytes((f / WEIGHTS).read_bytes()[:-9]),
        "is cut off",
    ),
    "cut header": (lambda f: (f / WEIGHTS).write_bytes(b"\x10\0\0\0"), "is cut off"),
    "shard": (lose_a_shard, r"model-00002-of-00004\.safetensors is missing, 1 of 4"),
    "no layer": (drop_a_layer, "its weights lack 12"),
    "layer too many": (lambda f: vary(f / "config.json", n_layer=1), "no such layer"),
    "encoder": (be_bert, "words that come later"),
    "no numbers": (spoil, "weights are damaged"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_half_of_a_model_is_refused_with_what_is_missing(damage: str, tmp_path: Path) -> None:
    save(tmp_path)
    do, sentence = DAMAGE[damage]
    do(tmp_path)
    with pytest.raises(ValueError, match=sentence):
        HubLM.load(str(tmp_path), "cpu")


def test_weights_in_several_files_are_read(tmp_path: Path, lm: HubLM) -> None:
    share_out(save(tmp_path))
    assert HubLM.load(str(tmp_path), "cpu").log_probs(SENTENCES) == lm.log_probs(SENTENCES)


def resize(folder: Path, size: int) -> HubLM:
    model = GPT2LMHeadModel.from_pretrained(folder)
    old = model.config.vocab_size
    model.resize_token_embeddings(size, mean_resizing=False)
    with torch.no_grad():
        model.transformer.wte.weight[old:] = 4 * model.transformer.wte.weight[: max(size - old, 0)]
    model.save_pretrained(folder)
    return HubLM.load(str(folder), "cpu")


def test_outputs_that_stand_for_no_token_are_never_written(tmp_path: Path, lm: HubLM) -> None:
    assert lm.note == ""
    padded = resize(save(tmp_path), 384)
    assert "384 outputs" in padded.note and f"{len(lm.tokenizer)} tokens" in padded.note
    assert padded.log_probs(SENTENCES) == pytest.approx(lm.log_probs(SENTENCES), abs=1e-3)
    words = [[c.text for c in next_words.predict(m, "The dog").words] for m in (padded, lm)]
    assert words[0] == words[1]
    width = len(lm.tokenizer) + SHIFT
    hidden, _ = padded.decoder.hidden(torch.tensor([[1]]), padded.start(1))
    assert (padded.decoder.log_probs(hidden[:, -1])[0, width:] == -torch.inf).all()


def test_a_vocabulary_larger_than_the_embedding(tmp_path: Path, lm: HubLM) -> None:
    with pytest.raises(ValueError, match="more tokens than its model knows"):
        resize(save(tmp_path / "small"), 300)
    folder = save(tmp_path / "mark")
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    tokenizer.add_special_tokens({"pad_token": "[PAD]"})  # of no use here: no text spells it
    tokenizer.save_pretrained(folder)
    assert HubLM.load(str(folder), "cpu").log_probs(SENTENCES) == lm.log_probs(SENTENCES)
    tokenizer.add_tokens(["guitar"])
    tokenizer.save_pretrained(folder)
    with pytest.raises(ValueError, match="resize_token_embeddings"):
        HubLM.load(str(folder), "cpu")


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
        facts = {"gauges": [], "card": False, "warning": "", "device": "cpu"}
        assert components.facts(name) == facts
        with pytest.raises(ValueError, match="is not here"):
            session.get_language_model(f"{session.HUB}{folder}")
    finally:
        session.configure("cpu")
    assert session.given_lms() == []
