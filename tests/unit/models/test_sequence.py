"""The distribution over sentences is a distribution: it sums to 1, and samples follow it."""

import itertools

import pytest
import torch

from backend.device import seeded
from backend.distributions.deterministic import Deterministic
from backend.distributions.sequence import EOS, PAD
from backend.nets.sequences import SequenceConfig, SequenceDecoder, TiedSoftmax

TINY = SequenceConfig(
    vocab_size=6, max_len=3, latent_dim=2, embedding_dim=4, encoder_dim=3, decoder_dim=5, dropout=0
)


@pytest.fixture
def decoder() -> SequenceDecoder:
    with seeded(0):
        return SequenceDecoder(TINY, TiedSoftmax(TINY.vocab_size, TINY.embedding_dim)).eval()


def all_sentences() -> torch.Tensor:
    """Every sequence of at most 3 tokens, <eos> included, over the three words 3, 4, 5."""
    rows = []
    for length in range(TINY.max_len):
        for words in itertools.product((3, 4, 5), repeat=length):
            rows.append([*words, EOS] + [PAD] * (TINY.max_len - length - 1))
    return torch.tensor(rows)


def test_probabilities_of_all_sentences_sum_to_one(decoder: SequenceDecoder) -> None:
    sentences = all_sentences()
    assert len(sentences) == 1 + 3 + 9
    with seeded(1):
        z = torch.randn(1, 2).expand(len(sentences), -1)
    total = decoder(z).log_prob(sentences).double().exp().sum()
    torch.testing.assert_close(total, torch.tensor(1.0, dtype=torch.float64), atol=1e-6, rtol=0)


def test_samples_follow_the_probabilities(decoder: SequenceDecoder) -> None:
    sentences = all_sentences()
    z = torch.zeros(1, 2)
    with torch.no_grad():
        exact = decoder(z.expand(len(sentences), -1)).log_prob(sentences).exp()
        with seeded(2):
            draws = decoder(z.expand(20_000, -1)).sample()
    counts = torch.tensor([(draws == row).all(1).sum() for row in sentences])
    assert counts.sum() == 20_000
    assert (counts / 20_000 - exact).abs().sum() / 2 < 0.02  # total variation


def test_greedy_takes_the_likeliest_token_each_time(decoder: SequenceDecoder) -> None:
    z = torch.ones(1, 2)
    greedy = decoder(z).mode[0].tolist()
    first = {}
    for token in (EOS, 3, 4, 5):
        rows = all_sentences()[all_sentences()[:, 0] == token]
        first[token] = decoder(z.expand(len(rows), -1)).log_prob(rows).exp().sum().item()
    assert greedy[0] == max(first, key=first.__getitem__)


@pytest.mark.parametrize("temperature", [0.4, 2.5])
def test_the_temperature_of_words_divides_their_log_probabilities(
    decoder: SequenceDecoder, temperature: float
) -> None:
    z = torch.ones(1, 2)
    with torch.no_grad():
        hidden, _ = decoder.hidden(torch.tensor([[1]]), decoder(z).state)  # after <bos>
        p = decoder.log_probs(hidden[:, 0])[0].exp() ** (1 / temperature)
    with seeded(4):
        first = decoder(z.expand(8000, -1)).generate(temperature)[:, 0]
    shares = torch.bincount(first, minlength=6) / 8000
    torch.testing.assert_close(shares, p / p.sum(), atol=0.025, rtol=0)


def test_who_has_ended_costs_nothing_and_changes_nothing(decoder: SequenceDecoder) -> None:
    with seeded(5):
        z = 4 * torch.randn(60, 2)
    asked = []
    hidden = decoder.hidden
    decoder.hidden = lambda inputs, state: asked.append(len(inputs)) or hidden(inputs, state)
    together = decoder(z).mode
    still = [int((together[:, t:] != PAD).any(1).sum()) for t in range(2)]
    assert asked == still and 60 == still[0] > still[1] > 0
    assert (together == torch.cat([decoder(row[None]).mode for row in z])).all()


def test_forbidden_tokens_are_never_made(decoder: SequenceDecoder) -> None:
    with seeded(3):
        ids = decoder(torch.randn(500, 2)).generate(1.0, forbid=(3,))
    assert not (ids == 3).any()
    assert (ids == EOS).any(1).all()


def test_a_sentence_over_the_limit_is_refused(decoder: SequenceDecoder) -> None:
    with pytest.raises(ValueError, match="at most 3 tokens, got 4"):
        decoder(torch.zeros(1, 2)).log_prob(torch.tensor([[3, 4, 5, EOS]]))


def test_adaptive_softmax_is_normalised_and_tied() -> None:
    with seeded(0):
        words = TiedSoftmax(20, 4)
    x = torch.randn(5, 4)
    torch.testing.assert_close(words.log_probs(x).exp().sum(1), torch.ones(5))
    targets = torch.tensor([2, 3, 7, 15, 19])
    torch.testing.assert_close(
        words.token_log_prob(x, targets), words.log_probs(x)[range(5), targets]
    )
    rare = words.embed(torch.tensor([19]))
    with torch.no_grad():
        words.tail[0][1].weight[-1] += 1
    torch.testing.assert_close(words.embed(torch.tensor([19])), rare + 1)


@pytest.mark.parametrize("forbid", [(), (3,), (0, 3, 4, 17, 19)])
def test_the_short_way_to_the_likeliest_word_finds_the_same(forbid) -> None:
    with seeded(0):
        words = TiedSoftmax(20, 4)  # 2 frequent words, 16 rare ones
        x = 3 * torch.randn(500, 4)
    log_p = words.log_probs(x)
    log_p[:, list(forbid)] = -torch.inf
    found = words.likeliest(x, forbid)
    assert torch.equal(found, log_p.argmax(1))
    assert not forbid or not set(found.tolist()) & set(forbid)
    assert 0 < (found < 4).sum() < 500 or 3 in forbid  # both ways were gone


def test_a_word_has_one_vector_with_and_without_gradients() -> None:
    words = TiedSoftmax(20, 4)
    ids = torch.arange(20).reshape(4, 5)
    with torch.no_grad():
        found = words.embed(ids)
    assert torch.equal(found, words.embed(ids)) and not found.requires_grad


def test_a_point_mass_has_no_density() -> None:
    value = torch.randn(3, 2)
    point = Deterministic(value)
    assert torch.equal(point.rsample(), value)
    assert point.sample((4,)).shape == (4, 3, 2)
    with pytest.raises(NotImplementedError):
        point.log_prob(value)
