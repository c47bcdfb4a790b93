"""Items of a corpus are written as one writes them, and read as the tokens that they are."""

import re

import pytest

from backend import available, corpora
from backend.processors.text import TextProcessor

APART = re.compile(r"\b(?:don|didn|it|i|you|let) (?:' )?(?:t|s|re|m|n't|'s|'re|'m)\b", re.I)
CUT = {"dailydialog": " ' ", "smd": " "}


@pytest.mark.parametrize("name", ["dailydialog", "smd", "tatoeba", "ptb", "sst2", "yelp"])
def test_held_out_items_are_read_the_same_as_they_are_written(name: str) -> None:
    if not corpora.available(name):
        pytest.skip(f"{name} is not here")
    info = next(info for info in available() if info.dataset == name)
    processor = TextProcessor.load(info.path)
    mend = corpora.corpus(name).normalise or str.strip
    items = [mend(item) for item in corpora.published(name)["test"].items[:1500]]
    wrong = [x for x in items if processor.tokens(processor.prose(x)) != processor.tokens(x)]
    assert wrong == []
    known = [x for x in processor.readable(items) if not processor.unknown_words(x)]
    said = processor.decode(processor.encode(known))
    assert len(said) > 200 and not [text for text in said if APART.search(text)]
    again = [processor.tokens(text) for text in said]
    assert again == [processor.tokens(text) for text in known]
    assert processor._apostrophe == CUT.get(name, "")
