"""What the process keeps: loaded spaces, within a memory bound, and unfinished long work."""

import logging
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import backend
from app import memory
from backend.locks import FairLock

if TYPE_CHECKING:
    from backend.evaluation.verdicts import Judge
    from backend.language.hub_lm import HubLM
    from backend.language.text_models import TextModel
    from backend.space import LatentSpace

LOG = logging.getLogger(__name__)
FIRST = "text_vae/text_vae--tatoeba"
HUB = "hub:"  # before the name of a model that is no checkpoint of ours
SLICE = 0.025  # seconds of long work while others wait
BYTES = int(os.environ.get("LATENT_SPACE_BYTES") or 1 << 28)


class Spaces:
    """Loaded spaces, least recently used out first; one load at a time per name."""

    def __init__(self, device: str = "auto", limit: int = BYTES) -> None:
        self.device = device
        self.limit = limit
        self._spaces: OrderedDict[str, LatentSpace] = OrderedDict()
        self._guard = threading.Lock()
        self._loading: dict[str, threading.Lock] = {}

    def get(self, name: str) -> "LatentSpace":
        """The space called ``name``; raises ValueError for a name that is not a checkpoint."""
        with self._guard:
            if name in self._spaces:
                self._spaces.move_to_end(name)
                return self._spaces[name]
            check_name(name)
            loading = self._loading.setdefault(name, threading.Lock())
        with loading:  # others who want the same space wait here, and then find it
            with self._guard:
                if name in self._spaces:
                    return self._spaces[name]
            space = backend.load(name, device=self.device)
            one_thread()
            with self._guard:
                self._spaces[name] = space
                self._evict()
            return space

    def names(self) -> list[str]:
        """Names of the loaded spaces, least recently used first."""
        with self._guard:
            return list(self._spaces)

    def drop(self) -> bool:
        """Let go of the least recently used; False if only one is left."""
        with self._guard:
            if len(self._spaces) < 2:
                return False
            name, _ = self._spaces.popitem(last=False)
            LOG.info("dropped %s, since memory is short", name)
            return True

    def forget(self, name: str) -> None:
        """Let go of the space called ``name``, if it is loaded: its checkpoint has changed."""
        with self._guard:
            self._spaces.pop(name, None)

    def sizes(self) -> dict[str, int]:
        """Bytes of weights and codes by name."""
        with self._guard:
            return {name: space.nbytes for name, space in self._spaces.items()}

    def _evict(self) -> None:
        """Drop the oldest until the bound holds; the newest stays even when alone too large."""
        while len(self._spaces) > 1 and self._bytes() > self.limit:
            name, _ = self._spaces.popitem(last=False)
            LOG.info("dropped %s to stay within %d bytes", name, self.limit)

    def _bytes(self) -> int:
        return sum(space.nbytes for space in self._spaces.values())


def one_thread() -> None:
    """Each operation on one core: ours are so small that sharing them costs more than it gives.

    Eight decoded sentences took 24 ms on one thread and 304 ms on two while another program kept
    the two cores busy, since threads that wait for each other spin.
    """
    import torch

    torch.set_num_threads(1)


def check_name(name: str) -> None:
    """Raises ValueError unless a sound checkpoint has exactly this name; so no path gets by."""
    try:
        info = backend.info(name)
    except KeyError:
        if not backend.available():
            raise ValueError(
                "There is no usable checkpoint on this machine. Train one with scripts/train.py, "
                "or start with --trained-dir and the folder where they are."
            ) from None
        raise ValueError(
            f"There is no checkpoint called {name[:80]!r}. Choose one from the list."
        ) from None
    if info.problem:
        raise ValueError(f"The checkpoint {name} cannot be used: {info.problem}")


_spaces = Spaces()
_read_only = False
_given: "HubLM | None" = None
_model_work = FairLock()


def configure(device: str, read_only: bool = False) -> None:
    """Forget loaded spaces and use ``device`` from now on; write nothing if ``read_only``."""
    global _spaces, _read_only, _given
    _spaces = Spaces(device)
    get_text_model.cache_clear()
    _judge.cache_clear()
    _read_only = read_only
    _given = None


def read_only() -> bool:
    """Whether visitors may change nothing on disk."""
    return _read_only


def get_space(name: str) -> "LatentSpace":
    """The LatentSpace called ``name``, loaded at most once."""
    return _spaces.get(name)


@memory.kept(16)
def get_text_model(name: str) -> "TextModel":
    """The TextModel called ``name``: a few megabytes each, so the last 16 stay."""
    check_name(name)
    found = backend.load_text_model(name, device=_spaces.device)
    one_thread()
    return found


@memory.kept(4)
def _judge(name: str) -> "Judge":
    found = backend.load_judge(name)
    one_thread()
    return found


def get_judge(space: "LatentSpace") -> "Judge":
    """The classifier of what ``space`` decodes to; raises ValueError where there is none."""
    return _judge(backend.judge_name(space))


def forget(name: str) -> None:
    """Load the checkpoint ``name`` anew when it is next asked for."""
    _spaces.forget(name)
    memory.forget_results()


def give_lm(name: str) -> str:
    """Load a language model of ``transformers`` for everybody; raises as ``HubLM.load`` does.

    Returns what is to be said of it, mostly nothing.
    """
    from backend.language.hub_lm import HubLM

    global _given
    _given = HubLM.load(name, device=_spaces.device)
    return _given.note


def given_lms() -> list[tuple[str, str]]:
    """Name and title of what was given with --lm; at most one."""
    return [] if _given is None else [(f"{HUB}{_given.name}", f"{_given.name}, from elsewhere")]


def is_given(name: str) -> bool:
    """Whether this is the name of a model that was given with --lm, be it here or not."""
    return name.startswith(HUB)


def get_language_model(name: str) -> "TextModel | HubLM":
    """The TextModel or HubLM called ``name``; raises ValueError for one that is not here."""
    if not is_given(name):
        return get_text_model(name)
    if _given is None or name not in dict(given_lms()):
        raise ValueError(
            f"The language model {name.removeprefix(HUB)[:80]!r} is not here. Choose one from the "
            "list, or start with --lm and its name."
        )
    return _given


def get_model(name: str) -> "LatentSpace | TextModel | HubLM":
    """Whatever is called ``name``: a LatentSpace, a TextModel or a HubLM."""
    if is_given(name):
        return get_language_model(name)
    check_name(name)
    spaces = backend.info(name).capabilities & {"encode", "decode", "respond"}
    return get_space(name) if spaces else get_text_model(name)


def loaded() -> list[str]:
    """Names of the spaces that are loaded now."""
    return _spaces.names()


@memory.gives_way
def drop_space() -> bool:
    """Let go of a space that can be loaded again."""
    return _spaces.drop()


def health() -> dict[str, Any]:
    """The memory in use, its bound, and what it is of."""
    spaces = _spaces.sizes()
    return {
        "status": "ok",
        "memory": memory.parts() | {"spaces": spaces, "spaces_sum": sum(spaces.values())},
        "jobs": len(jobs),
    }


@contextmanager
def model_work() -> Iterator[None]:
    """One request at a time computes: two would only slow each other down on the same cores."""
    with _model_work:
        yield


def aside() -> AbstractContextManager[None]:
    """Within, others may compute: for what takes long and needs nothing that they change."""
    return _model_work.let_go()


def working() -> bool:
    """Whether this thread has the model to itself."""
    return _model_work.mine


def rest() -> None:
    """Between two pieces of long work: after a slice of it, those who wait go first.

    Does nothing where the model was not taken.
    """
    if _model_work.mine:
        _model_work.pass_on(after=SLICE)


def warm_up() -> None:
    """Load what the first screen shows; a failure is told when someone asks for the space."""
    names = [info.name for info in backend.available(requires={"sample", "decode"})]
    if names:
        try:
            space = get_space(FIRST if FIRST in names else names[0])
            space.inspect(space.sample_codes(1))  # the first call of each kind is slow
        except Exception:  # in a thread of its own: the page must come up without this space
            LOG.exception("the first space could not be loaded")


class Jobs:
    """Long work that the page pulls piece by piece; nobody pulling means nothing computed."""

    def __init__(self, limit: int = 32) -> None:
        self.limit = limit
        self._jobs: OrderedDict[str, Iterator] = OrderedDict()
        self._running: set[str] = set()
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._jobs)

    def add(self, pieces: Iterator) -> str:
        """Keep ``pieces`` under a name that cannot be guessed; the oldest job may be dropped."""
        name = secrets.token_urlsafe(12)
        with self._guard:
            self._jobs[name] = pieces
            while len(self._jobs) > self.limit:
                self._jobs.popitem(last=False)
        return name

    def next(self, name: str) -> Any | None:
        """The next piece, or None after the last; raises ValueError for an unknown job."""
        with self._guard:
            pieces = self._jobs.pop(name, None)
            if pieces is None:
                raise ValueError("This run is no longer kept. Start it again.")
            self._running.add(name)
        piece = None
        try:
            piece = next(pieces, None)
        finally:
            with self._guard:
                if piece is not None and name in self._running:  # nobody stopped it meanwhile
                    self._jobs[name] = pieces
                self._running.discard(name)
        return piece

    def stop(self, name: str) -> None:
        """Forget a job; an unknown name is a job that already ended."""
        with self._guard:
            self._jobs.pop(name, None)
            self._running.discard(name)


jobs = Jobs()
