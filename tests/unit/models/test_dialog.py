"""Dialogue models: what pads and empty turns must not change, and what each player wants."""

import hashlib
import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal, kl_divergence

from backend import registry
from backend.device import seeded
from backend.distributions.modes import GaussianModes
from backend.nets.dialog import Batch, DialogueModel, TurnEncoder
from backend.objectives.divergences import slopes
from backend.training import TrainConfig, Trainer, fit
from tests.small_dialogues import history

NAMES = [name for name in registry.model_names() if name.startswith("dialog/")]
STEPS = TrainConfig(steps=4, batch_size=8, lr=1e-2, warmup=1, decay=False)


def build(name: str, **sizes: object) -> DialogueModel:
    cls = registry.model_class(f"dialog/{name}")
    with seeded(1):
        model = cls(replace(cls.Config.tiny(), dropout=0.0, word_dropout=0.0, **sizes))
        for parameter in model.parameters():
            parameter.data += 0.3 * torch.randn_like(parameter)
    return model


def batch_of(model: DialogueModel, n: int = 8) -> Batch:
    config = model.config
    with seeded(2):
        x = torch.randint(3, config.vocab_size, (n, config.max_len))
        lengths = torch.randint(1, config.max_len, (n,))
    places = torch.arange(config.max_len)
    x = x.masked_fill(places == lengths[:, None], 2).masked_fill(places > lengths[:, None], 0)
    return history(config, n), x, torch.arange(n) % 3


def number(x: Tensor) -> float:
    return x.detach().item()


def digest(module: nn.Module) -> str:
    bits = b"".join(p.detach().numpy().tobytes() for p in module.parameters())
    return hashlib.sha256(bits).hexdigest()


def after(model: DialogueModel, player: str, batch: Batch, steps: int = 20) -> None:
    """Moves one player alone."""
    trainer = Trainer(model, STEPS)
    for step in range(steps):
        with seeded(step):
            trainer.step(model.step, batch, STEPS.lr, [player])
    model.eval()


# --- what must not matter ---------------------------------------------------------------------


def widened(context: Tensor) -> Tensor:
    """The same turns with pads behind each, and empty turns before, between and after them."""
    wider = nn.functional.pad(context, (0, 4))
    empty = torch.zeros_like(wider[:, :1])
    parts = [part for turn in wider.split(1, 1) for part in (empty, turn)]
    return torch.cat([empty, *parts, empty], 1)


@pytest.mark.parametrize("name", NAMES)
def test_pads_and_empty_turns_change_nothing(name: str) -> None:
    model = build(name.split("/")[1]).eval()
    context, x, _ = batch_of(model)
    wider, longer = widened(context), nn.functional.pad(x, (0, 5))
    with seeded(5):
        z = model.prior(context).sample()
    with seeded(5):
        torch.testing.assert_close(model.prior(wider).sample(), z)
    posteriors = model.encode(x, context), model.encode(longer, wider)
    torch.testing.assert_close(posteriors[1].mode, posteriors[0].mode)
    torch.testing.assert_close(
        model.decode(z, wider).log_prob(longer), model.decode(z, context).log_prob(x)
    )


@pytest.mark.parametrize("name", NAMES)
def test_pads_and_empty_turns_change_no_loss(name: str) -> None:
    model = build(name.split("/")[1]).eval()
    context, x, acts = batch_of(model)
    for player in model.players:
        with seeded(6):
            terms = model.loss((context, x, acts), player)
        with seeded(6):
            others = model.loss((widened(context), nn.functional.pad(x, (0, 5)), acts), player)
        torch.testing.assert_close(others, terms)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_gives_what_single_contexts_give(name: str) -> None:
    model = build(name.split("/")[1]).eval()
    context, x, _ = batch_of(model)
    alone = [model.prior(row[None]).mode for row in context]
    torch.testing.assert_close(model.prior(context).mode, torch.cat(alone))
    z = model.encode(x, context).mode
    scores = [
        model.decode(*pair).log_prob(one)
        for *pair, one in zip(z.split(1), context.split(1), x.split(1), strict=True)
    ]
    torch.testing.assert_close(model.decode(z, context).log_prob(x), torch.cat(scores))


@pytest.mark.parametrize("name", NAMES)
def test_whoever_owns_the_decoder_makes_the_replies_likelier(name: str) -> None:
    model = build(name.split("/")[1]).eval()
    context, x, acts = batch_of(model)
    [player] = {"autoencoder", "dialogue", "model"} & set(model.players)

    def nll() -> float:
        return -number(model.decode(model.encode(x, context).mode, context).log_prob(x).mean())

    before = nll()
    after(model, player, (context, x, acts))
    assert nll() < before - 1


def test_turns_that_are_read_in_parts_are_read_as_together() -> None:
    model = build("hred").eval()
    turns: TurnEncoder = model.turns
    x = batch_of(model, 50)[1]
    alone = torch.cat([turns(row[None]) for row in x])
    torch.testing.assert_close(turns(x), alone)


def test_the_order_of_turns_and_who_said_them_matter() -> None:
    model = build("hred").eval()
    context = batch_of(model)[0][:1]
    c = model.history(context)
    assert not torch.allclose(model.history(context.flip(1)), c)
    turns = context.clone()
    turns[0, 0] = torch.cat([torch.tensor([1]), context[0, 0, :-1]])
    assert not torch.allclose(model.history(turns), c)


def test_a_context_without_turns_is_refused() -> None:
    model = build("hred")
    with pytest.raises(ValueError, match="at least one turn"):
        model.prior(torch.zeros(2, 3, 5, dtype=torch.long))
    with pytest.raises(NotImplementedError, match="needs a context"):
        model.decode(torch.zeros(2, 0))


# --- VHRED and CVAE ---------------------------------------------------------------------------


def test_the_kl_is_that_of_the_posterior_to_the_prior_and_is_annealed() -> None:
    model = build("vhred", annealing_steps=100).eval()
    context, x, acts = batch_of(model)
    q, p = model.encode(x, context), model.prior(context)
    a, b = (Independent(Normal(d.means[:, 0], d.scales[:, 0]), 1) for d in (q, p))
    there, back = kl_divergence(a, b).mean(), kl_divergence(b, a).mean()
    assert abs(number(there - back)) > 0.01
    for step, weight in ((0, 0.0), (50, 0.5), (200, 1.0)):
        model.step = step
        with seeded(3):
            terms = model.loss((context, x, acts))
        torch.testing.assert_close(terms["kl"], there)
        torch.testing.assert_close(terms["loss"], terms["recon_nll"] + weight * there)


def test_without_a_word_in_the_loss_the_kl_moves_the_two_onto_each_other() -> None:
    model = build("vhred")
    model.step = 10**6
    batch = batch_of(model)
    before = number(model.loss(batch)["kl"])
    trainer = Trainer(model, STEPS)
    parameters = model.player_parameters("model")
    for _ in range(30):
        gradients = torch.autograd.grad(model.loss(batch)["kl"], parameters, allow_unused=True)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        trainer.optimisers["model"].step()
    assert number(model.loss(batch)["kl"]) < 0.3 * before


def test_the_bag_of_words_counts_words_in_any_order_and_no_pads() -> None:
    model = build("cvae").eval()
    context, x, _ = batch_of(model)
    c, z = model.history(context), torch.zeros(8, 3)
    last = model.bow_net[-1]
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    words = (x != 0).sum(1).float().mean()
    uniform = math.log(model.config.vocab_size - 2)
    torch.testing.assert_close(model.bow_nll(z, c, x), words * uniform)
    nn.init.normal_(last.bias)
    torch.testing.assert_close(model.bow_nll(z, c, x.flip(1)), model.bow_nll(z, c, x))
    assert number(model.bow_nll(z, c, x[:, :2])) < number(model.bow_nll(z, c, x))


def test_the_bag_of_words_is_told_by_the_code() -> None:
    """Two replies to one context: only z can tell which words are meant."""
    model = build("cvae", act=False, acts=(), latent_dim=4)
    context, x, acts = (part[:2] for part in batch_of(model))
    batch = context[:1].expand_as(context).contiguous(), x, acts
    trainer = Trainer(model, STEPS)
    for _ in range(150):
        trainer.step(0, batch, 1e-2)
    model.eval()
    z, c = model.encode(x, batch[0]).mode, model.history(batch[0])
    assert number(model.bow_nll(z, c, x)) < 0.7 * number(model.bow_nll(z.flip(0), c, x))


def test_acts_that_are_not_known_cost_nothing_and_known_ones_are_learned() -> None:
    model = build("cvae")
    context, x, acts = batch_of(model)
    unknown = torch.full_like(acts, -1)
    assert number(model.loss((context, x, unknown))["act_nll"]) == 0.0
    some = torch.where(torch.arange(8) < 4, acts, -1)
    with seeded(0):
        half = model.loss((context, x, some))["act_nll"]
    with seeded(0):
        c = model.history(context)
        z = model.posterior_of(model.turns(x), c).rsample()
        by_hand = nn.functional.cross_entropy(model.act_logits(z, c)[:4], acts[:4])
    torch.testing.assert_close(half, by_hand)
    after(model, "model", (context, x, acts), steps=60)
    c = model.history(context)
    z = model.posterior_of(model.turns(x), c).mode
    assert (model.act_logits(z, c).argmax(1) == acts).float().mean() > 0.8


def test_the_decoder_hears_the_act_and_takes_the_likeliest_where_none_is_told() -> None:
    model = build("cvae").eval()
    context, x, _ = batch_of(model)
    c, z = model.history(context), torch.zeros(8, 3)
    scores = [model.reply(z, c, torch.full((8,), act)).log_prob(x) for act in range(3)]
    assert not torch.allclose(scores[0], scores[1])
    likeliest = model.act_logits(z, c).argmax(1)
    chosen = torch.stack(scores, 1)[torch.arange(8), likeliest]
    torch.testing.assert_close(model.reply(z, c).log_prob(x), chosen)
    torch.testing.assert_close(model.reply(z, c, torch.full((8,), -1)).log_prob(x), chosen)


def test_switches_drop_their_nets_and_acts_need_names() -> None:
    plain = build("cvae", bow=False, act=False, acts=())
    assert not {"bow_net", "act_net"} & {name for name, _ in plain.named_children()}
    assert set(plain.loss(batch_of(plain))) == {"loss", "recon_nll", "kl"}
    with pytest.raises(ValueError, match="needs the names of at least two acts"):
        build("cvae", acts=())


# --- AED and CVAE-AE --------------------------------------------------------------------------


class Sum(nn.Module):
    """A critic with a known answer: the sum of the code, the context left out."""

    def __init__(self, size: int, factor: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * x[:, : self.size].sum(1)


def test_the_generator_of_the_aed_raises_the_critic_s_score_of_what_it_makes() -> None:
    model = build("aed")
    model.critic = Sum(3)
    batch = batch_of(model)
    c = model.history(batch[0])
    codes, before = model.encode(*batch[1::-1]).mode, number(model.prior_of(c).mode.sum())
    after(model, "generator", batch)
    assert number(model.prior_of(c).mode.sum()) > before + 1
    torch.testing.assert_close(model.encode(*batch[1::-1]).mode, codes)


def test_the_critic_of_the_aed_learns_which_codes_are_of_replies() -> None:
    model = build("aed")
    batch = batch_of(model)
    after(model, "critic", batch, 60)
    with seeded(0):
        terms = model.loss(batch, "critic")
    assert number(terms["score_code"]) > number(terms["score_prior"]) + 0.2


def test_sharing_all_of_the_code_is_an_auto_encoder_and_none_of_it_decodes_what_is_made() -> None:
    for share in (1.0, 0.0):
        model = build("cvae_ae", mixing=share).eval()
        context, x, acts = batch_of(model)
        c = model.history(context)
        with seeded(3):
            terms = model.loss((context, x, acts), "autoencoder")
        with seeded(3):
            code = model.code(model.turns(x))
            eps = model.encode(x, context).rsample()
        z = code if share else model.generator(eps)
        by_hand = -model.decoder(torch.cat([z, c], 1)).log_prob(x).mean()
        torch.testing.assert_close(terms["recon_nll"], by_hand)


def test_codes_reach_beyond_the_noise_that_the_decoder_is_trained_under() -> None:
    model = build("cvae_ae", mixing=1.0, reach=4.0, noise=0.5)
    batch = batch_of(model)
    assert 1 < number(model.code(model.turns(batch[1])).abs().max()) <= 4

    def nll(seed: int) -> float:
        with seeded(seed):
            return number(model.loss(batch, "autoencoder")["recon_nll"])

    model.train()
    assert abs(nll(1) - nll(2)) > 1e-3
    model.eval()
    assert nll(1) == pytest.approx(nll(2), abs=1e-5)  # p = 1 decodes the code as it is


def test_the_share_falls_and_the_kl_has_a_floor_that_passes_no_gradient() -> None:
    config = build("cvae_ae", mixing=0.2, mixing_steps=100).config
    assert [config.share(step) for step in (0, 50, 100, 900)] == pytest.approx([1, 0.6, 0.2, 0.2])
    for floor in (0.0, 50.0):
        model = build("cvae_ae", kl_floor=floor, mixing=1.0).eval()
        batch = batch_of(model)
        terms = model.loss(batch, "autoencoder")
        kl = number(terms["kl"])
        assert 0 < kl < 50
        expected = terms["recon_nll"] + max(floor, kl)
        torch.testing.assert_close(terms["loss"], expected)
        weights = list(model.code_net.parameters())
        loss, recon = (
            torch.autograd.grad(t, weights, retain_graph=True)
            for t in (terms["loss"], terms["recon_nll"])
        )
        same = all(torch.allclose(a, b) for a, b in zip(loss, recon, strict=True))
        assert same == (floor == 50.0)


def test_the_cvae_of_codes_learns_to_make_them() -> None:
    model = build("cvae_ae")
    batch = batch_of(model)
    before = number(model.loss(batch, "cvae")["code_error"])
    code = model.code(model.turns(batch[1]))
    after(model, "cvae", batch, 100)
    assert number(model.loss(batch, "cvae")["code_error"]) < 0.5 * before
    torch.testing.assert_close(model.code(model.turns(batch[1])), code)


# --- DialogWAE --------------------------------------------------------------------------------


def wae_scores(model: DialogueModel, batch: Batch) -> tuple[float, float]:
    """Mean D of posterior codes and of prior codes."""
    context, x, _ = batch
    c = model.history(context)
    with seeded(9), torch.no_grad():
        z = model.posterior_of(model.turns(x), c).rsample((50,))
        z_p = model.prior_of(c).rsample((50,))
        return tuple(
            number(torch.stack([model.score(draw, c) for draw in draws]).mean())
            for draws in (z, z_p)
        )


def test_the_critic_descends_the_gap() -> None:
    model = build("dialog_wae")
    batch = batch_of(model)
    posterior, prior = wae_scores(model, batch)
    after(model, "critic", batch, 60)
    lower, higher = wae_scores(model, batch)
    assert lower - higher < posterior - prior - 0.3
    with seeded(0):
        terms = model.loss(batch, "critic")
    assert number(terms["critic_loss"]) < 0  # D is high where the prior is


@pytest.mark.parametrize("name", ["dialog_wae", "dialog_wae_gmp"])
def test_posterior_and_prior_both_ascend_it(name: str) -> None:
    """The critic is known: posterior codes must go where it is high, prior codes where low."""
    model = build(name)
    model.critic = Sum(3)
    batch = batch_of(model)
    posterior, prior = wae_scores(model, batch)
    after(model, "generator", batch)
    higher, lower = wae_scores(model, batch)
    assert higher > posterior + 0.3
    assert lower < prior - 0.3


def test_each_sample_has_a_slope_of_its_own() -> None:
    """3 for D = √9 = 3 z_1, whatever the batch size; of the batch's mean it would be 3 / B."""
    for size in (1, 4, 32):
        a, b = torch.randn(2, size, 3)
        found = slopes(lambda z: 3 * z[:, 0], a, b)
        torch.testing.assert_close(found, torch.full((size,), 3.0))
    model = build("dialog_wae", penalty_weight=7.0)
    model.critic = Sum(3, factor=2.0)
    terms = model.loss(batch_of(model), "critic")
    slope = 2 * math.sqrt(3)
    torch.testing.assert_close(terms["slope"], torch.tensor(slope))
    torch.testing.assert_close(terms["penalty"], torch.tensor((slope - 1) ** 2))
    torch.testing.assert_close(terms["loss"], terms["critic_loss"] + 7 * terms["penalty"])


def test_five_steps_of_the_critic_read_a_batch_once_and_then_the_others_move() -> None:
    model = build("dialog_wae")
    assert model.plan(3) == ["critic"] * 5 + ["generator", "autoencoder"]
    batch, read = batch_of(model), []
    model.history.register_forward_hook(lambda *_: read.append(1))
    trainer = Trainer(model, STEPS)
    trainer.step(0, batch, 1e-3)
    assert len(read) == 2  # by the game and by the auto-encoder
    trainer.step(1, batch, 1e-3)
    assert len(read) == 4  # what was read in another step is not taken again


def test_no_critic_normalises_over_the_batch() -> None:
    for name in ("aed", "dialog_wae", "dialog_wae_gmp"):
        kinds = {type(part) for part in build(name).critic.modules()}
        assert not kinds & {nn.BatchNorm1d, nn.BatchNorm2d}


def test_a_single_mode_is_dialog_wae() -> None:
    models = []
    for name, sizes in (("dialog_wae", {}), ("dialog_wae_gmp", {"components": 1})):
        cls = registry.model_class(f"dialog/{name}")
        with seeded(1):
            model = cls(replace(cls.Config.tiny(), **sizes))
        batch = batch_of(model)
        for _ in fit(model, lambda step, batch=batch: batch, STEPS):
            pass
        models.append(model.state_dict())
    assert models[0].keys() == models[1].keys()
    for name, value in models[0].items():
        assert torch.equal(value, models[1][name]), name


def test_several_modes_start_apart() -> None:
    """In all directions by about twice their own width, whatever the context."""
    model = build("dialog_wae_gmp", components=4, latent_dim=60).eval()
    p = model.prior_net(torch.zeros(1, model.config.context_dim))
    assert p.means.std(1).mean().item() == pytest.approx(2, abs=0.4)
    assert p.scales.mean().item() == pytest.approx(1, abs=0.3)


# --- modes ------------------------------------------------------------------------------------


def test_draws_of_modes_have_their_shares_means_and_spreads() -> None:
    weights = torch.tensor([[0.2, 0.8]])
    means, scales = torch.tensor([[[-4.0], [4.0]]]), torch.tensor([[[0.5], [1.0]]])
    p = GaussianModes(weights.log(), means, scales)
    with seeded(0):
        z = p.sample((20_000,))[:, 0, 0]
    left = z < 0
    assert left.float().mean().item() == pytest.approx(0.2, abs=0.01)
    assert z[left].mean().item() == pytest.approx(-4, abs=0.05)
    assert z[~left].std().item() == pytest.approx(1, abs=0.02)
    grid = torch.linspace(-12, 12, 4001)
    density = p.log_prob(grid[:, None, None]).exp()[:, 0]
    assert torch.trapezoid(density, grid).item() == pytest.approx(1, abs=1e-4)
    assert p.mean.item() == pytest.approx(2.4)
    assert p.mode.item() == 4.0


def test_the_choice_of_a_mode_passes_a_gradient_to_the_weights() -> None:
    """E z = Σ π_k μ_k must rise: the weight of the mode with the larger mean grows."""
    logits = torch.zeros(1, 2, requires_grad=True)
    means, scales = torch.tensor([[[-1.0], [1.0]]]), torch.full((1, 2, 1), 0.1)
    with seeded(0):
        z = GaussianModes(logits.log_softmax(1), means, scales, 1.0).rsample((4000,))
    assert set(z.sign().unique().tolist()) == {-1.0, 1.0}
    (gradient,) = torch.autograd.grad(z.mean(), logits)
    assert gradient[0, 1] > 0.1 > -0.1 > gradient[0, 0]


# --- ST-ED ------------------------------------------------------------------------------------


@pytest.mark.parametrize("recognition", ["di_vst", "di_vae", "dgmvae"])
def test_recognition_is_learned_first_and_frozen_then(recognition: str) -> None:
    model = build("st_ed", recognition=recognition, recognition_steps=3)
    batch = batch_of(model)
    found = []
    others = [model.turns, model.history, model.policy, model.decoder]
    for _ in fit(model, lambda step: batch, replace(STEPS, steps=6)):
        found.append((digest(model.recognition), [digest(part) for part in others]))
    q, rest = zip(*found, strict=True)
    assert len(set(q[:3])) == 3 and len(set(q[2:])) == 1
    assert rest[0] == rest[2] and all(a != b for a, b in zip(rest[2], rest[5], strict=True))


def test_the_policy_learns_the_action_of_the_reply() -> None:
    model = build("st_ed")
    batch = batch_of(model)
    before = model.loss(batch)
    after(model, "dialogue", batch, 80)
    now = model.loss(batch)
    assert number(now["policy_nll"]) < number(before["policy_nll"]) - 0.3
    q = model.encode(batch[1]).probs
    by_hand = -(q * model.prior(batch[0]).log_p).sum((1, 2)).mean()
    torch.testing.assert_close(now["policy_nll"], by_hand)


def test_forcing_makes_the_reply_show_its_action() -> None:
    """With nothing but forcing to be had, the action can be read off the expected words."""
    model = build("st_ed", forcing=100.0)
    batch = batch_of(model)
    q = model.encode(batch[1]).mode
    before = number(model.loss(batch)["forcing_nll"])
    after(model, "dialogue", batch, 80)
    assert number(model.loss(batch)["forcing_nll"]) < before - 0.2
    assert torch.equal(model.encode(batch[1]).mode, q)


def test_di_vst_reads_a_turn_and_tells_the_one_before_and_the_one_after() -> None:
    cls = registry.model_class("text_vae/di_vst")
    with seeded(1):
        model = cls(cls.Config.tiny()).eval()
    x = batch_of(build("hred"))[1]
    turn, previous, following = x, x.flip(0), x.roll(1, 0)
    with seeded(3):
        terms = model.loss((turn, previous, following))
    with seeded(3):
        z = model.encode(turn).sample()
    torch.testing.assert_close(terms["next_nll"], -model.decode(z).log_prob(following).mean())
    before = model.decode_previous(z).log_prob(previous)
    torch.testing.assert_close(terms["previous_nll"], -before.mean())
    previous = previous.masked_fill(torch.arange(8)[:, None] < 4, 0)
    with seeded(3):
        fewer = model.loss((turn, previous, following))["previous_nll"]
    torch.testing.assert_close(fewer, -before[4:].mean())
    with seeded(3):
        none = model.loss((turn, torch.zeros_like(x), following))["previous_nll"]
    assert number(none) == 0.0
