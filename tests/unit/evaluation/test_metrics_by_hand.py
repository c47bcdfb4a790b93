"""Metrics of pictures and points against their definitions, written out in loops."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from backend import registry
from backend.device import seeded
from backend.evaluation import images, likelihood, points
from backend.evaluation.pictures import PictureBench, wasserstein
from backend.models.classifier import image_classifier
from backend.nets.critics import flat_critic
from backend.objectives.divergences import mmd


def test_the_inception_score_is_the_mean_over_splits_and_its_error_their_spread() -> None:
    with seeded(0):
        p = (5 * torch.rand(23, 3, dtype=torch.float64)).softmax(1)
    scores = []
    for part in (p[:11], p[11:22]):  # the last one is left out
        marginal = part.mean(0)
        divergence = [sum(row[k] * (row[k] / marginal[k]).log() for k in range(3)) for row in part]
        scores.append(math.exp(float(sum(divergence)) / 11))
    mean = (scores[0] + scores[1]) / 2
    spread = math.sqrt(((scores[0] - mean) ** 2 + (scores[1] - mean) ** 2) / 2)
    assert images.inception_score(p, 2) == pytest.approx((mean, spread), rel=1e-5)


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    x = torch.zeros(1, 1, 5, 5)
    x[0, 0, 2, 2] = 0.5
    laplacian = torch.tensor([0, 0.5, 0, 0.5, -2, 0.5, 0, 0.5, 0])  # the nine places inside
    assert images.sharpness(x).item() == pytest.approx(laplacian.var().item())


def test_every_picture_of_a_batch_has_its_own_number() -> None:
    with seeded(6):
        x = torch.rand(3, 1, 28, 28)
        y = (x + 0.2 * torch.randn_like(x)).clamp(0, 1)
    for of in (
        images.mean_squared_error,
        images.binary_cross_entropy,
        images.ms_ssim,
        lambda x, y: images.sharpness(x),
    ):
        alone = [of(x[i : i + 1], y[i : i + 1]).item() for i in range(3)]
        assert of(x, y).tolist() == pytest.approx(alone, rel=1e-4) and len(set(alone)) == 3


def window(offset: int) -> np.ndarray:
    bell = np.exp(-((np.arange(7) - 3) ** 2) / (2 * 1.5**2))
    return np.outer(bell, bell) / bell.sum() ** 2


def similarity(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Means over places of contrast, and of luminance times contrast."""
    weights, contrasts, products = window(0), [], []
    for i in range(x.shape[0] - 6):
        for j in range(x.shape[1] - 6):
            a, b = x[i : i + 7, j : j + 7], y[i : i + 7, j : j + 7]
            mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
            var_a, var_b = (weights * a**2).sum() - mean_a**2, (weights * b**2).sum() - mean_b**2
            cov = (weights * a * b).sum() - mean_a * mean_b
            luminance = (2 * mean_a * mean_b + 1e-4) / (mean_a**2 + mean_b**2 + 1e-4)
            contrast = (2 * cov + 9e-4) / (var_a + var_b + 9e-4)
            contrasts.append(contrast)
            products.append(luminance * contrast)
    return float(np.mean(contrasts)), float(np.mean(products))


def test_similarity_over_two_scales_is_the_weighted_product() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((16, 16))
    y = np.clip(x + 0.2 * rng.normal(size=(16, 16)), 0, 1) ** 2

    def halved(v: np.ndarray) -> np.ndarray:
        return v.reshape(8, 2, 8, 2).mean((1, 3))

    first, last = 0.0448 / (0.0448 + 0.2856), 0.2856 / (0.0448 + 0.2856)
    expected = similarity(x, y)[0] ** first * similarity(halved(x), halved(y))[1] ** last
    pair = (torch.from_numpy(v)[None, None] for v in (x, y))
    assert images.ms_ssim(*pair, scales=2).item() == pytest.approx(expected, rel=1e-6)
    opposite = images.ms_ssim(*(torch.from_numpy(v)[None, None] for v in (x, 1 - x)), scales=2)
    assert opposite.item() == 0  # negative terms count as 0


@pytest.mark.parametrize("scales", [1, 2, 3, 4, 5])
def test_flat_pictures_differ_in_luminance_alone_by_the_last_weight(scales: int) -> None:
    """Three scales are usual; the five weights are Wang's."""
    weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333][:scales]
    luminance = (2 * 0.4 * 0.8 + 1e-4) / (0.4**2 + 0.8**2 + 1e-4)
    a, b = (torch.full((1, 1, 112, 112), value, dtype=torch.float64) for value in (0.4, 0.8))
    expected = luminance ** (weights[-1] / sum(weights))
    assert images.ms_ssim(a, b, scales).item() == pytest.approx(expected)
    if scales == 3:
        assert images.ms_ssim(a, b).item() == pytest.approx(expected)


def test_a_new_critic_is_trained_as_the_formula_says() -> None:
    """Three steps of Adam on E f(made) - E f(real) + 10 (|f'| - 1)², written out."""
    with seeded(4):
        seen, samples, held_out, fresh = (torch.rand(n, 1, 2, 2) for n in (9, 8, 7, 6))
    found = wasserstein(seen, samples, held_out, fresh, steps=3)
    with seeded(0):
        critic = flat_critic(4, (256, 256))
        weights = list(critic.parameters())
        moments = [(torch.zeros_like(w), torch.zeros_like(w)) for w in weights]
        for step in range(1, 4):
            real, made = seen[torch.randint(9, (64,))], samples[torch.randint(8, (64,))]
            share = torch.rand(64, 1, 1, 1)
            between = (share * real + (1 - share) * made).requires_grad_(True)
            (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
            size = slope.flatten(1).norm(dim=1)
            loss = critic(made).mean() - critic(real).mean() + 10 * ((size - 1) ** 2).mean()
            for w, g, (m, v) in zip(
                weights, torch.autograd.grad(loss, weights), moments, strict=True
            ):
                m.mul_(0.5).add_(0.5 * g)
                v.mul_(0.9).add_(0.1 * g**2)
                corrected = m / (1 - 0.5**step), v / (1 - 0.9**step)
                w.data -= 1e-3 * corrected[0] / (corrected[1].sqrt() + 1e-8)
        expected = (critic(held_out).mean() - critic(fresh).mean()).item()
    assert found == pytest.approx(expected, abs=1e-5)
    assert abs(found) > 1e-3


def bench(n: int = 60) -> PictureBench:
    with seeded(1):
        config = image_classifier.Config(data_shape=(1, 28, 28), channels=(2, 2), features=4)
        judge = image_classifier.ImageClassifier(config)
        return PictureBench(judge, torch.rand(80, 1, 28, 28), torch.rand(n, 1, 28, 28))


def vae() -> torch.nn.Module:
    cls = registry.model_class("vae/vae")
    with seeded(2):
        return cls(cls.Config(latent_dim=3, hidden=(8,))).eval().requires_grad_(False)


def test_what_the_bench_says_of_codes_is_what_is_said_of_them_elsewhere() -> None:
    model, measuring = vae(), bench()
    x, found = measuring.test.x, measuring.values(model)
    q = model.encode(x)
    assert found["mse"] == pytest.approx((model.decode(q.mean).mean - x).square().mean().item())
    assert found["mse_shuffled"] != found["mse"]
    assert found["active_units"] == likelihood.active_units(q.mean)
    by_hand = 0.5 * (q.mean**2 + q.variance - 1 - q.variance.log()).sum(1).mean()
    assert found["kl"] == pytest.approx(by_hand.item(), rel=1e-5)
    with seeded(3):
        near = [float(mmd(q.sample(), torch.randn(60, 3))) for _ in range(60)]
    assert abs(found["code_mmd"] - np.mean(near)) < 4 * np.std(near)


def test_a_class_is_covered_from_one_sample_in_a_hundred_that_is_sure() -> None:
    """The judge's last layer is set: what it makes of a picture is its first feature's sign."""
    model, measuring = vae(), bench(200)
    classifier = measuring.classifier

    def judged_as(rows: Tensor) -> dict[str, float]:
        classifier.output.forward = lambda features: 50 * rows[: len(features)]
        return measuring.values(model)

    every = torch.eye(10)[torch.arange(200) % 10]
    assert judged_as(every)["classes_covered"] == 10
    assert judged_as(every)["classified_digit"] == 100
    few = torch.eye(10)[torch.tensor([0] * 197 + [1] * 2 + [2])]
    assert judged_as(few)["classes_covered"] == 2
    unsure = torch.zeros(200, 10)
    unsure[:50] = torch.eye(10)[3]
    found = judged_as(unsure)
    assert found["classes_covered"] == 1 and found["classified_digit"] == 25


class Plane:
    """Two centres of one mode, and a second mode of its own."""

    centres = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]])
    modes = torch.tensor([0, 0, 1])
    mode_count = 2


def test_a_mode_is_hit_by_enough_good_samples() -> None:
    near, far = 2.9 * points.SIGMA, 3.1 * points.SIGMA
    samples = [[near, 0.0], [1.0, -near], [far, 0.0], [0.0, 3.0 + far], [np.nan, 0.0]]
    assert points.modes_hit(Plane, np.array(samples)) == (1, 2 / 5)
    samples.append([0.0, 3.0])
    assert points.modes_hit(Plane, np.array(samples)) == (2, 3 / 6)
    many = np.zeros((5000, 2))
    many[:10] = [0.0, 3.0]
    assert points.modes_hit(Plane, many)[0] == 2  # 20 of 10,000 are 10 of 5,000
    many[9] = 0
    assert points.modes_hit(Plane, many)[0] == 1


def test_a_mode_wants_twenty_good_samples_of_ten_thousand() -> None:
    for n, enough in ((10_000, 20), (5200, 10), (100, 1)):  # 10.4 of 5,200 are 10
        samples = np.zeros((n, 2))
        for good, modes in ((enough, 2), (enough - 1, 1)):
            samples[:] = 0
            samples[:good] = [0.0, 3.0]
            assert points.modes_hit(Plane, samples) == (modes, 1)
    for wrong in (np.nan, np.inf, -np.inf):
        assert points.modes_hit(Plane, np.array([[0.0, 0.0], [wrong, 0.0]])) == (1, 0.5)


def test_cells_are_a_grid_over_the_plane_and_what_lies_outside_is_in_the_outermost() -> None:
    rng = np.random.default_rng(0)
    edge = points.EXTENT
    x, y = rng.normal(size=(300, 2)) * edge / 2, rng.uniform(-1.2 * edge, edge, (200, 2))

    def shares(z: np.ndarray) -> np.ndarray:
        inside = z.clip(-edge, np.nextafter(edge, 0))
        counts = np.histogram2d(*inside.T, bins=32, range=[[-edge, edge]] * 2)[0] + 0.5
        return counts / counts.sum()

    p, q = shares(x), shares(y)
    m = (p + q) / 2
    kl, js = (p * np.log(p / q)).sum(), (p * np.log(p / m) + q * np.log(q / m)).sum() / 2
    assert points.grid_divergences(x, y) == pytest.approx((kl, js))
    broken = np.array([[np.nan, -np.inf], [np.inf, 0.1]])
    same = np.array([[edge, -edge], [edge, 0.1]])
    assert points.grid_divergences(broken, same) == (0, 0)


def test_scores_are_of_all_samples_and_the_transport_of_the_first_256() -> None:
    rng = np.random.default_rng(1)
    real, samples = rng.normal(size=(300, 2)), rng.normal(size=(290, 2)) * 0.1
    found = points.scores(Plane, real, samples)
    assert (found.modes, found.good) == points.modes_hit(Plane, samples)
    assert (found.kl, found.js) == points.grid_divergences(real, samples)
    assert found.w1 == points.wasserstein_1(real[:256], samples[:256])
    for wrong in (np.nan, np.inf, -np.inf):  # far away, but a number
        assert points.wasserstein_1(np.zeros((1, 2)), np.array([[wrong, 0.0]])) == 1e6


def test_divergences_are_those_of_the_counted_cells() -> None:
    """Two cells of 1024, half a sample more in each of all."""
    width = 2 * points.EXTENT / 32
    a, b = np.array([[0.5, 0.5]]) * width, np.array([[3.5, -2.5]]) * width
    x = np.repeat([a[0], b[0]], [6, 2], 0)
    y = np.repeat([a[0], b[0]], [1, 7], 0)
    p = np.full(1024, 0.5 / 520)
    q = p.copy()
    p[:2], q[:2] = [6.5 / 520, 2.5 / 520], [1.5 / 520, 7.5 / 520]
    m = (p + q) / 2
    kl = (p * np.log(p / q)).sum()
    js = 0.5 * (p * np.log(p / m)).sum() + 0.5 * (q * np.log(q / m)).sum()
    assert points.grid_divergences(x, y) == pytest.approx((kl, js))
    outside = np.array([[9e9, 0.1], [points.EXTENT - 1e-6, 0.1]])
    assert points.grid_divergences(outside[:1], outside[1:]) == pytest.approx((0, 0))


def test_the_transport_is_the_best_matching_not_the_one_in_order() -> None:
    x, y = np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([[10.0, 3.0], [0.0, 1.0]])
    assert points.wasserstein_1(x, y) == pytest.approx((1 + 3) / 2)
