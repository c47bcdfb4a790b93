"""Metrics of modes, discrete codes and labels against values worked out by hand."""

import math
from collections import Counter

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from backend import registry
from backend.corpora import Split
from backend.device import seeded
from backend.evaluation import modes
from backend.evaluation.table import METRICS
from backend.objectives.priors import GaussianMixture

WITH_COMPONENTS = [
    "text_vae/gmvae",
    "text_vae/dgmvae",
    "text_vae/dvae",
    "text_vae/di_vae",
    "text_vae/semi_vae",
    "vae/gm_vae",
]


# --- labels -------------------------------------------------------------------------------------


def entropy(counts: Counter) -> float:
    return -sum(n / counts.total() * math.log(n / counts.total()) for n in counts.values())


def by_definition(labels: np.ndarray, codes: np.ndarray) -> float:
    """1 - H(label | code) / H(label), with H(label | code) = H(label, code) - H(code)."""
    rows = [tuple(row) for row in codes.tolist()]
    both = entropy(Counter(zip(labels.tolist(), rows, strict=True)))
    return 1 - (both - entropy(Counter(rows))) / entropy(Counter(labels.tolist()))


def random_codes(n: int, variables: int, components: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, components, (n, variables))


def test_homogeneity_of_four_examples() -> None:
    """Code 0 holds labels a, a, b, code 1 holds b: H(label | code) = 3/4 H(1/3)."""
    labels, codes = np.array(["a", "a", "b", "b"]), np.array([[0], [0], [0], [1]])
    third = math.log(3) - 2 / 3 * math.log(2)
    by_hand = 1 - 0.75 * third / math.log(2)
    assert modes.homogeneity(labels, codes) == pytest.approx(by_hand, abs=1e-12)
    assert by_hand == pytest.approx(0.31128, abs=1e-5)


def test_homogeneity_is_its_definition() -> None:
    codes = random_codes(500, variables=3, components=4)
    noise = np.random.default_rng(2).integers(0, 3, 500)
    labels = np.where(noise > 0, codes[:, 0] + codes[:, 2], noise)
    value = modes.homogeneity(labels, codes)
    assert value == pytest.approx(by_definition(labels, codes), abs=1e-10)
    assert 0.2 < value < 0.9


def test_variables_tell_a_label_together_that_none_tells_alone() -> None:
    codes = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 5)
    labels = codes[:, 0] ^ codes[:, 1]
    assert modes.homogeneity(labels, codes) == pytest.approx(1)
    for column in codes.T:
        assert modes.homogeneity(labels, column[:, None]) == pytest.approx(0, abs=1e-12)


def test_a_code_per_example_is_homogeneous_and_so_are_its_shuffles() -> None:
    """Why the shuffled value is the one to compare with."""
    labels = np.array(["act", "emotion"] * 30)
    codes = np.arange(60)[:, None]
    assert modes.homogeneity(labels, codes) == pytest.approx(1)
    assert modes.shuffled_homogeneity(labels, codes, seed=0, shuffles=3) == pytest.approx(1)
    assert modes.homogeneity(labels, 0 * codes) == pytest.approx(0, abs=1e-12)


def test_shuffled_homogeneity_is_what_chance_gives() -> None:
    """Independent labels and codes share (L - 1)(C - 1) / 2N nats in a finite sample."""
    codes = random_codes(2000, variables=2, components=5)
    labels = codes[:, 0].copy()
    before = labels.copy()
    value = modes.shuffled_homogeneity(labels, codes, seed=0)
    expected = (5 - 1) * (25 - 1) / (2 * 2000) / entropy(Counter(labels.tolist()))
    assert value == pytest.approx(expected, rel=0.15)
    assert np.array_equal(labels, before)
    assert value == modes.shuffled_homogeneity(labels, codes, seed=0)
    assert value != modes.shuffled_homogeneity(labels, codes, seed=1)


def test_cluster_accuracy_with_codes_that_were_not_seen() -> None:
    seen, seen_labels = np.array([[0], [0], [0], [1]]), np.array([2, 2, 1, 0])
    codes, labels = np.array([[0], [1], [3], [0]]), np.array([2, 0, 0, 1])
    # Code 0 says 2, right and wrong; code 1 says 0, right; code 3 says nothing.
    assert modes.cluster_accuracy(seen, seen_labels, codes, labels) == 0.5
    assert modes.cluster_accuracy(seen, seen_labels, codes[2:3], labels[2:3]) == 0


def test_cluster_accuracy_goes_by_whole_rows() -> None:
    seen = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    labels = np.array([0, 1, 1, 0])
    assert modes.cluster_accuracy(seen, labels, seen, labels) == 1
    assert modes.cluster_accuracy(seen, labels, seen[:, ::-1], labels) == 1
    assert modes.cluster_accuracy(seen, labels, 1 - seen, 1 - labels) == 0


def test_names_of_labels_are_those_of_the_corpus_and_in_the_table() -> None:
    said = Split(["hi"], None, {"act": ["inform"], "emotion": ["fear"], "topic": ["work"]})
    assert modes.label_names(said) == ("act_homogeneity", "emotion_homogeneity")
    asked = Split(["hi"], None, {"domain": ["weather"], "speaker": ["driver"]})
    assert modes.label_names(asked) == ("domain_homogeneity", "speaker_homogeneity")
    digits = Split(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.int64))
    assert modes.label_names(digits) == ("cluster_accuracy",)
    assert modes.label_names(Split(["hi"], None)) == ()
    for split in (said, asked, digits):
        assert set(modes.label_names(split)) <= set(METRICS)


# --- information --------------------------------------------------------------------------------


class OneVariable:
    """One variable, modes N(0, 1) and N(2, 1); input i has q(z|x) and q(c|x) by table."""

    def __init__(self, mu: list[float], q_c: list[list[float]]) -> None:
        self.mu, self.q_c = torch.tensor(mu)[:, None], torch.tensor(q_c)[:, None]
        self.prior = GaussianMixture(1, 2, 1).requires_grad_(False)
        self.prior.means.data = torch.tensor([[[0.0], [2.0]]])

    def encode(self, x: Tensor) -> Independent:
        return Independent(Normal(self.mu[x], torch.ones(len(x), 1)), 1)

    def assign(self, x: Tensor) -> Tensor:
        return self.q_c[x]


def test_information_of_four_examples() -> None:
    """With unit variances KL(N(a) || N(b)) = (a - b)² / 2, and p̂ has the average mean.

    p̂ lies at 0, 2, 1, 1, and its variance under q(c|x), halved, is the dispersion.
    """
    model = OneVariable([1.0, 2.0, 1.0, 3.0], [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.5, 0.5]])
    found = modes.information(model, [torch.tensor([0, 1, 2]), torch.tensor([3])])
    half = math.log(2) / 2
    assert found == pytest.approx(
        {
            "kl_z": (0.5 + 0 + 0 + 2) / 4,
            "dispersion": (0 + 0 + 0.5 + 0.5) / 4,
            "kl_z_components": (0.5 + 0 + 0.5 + 2.5) / 4,
            "mean_variance": 1 + 1,
            "mean_variance_k": 1,
            "mean_variance_used": 2,  # both are used equally
            "kl_c": 0,  # both modes get half of the batch
            "kl_c_exact": half,  # ln 2 for the two that are certain
            "mi_c": half,
            "mi_c_mean": half,
            "codes_used": 2,
            "modes_used": 2,
        },
        abs=1e-6,
    )


@pytest.mark.parametrize(("rare", "used"), [(1, 1), (2, 2)])
def test_a_mode_counts_as_used_from_one_percent(rare: int, used: int) -> None:
    q_c = [[0.1, 0.9]] * rare + [[0.8, 0.2]] * (200 - rare)
    found = modes.information(OneVariable([0.0] * 200, q_c), [torch.arange(200)])
    assert found["modes_used"] == used
    assert found["codes_used"] == 2


def tiny(name: str) -> tuple[torch.nn.Module, Tensor]:
    """A small model with random weights, in double precision, and inputs for it."""
    cls = registry.model_class(name)
    config = cls.Config.tiny()
    with seeded(3):
        model = cls(config).double().eval()
        if name.startswith("vae/"):
            return model, torch.rand(12, *config.data_shape, dtype=torch.float64)
        x = torch.randint(3, config.vocab_size, (12, config.max_len))
    x[:, -1] = 2
    return model, x


@pytest.mark.parametrize("name", WITH_COMPONENTS)
def test_information_of_every_model_adds_up(name: str) -> None:
    model, x = tiny(name)
    found = modes.information(model, [x])
    assert set(found) == set(modes.names(model)) <= set(METRICS)
    q_c = model.assign(x).detach()
    _, m, k = q_c.shape
    exact = (q_c * (q_c * k).log()).sum((1, 2)).mean().item()
    assert found["kl_c_exact"] == pytest.approx(exact, abs=1e-9)
    assert found["kl_c"] + found["mi_c"] == pytest.approx(exact, abs=1e-9)
    assert found["mi_c_mean"] == pytest.approx(found["mi_c"] / m)
    assert 0 <= found["mi_c"] <= m * math.log(k)
    rows = {tuple(row) for row in q_c.argmax(-1).tolist()}
    assert found["codes_used"] == len(rows)
    assert found["modes_used"] == sum(len({row[j] for row in rows}) for j in range(m))


@pytest.mark.parametrize("name", ["text_vae/gmvae", "text_vae/dgmvae", "vae/gm_vae"])
def test_the_kl_to_the_modes_is_that_to_their_average_plus_the_dispersion(name: str) -> None:
    model, x = tiny(name)
    found = modes.information(model, [x])
    total = found["kl_z"] + found["dispersion"]
    assert found["kl_z_components"] == pytest.approx(total, abs=1e-9)
    assert found["dispersion"] > 0
    means = model.prior.means.detach()
    away = means - means.mean(1, keepdim=True)
    assert found["mean_variance"] == pytest.approx(away.pow(2).sum().item())
    assert found["mean_variance_k"] == pytest.approx(away.pow(2).sum().item() / means.shape[1])


def test_a_mode_that_nothing_uses_adds_nothing_to_the_weighted_variance() -> None:
    """Means 0, 2 and 50; the third is never chosen: 3 · (¼ · 1.5² + ¾ · 0.5²), and 1,633 plain."""
    q_c = [[1.0, 0.0, 0.0]] + 3 * [[0.0, 1.0, 0.0]]
    model = OneVariable([0.0] * 4, q_c)
    model.prior = GaussianMixture(1, 3, 1).requires_grad_(False)
    model.prior.means.data = torch.tensor([[[0.0], [2.0], [50.0]]])
    found = modes.information(model, [torch.arange(4)])
    assert found["mean_variance_used"] == pytest.approx(3 * 0.75)
    assert found["mean_variance"] > 1600


def test_the_extra_numbers_of_a_semi_vae_have_their_own_kl() -> None:
    model, x = tiny("text_vae/semi_vae")
    q = model.posteriors(x)[1]
    by_hand = 0.5 * (q.mean**2 + q.variance - 1 - q.variance.log()).sum(1).mean()
    assert modes.information(model, [x])["kl_z"] == pytest.approx(by_hand.item())


@pytest.mark.parametrize("name", WITH_COMPONENTS)
def test_how_examples_are_grouped_changes_nothing(name: str) -> None:
    model, x = tiny(name)
    together, apart = (modes.information(model, parts) for parts in ([x], [x[:5], x[5:]]))
    assert together == pytest.approx(apart)
