"""The contract that every registered model keeps, each at its ``Config.tiny()``."""

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.base import CAPABILITIES, GenerativeModel, LatentModel
from backend.checkpoint import WEIGHTS
from backend.codes.posteriors import kl_of_units
from backend.device import seeded
from backend.distributions.deterministic import Deterministic
from backend.evaluation.table import TRAINING_TERMS
from backend.training import TrainConfig, fit
from tests.small_dialogues import history

BATCH = 8


@pytest.fixture(params=registry.model_names())
def model(request: pytest.FixtureRequest) -> GenerativeModel:
    cls = registry.model_class(request.param)
    with seeded(1):
        return cls(cls.Config.tiny()).eval()


def example(model: GenerativeModel, n: int = BATCH) -> Tensor:
    """Random data of the model's kind: pictures, or sentences of several lengths."""
    with seeded(2):
        if hasattr(model.config, "data_shape"):
            return torch.rand(n, *model.config.data_shape)
        x = torch.randint(3, model.config.vocab_size, (n, model.config.max_len))
        for row, length in enumerate(torch.randint(1, model.config.max_len, (n,)).tolist()):
            x[row, length] = 2
            x[row, length + 1 :] = 0
        return x


def batch_of(model: GenerativeModel, n: int = BATCH):
    x = example(model, n)
    if model.reads == "dialogues":
        return history(model.config, n), x, torch.arange(n) % 4 - 1
    if model.reads == "neighbours":
        return x, x.flip(0), x.roll(1, 0)
    if model.reads == "parses":
        trees = torch.arange(n * 3).reshape(n, 3) % (model.config.symbols - 3) + 3
        content = torch.arange(n * 2).reshape(n, 2) % (model.config.lemmas - 1) + 1
        return x, torch.nn.functional.pad(trees, (0, 1), value=2), content
    if model.reads == "domains":
        return x, torch.arange(n) % getattr(model.config, "classes", n), 1 - x
    if hasattr(model.config, "classes"):
        return x, torch.arange(n) % model.config.classes
    return x


def test_what_it_assigns_to_items_are_probabilities(model: GenerativeModel) -> None:
    if "components" not in model.capabilities:
        pytest.skip("it assigns no components")
    with torch.no_grad():
        shares = model.assign(example(model))
    assert shares.shape == (BATCH, model.prior.variables, model.prior.components)
    assert (shares >= 0).all()
    torch.testing.assert_close(shares.sum(2), torch.ones(shares.shape[:2]))


def test_declares_known_capabilities(model: GenerativeModel) -> None:
    assert model.capabilities
    assert model.capabilities <= CAPABILITIES


def test_its_own_objective_names_its_players_and_terms_of_their_losses(
    model: GenerativeModel,
) -> None:
    objective = vars(type(model)).get("objective")
    assert objective is not None, "the file states no formulas of its own"
    assert list(objective.formulas) == list(model.players)
    reported = {term for player in model.players for term in model.loss(batch_of(model), player)}
    assert set(objective.terms) <= reported
    assert objective.note.endswith(".")
    switches = {field.name: field.type for field in dataclasses.fields(model.config)}
    assert all(switches[setting] is bool for setting in objective.switches.values())


def test_a_setting_that_can_be_turned_has_a_range_and_help_and_its_default_fits(
    model: GenerativeModel,
) -> None:
    for field in dataclasses.fields(model.config):
        assert field.metadata["help"]
        if live := field.metadata["live"]:
            low, high = field.metadata["min"], live.max or field.metadata["max"]
            assert isinstance(field.default, int | float) and live.title
            assert low <= field.default <= high
            assert live.start is None or low <= live.start <= high


def test_each_player_moves_its_own_parameters_and_no_others(model: GenerativeModel) -> None:
    batch = batch_of(model)
    for player in model.players:
        terms = model.loss(batch, player)
        assert set(terms) <= TRAINING_TERMS | set(model.objective.terms)
        assert all(torch.isfinite(value).all() for value in terms.values())
        for gradient in torch.autograd.grad(terms["loss"], model.player_parameters(player)):
            assert torch.isfinite(gradient).all()
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        model.plan = lambda step, player=player: [player]
        for _ in fit(model, lambda step: batch, TrainConfig(steps=1, batch_size=BATCH, warmup=1)):
            pass
        model.eval()
        moved = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
        assert moved
        mine = {id(p) for p in model.player_parameters(player)}
        assert moved <= {name for name, p in model.named_parameters() if id(p) in mine}


def test_codes_and_events_have_the_promised_shapes(model: GenerativeModel) -> None:
    x = example(model)
    if "encode" in model.capabilities:
        q = model.encode(x)
        z = q.rsample()
        assert z.shape == (BATCH, model.config.latent_dim)
        assert q.mean.shape == z.shape
        if not isinstance(q, Deterministic):
            assert q.log_prob(z).shape == (BATCH,)
    if "decode" in model.capabilities:
        p = model.decode(torch.zeros(BATCH, model.config.latent_dim))
        assert p.sample().shape[1:] == x.shape[1:]
        if not isinstance(p, Deterministic):
            assert p.log_prob(x).shape == (BATCH,)


def test_codes_have_a_kl_for_each_unit(model: GenerativeModel) -> None:
    if "encode" not in model.capabilities:
        pytest.skip("it has no encoder")
    with seeded(4), torch.no_grad():
        q = model.encode(example(model))
        found = kl_of_units(model, q)
    assert found.shape == q.mean.shape and torch.isfinite(found).all()


def test_a_reply_has_a_prior_and_a_posterior_given_the_context(model: GenerativeModel) -> None:
    if "respond" not in model.capabilities:
        pytest.skip("it does not reply")
    x, context = example(model), history(model.config, BATCH)
    for distribution in (model.prior(context), model.encode(x, context)):
        z = distribution.sample()
        assert z.shape == distribution.mode.shape == (BATCH, model.config.latent_dim)
    p = model.decode(z, context)
    assert p.log_prob(x).shape == (BATCH,)
    assert p.mode.shape == x.shape
    torch.testing.assert_close(
        model.decode(z, context[:1]).log_prob(x),  # one context serves all codes
        model.decode(z, context[:1].expand_as(context)).log_prob(x),
    )


def test_log_prob_ignores_padding(model: GenerativeModel) -> None:
    if hasattr(model.config, "data_shape"):
        pytest.skip("pictures have no padding")
    x = example(model)
    padded = torch.nn.functional.pad(x, (0, 3))
    if "log_prob" in model.capabilities:
        torch.testing.assert_close(model.log_prob(padded), model.log_prob(x))
    if "encode" in model.capabilities:
        z = model.encode(x).mean
        torch.testing.assert_close(model.encode(padded).mean, z)
        torch.testing.assert_close(model.decode(z).log_prob(padded), model.decode(z).log_prob(x))


def test_a_batch_gives_what_single_examples_give(model: GenerativeModel) -> None:
    x = example(model)
    if "encode" in model.capabilities:
        alone = torch.cat([model.encode(row[None]).mean for row in x])
        torch.testing.assert_close(model.encode(x).mean, alone, rtol=1e-4, atol=1e-5)


def test_sampling_repeats_with_its_seed(model: GenerativeModel) -> None:
    drawn = "sample" in model.capabilities and hasattr(model, "prior")
    if not drawn and "log_prob" not in model.capabilities:
        pytest.skip("it has no distribution of its own to sample from")
    with seeded(3):
        first = model.sample(4)
    torch.rand(5)  # whatever else the process does
    with seeded(3):
        assert torch.equal(model.sample(4), first)


def test_what_is_not_declared_raises(model: GenerativeModel) -> None:
    if "log_prob" not in model.capabilities:
        with pytest.raises(NotImplementedError):
            model.log_prob(example(model))
    if isinstance(model, LatentModel) and not {"encode", "respond"} & model.capabilities:
        with pytest.raises(NotImplementedError):
            model.encode(example(model))


def test_weights_survive_saving(model: GenerativeModel, tmp_path: Path) -> None:
    from safetensors.torch import load_model, save_model

    save_model(model, str(tmp_path / WEIGHTS))
    with seeded(9):
        other = type(model)(model.config).eval()
    load_model(other, str(tmp_path / WEIGHTS))
    for (name, old), (_, new) in zip(
        model.state_dict().items(), other.state_dict().items(), strict=True
    ):
        assert torch.equal(old, new), name


def test_loss_falls_when_fitting_a_few_examples(model: GenerativeModel) -> None:
    if len(model.players) > 1:
        pytest.skip("where one player wins another loses")
    batch = batch_of(model)
    config = TrainConfig(steps=80, batch_size=BATCH, lr=1e-2, warmup=1, decay=False)
    losses = [report.terms["loss"] for report in fit(model, lambda step: batch, config)]
    assert sum(losses[-10:]) < sum(losses[:10])


def test_every_file_has_a_subtitle_and_registers_one_class() -> None:
    for name in registry.model_names():
        assert registry.subtitle(name).endswith(".")
        assert issubclass(registry.model_class(name), GenerativeModel)


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(KeyError, match=r"no model '\.\./base'"):
        registry.model_class("../base")


def test_configuration_refuses_unknown_keys_and_values_out_of_range() -> None:
    config = registry.model_class("vae/vae").Config
    with pytest.raises(ValueError, match="unknown configuration keys: colour"):
        config.from_dict({"latent_dim": 2, "colour": 1})
    with pytest.raises(ValueError, match="latent_dim must lie between 1 and 512, got 0"):
        config(latent_dim=0)
