"""A loaded model in the user's terms: sentences and pictures in, sentences and pictures out."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor
from torch.distributions import Distribution

from backend import checkpoint
from backend.base import LatentModel
from backend.checkpoint import CheckpointInfo
from backend.codes import posteriors, refinement
from backend.codes.directions import NEAREST, Directions, local_directions
from backend.codes.modes import Modes
from backend.codes.neighbours import neighbours
from backend.codes.paths import PATHS, bilinear
from backend.codes.planes import Plane
from backend.codes.projection import Projection
from backend.codes.replies import Moves, Replies, ReplyPosterior, Speaker
from backend.codes.statistics import CODES, CodeStatistics
from backend.contexts import context_of
from backend.device import ONE_THREAD, pick_device, seeded
from backend.distributions.deterministic import Deterministic
from backend.distributions.sequence import COLDEST
from backend.distributions.sequence import Sequence as SequenceDistribution
from backend.distributions.truncation import check_kept
from backend.objectives.priors import FittedMixture, Prior, StandardNormal
from backend.processors import KINDS, load_processor
from backend.processors.base import Item, Items, Processor, Words
from backend.processors.text import UNK, TextProcessor
from backend.progress import tell

if TYPE_CHECKING:
    from backend.models.text_vae.di_vst import DIVST

Labels = np.ndarray | Sequence[int]  # [n], classes from 0; -1 where the class is not known

SOURCES = ("prior", "aggregate")
MAX_ITEMS = 10_000
ATYPICAL = 1.0  # typicality below which a code is called atypical, per cent
REFERENCE = 2000  # draws of the aggregate that a code's density is compared with
CHUNK = 64  # items decoded at once; part of the result where words are drawn at random


class Inspection(NamedTuple):
    """What can be said of one code and of the item it decodes to."""

    item: Item
    log_p_x: float  # log p(item | z), nats; NaN where the decoder is deterministic
    log_p_z: float  # log density under the prior (N(0, I) where the model has none), nats; NaN
    # where codes are made by a network, so that it is not known
    round_trip: float  # agreement of decode(encode(item)) with item, 0 to 1; NaN without encoder
    typicality: float  # percentage of draws of the aggregate that are less dense, 0 to 100
    atypical: bool  # less dense than 99 % of them


class Posterior(NamedTuple):
    """q(z|x) of some items, unit by unit."""

    mean: np.ndarray  # float32 [n, D]
    std: np.ndarray  # float32 [n, D]


class Unit(NamedTuple):
    index: int  # type: ignore[assignment]  # hides a method of tuples that nobody calls
    activity: float  # variance over held-out items of the posterior mean
    kl: float  # mean KL to the prior, nats


class LatentSpace:
    """Everything the app, a script or a notebook does with a checkpoint.

    n counts items, D is ``latent_dim``. Codes are float32 [n, D]. Each method gives the same
    result for the same seed, whatever else the process does. Wrong input raises ``ValueError``
    with a sentence fit to show.

    A model of ``classes`` > 0 can be told the class of each item: ``labels``, int [n]. Without
    them it encodes and decodes as for a class that is not known. Labels for a model that takes
    none, of another number or length, are wrong input.

    Attributes:
        chunk: how many items are decoded at once.
        reads: how many are encoded at once.
        class_names: by label, of classes that have names of their own.
        items: those whose codes ``codes`` are, where no corpus has them.
    """

    chunk = reads = CHUNK
    class_names: Sequence[str] = ()
    items: Items | None = None

    def __init__(
        self,
        info: CheckpointInfo,
        model: LatentModel,
        processor: Processor,
        statistics: CodeStatistics,
        device: torch.device,
    ) -> None:
        self.info = info
        self.model = model.to(device)
        self.processor = processor
        self.statistics = statistics
        self.device = device
        self.context = context_of(info, processor)
        self.latent_dim = info.latent_dim
        self.modality = info.modality
        parts = (statistics.weights, statistics.means, statistics.scale_tril)
        self.aggregate = FittedMixture(*map(torch.from_numpy, parts))
        has_prior = isinstance(getattr(model, "prior", None), torch.nn.Module)
        # Codes are arrays on the CPU, wherever the model is.
        self.prior: Prior = (
            deepcopy(model.prior).cpu() if has_prior else StandardNormal(self.latent_dim)
        )

    @classmethod
    def load(cls, name: str, device: str = "auto") -> "LatentSpace":
        info = checkpoint.info(name)
        where = pick_device(device)
        model = checkpoint.load_model(name)
        if not isinstance(model, LatentModel):
            raise ValueError(f"{name} has no latent space; it can: {', '.join(info.capabilities)}")
        try:
            processor = load_processor(info.modality, info.path)
            statistics = (
                CodeStatistics.none(info.latent_dim)
                if "respond" in info.capabilities
                else CodeStatistics.load(info.path)
            )
            if statistics.codes.shape[1] != info.latent_dim:
                raise ValueError(f"{CODES}: its codes are not of {info.latent_dim} numbers")
        except FileNotFoundError as error:
            missing = Path(error.filename or CODES).name
            raise ValueError(f"{name} cannot be loaded: {missing} is missing") from None
        except (AttributeError, KeyError, SafetensorError, TypeError, ValueError) as error:
            raise ValueError(
                f"{name} cannot be loaded: a file beside its weights is damaged ({error})"
            ) from error
        return cls(info, model, processor, statistics, where)

    @cached_property
    def _densities(self) -> np.ndarray:
        """Log densities of draws of the aggregate under itself, rising; sampling needs none.

        Not of posterior means: where posteriors are wide, means lie denser than any draw does.
        """
        draws = self.sample_codes(REFERENCE, source="aggregate")
        return np.sort(self.aggregate().log_prob(torch.from_numpy(draws)).numpy())

    @cached_property
    def modes(self) -> Modes:
        """The prior's components; raises ``ValueError`` for a model that has none."""
        return Modes(self)

    @cached_property
    def projection(self) -> Projection:
        """The stored map of held-out items; raises ``MissingProjection``, a ``ValueError``."""
        found = Projection.load(self.info)
        return found.in_prose(self._text("prose").prose) if self.words else found

    @cached_property
    def speaker(self) -> Speaker:
        """The model in conversation; raises ``ValueError`` for a model that does not reply."""
        return Speaker(self)

    # What the space is

    @property
    def codes(self) -> np.ndarray:
        """Posterior means of held-out items, [N, D]; draws of the prior without an encoder."""
        return self.statistics.codes

    @property
    def words(self) -> bool:
        """Whether items are made of words, which can be drawn, marked and unknown."""
        return KINDS[self.modality].words

    @property
    def encodes(self) -> bool:
        """Whether the model has an encoder; a GAN has none."""
        return "encode" in self.info.capabilities

    @property
    def slow(self) -> bool:
        """Whether decoding takes so long that fewer items are decoded at once."""
        return self.chunk < CHUNK

    @property
    def held_out(self) -> bool:
        """Whether ``codes`` are those of items."""
        return self.encodes

    @property
    def labels(self) -> np.ndarray | None:
        """Classes of those items, int64 [N]."""
        return self.statistics.labels

    @property
    def refines(self) -> bool:
        """Whether a code can be moved until its sentence comes out: see ``encode``."""
        return isinstance(self.processor, TextProcessor) and not self.discrete

    @property
    def discrete(self) -> bool:
        """Whether codes are made of one-hots, so that a path between two leaves the codes."""
        return "discrete" in self.info.capabilities

    @property
    def spherical(self) -> bool:
        """Whether codes have length 1: what is decoded is the direction of a vector."""
        return "spherical" in self.info.capabilities

    @property
    def tells_neighbours(self) -> bool:
        """Whether codes of a turn tell the turns beside it: ``decode`` gives the next one."""
        return getattr(self.model, "reads", "items") == "neighbours"  # not of one's own

    @property
    def classes(self) -> int:
        """How many classes the model can be told, as ``labels``; 0 where it takes none."""
        return self.info.classes

    @property
    def nbytes(self) -> int:
        """Memory taken by weights and codes."""
        tensors = [*self.model.parameters(), *self.model.buffers()]
        return sum(t.numel() * t.element_size() for t in tensors) + self.codes.nbytes

    @property
    def max_tokens(self) -> int:
        """Words and marks that a sentence may have."""
        return self._text("max_tokens").max_tokens

    def units(self) -> list[Unit]:
        """All units of the code, the most active first."""
        activity, kl = self.statistics.activity, self.statistics.kl
        order = np.argsort(-activity, kind="stable")
        return [Unit(int(i), float(activity[i]), float(kl[i])) for i in order]

    # Items from codes

    def sample_codes(
        self, n: int, *, seed: int = 0, temperature: float = 1.0, source: str = "prior"
    ) -> np.ndarray:
        """Draws of z [n, D]; ``temperature`` scales their standard deviation.

        ``source`` "prior" is p(z), "aggregate" the mixture fitted to the training codes.
        """
        self._check_alone()
        _check_count(n)
        _check_temperature(temperature)
        if source not in SOURCES:
            raise ValueError(f"The source must be one of {', '.join(SOURCES)}, got {source!r}.")
        with seeded(seed), torch.inference_mode():
            if source == "prior":
                return self.prior.draw(n, temperature).numpy()
            if temperature < COLDEST:
                draws = self.aggregate.means[self.aggregate.weights.multinomial(n, True)]
            else:
                draws = self.aggregate.scaled(temperature).sample((n,))
            return self.prior.snap(draws).numpy()

    def sample_labels(self, n: int, *, seed: int = 0) -> np.ndarray | None:
        """A class for each of ``n`` items, int64 [n]; None for a model that takes none."""
        _check_count(n)
        return self.context.draw(n, seed)

    def decode_chunks(
        self,
        z: np.ndarray,
        *,
        token_temperature: float = 0.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 0,
        chunk: int | None = None,
        labels: Labels | None = None,
        rest: Callable[[], object] = lambda: None,
    ) -> Iterator[Items]:
        """The items of codes z [n, D], ``chunk`` at a time; together they are ``decode(z)``.

        With ``token_temperature`` > 0 words are drawn at random, and ``chunk`` is part of what
        makes the result: keep its default to get what ``decode`` gives. Of each word's likeliest
        ``top_k`` (0: all) those that reach ``top_p`` together are drawn from; see `truncated`.
        ``rest`` is called between two words of the sentences that are decoded together.
        """
        self._check_alone()
        codes = self.check_codes(z)
        _check_temperature(token_temperature)
        check_kept(top_k, top_p)
        told = self.context.read(labels, len(codes))
        chunk = chunk or self.chunk
        for index in range(0, len(codes), chunk):
            tell(f"{self.info.title} decodes:", index, len(codes))
            draws = None
            if token_temperature:  # of its own: nobody has to wait for the state of the process
                draws = torch.Generator().manual_seed(seed + index)
            with self._threads(), torch.inference_mode():
                part = torch.from_numpy(codes[index : index + chunk])
                part = self.prior.snap(part).to(self.device)
                context = self._part(told, index, chunk)
                p = self.model.decode(part, context)
                x = self._event(p, token_temperature, draws, rest, top_k, top_p)
                items = self.processor.decode(x)
            yield items  # outside: whoever consumes is in no mode

    def decode(
        self,
        z: np.ndarray,
        *,
        token_temperature: float = 0.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 0,
        labels: Labels | None = None,
    ) -> Items:
        """Codes [n, D] to n items. Sentences are greedy at ``token_temperature`` 0.

        Discrete codes are taken as the nearest one-hots. ``top_k`` and ``top_p`` as in
        ``decode_chunks``.
        """
        chunks = self.decode_chunks(
            z,
            token_temperature=token_temperature,
            top_k=top_k,
            top_p=top_p,
            seed=seed,
            labels=labels,
        )
        return self.processor.join(list(chunks))

    def decode_previous(self, z: np.ndarray) -> list[str]:
        """What was said before turns with the codes z [n, D]; ``decode`` says what comes next.

        Raises ``ValueError`` for a model that was not taught both.
        """
        if not self.tells_neighbours:
            raise ValueError(f"{self.info.title} does not tell what was said before a turn.")
        codes = torch.from_numpy(self.check_codes(z)).to(self.device)
        tells = cast("DIVST", self.model).decode_previous
        with torch.inference_mode():
            return self._text("decode_previous").decode(tells(codes).generate(0.0, forbid=(UNK,)))

    def sample(
        self,
        n: int,
        *,
        seed: int = 0,
        temperature: float = 1.0,
        source: str = "prior",
        token_temperature: float = 0.0,
        top_k: int = 0,
        top_p: float = 1.0,
        labels: Labels | None = None,
    ) -> Items:
        """``n`` items decoded from ``sample_codes``, and from ``sample_labels`` unless given."""
        z = self.sample_codes(n, seed=seed, temperature=temperature, source=source)
        if labels is None:
            labels = self.sample_labels(n, seed=seed)
        return self.decode(
            z,
            token_temperature=token_temperature,
            top_k=top_k,
            top_p=top_p,
            seed=seed,
            labels=labels,
        )

    # Codes from items

    def read(self, items: Sequence[Item] | np.ndarray) -> Tensor:
        """Items as the model takes them; raises ``ValueError`` naming what it cannot read."""
        if isinstance(items, str):
            raise ValueError("Give a list of sentences, not one sentence.")
        _check_count(len(items))
        return self.processor.encode(items)

    def encode(
        self,
        items: Sequence[Item] | np.ndarray,
        *,
        refine: bool = False,
        labels: Labels | None = None,
        draw: int | None = None,
    ) -> np.ndarray:
        """Posterior means [n, D] of sentences as typed, or of pictures [n, H, W].

        ``draw`` is a seed: with it each code is one draw of q(z|x), as in training, and is never
        refined. ``refine`` moves the code of a sentence that does not decode to itself, by
        ``backend.codes.refinement.refine``, until it does or the steps are used up.
        """
        self._check_encodes()
        codes = []
        inputs = self.read(items)
        told = self.context.read(labels, len(inputs))
        for start in range(0, len(inputs), self.reads):
            tell(f"{self.info.title} encodes:", start, len(inputs))
            x = inputs[start : start + self.reads].to(self.device)
            alone = nullcontext() if draw is None else seeded(draw + start)
            with self._threads():
                with alone, torch.no_grad():
                    q = self.model.encode(x, self._part(told, start, self.reads))
                    z = q.mode if draw is None else q.sample()
                if refine and draw is None and self.refines:
                    z = refinement.refine(self.model, x, z, forbid=(UNK,))
            codes.append(z.float().cpu())
        return torch.cat(codes).numpy()

    def posterior(
        self, items: Sequence[Item] | np.ndarray, *, labels: Labels | None = None
    ) -> Posterior:
        """q(z|x) of items as ``encode`` takes them: of each unit its mean and standard deviation.

        Exact where units are independent; of a posterior that flows have bent, those of a thousand
        draws. Raises ``ValueError`` where an item has one code rather than a distribution.
        """
        self._check_encodes()
        inputs = self.read(items)
        told = self.context.read(labels, len(inputs))
        means, stds = [], []
        for start in range(0, len(inputs), self.reads):
            x = inputs[start : start + self.reads].to(self.device)
            with self._threads(), torch.no_grad():
                q = self.model.encode(x, self._part(told, start, self.reads))
            try:
                mean, std = posteriors.moments(q)
            except ValueError as error:
                raise ValueError(f"{self.info.title} {error}") from None
            means.append(mean.float().cpu())
            stds.append(std.float().cpu())
        return Posterior(torch.cat(means).numpy(), torch.cat(stds).numpy())

    def reconstruct(
        self, items: Sequence[Item] | np.ndarray, *, labels: Labels | None = None
    ) -> Items:
        return self.decode(self.encode(items, labels=labels), labels=labels)

    def unknown_words(self, text: str) -> list[str]:
        """Words of ``text`` that this model does not know, in order, each once."""
        return self._text("unknown_words").unknown_words(text)

    def tokens(self, text: str) -> list[str]:
        """The tokens that the model reads: "don't" is two, "do" and "n't"."""
        return self._text("tokens").tokens(text)

    # Paths, planes, directions

    def path_codes(
        self, z0: np.ndarray, z1: np.ndarray, steps: int, path: str = "slerp"
    ) -> np.ndarray:
        """``steps`` codes [steps, D] from z0 to z1, both included. ``path`` is lerp or slerp."""
        if path not in PATHS:
            raise ValueError(f"The path must be {' or '.join(PATHS)}, got {path!r}.")
        if not 2 <= steps <= MAX_ITEMS:
            raise ValueError(f"The steps must number between 2 and {MAX_ITEMS:,}, got {steps:,}.")
        a, b = self.check_codes(np.stack([z0, z1]))
        return PATHS[path](a, b, np.linspace(0, 1, steps)).astype(np.float32)

    def interpolate(
        self,
        a: Item,
        b: Item,
        *,
        steps: int = 8,
        path: str = "slerp",
        refine: bool = True,
        token_temperature: float = 0.0,
        seed: int = 0,
        draw: int | None = None,
    ) -> Items:
        """Items on the way from ``a`` to ``b``, both ends included (as reconstructed).

        ``refine`` and ``draw`` as in ``encode``: refined, most paths begin and end with what was
        given.
        """
        z0, z1 = self.encode([a, b], refine=refine, draw=draw)
        z = self.path_codes(z0, z1, steps, path)
        return self.decode(z, token_temperature=token_temperature, seed=seed)

    def corners(
        self,
        items: Sequence[Item] | np.ndarray,
        steps: int = 5,
        *,
        refine: bool = True,
        draw: int | None = None,
    ) -> np.ndarray:
        """Codes [steps², D], row by row, between four items; the rest as in ``encode``.

        They are top left, top right, bottom left, bottom right; the grid is bilinear.
        """
        if len(items) != 4:
            raise ValueError(f"A four-corner grid needs 4 items, got {len(items)}.")
        if not 2 <= steps <= 20:
            raise ValueError(f"The grid has 2 to 20 steps a side, got {steps}.")
        return bilinear(self.encode(items, refine=refine, draw=draw), steps).astype(np.float32)

    def arithmetic(self, a: Item, b: Item, c: Item, *, draw: int | None = None) -> np.ndarray:
        """The code [D] of a - b + c; ``draw`` as in ``encode``."""
        z = self.encode([a, b, c], draw=draw)
        return z[0] - z[1] + z[2]

    def traverse(
        self, z: np.ndarray, unit: int, values: Sequence[float] | np.ndarray
    ) -> np.ndarray:
        """Copies [len(values), D] of the code z [D], its ``unit`` set to each value in turn."""
        if not 0 <= unit < self.latent_dim:
            raise ValueError(f"The unit must lie between 0 and {self.latent_dim - 1}, got {unit}.")
        copies = np.repeat(self.check_codes(np.asarray(z)[None]), len(values), 0)
        copies[:, unit] = values
        return self.check_codes(copies)

    def local_directions(self, z: np.ndarray, k: int = NEAREST) -> Directions:
        """Where the ``k`` held-out codes nearest to the code z [D] spread most: their principal
        directions, the widest first. Where nothing held out has a code, draws of the prior count.
        """
        return local_directions(self.check_codes(np.asarray(z)[None])[0], self.codes, k)

    def plane(self, z0: np.ndarray, z1: np.ndarray, z2: np.ndarray) -> Plane:
        """The plane through three codes [D]. Raises ``ValueError`` if they lie on one line."""
        return Plane.through(*self.check_codes(np.stack([z0, z1, z2])))

    def neighbours(self, z: np.ndarray, codes: np.ndarray | None = None, k: int = 5) -> np.ndarray:
        """Indices [n, k] of the nearest ``codes`` (default: the held-out ones), nearest first."""
        return neighbours(self.check_codes(z), self.codes if codes is None else codes, k)

    # Conversations: a turn is a text, or a pair of speaker and text; the oldest comes first

    def respond(
        self,
        history: Sequence[str | tuple[str, str]],
        n: int = 10,
        *,
        seed: int = 0,
        temperature: float = 1.0,
        mode: int | None = None,
        action: str | None = None,
        token_temperature: float | None = None,
    ) -> Replies:
        """``n`` replies to a conversation, decoded from draws of the prior given it.

        ``temperature`` scales the standard deviation of the code; ``mode`` and ``action`` keep to
        one of ``moves``. Words are the likeliest of each code, or drawn at ``token_temperature``;
        where a model has no code, or the action is the whole code, they are drawn at
        ``temperature`` by default.
        """
        _check_temperature(temperature)
        _check_temperature(token_temperature or 0.0)
        return self.speaker.respond(history, n, seed, temperature, mode, action, token_temperature)

    def moves(self, history: Sequence[str | tuple[str, str]], *, seed: int = 0) -> Moves:
        """What could be said next, before any words: modes of the prior, or actions."""
        return self.speaker.moves(history, seed)

    def encode_reply(
        self, history: Sequence[str | tuple[str, str]], reply: str, *, seed: int = 0
    ) -> ReplyPosterior:
        """Where a reply that was written lies, and what the model makes of it."""
        return self.speaker.encode_reply(history, reply, seed)

    def decode_replies(self, history: Sequence[str | tuple[str, str]], z: np.ndarray) -> list[str]:
        """The likeliest words of codes z [n, D], as replies to a conversation."""
        return self.speaker.decode(history, z)

    # Evidence

    def typicality(self, z: np.ndarray) -> np.ndarray:
        """Percentage [n] of draws of the aggregate posterior less dense than the codes z [n, D].

        From 0 to 100, high where codes of data lie. Discrete codes are taken as the nearest
        one-hots. Of draws of the aggregate itself 1 % lie below ``ATYPICAL``, by definition.
        """
        return self._typicality(self.prior.snap(torch.from_numpy(self.check_codes(z))))

    def inspect(self, z: np.ndarray) -> list[Inspection]:
        """Each code's item with the numbers that tell how far to trust it; z is [n, D]."""
        codes = self.check_codes(z)
        found: list[Inspection] = []
        for start in range(0, len(codes), self.chunk):
            tell(f"{self.info.title} decodes and reads again:", start, len(codes))
            with self._threads():
                found += self._inspect(torch.from_numpy(codes[start : start + self.chunk]))
        return found

    @torch.inference_mode()
    def _inspect(self, z: Tensor) -> list[Inspection]:
        z = self.prior.snap(z)
        on_device = z.to(self.device)
        p = self.model.decode(on_device)
        x = self._event(p)
        sure = isinstance(p, Deterministic)  # a point has no density
        log_p_x = [math.nan] * len(x) if sure else p.log_prob(x).float().tolist()
        items = self.processor.decode(x)
        trips = [math.nan] * len(items)
        if self.encodes:
            again = self.processor.decode(
                self._event(self.model.decode(self.model.encode(x).mode))
            )
            trips = [self.processor.likeness(a, b) for a, b in zip(items, again, strict=True)]
        typicality = self._typicality(z)
        columns = (
            items,
            log_p_x,
            self._log_prior(z),
            trips,
            typicality.tolist(),
            (typicality < ATYPICAL).tolist(),
        )
        return [Inspection(*row) for row in zip(*columns, strict=True)]

    # Inside

    def _threads(self) -> AbstractContextManager[None]:
        """Words come from recurrent nets, too small to share among threads; pictures gain."""
        return ONE_THREAD if self.words else nullcontext()

    def _log_prior(self, z: Tensor) -> list[float]:
        return self.prior().log_prob(z).tolist() if self.prior.has_density else [math.nan] * len(z)

    @torch.inference_mode()
    def _typicality(self, z: Tensor) -> np.ndarray:
        densities = self.aggregate().log_prob(z).numpy()
        return 100 * np.searchsorted(self._densities, densities) / len(self._densities)

    @staticmethod
    def _event(
        p: Distribution,
        token_temperature: float = 0.0,
        draws: torch.Generator | None = None,
        rest: Callable[[], object] = lambda: None,
        top_k: int = 0,
        top_p: float = 1.0,
    ) -> Tensor:
        """The most fitting x of each p(x|z): greedy or drawn words, or mean pixels."""
        if isinstance(p, SequenceDistribution):
            return p.generate(token_temperature, (UNK,), draws, rest, top_k=top_k, top_p=top_p)
        return p.mean

    def _part(self, told: Tensor | None, start: int, size: int) -> Tensor | None:
        """The context of some of the items, on the model's device."""
        return None if told is None else told[start : start + size].to(self.device)

    def _text(self, what: str) -> Words:
        if not isinstance(self.processor, Words):
            raise ValueError(f"{what} is for text models; {self.info.name} makes pictures.")
        return self.processor

    def _check_alone(self) -> None:
        """Raises ``ValueError`` for a model that does nothing without a conversation."""
        if "respond" in self.info.capabilities:
            raise ValueError(
                f"{self.info.title} replies to conversations: without one it has neither codes "
                "nor sentences. Use respond, moves or encode_reply."
            )

    def _check_encodes(self) -> None:
        """Raises ``ValueError`` for a model that cannot find the code of an item."""
        self._check_alone()
        if not self.encodes:
            raise ValueError(
                f"{self.info.title} has no encoder: it makes pictures from codes and cannot find "
                "the code of one. Choose an auto-encoder, or a fusion such as VAE/GAN or α-GAN."
            )

    def check_codes(self, z: np.ndarray) -> np.ndarray:
        """Codes as float32 [n, D]; raises ``ValueError`` for what are none."""
        try:
            codes = np.asarray(z, dtype=np.float32)
        except (TypeError, ValueError):
            raise ValueError("Codes must be a table of numbers.") from None
        if codes.ndim != 2 or codes.shape[1] != self.latent_dim:
            raise ValueError(
                f"Codes of {self.info.name} have {self.latent_dim} numbers each, in the shape "
                f"[n, {self.latent_dim}]; got {list(codes.shape)}."
            )
        _check_count(len(codes))
        if not np.isfinite(codes).all() or np.abs(codes).max() > 1e6:
            raise ValueError("Codes must be finite numbers of at most a million.")
        return codes


def _check_count(n: int) -> None:
    if not 1 <= n <= MAX_ITEMS:
        raise ValueError(f"The number of items must lie between 1 and {MAX_ITEMS:,}, got {n:,}.")


def _check_temperature(temperature: float) -> None:
    if not 0 <= temperature <= 5:
        raise ValueError(f"The temperature must lie between 0 and 5, got {temperature}.")
