"""Output layers of language models are distributions, of the rank that is claimed for them."""

import math

import pytest
import torch
from torch import Tensor

from backend.device import seeded
from backend.models.lm import kerbs, lstm_lm, mos

SIZES = {"vocab_size": 60, "max_len": 6, "embedding_dim": 4, "hidden_dim": 32, "dropout": 0.0}
CONTEXTS = 500


def model(cls: type[lstm_lm.LSTMLM], config: type[lstm_lm.Config], **sizes: int) -> lstm_lm.LSTMLM:
    with seeded(0):
        made = cls(config(**(SIZES | sizes))).double().eval()
        for parameter in made.parameters():
            parameter.data = torch.randn_like(parameter)
    return made


def read(m: lstm_lm.LSTMLM) -> Tensor:
    """Outputs of 500 contexts, [500, H]."""
    with seeded(1), torch.no_grad():
        inputs = torch.randint(2, 60, (CONTEXTS // 5, 5))
        return m.hidden(inputs, m.start(len(inputs)))[0].flatten(0, 1)


@pytest.fixture(scope="module")
def mixture() -> mos.MoS:
    return model(mos.MoS, mos.Config, experts=3)


@torch.no_grad()
def test_a_mixture_of_softmaxes_is_what_the_paper_says(mixture: mos.MoS) -> None:
    hidden = read(mixture)
    wanted = torch.zeros(CONTEXTS, 60, dtype=torch.double)
    weights = hidden[:, :3].softmax(1)
    for k in range(3):
        vectors = hidden[:, 3 + 4 * k : 7 + 4 * k].tanh()
        wanted += weights[:, k, None] * mixture.words.log_probs(vectors).exp()
    found = mixture.log_probs(hidden)
    assert torch.allclose(found.exp(), wanted)
    assert torch.allclose(found.exp().sum(1), torch.ones(CONTEXTS).double())
    assert found[:, :2].isneginf().all()  # no pad, no begin mark
    targets = torch.arange(CONTEXTS) % 58 + 2
    one = mixture.token_log_prob(hidden, targets)
    assert torch.allclose(one, found.gather(1, targets[:, None])[:, 0])
    log_weights, log_p = mixture.experts(hidden)
    assert torch.allclose(log_weights.exp(), weights)
    assert torch.allclose(log_p.exp().sum(2), torch.ones(CONTEXTS, 3).double())
    assert (weights.amax(1) < 0.9).any() and (log_p[:, 0] != log_p[:, 1]).any()


@torch.no_grad()
def test_one_expert_is_a_softmax_of_a_hyperbolic_tangent() -> None:
    single = model(mos.MoS, mos.Config, experts=1)
    hidden = read(single)
    wanted = single.words.log_probs(hidden[:, 1:].tanh())
    assert torch.allclose(single.log_probs(hidden), wanted)


@torch.no_grad()
def test_only_a_mixture_leaves_the_rank_of_a_softmax(mixture: mos.MoS) -> None:
    """A softmax of vectors of size d has rank d + 1 at most: products, and a normaliser.

    The adaptive one adds the normaliser of its rare words and the biases: d + 3.
    """
    softmax = model(lstm_lm.LSTMLM, lstm_lm.Config)
    single = model(mos.MoS, mos.Config, experts=1)
    ranks = [rank(m.log_probs(read(m))[:, 2:]) for m in (softmax, single, mixture)]
    assert ranks[0] <= 4 + 3 and ranks[1] <= 4 + 3
    assert ranks[2] > 3 * ranks[0]


def rank(log_p: Tensor) -> int:
    return int(torch.linalg.matrix_rank(log_p, rtol=1e-9))


def test_what_lowers_the_loss_tells_experts_apart() -> None:
    """Two sentences, likely under no single expert's start; a wrong sign would raise the loss."""
    with seeded(2):
        m = mos.MoS(mos.Config.tiny())
    batch = torch.tensor([[5, 6, 2, 0], [9, 10, 2, 0]])
    optimizer = torch.optim.Adam(m.parameters(), lr=0.05)
    first = m.loss(batch)["loss"].item()
    for _ in range(60):
        optimizer.zero_grad()
        loss = m.loss(batch)["loss"]
        loss.backward()
        optimizer.step()
    assert m.output.weight.grad is not None and m.output.weight.grad[:3].abs().sum() > 0
    assert 0.69 <= m.loss(batch)["loss"].item() < 0.8 < first  # at best ln 2: either sentence


# --- several senses a word ----------------------------------------------------------------------


def of_one_angle(theta: float, cosine: float, kind: kerbs.Kernel) -> float:
    """The kernel of a vector of length 2 and one of length 3."""
    x = torch.tensor([[2.0, 0.0]]).double()
    e = 3 * torch.tensor([[cosine, math.sqrt(1 - cosine**2)]]).double()
    return float(kerbs.kernel(x, e, torch.tensor([theta]).double(), kind)) / 6


@pytest.mark.parametrize(
    ("kind", "cosine", "value"),
    [("paper", 1, 0.7616), ("code", 1, 1.4560), ("paper", -1, -5.6272), ("code", -1, -1)],
)
def test_the_paper_and_its_code_have_different_kernels(
    kind: kerbs.Kernel, cosine: float, value: float
) -> None:
    assert of_one_angle(2.0, cosine, kind) == pytest.approx(value, abs=5e-4)


@pytest.mark.parametrize("kind", ["paper", "code"])
@pytest.mark.parametrize("cosine", [-1.0, -0.3, 0.0, 0.4, 1.0])
def test_without_a_spread_both_are_the_inner_product(kind: kerbs.Kernel, cosine: float) -> None:
    assert of_one_angle(1e-4, cosine, kind) == pytest.approx(cosine, abs=1e-3)
    assert abs(of_one_angle(1.0, 0.4, kind) - 0.4) > 0.01


@pytest.mark.parametrize("kind", ["paper", "code"])
@pytest.mark.parametrize("lost", [0.05, 0.5, 1.2])
def test_what_is_lost_at_an_angle_is_what_the_kernel_says(kind: kerbs.Kernel, lost: float) -> None:
    theta = torch.tensor([0.02, 1.0, 4.0]).double()
    angles = kerbs.angle_losing(theta, torch.full((3,), lost).double(), kind)
    for one, angle in zip(theta.tolist(), angles.tolist(), strict=True):
        top, there = (of_one_angle(one, math.cos(math.radians(a)), kind) for a in (0, angle))
        assert top - there == pytest.approx(lost, abs=1e-3)
    if lost < 1:  # near the vector
        wider = angles.diff() > 0
        assert wider.all() if kind == "paper" else not wider.any()


@torch.no_grad()
@pytest.mark.parametrize("kind", ["paper", "code"])
def test_senses_of_a_word_add_up_to_it(kind: kerbs.Kernel) -> None:
    m = model(kerbs.KerBS, kerbs.Config, kernel=kind)
    layer, hidden = m.words, read(m)
    layer.surprise[7] = 1.0
    layer.needed[:] = torch.arange(layer.absent)
    layer.reallocate(3, 1)
    found = m.log_probs(hidden)
    assert torch.allclose(found.exp().sum(1), torch.ones(CONTEXTS).double())
    assert found[:, :2].isneginf().all()
    targets = torch.arange(CONTEXTS) % 58 + 2
    one = m.token_log_prob(hidden, targets)
    assert torch.allclose(one, found.gather(1, targets[:, None])[:, 0])
    p = layer.scores(hidden).softmax(1)
    assert torch.allclose(found[:, 2].exp(), p[:, 1])  # its first sense went to
    assert torch.allclose(found[:, 7].exp(), p[:, [10, 11, 0]].sum(1))


def test_senses_move_from_where_they_are_idle_to_where_words_are_missed() -> None:
    """As many as before in all; each word keeps one and has no more than the most."""
    with seeded(3):
        layer = model(kerbs.KerBS, kerbs.Config, most_senses=3).words
    layer.needed[:] = torch.arange(layer.absent).flip(0)  # the last are needed least
    layer.surprise[[4, 5, 6]] = torch.tensor([8.0, 9.0, 7.0]).double()
    layer.missed[4, 1] = 2.0
    layer.reallocate(100, 3)
    counts = (layer.table < layer.absent).sum(1)
    assert counts[[4, 5, 6, 57, 58, 59]].tolist() == [3, 3, 3, 1, 1, 1]
    assert layer.table[layer.table < layer.absent].sort().values.tolist() == [*range(layer.absent)]
    assert layer.moves[:4].tolist() == [
        [100, 115, 59, 5],
        [100, 113, 58, 4],
        [100, 111, 57, 6],
        [0, 0, 0, 0],
    ]
    size = layer.sense_vectors[[4, 5]].norm(dim=1).mean().item()  # of the two that it had
    assert layer.sense_vectors[113].tolist() == pytest.approx([0, size, 0, 0])
    assert layer.log_theta[113] == 0
    layer.surprise[4], layer.needed[:] = 3.0, 3.0  # nothing is won
    layer.reallocate(200, 3)
    assert not layer.moves[3].any()
    assert not layer.needed.any() and not layer.surprise.any()


@torch.no_grad()
def test_what_is_noted_of_words_and_of_their_senses() -> None:
    """Nats that each word lost, where it lost most, and what it would lose without each sense."""
    with seeded(3):
        layer = model(kerbs.KerBS, kerbs.Config, most_senses=3).words.train()
        layer.sense_vectors.data *= 0.4  # no sense has all of its word
        first = torch.randn(40, 4, dtype=torch.float64)
        second = torch.randn(40, 4, dtype=torch.float64)
        targets = torch.randint(kerbs.FIRST, 12, (40,))
    layer.table[4, 2], layer.table[9, 1] = layer.table[9, 1].item(), layer.absent
    surprise, needed = dict.fromkeys(range(60), 0.0), torch.zeros(layer.absent).double()
    worst: dict[int, tuple[float, Tensor]] = {}
    for x in (first, second):
        layer.token_log_prob(x, targets)
        weights = layer.scores(x).exp()
        for row, word in enumerate(targets.tolist()):
            own = [sense for sense in layer.table[word].tolist() if sense < layer.absent]
            total = weights[row].sum()
            lost = float(total.log() - weights[row, own].sum().log())
            surprise[word] += lost
            if word not in worst or lost > worst[word][0]:
                worst[word] = lost, x[row]
            for sense in own:
                without = weights[row, [other for other in own if other != sense]].sum()
                if len(own) > 1:
                    needed[sense] += weights[row, own].sum().log() - without.log()
    several = torch.ones(layer.absent, dtype=torch.bool)
    several[layer.table[9, 0]] = False
    assert layer.surprise.tolist() == pytest.approx([surprise[word] for word in range(60)])
    torch.testing.assert_close(layer.needed[several], needed[several], rtol=1e-6, atol=1e-9)
    assert layer.needed[~several].item() > 20  # a word's only sense: kept at nearly any price
    for word, (lost, x) in worst.items():
        assert layer.worst[word].item() == pytest.approx(lost)
        torch.testing.assert_close(layer.missed[word], x)


def test_moves_are_noted_one_behind_the_other_while_there_is_room(monkeypatch) -> None:
    monkeypatch.setattr(kerbs, "MOVES", 3)
    with seeded(3):
        layer = model(kerbs.KerBS, kerbs.Config, most_senses=3).words
    for step in (10, 20):
        layer.needed[:] = torch.arange(layer.absent).flip(0)
        layer.surprise[[4 + step, 5 + step]] = torch.tensor([9.0, 8.0]).double()
        layer.reallocate(step, 2)
    assert layer.moves[:, 0].tolist() == [10, 10, 20]
    assert layer.moves[:, 3].tolist() == [14, 15, 24]


def test_a_word_that_won_a_sense_may_give_one_again_and_one_that_gave_its_last_may_not() -> None:
    with seeded(3):
        layer = model(kerbs.KerBS, kerbs.Config, most_senses=4).words
    layer.needed[:] = 50.0
    layer.needed[layer.table[7, :2]] = torch.tensor([0.1, 0.2]).double()  # both of word 7
    layer.needed[layer.table[5, 0]] = 0.3  # and one of what took the first of them
    layer.surprise[[5, 6, 8]] = torch.tensor([9.0, 8.0, 7.0]).double()
    layer.reallocate(10, 3)
    assert [(giver, taker) for _, _, giver, taker in layer.moves[:2].tolist()] == [(7, 5), (5, 6)]
    assert not layer.moves[2:].any()
    counts = (layer.table < layer.absent).sum(1)
    assert counts[[5, 6, 7, 8]].tolist() == [2, 3, 1, 2]


def test_a_model_moves_senses_in_training_until_it_is_told_to_stop() -> None:
    config = kerbs.Config.tiny()
    with seeded(2):
        m = kerbs.KerBS(kerbs.Config(**vars(config) | {"moving_steps": 5, "moving_until": 10}))
    m.config = kerbs.Config(**vars(m.config) | {"moved": 0.1})
    batch = torch.tensor([[5, 6, 2, 0], [9, 10, 2, 0]])
    for m.step in range(20):
        m.loss(batch)
    noted = m.words.moves[m.words.moves[:, 0] > 0]
    assert noted[:, 0].tolist() == [5, 10]
    m.eval()
    m.step = 10
    m.loss(batch)
    assert m.words.moves[2].tolist() == [0, 0, 0, 0]


def planted(senses: list[int]) -> list[list[float]]:
    """Angles of each word's senses: evenly around the circle, and of all words interleaved."""
    free = list(range(sum(senses)))
    found = []
    for n in sorted(senses, reverse=True):
        own = [free.pop(round(k * len(free) / n) % len(free)) for k in range(n)]
        found.append([2 * math.pi * place / sum(senses) for place in own])
    return found


def test_planted_senses_are_recovered() -> None:
    """Words that stand in 1, 2 or 3 places of a circle, others between; all start with 2."""
    assert recovered() > 0.8  # 0.67 where no sense moves


def recovered() -> float:
    """The share of words of which as many senses are in use as were planted."""
    counts = [3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1]
    angles = planted(counts)
    with seeded(0):
        layer = kerbs.KernelSoftmax(
            kerbs.Config(vocab_size=len(counts) + 2, embedding_dim=2, senses=2, most_senses=4)
        )
        optimiser = torch.optim.Adam(layer.parameters(), lr=0.05)
        for step in range(1500):
            if step % 50 == 0 and step > 0:
                layer.reallocate(step, 1)
            x, words = drawn(angles, 256)
            loss = -layer.token_log_prob(x, words + 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        x, words = drawn(angles, 4096)
    with torch.no_grad():
        own = layer._of_words(layer.scores(x), layer.table[words + 2]).softmax(1)
    used = [(own[words == word].mean(0) > 0.1).sum().item() for word in range(len(counts))]
    return sum(a == b for a, b in zip(used, counts, strict=True)) / len(counts)


def drawn(angles: list[list[float]], n: int) -> tuple[Tensor, Tensor]:
    """Contexts [n, 2] and the words [n] that stand in them."""
    words = torch.randint(len(angles), (n,))
    turn = torch.rand(n).tolist()
    at = [angles[w][int(r * len(angles[w]))] for w, r in zip(words.tolist(), turn, strict=True)]
    direction = torch.tensor([[math.cos(angle), math.sin(angle)] for angle in at])
    return 20 * (direction + 0.03 * torch.randn(n, 2)), words
