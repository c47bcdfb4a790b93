"""Chains of one-word edits over sentences, in the user's terms: settings in, a trace out.

A trace holds everything that a chain did, the rejected proposals too, and is plain JSON. Nothing
else is needed to go on: what happens at step n of a chain follows from its sentence, its seed, its
number and n. So a chain can be continued in blocks, branched at any step with another seed, or
overruled (the other outcome of a step is taken, and later steps draw the same random numbers).
"""

import functools
import math
import time
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, cast

import numpy as np

import backend
from backend.language.samplers import cgmh
from backend.language.samplers import metropolis_hastings as mh
from backend.language.samplers.annealing import temperature
from backend.language.samplers.contexts import Contexts, as_ids
from backend.language.samplers.diagnostics import autocorrelation, effective_sample_size
from backend.language.samplers.metropolis_hastings import Info, State, Tokens
from backend.language.samplers.proposals import (
    ACTIONS,
    Options,
    Place,
    RescoredProposals,
    WordProposals,
)
from backend.language.samplers.targets import (
    Closeness,
    CodeMeaning,
    Fluency,
    Judged,
    Keywords,
    Length,
    Part,
    Product,
    WordMeaning,
)
from backend.language.text_models import TextModel
from backend.language.traces import (
    CHAINS,
    FORMAT,
    STEPS,
    VERSION,
    Chain,
    Head,
    Kernel,
    ScoreRecord,
    Settings,
    StateRecord,
    Step,
    Trace,
    head_of,
)
from backend.nets.language import LanguageModel
from backend.processors.text import TextProcessor

if TYPE_CHECKING:
    from backend.space import LatentSpace

KEYWORDS = 8  # at most
LAGS = 50  # of the autocorrelation
UNK = 3
FUNCTION_WORDS = 100  # so many of the most frequent tokens carry no meaning of their own
CODES = "text_vae/text_vae--tatoeba"  # whose codes stand for the meaning of sentences
Coder = Callable[[list[str]], list[np.ndarray | None]]
TASKS: dict[str, dict[str, float]] = {  # task -> parts of log π that have a weight, and which
    "keywords": {"language model": 1.0},
    "paraphrase": {"language model": 1.0, "meaning of words": 20.0, "meaning of codes": 5.0},
    "correction": {"language model": 1.0, "closeness": 7.0},
}


def pairs() -> list[dict[str, str]]:
    """Language models that are here in both reading orders; needs no torch."""
    found = {info.name: info for info in backend.available(requires={"log_prob"})}
    return [
        {"name": name.removesuffix("--forward"), "title": info.title.removesuffix(", forward")}
        for name, info in found.items()
        if name.endswith("--forward") and name.replace("--forward", "--backward") in found
    ]


def judges(lm: str) -> list[str]:
    """Language models over the same words that a chain of the pair ``lm`` does not use."""
    dataset = lm.split("--")[-1]
    names = [info.name for info in backend.available(requires={"log_prob"})]
    return [n for n in names if n.endswith(f"--{dataset}--forward") and n != f"{lm}--forward"]


@functools.lru_cache(maxsize=8)
def contexts_of(model: LanguageModel) -> Contexts:
    """What the model has read, shared by all who use it."""
    return Contexts(model)


class Editor:
    """Target and proposals of ``settings``, ready to run chains.

    ``models``, ``spaces`` and ``judges`` load by name; the app passes loaders that keep what
    they load.

    Raises:
        ValueError: a setting is wrong; the text says which, and what to do.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        models: Callable[[str], TextModel] = backend.load_text_model,
        spaces: Callable[[str], "LatentSpace"] = backend.load,
        judges: Callable[[str], Any] | None = None,
    ) -> None:
        self.settings = settings
        self.notes: list[str] = []
        if settings.lm not in {pair["name"] for pair in pairs()}:
            raise ValueError(
                f"There is no language model {settings.lm[:80]!r} in both reading orders. "
                f"Choose one of: {', '.join(pair['name'] for pair in pairs()) or 'none is here'}."
            )
        forward, backward = (models(f"{settings.lm}--{way}") for way in ("forward", "backward"))
        self.processor = forward.processor
        if backward.processor.vocabulary != self.processor.vocabulary:
            raise ValueError(
                f"The two models of {settings.lm} have different words. Train both again on the "
                "same corpus."
            )
        self.fingerprints = {m.info.name: m.info.fingerprint for m in (forward, backward)}
        self.contexts = contexts_of(forward.lm), contexts_of(backward.lm)
        self._check_numbers()
        keywords = [self._keyword(word) for word in settings.keywords]
        self._check_keywords()
        options = Options(
            probabilities=self._probabilities(),
            keywords=keywords,
            words=(settings.shortest, settings.longest),
        )
        self.proposals = WordProposals(*self.contexts, **options)
        self.start = self._start(keywords)
        self._check_start()
        self.target = Product(self._parts(keywords, spaces, judges), self._weights())
        self.rescored = RescoredProposals(*self.contexts, self.target, **options)
        if settings.temperatures != (1.0, 1.0):
            hot, cold = settings.temperatures
            self.notes.append(
                f"Annealed: step n samples π(x)^(1/T), T from {hot:g} to {cold:g} over "
                f"{settings.cooling:,} steps. What it ends at, π(x)^(1/{cold:g}), is not π: its "
                "sentences are near the peaks, and say nothing of how probable each is."
            )

    def _check_numbers(self) -> None:
        limit = min(one.longest for one in self.contexts)
        shortest, longest = self.settings.shortest, self.settings.longest
        if not 1 <= shortest <= longest <= limit:
            raise ValueError(
                f"Lengths must go from 1 to {limit} words and marks, the shortest first; "
                f"got {shortest} to {longest}."
            )

    def _keyword(self, word: str) -> int:
        tokens = self.processor.tokens(word)
        if len(tokens) != 1:
            raise ValueError(f"{word[:60]!r} is not one word. Give each keyword as a single word.")
        if tokens[0] not in self.processor.ids:
            near = get_close_matches(tokens[0], self.processor.vocabulary[4:], n=3, cutoff=0.7)
            hint = f" Did you mean {', '.join(near)}?" if near else " Choose a commoner word."
            raise ValueError(f"The language model does not know the keyword {word[:60]!r}.{hint}")
        return self.processor.ids[tokens[0]]

    def _check_keywords(self) -> None:
        words = [self.processor.tokens(word)[0] for word in self.settings.keywords]
        twice = [word for i, word in enumerate(words) if word in words[:i]]
        if twice:
            raise ValueError(f"The keyword {twice[0]!r} is given twice. Remove one of the two.")
        if len(words) > KEYWORDS:
            raise ValueError(f"There are {len(words)} keywords; at most {KEYWORDS} are possible.")
        if len(words) > self.settings.longest:
            raise ValueError(
                f"{len(words)} keywords do not fit into {self.settings.longest} words. Allow "
                "longer sentences, or remove keywords."
            )

    def _probabilities(self) -> dict[str, float]:
        chosen = self.settings.proposals
        if unknown := sorted(set(chosen) - set(ACTIONS)):
            raise ValueError(
                f"There is no action {unknown[0][:40]!r}; there are: {', '.join(ACTIONS)}."
            )
        found = dict.fromkeys(ACTIONS, 1.0) | chosen
        if not any(found.values()):
            raise ValueError("All proposal probabilities are 0. Raise one of them.")
        for one, other in (("insert", "delete"), ("delete", "insert")):
            if found[one] and not found[other]:
                self.notes.append(
                    f"With {other} at 0, a move of {one} has no way back: all are rejected."
                )
        return found

    def _weights(self) -> dict[str, float]:
        known = TASKS[self.settings.task]
        if unknown := sorted(set(self.settings.weights) - set(known)):
            raise ValueError(
                f"The task {self.settings.task} has no part {unknown[0][:40]!r}; it has: "
                f"{', '.join(known)}."
            )
        return known | self.settings.weights

    def _start(self, keywords: list[int]) -> Tokens:
        """The sentence that chains start from."""
        if self.settings.start.strip():
            words = self.processor.tokens(self.settings.start)
            return tuple(self._known(word) for word in words)
        if self.settings.task != "keywords":
            raise ValueError("There is no sentence to start from. Write one.")
        tokens = tuple(keywords)
        marks = [i for i, token in enumerate(self.processor.vocabulary) if not token.isalnum()]
        while len(tokens) < self.settings.shortest:  # the likeliest word at the likeliest gap
            gaps = [Place(tokens, "insert", gap) for gap in range(len(tokens) + 1)]
            log_q = np.stack(self.proposals.log_words(gaps))
            log_q[:, marks] = -math.inf
            gap, word = np.unravel_index(log_q.argmax(), log_q.shape)
            tokens = (*tokens[:gap], int(word), *tokens[gap:])
        return tokens

    def _known(self, word: str) -> int:
        """A word of the start. An unknown one is respelled: no proposal could bring it back."""
        if word not in self.processor.ids:
            near = get_close_matches(word, self.processor.vocabulary[4:], n=1, cutoff=0.7)
            if not near:
                raise ValueError(
                    f"The language model does not know {word[:60]!r}. Use another word."
                )
            note = f"{word[:60]!r} is not in the vocabulary, so it is read as {near[0]!r}."
            self.notes += [note] if note not in self.notes else []
            word = near[0]
        return self.processor.ids[word]

    def _check_start(self) -> None:
        n, longest, shortest = len(self.start), self.settings.longest, self.settings.shortest
        if n > longest or n < shortest:
            raise ValueError(
                f"The start has {n} words and marks, and sentences may have {shortest} to "
                f"{longest}. Change the start or the lengths."
            )
        have = [self.processor.vocabulary[token] for token in self.start]
        lost = [w for w in self.settings.keywords if self.processor.tokens(w)[0] not in have]
        if lost:
            raise ValueError(
                f"The start lacks the keyword {lost[0]!r}, so its probability is 0. Put it into "
                "the start, or leave the start empty."
            )

    def _parts(self, keywords: list[int], spaces: Callable, judges: Callable | None) -> list[Part]:
        settings = self.settings
        fluency: Part = Fluency(self.contexts[0])
        if settings.judge:
            if judges is None:
                from backend.language.hub_lm import HubLM

                judges = HubLM.load
            fluency = Judged(judges(settings.judge).log_probs, self.text)
        parts = [fluency, Length(settings.shortest, settings.longest)]
        if keywords:
            parts.append(Keywords(keywords))
        weights = self._weights()
        if weights.get("meaning of words"):
            parts.append(WordMeaning(self._content(), self._vectors()))
        if weights.get("meaning of codes"):
            space = spaces(CODES)
            self.fingerprints[CODES] = space.info.fingerprint
            parts.append(CodeMeaning(self.text(self.start), coder(space), self.text))
        if settings.task == "correction":
            parts.append(Closeness(self.start))
        return parts

    def _content(self) -> list[int]:
        """Token ids of the start that carry meaning, each once."""
        known = [t for t in dict.fromkeys(self.start) if t > UNK]
        return [t for t in known if t > UNK + FUNCTION_WORDS] or known

    def _vectors(self) -> np.ndarray:
        """The forward model's vectors of the vocabulary, [V, E]."""
        return self.contexts[0].model.words.vectors().detach().cpu().numpy()

    def text(self, tokens: Tokens) -> str:
        return self.processor.decode(as_ids([tokens]))[0]

    def words(self, tokens: Tokens) -> list[str]:
        return [self.processor.vocabulary[token] for token in tokens]

    def ids(self, words: Sequence[str]) -> Tokens:
        """Raises ``ValueError`` for a token that is not in the vocabulary."""
        unknown = [word for word in words if word not in self.processor.ids]
        if unknown:
            raise ValueError(f"{unknown[0][:60]!r} is not in this language model's vocabulary.")
        return tuple(self.processor.ids[word] for word in words)

    def states(self, sentences: Sequence[Tokens]) -> list[StateRecord]:
        """Raises ``ValueError`` where π is 0."""
        return [self._state_record(state) for state in mh.init(sentences, self.target)]

    def chains(self, kernels: Sequence[Kernel], chains: int, seed: int) -> list[Chain]:
        """New chains without steps: ``chains`` of each kernel."""
        if not 1 <= chains * len(kernels) <= CHAINS:
            raise ValueError(f"From 1 to {CHAINS} chains can run side by side.")
        self._check_kernels(kernels)
        (start,) = self.states([self.start])
        return [
            Chain(
                kernel=kernel,
                seed=seed,
                number=number,
                first=0,
                parent=None,
                start=start,
                steps=[],
            )
            for kernel in kernels
            for number in range(chains)
        ]

    def block(
        self,
        heads: Sequence[Head],
        first: int,
        steps: int,
        seconds: float = math.inf,
        rest: Callable[[], object] = lambda: None,
    ) -> list[list[Step]]:
        """Steps ``first``, ``first`` + 1, … of all chains, as many as fit into ``seconds``.

        At least one, at most ``steps``; the same number for each chain. Steps do not depend on
        how they are cut into blocks, or on the chains beside, but for the last digits of float32:
        a verdict closer than about 1e-5 nats could change. ``rest`` is called after each step.
        """
        if not 1 <= steps <= STEPS:
            raise ValueError(f"From 1 to {STEPS:,} steps can be run at once, got {steps:,}.")
        self._check_kernels(head["kernel"] for head in heads)
        until = time.monotonic() + seconds
        states = mh.init([self.ids(head["tokens"]) for head in heads], self.target)
        blocks: list[list[Step]] = [[] for _ in heads]
        for n in range(first, first + steps):
            states, infos = self._step(heads, n, states)
            for block, info in zip(blocks, infos, strict=True):
                block.append(self._step_record(n, info))
            if time.monotonic() > until:
                break
            rest()
        return blocks

    def _step(
        self, heads: Sequence[Head], n: int, states: list[State]
    ) -> tuple[list[State], list[Info]]:
        """One step of all chains: those of a kernel in one batch."""
        new, infos = list(states), dict[int, Info]()
        heat = self._temperature(n)
        for kernel in dict.fromkeys(head["kernel"] for head in heads):
            rows = [i for i, head in enumerate(heads) if head["kernel"] == kernel]
            rngs = [mh.rng_of(heads[i]["seed"], heads[i]["number"], n) for i in rows]
            mine = [states[i] for i in rows]
            if kernel == "paper":
                after, done = cgmh.paper_advance(rngs, n, mine, self.target, self.proposals)
            else:
                proposals = self.rescored if kernel == "rescored" else self.proposals
                after, done = mh.advance(rngs, mine, self.target, proposals, heat)
            for i, state, info in zip(rows, after, done, strict=True):
                new[i], infos[i] = state, info
        return new, [infos[i] for i in range(len(heads))]

    def _temperature(self, n: int) -> float:
        return temperature(n, self.settings.temperatures, self.settings.cooling)

    def _check_kernels(self, kernels: Iterable[Kernel]) -> None:
        if self.settings.temperatures != (1.0, 1.0) and "paper" in kernels:
            raise ValueError(
                "The paper's procedure has no temperature, so it cannot be annealed. Take the "
                "kernel exact or rescored, or leave both temperatures at 1."
            )

    def _state_record(self, state: State) -> StateRecord:
        score = ScoreRecord(total=state.score.total, parts=state.score.parts)
        return StateRecord(
            tokens=self.words(state.tokens), text=self.text(state.tokens), score=score
        )

    def _step_record(self, n: int, info: Info) -> Step:
        move, vocabulary = info.candidate, self.processor.vocabulary
        edit = move.edit
        step = Step(
            n=n,
            action=edit.action,
            position=edit.position,
            old=None if edit.old is None else vocabulary[edit.old],
            new=None if edit.new is None else vocabulary[edit.new],
            tokens=self.words(move.tokens),
            text=self.text(move.tokens),
            total=_finite(info.score.total),
            parts={name: _finite(value) for name, value in info.score.parts.items()},
            log_forward=move.log_forward,
            log_reverse=_finite(move.log_reverse),
            log_alpha=_finite(info.log_alpha),
            log_u=info.log_u,
            accepted=info.accepted,
            words=[(vocabulary[word], p) for word, p in move.words],
        )
        if (heat := self._temperature(n)) != 1:
            step["temperature"] = heat
        return step


def edit_chain(
    settings: Settings,
    steps: int = 100,
    seed: int = 0,
    chains: int = 1,
    kernels: Sequence[Kernel] = ("exact",),
    editor: Editor | None = None,
    rest: Callable[[], object] = lambda: None,
) -> Trace:
    """The whole trace of new chains; the same for the same arguments.

    ``rest`` is called between two steps.
    """
    editor = editor or Editor(settings)
    made = editor.chains(kernels, chains, seed)
    heads = [head_of(chain) for chain in made]
    for chain, block in zip(made, editor.block(heads, 0, steps, rest=rest), strict=True):
        chain["steps"] = block
    return Trace(
        format=FORMAT,
        version=VERSION,
        settings=settings,
        fingerprints=editor.fingerprints,
        chains=made,
    )


def statistics(log_pi: Sequence[Sequence[float]]) -> dict[str, list]:
    """Of each chain's log π: effective sample size, and the autocorrelation up to ``LAGS``."""
    series = [np.array(values, dtype=float) for values in log_pi]
    return {
        "ess": [effective_sample_size(values) for values in series],
        "autocorrelation": [autocorrelation(values, LAGS).tolist() for values in series],
    }


def coder(space: "LatentSpace") -> Coder:
    """Codes of texts, None where the space cannot read one."""

    def codes(texts: list[str]) -> list[np.ndarray | None]:
        rows = cast(TextProcessor, space.processor).readable_rows(texts)
        found: list[np.ndarray | None] = [None] * len(texts)
        if rows:
            for row, code in zip(rows, space.encode([texts[row] for row in rows]), strict=True):
                found[row] = code
        return found

    return codes


def _finite(value: float) -> float | None:
    return None if value == -math.inf else value
