"""House rules a machine can check: lint, who imports whom, a light start, and safe loading."""

import ast
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    [
        ROOT / "launch.py",
        *(
            path
            for folder in ("app", "backend", "scripts")
            for path in (ROOT / folder).rglob("*.py")
        ),
    ]
)
UNSAFE_MODULES = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)


def test_ruff():
    done = run("-m", "ruff", "check", "--output-format=concise", ".")
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_contracts():
    lint = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    done = run("-c", lint)
    assert done.returncode == 0, done.stdout + done.stderr


LIGHT = """
import os, sys
def heavy(*names):
    print(*(name for name in names if name in sys.modules))
from backend.pipeline.recipe import recipes
recipes()
heavy("numpy", "torch", "umap")
import launch
read = set()
def noted(event, given):
    if event == "open":
        read.add(os.path.basename(str(given[0])))
sys.addaudithook(noted)
with launch.no_stubs():
    import app.main
print(*(name for name in read if name.endswith(".pyi")))
from app.widgets.beta_sweep import widget as sweep
from app.widgets.frontier import widget as frontier
runs = frontier.bench()["runs"]
frontier.moments(runs[0]["name"])
sweep.sweep()
heavy("torch", "umap")
"""


def test_lists_and_what_was_measured_need_no_heavy_library():
    """torch and umap take seconds; the page must answer before they are there."""
    done = run("-c", LIGHT)
    assert done.returncode == 0, done.stderr
    # Of type stubs only that of what is no component was looked at.
    assert done.stdout == "\nblocks_events.pyi\n\n"


def test_a_first_path_waits_for_no_compiler():
    """torch._dynamo takes 1.5 s and 70 MiB, and is for what is compiled: nothing here is."""
    lines = """
        import sys
        import backend
        for info in {i.model: i for i in backend.available({"sample", "decode"})}.values():
            backend.load(info.name)
        backend.load("text_vae/text_vae--tatoeba").encode(["I was late again ."], refine=True)
        print("torch._dynamo" in sys.modules)
    """
    done = run("-c", textwrap.dedent(lines))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "False\n"


def unsafe(tree: ast.AST) -> Iterator[str]:
    """What can run more than the code says: pickles, and commands through a shell."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (n.name for n in names if n.name.partition(".")[0] in UNSAFE_MODULES)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in UNSAFE_MODULES:
                yield module
            case ast.ImportFrom(module="torch", names=names):
                yield from (f"torch.{n.name}" for n in names if n.name == "load")
            case ast.Attribute(value=ast.Name(id="torch"), attr="load"):
                yield "torch.load"
            case ast.keyword(arg="shell" | "allow_pickle" as name, value=ast.Constant(value=True)):
                yield f"{name}=True"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_unsafe(path):
    assert list(unsafe(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib.memory",
        "torch.load(path)",
        "from torch import load",
        "subprocess.run(text, shell=True)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_unsafe_code_is_found(code):
    assert len(list(unsafe(ast.parse(code)))) == 1


def test_no_two_files_of_tests_share_a_name():
    """Pytest imports them by their bare names: one of two alike would not be collected."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []
