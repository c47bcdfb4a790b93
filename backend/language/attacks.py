"""Attacks on a sentence classifier, side by side: b-MHA, w-MHA and a genetic algorithm.

Each edits a sentence until the classifier gives it another label. A claimed success is checked:
the classifier is asked afresh with the sentence as text, as a user would type it. An attack may
win by saying something else: a verdict says how much of the sentence was edited, and the weight
of likeness holds a chain near what was said.
"""

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict, get_args

import numpy as np
import pydantic
import torch

import backend
from backend.base import GenerativeModel
from backend.corpora.entailment import LABELS, SEPARATOR
from backend.language.edits import contexts_of, judges, pairs
from backend.language.samplers import metropolis_hastings as mh
from backend.language.samplers.genetic import Attack, Generation, Neighbours
from backend.language.samplers.metropolis_hastings import Info, State, Tokens
from backend.language.samplers.mha import Classifier, GradientProposals, Misleading, Victim
from backend.language.samplers.proposals import Options, WordProposals
from backend.language.samplers.targets import (
    Closeness,
    Fluency,
    Length,
    Part,
    Product,
    edit_distance,
)
from backend.language.text_models import TextModel
from backend.language.traces import PAIR, Seed, Text, Weight

PROBABILITIES = {"replace": 0.5, "insert": 0.25, "delete": 0.25}  # as released
TRIALS = 2000  # the most a visitor may spend
SURE = 0.9  # a word that alone makes the classifier so sure is a word about the label
SPECIALS = range(4)
UNK = 3
TOGETHER = {"b-mha": 5, "w-mha": 5, "genetic": 1}  # steps of each method in a piece
NAMES = {  # dataset -> what its classes are called
    "yelp": ("negative", "positive"),
    "sst2": ("negative", "positive"),
    "entailment": LABELS,
}

Method = Literal["b-mha", "w-mha", "genetic"]
METHODS: tuple[Method, ...] = get_args(Method)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is attacked, and with which means.

    ``text`` is the sentence; where the victim reads pairs, "premise | hypothesis", and only the
    hypothesis is edited. ``label`` is its true class; None takes the victim's word for it. The
    chains sample from LM(x) C(y|x) to the power of ``weight``; y is the likeliest other class.
    ``likeness`` takes that many nats for each word inserted, deleted or replaced; the genetic
    attack knows no target, and takes no notice of it.
    """

    victim: Annotated[str, pydantic.Field(max_length=200)]
    text: Text
    label: Annotated[int, pydantic.Field(ge=0, lt=10)] | None = None
    methods: tuple[Method, ...] = METHODS
    trials: Annotated[int, pydantic.Field(ge=1, le=TRIALS)] = 300
    weight: Weight = 1.0
    likeness: Weight = 0.0
    spare_label_words: bool = True
    lm: Annotated[str, pydantic.Field(max_length=200)] = PAIR
    seed: Seed = 0


class Reached(TypedDict):
    """A sentence, and what was spent until then."""

    text: str
    tokens: list[str]
    trials: int  # proposals so far; of the genetic algorithm: sentences tried
    passes: int  # sentences that the classifier really read
    gradients: int  # of these, how many were differentiated


class Row(Reached):
    """The state after a step: after a trial of a chain, or after a generation."""

    n: int
    p: float  # C(y|x) of the label that the attack wants
    accepted: bool
    action: str


class Verdict(TypedDict):
    flipped: bool  # the classifier, asked afresh, prefers another class than the true one
    text: str
    p: float  # that it then gives the class wanted
    edited: float  # words inserted, deleted or replaced, as a share of the words at the start
    trials: int
    passes: int
    gradients: int
    perplexity: float | None  # per word, under a language model that no attack used


class Piece(TypedDict):
    """New rows of each method; the last piece also has verdicts."""

    methods: dict[str, list[Row]]
    verdicts: dict[str, Verdict]
    done: bool


class Attacker:
    """The models of ``settings``, ready to attack.

    Attributes:
        start: the sentence to be edited, in the language model's tokens.
        label, wanted: the class it has, and the one that the attack wants.
        p: probabilities that the victim gives the classes at the start.

    Raises:
        ValueError: a setting is wrong, or the victim mistakes the sentence already.
    """

    def __init__(
        self, settings: Settings, models: Callable[[str], TextModel] = backend.load_text_model
    ) -> None:
        self.settings = settings
        known = [info.name for info in victims()]
        if settings.victim not in known:
            raise ValueError(
                f"There is no classifier {settings.victim[:80]!r}. Choose one of: "
                f"{', '.join(known) or 'none is here'}."
            )
        if settings.lm not in {pair["name"] for pair in pairs()}:
            raise ValueError(f"There is no pair of language models {settings.lm[:80]!r}.")
        if not settings.methods:
            raise ValueError("No method is chosen. Choose at least one.")
        self.classifier = models(settings.victim)
        forward, backward = (models(f"{settings.lm}--{way}") for way in ("forward", "backward"))
        self.processor = forward.processor
        self.contexts = contexts_of(forward.lm), contexts_of(backward.lm)
        others = (models(name) for name in judges(settings.lm))
        same = (m for m in others if m.processor.vocabulary == self.processor.vocabulary)
        self.judge = next(same, None)
        self.labels = class_names(self.classifier.info)
        self.premise, sentence = self._parts(settings.text)
        self.start = self._tokens(sentence)
        (log_p,) = self.victim().log_probs([self.start])
        self.p = np.exp(log_p).tolist()
        self.label = int(log_p.argmax()) if settings.label is None else settings.label
        if self.label >= len(self.labels):
            raise ValueError(f"There is no class {self.label}; there are {len(self.labels)}.")
        if self.label != log_p.argmax():
            raise ValueError(
                f"The classifier already takes this sentence for {self.labels[log_p.argmax()]} "
                f"instead of {self.labels[self.label]}: there is nothing to attack."
            )
        self.wanted = int(np.argsort(log_p)[-2])

    def _parts(self, text: str) -> tuple[str, str]:
        """The premise, empty where there is none, and the sentence that is edited."""
        if _separator(self.classifier.model) is None:
            return "", text
        parts = [part.strip() for part in text.split(SEPARATOR)]
        if len(parts) != 2 or not all(parts):
            raise ValueError(
                "This classifier reads two sentences. Write them with a bar between: "
                f"A man is asleep. {SEPARATOR} A person sleeps."
            )
        return parts[0], parts[1]

    def _tokens(self, sentence: str) -> Tokens:
        words, limit = self.processor.tokens(sentence), self.contexts[0].longest
        unknown = [word for word in dict.fromkeys(words) if word not in self.processor.ids]
        if not words:
            raise ValueError("There is no sentence to attack. Write one.")
        if len(words) > limit:
            raise ValueError(
                f"The sentence has {len(words)} words and marks; at most {limit} are read. "
                "Shorten it."
            )
        if unknown:
            raise ValueError(
                f"The attacker's language model does not know {', '.join(unknown)[:80]}. Use "
                "other words."
            )
        return self.ids(words)

    def victim(self) -> Victim:
        """The classifier with its counts at 0 and nothing remembered."""
        theirs, ours = self.classifier.processor, self.processor
        before = []
        if self.premise:
            before = theirs.encode([self.premise])[0, :-1].tolist()
            before.append(theirs.ids[SEPARATOR])
        return Victim(
            self.classifier.classifier, lambda t: theirs.ids.get(ours.vocabulary[t], UNK), before
        )

    def forbidden(self) -> list[int]:
        """Token ids that no attack may bring in: marks, and words about the label itself.

        Words of the start are allowed: what cannot come back could not go, either.
        """
        banned = [*SPECIALS]
        if self.settings.spare_label_words:
            banned += label_words(self.victim(), self.wanted, len(self.processor.vocabulary))
        return [token for token in banned if token not in self.start]

    def chain(self, method: str, victim: Victim) -> tuple[Product, WordProposals]:
        """Target and proposals of b-MHA or w-MHA."""
        theirs = self.classifier.processor
        room = theirs.max_tokens - len(theirs.tokens(self.premise)) - bool(self.premise)
        longest = min(len(self.start) + 4, self.contexts[0].longest, room)
        words = max(1, len(self.start) - 2), max(longest, len(self.start))
        parts: list[Part] = [
            Fluency(self.contexts[0]),
            Misleading(victim, self.wanted),
            Length(*words),
            Closeness(self.start),
        ]
        weights = {"classifier": self.settings.weight, "closeness": self.settings.likeness}
        target = Product(parts, weights)
        options = Options(probabilities=PROBABILITIES, words=words, forbidden=self.forbidden())
        if method == "w-mha":
            return target, GradientProposals(*self.contexts, victim, self.wanted, **options)
        return target, WordProposals(*self.contexts, **options)

    def rows(self, method: str) -> Iterator[Row]:
        """Steps of one method until it succeeds or its trials are spent."""
        victim = self.victim()
        if method == "genetic":
            yield from self._generations(victim)
            return
        for n, (state, info) in enumerate(self._steps(method, victim)):
            yield self._row(n, state, info, victim)
            if n + 1 == self.settings.trials or self._succeeded(victim, state.tokens):
                return

    def _steps(self, method: str, victim: Victim) -> Iterator[tuple[State, Info]]:
        """The chain of a method, without end."""
        target, proposals = self.chain(method, victim)
        victim.log_probs([self.start])
        states = mh.init([self.start], target)
        for n in itertools.count():
            rng = mh.rng_of(self.settings.seed, 0, n)
            states, (info,) = mh.advance([rng], states, target, proposals)
            yield states[0], info

    def acceptance(self, method: str, steps: int) -> tuple[int, int]:
        """Proposals made and accepted in the first ``steps`` of a chain, whether it succeeds.

        A chain that stops when it succeeds stops at an accepted proposal: its share is too high.
        """
        taken = list(itertools.islice(self._steps(method, self.victim()), steps))
        made = [info.accepted for _, info in taken if info.candidate.edit.action != "none"]
        return len(made), sum(made)

    def _generations(self, victim: Victim) -> Iterator[Row]:
        proposals = WordProposals(*self.contexts, forbidden=self.forbidden())
        vectors = self.contexts[0].model.words.vectors().detach().cpu().numpy()
        neighbours = Neighbours(vectors, proposals.forbidden)
        attack = Attack(victim, self.wanted, proposals, neighbours)
        last = self.start
        for generation in attack.run(self.settings.seed, self.start, self.settings.trials):
            yield self._generation_row(generation, last, victim)
            last = generation.best
            spent = victim.forward_passes >= self.settings.trials
            if spent or self._succeeded(victim, last):
                return

    def _succeeded(self, victim: Victim, x: Tokens) -> bool:
        return int(victim.log_probs([x])[0].argmax()) != self.label

    def _row(self, n: int, state: State, info: Info, victim: Victim) -> Row:
        return Row(
            n=n,
            text=self.text(state.tokens),
            tokens=self.words(state.tokens),
            p=math.exp(victim.log_probs([state.tokens])[0][self.wanted]),
            accepted=info.accepted,
            action=info.candidate.edit.action,
            trials=n + 1,
            passes=victim.forward_passes,
            gradients=victim.gradients,
        )

    def _generation_row(self, generation: Generation, last: Tokens, victim: Victim) -> Row:
        return Row(
            n=generation.number,
            text=self.text(generation.best),
            tokens=self.words(generation.best),
            p=math.exp(generation.log_p[0]),
            accepted=generation.best != last,
            action="generation",
            trials=victim.forward_passes,
            passes=victim.forward_passes,
            gradients=victim.gradients,
        )

    def verdict(self, row: Reached) -> Verdict:
        """The classifier asked again, by the sentence as text."""
        text = f"{self.premise} {SEPARATOR} {row['text']}" if self.premise else row["text"]
        x = self.classifier.processor.encode([text]).to(self.classifier.model.device)
        with torch.inference_mode():
            p = self.classifier.classifier.logits(x).cpu().double().softmax(1)[0]
        tokens = self.ids(row["tokens"])
        perplexity = None
        if self.judge is not None:
            (log_p,) = contexts_of(self.judge.lm).log_probs([tokens])
            perplexity = math.exp(-log_p / (len(tokens) + 1))
        return Verdict(
            flipped=int(p.argmax()) != self.label,
            text=row["text"],
            p=float(p[self.wanted]),
            edited=edit_distance(self.start, tokens) / len(self.start),
            trials=row["trials"],
            passes=row["passes"],
            gradients=row["gradients"],
            perplexity=perplexity,
        )

    def text(self, tokens: Tokens) -> str:
        return self.processor.decode(torch.tensor([tokens]))[0]

    def words(self, tokens: Tokens) -> list[str]:
        return [self.processor.vocabulary[token] for token in tokens]

    def ids(self, words: Sequence[str]) -> Tokens:
        return tuple(self.processor.ids[word] for word in words)


def class_names(info: backend.CheckpointInfo) -> tuple[str, ...]:
    """What a classifier's classes are called."""
    return NAMES.get(info.dataset) or tuple(f"class {i}" for i in range(info.config["classes"]))


def victims() -> list[backend.CheckpointInfo]:
    """Classifiers of sentences that are here; needs no torch."""
    return backend.available(requires={"classify"}, modality="text")


def start(attacker: Attacker) -> Iterator[Piece]:
    """All methods, a few steps of each in turn, until each has succeeded or spent its trials."""
    running = {method: attacker.rows(method) for method in attacker.settings.methods}
    last: dict[str, Row] = {}
    while running:
        new: dict[str, list[Row]] = {}
        for method, rows in list(running.items()):
            new[method] = list(itertools.islice(rows, TOGETHER[method]))
            if new[method]:
                last[method] = new[method][-1]
            if len(new[method]) < TOGETHER[method]:
                del running[method]
        done = not running
        verdicts = {m: attacker.verdict(row) for m, row in last.items()} if done else {}
        yield Piece(methods=new, verdicts=verdicts, done=done)


def attack(
    settings: Settings,
    attacker: Attacker | None = None,
    rest: Callable[[], object] = lambda: None,
) -> Piece:
    """All rows and the verdicts at once; the same for the same settings.

    ``rest`` is called after every few steps.
    """
    whole = Piece(methods={method: [] for method in settings.methods}, verdicts={}, done=True)
    for piece in start(attacker or Attacker(settings)):
        for method, rows in piece["methods"].items():
            whole["methods"][method] += rows
        whole["verdicts"] = piece["verdicts"]
        rest()
    return whole


def label_words(victim: Victim, label: int, vocabulary: int) -> list[int]:
    """Words that alone, without a premise, make the victim ``SURE`` of ``label``.

    They stand in for the lists of label words and negations of the released attack, which keep
    it from writing the wanted label down. To find them the victim reads the whole vocabulary
    once; no attack's count holds that.
    """
    return list(_label_words(victim.model, tuple(map(victim.ids, range(vocabulary))), label))


@functools.lru_cache(maxsize=16)
def _label_words(model: Classifier, ids: Sequence[int], label: int) -> tuple[int, ...]:
    separator = _separator(model)
    alone = Victim(model, ids.__getitem__, [] if separator is None else [separator])
    words = [(token,) for token in range(len(SPECIALS), len(ids))]
    found: list[int] = []
    for first in range(0, len(words), 1000):
        part = words[first : first + 1000]
        log_p = np.stack(alone.log_probs(part))
        found += [w for (w,), row in zip(part, log_p, strict=True) if row[label] > math.log(SURE)]
    return tuple(found)


def _separator(model: GenerativeModel | Classifier) -> int | None:
    """The id between premise and hypothesis, of a model that reads pairs."""
    return getattr(getattr(model, "config", None), "separator", None)
