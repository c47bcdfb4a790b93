"""What each player of each dialogue model minimises, against the papers' formulas.

As in ``test_players_text``: every reported term, and the gradient of the loss at what the player
owns, by formulas written out over the model's nets, with the same random numbers.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from backend import registry
from backend.corpora.dialogues import neighbours
from backend.device import seeded
from backend.nets.dialog import Batch, DialogueModel
from tests.small_dialogues import history

BATCH = 6
Terms = dict[str, Tensor]


class Case(NamedTuple):
    name: str
    player: str
    formula: Callable[[DialogueModel, Batch], Terms]
    config: dict = {}  # noqa: RUF012 (never changed)
    step: int = 0
    training: bool = True

    def __str__(self) -> str:
        options = "-".join(f"{key}={value}" for key, value in self.config.items())
        kind = "" if self.training else "-evaluated"
        return f"{self.name}-{self.player}-{options}-{self.step}{kind}"


def build(case: Case) -> DialogueModel:
    cls = registry.model_class(f"dialog/{case.name}")
    still = {"dropout": 0.0, "word_dropout": 0.0}
    with seeded(1):
        model = cls(cls.Config(**(vars(cls.Config.tiny()) | still | case.config)))
        model = model.double().train(case.training)
        for parameter in model.parameters():
            parameter.data += 0.4 * torch.randn_like(parameter)
    model.step = case.step
    return model


def batch_of(model: DialogueModel) -> Batch:
    """Replies of one to as many words as fit, and acts of which some are not known."""
    config = model.config
    with seeded(2):
        x = torch.randint(3, config.vocab_size, (BATCH, config.max_len))
        lengths = torch.randint(1, config.max_len, (BATCH,))
    places = torch.arange(config.max_len)
    x = x.masked_fill(places == lengths[:, None], 2).masked_fill(places > lengths[:, None], 0)
    return history(config, BATCH), x, torch.arange(BATCH) % 4 - 1


# --- formulas ---------------------------------------------------------------------------------


def beside(*parts: Tensor) -> Tensor:
    return torch.cat(parts, 1)


def nll(m: DialogueModel, x: Tensor, *told: Tensor) -> Tensor:
    """Of replies given code, context and whatever else, word by word until the end mark."""
    total = -m.decoder(beside(*told)).log_prob(x)
    assert total.shape == (BATCH,)
    return total.mean()


def gaussian(net, given: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation, [B, D], that two layers read off what is given."""
    out = net.gaussians(net.features(given))
    size = out.shape[1] // 2
    return out[:, :size], (out[:, size:] / 2).exp()


def drawn(mean: Tensor, std: Tensor) -> Tensor:
    return mean + std * torch.randn(mean.shape)  # in single precision, as the model draws them


def blurred(m: DialogueModel, z: Tensor) -> Tensor:
    noise = torch.randn(z.shape, dtype=z.dtype) if m.training else 0
    return z + m.config.noise * noise


def kl(mean: Tensor, std: Tensor, other: Tensor, wide: Tensor) -> Tensor:
    ratio = (std / wide) ** 2
    return 0.5 * (ratio - 1 - ratio.log() + ((mean - other) / wide) ** 2).sum(1).mean()


def hred(m, batch) -> Terms:
    context, x, _ = batch
    value = nll(m, x, m.history(context))
    return {"loss": value, "recon_nll": value}


def vhred(m, batch, weight: float) -> Terms:
    context, x, acts = batch
    c = m.history(context)
    q = gaussian(m.posterior_net, beside(m.turns(x), c))
    z = drawn(*q)
    rate = kl(*q, *gaussian(m.prior_net, c))
    told, terms = [z, c], {}
    if type(m).__name__ == "DialogueCVAE":
        if m.config.bow:
            log_p = m.bow_net(beside(z, c)).log_softmax(1)  # of all words but two marks
            rows = [
                sum(-log_p[row, word - 2] for word in words if word)
                for row, words in enumerate(x.tolist())
            ]
            terms["bow_nll"] = torch.stack(rows).mean()
        if m.config.act:
            log_y = m.act_net(beside(z, c)).log_softmax(1)
            pairs = [(row, act) for row, act in enumerate(acts.tolist()) if act >= 0]
            terms["act_nll"] = torch.stack([-log_y[pair] for pair in pairs]).mean()
            said = torch.where(acts < 0, log_y.argmax(1), acts)
            told.append(torch.eye(log_y.shape[1], dtype=z.dtype)[said])
    recon = nll(m, x, *told)
    loss = recon + weight * rate + sum(terms.values())
    return {"loss": loss, "recon_nll": recon, "kl": rate} | terms


def aed(m, batch) -> Terms:
    context, x, _ = batch
    c, z = m.history(context), m.code_net(m.turns(x))
    value = nll(m, x, blurred(m, z), c)
    return {"loss": value, "recon_nll": value}


def aed_critic(m, batch) -> Terms:
    context, x, _ = batch
    c, z = m.history(context), m.code_net(m.turns(x))
    noise = torch.randn(z.shape)
    made = m.critic(beside(m.generator(beside(noise, c)), c))
    real = m.critic(beside(z, c))
    loss = (softplus(-real) + softplus(made)).mean()
    scores = {"score_code": real.sigmoid().mean(), "score_prior": made.sigmoid().mean()}
    return {"loss": loss, "critic_loss": loss} | scores


def aed_generator(m, batch) -> Terms:
    c = m.history(batch[0])
    noise = torch.randn(BATCH, m.config.latent_dim)
    loss = softplus(-m.critic(beside(m.generator(beside(noise, c)), c))).mean()
    return {"loss": loss, "generator_loss": loss}


def cvae_of_codes(m, batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    context, x, _ = batch
    c, code = m.history(context), m.config.reach * m.code_net(m.turns(x))
    q = gaussian(m.posterior_net, beside(code, c))
    made = m.generator(drawn(*q))
    return c, code, made, kl(*q, *gaussian(m.prior_net, c))


def cvae_ae_cvae(m, batch) -> Terms:
    _, code, made, rate = cvae_of_codes(m, batch)
    error = ((made - code) ** 2).sum() / (2 * BATCH)
    return {"loss": rate + error, "kl": rate, "code_error": error}


def cvae_ae(m, batch, share: float) -> Terms:
    c, code, made, rate = cvae_of_codes(m, batch)
    recon = nll(m, batch[1], blurred(m, share * code + (1 - share) * made), c)
    floor = max(m.config.kl_floor, rate.item())
    cost = rate if rate.item() == floor else floor
    return {"loss": cost + recon, "recon_nll": recon, "kl": rate}


def wae(m, batch) -> Terms:
    context, x, _ = batch
    c = m.history(context)
    z = m.posterior_code(drawn(*gaussian(m.posterior_net, beside(m.turns(x), c))))
    value = nll(m, x, z, c)
    return {"loss": value, "recon_nll": value}


def wae_codes(m, batch) -> tuple[Tensor, Tensor, Tensor]:
    context, x, _ = batch
    c = m.history(context)
    z = m.posterior_code(drawn(*gaussian(m.posterior_net, beside(m.turns(x), c))))
    if m.prior_net.shape[0] == 1:
        return c, z, m.prior_code(drawn(*gaussian(m.prior_net, c)))
    return c, z, m.prior_code(m.prior_net(c).rsample())  # its draws: test_dialog


def wae_generator(m, batch) -> Terms:
    c, z, z_p = wae_codes(m, batch)
    loss = (m.critic(beside(z_p, c)) - m.critic(beside(z, c))).mean()
    return {"loss": loss, "generator_loss": loss}


def wae_critic(m, batch) -> Terms:
    c, z, z_p = (part.detach() for part in wae_codes(m, batch))
    gap = (m.critic(beside(z, c)) - m.critic(beside(z_p, c))).mean()
    share = torch.rand(BATCH, 1)
    between = (share * z + (1 - share) * z_p).requires_grad_()
    slopes = []
    for row in range(BATCH):
        one = between[row : row + 1]
        score = m.critic(beside(one, c[row : row + 1])).squeeze()
        slopes.append(torch.autograd.grad(score, one, create_graph=True)[0].norm())
    slope = torch.stack(slopes)
    penalty = ((slope - 1) ** 2).mean()
    terms = {"critic_loss": gap, "penalty": penalty, "slope": slope.mean()}
    return {"loss": gap + m.config.penalty_weight * penalty} | terms


def st_ed(m, batch) -> Terms:
    """The reply, the policy and the action read again off the expected words of the reply."""
    context, x, _ = batch
    shape = m.config.variables, m.config.components
    c = m.history(context)
    log_q = m.recognition.encoder(x)[:, -math.prod(shape) :].view(BATCH, *shape).log_softmax(2)
    log_q = log_q.detach()
    best = log_q.argmax(2)
    z = torch.eye(shape[1], dtype=c.dtype)[best].flatten(1)
    recon = nll(m, x, z, c)
    log_policy = m.policy(c).log_softmax(2)
    policy = -(log_q.exp() * log_policy).sum() / BATCH
    read = beside(torch.ones(BATCH, 1, dtype=torch.long), x[:, :-1])
    hidden, _ = m.decoder.hidden(read, m.decoder(beside(z, c)).state)
    expected = m.decoder.log_probs(hidden.flatten(0, 1)).exp()
    vectors = (expected @ m.recognition.encoder.words.vectors()).view(*x.shape, -1)
    out = m.recognition.encoder.read(vectors, (x > 0).sum(1))[:, -math.prod(shape) :]
    again = out.view(BATCH, *shape).log_softmax(2)
    forcing = -again.gather(2, best[..., None]).sum() / BATCH
    terms = {"recon_nll": recon, "policy_nll": policy, "forcing_nll": forcing}
    return {"loss": recon + policy + m.config.forcing * forcing} | terms


def recognition(m, batch) -> Terms:
    context, x, _ = batch
    m.recognition.step = m.step
    kind = type(m.recognition).__name__
    return m.recognition.loss((*neighbours(context), x) if kind == "DIVST" else x)


# --- cases ------------------------------------------------------------------------------------


def weighted(formula: Callable[..., Terms], value: float) -> Callable[..., Terms]:
    return lambda m, batch: formula(m, batch, value)


LINEAR = {"annealing": "linear", "annealing_steps": 400, "kl_weight": 0.6}
MIXED = {"mixing": 0.2, "mixing_steps": 40}
CASES = [
    Case("hred", "model", hred),
    Case("vhred", "model", weighted(vhred, 0.15), LINEAR, 100),
    Case("vhred", "model", weighted(vhred, 0.6), LINEAR, 900, training=False),
    Case("cvae", "model", weighted(vhred, 0.15), LINEAR, 100),
    Case("cvae", "model", weighted(vhred, 0.6), LINEAR | {"bow": False}, 900),
    Case("cvae", "model", weighted(vhred, 0.6), LINEAR | {"act": False}, 900),
    Case("aed", "autoencoder", aed),
    Case("aed", "autoencoder", aed, training=False),
    Case("aed", "critic", aed_critic),
    Case("aed", "generator", aed_generator),
    Case("cvae_ae", "cvae", cvae_ae_cvae),
    Case("cvae_ae", "autoencoder", weighted(cvae_ae, 0.6), MIXED | {"kl_floor": 0.0}, 20),
    Case("cvae_ae", "autoencoder", weighted(cvae_ae, 0.2), MIXED | {"kl_floor": 99.0}, 900),
    Case("cvae_ae", "autoencoder", weighted(cvae_ae, 0.0), training=False),
    *(
        Case(name, player, formula, config)
        for name, config in (("dialog_wae", {}), ("dialog_wae_gmp", {"components": 3}))
        for player, formula in (
            ("autoencoder", wae),
            ("generator", wae_generator),
            ("critic", wae_critic),
        )
    ),
    Case("st_ed", "dialogue", st_ed, {"forcing": 0.3}, 99, training=False),
    Case("st_ed", "dialogue", st_ed, {"recognition": "di_vae"}, 99, training=False),
    Case("st_ed", "dialogue", st_ed, {"recognition": "dgmvae"}, 99, training=False),
    *(
        Case("st_ed", "recognition", recognition, {"recognition": kind}, 4)
        for kind in ("di_vst", "di_vae", "dgmvae")
    ),
]


def test_every_player_is_in_the_table() -> None:
    known = {(case.name, case.player) for case in CASES}
    for name in registry.model_names():
        if name.startswith("dialog/"):
            for player in registry.model_class(name).players:
                assert (name.split("/")[1], player) in known


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_player_minimises_what_the_paper_says(case: Case) -> None:
    model = build(case)
    batch = batch_of(model)
    with seeded(3):
        found = model.loss(batch, case.player)
    with seeded(3):
        wanted = case.formula(model, batch)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name].item() == pytest.approx(value.item(), rel=1e-5), name
    owned = model.player_parameters(case.player)
    slopes = [
        torch.autograd.grad(terms["loss"], owned, allow_unused=True, materialize_grads=True)
        for terms in (found, wanted)
    ]
    assert any(slope.abs().max() > 1e-6 for slope in slopes[0])
    for mine, theirs in zip(*slopes, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-7)
