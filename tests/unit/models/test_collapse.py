"""What keeps a text VAE's code alive: what each remedy does, and that off it is a plain VAE."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.base import GenerativeModel
from backend.device import seeded
from backend.objectives.divergences import kl, kl_per_unit
from backend.training import StepReport, TrainConfig, fit

BATCH = 8


def build(name: str, seed: int = 1, **config: object) -> GenerativeModel:
    cls = registry.model_class(f"text_vae/{name}")
    options = vars(cls.Config.tiny()) | {"dropout": 0.0} | config
    if "annealing" in options:
        options["annealing"] = "constant"
    with seeded(seed):
        return cls(cls.Config(**options))


def batches(step: int) -> Tensor:
    """Sentences of one word, repeated: a code has something to tell."""
    generator = torch.Generator().manual_seed(step)
    word = torch.randint(4, 12, (BATCH, 1), generator=generator)
    return torch.cat([word, word, word, torch.full((BATCH, 1), 2)], 1)


def trained(model: GenerativeModel, steps: int = 5, **options) -> list[StepReport]:
    config = TrainConfig(steps=steps, batch_size=BATCH, lr=1e-2, warmup=1, decay=False)
    return list(fit(model, batches, config, **options))


@pytest.mark.parametrize(
    ("name", "off", "plain"),
    [
        ("lagging_vae", {"inner_limit": 0}, "text_vae"),
        ("sa_vae", {"inner_steps": 0}, "text_vae"),
        ("info_vae", {"alpha": 0.0, "discrepancy_weight": 1.0}, "text_vae"),
        ("wae", {"mmd_weight": 0.0, "noise": "none"}, "text_ae"),
    ],
)
def test_without_its_remedy_it_is_the_plain_model(name: str, off: dict, plain: str) -> None:
    """A step of each ends at the same weights; later ones draw other noise."""
    one, other = build(name, **off), build(plain)
    (mine,), (wanted,) = trained(one, 1), trained(other, 1)
    assert mine.terms["recon_nll"] == pytest.approx(wanted.terms["recon_nll"], rel=1e-6)
    for (key, weight), (_, same) in zip(
        one.state_dict().items(), other.state_dict().items(), strict=True
    ):
        torch.testing.assert_close(weight, same, msg=key)


def movers(model: GenerativeModel, steps: int) -> list[str]:
    """Who moved at each step, told by the weights."""
    found = []
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for _ in fit(model, batches, TrainConfig(steps=steps, batch_size=BATCH, warmup=1)):
        now = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
        encoder = {name for name in now if name.startswith(("encoder.rnn", "encoder.output"))}
        found.append("encoder" if now == encoder else "both" if encoder else "decoder")
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
    return found


def test_the_encoder_is_ahead_until_its_information_falls() -> None:
    model = build("lagging_vae", inner_limit=4, window=100, patience=2)
    assert movers(model, 10) == [*["encoder"] * 4, "decoder"] * 2
    for mi in (0.1, 0.3, 0.2, 0.4, 0.3):  # no two falls in a row
        model.validated({"mi": mi})
        assert model.plan(10) != ["model"]
    model.validated({"mi": 0.35})
    assert model.plan(11) == ["model"]
    assert movers(model, 2) == ["both", "both"]


@pytest.mark.parametrize(
    ("losses", "caught_up"), [([3.0, 2.0, 1.0, 1.1], 4), ([3.0, 3.1], 2), ([4, 3, 2, 1, 0], None)]
)
def test_the_encoder_goes_on_while_its_mean_loss_falls(losses: list, caught_up: int) -> None:
    model = build("lagging_vae", inner_limit=50, window=2).train()
    steps = [float(loss) + wobble for loss in losses for wobble in (0.5, -0.5)]
    model.bound = lambda q, z, x: {"loss": torch.tensor(steps.pop(0))}
    for number in range(len(steps)):
        assert model.plan(0) == ["encoder"], number
        model.loss(batches(0), "encoder")
        if caught_up and number == 2 * caught_up - 1:
            break
    assert model.plan(0) == ["decoder" if caught_up else "encoder"]
    model.bound = lambda q, z, x: {"loss": torch.tensor(1.0)}
    model.loss(batches(0), "decoder")
    assert model.plan(0) == ["encoder"]


def test_a_run_of_it_that_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    whole, halted = (build("lagging_vae", inner_limit=3, window=2) for _ in range(2))
    state = tmp_path / "state.safetensors"
    trained(whole, 12)
    trained(halted, 12, state=state, stop=lambda: True, save_every=1)
    halted = build("lagging_vae", 2, inner_limit=3, window=2)
    trained(halted, 12, state=state)
    for key, weight in whole.state_dict().items():
        assert torch.equal(weight, halted.state_dict()[key]), key
    assert torch.equal(whole.steps, halted.steps)


def test_the_steps_for_a_sentence_raise_its_bound() -> None:
    """On average, over fresh noise; and they are part of ``encode``, also without gradients."""
    model = build("sa_vae", inner_steps=3, inner_rate=0.1)
    trained(model, 50)
    model.eval()
    x = torch.cat([batches(step) for step in range(1000, 1004)])
    with torch.inference_mode(), seeded(5):
        steps = model.refined(x)
        losses = []
        for q in steps:
            nll = -torch.stack([model.decode(q.sample()).log_prob(x) for _ in range(200)])
            losses.append(float(nll.mean() + kl_per_unit(q).sum(1).mean()))
        assert torch.equal(model.encode(x).mean, steps[-1].mean)
    assert len(losses) == 4
    assert all(later < before + 0.03 for before, later in pairwise(losses))
    assert losses[-1] < losses[0] - 0.05
    assert torch.equal(steps[0].mean, model.encoder(x).chunk(2, 1)[0])


def test_the_kl_of_a_sphere_is_one_number_that_no_training_changes() -> None:
    """ln of the sphere's surface less the entropy, by numbers: D = 16, κ = 20."""
    model = build("vmf_vae", latent_dim=16, concentration=20.0)
    with torch.no_grad():
        before = kl(model.encode(batches(0)), model.prior())
    trained(model, 60)
    with torch.no_grad():
        after = kl(model.encode(batches(1)), model.prior())
    assert torch.equal(before, after) and torch.equal(before, before[:1].expand_as(before))
    cosines = torch.linspace(-1, 1, 200_001, dtype=torch.float64)
    weights = (1 - cosines**2) ** 6.5  # of the cosine between a direction and a uniform one
    density = (20 * cosines).exp() / ((20 * cosines).exp() * weights).sum() * weights.sum()
    exact = (weights * density * density.log()).sum() / weights.sum()
    assert before[0].item() == pytest.approx(exact.item(), rel=1e-5)
    assert exact > 4.9


@pytest.mark.parametrize("noise", ["gaussian", "none"])
def test_the_discrepancy_holds_all_codes_to_the_prior(noise: str) -> None:
    far = {}
    for weight in (0.0, 100.0):
        model = build("wae", mmd_weight=weight, noise=noise)
        reports = trained(model, 80)
        far[weight] = sum(report.terms["mmd"] for report in reports[-30:]) / 30
    assert far[100.0] < 0.5 * far[0.0]
