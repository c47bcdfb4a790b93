"""Sentences and token ids: lower-cased words and punctuation through ``tokenizers``."""

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal, Self

import torch
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordLevel
from torch import Tensor

from backend.files import replacing
from backend.processors.base import Words
from backend.processors.prose import apostrophe, cut, cut_as_penn, joined, spaced

PAD, BOS, EOS, UNK = range(4)
SPECIALS = ["<pad>", "<bos>", "<eos>", "<unk>"]
MAX_TOKENS = 24  # 99.9 % of Tatoeba; longer input is refused, not cut

Split = Literal["words", "spaces"]

# What is in a text but not to be seen: soft hyphens, joiners, marks of direction and byte order,
# variation selectors, fillers. A word with one inside is still that word.
_UNSEEN = (
    r"[\p{Cf}\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{3164}"
    r"\x{fe00}-\x{fe0f}\x{ffa0}\x{e0100}-\x{e01ef}]+"
)

# Contractions as the Penn Treebank cuts them ("do n't", "it 's"); inner hyphens, dots and
# apostrophes stay inside a word ("e-mail", "3.5", "o'clock").
_CLITIC = r"'(?:s|re|ve|ll|d|m)\b"
_PATTERN = rf"\w+?(?=n't\b)|n't\b|{_CLITIC}|\w+(?:(?!{_CLITIC}|n't\b)[-'.,:]\w+)*|[^\w\s]"
_WORDS, _DOTS = re.compile(_PATTERN), re.compile(r"\.\.\.+")


@functools.cache
def _seen() -> normalizers.Normalizer:
    """Takes out what is not to be seen."""
    return normalizers.Replace(Regex(_UNSEEN), "")


@functools.cache
def _rules() -> Tokenizer:
    """Normalisation and splitting, without a vocabulary."""
    tokenizer = Tokenizer(WordLevel({"<unk>": UNK}, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence(
        [
            _seen(),  # first: an accent after a soft hyphen belongs to the letter before it
            normalizers.NFKC(),
            normalizers.Replace(Regex("[\u2018\u2019\u02bc\u00b4`]"), "'"),
            normalizers.Replace(Regex("[\u201c\u201d\u201e\u00ab\u00bb]"), '"'),
            normalizers.Replace(Regex("[\u2013\u2014\u2212]"), "-"),
            normalizers.Replace(Regex(r"\.\.\.+"), "\u2026"),
            normalizers.Replace(Regex(r"\p{Cc}+"), " "),
            normalizers.Lowercase(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_PATTERN), "removed", invert=True)
    return tokenizer


def tokenize(text: str) -> list[str]:
    """Tokens of a sentence as typed; no vocabulary is needed.

    >>> tokenize("I'm not sure \u2026 they don\u2019t!")
    ['i', "'m", 'not', 'sure', '\u2026', 'they', 'do', "n't", '!']
    """
    # Plain ASCII, as most texts are: what the rules come to, at a quarter of the time.
    if text.isascii() and (plain := text.strip()).isprintable():
        return _WORDS.findall(_DOTS.sub("\u2026", plain.replace("`", "'").lower()))
    return _by_rules(text)


def _by_rules(text: str) -> list[str]:
    """Tokens of any text, as ``TextProcessor`` cuts it."""
    rules = _rules()
    normal = rules.normalizer.normalize_str(text)
    return [token for token, _ in rules.pre_tokenizer.pre_tokenize_str(normal)]


class TextProcessor(Words):
    """Sentences <-> ids [B, T], each ended by ``<eos>`` and padded with ``<pad>`` (0).

    The vocabulary is ordered by falling frequency, which adaptive softmax needs. ``casing``
    maps a token to how the corpus mostly writes it inside sentences ("tom" -> "Tom"). ``split``
    "spaces" is for corpora that come tokenised: what stands between spaces is a token, as it is;
    only what the vocabulary lacks, as one types it ("I", "don't."), is cut and lower-cased.
    """

    kind = "text"

    def __init__(
        self,
        vocabulary: Sequence[str],
        casing: dict[str, str],
        max_tokens: int = MAX_TOKENS,
        split: Split = "words",
    ) -> None:
        self.vocabulary = list(vocabulary)
        self.max_tokens = max_tokens
        self.casing = casing
        self.ids = {token: i for i, token in enumerate(self.vocabulary)}
        self.tokenizer = Tokenizer(WordLevel(self.ids, unk_token="<unk>"))
        self.split = split
        if split == "words":
            self.tokenizer.normalizer = _rules().normalizer
            self.tokenizer.pre_tokenizer = _rules().pre_tokenizer
        else:
            self.tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        self.tokenizer.enable_truncation(max_tokens)  # where the file keeps the number
        self._apostrophe = apostrophe(self.ids)

    @classmethod
    def train(
        cls,
        sentences: Iterable[str],
        min_count: int,
        max_tokens: int = MAX_TOKENS,
        split: Split = "words",
    ) -> Self:
        """Vocabulary of the tokens that occur at least ``min_count`` times."""
        counts: Counter[str] = Counter()
        written: dict[str, Counter[str]] = {}
        for sentence in sentences:
            tokens = tokenize(sentence) if split == "words" else sentence.split()
            counts.update(tokens)
            for word in re.findall(r"(?<=\w )[^\W_]+", sentence):  # not sentence-initial
                written.setdefault(word.lower(), Counter())[word] += 1
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        kept = [word for word, count in ordered if count >= min_count and word not in SPECIALS]
        casing = {}
        for token in kept:
            forms = written.get(token)
            # A single capital is an initial, or what is left of "I ' M".
            if len(token) > 1 and forms and (best := forms.most_common(1)[0][0]) != token:
                casing[token] = best
        casing["i"] = "I"
        if split == "spaces":
            casing = {}
        return cls(SPECIALS + kept, casing, max_tokens, split)

    def tokens(self, text: str) -> list[str]:
        if self.split == "words":
            return tokenize(cut(text, self._apostrophe))
        words = cut_as_penn(_seen().normalize_str(text)).split()
        return [token for word in words for token in self._spaced(word)]

    def _spaced(self, word: str) -> list[str]:
        """Tokens of what stands between two spaces of a text that may be tokenised or typed."""
        if word in SPECIALS[:UNK]:  # written out in a text they are no marks
            return ["<unk>"]
        if word in self.ids:
            return [word]
        typed = tokenize(word)
        return typed if any(token in self.ids for token in typed) else [word]

    def unknown_words(self, text: str) -> list[str]:
        """Tokens of ``text`` that are not in the vocabulary, in order, each once."""
        return list(dict.fromkeys(t for t in self.tokens(text) if t not in self.ids))

    def readable(self, sentences: Iterable[str]) -> list[str]:
        """Those that ``encode`` takes: not too long, with at least one known word."""
        return [s for s in sentences if self.complaint(self.tokens(s)) is None]

    def readable_rows(self, sentences: Iterable[str]) -> list[int]:
        """Where in ``sentences`` the readable ones are."""
        return [i for i, s in enumerate(sentences) if self.complaint(self.tokens(s)) is None]

    def encode(self, sentences: Sequence[str]) -> Tensor:
        """int64 [B, T]. Raises ``ValueError`` for sentences without known words or too long."""
        rows = []
        for number, sentence in enumerate(sentences, 1):
            tokens = self.tokens(sentence)
            if complaint := self.complaint(tokens):
                where = f"Sentence {number}" if len(sentences) > 1 else "The sentence"
                raise ValueError(f"{where} {complaint}")
            rows.append(torch.tensor([*(self.ids.get(t, UNK) for t in tokens), EOS]))
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)

    def complaint(self, tokens: list[str]) -> str | None:
        """What is wrong with a sentence, as the end of a sentence that starts by naming it."""
        if not tokens:
            return "is empty. Write a few words."
        if len(tokens) > self.max_tokens:
            return (
                f"has {len(tokens)} words and marks; this model reads at most "
                f"{self.max_tokens}. Shorten it."
            )
        if not any(t in self.ids and t[0].isalnum() for t in tokens):
            unknown = [t for t in tokens if t not in self.ids]
            named = ", ".join(unknown[:5]) or "punctuation only"
            return f"has no word that this model knows ({named}). Use common English words."
        return None

    def token_lists(self, ids: Tensor) -> list[list[str]]:
        """Tokens of each row up to its ``<eos>``; ids is [B, T]."""
        rows = []
        for row in ids.tolist():
            end = row.index(EOS) if EOS in row else len(row)
            rows.append([self.vocabulary[i] for i in row[:end] if i != PAD])
        return rows

    def decode(self, ids: Tensor) -> list[str]:
        """Sentences written for people: joined, with capitals."""
        return [self.written(tokens) for tokens in self.token_lists(ids)]

    def written(self, tokens: Sequence[str], begins: bool = True) -> str:
        """One sentence of ``decode``; ``begins`` says whether it starts with a capital.

        The same tokens are read from it.
        """
        if self.split == "spaces":
            return spaced(tokens)
        text = joined([self.casing.get(t, t) for t in tokens], self._apostrophe)
        return text[:1].upper() + text[1:] if begins else text

    def prose(self, text: str) -> str:
        """A sentence of the corpus, whose words and marks stand apart, for people to read.

        One that is written already stays as it is; the same tokens are read from either.
        """
        if self.split == "spaces":
            return spaced(text.split())
        return joined(text.split(), self._apostrophe)

    def join(self, chunks: Sequence[list[str]]) -> list[str]:
        return [item for chunk in chunks for item in chunk]

    def likeness(self, a: str, b: str) -> float:
        """Shared words, by difflib's ratio."""
        words = self.prose(a).lower().split(), self.prose(b).lower().split()
        return SequenceMatcher(None, *words, autojunk=False).ratio()

    def save(self, folder: Path) -> None:
        with replacing(folder / "tokenizer.json") as temporary:
            self.tokenizer.save(str(temporary))
        text = json.dumps(self.casing, ensure_ascii=False, indent=0, sort_keys=True)
        with replacing(folder / "casing.json") as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        stored = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        ids: dict[str, int] = stored["model"]["vocab"]
        casing = json.loads((folder / "casing.json").read_text(encoding="utf-8"))
        limit = (stored["truncation"] or {}).get("max_length", MAX_TOKENS)
        spaced = stored["pre_tokenizer"]["type"] == "WhitespaceSplit"
        split: Split = "spaces" if spaced else "words"
        return cls(sorted(ids, key=ids.__getitem__), casing, limit, split)


PROCESSOR = TextProcessor
