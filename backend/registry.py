"""Which models exist: the file name is the key, ``@register`` marks the class.

A model is ``backend/models/<family>/<name>.py``; the file is imported when the model is first
asked for, so listing models, and what ``about`` tells of them, needs the standard library only.
"""

import ast
import importlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast, overload

if TYPE_CHECKING:
    from backend.base import GenerativeModel

MODELS = Path(__file__).parent / "models"

_T = TypeVar("_T", bound=type)
_MARK = "_registered_in"


class About(NamedTuple):
    """What a model's file says of it.

    Attributes:
        summary: first line of its docstring, "Title: what it does (source)."
        title: its name; where ``@register`` gives none, what the summary has before its colon.
        short: its name where there is little room.
        points: by name, the settings of each variant that the laboratory of points offers.
    """

    summary: str
    title: str
    short: str
    points: dict[str, dict[str, Any]]


@overload
def register(cls: _T, /) -> _T: ...
@overload
def register(
    *, title: str = "", short: str = "", points: bool | dict[str, dict[str, Any]] = False
) -> Callable[[_T], _T]: ...
def register(cls: Any = None, /, **about: Any) -> Any:
    """Marks the one class that its file offers, bare or with what ``about`` is to tell.

    Args:
        title: the model's name, if another than its docstring begins with.
        short: where there is little room, if another than the title.
        points: whether the laboratory offers it for points in the plane; or the variants that
            it offers, by name, each with the settings that are fixed.

    They are read from the text of the file, without running it, so they must be literals.
    """

    def mark(marked: _T) -> _T:
        setattr(marked, _MARK, marked.__module__)
        return marked

    return mark if cls is None else mark(cls)


def model_names() -> list[str]:
    """All models as ``family/name``, sorted."""
    return list(_names(MODELS))


def about(name: str) -> About:
    """What the model's file says of it, read without importing it.

    Raises:
        KeyError: there is no such model.
        TypeError: an argument of its ``@register`` is no literal.
    """
    return _about(_file(name))


def subtitle(name: str) -> str:
    """First line of the model file's docstring."""
    return about(name).summary


def family_title(family: str) -> str:
    """First line of the docstring of the family's ``__init__.py``, or the folder's name."""
    file = MODELS / family / "__init__.py"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return (ast.get_docstring(ast.parse(text)) or family).splitlines()[0].removesuffix(".")


def model_class(name: str) -> "type[GenerativeModel]":
    """Raises ``KeyError`` for an unknown name, ``TypeError`` unless one class is registered."""
    _file(name)
    module = importlib.import_module(f"backend.models.{name.replace('/', '.')}")
    marked = [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if vars(value).get(_MARK) == module.__name__
    ]
    if len(marked) != 1:
        raise TypeError(f"{name}.py must register exactly one class, it registers {len(marked)}")
    return cast("type[GenerativeModel]", marked[0])


def _file(name: str) -> Path:
    if name not in model_names():  # also keeps "../" and the like out
        raise KeyError(f"no model {name!r}; there are: {', '.join(model_names())}")
    return MODELS / f"{name}.py"


@cache
def _names(folder: Path) -> tuple[str, ...]:
    """Kept: each checkpoint of a list asks for them."""
    files = [file for file in folder.glob("*/*.py") if file.stem != "__init__"]
    return tuple(sorted(f"{file.parent.name}/{file.stem}" for file in files))


@cache
def _about(file: Path) -> About:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    summary = (ast.get_docstring(tree) or file.stem).splitlines()[0]
    given: dict[str, Any] = {}
    for call in _register_calls(tree):
        try:
            given = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
        except ValueError:
            raise TypeError(f"{file.name}: what is given to @register must be literals") from None
    title = given.get("title") or summary.split(":")[0]
    points = given.get("points") or {}
    return About(
        summary=summary,
        title=title,
        short=given.get("short") or title,
        points={file.stem: {}} if points is True else points,
    )


def _register_calls(tree: ast.Module) -> list[ast.Call]:
    return [
        mark
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for mark in node.decorator_list
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name)
        if mark.func.id == register.__name__
    ]
