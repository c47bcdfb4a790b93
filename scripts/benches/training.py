"""Training steps against plain loops."""

import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from app.widgets.laboratory import widget as laboratory
from backend import registry
from backend.base import LatentModel
from backend.corpora.batching import Batches, DialogueBatches, LengthBatches
from backend.corpora.dialogues import NO_ACT, TOKENS, TURNS, Conversations
from backend.device import seeded
from backend.laboratory.run import Run
from backend.laboratory.settings import BATCH, Settings
from backend.models.dialog import vhred
from backend.models.text_vae.text_vae import Config, TextVAE
from backend.nets.critics import Leaky
from backend.nets.points import mlp
from backend.processors.text import EOS, PAD
from backend.training import TrainConfig, fit
from scripts.benches.rows import Row, medians_of


class PlainTextVAE(nn.Module):
    """The same sizes as a plain loop would write them: untied, full softmax, pads counted in."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        embedding, latent = config.embedding_dim, config.latent_dim
        self.embedding = nn.Embedding(config.vocab_size, embedding)
        self.encoder = nn.GRU(embedding, config.encoder_dim, batch_first=True, bidirectional=True)
        self.posterior = nn.Linear(2 * config.encoder_dim, 2 * latent)
        self.initial = nn.Linear(latent, config.decoder_dim)
        self.decoder = nn.GRU(embedding + latent, config.decoder_dim, batch_first=True)
        self.project = nn.Linear(config.decoder_dim, embedding)
        self.output = nn.Linear(embedding, config.vocab_size)

    def loss(self, x: Tensor) -> Tensor:
        _, last = self.encoder(self.embedding(x))
        mu, log_var = self.posterior(torch.cat([last[0], last[1]], 1)).chunk(2, 1)
        z = mu + torch.randn_like(mu) * (0.5 * log_var).exp()
        inputs = self.embedding(torch.cat([torch.ones_like(x[:, :1]), x[:, :-1]], 1))
        repeated = z[:, None].expand(-1, x.shape[1], -1)
        hidden, _ = self.decoder(torch.cat([inputs, repeated], 2), self.initial(z).tanh()[None])
        logits = self.output(self.project(hidden))
        nll = nn.functional.cross_entropy(logits.flatten(0, 1), x.flatten(), ignore_index=0)
        return nll + 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum(1).mean()


def training(steps: int = 25) -> list[Row]:
    """Sentences per second on sentences as long as Tatoeba's (lengths resampled from codes)."""
    config = Config(vocab_size=7800)
    with seeded(0):
        lengths = torch.distributions.NegativeBinomial(9, torch.tensor(0.45)).sample((20_000,))
        lengths = lengths.clamp(2, 23).long()
        ranks = torch.rand(20_000, 25).mul(torch.tensor(7800 / 4).log()).exp() * 4  # Zipf's law
        items = ranks.long().clamp(4, 7799)
        items[torch.arange(25) == lengths[:, None]] = 2
        items[torch.arange(25) > lengths[:, None]] = 0
        ours, plain = TextVAE(config), PlainTextVAE(config)
    size = 192
    settings = TrainConfig(steps=10**6, batch_size=size)
    fast = _seconds(fit(ours, LengthBatches(items, size, 0), settings), steps)
    slow = _seconds(_plain_loop(plain, Batches(items, size, 0)), steps)
    rate = steps * size
    threads = torch.get_num_threads()
    how = f"{rate / fast:.0f} against {rate / slow:.0f} sentences/s, {threads} threads"
    return [Row("Training the text VAE, against a plain loop", slow / fast, "×", "≥ 2", how)]


def _seconds(run: Iterator, steps: int) -> float:
    """Of so many steps, after two that do not count."""
    next(run), next(run)
    began = time.perf_counter()
    for _ in range(steps):
        next(run)
    return time.perf_counter() - began


def _plain_loop(model: nn.Module, batches: Callable[[int], Tensor]) -> Iterator[None]:
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    for step in range(10**6):
        optimiser.zero_grad()
        model.loss(batches(step)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimiser.step()
        yield


class PlainVHRED(nn.Module):
    """The same sizes, every context padded to all turns and every turn to all its places."""

    def __init__(self, config: vhred.Config) -> None:
        super().__init__()
        embedding, code, c = config.embedding_dim, config.latent_dim, config.context_dim
        self.embedding = nn.Embedding(config.vocab_size, embedding)
        self.turns = nn.GRU(embedding, config.encoder_dim, batch_first=True)
        self.history = nn.GRU(config.encoder_dim, c, batch_first=True)
        self.prior = mlp(c, config.hidden_dim, 2 * code)
        self.posterior = mlp(c + config.encoder_dim, config.hidden_dim, 2 * code)
        self.initial = nn.Linear(code + c, config.decoder_dim)
        self.decoder = nn.GRU(embedding + code + c, config.decoder_dim, batch_first=True)
        self.output = nn.Linear(config.decoder_dim, config.vocab_size)

    def loss(self, turns: Tensor) -> Tensor:
        """``turns`` [B, U + 1, T], the last of which is the reply."""
        _, read = self.turns(self.embedding(turns.flatten(0, 1)))
        read = read[0].unflatten(0, turns.shape[:2])
        c = self.history(read[:, :-1])[1][0]
        mu, log_var = self.posterior(torch.cat([c, read[:, -1]], 1)).chunk(2, 1)
        mu_p, log_var_p = self.prior(c).chunk(2, 1)
        z = mu + torch.randn_like(mu) * (0.5 * log_var).exp()
        given, x = torch.cat([z, c], 1), turns[:, -1]
        inputs = self.embedding(torch.cat([torch.ones_like(x[:, :1]), x[:, :-1]], 1))
        repeated = given[:, None].expand(-1, x.shape[1], -1)
        first = self.initial(given).tanh()[None]
        hidden, _ = self.decoder(torch.cat([inputs, repeated], 2), first)
        logits = self.output(hidden).flatten(0, 1)
        nll = nn.functional.cross_entropy(logits, x.flatten(), ignore_index=0)
        ratio = (log_var.exp() + (mu - mu_p) ** 2) / log_var_p.exp()
        return nll + 0.5 * (log_var_p - log_var + ratio - 1).sum(1).mean()


def training_of_dialogue(steps: int = 6, pairs: int = 12_000, size: int = 64) -> list[Row]:
    """On conversations whose turns are as many and as long as those of DailyDialog."""
    config = vhred.Config(vocab_size=6200, max_len=TOKENS + 1)
    with seeded(0):
        lengths = torch.distributions.NegativeBinomial(2, torch.tensor(0.85)).sample((pairs + 9,))
        ends = (lengths.long() + 2).clamp(max=TOKENS)[:, None]
        ranks = torch.rand(pairs + 9, TOKENS + 1).mul(torch.tensor(6200 / 4).log()).exp() * 4
        turns = ranks.long().clamp(4, 6199)
        places = torch.arange(TOKENS + 1)
        turns = turns.masked_fill(places == ends, EOS).masked_fill(places > ends, PAD)
        replies = torch.arange(pairs) + TURNS
        context = replies[:, None] - torch.arange(TURNS, 0, -1)
        said = torch.randint(1, TURNS + 3, (pairs, 1)).clamp(max=TURNS)
        context = context.masked_fill(torch.arange(TURNS) < TURNS - said, -1)
        ours, plain = vhred.VHRED(config), PlainVHRED(config)
    own = torch.arange(TURNS).expand(pairs, -1) % 2 == 0
    data = Conversations(turns, context, own, replies, torch.full((pairs,), NO_ACT))
    padded = turns[torch.cat([context.clamp(min=0), replies[:, None]], 1)]
    padded[:, :-1].masked_fill_(context[..., None] < 0, PAD)
    settings = TrainConfig(steps=10**6, batch_size=size)
    fast = _seconds(fit(ours, DialogueBatches(data, size, 0), settings), steps)
    slow = _seconds(_plain_loop(plain, Batches(padded, size, 0)), steps)
    how = f"VHRED, {steps * size / fast:.0f} against {steps * size / slow:.0f} pairs/s"
    return [Row("Training on dialogue, against a padded loop", slow / fast, "×", "≥ 2", how)]


def training_of_pictures(steps: int = 20) -> list[Row]:
    """What the training loop adds to the forward and backward passes of its players."""
    rows = []
    x = torch.rand(640, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    for name, title in (("vae/vae", "a convolutional VAE"), ("gan/dcgan", "DCGAN")):
        cls = registry.model_class(name)
        model = cls(cls.Config(net="conv", channels=16, latent_dim=16))
        batches = Batches(x, 64, 0)
        loop = fit(model, batches, TrainConfig(steps=10**6))

        def passes(model: LatentModel = model, batches: Batches = batches) -> None:
            model.train()
            for step in range(steps):
                for player in model.plan(step):
                    loss = model.loss(batches(step), player)["loss"]
                    torch.autograd.grad(loss, model.player_parameters(player))

        def whole(loop: Iterator = loop) -> None:
            for _ in range(steps):
                next(loop)

        bare, full = medians_of((passes, whole), 5)
        how = f"{steps / full:.1f} steps/s of 64 pictures; the rest is Adam, clipping, reports"
        what = f"Training {title}, against its passes alone"
        rows.append(Row(what, full / bare, "×", "≤ 1.3", how))
    return rows


def training_of_a_small_vae(steps: int = 60) -> list[Row]:
    """Against a loop without reports, clipping, seeds or schedule: what one would write first."""
    cls = registry.model_class("vae/vae")
    config = cls.Config(latent_dim=16, hidden=(400, 200))
    x = torch.rand(1280, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    batches = Batches(x, 128, 0)
    ours, bare = cls(config), cls(config)
    loop = fit(ours, batches, TrainConfig(steps=10**6, report_every=steps))  # as recipes do
    optimiser = torch.optim.Adam(bare.parameters(), lr=1e-3, fused=True)

    def whole() -> None:
        next(loop)

    def plain() -> None:
        bare.train()
        for step in range(steps):
            optimiser.zero_grad(set_to_none=True)
            bare.loss(batches(step))["loss"].backward()
            optimiser.step()

    full, least = medians_of((whole, plain), 7)
    weights = sum(parameter.numel() for parameter in bare.parameters())
    rates = f"{steps / full:.0f} against {steps / least:.0f} steps/s"
    how = f"{weights:,} weights, batches of 128, {rates}"
    return [Row("Training a small VAE, against a bare loop", least / full, "×", "≥ 0.9", how)]


def training_of_points(steps: int = 150) -> list[Row]:
    """A GAN of points as the laboratory trains it, alone and while a page asks for frames."""
    settings = Settings(models=("gan",))
    run = Run(settings)

    def ours() -> None:
        with seeded(0):
            for _ in range(steps):
                run.advance_seeded()

    fast, slow = medians_of((ours, plain_gan(run, steps)), 9)
    told = laboratory.start(settings, [], 0)
    key, rows = told["key"], ([10**6], [10**6])
    laboratory.play(key, until=20_000, pace=0)
    began, frames, step = time.perf_counter(), 0, 0
    while time.perf_counter() - began < 4:
        asked = time.perf_counter()
        answer = laboratory.poll(key, step, *rows)
        frames, step = frames + ("frames" in answer), answer["step"]
        time.sleep(max(0.005, 0.06 - (time.perf_counter() - asked)))  # as the page does
    seconds = time.perf_counter() - began
    laboratory.stop(key)
    how = f"nets of 2 × 64 units, batches of {BATCH}, one core; {steps / slow:.0f} in a plain loop"
    shown = f"with {step / seconds:.0f} steps per second and scores at every hundredth"
    return [
        Row("Training a GAN of points", steps / fast, "steps/s", "≥ 300", how),
        Row("Training a GAN of points, against a plain loop", slow / fast, "×", "≥ 0.9", "same"),
        Row("Frames while it trains", frames / seconds, "per s", "≥ 10", shown),
    ]


def plain_gan(run: Run, steps: int) -> Callable[[], None]:
    """The same nets in a loop as one would write it first, which checks and keeps nothing."""
    hidden = (64, 64)
    generator = mlp(2, *hidden, 2)
    critic = mlp(2, *hidden, 1, activation=Leaky)
    adams = [torch.optim.Adam(net.parameters(), 1e-3, (0.5, 0.999)) for net in (critic, generator)]
    loss = nn.functional.binary_cross_entropy_with_logits
    real, fake = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

    def loop() -> None:
        for step in range(steps):
            x = run.plane.draw(BATCH, step)
            made = generator(torch.randn(BATCH, 2)).detach()
            adams[0].zero_grad()
            (loss(critic(x), real) + loss(critic(made), fake)).backward()
            nn.utils.clip_grad_norm_(critic.parameters(), 5)
            adams[0].step()
            adams[1].zero_grad()
            loss(critic(generator(torch.randn(BATCH, 2))), real).backward()
            nn.utils.clip_grad_norm_(generator.parameters(), 5)
            adams[1].step()

    return loop


# From outside: a server as a user starts it, and a browser
