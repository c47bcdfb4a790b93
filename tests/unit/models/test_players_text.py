"""What each model of sentences minimises, against the papers' formulas.

As in ``test_players``: every reported term and the gradient of the loss, by formulas written out
over the model's nets. How likely a sentence is given its code is asked of the decoder, whose
probabilities add up to 1 (``test_sequence``).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from backend import registry
from backend.base import GenerativeModel
from backend.device import seeded
from backend.distributions.von_mises_fisher import VonMisesFisher
from backend.nets.sequences import UNK

BATCH = 6
Terms = dict[str, Tensor]


class Case(NamedTuple):
    name: str
    formula: Callable[[GenerativeModel, Tensor], Terms]
    config: dict = {}  # noqa: RUF012 (never changed)
    step: int = 0
    training: bool = True
    player: str = "model"

    def __str__(self) -> str:
        options = "-".join(f"{key}={value}" for key, value in self.config.items())
        late = "" if self.training else "-evaluated"
        return f"{self.name}-{self.player}-{options}-{self.step}{late}"


def build(case: Case) -> GenerativeModel:
    cls = registry.model_class(case.name)
    options = vars(cls.Config.tiny()) | {"dropout": 0.0} | case.config
    with seeded(1):
        model = cls(cls.Config(**options)).double().train(case.training)
        for parameter in model.parameters():
            parameter.data += 0.5 * torch.randn_like(parameter)
    model.step = case.step
    return model


def sentences(vocabulary: int) -> Tensor:
    """Of 3 words with their end mark, [B, 4]."""
    with seeded(2):
        x = torch.randint(3, vocabulary, (BATCH, 4))
    x[:, 3] = 2
    return x


# --- formulas ---------------------------------------------------------------------------------


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def nll(m: GenerativeModel, z: Tensor, x: Tensor) -> Tensor:
    return -m.decoder(z).log_prob(x).mean()


def kl_normal(mu: Tensor, log_var: Tensor) -> Tensor:
    """Of each unit, [B, D]."""
    return 0.5 * (mu**2 + log_var.exp() - 1 - log_var)


def text_ae(m, x) -> Terms:
    value = nll(m, m.encoder(x), x)
    return {"loss": value, "recon_nll": value}


def text_vae(m, x, weight: float) -> Terms:
    mu, log_var = m.encoder(x)[:, :3], m.encoder(x)[:, 3:]
    recon = nll(m, mu + log_var.exp().sqrt() * normal(*mu.shape), x)
    units = kl_normal(mu, log_var).mean(0)
    floor = m.config.free_bits
    cost = sum(torch.where(unit < floor, floor, unit) for unit in units)
    return {"loss": recon + weight * cost, "recon_nll": recon, "kl": units.sum()}


def information(mu: Tensor, log_var: Tensor) -> Tensor:
    """log q(z_i|x_i) less the logarithm of the mean of all q(z_i|x_j), for one draw of each."""
    z = mu + (0.5 * log_var).exp() * normal(*mu.shape)
    each = -0.5 * (z[:, None] - mu).square() / log_var.exp() - 0.5 * log_var  # [B, B, D]
    log_q = each.sum(-1)
    return (log_q.diagonal() - log_q.logsumexp(1) + math.log(len(mu))).mean()


def lagging_vae(m, x, weight: float) -> Terms:
    terms = text_vae(m, x, weight)
    return terms if m.training else terms | {"mi": information(*m.encoder(x).split(3, 1))}


def sa_vae(m, x, weight: float) -> Terms:
    """Two steps with momentum 0.5 from the encoder's place; gradients of 5 nats at most."""
    place = m.encoder(x)
    same = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    noise = [normal(BATCH, 3), normal(BATCH, 3)] if m.training else same
    moved = torch.zeros_like(place)
    for k in range(2):
        mu, log_var = place.split(3, 1)
        z = mu + log_var.exp().sqrt() * noise[k]
        loss = nll(m.eval(), z, x) * BATCH + weight * kl_normal(mu, log_var).sum()
        slope = torch.autograd.grad(loss, place, create_graph=True)[0]
        longest = [max(1.0, float(row.detach().norm()) / 5) for row in slope]
        moved = 0.5 * moved - 0.01 * slope / torch.tensor(longest)[:, None]
        place = place + moved
    mu, log_var = place.split(3, 1)
    recon = nll(m, mu + log_var.exp().sqrt() * normal(*mu.shape), x)
    kl = kl_normal(mu, log_var).sum(1).mean()
    return {"loss": recon + weight * kl, "recon_nll": recon, "kl": kl}


def kernel(x: Tensor, y: Tensor) -> Tensor:
    """Σ_s 6 s / (6 s + |x − y|²) for codes of 3 units."""
    scales = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
    return sum(6 * s / (6 * s + (x - y).square().sum(-1)) for s in scales)


def discrepancy(z: Tensor) -> Tensor:
    """Unbiased MMD² of codes and as many draws from the prior, pair by pair."""
    prior = torch.empty_like(z).normal_().detach()
    n = len(z)
    pairs = [(i, j) for i in range(n) for j in range(n)]
    within = sum(kernel(z[i], z[j]) + kernel(prior[i], prior[j]) for i, j in pairs if i != j)
    across = sum(kernel(z[i], prior[j]) for i, j in pairs)
    return within / (n * (n - 1)) - 2 * across / n**2


def wae(m, x) -> Terms:
    out = m.encoder(x)
    z = out
    if m.config.noise == "gaussian":
        z = out[:, :3] + out[:, 3:].exp().sqrt() * normal(BATCH, 3)
    recon, mmd = nll(m, z, x), discrepancy(z)
    return {"loss": recon + m.config.mmd_weight * mmd, "recon_nll": recon, "mmd": mmd}


def info_vae(m, x, weight: float) -> Terms:
    mu, log_var = m.encoder(x).split(3, 1)
    z = mu + log_var.exp().sqrt() * normal(*mu.shape)
    recon, kl, mmd = nll(m, z, x), kl_normal(mu, log_var).sum(1).mean(), discrepancy(z)
    a, w = m.config.alpha, m.config.discrepancy_weight
    loss = recon + weight * (1 - a) * kl + (a + w - 1) * mmd
    return {"loss": loss, "recon_nll": recon, "kl": kl, "mmd": mmd}


def vmf_vae(m, x) -> Terms:
    """D = 3, where the Bessel functions are hyperbolic: |E z| = coth κ - 1/κ."""
    out, kappa = m.encoder(x), torch.tensor(m.config.concentration, dtype=torch.float64)
    mu = out / out.square().sum(1, keepdim=True).sqrt()
    recon = nll(m, VonMisesFisher(mu, kappa).rsample(), x)
    inside = kappa / torch.tanh(kappa) - 1 + (kappa / (4 * math.pi * torch.sinh(kappa))).log()
    kl = inside + math.log(4 * math.pi)
    return {"loss": recon + kl, "recon_nll": recon, "kl": kl}


def discrete(m: GenerativeModel, logits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The code of 2 variables of 3 classes, KL(q(c)||U) and I(x; c), for logits [B, 6]."""
    log_q = logits.view(BATCH, 2, 3).log_softmax(-1)
    q, average = log_q.exp(), log_q.exp().mean(0)
    noisy = log_q - torch.empty(BATCH, 2, 3, dtype=torch.float64).exponential_().log()
    if m.training:
        code = noisy.softmax(-1).flatten(1)
    else:
        code = one_hot(noisy.argmax(-1), 3).double().flatten(1)
    kl_c = (average * (3 * average).log()).sum()
    return code, kl_c, (q * (log_q - average.log())).sum((1, 2)).mean()


def dvae(m, x, weight: float) -> Terms:
    code, kl_c, mi = discrete(m, m.encoder(x))
    recon = nll(m, code, x)
    rate = kl_c + mi if type(m).__name__ == "DVAE" else kl_c
    return {"loss": recon + weight * rate, "recon_nll": recon, "kl_c": kl_c, "mi_c": mi}


def di_vst(m, batch, weight: float) -> Terms:
    """Of a turn, the one before and the one after; the latter is what ``decoder`` gives."""
    x, before, after = batch
    code, kl_c, mi = discrete(m, m.encoder(x))
    past, future = -m.before(code).log_prob(before).mean(), nll(m, code, after)
    terms = {"next_nll": future, "previous_nll": past, "kl_c": kl_c, "mi_c": mi}
    return {"loss": future + past + weight * kl_c, **terms}


def semi_vae(m, x, weight: float) -> Terms:
    out = m.encoder(x)
    mu, log_var = out[:, 6:8], out[:, 8:]
    code, kl_c, mi = discrete(m, out[:, :6])
    z = mu + log_var.exp().sqrt() * normal(*mu.shape)
    recon = nll(m, torch.cat([code, z if m.training else z.detach()], 1), x)
    kl_z = kl_normal(mu, log_var).sum(1).mean()
    rate = kl_z + kl_c + mi if m.config.information else kl_z + kl_c
    terms = {"recon_nll": recon, "kl_z": kl_z, "kl_c": kl_c, "mi_c": mi}
    return {"loss": recon + weight * rate, **terms}


def mixture(m, x, weight: float) -> Terms:
    """Of 2 variables of 3 components with 2 numbers each.

    By the identity of Shi et al. the dispersion is what the KL to the components has more than
    that to their average p̂, which is computed here from precisions, one number after the other.
    """
    out, config = m.encoder(x), m.config
    mu, log_var, logits = out[:, :4], out[:, 4:8], out[:, 8:].view(BATCH, 2, 3)
    log_q = logits.log_softmax(-1)
    q, average = log_q.exp(), log_q.exp().mean(0)
    recon = nll(m, mu + log_var.exp().sqrt() * normal(*mu.shape), x)
    means, spreads = m.prior.means, m.prior.log_var.exp()  # [2, 3, 2], variances
    to_average, to_parts = 0, 0
    for j in range(2):
        for d in range(2):
            centre, variance = mu[:, 2 * j + d], log_var[:, 2 * j + d].exp()
            precision = q[:, j] @ (1 / spreads[j, :, d])
            place = q[:, j] @ (means[j, :, d] / spreads[j, :, d]) / precision
            to_average = to_average + kl_between(centre, variance, place, 1 / precision)
            for k in range(3):
                pair = means[j, k, d], spreads[j, k, d]
                to_parts = to_parts + q[:, j, k] * kl_between(centre, variance, *pair)
    kl_z, exact = to_average.mean(), to_parts.mean()
    dispersion = exact - kl_z
    kl_c = (average * (3 * average).log()).sum()
    mi = (q * (log_q - average.log())).sum((1, 2)).mean()
    rate = config.usage_weight * kl_c + kl_z + config.dispersion_weight * dispersion
    rate = rate + mi if config.information else rate
    spread = (means - means.mean(1, keepdim=True)).square().sum()
    terms = {"recon_nll": recon, "kl_z": kl_z, "kl_z_components": exact, "kl_c": kl_c}
    terms |= {"mi_c": mi, "dispersion": dispersion, "mean_variance": spread}
    return {"loss": recon + weight * rate, **terms}


def kl_between(mu: Tensor, variance: Tensor, mean: Tensor, wanted: Tensor) -> Tensor:
    return 0.5 * ((variance + (mu - mean) ** 2) / wanted - 1 + (wanted / variance).log())


def told(teller, z: Tensor, x: Tensor, tree: Tensor, content: Tensor) -> dict[str, Tensor]:
    """What a code tells of a sentence, one sentence and one word after the other."""
    found = {}
    if hasattr(teller, "tree"):
        found["tree"] = -sum(teller.tree(z).log_prob(tree)) / BATCH
    if hasattr(teller, "content"):
        scores = teller.content(z).exp()
        p = scores / scores.sum(1, keepdim=True)
        words = [p[row, word] for row in range(BATCH) for word in content[row] if word > 0]
        found["words"] = -sum(word.log() for word in words) / BATCH
    if hasattr(teller, "sentence"):
        found["sentence"] = -sum(teller.sentence(z).log_prob(x)) / BATCH
    return found


def dss_posterior(m, x: Tensor) -> tuple[Tensor, Tensor]:
    """Units 1 and 2 hear of the words beside the GRU; the end mark is none."""
    mu, log_var = m.encoder(x).split(3, 1)
    heard = sum(m.words_read(m.encoder.words.embed(x[:, place])) for place in range(3))
    beside = torch.nn.functional.pad(heard.view(BATCH, 2, 2), (1, 0))
    return mu + beside[:, 0], log_var + beside[:, 1]


def dss_vae(m, batch, weight: float) -> Terms:
    """z_syn is the first of 3 units."""
    x = batch[0]
    mu, log_var = dss_posterior(m, x)
    z = mu + log_var.exp().sqrt() * normal(*mu.shape)
    syntax, meaning = z[:, :1], z[:, 1:]
    recon, kl = nll(m, z, x), kl_normal(mu, log_var).mean(0)
    tree_told = told(m.syntax_teller, syntax, *batch)["tree"]
    words_told = told(m.meaning_teller, meaning, *batch)["words"]
    terms = {"recon_nll": recon, "kl_syntax": kl[0], "kl_meaning": kl[1] + kl[2]}
    terms |= {"tree_by_syntax": tree_told, "words_by_meaning": words_told}
    config = m.config
    loss = recon + weight * kl.sum() + config.tree_weight * tree_told
    loss = loss + config.content_weight * words_told
    a, b = config.adversary_weight, config.alone_weight
    if a or b:
        lost = adversaries(m, syntax, meaning, batch)
        loss = loss - a * lost["words_by_syntax"] - a * lost["tree_by_meaning"]
        loss = loss - b * lost["sentence_by_syntax"] - b * lost["sentence_by_meaning"]
        terms |= lost
    return {"loss": loss, **terms}


def adversaries(m, syntax: Tensor, meaning: Tensor, batch) -> Terms:
    wrong, other = (
        told(m.syntax_adversary, syntax, *batch),
        told(m.meaning_adversary, meaning, *batch),
    )
    return {
        "words_by_syntax": wrong["words"],
        "tree_by_meaning": other["tree"],
        "sentence_by_syntax": wrong["sentence"],
        "sentence_by_meaning": other["sentence"],
    }


def dss_adversary(m, batch) -> Terms:
    """It learns to tell, from codes that it does not move, what it should not be able to."""
    with torch.no_grad():
        mu, log_var = dss_posterior(m, batch[0])
        z = mu + log_var.exp().sqrt() * normal(*mu.shape)
    lost = adversaries(m, z[:, :1], z[:, 1:], batch)
    return {"loss": sum(lost.values()), **lost}


def language_model(m, x) -> Terms:
    """Word by word, each after all before it; in the backward model after all behind it."""
    total = 0
    for row in x.tolist():
        words = row[:-1][::-1] if m.config.direction == "backward" else row[:-1]
        words = [*words, 2]
        read = torch.tensor([[1, *words[:-1]]])
        hidden, _ = m.hidden(read, m.start(1))
        for place, word in enumerate(words):
            total = total - m.log_probs(hidden[:, place])[0, word]
    return {"loss": total / BATCH, "nll": total / BATCH}


def annealed(formula: Callable[..., Terms], weight: float) -> Callable[..., Terms]:
    return lambda m, x: formula(m, x, weight)


LOGISTIC = 1 / (1 + math.exp(-12 * (0.25 - 0.5)))  # a quarter of the way
QUARTER = {"annealing_steps": 400, "kl_weight": 0.6}
LINEAR = QUARTER | {"annealing": "linear"}
DSS = {"tree_weight": 1.3, "content_weight": 2.0, "adversary_weight": 0.7, "alone_weight": 0.4}
TWO_STEPS = {"inner_steps": 2, "inner_rate": 0.01}
CASES = [
    Case("text_vae/text_ae", text_ae),
    Case("text_vae/text_vae", annealed(text_vae, 0.0), LINEAR),
    Case("text_vae/text_vae", annealed(text_vae, 0.15), LINEAR, 100),
    Case("text_vae/text_vae", annealed(text_vae, 0.6), LINEAR, 900),
    Case("text_vae/text_vae", annealed(text_vae, 0.15), LINEAR | {"free_bits": 0.4}, 100),
    Case(
        "text_vae/text_vae",
        annealed(text_vae, 0.6 * LOGISTIC),
        QUARTER | {"annealing": "logistic"},
        100,
    ),
    Case("text_vae/text_vae", annealed(text_vae, 1.0), {"annealing": "constant"}, training=False),
    Case("text_vae/lagging_vae", annealed(lagging_vae, 0.15), LINEAR, 100),
    Case("text_vae/lagging_vae", annealed(lagging_vae, 0.15), LINEAR, 100, training=False),
    Case("text_vae/sa_vae", annealed(sa_vae, 0.15), LINEAR | TWO_STEPS, 100),
    Case(
        "text_vae/sa_vae",
        annealed(sa_vae, 1.0),
        {"annealing": "constant"} | TWO_STEPS,
        training=False,
    ),
    Case("text_vae/wae", wae, {"mmd_weight": 7.0}),
    Case("text_vae/wae", wae, {"mmd_weight": 7.0, "noise": "none"}),
    Case(
        "text_vae/info_vae",
        annealed(info_vae, 0.15),
        LINEAR | {"alpha": 0.3, "discrepancy_weight": 4.0},
        100,
    ),
    Case("text_vae/vmf_vae", vmf_vae, {"concentration": 7.0}),
    Case("text_vae/vmf_vae", vmf_vae, {"concentration": 2.5}, training=False),
    Case("text_vae/dvae", annealed(dvae, 0.6 * LOGISTIC), QUARTER, 100),
    Case("text_vae/dvae", annealed(dvae, 0.15), LINEAR, 100, training=False),
    Case("text_vae/di_vae", annealed(dvae, 0.15), LINEAR, 100),
    Case("text_vae/di_vst", annealed(di_vst, 0.15), LINEAR, 100),
    Case("text_vae/semi_vae", annealed(semi_vae, 0.15), LINEAR, 100),
    Case("text_vae/semi_vae", annealed(semi_vae, 0.15), LINEAR | {"information": False}, 100),
    Case("text_vae/semi_vae", annealed(semi_vae, 0.6 * LOGISTIC), QUARTER, 100, training=False),
    Case("text_vae/dss_vae", annealed(dss_vae, 0.15), LINEAR | DSS, 100),
    Case("text_vae/dss_vae", annealed(dss_vae, 0.15), LINEAR | DSS, 100, training=False),
    *(
        Case("text_vae/dss_vae", annealed(dss_vae, 0.6), LINEAR | DSS | {off: 0.0}, 900)
        for off in DSS
    ),
    Case(
        "text_vae/dss_vae",
        annealed(dss_vae, 0.6),
        LINEAR | {"adversary_weight": 0.0, "alone_weight": 0.0},
        900,
    ),
    Case("text_vae/dss_vae", dss_adversary, DSS, player="adversary"),
    Case("text_vae/gmvae", annealed(mixture, 0.15), LINEAR, 100),
    Case("text_vae/dgmvae", annealed(mixture, 0.6 * LOGISTIC), QUARTER, 100),
    Case("text_vae/dgmvae", annealed(mixture, 0.15), LINEAR | {"information": True}, 100),
    Case(
        "text_vae/dgmvae",
        annealed(mixture, 0.15),
        LINEAR | {"dispersion_weight": 0.2, "usage_weight": 3.0},
        100,
    ),
    *(
        Case(f"lm/{name}", language_model, {"direction": direction})
        for name in ("kerbs", "lstm_lm", "mos", "transformer_lm")
        for direction in ("forward", "backward")
    ),
]


def test_every_model_is_in_the_table() -> None:
    known = {case.name for case in CASES}
    for name in registry.model_names():
        if name.split("/")[0] in ("text_vae", "lm"):
            assert name in known and "model" in registry.model_class(name).players


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_model_minimises_what_the_paper_says(case: Case) -> None:
    model = build(case)
    x = sentences(model.config.vocab_size)
    if model.reads == "neighbours":
        x = x, x.flip(0), x.roll(1, 0)
    if model.reads == "parses":
        trees = torch.tensor([[3, 5, 2, 0], [4, 6, 8, 2], [7, 2, 0, 0]]).repeat(2, 1)
        x = x, trees, torch.tensor([[1, 2, 0], [6, 3, 4], [5, 0, 0]]).repeat(2, 1)
    with seeded(3):
        found = model.loss(x, case.player)
    with seeded(3):
        wanted = case.formula(model, x)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name].item() == pytest.approx(value.item(), rel=1e-6), name
    owned = model.player_parameters(case.player)
    slopes = [
        torch.autograd.grad(terms["loss"], owned, allow_unused=True, materialize_grads=True)
        for terms in (found, wanted)
    ]
    for mine, theirs in zip(*slopes, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("target", "moved"), [(1e-3, 1.0), (1e6, -1.0), (0.0, 0.0)])
def test_the_weight_of_the_kl_is_steered_to_its_target(target: float, moved: float) -> None:
    """log β moves by 0.005 of the relative distance, at most by all of it; only in training."""
    model = build(Case("text_vae/text_vae", text_ae, {"kl_target": target, "kl_weight": 0.6}))
    x = sentences(model.config.vocab_size)
    start = math.log(0.6)
    model.loss(x)
    assert model.log_weight.item() == pytest.approx(start + 0.005 * moved, abs=1e-6)
    assert not model.log_weight.requires_grad  # it would keep all that was computed
    model.eval().loss(x)
    assert model.log_weight.item() == pytest.approx(start + 0.005 * moved, abs=1e-6)


def test_the_weight_of_the_kl_moves_by_the_relative_distance() -> None:
    model = build(Case("text_vae/text_vae", text_ae, {"kl_target": 1.0}))
    x = sentences(model.config.vocab_size)
    kl = model.loss(x)["kl"].item()
    nearby = build(Case("text_vae/text_vae", text_ae, {"kl_target": kl / 1.3}))
    nearby.loss(x)
    assert nearby.log_weight.item() == pytest.approx(0.005 * 0.3, rel=1e-4)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_word_dropout_hides_that_share_of_what_the_decoder_reads(share: float) -> None:
    """In training alone, and never what is to be predicted."""
    model = build(Case("text_vae/text_vae", text_ae, {"word_dropout": share, "max_len": 100}))
    read: list[Tensor] = []
    embed = model.decoder.words.embed
    model.decoder.words.embed = lambda ids: read.append(ids) or embed(ids)
    x = torch.full((40, 100), 5)
    with seeded(4):
        model.decoder(torch.zeros(40, 3, dtype=torch.float64)).log_prob(x)
        model.eval()
        model.decoder(torch.zeros(40, 3, dtype=torch.float64)).log_prob(x)
    trained, evaluated = ((ids == UNK).double().mean().item() for ids in read)
    assert trained == pytest.approx(share, abs=0.03) and evaluated == 0
