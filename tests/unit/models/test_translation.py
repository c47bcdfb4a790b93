"""Translation: what is read of a pair, where it looks, and that it learns."""

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.device import seeded
from backend.distributions.sequence import BOS, EOS, PAD
from backend.models.seq2seq import kerbs_translation, translation
from backend.nets.sequences import UNK
from backend.training import TrainConfig, fit

SIZES = {"vocab_size": 24, "separator": 13, "max_len": 14, "embedding_dim": 16, "dropout": 0.0}
NAMES = [name for name in registry.model_names() if name.startswith("seq2seq/")]


def made(name: str, **sizes: object) -> translation.Translation:
    cls = registry.model_class(name)
    with seeded(0):
        return cls(cls.Config(**SIZES | {"hidden_dim": 33} | sizes)).eval()  # odd: halves differ


def pair(source: list[int], target: list[int], length: int = 14) -> list[int]:
    row = [*source, 13, *target, EOS]
    return row + [PAD] * (length - len(row))


PAIRS = torch.tensor(
    [
        pair([14, 5, 6], [4, 5]),
        pair([20], [7, 8, 9, 10]),
        pair([5, 14, 15, 16, 17], [6]),
        pair([18, 19], [14, 12]),  # a word that only the source's language has
    ]
)


def test_a_pair_is_split_at_its_mark() -> None:
    source, target, begins = made(NAMES[-1]).split(PAIRS)
    assert source.tolist() == [
        [14, 5, 6, 13, 0, 0],
        [20, 13, 0, 0, 0, 0],
        [5, 14, 15, 16, 17, 13],
        [18, 19, 13, 0, 0, 0],
    ]
    assert target.tolist() == [
        [4, 5, EOS, 0, 0],
        [7, 8, 9, 10, EOS],
        [6, EOS, 0, 0, 0],
        [UNK, 12, EOS, 0, 0],
    ]
    assert begins.tolist() == [[4], [2], [6], [3]]
    alone = made(NAMES[-1]).split(torch.tensor([[5, 6, EOS, PAD]]))  # no mark: all is source
    assert alone.source.tolist() == [[5, 6, EOS]] and alone.target.tolist() == [[EOS]]


@torch.no_grad()
@pytest.mark.parametrize("name", NAMES)
def test_a_translation_looks_at_words_and_never_at_pads(name: str) -> None:
    model = made(name)
    source, target, _ = model.split(PAIRS)
    weights = model.look(target, model.start(source)).weights
    torch.testing.assert_close(weights.sum(2), torch.ones(weights.shape[:2]))
    there = (source != PAD)[:, None].expand_as(weights)
    assert (weights[~there] == 0).all() and (weights[there] > 0).all()
    other = source.clone()
    other[0, 0] = 15
    assert not torch.allclose(model.start(other)[0], model.start(source)[0])  # it is read


@torch.no_grad()
@pytest.mark.parametrize("name", NAMES)
def test_what_is_taught_at_once_is_what_is_said_word_by_word(name: str) -> None:
    model = made(name)
    source, target, _ = model.split(PAIRS)
    found = model.translations(source).log_prob(target)
    for row, words in enumerate(target.tolist()):
        alone = source[row : row + 1, : int((source[row] != PAD).sum())]
        state, before, total = model.start(alone), BOS, 0.0
        for word in [word for word in words if word != PAD]:
            hidden, state = model.hidden(torch.tensor([[before]]), state)
            log_p = model.log_probs(hidden[:, 0])
            assert float(log_p.exp().sum()) == pytest.approx(1, abs=1e-5)
            total += float(log_p[0, word])
            before = word
        assert float(found[row]) == pytest.approx(total, abs=1e-4)
    assert float(model.loss(PAIRS)["loss"]) == pytest.approx(-float(found.mean()), abs=1e-5)


@torch.no_grad()
def test_one_expert_is_a_softmax_of_a_hyperbolic_tangent() -> None:
    model = made("seq2seq/mos_translation", experts=1)
    source, target, _ = model.split(PAIRS)
    hidden = model.hidden(target, model.start(source))[0].flatten(0, 1)
    wanted = model.words.log_probs(hidden[:, 1:].tanh())
    torch.testing.assert_close(model.log_probs(hidden), wanted)


@torch.no_grad()
def test_without_a_spread_senses_are_an_inner_product() -> None:
    model = made("seq2seq/kerbs_translation", senses=1)
    assert isinstance(model, kerbs_translation.KerBSTranslation)
    model.words.log_theta.fill_(-4)
    x = torch.randn(50, 16)
    wanted = (x @ model.words.sense_vectors.T).log_softmax(1)
    torch.testing.assert_close(model.log_probs(x)[:, 2:], wanted, rtol=0, atol=0.05)


def test_senses_move_in_training_alone() -> None:
    model = made("seq2seq/kerbs_translation", moving_steps=5, moving_until=10, moved=0.2)
    assert isinstance(model, kerbs_translation.KerBSTranslation)
    for training in (False, True):
        model.train(training)
        for model.step in range(20):
            model.loss(PAIRS)
        noted = model.words.moves[model.words.moves[:, 0] > 0][:, 0].unique()
        assert noted.tolist() == ([5, 10] if training else [])


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_to_reverse_what_it_reads(name: str) -> None:
    """Numbers from 14 to 22 come back from their end, written with those from 4 to 12."""
    model = made(name, hidden_dim=48)

    def batch(n: int) -> Tensor:
        rows = []
        for length in torch.randint(1, 6, (n,)).tolist():
            words = torch.randint(0, 9, (length,))
            rows.append(pair((words + 14).tolist(), (words.flip(0) + 4).tolist()))
        return torch.tensor(rows)

    config = TrainConfig(steps=300, batch_size=64, lr=1e-2, warmup=20)
    with seeded(1):
        for _ in fit(model, lambda step: batch(64), config):
            pass
        source, target, _ = model.eval().split(batch(100))
    written = model.translations(source).generate(0.0, (UNK,))[:, : target.shape[1]]
    assert float((written == target).all(1).float().mean()) > 0.9


@torch.no_grad()
def test_contexts_stand_where_their_words_do() -> None:
    model = made("seq2seq/translation")
    source, target, _ = model.split(PAIRS)
    read = model.contexts(PAIRS)
    assert not read[0, :4].any() and read[0, 4].any()
    said = model.log_probs(read[1, 2:7]).gather(1, target[1, :5, None]).sum()
    assert float(said) == pytest.approx(float(model.translations(source).log_prob(target)[1]))


def test_it_is_taught_to_like_what_it_is_told() -> None:
    """A step down the loss makes a pair likelier; with its sign turned it would not."""
    model = made("seq2seq/translation")
    before = model.loss(PAIRS)["loss"].item()
    for _ in fit(model, lambda step: PAIRS, TrainConfig(steps=5, batch_size=4, warmup=1)):
        pass
    source, target, _ = model.eval().split(PAIRS)
    assert -model.translations(source).log_prob(target).mean().item() < before
