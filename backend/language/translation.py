"""Translation word by word: the likeliest translations, and where each word looked.

>>> import backend
>>> from backend.language import translation
>>> lm = backend.load_text_model("seq2seq/translation--tatoeba-de-en")  # doctest: +SKIP
>>> translation.translate(lm, "Ich bin müde.").found                    # doctest: +SKIP
"""

from typing import NamedTuple, cast

import torch
from torch import Tensor

from backend import corpora
from backend.corpora.entailment import SEPARATOR
from backend.distributions.sequence import BOS
from backend.language import next_words
from backend.language.next_words import Continuation
from backend.language.text_models import TextModel
from backend.models.seq2seq.translation import Translation
from backend.processors.text import UNK


class Attention(NamedTuple):
    """Where a translation looked as each of its words was written."""

    source: list[str]  # the places that could be looked at; the last is the sentence's end
    words: list[str]  # of the translation, its end last
    weights: list[list[float]]  # of each word its shares of the places, which add up to 1


class Translated(NamedTuple):
    found: list[Continuation]  # the likeliest first
    unknown: list[str]  # words of the source that the model does not know
    attention: Attention  # of the likeliest


class Translator(next_words.Words):
    """A model that has read a source: `next_words` writes its translation with it.

    Attributes:
        languages: that of the source, and that it is translated into.
        strange: words of the source that the model does not know.
    """

    def __init__(self, lm: TextModel, source: str) -> None:
        """
        Raises:
            ValueError: the model does not translate, or cannot read the source; a sentence says
                why.
        """
        if not isinstance(lm.model, Translation):
            raise ValueError(f"{lm.info.name} does not translate. Choose a model that does.")
        super().__init__(lm.model, lm.processor)
        self.model: Translation = lm.model
        self.languages = languages(lm)
        tokens = self.processor.tokens(source.replace(SEPARATOR, ","))
        self.strange = [t for t in dict.fromkeys(tokens) if t not in self.processor.ids]
        if complaint := self._complaint(tokens):
            raise ValueError(complaint)
        ids = [*(self.processor.ids.get(t, UNK) for t in tokens), lm.model.config.separator]
        self.source = torch.tensor([ids], device=lm.device)
        self.read = [*self._cased(tokens), "(end)"]
        with torch.inference_mode():
            self.begin = lm.model.start(self.source)

    def start(self, batch: int) -> Tensor:
        return self.begin.expand(batch, -1, -1)

    def unknown(self, text: str) -> list[str]:
        """Words that cannot be written: some are words of the source's language."""
        return [t for t in dict.fromkeys(self.processor.tokens(text)) if self._id(t) == UNK]

    def _id(self, token: str) -> int:
        id = self.processor.ids.get(token, UNK)
        return id if id < self.model.config.separator else UNK

    def _complaint(self, tokens: list[str]) -> str:
        language, longest = self.languages[0], self.processor.max_tokens
        if not tokens:
            return f"There is nothing to translate. Write a sentence in {language}."
        if len(tokens) > longest:
            return (
                f"The {language} sentence has {len(tokens)} words and marks; this model reads at "
                f"most {longest}. Shorten it."
            )
        if not any(t in self.processor.ids and t[0].isalnum() for t in tokens):
            return (
                f"The sentence has no word that this model knows ({', '.join(self.strange[:5])}). "
                f"Use common words of {language}."
            )
        return ""


def languages(lm: TextModel) -> tuple[str, str]:
    """What a model translates from, and into."""
    return cast(tuple[str, str], corpora.corpus(lm.info.dataset).languages)


def translate(lm: TextModel, source: str, width: int = 5) -> Translated:
    """The translations of ``source`` that a beam search of this width finds.

    Raises:
        ValueError: as `Translator` and ``next_words.beam``.
    """
    reader = Translator(lm, source)
    found = next_words.beam(reader, "", width, 0).found
    return Translated(found, reader.strange, attention(reader, found[0].text if found else ""))


@torch.inference_mode()
def attention(reader: Translator, text: str) -> Attention:
    """Where each word of a translation looks, as it is written after those before it.

    Raises:
        ValueError: the text is too long.
    """
    ids = reader.ids(text)
    inputs = torch.tensor([[BOS, *ids]], device=reader.source.device)
    weights = reader.model.look(inputs, reader.start(1)).weights[0]
    return Attention(reader.read, [*reader.pieces(text), "(end)"], weights.tolist())
