"""What people type becomes tokens sensibly, and tokens become what people would write."""

import random
from pathlib import Path

import pytest
import torch

from backend import corpora
from backend.processors.prose import apostrophe, joined
from backend.processors.text import EOS, PAD, UNK, TextProcessor, tokenize

SENTENCES = ["I like tea.", "Do you like Tom?", "I don't like Tom.", "You and Tom like tea."]


@pytest.fixture
def processor() -> TextProcessor:
    return TextProcessor.train(SENTENCES, min_count=1)


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        ("I'm not sure\u2026", ["i", "'m", "not", "sure", "\u2026"]),
        ("They don\u2019t.", ["they", "do", "n't", "."]),
        ("\u201cWhy?\u201d he asked", ['"', "why", "?", '"', "he", "asked"]),
        ("It costs $3.50 \u2014 o'clock", ["it", "costs", "$", "3.50", "-", "o'clock"]),
        ("a b\x00c\td", ["a", "b", "c", "d"]),
        ("\uff28\uff29 \U0001f600", ["hi", "\U0001f600"]),
        ("<b>bold</b>", ["<", "b", ">", "bold", "<", "/", "b", ">"]),
        ("   ", []),
    ],
)
def test_tokens_of_what_people_type(typed: str, tokens: list[str]) -> None:
    assert tokenize(typed) == tokens


UNSEEN = [0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x202E, 0x2060, 0x2066]
UNSEEN += [0x2069, 0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xE0041, 0xE0101]


@pytest.mark.parametrize("code", UNSEEN, ids=hex)
def test_what_is_not_to_be_seen_does_not_cut_a_word(code: int) -> None:
    mark = chr(code)
    sentence = f"{mark}I li{mark}{mark}ke wa{mark}ter{mark}, cafe{mark}\u0301{mark} ."
    assert tokenize(sentence) == ["i", "like", "water", ",", "caf\u00e9", "."]
    spaced = TextProcessor(["<pad>", "<bos>", "<eos>", "<unk>", "water"], {}, split="spaces")
    assert spaced.tokens(f"wa{mark}ter {mark}.") == ["water", "."]
    assert tokenize(mark) == []


@pytest.mark.parametrize("code", [0x9, 0xA, 0xA0, 0x2003, 0x2007, 0x2028, 0x202F, 0x205F, 0x3000])
def test_every_kind_of_space_parts_words(code: int) -> None:
    assert tokenize(f"I{chr(code)}like tea") == ["i", "like", "tea"]


def test_plain_text_is_cut_as_the_tokenizer_cuts_it() -> None:
    """The short way of most texts, beside the rules: letters, marks and what is not printed."""
    draw = random.Random(0)
    often = "nt's don't''..,,--``...   llved" * 4 + "".join(map(chr, range(128)))
    rules = TextProcessor(["<pad>", "<bos>", "<eos>", "<unk>"], {}).tokenizer
    for _ in range(4000):
        text = "".join(draw.choices(often, k=draw.randrange(16)))
        normal = rules.normalizer.normalize_str(text)
        cut = [token for token, _ in rules.pre_tokenizer.pre_tokenize_str(normal)]
        assert tokenize(text) == cut, repr(text)


def test_detokenising_loses_nothing() -> None:
    for text in [
        "so ... ... . well . . .",
        "i'm sure you've won't.",
        'he said "no, tom", and left.',
        "it's $5 (five)!",
    ]:
        assert tokenize(joined(tokenize(text))) == tokenize(text)


def processor_of(*sentences: str, split: str = "words") -> TextProcessor:
    return TextProcessor.train(sentences, 1, split=split)


# An item of each corpus of text that ships, and how one writes it.
WRITTEN = {
    "dailydialog": (
        "Well , I don ' t know . Ann ' s ill , they ' re here !",
        "Well, I don’t know. Ann’s ill, they’re here!",
    ),
    "smd": (
        "you re welcome , let s go , it doesn t rain and i ll be off !",
        "you’re welcome, let’s go, it doesn’t rain and i’ll be off!",
    ),
    "swda": ("Uh, I don't know, it's, uh, late.", "Uh, I don't know, it's, uh, late."),
    "tatoeba": ("\"I don't,\" Tom's sister said.", "\"I don't,\" Tom's sister said."),
    "grammar": ("In the castle, a king ran.", "In the castle, a king ran."),
    "toy-language": ("two cats see the dog", "two cats see the dog"),
    "snli": ("A man, in blue, doesn't look up.", "A man, in blue, doesn't look up."),
    "tatoeba-de-en": ("Wie geht's? | I don't know.", "Wie geht's? | I don't know."),
    "tatoeba-fr-en": ("C'est tard. | It's late.", "C'est tard. | It's late."),
    "everyday": ("A man with large , fake cigars .", "A man with large, fake cigars."),
    "ptb": (
        "the company 's profit was $ N million they do n't say",
        "the company’s profit was $ N million they don’t say",
    ),
    "synthetic": ("naro vabe gopi", "naro vabe gopi"),
    "sst2": ("`` orange county '' is n't ( too ) bad .", "‘‘orange county’’ isn't (too) bad."),
    "yelp": ("you ca n't really mess up a salad ... .", "you can't really mess up a salad... ."),
    "entailment": ("A dog runs. | It's a cat.", "A dog runs. | It's a cat."),
}

SPACED = ("ptb", "synthetic")


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_an_item_of_each_corpus_is_written_as_one_writes_it(name: str) -> None:
    item, written = WRITTEN[name]
    processor = processor_of(*[item] * 2, split="spaces" if name in SPACED else "words")
    assert processor.prose(item) == written
    assert processor.prose(written) == written
    assert processor.tokens(written) == processor.tokens(item)
    said = processor.decode(processor.encode([item]))[0]
    assert said.lower() == written.lower().replace("...", "\u2026")
    assert processor.tokens(said) == processor.tokens(item)
    assert processor.likeness(item.replace("...", "\u2026"), said) == 1


def test_every_corpus_of_text_has_an_item_here() -> None:
    kinds = {name: corpora.corpus(name).kind for name in corpora.names()}
    assert set(WRITTEN) >= {name for name, kind in kinds.items() if kind == "text"}


def test_how_a_corpus_cuts_contractions_is_seen_in_its_vocabulary() -> None:
    assert apostrophe({"n't": 30, "t": 4224, "'": 16}) == ""  # a lone t is rare
    assert apostrophe({"n't": 29, "t": 63, "'": 16}) == " ' "
    assert apostrophe({"t": 189}) == " "
    assert apostrophe({"n't": 13}) == ""


def test_ids_and_back(processor: TextProcessor) -> None:
    ids = processor.encode(["i LIKE tom", "Tom don't like you."])
    assert ids.dtype == torch.int64
    assert ids[0].tolist()[3:] == [EOS, PAD, PAD, PAD]
    assert processor.decode(ids) == ["I like Tom", "Tom don't like you."]


def test_vocabulary_is_sorted_by_frequency(processor: TextProcessor) -> None:
    assert processor.vocabulary[:5] == ["<pad>", "<bos>", "<eos>", "<unk>", "like"]


def test_unknown_words_are_named_in_order_once(processor: TextProcessor) -> None:
    text = "I like zorp and Qux, zorp!"
    assert processor.unknown_words(text) == ["zorp", "qux", ",", "!"]
    assert processor.encode([text])[0].tolist().count(UNK) == 5


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        (" \n\x00", "is empty"),
        ("zorp qux", r"no word that this model knows \(zorp, qux\)"),
        ("...", r"no word that this model knows"),
        ("tea " * 25, "has 25 words and marks; this model reads at most 24"),
        ("<script>" * 2000, "at most 24"),
    ],
)
def test_unreadable_sentences_get_a_reason(
    processor: TextProcessor, text: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        processor.encode([text])
    with pytest.raises(ValueError, match=r"^Sentence 2 "):
        processor.encode(["I like tea.", text])
    assert processor.readable([text, "tea"]) == ["tea"]


def test_saving_keeps_everything(processor: TextProcessor, tmp_path: Path) -> None:
    processor.save(tmp_path)
    again = TextProcessor.load(tmp_path)
    assert again.vocabulary == processor.vocabulary
    assert again.casing == processor.casing == {"i": "I", "tom": "Tom"}


@pytest.mark.needs_corpus("tatoeba")
def test_real_sentences_survive_the_round_trip(corpus) -> None:
    for sentence in corpus("tatoeba")["test"].items:
        assert tokenize(joined(tokenize(sentence))) == tokenize(sentence)


def test_a_corpus_that_comes_tokenised_is_cut_at_spaces(tmp_path: Path) -> None:
    trained = TextProcessor.train(["the <unk> N n.v. do n't", "the N"], 1, 10, "spaces")
    trained.save(tmp_path)
    for processor in (trained, TextProcessor.load(tmp_path)):
        assert processor.tokens("N <unk> n.v.") == ["N", "<unk>", "n.v."]
        assert processor.tokens("THE don't.") == ["the", "do", "n't", "."]  # as one types it
        assert processor.unknown_words("The Zebra's don't.") == ["Zebra's", "."]
        ids = processor.encode(["the <unk> N zebra"])
        assert ids[0].tolist()[1] == ids[0].tolist()[3] == 3
        assert processor.decode(ids) == ["the <unk> N <unk>"]
        assert processor.vocabulary.count("<unk>") == 1
