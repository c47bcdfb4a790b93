"""ARAE: what each player minimises, who moves what which way, and how long codes are."""

import pytest
import torch
from torch import Tensor

from backend.device import seeded
from backend.models.text_gan.arae import ARAE, Config
from backend.nets.sequences import TiedSoftmax
from backend.training import StepReport, TrainConfig, Trainer, fit

BATCH = 6
Terms = dict[str, Tensor]


def build(step: int = 0, training: bool = True, **settings) -> ARAE:
    with seeded(1):
        model = ARAE(Config.tiny(dropout=0.0, **settings)).double().train(training)
        for parameter in model.parameters():  # larger than at the start, that no term is near 0
            parameter.data += 0.5 * torch.randn_like(parameter)
    model.step = step
    return model


def sentences() -> Tensor:
    """Of 3 words with their end mark, [B, 4]."""
    with seeded(2):
        x = torch.randint(3, 12, (BATCH, 4))
    x[:, 3] = 2
    return x


# --- formulas ---------------------------------------------------------------------------------


def on_sphere(z: Tensor) -> Tensor:
    return z / z.square().sum(1, keepdim=True).sqrt()


def codes(m: ARAE, x: Tensor) -> Tensor:
    return on_sphere(m.encoder(x))


def made(m: ARAE) -> Tensor:
    return on_sphere(m.prior.layers(torch.randn(BATCH, 2, dtype=torch.float64)))


def critic(m: ARAE, x: Tensor) -> Terms:
    real, fake = codes(m, x).detach(), made(m).detach()
    share = torch.rand(BATCH, 1)
    between = (share * real + (1 - share) * fake).requires_grad_()
    slopes = []
    for row in range(BATCH):
        one = between[row : row + 1]
        score = m.critic(one).squeeze()
        slopes.append(torch.autograd.grad(score, one, create_graph=True)[0].norm())
    penalty = ((torch.stack(slopes) - 1) ** 2).mean()
    gap = (m.critic(fake) - m.critic(real)).mean()
    total = gap + m.config.penalty_weight * penalty
    return {"loss": total, "critic_loss": gap, "penalty": penalty}


def generator(m: ARAE, x: Tensor) -> Terms:
    loss = -m.critic(made(m)).mean()
    return {"loss": loss, "generator_loss": loss}


def autoencoder(m: ARAE, x: Tensor, sigma: float) -> Terms:
    z = codes(m, x)
    noise = torch.randn(z.shape, dtype=z.dtype) if m.training else 0
    recon = -m.decoder(z + sigma * noise).log_prob(x).mean()
    score = m.critic(z).mean()
    total = recon + m.config.encoder_weight * score
    return {"loss": total, "recon_nll": recon, "encoder_loss": score}


@pytest.mark.parametrize(
    ("player", "formula", "settings", "step", "training"),
    [
        ("critic", critic, {"penalty_weight": 3.0}, 0, True),
        ("critic", critic, {"penalty_weight": 0.0}, 0, False),
        ("generator", generator, {}, 0, True),
        ("autoencoder", lambda m, x: autoencoder(m, x, 0.3), {"noise": 0.3}, 99, True),
        (
            "autoencoder",
            lambda m, x: autoencoder(m, x, 0.3 * 0.8**2),
            {"noise": 0.3, "noise_kept": 0.8, "encoder_weight": 4.0},
            250,
            True,
        ),
        ("autoencoder", lambda m, x: autoencoder(m, x, 0.0), {"noise": 0.3}, 99, False),
        ("autoencoder", lambda m, x: autoencoder(m, x, 0.3), {"encoder_weight": 0.0, "noise": 0.3},
         0, True),
    ],
)  # fmt: skip
def test_each_player_minimises_what_the_paper_says(
    player: str, formula, settings: dict, step: int, training: bool
) -> None:
    model, x = build(step, training, **settings), sentences()
    with seeded(3):
        found = model.loss(x, player)
    with seeded(3):
        wanted = formula(model, x)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name].item() == pytest.approx(value.item(), rel=1e-6), name
    owned = model.player_parameters(player)
    slopes = [
        torch.autograd.grad(terms["loss"], owned, allow_unused=True, materialize_grads=True)
        for terms in (found, wanted)
    ]
    for mine, theirs in zip(*slopes, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-6, atol=1e-8)


# --- who moves what which way -----------------------------------------------------------------


class Sum(torch.nn.Module):
    """A critic that is known: the sum of a code's numbers, times ``factor``."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor(factor, dtype=torch.float64))

    def forward(self, z: Tensor) -> Tensor:
        return self.factor * z.sum(1)


def trained(model: ARAE, steps: int, *players: str) -> list[StepReport]:
    x = sentences()
    if players:
        model.plan = lambda step: list(players)  # type: ignore[method-assign]
    config = TrainConfig(steps=steps, batch_size=BATCH, lr=1e-2, warmup=1, decay=False)
    return list(fit(model, lambda step: x, config))


def scores(model: ARAE) -> tuple[float, float]:
    """Mean scores of the codes of data and of many made ones."""
    with torch.no_grad(), seeded(4):
        real = model.critic(model.encode(sentences()).mean)
        return float(real.mean()), float(model.critic(model.prior.draw(500)).mean())


def test_the_critic_raises_codes_above_what_is_made() -> None:
    model = build()
    before = scores(model)
    trained(model, 60, "critic")
    after = scores(model)
    assert after[0] - after[1] > before[0] - before[1] + 0.1
    assert model.loss(sentences(), "critic")["critic_loss"].item() < 0


def test_the_generator_goes_where_the_critic_is_high_and_moves_no_code_of_data() -> None:
    model = build()
    model.critic = Sum(1.0)
    real, fake = scores(model)
    trained(model, 60, "generator")
    again, higher = scores(model)
    assert higher > fake + 0.3 and again == real


def test_the_encoder_goes_where_the_critic_is_low_by_its_weight() -> None:
    """Against the critic, which raises them; with no weight the critic does not reach it."""
    found = {}
    for weight in (0.0, 1.0, 50.0):
        for factor in (1.0, -1.0):
            model = build(encoder_weight=weight, noise=0.0)
            model.critic = Sum(factor)
            trained(model, 40, "autoencoder")
            with torch.no_grad():
                found[weight, factor] = float(model.encode(sentences()).mean.sum(1).mean())
    assert found[0.0, 1.0] == found[0.0, -1.0]
    assert found[50.0, 1.0] < found[1.0, 1.0] < found[0.0, 1.0]
    assert found[50.0, 1.0] < -0.5 and found[50.0, -1.0] > 0.5


def test_a_step_reads_its_batch_once_for_the_critic_and_once_to_learn_it() -> None:
    model = build(critic_steps=4)
    assert model.plan(3) == ["critic"] * 4 + ["generator", "autoencoder"]
    x, read = sentences(), []
    model.encoder.output.register_forward_hook(lambda *_: read.append(1))
    trainer = Trainer(model, TrainConfig(batch_size=BATCH))
    trainer.step(0, x, 1e-3)
    assert len(read) == 2
    trainer.step(1, x, 1e-3)
    assert len(read) == 4  # what was read in another step is not taken again
    model.eval().loss(x, "critic")
    model.loss(x, "critic")
    assert len(read) == 6


# --- codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.0, 0.4])
def test_what_is_decoded_in_training_is_a_code_with_its_noise(noise: float) -> None:
    model, read = build(noise=noise, max_len=5), []
    model.decoder.initial.register_forward_hook(lambda _, inputs, out: read.append(inputs[0]))
    x = sentences().repeat(200, 1)
    with seeded(5):
        model.loss(x, "autoencoder")
        model.eval().loss(x, "autoencoder")
    z = model.encode(x).mean
    torch.testing.assert_close(z.norm(dim=1), torch.ones(len(z), dtype=z.dtype))
    learned, judged = ((one - z).std(correction=0).item() for one in read)
    assert learned == pytest.approx(noise, rel=0.05) and judged == 0


def test_noise_is_lowered_every_hundred_steps() -> None:
    model = build(noise=0.2, noise_kept=0.5)
    found = []
    for step in (0, 99, 100, 199, 200):
        model.step = step
        found.append(model.sigma)
    assert found == pytest.approx([0.2, 0.2, 0.1, 0.1, 0.05])


def test_made_codes_have_length_1_and_no_density() -> None:
    prior = build().prior
    with seeded(6):
        draws, cold = prior.draw(50), prior.draw(50, temperature=0.0)
        by_law = prior().sample((7,))
    for z in (draws, by_law):
        torch.testing.assert_close(z.norm(dim=1), torch.ones(len(z), dtype=z.dtype))
    assert draws.std(0).min() > 0 and torch.equal(cold, cold[:1].expand_as(cold))
    assert not prior.has_density
    with pytest.raises(NotImplementedError, match="no known density"):
        prior().log_prob(draws)


def test_words_are_shared_by_encoder_and_decoder_and_the_critic_does_not_ship() -> None:
    model = build()
    assert sum(isinstance(part, TiedSoftmax) for part in model.modules()) == 1
    assert not any("critic" in name for name, _ in model.drop_training_only().named_parameters())
