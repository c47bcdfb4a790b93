"""A damaged folder hides only itself, says why, and nothing outside ``trained/`` can be named."""

import json
import shutil
import threading
from pathlib import Path

import pytest
from safetensors.torch import load_file

import backend
from backend import checkpoint
from backend.base import GenerativeModel
from backend.device import seeded
from backend.files import CHECKSUMS
from tests.small_dialogues import write_checkpoint

GOOD = "vae/vae--mnist--2d"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two copies of a shipped checkpoint, not sealed; one is to be damaged."""
    source = checkpoint.trained_dir() / GOOD
    for tag in ("2d", "broken"):
        copy = tmp_path / f"vae/vae--mnist--{tag}"
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns(CHECKSUMS))
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    return tmp_path / "vae/vae--mnist--broken"


def change_config(folder: Path, **changes) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def truncate(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


DAMAGE = {
    "model.safetensors has 1000 bytes": truncate,
    "model.safetensors is missing": lambda f: (f / "model.safetensors").unlink(),
    "config.json is missing": lambda f: (f / "config.json").unlink(),
    "not valid JSON": lambda f: (f / "config.json").write_text("{"),
    "reads version 1. Update the program": lambda f: change_config(f, format_version=2),
    "reads version 1. No program of ours": lambda f: change_config(f, format_version=0),
    "metrics.json is not valid JSON": lambda f: (f / "metrics.json").write_text("{"),
    "this version has no model 'vae/gone'": lambda f: change_config(f, model="vae/gone"),
    "not a JSON object": lambda f: (f / "config.json").write_text("[]"),
}


@pytest.mark.parametrize("reason", DAMAGE)
def test_a_damaged_checkpoint_hides_only_itself(folder: Path, reason: str) -> None:
    DAMAGE[reason](folder)
    assert [info.name for info in backend.available()] == [GOOD]
    both = {info.name: info for info in backend.available(include_damaged=True)}
    assert reason in both["vae/vae--mnist--broken"].problem
    with pytest.raises(ValueError, match="vae--mnist--broken cannot be loaded"):
        backend.load("vae/vae--mnist--broken", device="cpu")
    backend.load(GOOD, device="cpu")


def test_a_folder_from_before_contexts_and_checksums_is_told_classes_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "vae/cvae--mnist"
    told = backend.info(name).classes
    without = shutil.ignore_patterns(CHECKSUMS)
    folder = Path(
        shutil.copytree(checkpoint.trained_dir() / name, tmp_path / name, ignore=without)
    )
    config = json.loads((folder / "config.json").read_text())
    config.pop("context", None)  # the name came later than the classes
    (folder / "config.json").write_text(json.dumps(config))
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    assert backend.info(name).classes == told == 10
    assert backend.load(name, device="cpu").sample(1, labels=[7]).shape == (1, 28, 28)


def test_changed_weights_of_the_right_size_are_noticed_when_loading(folder: Path) -> None:
    path = folder / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="has changed since it was saved"):
        backend.load("vae/vae--mnist--broken", device="cpu")


def test_a_model_that_is_loaded_meanwhile_leaves_the_random_numbers_of_others_alone(folder: Path):
    loading = threading.Thread(target=backend.load, args=[GOOD], kwargs={"device": "cpu"})
    with seeded(3):
        loading.start()
        loading.join(1)
        assert loading.is_alive()  # it waits, since it draws weights before it reads them
    loading.join(30)
    assert not loading.is_alive()


def test_an_unknown_configuration_key_is_named(folder: Path) -> None:
    content = json.loads((folder / "config.json").read_text())
    change_config(folder, config=content["config"] | {"colour": 3})
    with pytest.raises(ValueError, match="unknown configuration keys: colour"):
        backend.load("vae/vae--mnist--broken", device="cpu")


def test_missing_codes_are_named(folder: Path) -> None:
    (folder / "codes.safetensors").unlink()
    with pytest.raises(ValueError, match=r"cannot be loaded: codes\.safetensors is missing"):
        backend.load("vae/vae--mnist--broken", device="cpu")


def test_weights_of_another_size_are_named(folder: Path) -> None:
    content = json.loads((folder / "config.json").read_text())
    change_config(folder, config=content["config"] | {"latent_dim": 3})
    with pytest.raises(ValueError, match=r"its weights do not fit its config\.json"):
        backend.load("vae/vae--mnist--broken", device="cpu")


def test_what_only_training_needs_is_not_kept_nor_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENT_TRAINED_DIR", str(tmp_path))
    name = "dialog/cvae--dailydialog"
    weights = tmp_path / name / checkpoint.WEIGHTS

    def replies() -> list[str]:
        space = backend.load(name, device="cpu")
        return [reply.text for reply in space.respond(["Hello."], 5, seed=1).replies]

    write_checkpoint(tmp_path, name)
    short, expected = load_file(weights), replies()
    assert any(key.startswith("act_net") for key in short)
    assert not any(key.startswith("bow_net") for key in short)
    with monkeypatch.context() as before:
        before.setattr(GenerativeModel, "drop_training_only", lambda model: model)
        write_checkpoint(tmp_path, name)
    assert any(key.startswith("bow_net") for key in load_file(weights))
    assert replies() == expected


@pytest.mark.parametrize("name", ["../vae", "vae/../../etc", "/etc/passwd", "vae/none--mnist", ""])
def test_names_that_are_no_checkpoints(name: str) -> None:
    with pytest.raises(KeyError, match="There is no checkpoint"):
        backend.load(name)


def test_saving_to_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    from backend.files import replacing

    target = tmp_path / "weights"
    target.write_text("old")
    with (
        pytest.raises(OSError, match="is unchanged; free some space"),
        replacing(target) as temporary,
    ):
        temporary.write_text("half")
        raise OSError(28, "No space left on device")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_available_filters() -> None:
    everything = backend.available()
    assert {i.name for i in backend.available(modality="image")} < {i.name for i in everything}
    assert all("decode" in i.capabilities for i in backend.available(requires={"decode"}))
    assert backend.available(requires={"no such thing"}) == []
