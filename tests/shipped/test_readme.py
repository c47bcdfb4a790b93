"""What the README shows works as shown."""

import re
from pathlib import Path

import numpy as np

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_python_examples_run() -> None:
    names: dict = {}
    first, modes, edits = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(first, names)
    assert names["z"].shape == (1, names["space"].latent_dim)
    assert names["z"].dtype == np.float32
    exec(modes, names)
    assert names["place"].code.shape == (names["space"].latent_dim,)
    exec(edits, names)
    assert len(names["chain"]["steps"]) == 100


def test_every_file_it_names_exists() -> None:
    root = Path(__file__).resolve().parents[2]
    links = re.findall(r"\]\(((?!http)[^)#]+)\)", README)
    links += re.findall(r"(?:python3?|`)\s?((?:scripts|backend|tests)/[\w/]+\.py)", README)
    assert links
    assert not [link for link in links if not (root / link).exists()]


def test_its_tables_are_those_that_the_scripts_wrote() -> None:
    import backend
    from scripts.write_cards import overview

    assert overview(backend.available()) in README
