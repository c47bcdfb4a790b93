"""A model of the user's own: a class in a file, named on the command line, as a LatentSpace.

The class is plain Python; n counts items, D is ``latent_dim``:

    class Digits:
        modality = "image"                    # or "text"
        latent_dim = 8
        def encode(self, items): ...          # -> [n, D]
        def decode(self, z): ...              # z float32 [n, D] -> n items

Items are sentences (a list of texts), or pictures uint8 [n, H, W] (0 is paper, 255 ink) or
[n, H, W, 3] of any size; ``decode`` may return floats from 0 to 1. What else it has is used:

    title                 what the page calls it
    items, labels         held-out items, and the class of each; a map is fitted to them
    prior                 p(z), a ``torch.distributions.Distribution`` over [D]; else N(0, I)
    posterior(items)      q(z|x), a Distribution with batch [n] and event [D]
    log_prob(items, z)    log p(x|z) in nats, [n]

Without ``encode`` it makes items but has no code for one. Arrays may be of numpy or of torch.
Pictures that are not square stand in the middle of a square. The file is code: it is run as the
user runs it, and nothing but the command line, or a script, can name it.
"""

import hashlib
import importlib.util
import inspect
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cached_property
from numbers import Integral
from pathlib import Path
from threading import current_thread, main_thread
from types import ModuleType
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from backend import checkpoint
from backend.base import LatentModel
from backend.checkpoint import YOURS, CheckpointInfo
from backend.codes.projection import Projection
from backend.codes.statistics import PLENTY, CodeStatistics, fit_mixture
from backend.device import STEP_LOCK, seeded
from backend.distributions.deterministic import Deterministic
from backend.files import private_folder
from backend.locks import FairLock
from backend.objectives.divergences import kl_per_unit
from backend.objectives.priors import Prior, StandardNormal
from backend.processors import KINDS
from backend.processors.base import Items, Processor, Words
from backend.processors.image import ImageProcessor
from backend.progress import tell
from backend.space import CHUNK, LatentSpace

LOG = logging.getLogger(__name__)
MOST_ITEMS = 20_000  # of those that it names; the rest are left out
FEWEST_ITEMS = 20  # for a map
WIDEST = 4096  # numbers of a code
LARGEST = 512  # pixels along a side
FARTHEST = 1000.0  # a number of a code; the page draws none beyond
MOST_CLASSES = 256
LONGEST = 10_000  # characters of a sentence
GAUSSIANS, FEW_UNITS = 10, 64  # at most; of wider codes one, since each has D² numbers
DRAWS = 1000  # of the prior, in place of the codes of items where it names none
AT_ONCE = 1.0  # seconds that one call may take before it is asked for fewer at a time
NEAR = 0.01  # of the largest number, by which two answers to one question may differ
SAY = 5.0  # seconds between two words on how far it is
WORD = re.compile(r"\w+|[^\w\s]")

_spaces: dict[str, "OwnSpace"] = {}  # by name


class OwnError(ValueError):
    """What is wrong with a class, or was raised in it, with its file and line."""


def load_file(
    path: Path | str,
    say: Callable[[str], object] = lambda _: None,
    aside: Callable[[], AbstractContextManager] = nullcontext,
) -> "OwnSpace":
    """The space that a file defines; from then on it is listed and loaded by its name.

    ``say`` is told what takes long; the class is called within ``aside()``. Raises ``OwnError``
    with a sentence for a file that does not run, or a class that is not as above.
    """
    found = OwnSpace.of(Source(Path(path).expanduser().resolve(), aside), say)
    name, title, file = found.info.name, found.info.title, found.source.path
    if (other := _spaces.get(name)) and other.source.path != file:
        raise OwnError(f"{file.name}: another file of that name is open. Rename it.")
    if any(one.info.title == title for key, one in _spaces.items() if key != name):
        found.info = replace(found.info, title=f"{title} of {file.name}")
    _spaces[name] = found
    checkpoint.give(found.info)
    return found


def opened(name: str) -> "OwnSpace | None":
    """The space of this name, where a file gave one."""
    return _spaces.get(name)


def files() -> dict[str, Path]:
    """The files of all spaces that were opened, by name."""
    return {name: space.source.path for name, space in _spaces.items()}


class Source:
    """A file, and an instance of the class that it defines."""

    def __init__(
        self, path: Path, aside: Callable[[], AbstractContextManager] = nullcontext
    ) -> None:
        self.path, self.aside = path, aside
        self.turn = FairLock()  # it need not be ready for two calls at once
        try:
            self.code = path.read_bytes()
        except OSError as error:
            raise OwnError(f"{path}: {error.strerror or error}.") from None
        with self.told("is imported"):
            module = _imported(path)
        self.cls = self._class(module)
        with self.told(f"{self.cls.__name__}() is made"):
            self.given = self.cls()
        self.modality = self.given.modality
        if self.modality not in KINDS:
            self.wrong(f"modality is {self.modality!r}; it must be one of {', '.join(KINDS)}")
        self.latent_dim: int = self.get("latent_dim")
        whole = isinstance(self.latent_dim, Integral) and not isinstance(self.latent_dim, bool)
        if not (whole and 1 <= self.latent_dim <= WIDEST):
            self.wrong(
                f"latent_dim is {self.latent_dim!r}; it must be a whole number from 1 to "
                f"{WIDEST:,}"
            )
        self.latent_dim = int(self.latent_dim)

    @property
    def title(self) -> str:
        return str(self.get("title") or self.cls.__name__)[:80]

    def has(self, name: str) -> bool:
        return self.get(name) is not None

    def get(self, name: str) -> Any:
        """An attribute of the class, which may be a property; None where it has none."""
        with self.told(name):
            return getattr(self.given, name, None)

    def call(self, name: str, *arguments: Any) -> Any:
        """What a method of the class returns; what it raises becomes an ``OwnError``.

        Others may compute meanwhile, unless this thread holds the state that draws go by: who
        waits for that would hold what is let go of here.
        """
        aside = nullcontext if STEP_LOCK.mine else self.aside
        with aside(), self._its_turn(), self.told(name):
            return getattr(self.given, name)(*arguments)

    @contextmanager
    def _its_turn(self) -> Iterator[None]:
        """One call at a time; who is not wanted any more waits no longer."""
        self.turn.acquire(meanwhile=lambda: tell(f"{self.cls.__name__} is busy:", 0, 1))
        try:
            yield
        finally:
            self.turn.release()

    @contextmanager
    def told(self, doing: str) -> Iterator[None]:
        """What is raised within is told with its line of the file; the log has all of it."""
        try:
            yield
        except BaseException as error:  # any: it is the user's code
            if isinstance(error, KeyboardInterrupt) and current_thread() is main_thread():
                raise  # Ctrl+C
            LOG.warning("%s: %s failed", self.path.name, doing, exc_info=error)
            lines = str(error).strip().splitlines()
            said = f"{type(error).__name__}{f': {lines[0][:300]}' if lines else ''}"
            raise OwnError(
                f"{self.path.name}, line {self._line(error)}, {doing}: {said}"
            ) from error

    def wrong(self, what: str) -> None:
        """Raises ``OwnError``: the class is not as it must be."""
        raise OwnError(f"{self.path.name}, line {self._starts()}, {self.cls.__name__}: {what}.")

    def _class(self, module: ModuleType) -> type:
        own = [
            value
            for value in vars(module).values()
            if inspect.isclass(value) and value.__module__ == module.__name__
        ]
        fitting = [one for one in own if hasattr(one, "modality") and hasattr(one, "decode")]
        if len(fitting) == 1:
            return fitting[0]
        names = ", ".join(one.__name__ for one in (fitting or own)) or "none"
        raise OwnError(
            f"{self.path.name} must define one class with modality, latent_dim, encode and decode;"
            f" it defines {len(fitting)} such classes ({names})."
        )

    def _line(self, error: BaseException) -> int:
        """Where in the file it happened: the innermost line of it."""
        if isinstance(error, SyntaxError) and error.filename == str(self.path):
            return error.lineno or 1
        frames = traceback.extract_tb(error.__traceback__)
        return next((f.lineno or 1 for f in reversed(frames) if f.filename == str(self.path)), 1)

    def _starts(self) -> int:
        try:
            return inspect.getsourcelines(self.cls)[1]
        except OSError:  # a class that is made as the file runs
            return 1


def _imported(path: Path) -> ModuleType:
    """The file as a module of a name of its own; what lies beside it can be imported by it."""
    name = f"latent_own_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no Python file; its name must end in .py")
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


class OwnText(Words):
    """Sentences as their code points, int64 [n, T], so that they go where tensors go."""

    kind = "text"
    max_tokens = LONGEST
    END = -1

    def encode(self, items: Sequence[str]) -> Tensor:
        rows = [torch.tensor([ord(letter) for letter in text] or [self.END]) for text in items]
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self.END)

    def decode(self, x: Tensor) -> list[str]:
        return ["".join(chr(code) for code in row if code != self.END) for row in x.tolist()]

    def join(self, chunks: Sequence[list[str]]) -> list[str]:
        return [item for chunk in chunks for item in chunk]

    def likeness(self, a: str, b: str) -> float:
        """Shared words, by difflib's ratio."""
        return SequenceMatcher(None, self.tokens(a), self.tokens(b), autojunk=False).ratio()

    def tokens(self, text: str) -> list[str]:
        return WORD.findall(text.lower())

    def unknown_words(self, text: str) -> list[str]:
        """None: what a tokenizer of the user's own does not know, it alone can tell."""
        return []

    def prose(self, text: str) -> str:
        return text

    def save(self, folder: Path) -> None:
        raise NotImplementedError("it has no vocabulary to keep")

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls()


class OwnImage(ImageProcessor):
    """Pictures [H, W] or [H, W, 3] in the middle of a square; 0 all around them."""

    def __init__(self, size: Sequence[int]) -> None:
        self.size = tuple(size)
        height, width, *colours = size
        self.side = max(height, width)
        top, left = (self.side - height) // 2, (self.side - width) // 2
        self.inner = np.s_[:, top : top + height, left : left + width]
        super().__init__((3 if colours else 1, self.side, self.side))

    def framed(self, pictures: np.ndarray) -> np.ndarray:
        if pictures.shape[1:3] == (self.side, self.side):
            return pictures
        out = np.zeros((len(pictures), self.side, self.side, *pictures.shape[3:]), np.uint8)
        out[self.inner] = pictures
        return out

    def unframed(self, pictures: np.ndarray) -> np.ndarray:
        return pictures[self.inner]


class OwnPrior(Prior):
    """The distribution that the class names."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source, self.given = source, checked_prior(source)

    def __deepcopy__(self, memo: dict) -> Self:
        return self  # it has nothing that changes, and the class is the user's

    def forward(self, context: Tensor | None = None) -> Distribution:
        return Scored(torch.zeros(self.source.latent_dim), self._score)

    def draw(self, n: int, temperature: float = 1.0) -> Tensor:
        with self.source.told("prior.sample"):
            drawn = self.given.sample((n,))
            middle = drawn if temperature == 1 else self.given.mean
        drawn, middle = checked(self.source, "prior.sample", drawn, [n]), middle.float().cpu()
        return drawn if temperature == 1 else middle + temperature * (drawn - middle)

    def _score(self, z: Tensor) -> Tensor:
        """log p(z), [n]; minus infinity where it says that there is none."""
        with self.source.told("prior.log_prob"):
            try:
                support = self.given.support
            except NotImplementedError:  # a distribution of the user's own
                support = None
            inside = torch.ones(len(z), dtype=torch.bool)
            if support is not None:
                inside &= support.check(z)
            found = torch.full((len(z),), -torch.inf)
            if inside.any():
                found[inside] = self.given.log_prob(z[inside]).float()
        return found


class Scored(Distribution):
    """A value, with a log density that the class tells: p(x|z) of what was decoded, or p(z)."""

    arg_constraints: dict = {}  # noqa: RUF012 (torch's protocol)

    def __init__(self, value: Tensor, score: Callable[[Tensor], Tensor]) -> None:
        self.value, self.score = value, score
        super().__init__(value.shape[:1], value.shape[1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        return self.value

    def log_prob(self, value: Tensor) -> Tensor:
        return self.score(value)


class OwnModel(LatentModel):
    """The class as a model: tensors in and out, and all that it returns is checked."""

    def __init__(self, source: Source, processor: Processor) -> None:
        torch.nn.Module.__init__(self)
        self.source, self.processor = source, processor
        if source.has("prior"):
            self.prior = OwnPrior(source)

    def encode(self, x: Tensor, context: Tensor | None = None) -> Distribution:
        items = self._items(x)
        if not self.source.has("posterior"):
            return Deterministic(checked_codes(self.source, "encode", items))
        q = self.source.call("posterior", items)
        wanted = [len(x), self.source.latent_dim]
        got = [*getattr(q, "batch_shape", []), *getattr(q, "event_shape", [])]
        if not isinstance(q, Distribution) or got != wanted:
            self.source.wrong(
                f"posterior must return a torch Distribution over {wanted} (n, latent_dim); "
                f"it returned {type(q).__name__} over {got}"
            )
        return Encoded(self.source, q, checked_codes(self.source, "encode", items))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        x = self.processor.encode(decoded(self.source, self.processor, z))
        if not self.source.has("log_prob"):
            return Deterministic(x)
        return Scored(x, lambda value: self._score(value, z))

    def _items(self, x: Tensor) -> Items:
        items = self.processor.decode(x)
        return self.processor.unframed(items) if isinstance(self.processor, OwnImage) else items

    def _score(self, x: Tensor, z: Tensor) -> Tensor:
        said = self.source.call("log_prob", self._items(x), z.numpy().copy())
        found = _array(self.source, "log_prob", said)
        if found.shape != (len(x),):
            self.source.wrong(f"log_prob returned {list(found.shape)} for {len(x)} items")
        return torch.from_numpy(found)


class Encoded(Distribution):
    """q(z|x) of the class; its mode is what ``encode`` gives."""

    arg_constraints: dict = {}  # noqa: RUF012 (torch's protocol)

    def __init__(self, source: Source, q: Distribution, codes: Tensor) -> None:
        self.source, self.q, self.codes = source, q, codes
        super().__init__(codes.shape[:1], codes.shape[1:], validate_args=False)

    @property
    def mode(self) -> Tensor:
        return self.codes

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with self.source.told("posterior.sample"):
            drawn = self.q.sample(sample_shape)
        return checked(self.source, "posterior.sample", drawn, [*sample_shape, len(self.codes)])


def checked_prior(source: Source) -> Distribution:
    prior = source.get("prior")
    shape = [*getattr(prior, "batch_shape", []), *getattr(prior, "event_shape", [])]
    if not isinstance(prior, Distribution) or shape != [source.latent_dim]:
        source.wrong(
            f"prior must be a torch Distribution over [{source.latent_dim}] numbers; it is "
            f"{type(prior).__name__} over {shape}"
        )
    return prior if prior.event_shape else Independent(prior, 1)


def checked_codes(source: Source, name: str, items: Items) -> Tensor:
    """What ``encode`` says of items, float32 [n, D]."""
    return checked(source, name, source.call(name, items), [len(items)])


def checked(source: Source, name: str, given: Any, n: list[int]) -> Tensor:
    """Codes, float32 [*n, D]."""
    found = _array(source, name, given)
    wanted = [*n, source.latent_dim]
    if list(found.shape) != wanted:
        source.wrong(f"{name} returned {list(found.shape)}, and not {wanted} (n, latent_dim)")
    if np.abs(found).max() > FARTHEST:
        source.wrong(
            f"{name} returned the number {np.abs(found).max():,.0f}; codes lie between "
            f"-{FARTHEST:,.0f} and {FARTHEST:,.0f}. Divide them by their standard deviation"
        )
    return torch.from_numpy(found)


def _array(source: Source, name: str, found: Any) -> np.ndarray:
    """Finite numbers, float32, from an array of numpy or torch."""
    array = _plain(source, name, found)
    if array.dtype.kind not in "fiub":
        source.wrong(f"{name} returned values of dtype {array.dtype}; it must return numbers")
    if not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0].tolist()
        source.wrong(f"{name} returned a number that is not finite (NaN or infinite) at {where}")
    return np.array(array, np.float32)  # a copy: it may be the class's own, or not writable


def _plain(source: Source, name: str, found: Any) -> np.ndarray:
    if isinstance(found, list | tuple) and found and all(isinstance(x, Tensor) for x in found):
        with source.told(f"{name} returned tensors of several shapes"):
            found = torch.stack(list(found))
    if isinstance(found, Tensor):
        found = found.detach().cpu()
        found = found.float() if found.dtype == torch.bfloat16 else found
        return found.numpy()
    with source.told(f"{name} returned what is no array"):
        array = np.asarray(found)
    if array.dtype.kind == "O":  # nothing, a generator, texts among numbers
        source.wrong(f"{name} returned {type(found).__name__}, and not an array")
    return array


def decoded(source: Source, processor: Processor | None, z: Tensor) -> Items:
    """What ``decode`` makes of codes, as the page has items."""
    found = source.call("decode", z.numpy().copy())  # a copy: it may be changed
    if source.modality == "text":
        return _sentences(source, "decode", found, len(z))
    pictures = _pictures(source, "decode", found, len(z))
    return processor.framed(pictures) if isinstance(processor, OwnImage) else pictures


def _sentences(source: Source, name: str, found: Any, n: int | None = None) -> list[str]:
    listed = not isinstance(found, str | bytes) and isinstance(found, Sequence | np.ndarray)
    if not listed or not all(isinstance(text, str) for text in found):
        source.wrong(f"{name} must be a list of texts; it is {type(found).__name__}")
    if n is not None and len(found) != n:
        source.wrong(f"{name} returned {len(found)} sentences for {n} codes")
    if any(len(text) > LONGEST for text in found):
        source.wrong(f"{name} has a sentence of more than {LONGEST:,} characters")
    return [str(text).encode("utf-8", "replace").decode() for text in found]


def _pictures(source: Source, name: str, found: Any, n: int | None = None) -> np.ndarray:
    """uint8 [n, H, W] or [n, H, W, 3]."""
    array = _plain(source, name, found)
    colours = array.shape[3:]
    if array.ndim not in (3, 4) or colours not in ((), (3,)) or 0 in array.shape:
        source.wrong(
            f"{name} has the shape {list(array.shape)}; pictures are [n, H, W] or [n, H, W, 3], "
            "colours last"
        )
    if n is not None and len(array) != n:
        source.wrong(f"{name} returned {len(array)} pictures for {n} codes")
    if max(array.shape[1:3]) > LARGEST:
        source.wrong(f"{name} has pictures of more than {LARGEST} pixels along a side")
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind != "f":
        source.wrong(f"{name} has pictures of dtype {array.dtype}; they are uint8, or floats")
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 1):  # false for NaN too
        source.wrong(
            f"{name} has floats from {low:.3g} to {high:.3g}; they must lie between 0 and 1. "
            "Clip or scale them"
        )
    return (array * 255).round().astype(np.uint8)


class OwnSpace(LatentSpace):
    """The space of a class of the user's own."""

    source: Source

    @classmethod
    def of(cls, source: Source, say: Callable[[str], object]) -> "OwnSpace":
        """Checks the class, and encodes the items that it names."""
        with torch.no_grad():
            processor = _processor(source)
            items, labels, classes = _named(source, processor)
            model = OwnModel(source, processor).eval()
            statistics = _statistics(model, items, labels, say)
        found = cls(
            _info(source, processor, items, statistics.codes),
            *(model, processor, statistics, torch.device("cpu")),
        )
        found.source, found.items, found.class_names = source, items, classes
        found._pace()
        return found

    @property
    def held_out(self) -> bool:
        return self.items is not None

    @cached_property
    def projection(self) -> Projection:
        """The map of its items, where one was made since they were as they are."""
        return replace(Projection.load(self.info), known=self.items)

    def _pace(self) -> None:
        """Ask for so many at once that a call takes no longer than a person waits unasked."""
        items, self.chunk = self._timed("decode", lambda: self.decode(self.codes[:2]))
        if self.encodes:
            _, self.reads = self._timed("encode", lambda: self.encode(items))

    def _timed(self, name: str, call: Callable[[], Any]) -> tuple[Any, int]:
        """What a call says of two, and how many of them it does in ``AT_ONCE``.

        Raises ``OwnError`` where it says something else the next time: links, and all that is
        computed once and shown twice, would not hold.
        """
        found, taken = [], []
        for _ in range(3):  # the first call may load something, and the machine may be busy
            began = time.perf_counter()
            found.append(call())
            taken.append(time.perf_counter() - began)
        if not _same(found[0], found[-1]):
            self.source.wrong(
                f"{name} gives something else each time. It must not draw: is its module in eval "
                "mode?"
            )
        return found[0], int(min(CHUNK, max(1.0, AT_ONCE * 2 / max(min(taken), 1e-9))))


def _same(a: Any, b: Any) -> bool:
    """Whether two answers to one question are the same, but for the last digits of float32."""
    if isinstance(a, list):
        return a == b
    away = np.abs(np.subtract(a, b, dtype=np.float32)).max()
    return bool(away <= NEAR * max(1.0, float(np.abs(a).max())))


def _processor(source: Source) -> Processor:
    """Pictures are of the size that ``decode`` makes."""
    some = decoded(source, None, torch.zeros(2, source.latent_dim))
    return OwnText() if isinstance(some, list) else OwnImage(some.shape[1:])


def _named(
    source: Source, processor: Processor
) -> tuple[Items | None, np.ndarray | None, list[str]]:
    """The items of the class, the number of the class of each, and the classes' names."""
    if not source.has("encode") or not source.has("items"):
        return None, None, []
    given = source.get("items")
    items: Items
    if isinstance(processor, OwnImage):
        pictures = _pictures(source, "items", given)
        if pictures.shape[1:] != processor.size:
            source.wrong(
                f"items are pictures of {list(pictures.shape[1:])}, and decode makes those of "
                f"{list(processor.size)}"
            )
        items = processor.framed(pictures[:MOST_ITEMS])
    else:
        items = _sentences(source, "items", given)[:MOST_ITEMS]
    if len(items) < 2:
        source.wrong(f"items are {len(items)}; give 2 or more, or leave them out")
    if not source.has("labels"):
        return items, None, []
    labels = _plain(source, "labels", source.get("labels"))
    if labels.shape != (len(given),):
        source.wrong(f"labels have the shape {list(labels.shape)} for {len(given)} items")
    names, numbers = np.unique(labels[:MOST_ITEMS], return_inverse=True)
    if len(names) > MOST_CLASSES:
        source.wrong(f"labels are of {len(names):,} classes; the page shows {MOST_CLASSES}")
    return items, numbers.astype(np.int64), [str(name)[:40] for name in names]


def _statistics(
    model: OwnModel,
    items: Items | None,
    labels: np.ndarray | None,
    say: Callable[[str], object],
) -> CodeStatistics:
    """The codes of its items, or draws of its prior, and Gaussians fitted to them."""
    size = model.source.latent_dim
    kl = torch.zeros(size)
    with seeded(0):
        if items is None:
            prior = getattr(model, "prior", None) or StandardNormal(size)
            codes = draws = prior.draw(DRAWS)
        else:
            parts = list(_encoded(model, items, say))
            codes = torch.cat([q.mode for q in parts])
            draws = torch.cat([q.sample() for q in parts])
            kl = torch.cat([_kl(q) for q in parts]).mean(0)
    gaussians = min(GAUSSIANS, len(draws) // PLENTY) if size <= FEW_UNITS else 1
    weights, means, scale_tril = fit_mixture(draws.double().numpy(), max(gaussians, 1), seed=0)
    z = codes.float().numpy()
    return CodeStatistics(z, labels, z.var(0), kl.numpy(), weights, means, scale_tril)


def _encoded(
    model: OwnModel, items: Items, say: Callable[[str], object]
) -> Iterator[Distribution]:
    """q(z|x) of the items, some at a time; what takes long says how far it is."""
    file, done, said = model.source.path.name, 0, time.monotonic()
    say(f"{file}: encoding {len(items):,} items.")
    for x in model.processor.encode(items).split(CHUNK):
        yield model.encode(x)
        done += len(x)
        if time.monotonic() - said > SAY:
            say(f"{file}: {done:,} of {len(items):,} items are encoded.")
            said = time.monotonic()


def _kl(q: Distribution) -> Tensor:
    """KL of each unit to N(0, 1) in nats, [n, D]; zeros of what is no Gaussian of its own."""
    given = q.q if isinstance(q, Encoded) else q
    if isinstance(given, Normal):
        given = Independent(given, 1)
    if isinstance(given, Independent) and isinstance(given.base_dist, Normal):
        return kl_per_unit(given).float()
    return torch.zeros(q.batch_shape + q.event_shape)


def _info(
    source: Source, processor: Processor, items: Items | None, codes: np.ndarray
) -> CheckpointInfo:
    model = re.sub(r"[^a-z0-9_]+", "_", source.path.stem.lower()).strip("_") or "space"
    capabilities = {"sample", "decode"}
    capabilities |= {"encode"} if source.has("encode") else set()
    capabilities |= {"components"} if items is not None and len(items) >= FEWEST_ITEMS else set()
    config: dict[str, Any] = {"latent_dim": source.latent_dim}
    if isinstance(processor, OwnImage):
        config["data_shape"] = processor.shape
    # The last digits of codes are not the same each time.
    coarse = np.round(codes[:8] / (codes.std(0) + 1e-9), 1) + 0.0
    place = hashlib.sha256(str(source.path).encode()).hexdigest()[:8]
    folder = private_folder("spaces") / f"{model}-{place}"
    folder.mkdir(exist_ok=True)
    return CheckpointInfo(
        name=f"{YOURS}/{model}--{YOURS}",
        family=YOURS,
        model=model,
        dataset=YOURS,
        tag="",
        modality=source.modality,
        capabilities=frozenset(capabilities),
        latent_dim=source.latent_dim,
        title=source.title,
        config=config,
        metrics={},
        fingerprint=hashlib.sha256(source.code + coarse.tobytes()).hexdigest()[:12],
        path=folder,
        own=True,
    )


def lacks(info: CheckpointInfo, needed: Collection[str]) -> str:
    """Why a space of the user's own cannot do what takes these capabilities; empty if it can."""
    missing = set(needed) - info.capabilities
    if not missing:
        return ""
    if "encode" in missing:
        return "its class has no encode"
    if "components" in missing:
        return f"its class names no items to map; {FEWEST_ITEMS} or more are needed"
    return f"a class has no {', '.join(sorted(missing))}"
