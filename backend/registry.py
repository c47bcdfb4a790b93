"""Which models exist: the file name is the key, ``@register`` marks the class.

A model is ``backend/models/<family>/<name>.py``; the file is imported when the model is first
asked for, so listing models needs the standard library only.
"""

import ast
import importlib
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from backend.base import GenerativeModel

MODELS = Path(__file__).parent / "models"

_T = TypeVar("_T", bound=type)
_MARK = "_registered_in"


def register(cls: _T) -> _T:
    """Marks the one class that its file offers."""
    setattr(cls, _MARK, cls.__module__)
    return cls


def model_names() -> list[str]:
    """All models as ``family/name``, sorted."""
    files = MODELS.glob("*/*.py")
    return sorted(f"{file.parent.name}/{file.stem}" for file in files if file.stem != "__init__")


def subtitle(name: str) -> str:
    """First line of the model file's docstring, read without importing it."""
    tree = ast.parse(_file(name).read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or name).splitlines()[0]


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
    return marked[0]


def _file(name: str) -> Path:
    if name not in model_names():  # also keeps "../" and the like out
        raise KeyError(f"no model {name!r}; there are: {', '.join(model_names())}")
    return MODELS / f"{name}.py"
