"""The grammar: right English, one tree a sentence, words that are told apart from their forms."""

import random
from collections import Counter

import pytest
import torch

from backend import corpora
from backend.corpora import grammar, parses
from backend.corpora.record import Parse


@pytest.fixture(scope="module")
def sentences() -> list[tuple[str, str]]:
    rng = random.Random(7)
    drawn = [grammar.draw(rng) for _ in range(3000)]
    return [(grammar.written(tokens), construction) for tokens, construction in drawn]


def test_it_has_many_constructions_and_words() -> None:
    lemmas = [lemma for found in grammar.words().lemmas.values() for lemma in found]
    assert len(grammar.CONSTRUCTIONS) >= 12
    # Adjectives that fit all nouns stand in both of their classes.
    assert len(set(lemmas)) >= 500 and len(lemmas) - len(set(lemmas)) == 52
    forms: dict[str, set[str]] = {}
    for (lemma, _), form in grammar.words().forms.items():
        forms.setdefault(form, set()).add(lemma)
    assert all(len(found) == 1 for found in forms.values()), "a form of two words"


def test_every_form_has_its_own_words_and_tree() -> None:
    forms = grammar.forms_of_grammar()
    assert len({form.tree for form in forms}) == len(forms)
    assert len({tuple(map(grammar._key, form.slots)) for form in forms}) == len(forms)
    for form in forms:
        assert sum(part.startswith("(") for part in form.tree) == form.tree.count(")")
        leaves = [part for part in form.tree if part[0] not in "()"]
        assert len(leaves) == len(form.slots) <= grammar.LONGEST


def test_what_is_drawn_is_parsed_as_what_it_was_drawn_from(sentences) -> None:
    for sentence, construction in sentences:
        parsed = grammar.parse(sentence)
        assert parsed is not None and parsed.construction == construction, sentence
        assert len(set(parsed.content)) == len(parsed.content) == len(parsed.kinds)
    counts = Counter(construction for _, construction in sentences)
    assert counts.keys() == grammar.CONSTRUCTIONS.keys()
    assert min(counts.values()) > 0.6 * len(sentences) / len(counts)


def test_a_tree_and_the_base_forms() -> None:
    tree = "(S (NP DT NN ) (VP VBD (VP VBN (PP IN (NP DT NNS ) ) ) ) . )"
    assert grammar.parse("An owl was bitten by the wolves.") == Parse(
        "passive",
        tuple(tree.split()),
        ("owl", "bite", "wolf"),
        ("noun", "verb of two", "noun"),
    )
    same = [grammar.parse(text) for text in ("The king runs.", "the kings  RAN !")]
    assert same[0].content == ("king", "run") and same[1] is None  # "!" ends no such sentence


@pytest.mark.parametrize(
    "wrong",
    [
        "The king admire the horse.",
        "The kings admires the horse.",
        "The kings was seen by the queen.",
        "Does the king admires the horse?",
        "A owl slept.",
        "An king slept.",
        "These king slept.",
        "The king admired.",
        "The king the queen slept.",
        "Colourless green ideas sleep furiously.",
        "...",
        "",
    ],
)
def test_what_is_wrong_has_no_tree(wrong: str) -> None:
    assert grammar.parse(wrong) is None


def test_forms_of_words() -> None:
    forms = grammar.words().forms
    for (lemma, tag), form in {
        ("child", "NNS"): "children",
        ("princess", "NNS"): "princesses",
        ("library", "NNS"): "libraries",
        ("donkey", "NNS"): "donkeys",
        ("chase", "VBG"): "chasing",
        ("see", "VBG"): "seeing",
        ("see", "VBN"): "seen",
        ("hug", "VBD"): "hugged",
        ("carry", "VBD"): "carried",
        ("carry", "VBZ"): "carries",
        ("annoy", "VBD"): "annoyed",
        ("pass", "VBZ"): "passes",
        ("run", "VBG"): "running",
        ("run", "VBD"): "ran",
    }.items():
        assert forms[lemma, tag] == form
    assert grammar.articles_fit(["an", "owl", "saw", "a", "small", "owl"])
    assert not grammar.articles_fit(["a", "owl", "slept"])


def test_splits_are_always_the_same_and_share_no_sentence() -> None:
    splits = corpora.load("grammar")
    assert {name: len(split.items) for name, split in splits.items()} == {
        "train": 38272,
        "validation": 835,
        "test": 821,
    }
    assert splits["test"].removed == 0
    sentence = splits["test"].items[0]
    construction = splits["test"].tags["construction"][0]
    assert grammar.parse(sentence).construction == construction


def test_parses_as_models_read_them() -> None:
    read = parses.read("grammar", ["The king ran.", "Owls", "The owl slept."][::2])
    known = parses.inventory(read)
    assert known.lemmas == ("king", "owl", "run", "sleep") and known.longest_tree == 11
    found = parses.encoded(read, known)
    symbols = {symbol: 4 + i for i, symbol in enumerate(known.symbols)}
    assert found.trees[0].tolist() == [*(symbols[s] for s in read[0].tree), 2]
    assert found.content.tolist() == [[1, 3], [2, 4]]
    other = parses.encoded(parses.read("grammar", ["Hug the old king!"]), known)
    assert other.content.tolist() == [[1]] and 3 in other.trees[0]  # no imperative was seen
    trees, content = found.batch(torch.tensor([1]))
    assert torch.equal(trees, found.trees[1:]) and torch.equal(content, found.content[1:])


def test_a_sentence_or_a_corpus_without_trees_is_named() -> None:
    with pytest.raises(ValueError, match="No tree of grammar is known for: Owls"):
        parses.read("grammar", ["Owls"])
    with pytest.raises(ValueError, match="Toy language has no trees"):
        parses.read("toy-language", ["the cat sleeps"])
