"""What comes next: the distribution of the next word, continuations, and a beam search's tree.

Models that read backwards predict the word before: "next" is always in reading order.

>>> import backend
>>> from backend.language import next_words
>>> lm = backend.load_text_model("lm/lstm_lm--everyday--forward")   # doctest: +SKIP
>>> next_words.predict(lm, "i would like to", k=5).words            # doctest: +SKIP
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from backend.device import seeded
from backend.distributions.sequence import BOS, COLDEST, EOS, PAD, Mixture, StepDecoder
from backend.distributions.sequence import Sequence as SequenceDistribution
from backend.distributions.truncation import check_kept, truncated
from backend.language.beam import beam_search
from backend.language.text_models import TextModel
from backend.nets.language import LanguageModel
from backend.processors.text import UNK, TextProcessor

AHEAD = 40  # tokens that are written or searched at most; our own sentences end before
LIMITS = {  # name of an argument -> how the page calls it, the least and the most
    "k": ("number of words shown", 1, 100),
    "temperature": ("temperature", 0, 5),
    "width": ("beam width", 1, 20),
    "shown": ("number of pruned branches", 0, 20),
    "n": ("number of continuations", 1, 50),
}


class Candidate(NamedTuple):
    word: str  # as it is written; "" for a mark
    p: float
    kind: str  # "word", "end" or "unknown" (any word that the model does not know)
    text: str  # what has been typed, with this word


class Typed(NamedTuple):
    """A token of the text that was typed."""

    word: str
    log_p: float  # given what the model read before it, nats
    unknown: bool


class Prediction(NamedTuple):
    words: list[Candidate]  # the likeliest first
    entropy: float  # of the whole distribution, nats
    typed: list[Typed]  # in writing order
    unknown: list[str]  # typed words that the model does not know
    text: str  # what was typed, as the model reads it
    backward: bool


class Expert(NamedTuple):
    """One of the distributions that a model mixes."""

    weight: float  # in this context
    words: list[Candidate]  # its own likeliest next words


class Continuation(NamedTuple):
    text: str  # what was typed, and what was added to it
    log_p: float  # of what was added, nats
    cut: bool  # no end within ``AHEAD`` tokens


class Branch(NamedTuple):
    """A node of the beam's tree."""

    word: str
    kind: str
    log_p: float  # from the end of what was typed to here, nats
    parent: int  # its place in the step before
    kept: bool  # False: pruned at this step
    text: str


class Beam(NamedTuple):
    found: list[Continuation]  # complete ones, the likeliest first
    steps: list[list[Branch]]  # at each step what was kept, then the best that were pruned
    backward: bool


class Reader(Protocol):
    """What this module needs of a model; ``HubLM`` has it, `Words` gives it ours."""

    @property
    def decoder(self) -> StepDecoder: ...

    backward: bool
    forbid: tuple[int, ...]  # ids that are never written
    longest: int  # tokens of a sentence

    def start(self, batch: int) -> Tensor:
        """The decoder's state [batch, …] before the first token."""

    def ids(self, text: str) -> list[int]:
        """Ids in writing order; raises ``ValueError`` for a text too long."""

    def pieces(self, text: str) -> list[str]:
        """The same tokens as they are written."""

    def piece(self, token: int) -> str:
        """One token as it is written."""

    def unknown(self, text: str) -> list[str]:
        """Words of the text that the model does not know."""

    def joined(self, text: str, added: Sequence[int]) -> str:
        """The text with tokens added to it in reading order; an end mark is not written."""


class Words:
    """A `Reader` of one of our models over words."""

    forbid: tuple[int, ...] = (UNK,)
    backward = False

    def __init__(self, decoder: StepDecoder, processor: TextProcessor) -> None:
        self.decoder = decoder
        self.processor = processor
        self.longest = decoder.max_len - 1

    def start(self, batch: int) -> Tensor:
        raise NotImplementedError

    def unknown(self, text: str) -> list[str]:
        return self.processor.unknown_words(text)

    def ids(self, text: str) -> list[int]:
        tokens = self.processor.tokens(text)
        if len(tokens) > self.longest:
            raise ValueError(
                f"The sentence has {len(tokens)} words and marks; this model reads at most "
                f"{self.longest}. Shorten it."
            )
        return [self._id(token) for token in tokens]

    def pieces(self, text: str) -> list[str]:
        return self._cased(self.processor.tokens(text))

    def piece(self, token: int) -> str:
        return self._cased([self.processor.vocabulary[token]])[0]

    def joined(self, text: str, added: Sequence[int]) -> str:
        new = [self.processor.vocabulary[token] for token in added if token != EOS]
        typed = self.processor.tokens(text)
        tokens = [*reversed(new), *typed] if self.backward else [*typed, *new]
        return self.processor.written(tokens, begins=not self.backward or EOS in added)

    def _id(self, token: str) -> int:
        return self.processor.ids.get(token, UNK)

    def _cased(self, tokens: list[str]) -> list[str]:
        return [self.processor.casing.get(token, token) for token in tokens]


class OwnWords(Words):
    """Of one of our language models, in its reading order."""

    def __init__(self, lm: TextModel) -> None:
        if not isinstance(lm.model, LanguageModel):
            raise ValueError(f"{lm.info.name} is no language model. Choose one from the list.")
        super().__init__(lm.model, lm.processor)
        self.model = lm.model
        self.backward = lm.model.backward_order

    def start(self, batch: int) -> Tensor:
        return self.model.start(batch)


class Continued:
    """A decoder that has read ``typed``: its first step reads the last token of that."""

    def __init__(self, lm: Reader, typed: list[int]) -> None:
        self.decoder = lm.decoder
        self.last = typed[-1] if typed else BOS
        left = lm.decoder.max_len - len(typed)
        self.max_len = min(left, AHEAD + 1)
        self.cut = self.max_len < left  # its last step is our bound, not the model's
        self.state = lm.start(1)
        if typed:
            read = torch.tensor([[BOS, *typed[:-1]]], device=self.state.device)
            self.state = lm.decoder.hidden(read, self.state)[1]

    def hidden(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return self.decoder.hidden(torch.where(inputs == BOS, self.last, inputs), state)

    def token_log_prob(self, hidden: Tensor, targets: Tensor) -> Tensor:
        return self.decoder.token_log_prob(hidden, targets)

    def log_probs(self, hidden: Tensor) -> Tensor:
        return self.decoder.log_probs(hidden)

    def distribution(self, n: int = 1) -> SequenceDistribution:
        """p(rest | typed), ``n`` times."""
        return SequenceDistribution(self, self.state.expand(n, *self.state.shape[1:]), n)


@torch.inference_mode()
def predict(
    lm: TextModel | Reader,
    text: str = "",
    k: int = 10,
    temperature: float = 1.0,
    *,
    top_k: int = 0,
    top_p: float = 1.0,
) -> Prediction:
    """The ``k`` likeliest next words after ``text``, which may be empty.

    ``temperature`` divides the log-probabilities, which are then normalised again; at 0 all
    probability is on the likeliest word. ``top_k`` and ``top_p`` then leave the unlikely words
    out (see `truncated`). What is said of the typed words is at temperature 1.

    Raises:
        ValueError: the text is too long, or a number is out of its range.
    """
    _check(k=k, temperature=temperature)
    check_kept(top_k, top_p)
    reader = _reader(lm)
    typed = _reading_order(reader, reader.ids(text))
    start = reader.start(1)
    inputs = torch.tensor([[BOS, *typed]], device=start.device)
    hidden = reader.decoder.hidden(inputs, start)[0][0]  # [n + 1, H]
    log_p = reader.decoder.log_probs(hidden[-1:])[0].cpu().double()
    if len(typed) >= reader.longest:
        log_p = torch.full_like(log_p, -torch.inf)
        log_p[EOS] = 0.0
    log_p = truncated(_tempered(log_p, temperature), top_k, top_p).log_softmax(0)
    words = _candidates(reader, text, log_p, k)
    scores: list[float] = []
    if typed:
        targets = torch.tensor(typed, device=start.device)
        scores = reader.decoder.token_log_prob(hidden[:-1], targets).tolist()
    pieces = zip(
        reader.pieces(text),
        _reading_order(reader, scores),
        _reading_order(reader, typed),
        strict=True,
    )
    return Prediction(
        words,
        float(torch.special.entr(log_p.exp()).sum()),
        [Typed(piece, score, token in reader.forbid) for piece, score, token in pieces],
        reader.unknown(text),
        reader.joined(text, []),
        reader.backward,
    )


@torch.inference_mode()
def experts(lm: TextModel | Reader, text: str = "", k: int = 5) -> list[Expert]:
    """What each expert of a mixture would say after ``text``; empty for a model without.

    Weights and probabilities are those of the model, at temperature 1: p(word) is the sum of
    weight times p over the experts.

    Raises:
        ValueError: as `predict`.
    """
    _check(k=k)
    reader = _reader(lm)
    if not isinstance(reader.decoder, Mixture):
        return []
    rest = Continued(reader, _reading_order(reader, reader.ids(text)))
    begin = torch.full((1, 1), BOS, device=rest.state.device)
    hidden = rest.hidden(begin, rest.state)[0][:, -1]
    log_weights, log_p = reader.decoder.experts(hidden)
    return [
        Expert(weight, _candidates(reader, text, own, k))
        for weight, own in zip(log_weights[0].exp().tolist(), log_p[0], strict=True)
    ]


@torch.inference_mode()
def continuations(
    lm: TextModel | Reader,
    text: str = "",
    n: int = 1,
    *,
    temperature: float = 1.0,
    seed: int = 0,
    top_k: int = 0,
    top_p: float = 1.0,
) -> list[Continuation]:
    """``n`` ways to go on from ``text`` to the end; all alike at temperature 0.

    At each word ``top_k`` and ``top_p`` leave the unlikely ones out (see `truncated`); what is
    said of a continuation's probability is of the model itself.

    The same seed draws the same. Words that the model does not know are not written.

    Raises:
        ValueError: as `predict`.
    """
    _check(n=n, temperature=temperature)
    check_kept(top_k, top_p)
    reader = _reader(lm)
    rest = Continued(reader, _reading_order(reader, reader.ids(text)))
    p = rest.distribution(n)
    with seeded(seed):
        drawn = p.generate(temperature, reader.forbid, top_k=top_k, top_p=top_p)
    scores = p.log_prob(drawn).tolist()
    rows = [[token for token in row if token != PAD] for row in drawn.tolist()]
    return [
        _continuation(reader, rest, text, row, score)
        for row, score in zip(rows, scores, strict=True)
    ]


@torch.inference_mode()
def beam(lm: TextModel | Reader, text: str = "", width: int = 5, shown: int = 3) -> Beam:
    """Beam search from ``text`` on: what it finds, and the tree with ``shown`` pruned a step.

    Scores are log-probabilities of what is added, not divided by the length.

    Raises:
        ValueError: as `predict`.
    """
    _check(width=width, shown=shown)
    reader = _reader(lm)
    rest = Continued(reader, _reading_order(reader, reader.ids(text)))
    done, tree = beam_search(rest.distribution(), width, shown=shown, forbid=reader.forbid)
    found = [_continuation(reader, rest, text, h.tokens, h.log_p) for h in done]
    steps = [
        [
            Branch(
                _written(reader, h.tokens[-1]),
                _kind(reader, h.tokens[-1]),
                h.log_p,
                h.parent,
                h.kept,
                reader.joined(text, h.tokens),
            )
            for h in step
        ]
        for step in (tree[:AHEAD] if rest.cut else tree)
    ]
    return Beam([one for one in found if not one.cut], steps, reader.backward)


def _reader(lm: TextModel | Reader) -> Reader:
    return OwnWords(lm) if isinstance(lm, TextModel) else lm


def _reading_order(reader: Reader, items: list) -> list:
    return items[::-1] if reader.backward else items


def _candidates(reader: Reader, text: str, log_p: Tensor, k: int) -> list[Candidate]:
    """The ``k`` likeliest of log-probabilities [V] that are possible at all."""
    best = log_p.topk(min(k, int((log_p > -torch.inf).sum())))
    return [
        Candidate(
            _written(reader, token),
            value,
            _kind(reader, token),
            reader.joined(text, [] if token in reader.forbid else [token]),
        )
        for value, token in zip(best.values.exp().tolist(), best.indices.tolist(), strict=True)
    ]


def _tempered(log_p: Tensor, temperature: float) -> Tensor:
    if temperature < COLDEST:
        certain = torch.full_like(log_p, -torch.inf)
        certain[log_p.argmax()] = 0.0
        return certain
    return (log_p / temperature).log_softmax(0)


def _kind(reader: Reader, token: int) -> str:
    return "end" if token == EOS else "unknown" if token in reader.forbid else "word"


def _written(reader: Reader, token: int) -> str:
    return reader.piece(token) if _kind(reader, token) == "word" else ""


def _continuation(
    reader: Reader, rest: Continued, text: str, tokens: Sequence[int], log_p: float
) -> Continuation:
    cut = rest.cut and len(tokens) == rest.max_len  # then its end mark is our bound
    return Continuation(reader.joined(text, tokens), log_p, cut)


def _check(**given: float) -> None:
    for name, value in given.items():
        title, low, high = LIMITS[name]
        if not low <= value <= high:
            raise ValueError(f"The {title} lies from {low} to {high:,}; got {value}.")
