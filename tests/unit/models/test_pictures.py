"""The picture bench: similarity of pictures, the independent critic, what is measured along."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[3]))

from backend import registry
from backend.corpora.color_mnist import coloured
from backend.evaluation import images
from backend.evaluation.pictures import (
    SHEET,
    PictureBench,
    as_picture,
    grey,
    judge_of,
    samples,
    wasserstein,
)
from backend.models.classifier import image_classifier
from backend.pipeline import train
from backend.pipeline.recipe import recipes
from backend.pipeline.recipes import bench as bench_recipes
from backend.pipeline.run import Moments
from backend.processors.image import ImageProcessor
from backend.training import StepReport

RECIPES = recipes()
BENCHED = [name for name, recipe in bench_recipes.RECIPES.items() if recipe.moments]
SMALL = {"latent_dim": 3, "hidden": (8,)}


def bars(n: int, seed: int = 0) -> torch.Tensor:
    """Pictures [n, 1, 28, 28] of one bright bar each, in one of ten places."""
    x = torch.zeros(n, 1, 28, 28)
    rows = torch.randint(10, (n,), generator=torch.Generator().manual_seed(seed))
    x[torch.arange(n), 0, 2 * rows + 4] = 1
    return x


def test_similarity_is_1_for_equal_pictures_and_falls_with_noise():
    x = bars(6)
    assert images.ms_ssim(x, x).tolist() == pytest.approx([1] * 6, abs=1e-6)
    torch.manual_seed(0)
    noise = torch.randn_like(x)
    near, far = (images.ms_ssim(x, (x + s * noise).clamp(0, 1)) for s in (0.05, 0.5))
    assert (far < near).all() and (near < 1).all()
    assert torch.allclose(images.ms_ssim(x, 1 - x), images.ms_ssim(1 - x, x))


def test_similarity_of_colours_is_the_mean_over_channels_where_these_agree():
    x, y = bars(4), bars(4, seed=1)
    three = images.ms_ssim(x.expand(-1, 3, -1, -1), y.expand(-1, 3, -1, -1))
    assert torch.allclose(three, images.ms_ssim(x, y))


def test_similarity_of_two_patches_against_the_formula():
    """One window, flat pictures: only the luminance term is left, at the last scale alone."""
    a, b = torch.full((1, 1, 7, 7), 0.4), torch.full((1, 1, 7, 7), 0.8)
    expected = (2 * 0.4 * 0.8 + 1e-4) / (0.4**2 + 0.8**2 + 1e-4)
    assert images.ms_ssim(a, b, scales=1).item() == pytest.approx(expected, rel=1e-4)


def test_a_new_critic_finds_what_differs_and_nothing_else():
    real, same, other = bars(600), bars(600, seed=1), 1 - bars(600, seed=2)
    held_out = bars(200, seed=3)
    nothing = wasserstein(real, same, held_out, bars(200, seed=4), steps=40)
    much = wasserstein(real, other, held_out, 1 - bars(200, seed=5), steps=40)
    assert abs(nothing) < 0.1 * much


@pytest.fixture(scope="module")
def bench() -> PictureBench:
    torch.manual_seed(0)
    judge = image_classifier.ImageClassifier(image_classifier.Config(channels=(2, 2), features=4))
    return PictureBench(judge, bars(200), bars(120, seed=1))


def made(name: str, **sizes) -> torch.nn.Module:
    cls = registry.model_class(name)
    torch.manual_seed(0)
    return cls(cls.Config(**SMALL | sizes)).eval()


def test_a_model_without_encoder_has_no_reconstruction(bench):
    drawn, coded = bench.values(made("gan/gan")), bench.values(made("vae/vae"))
    assert set(drawn) == set(bench.reference())
    assert set(coded) - set(drawn) == {"mse", "mse_shuffled", "active_units", "code_mmd", "kl"}
    plain = bench.values(made("ae/ae"))
    assert set(coded) - set(plain) == {"kl"}


def test_the_same_model_is_measured_the_same_twice(bench):
    model = made("vae/vae")
    assert bench.values(model) == bench.values(model)
    assert torch.equal(bench.sheet(model), bench.sheet(model))


def test_a_model_of_classes_draws_each_class(bench):
    model = made("vae/cvae")
    torch.manual_seed(0)
    z = model.prior().sample((SHEET,))
    torch.manual_seed(0)
    got = samples(model, SHEET)
    assert torch.allclose(got, model.decode(z, torch.arange(SHEET) % 10).mean, atol=1e-6)


def test_a_model_of_classes_is_told_those_of_the_pictures(bench):
    model = made("vae/cvae")
    x, told = bench.test.x, torch.arange(bench.n) % 10
    knowing = PictureBench(bench.classifier, bench.train, x, labels=told)
    with torch.no_grad():
        copies = model.decode(model.encode(x, told).mode, told).mean
    assert knowing.values(model)["mse"] == pytest.approx(float((copies - x).square().mean()))
    assert knowing.values(model)["mse"] != bench.values(model)["mse"]
    plain = made("vae/vae")
    assert knowing.values(plain) == bench.values(plain)


def test_samples_as_good_as_data_reach_the_reference(bench):
    """The scores of a model that returns test pictures are those of test pictures."""

    class Copies(type(made("gan/gan"))):
        def decode(self, z, context=None):
            value = super().decode(z)
            value.value = bench.test.x[torch.arange(len(z)) % bench.n]
            return value

    model = made("gan/gan")
    model.__class__ = Copies
    values, reference = bench.values(model), bench.reference()
    assert values["fid_ours"] == pytest.approx(0, abs=1e-6)
    assert values["sharpness"] == pytest.approx(reference["sharpness"])


def test_colour_is_judged_by_its_brightest_channel():
    x = bars(3)
    pixels = ImageProcessor((3, 28, 28)).encode(coloured((x[:, 0] * 255).byte().numpy(), seed=0))
    assert pixels.shape == (3, 3, 28, 28)
    assert torch.allclose(grey(pixels), x)
    assert judge_of("color-mnist") == judge_of("mnist")


def test_each_picture_has_a_hue_of_its_own():
    colours = coloured(np.full((50, 2, 2), 255, np.uint8), seed=1)[:, 0, 0]
    assert len({tuple(colour) for colour in colours}) == 50
    assert (colours.max(1) == 255).all() and (colours.min(1) == 0).all()
    assert np.array_equal(colours, coloured(np.full((50, 2, 2), 255, np.uint8), seed=1)[:, 0, 0])


def test_colours_come_back_from_the_processor():
    items = coloured(np.random.default_rng(0).integers(0, 256, (4, 28, 28), np.uint8), seed=0)
    processor = ImageProcessor((3, 28, 28))
    assert np.array_equal(processor.decode(processor.encode(items)), items)
    ink = np.random.default_rng(1).integers(0, 256, (2, 28, 28), np.uint8)
    assert np.array_equal(processor.decode(processor.encode(ink))[..., 1], ink)
    with pytest.raises(ValueError, match=r"\[n, 28, 28, 3\], got \[2, 28, 27, 3\]"):
        processor.encode(ink[:, :, :27])


def test_rows_become_one_picture():
    rows = [torch.full((SHEET, 1, 28, 28), value) for value in (0.0, 1.0)]
    sheet = as_picture(rows)
    assert sheet.shape == (56, SHEET * 28) and sheet[:28].max() == 0 and sheet[28:].min() == 255
    assert as_picture([torch.zeros(2, 3, 4, 4)]).shape == (4, 8, 3)


@pytest.mark.parametrize("name", BENCHED)
def test_models_of_the_bench_have_the_budget_that_the_recipes_tell(name):
    """Same batches and moments; who learns slowly has more steps, each of four α-GANs fewer."""
    recipe = RECIPES[name]
    twice = {f"gan/{one}--mnist" for one in ("dcgan", "info_gan", "iwgan", "bigan")}
    twice |= {"gan/iwgan--mnist--k1", "vae/joint_vae--mnist", "gan/alpha_gan--color-mnist"}
    times = 2 if name in twice else recipe.model.get("critic_steps", 1)
    steps = 2000 if name.startswith("gan/alpha_gan--mnist") else 3000 * times
    assert recipe.train["steps"] == steps == recipe.moments[-1]
    assert recipe.train["batch_size"] == 64
    model = train.build(name, recipe, Silent(recipe), seed=0)
    drawing = getattr(model, "decoder", None) or model.generator
    sizes = {0: (30_000, 52_000), 128: (210_000, 214_000), 256: (800_000, 900_000)}
    least, most = sizes[recipe.model.get("dense", 0)]
    assert least < sum(p.numel() for p in drawing.parameters()) < most


class Silent:
    """A corpus of which only the processor is asked for."""

    def __init__(self, recipe) -> None:
        self.processor = ImageProcessor(recipe.model.get("data_shape", (1, 28, 28)))


def test_moments_are_kept_and_a_resumed_run_repeats_none(tmp_path, bench):
    moments = Moments(tmp_path, "a/judge", bench, keep_best=False)
    model = made("gan/gan")
    terms = {"loss": 1.0, "score_real": 0.7}
    for step in (50, 100, 100):
        moments.add(model, StepReport(step, terms, 1e-3), seconds=step / 10)
    moments.save(tmp_path, model)
    stored = json.loads((tmp_path / "tradeoffs.json").read_text())
    assert [row["step"] for row in stored["moments"]] == [50, 100]
    assert stored["moments"][0]["values"]["score_real"] == 0.7
    assert "loss" not in stored["moments"][0]["values"]
    assert stored["parameters"].keys() == {"generator", "critic"}
    assert stored["split"] == "validation"  # test pictures stay unseen
    with Image.open(tmp_path / "moments.png") as sheet:
        assert sheet.size == (SHEET * 28, 2 * 28)
