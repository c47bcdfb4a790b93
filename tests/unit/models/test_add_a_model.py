"""A model is one file: those of docs/add-a-model.md appear everywhere without another edit."""

import dataclasses
import importlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.widgets.laboratory import widget as page
from app.widgets.objectives import widget as sheet
from backend import registry
from backend.laboratory import settings
from backend.laboratory.run import Run, view
from backend.theory import cards

DOC = Path(__file__).resolve().parents[3] / "docs" / "add-a-model.md"
FILES = dict(
    re.findall(r"```python\n# backend/models/(\S+)\.py\n(.*?)```", DOC.read_text("utf-8"), re.S)
)
BARE = '''"""Bare VAE: it says nothing that it need not say."""

from backend.models.vae import vae
from backend.registry import register


@register
class BareVAE(vae.VAE):
    """As its parent."""
'''


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the folder of models, with those of the document and a bare one."""
    folder = tmp_path / "models"
    shutil.copytree(registry.MODELS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    files = FILES | {"vae/bare_vae": BARE}
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(registry, "MODELS", folder)
    for family in {name.split("/")[0] for name in files}:
        package = importlib.import_module(f"backend.models.{family}")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder / family)])
    yield folder
    for name in files:
        sys.modules.pop(f"backend.models.{name.replace('/', '.')}", None)


def test_the_document_holds_a_vae_and_a_gan() -> None:
    assert list(FILES) == ["vae/laplace_vae", "gan/ls_gan"]


def test_a_new_file_is_a_model_with_a_title_and_settings(models: Path) -> None:
    assert {*FILES, "vae/bare_vae"} <= set(registry.model_names())
    assert registry.about("vae/laplace_vae").title == "Laplace VAE"
    assert registry.about("gan/ls_gan").title == "LSGAN"
    fields = dataclasses.fields(registry.model_class("vae/laplace_vae").Config)
    help = {field.name: field.metadata["help"] for field in fields}
    assert help["scale"] == "Scale b of the Laplace" and help["latent_dim"]


def test_its_card_has_its_formulas_and_what_was_measured(models: Path) -> None:
    found = cards.card("vae/laplace_vae")
    assert found.title == "Laplace VAE" and found.family == "Variational auto-encoders"
    assert found.objective.formulas == {"model": "E_q |x − G(z)| / b + KL(q(z|x) ‖ N(0, I))"}
    moved = {reach.term: set(reach.moved) for reach in found.reach}
    assert moved == {"distance": {"encoder", "decoder"}, "kl": {"encoder"}}
    game = {reach.player: reach.moved for reach in cards.card("gan/ls_gan").reach}
    assert game == {"critic": ("critic",), "generator": ("generator",)}
    assert sheet.read_state("of:gan/ls_gan") == "of:gan/ls_gan"


def test_a_model_without_formulas_has_a_card_too(models: Path) -> None:
    found = cards.card("vae/bare_vae")
    assert found.title == "Bare VAE"
    assert found.objective.note == "Bare VAE: it says nothing that it need not say."
    assert list(found.objective.formulas) == ["model"]
    assert {reach.term: set(reach.moved) for reach in found.reach} == {
        "loss": {"encoder", "decoder"},
        "recon_nll": {"encoder", "decoder"},
        "kl": {"encoder"},
    }


def test_the_laboratory_offers_it_with_its_knobs(models: Path) -> None:
    listed = page.laboratory("place", "somewhere").props["models"]
    assert listed["laplace_vae"] == "Laplace VAE" and listed["ls_gan"] == "LSGAN"
    assert "bare_vae" not in listed
    knob = settings.knobs()["scale"]
    assert knob == ("Scale b", 0.2, 0.01, 10, False, ("laplace_vae",), "Scale b of the Laplace")
    assert "ls_gan" in settings.knobs()["critic_lr"].models
    run = Run(settings.Settings(models=("laplace_vae", "ls_gan"), knobs={"scale": 0.5}))
    run.advance()
    run.edit("scale", 2.0)
    run.advance()
    vae, game = run.entries
    assert vae.model.config.scale == 2.0 and not vae.problem
    assert game.critic_kind == "value" and "pull" in view(run, game)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("title=NAME", "must be literals"),
        ('points={"vae": {"latent_dim": N}}', "must be literals"),
    ],
)
def test_what_is_given_to_register_must_be_literal(
    models: Path, given: str, sentence: str
) -> None:
    text = BARE.replace("@register", f"@register({given})")
    (models / "vae" / "other_vae.py").write_text(text, encoding="utf-8")
    with pytest.raises(TypeError, match=sentence):
        registry.about("vae/other_vae")


def test_two_knobs_of_one_name_must_be_alike(models: Path) -> None:
    text = FILES["vae/laplace_vae"].replace("0.2, ", "0.3, ")
    (models / "vae" / "second_vae.py").write_text(text, encoding="utf-8")
    with pytest.raises(TypeError, match="second_vae has another knob 'scale' than laplace_vae"):
        settings.knobs()
    sys.modules.pop("backend.models.vae.second_vae")
