"""What the README and the pages of docs show works as shown."""

import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def examples(path: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text(path), re.DOTALL)


def test_the_first_example_runs() -> None:
    names: dict = {}
    first, own = examples("README.md")
    exec(first, names)
    assert own == text("examples/digits_pca.py")
    assert names["z"].shape == (1, names["space"].latent_dim)
    assert names["z"].dtype == np.float32


def test_the_examples_of_the_interface_run() -> None:
    names: dict = {}
    first, modes, edits = examples("docs/python.md")
    exec(first, names)
    assert names["z"].dtype == np.float32
    exec(modes, names)
    assert names["place"].code.shape == (names["space"].latent_dim,)
    exec(edits, names)
    assert len(names["chain"]["steps"]) == 100


def test_the_readme_can_be_read_in_a_few_minutes() -> None:
    assert len(text("README.md").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_it_names_exists(page: Path) -> None:
    said = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(((?!http)[^)#]+)\)", said)
    assert not [link for link in links if not (page.parent / link).exists()]
    programs = re.findall(r"(?:python3?|`)\s?((?:scripts|backend|tests)/[\w/]+\.py)", said)
    assert not [program for program in programs if not (ROOT / program).exists()]


def test_the_tables_of_models_are_those_that_the_scripts_wrote() -> None:
    import backend
    from backend.pipeline.tables import overview

    assert overview(backend.available()) in text("docs/models.md")
