"""Metrics against closed forms, bounds and a published reference value."""

import gzip
import math

import pytest
import torch
from torch.distributions import Independent, Normal

from backend.device import seeded
from backend.evaluation import images, likelihood, text
from backend.evaluation.table import METRICS, TRAINING_TERMS
from backend.objectives.divergences import mutual_information


class LinearGaussian:
    """z ~ N(0, I), x|z ~ N(z W, s^2 I), W with orthogonal rows: everything has a closed form."""

    def __init__(self, noise: float = 0.5, q_scale: float = 1.0) -> None:
        """``q_scale`` widens q(z|x); at 1 it is the exact posterior."""
        self.weight = torch.tensor([[1.0, 0.0, 2.0], [2.0, 0.5, -1.0]])  # [D, X]
        self.noise, self.q_scale = noise, q_scale

    def prior(self) -> Independent:
        return Independent(Normal(torch.zeros(2), torch.ones(2)), 1)

    def decode(self, z: torch.Tensor, context: None = None) -> Independent:
        return Independent(Normal(z @ self.weight, self.noise), 1)

    def encode(self, x: torch.Tensor, context: None = None) -> Independent:
        precision = 1 + self.weight.square().sum(1) / self.noise**2  # [D]
        mean = x @ self.weight.T / self.noise**2 / precision
        return Independent(Normal(mean, self.q_scale * precision.rsqrt().expand_as(mean)), 1)

    def nll(self, x: torch.Tensor) -> torch.Tensor:
        """Exact -log p(x) [B], nats."""
        covariance = self.weight.T @ self.weight + self.noise**2 * torch.eye(3)
        p = torch.distributions.MultivariateNormal(torch.zeros(3), covariance)
        return -p.log_prob(x)


def _normal(mean: torch.Tensor) -> Independent:
    return Independent(Normal(mean, torch.ones_like(mean)), 1)


@pytest.fixture
def x() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(8, 3)


def test_with_the_exact_posterior_bound_and_estimate_equal_the_nll(x):
    torch.manual_seed(0)
    model = LinearGaussian()
    estimate = likelihood.importance_nll(model, x, n_samples=3, chunk=2)
    assert torch.allclose(estimate.float(), model.nll(x), atol=1e-4)
    # With a closed-form KL the bound varies with z around its mean, the exact NLL.
    bounds = torch.stack([likelihood.bound(model, x).nll for _ in range(2000)])
    assert torch.allclose(bounds.mean(0), model.nll(x), atol=0.15)


def test_importance_sampling_approaches_the_closed_form_from_above(x):
    torch.manual_seed(0)
    model = LinearGaussian(q_scale=2.0)
    exact = model.nll(x).mean().item()
    elbo = torch.stack([likelihood.bound(model, x).nll for _ in range(500)]).mean().item()
    few = torch.stack([likelihood.importance_nll(model, x, 5) for _ in range(200)]).mean().item()
    many = likelihood.importance_nll(model, x, 20_000, chunk=5_000).mean().item()
    assert elbo > few > many
    assert many == pytest.approx(exact, abs=0.02)


def test_importance_sampling_survives_likelihoods_below_the_smallest_float():
    far = torch.full((2, 3), 300.0)
    nll = likelihood.importance_nll(LinearGaussian(noise=0.1), far, 10)
    assert nll.isfinite().all() and (nll > 1000).all()


def test_importance_sampling_does_not_depend_on_how_codes_are_grouped(x):
    model = LinearGaussian(q_scale=1.5)
    values = []
    for chunk in (7, 1000):
        torch.manual_seed(0)
        values.append(likelihood.importance_nll(model, x, 20_000, chunk).mean().item())
    assert values[0] == pytest.approx(values[1], abs=0.02)


def test_importance_sampling_refuses_no_samples(x):
    for wrong in ((0, 100), (3, 0)):
        with pytest.raises(ValueError, match="at least 1"):
            likelihood.importance_nll(LinearGaussian(), x, *wrong)


def test_the_bound_and_the_estimate_are_their_formulas_on_the_codes_drawn(x):
    model, standard = LinearGaussian(q_scale=2.0), _normal(torch.zeros(2))
    with seeded(1):
        found = likelihood.bound(model, x)
    with seeded(1):
        q = model.encode(x)
        z = q.sample()
    recon = -model.decode(z).log_prob(x)
    divergence = 0.5 * (q.mean**2 + q.variance - 1 - q.variance.log()).sum(1)
    assert torch.allclose(found.recon_nll, recon) and torch.allclose(found.kl, divergence)
    assert torch.allclose(found.nll, recon + divergence)

    with seeded(2):
        estimate = likelihood.importance_nll(model, x, 5, chunk=2)
    with seeded(2):
        z = torch.cat([q.sample((n,)) for n in (2, 2, 1)])
    log_p = model.decode(z).log_prob(x) + standard.log_prob(z) - q.log_prob(z)
    assert torch.allclose(estimate.float(), -log_p.exp().mean(0).log(), atol=1e-4)
    with seeded(2):
        one = likelihood.importance_nll(model, x, 1, chunk=1)
    assert torch.allclose(one.float(), -log_p[0], atol=1e-4)


def test_five_hundred_codes_are_drawn_a_hundred_at_a_time(x, monkeypatch):
    model, drawn = LinearGaussian(), []
    q = model.encode(x)
    draw = q.sample
    monkeypatch.setattr(q, "sample", lambda shape: drawn.append(shape[0]) or draw(shape))
    monkeypatch.setattr(model, "encode", lambda x, context=None: q)
    likelihood.importance_nll(model, x)
    assert drawn == [100] * 5


def test_mutual_information_reaches_its_cap_when_codes_are_far_apart():
    mean = 100 * torch.arange(50.0)[:, None].expand(50, 4)
    values = mutual_information(_normal(mean), mean + 0.1, chunk=7)
    assert torch.allclose(values, torch.full_like(values, math.log(50)))


def test_mutual_information_is_zero_when_all_posteriors_are_equal():
    torch.manual_seed(0)
    values = mutual_information(_normal(torch.zeros(40, 3)), torch.randn(40, 3))
    assert values.abs().max() < 1e-9


def test_mutual_information_matches_a_gaussian_channel():
    """z = m + noise with m ~ N(0, 3), noise ~ N(0, 1): the information is ln(1 + 3) / 2."""
    torch.manual_seed(0)
    mean = math.sqrt(3) * torch.randn(4000, 1)
    q = _normal(mean)
    values = mutual_information(q, q.sample())
    assert values.mean().item() == pytest.approx(math.log(4) / 2, abs=0.04)
    assert values.max() <= math.log(4000)


def test_units_are_active_from_a_variance_of_one_hundredth():
    base = torch.tensor([-1.0, 1.0] * 50)
    base = base / base.std()
    mean = torch.stack([0.0 * base, 0.09 * base, 0.11 * base, base], 1)
    assert likelihood.active_units(mean) == 2
    assert likelihood.active_units(mean[:, 1:]) == 2  # not the others
    assert likelihood.active_units(torch.tensor([[0.0], [1.0]]), threshold=0.5) == 1  # reached
    assert likelihood.activity(mean).tolist() == pytest.approx([0, 0.0081, 0.0121, 1], abs=1e-6)


def test_perplexity_of_a_uniform_choice_is_the_number_of_words():
    n_tokens = torch.tensor([3, 7, 1])
    assert likelihood.perplexity(n_tokens * math.log(50), n_tokens) == pytest.approx(50)
    assert likelihood.perplexity_stderr(n_tokens * math.log(50), n_tokens) < 1e-4


def test_perplexity_error_matches_repeated_draws():
    torch.manual_seed(0)
    n_tokens = torch.randint(3, 12, (500, 400))
    nll = n_tokens * 2 + torch.randn(500, 400)
    values = [likelihood.perplexity(a, b) for a, b in zip(nll, n_tokens, strict=True)]
    spread = torch.tensor(values).std().item()
    assert likelihood.perplexity_stderr(nll[0], n_tokens[0]) == pytest.approx(spread, rel=0.15)


def test_standard_error_of_one_value_is_zero():
    assert likelihood.standard_error(torch.tensor([3.0])) == 0
    assert likelihood.standard_error(torch.tensor([1.0, 3.0])) == pytest.approx(1.0)


def test_inception_score_limits():
    sure = torch.eye(10).repeat(100, 1)
    assert images.inception_score(sure) == pytest.approx((10.0, 0.0))
    constant = torch.tensor([0.3, 0.7]).expand(1000, 2)
    assert images.inception_score(constant) == pytest.approx((1.0, 0.0))
    one_class = torch.eye(10)[:1].expand(1000, 10)
    assert images.inception_score(one_class) == pytest.approx((1.0, 0.0))


def test_inception_score_needs_an_image_per_split():
    with pytest.raises(ValueError, match="9 images"):
        images.inception_score(torch.eye(10)[:9])


def test_frechet_distance_closed_forms():
    torch.manual_seed(0)
    root = torch.randn(6, 6).double()
    cov, mean, shift = root @ root.T, torch.randn(6).double(), torch.randn(6).double()
    assert images.frechet_distance(mean, cov, mean, cov) == pytest.approx(0, abs=1e-9)
    shifted = images.frechet_distance(mean, cov, mean + shift, cov)
    assert shifted == pytest.approx(shift.square().sum().item())
    a, b = torch.tensor([1.0, 4.0]).double(), torch.tensor([9.0, 0.0]).double()
    zero = torch.zeros(2).double()
    apart = images.frechet_distance(zero, a.diag(), zero, b.diag())
    assert apart == pytest.approx((a.sqrt() - b.sqrt()).square().sum().item())


def test_frechet_distance_agrees_with_the_matrix_square_root():
    linalg = pytest.importorskip("scipy.linalg")
    torch.manual_seed(0)
    a, b = torch.randn(300, 8) @ torch.randn(8, 8), torch.randn(300, 8) @ torch.randn(8, 8) + 1
    s1, s2 = a.T.cov().double(), b.T.cov().double()
    shared = torch.as_tensor(linalg.sqrtm((s1 @ s2).numpy()).real)
    expected = (a.mean(0) - b.mean(0)).square().sum() + (s1 + s2 - 2 * shared).trace()
    assert images.fid(a, b) == pytest.approx(expected.item(), rel=1e-4)


def test_fid_of_features_with_a_dead_unit_is_finite():
    features = torch.randn(100, 4)
    features[:, 2] = 0
    assert images.fid(features, features) == pytest.approx(0, abs=1e-9)


def test_reconstruction_errors():
    x = torch.tensor([[[[0.0, 1.0], [0.5, 1.0]]]])
    assert images.mean_squared_error(x, x).item() == 0
    assert images.mean_squared_error(x, 1 - x).item() == pytest.approx(0.75)
    entropy = images.binary_cross_entropy(x, x).item()
    assert entropy == pytest.approx(math.log(2))
    half = torch.full_like(x, 0.5)
    assert images.binary_cross_entropy(x, half).item() == pytest.approx(4 * math.log(2))


def test_blur_lowers_sharpness():
    torch.manual_seed(0)
    x = torch.rand(5, 1, 28, 28)
    blurred = torch.nn.functional.avg_pool2d(x, 3, stride=1, padding=1)
    assert (images.sharpness(blurred) < images.sharpness(x)).all()
    assert images.sharpness(torch.ones(1, 1, 28, 28)).item() == 0


def test_recognised_needs_confidence():
    probabilities = torch.tensor([[0.95, 0.05], [0.9, 0.1], [0.5, 0.5]])
    assert images.recognised(probabilities).tolist() == [True, True, False]


SENTENCES = [["i", "like", "tea", "."], ["it", "is", "raining", "again", "."]]


def test_bleu_of_identical_sentences_is_100():
    assert text.corpus_bleu(SENTENCES, SENTENCES) == pytest.approx(100)
    assert text.corpus_bleu([[7, 8, 9, 10, 11]], [[7, 8, 9, 10, 11]]) == pytest.approx(100)


def test_bleu_closed_form_with_brevity_penalty():
    """All n-grams right, 5 of 8 tokens: only exp(1 - 8/5) remains."""
    expected = 100 * math.exp(1 - 8 / 5)
    assert text.corpus_bleu([list("abcde")], [list("abcdefgh")]) == pytest.approx(expected)


def test_bleu_without_a_common_four_gram_is_zero():
    assert text.corpus_bleu([list("abcx")], [list("abcd")]) == 0


def test_bleu_needs_pairs():
    with pytest.raises(ValueError, match="2 hypotheses for 1"):
        text.corpus_bleu(SENTENCES, SENTENCES[:1])


def test_word_frequency_kl():
    assert text.unigram_kl(SENTENCES, SENTENCES) == 0
    expected = 0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)
    assert text.unigram_kl(["ab"], ["abbb"]) == pytest.approx(expected)
    assert text.unigram_kl(["ac"], ["ab"]) == pytest.approx(0.0)  # "c" is skipped
    with pytest.raises(ValueError, match="no words"):
        text.unigram_kl([[]], SENTENCES)


def test_word_frequency_kl_of_the_penn_treebank(data_folder):
    """The published "Test Set 0.14" of the Penn Treebank, test against training sentences."""
    folder = data_folder / "ptb"
    if not folder.is_dir():
        pytest.skip(f"no Penn Treebank in {folder}; the other tests of this metric need none")

    def read(split: str) -> list[list[str]]:
        with gzip.open(folder / f"ptb.{split}.txt.gz", "rt", encoding="utf-8") as lines:
            return [line.replace("'s", " 's").split() for line in lines]

    assert text.unigram_kl(read("test"), read("train")) == pytest.approx(0.136, abs=0.001)


def test_sentences_end_at_the_end_mark():
    ids = torch.tensor([[5, 6, 2, 0, 0], [7, 3, 8, 9, 2], [2, 0, 0, 0, 0]])
    assert text.sentences(ids) == [(5, 6), (7, 3, 8, 9), ()]


def test_same_compares_whole_sentences():
    assert text.same([[1, 2], [1, 2]], [(1, 2), (1, 2, 3)]) == [True, False]


def test_every_metric_is_explained():
    for id, metric in METRICS.items():
        assert metric.id == id and metric.title
        assert metric.explanation.endswith(".") and metric.explanation.count(".") >= 1
    assert set(METRICS) >= TRAINING_TERMS
