"""The page's scripts and styles: linted, formatted, typed, and tested where they are pure.

The tools are wheels of ``requirements.txt``; none of them needs a network or Node.
"""

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "app"
PAGE = sorted((APP / "page").glob("*.js"))
WIDGETS = sorted((APP / "widgets").glob("*/*.js"))
CHECK = ("check", "--no-remote", "--no-npm", "--no-lock", "--config")


def run(tool: str, *arguments: str | Path, cache: Path) -> str:
    """What the tool says; fails with it where the tool finds a fault."""
    scripts = sysconfig.get_path("scripts")
    program = shutil.which(tool, path=scripts)
    assert program, f"{tool} is not in {scripts}; install requirements.txt"
    quiet = {"NO_COLOR": "1", "DENO_DIR": str(cache), "DENO_NO_UPDATE_CHECK": "1"}
    done = subprocess.run(
        [program, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deno")


def test_scripts_and_styles_are_linted_and_formatted(cache):
    said = run("biome", "ci", "--error-on-warnings", "app", "tests/unit/page", cache=cache)
    assert "Checked" in said


def test_scripts_have_strict_types(cache):
    run("deno", *CHECK, ROOT / "deno.json", *PAGE, *WIDGETS, cache=cache)


def test_what_is_pure_does_what_it_says(cache):
    options = ("--no-remote", "--no-npm", "--no-lock", "--no-check")
    said = run("deno", "test", *options, "tests/unit/page", cache=cache)
    assert "0 failed" in said


def classes(css: str) -> set[str]:
    """Names of classes in the selectors of a style sheet."""
    plain = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "", css, flags=re.DOTALL)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", plain))


def written(path: Path) -> set[str]:
    """Words in the strings of a script: among them the classes that it gives."""
    strings = re.findall(r'"([^"\n]*)"|`([^`]*)`', path.read_text(encoding="utf-8"))
    return {word for pair in strings for text in pair for word in re.split(r"[^\w-]+", text)}


GRADIO = {"gradio-container", "html-container", "wrap", "form", "block", "dark"}
SHARED = set().union(*(classes(p.read_text("utf-8")) for p in (APP / "page").glob("*.css")))
OWN = {
    folder.name: set().union(*(classes(p.read_text("utf-8")) for p in folder.glob("*.css")))
    - SHARED
    - GRADIO
    for folder in sorted((APP / "widgets").iterdir())
    if any(folder.glob("*.css"))
}


@pytest.mark.parametrize("name", OWN)
def test_no_widget_wears_the_classes_of_another(name):
    worn = OWN[name].union(*(written(path) for path in (APP / "widgets" / name).glob("*.js")))
    others = {other: sorted(worn & own) for other, own in OWN.items() if other != name}
    assert not {other: names for other, names in others.items() if names}


@pytest.mark.parametrize("name", OWN)
def test_the_classes_of_a_widget_have_one_prefix(name):
    prefixes = {own.partition("-")[0] for own in OWN[name]} - {"lp"}
    assert len(prefixes) <= 1, prefixes
