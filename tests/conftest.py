"""What all tests share: the corpora, a reason wherever a test is skipped, and their order."""

import functools
import gc
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

import launch

launch.go_direct()  # clients and servers of the tests meet on this machine
ROOT = Path(__file__).resolve().parent.parent

# Before torch or numba is imported, here and in the servers that tests start: as many processes
# run as there are cores, and threads of each would only wait for one another.
for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# What the user of this machine brought and trained is no part of what is tested. Only a test that
# names another folder writes there.
os.environ["LATENT_YOURS_DIR"] = str(Path(tempfile.gettempdir()) / f"latent-tests-{os.getpid()}")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    return find_data_folder()


def find_data_folder() -> Path:
    """Where the corpora would be; the backend looks there too."""
    return Path(os.environ.get("LATENT_DATA_DIR") or ROOT / "data")


def skip_without_corpus(name: str) -> None:
    if not (find_data_folder() / name).is_dir():
        pytest.skip(
            f"no corpus {name} in {find_data_folder()}; set LATENT_DATA_DIR, "
            f"or run: python3 scripts/download_data.py {name}"
        )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Libraries and thousands of tests stay: to look through them for garbage takes seconds."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first, those that drive the browser last, each kind longest first.

    Two processes take file after file: what is long must not be left for one of them at the end.
    The browser's driver keeps an event loop in its thread, in which no test after it could run
    one of its own.
    """
    by_file: dict[Path, list[pytest.Item]] = {}
    for item in items:
        by_file.setdefault(item.path, []).append(item)

    def place(group: list[pytest.Item]) -> tuple[bool, bool, int]:
        browser, slow = (
            any(item.get_closest_marker(m) for item in group) for m in ("browser", "slow")
        )
        return browser, not slow, -len(group)

    items[:] = [item for group in sorted(by_file.values(), key=place) for item in group]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs_corpus"):
        for name in marker.args:
            skip_without_corpus(name)


@functools.cache
def published(name: str) -> dict:
    """The splits of a corpus as published, read once by a process: some take 20 seconds."""
    from backend import corpora  # only here: most tests need no corpus, and this brings numpy

    return corpora.corpus(name).read()


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """``corpora.published``, which ``load`` asks too, keeps what it has read."""
    monkeypatch.setattr("backend.corpora.published", published)


@functools.cache
def load_corpus(name: str) -> dict:
    from backend import corpora

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpora, "published", published)
        return corpora.load(name)


@pytest.fixture(scope="session")
def corpus() -> Callable[[str], dict]:
    """``corpus("mnist")`` gives its splits, read once per session, or skips with the reason."""

    def splits(name: str) -> dict:
        from backend import corpora

        for folder in corpora.corpus(name).downloads:
            skip_without_corpus(folder)
        return load_corpus(name)

    return splits


@pytest.fixture(scope="module")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Small untrained language models and classifiers instead of the shipped checkpoints."""
    from tests.small_language import write_all  # brings torch

    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("trained")
        patch.setenv("LATENT_TRAINED_DIR", str(folder))
        write_all(folder)
        yield
