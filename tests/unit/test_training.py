"""Training resumes exactly, moves only whom the plan names, and stops at nonsense."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from backend.base import BaseConfig, GenerativeModel
from backend.corpora.batching import Batches, LengthBatches
from backend.device import seeded
from backend.distributions.sequence import EOS
from backend.models.lm.kerbs import Config as KerbsConfig
from backend.models.lm.kerbs import KerBS
from backend.models.text_vae.text_vae import Config, TextVAE
from backend.models.vae.vae import VAE
from backend.models.vae.vae import Config as VAEConfig
from backend.training import Diverged, TrainConfig, checked, fit

CONFIG = TrainConfig(steps=12, batch_size=4, lr=1e-2, warmup=2)


def vae() -> tuple[VAE, Batches]:
    with seeded(0):
        model = VAE(VAEConfig.tiny())
        return model, Batches(torch.rand(22, 1, 4, 4), 4, seed=0)


def kerbs() -> tuple[KerBS, Batches]:
    """What moves its senses at steps 4 and 8 by what was counted since it last did."""
    config = vars(KerbsConfig.tiny()) | {"moving_steps": 4, "moved": 0.1}
    with seeded(0):
        model = KerBS(KerbsConfig(**config))
        x = torch.randint(3, 12, (22, 6))
        x[:, -1] = EOS
        return model, Batches(x, 4, seed=0)


@pytest.mark.parametrize("made", [vae, kerbs])
def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path, made: Callable) -> None:
    """Also of what no checkpoint keeps."""
    whole, batches = made()
    for _ in fit(whole, batches, CONFIG):
        pass

    state = tmp_path / "state.safetensors"
    first, batches = made()
    for report in fit(first, batches, CONFIG, state=state, save_every=5):
        if report.step == 8:  # killed between two saves
            break
    second, batches = made()
    steps = [r.step for r in fit(second, batches, CONFIG, state=state, save_every=5)]

    assert steps[0] == 6
    for (name, a), b in zip(whole.named_parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b), name
    for (name, a), b in zip(whole.named_buffers(), second.buffers(), strict=True):
        assert torch.equal(a, b), name


def test_what_only_training_counts_is_in_no_checkpoint() -> None:
    model, batches = kerbs()
    list(fit(model, batches, CONFIG))
    assert model.words.moves[:2, 0].tolist() == [4, 8]
    stored = {name.split(".")[-1] for name in model.state_dict()}
    assert "moves" in stored and not stored & {"surprise", "worst", "missed", "needed"}


def test_a_state_of_another_run_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state.safetensors"
    model, batches = vae()
    list(fit(model, batches, CONFIG, state=state))
    other = TrainConfig(steps=12, batch_size=4, lr=1e-3, warmup=2)
    with pytest.raises(ValueError, match="another configuration"):
        next(fit(model, batches, other, state=state))


def test_other_random_numbers_do_not_change_a_run() -> None:
    quiet, batches = vae()
    list(fit(quiet, batches, CONFIG))
    disturbed, batches = vae()
    for _ in fit(disturbed, batches, CONFIG):
        torch.rand(3)
    for a, b in zip(quiet.parameters(), disturbed.parameters(), strict=True):
        assert torch.equal(a, b)


class Duel(GenerativeModel):
    """Two players, the second of which moves at even steps only."""

    Config = BaseConfig
    players = {"left": ("left",), "right": ("right",)}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(BaseConfig())
        self.left, self.right = nn.Linear(1, 1), nn.Linear(1, 1)

    def plan(self, step: int) -> list[str]:
        return ["left", "right"] if step % 2 == 0 else ["left"]

    def loss(self, batch: Tensor, player: str = "left") -> dict[str, Tensor]:
        return {"loss": (self.left(batch) - self.right(batch)).square().mean()}


def test_only_the_players_of_the_plan_move() -> None:
    model = Duel()
    reports = fit(model, lambda step: torch.ones(2, 1), CONFIG)
    next(reports)
    before = [p.clone() for p in model.right.parameters()]
    left = [p.clone() for p in model.left.parameters()]
    next(reports)
    assert all(torch.equal(a, b) for a, b in zip(before, model.right.parameters(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(left, model.left.parameters(), strict=True))


def test_divergence_names_the_term_and_keeps_the_last_good_weights() -> None:
    model, _ = vae()
    good = torch.rand(4, 1, 4, 4)
    reports = fit(model, lambda step: good if step < 3 else good * torch.nan, CONFIG)
    for _ in range(3):
        next(reports)
    weights = [p.clone() for p in model.parameters()]
    with pytest.raises(Diverged, match="recon_nll"):
        next(reports)
    assert all(torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))


def test_length_batches_have_almost_no_pads_and_cover_an_epoch() -> None:
    with seeded(0):
        lengths = torch.randint(2, 9, (100,))
    items = (torch.arange(9) < lengths[:, None]).long() * torch.arange(1, 101)[:, None]
    batches = LengthBatches(items, 10, seed=3)
    epoch = [batches(step) for step in range(len(batches))]
    assert sorted(row[0].item() for batch in epoch for row in batch) == list(range(1, 101))
    pads = sum((batch == 0).sum().item() for batch in epoch)
    assert pads < 0.2 * lengths.sum()
    assert torch.equal(batches(4), LengthBatches(items, 10, seed=3)(4))
    assert not torch.equal(batches(10)[:, 0], epoch[0][:, 0])  # another order next epoch


def test_free_bits_cost_nothing_below_their_level() -> None:
    with seeded(0):
        model = TextVAE(Config(**vars(Config.tiny()) | {"free_bits": 10.0})).eval()
    model.step = 10**6
    x = torch.tensor([[4, 5, 2], [6, 2, 0]])
    with seeded(1):
        terms = model.loss(x)
    expected = terms["recon_nll"] + 10.0 * model.config.latent_dim
    torch.testing.assert_close(terms["loss"], expected)


def test_the_kl_weight_follows_its_schedule() -> None:
    with seeded(0):
        model = TextVAE(Config(**vars(Config.tiny()) | {"annealing_steps": 100})).eval()
    x = torch.tensor([[4, 5, 2]])
    for step, weight in ((0, 0.0), (50, 0.5), (500, 1.0)):
        model.step = step
        with seeded(1):
            terms = model.loss(x)
        torch.testing.assert_close(terms["loss"], terms["recon_nll"] + weight * terms["kl"])


def test_the_controller_moves_the_weight_to_the_target_and_survives_a_bad_step() -> None:
    with seeded(0):
        model = TextVAE(Config(**vars(Config.tiny()) | {"kl_target": 2.0, "annealing_steps": 1}))
    x = torch.tensor([[4, 5, 2], [6, 2, 0]])
    start = model.log_weight.clone()
    kl = model.loss(x)["kl"].item()  # far below the target, untrained
    assert kl < 2.0
    assert model.log_weight < start
    with torch.no_grad():
        model.encoder.output.bias.fill_(torch.nan)
    before = model.log_weight.clone()
    model.loss(x)
    assert model.log_weight == before


def test_the_terms_that_diverged_are_named() -> None:
    fine, bad = torch.tensor(1.0), torch.tensor(float("nan"))
    assert checked({"kl": fine}, 4) == {"kl": 1.0}
    with pytest.raises(Diverged, match=r"^step 4: kl is no longer a number$"):
        checked({"loss": fine, "kl": bad}, 4)
    with pytest.raises(Diverged, match=r"^step 4: loss, kl are no longer numbers$"):
        checked({"loss": bad, "kl": bad}, 4)
