"""The one door for what comes from outside: widgets' questions, private events, named endpoints.

Names, kinds and ranges are those of the function's signature. Whatever is wrong is answered with
one sentence; a fault of ours is logged with its traceback, and told without details.
"""

import functools
import inspect
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import gradio as gr
import pydantic

import backend
from app import session, watch

LOG = logging.getLogger(__name__)
UNEXPECTED = "Something went wrong on the server. Its log says what; your inputs are kept."
LONGEST = 4_000_000  # characters of a text; a picture as a data URL has 2 million
DEEPEST = 16  # lists and fields within one another
# Validators are built when they are first needed: a hundred of them would hold up the start.
STRICT = pydantic.ConfigDict(allow_inf_nan=False, defer_build=True)

# What the page calls the controls that send an argument; others are called by their own names.
LABELS = {
    "n": "How many",
    "seed": "Seed",
    "source": "Draw codes from",
    "temperature": "Code temperature",
    "token_temperature": "Word temperature",
    "label": "Class",
    "checkpoint": "Checkpoint",
    "steps": "Steps",
    "path": "Path",
    "theta": "Distance of the lines",
    "latent_dim": "Code size",
    "text": "The sentence",
    "keywords": "Keywords",
    "start": "Start from",
    "kernels": "Kernel",
    "chains": "Chains",
    "shortest": "Words in a sentence, from",
    "longest": "Words in a sentence, to",
    "temperatures": "Temperature T",
    "victim": "Classifier",
    "trials": "Trials, at most",
    "weight": "Weight of the classifier",
    "k": "Words shown",
    "width": "Beam width",
    "top_k": "Top k",
    "top_p": "Top p",
    **{letter: f"Sentence {letter.upper()}" for letter in "abcd"},
}

# What pydantic finds wrong, in words that need no knowledge of it.
COMPLAINTS = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be fields by name",
    "dataclass_type": "must be fields by name",
    "none_required": "must be left out",
    "missing": "is missing",
    "missing_argument": "is missing",
    "missing_keyword_only_argument": "is missing",
    "unexpected_keyword_argument": "is not known here; leave it out",
    "unexpected_positional_argument": "is one argument too many",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "too_short": "needs at least {min_length} of them",
    "too_long": "takes at most {max_length} of them",
    "string_too_short": "needs at least {min_length} characters",
    "string_too_long": "takes at most {max_length} characters",
    "string_pattern_mismatch": "is not one of those that there are",
}


def _picture_model(name: str) -> str:
    session.check_name(name)
    info = backend.info(name)
    if info.modality != "image" or "decode" not in info.capabilities:
        raise ValueError(f"{info.title} makes no pictures. Choose a model of pictures.")
    return name


PictureModel = Annotated[str, pydantic.AfterValidator(_picture_model)]


def served(
    function: Callable[..., dict], name: str = "run", labels: Mapping[str, str] | None = None
) -> Callable[[Any], dict]:
    """``function`` as a server function of a widget: ``await server.<name>({argument: value})``.

    A wrong argument, or a ValueError, is a sentence for the user: ``{"error": sentence}``.
    ``labels`` are what its tab calls an argument, where another tab calls it otherwise. A field
    ``watch`` is a name by which ``watched`` questions are followed.
    """
    named = LABELS | dict(labels or {})
    checked = pydantic.validate_call(config=STRICT)(function)

    def call(request: Any) -> dict:
        name = request.pop("watch", None) if isinstance(request, dict) else None
        try:
            with watch.watched(name):
                return checked(**_fields(request))
        except ValueError as error:
            return {"error": sentence(error, named)}
        except Exception:  # the page needs an answer to go on; the log keeps the traceback
            LOG.exception("%s failed", function.__qualname__)
            return {"error": UNEXPECTED}

    call.__name__ = name
    return call


def followed() -> list[Callable[[Any], dict]]:
    """What a widget asks whose other questions may take long: how far one is, and to end it."""
    return [served(watch.progress, "progress"), served(watch.leave, "leave")]


def endpoint(function: Callable) -> Callable:
    """``function`` as a named endpoint; its arguments are called by their own names."""
    checked = pydantic.validate_call(config=STRICT)(function)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with _told():
            try:
                arguments = signature.bind(*args, **kwargs).arguments
            except TypeError as error:
                raise ValueError(f"/{function.__name__}: {error}.") from None
            return checked(**_fields(arguments))

    return call


def event(function: Callable) -> Callable:
    """``function`` as the handler of a private event of the page."""
    checked = pydantic.validate_call(config=STRICT)(function)
    names = enumerate(inspect.signature(function).parameters)
    labels = {str(place): LABELS.get(name, name) for place, name in names}

    @functools.wraps(function)
    def call(*args: Any) -> Any:
        with _told(labels):
            _fields(dict(zip(labels.values(), args, strict=False)))
            return checked(*args)

    return call


class Page(gr.Blocks):
    """Blocks that answer an event with a sentence, whatever is sent to it."""

    async def process_api(
        self, block_fn: Any, inputs: list[Any], *args: Any, **kwargs: Any
    ) -> Any:
        """As Gradio's own; raises ``gr.Error`` for all that is wrong with the call."""
        fn = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        name = fn.api_name or "this event"
        if isinstance(inputs, list) and len(inputs) < len(fn.inputs):
            inputs = [*inputs, *_left_out(fn, inputs)]
        if not isinstance(inputs, list) or len(inputs) != len(fn.inputs):
            got = len(inputs) if isinstance(inputs, list) else "none"
            raise _error(f"/{name} takes {len(fn.inputs)} values in a list; got {got}.")
        try:
            return await super().process_api(block_fn, inputs, *args, **kwargs)
        except gr.Error as error:  # Gradio's own are printed with their tracebacks
            raise _error(error.message) from None
        except Exception as error:
            LOG.exception("/%s failed", name)
            raise _error(UNEXPECTED) from error


def _left_out(fn: Any, given: list[Any]) -> list[Any]:
    """The defaults of what a call leaves out at its end; nothing where one has none.

    So a call that was written before an argument came goes on working.
    """
    rest = list(inspect.signature(fn.fn).parameters.values())[len(given) :] if fn.fn else []
    defaults = [one.default for one in rest]
    return [] if inspect.Parameter.empty in defaults else defaults


class _told:
    """Within it, what is wrong becomes a ``gr.Error`` with a sentence."""

    def __init__(self, labels: Mapping[str, str] | None = None) -> None:
        self.labels = labels or {}

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, _: Any) -> None:
        if isinstance(error, ValueError):
            raise _error(sentence(error, self.labels)) from None


def _error(said: str) -> gr.Error:
    return gr.Error(said, print_exception=False)


def sentence(error: ValueError, labels: Mapping[str, str] | None = None) -> str:
    """What is wrong, for whoever asked; ``labels`` are what the page calls the arguments."""
    if not isinstance(error, pydantic.ValidationError):
        return _printable(str(error))
    return first_mistake(error, labels or {})


def first_mistake(error: pydantic.ValidationError, labels: Mapping[str, str]) -> str:
    """One plain sentence about the first wrong argument."""
    mistake = error.errors(include_url=False)[0]
    context = mistake.get("ctx", {})
    if mistake["type"] == "value_error":  # our own validators speak in sentences
        return _printable(str(context["error"]))
    names = [part for part in mistake["loc"] if not isinstance(part, int)]
    last = mistake["loc"][-1] if mistake["loc"] else None
    number = f" {last + 1}" if names and isinstance(last, int) else ""
    name = str(last) if last is not None else "The request"
    if names:
        name = names[-1] if names[-1] in labels or len(names) < 3 else " ".join(names[-2:])
    complaint = COMPLAINTS.get(mistake["type"])
    if context.get("min_length") == 1:
        complaint = "must not be empty"
    said = complaint.format(**context) if complaint else _uncapital(mistake["msg"])
    if name in labels:
        return f"{labels[name]}{number} {said}."
    return _printable(f"{name[:80].replace('_', ' ')}{number}: {said}.")


def _uncapital(text: str) -> str:
    return text[:1].lower() + text[1:]


def _printable(text: str) -> str:
    """Without half characters, which no answer can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _fields(request: Any) -> dict[str, Any]:
    """Arguments by name, sound in themselves; raises ValueError."""
    if not isinstance(request, dict):
        kinds = {list: "a list", str: "a text", type(None): "nothing"}
        got = kinds.get(type(request), "a number")
        raise ValueError(f"A question holds fields by name, such as {{}}; got {got}.")
    for name, value in request.items():
        try:
            _check([name, value])
        except ValueError as error:
            plain = _printable(str(name)[:80]).capitalize()
            raise ValueError(f"{LABELS.get(name, plain)} {error}") from None
    return request


def _check(value: Any) -> None:
    """Raises ValueError for what no function could use, wherever it is in ``value``."""
    for part in _leaves(value):
        if not isinstance(part, str):
            continue
        if len(part) > LONGEST:
            raise ValueError(
                f"a text may have {LONGEST:,} characters; this one has {len(part):,}."
            )
        if "\0" in part:
            raise ValueError("holds a NUL, a character that cannot be read. Delete it.")
        if not part.isascii() and any("\ud800" <= letter <= "\udfff" for letter in part):
            raise ValueError("holds half of a character. Type it anew.")


def _leaves(value: Any, depth: int = 0) -> Iterator[Any]:
    if depth > DEEPEST:
        raise ValueError("is nested too deeply.")
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _leaves(each, depth + 1)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each, depth + 1)
    else:
        yield value
