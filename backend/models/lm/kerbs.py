"""KerBS: words with several senses, each with a spread of its own (Miao et al., 2019)."""

from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor, nn

from backend.base import Objective, Terms, param
from backend.models.lm import lstm_lm
from backend.nets.sequences import TiedSoftmax
from backend.registry import register

Kernel = Literal["paper", "code"]
KERNEL: Kernel = param("paper", "The paper's kernel, or that of the released code")
LOG_THETA = (-4.0, 2.0)  # the kernel is near enough to an inner product, and still finite
FIRST = TiedSoftmax.UNPREDICTED  # the first token that is predicted
MOVES = 2000  # moves of senses that the log holds; later ones are not noted


@dataclass(frozen=True, kw_only=True)
class Config(lstm_lm.Config):
    senses: int = param(2, "Senses in all, for each word of the vocabulary", min=1, max=8)
    most_senses: int = param(4, "Senses of one word at most", min=1, max=16)
    kernel: Kernel = KERNEL
    moving_steps: int = param(100, "Steps between two reallocations of senses; 0: none", min=0)
    moving_until: int = param(1_000_000, "Step of the last reallocation", min=0)
    moved: float = param(0.005, "Senses moved at a time, for each word", min=0, max=1)

    @classmethod
    def tiny(cls) -> "Config":
        return cls(vocab_size=12, max_len=6, embedding_dim=8, hidden_dim=8, dropout=0.0)


def kernel(x: Tensor, vectors: Tensor, theta: Tensor, kind: Kernel) -> Tensor:
    """K_θ(x, e) of x [N, E] and vectors [S, E] with their θ > 0 [S]: [N, S].

    "paper": |x| |e| a (exp(-θ cos) - 1) with a = -θ / (2 (exp(-θ) + θ - 1)). "code" is what the
    authors released: |x| |e| (exp(θ cos) - 1) / (2 ((exp(θ) - 1) / θ - 1)) where cos > 0, else
    the inner product. Both become the inner product as θ falls to 0, and differ elsewhere.
    """
    lengths, sizes = x.norm(dim=1, keepdim=True) + 1e-7, vectors.norm(dim=1) + 1e-7
    directions = vectors / sizes[:, None]
    if kind == "paper":
        factor = -theta / (2 * (torch.expm1(-theta) + theta))
        cosines = (x / lengths) @ (-theta[:, None] * directions).T
        return torch.expm1(cosines) * (factor * sizes) * lengths
    factor = 1 / (2 * (torch.expm1(theta) / theta - 1))
    cosines = (x / lengths) @ directions.T
    positive = factor * torch.expm1(theta * cosines.clamp(min=0))
    return torch.where(cosines > 0, positive, cosines) * sizes * lengths


def of_angles(theta: Tensor, angles: Tensor, kind: Kernel) -> list[float]:
    """K_θ / |x||e| of one θ at these angles between x and e, in radians."""
    x = torch.stack([angles.cos(), angles.sin()], 1)
    e = x.new_tensor([[1.0, 0.0]])
    return kernel(x, e, theta.view(1), kind)[:, 0].tolist()


def angle_losing(theta: Tensor, lost: Tensor, kind: Kernel) -> Tensor:
    """The angle, in degrees, at which K_θ / |x||e| is ``lost`` less than at none.

    Near its vector the paper's kernel is the wider the larger θ is, and that of the released code
    the narrower.
    """
    sign = -1 if kind == "paper" else 1
    scale = 2 * (torch.expm1(sign * theta) - sign * theta) / theta
    power = torch.exp(sign * theta) - sign * lost * scale
    cosine = sign * power.clamp(min=1e-12).log() / theta
    if kind == "code":  # beyond a right angle it is the inner product
        top = torch.expm1(theta) / scale
        cosine = torch.where(lost > top, top - lost, cosine)
    return cosine.clamp(-1, 1).acos().rad2deg()


class Moving(Protocol):
    """When senses move, and how many: see `Config`."""

    @property
    def moving_steps(self) -> int: ...

    @property
    def moving_until(self) -> int: ...

    @property
    def moved(self) -> float: ...


class KernelSoftmax(nn.Module):
    """P(word) = Σ over its senses of softmax K_θ(x, e); each sense has a vector e and its θ.

    Which word a sense belongs to is a table, not learnt by gradients: ``reallocate`` gives the
    senses that are needed least to frequent words that are predicted badly.
    """

    surprise: Tensor
    worst: Tensor
    missed: Tensor
    needed: Tensor
    table: Tensor
    moves: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        words, size = config.vocab_size, config.embedding_dim
        self.kind: Kernel = config.kernel
        self.absent = config.senses * (words - FIRST)  # number of senses; stands for none
        self.embedding = nn.Parameter(torch.randn(words, size) * size**-0.5)
        self.sense_vectors = nn.Parameter(torch.randn(self.absent, size) * size**-0.5)
        self.log_theta = nn.Parameter(torch.zeros(self.absent))
        self.most = max(config.most_senses, config.senses)
        table = torch.full((words, self.most), self.absent)
        table[FIRST:, : config.senses] = torch.arange(self.absent).view(-1, config.senses)
        self.register_buffer("table", table)  # [V, most]: the senses of each word
        # Since the last move, so of training alone: sums of -log P(word), nats; -log P where that
        # was largest, and what stood before there; sums of nats more without the sense.
        self.register_buffer("surprise", torch.zeros(words), persistent=False)
        self.register_buffer("worst", torch.zeros(words), persistent=False)
        self.register_buffer("missed", torch.zeros(words, size), persistent=False)
        self.register_buffer("needed", torch.zeros(self.absent), persistent=False)
        # Step, sense, the word that gave it and the one that took it; step 0: none yet.
        self.register_buffer("moves", torch.zeros(MOVES, 4, dtype=torch.int32))

    @property
    def theta(self) -> Tensor:
        """Of each sense, [S]: how far its score is from an inner product; see `angle_losing`."""
        return self.log_theta.clamp(*LOG_THETA).exp()

    def embed(self, ids: Tensor) -> Tensor:
        return nn.functional.embedding(ids, self.embedding)

    def vectors(self) -> Tensor:
        """What is read of each word, [V, E]; senses have vectors of their own."""
        return self.embedding

    def scores(self, x: Tensor) -> Tensor:
        """K_θ(x, e) of every sense, [N, S]."""
        return kernel(x, self.sense_vectors, self.theta, self.kind)

    def token_log_prob(self, x: Tensor, targets: Tensor) -> Tensor:
        scores = self.scores(x)
        own = self._of_words(scores, self.table[targets])
        if self.training:
            self._note(x, own, scores.logsumexp(1), targets)
        return own.logsumexp(1) - scores.logsumexp(1)

    def log_probs(self, x: Tensor) -> Tensor:
        log_p = self.scores(x).log_softmax(1)
        absent = nn.functional.pad(log_p, (0, 1), value=-torch.inf)
        words = absent[:, self.table[FIRST:]].logsumexp(2)
        return nn.functional.pad(words, (FIRST, 0), value=-torch.inf)

    def shares(self, x: Tensor, targets: Tensor) -> Tensor:
        """P(sense | x, its word), [N, most], of words [N]; 0 where a word has no more senses."""
        return self._of_words(self.scores(x), self.table[targets]).softmax(1)

    def _of_words(self, scores: Tensor, senses: Tensor) -> Tensor:
        """Scores [N, S] of each row's senses [N, most]; -inf where there is none."""
        found = scores.gather(1, senses.clamp(max=self.absent - 1))
        return found.masked_fill(senses == self.absent, -torch.inf)

    @torch.no_grad()
    def _note(self, x: Tensor, own: Tensor, total: Tensor, targets: Tensor) -> None:
        """What ``reallocate`` goes by, of one batch: x, scores [N, most], their sum, words."""
        word = own.logsumexp(1)
        lost = total - word
        self.surprise.index_add_(0, targets, lost)
        self.worst.scatter_reduce_(0, targets, lost, "amax")
        most = lost == self.worst[targets]
        self.missed[targets[most]] = x[most]
        share = (own - word[:, None]).exp().clamp(max=1 - 1e-6)  # P(sense | x, its word)
        senses = self.table[targets]
        there = senses < self.absent
        self.needed.index_add_(0, senses[there], -torch.log1p(-share[there]))

    def follow(self, settings: Moving, step: int) -> None:
        """Moves senses at the steps of training at which ``settings`` say so."""
        every = settings.moving_steps
        if every and 0 < step <= settings.moving_until and step % every == 0:
            self.reallocate(step, round(settings.moved * len(self.table)))

    @torch.no_grad()
    def reallocate(self, step: int, n: int) -> None:
        """Moves ``n`` senses that are needed least to the words that lose most nats.

        Fewer where no word loses more than a sense spares its own. A sense goes to
        where its new word was expected least; a word keeps one sense, and has no more than
        ``table`` has room for. Moves are noted in ``moves``, and nats counted anew.
        """
        counts = (self.table < self.absent).sum(1)
        words = torch.arange(len(counts), device=counts.device)[:, None].expand_as(self.table)
        owners = torch.zeros_like(self.needed, dtype=torch.long)
        owners[self.table[self.table < self.absent]] = words[self.table < self.absent]
        gaining = iter(self.surprise.argsort(descending=True).tolist())
        moved: list[list[int]] = []
        for sense in self.needed.argsort().tolist():
            giver = int(owners[sense])
            if len(moved) == n or counts[giver] == 1:
                continue
            taker = next((w for w in gaining if w != giver and counts[w] < self.most), None)
            if taker is None or self.surprise[taker] <= self.needed[sense]:
                break
            row = self.table[giver]
            self.table[giver] = torch.where(row == sense, self.absent, row).sort().values
            sizes = self.sense_vectors[self.table[taker, : counts[taker]]].norm(dim=1)
            self.table[taker, counts[taker]] = sense
            counts[giver] -= 1
            counts[taker] += 1
            self.sense_vectors[sense] = (
                nn.functional.normalize(self.missed[taker], dim=0) * sizes.mean()
            )
            self.log_theta[sense] = 0.0
            moved.append([step, sense, giver, taker])
        noted = int((self.moves[:, 0] > 0).sum())
        new = torch.tensor(moved[: MOVES - noted], dtype=torch.int32, device=counts.device)
        self.moves[noted : noted + len(new)] = new.view(-1, 4)
        self.needed.zero_()
        self.surprise.zero_()
        self.worst.zero_()


@register(title="KerBS: several senses a word", short="KerBS")
class KerBS(lstm_lm.LSTMLM):
    """P(x_t) = Σ_senses softmax K_θ(h, e_sense); minimises -Σ_t log p, nats per sentence.

    https://arxiv.org/abs/1911.00274. The senses are as many throughout; every ``moving_steps``
    those that are needed least move to the words that lose most nats, all occurrences counted.
    (The released code sorts the other way: its frequent words gain that are predicted best.)
    Departures: need is counted in nats that a word would lose without the sense, where the paper
    sums P(sense | x); a moved sense starts afresh, near what was missed; one layer; words are
    read by vectors of their own; θ within [e^-4, e^2].
    """

    capabilities = lstm_lm.LSTMLM.capabilities | {"senses"}
    config: Config
    words: KernelSoftmax
    objective = Objective(
        formulas={"model": "−Σ_t log Σ_{senses of x_t} softmax K_θ(h_t, e_sense)"},
        terms={"nll": "−Σ_t log p(x_t | words before)"},
        note="Senses that are hardly needed move to words that are predicted badly.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.words = KernelSoftmax(config)

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T]."""
        if self.training:
            self.words.follow(self.config, self.step)
        return super().loss(batch, player)
