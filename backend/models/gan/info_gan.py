"""InfoGAN: a few units of the code must be readable off the sample (Chen et al., 2016)."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from backend.base import Live, Objective, Terms, param
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.joint import Joint
from backend.models.gan import dcgan
from backend.nets.critics import Leaky
from backend.nets.points import mlp
from backend.objectives.divergences import gan_loss
from backend.objectives.priors import DiscreteCode
from backend.registry import register

SPREAD = 0.5  # standard deviation of Q for the units that are read


@dataclass(frozen=True, kw_only=True)
class Config(dcgan.Config):
    latent_dim: int = param(74, "Size of the code: classes, units that are read, noise", min=3)
    components: int = param(10, "Classes K of the variable that is read", min=2, max=100)
    told: int = param(2, "Continuous units that are read, too", min=1, max=100)
    info_weight: float = param(
        1.0, "Weight λ of the information", min=0, max=100, live=Live("Weight λ of information")
    )
    reader_hidden: tuple[int, ...] = param((128,), "Units per hidden layer of Q")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.latent_dim < self.components + self.told:
            raise ValueError(
                f"latent_dim must be at least components + told "
                f"({self.components + self.told}), got {self.latent_dim}"
            )

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        small: dict[str, Any] = dict(latent_dim=6, components=3, told=1, reader_hidden=(8,))
        return super().tiny(**(small | sizes))


@register
class InfoGAN(dcgan.DCGAN):
    """The GAN's losses - λ L_I for both players, L_I = E log Q(c|G(z)) + H(c) at most I(c; G(z)).

    https://arxiv.org/abs/1606.03657. c is a class and ``told`` units; the rest of the code is
    noise. Q reads c off the critic's features of a sample, and its layers are the critic's, as in
    the authors' code: what the generator wants read, the critic learns to see. Departures: the
    continuous units are normal instead of uniform, and Q's deviation for them is fixed at 0.5.
    As an encoder Q says nothing of the noise: its units have their prior.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode", "components", "discrete"})
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "critic": ("critic", "reader"),
        "generator": ("generator",),
    }
    training_only = ()  # the class and the units of a picture are read off the critic's features
    objective = Objective(
        formulas={
            "critic": "−E log D(x) − E log(1 − D(G(z))) − λ L_I",
            "generator": "−E log D(G(z)) − λ L_I,   L_I = E log Q(c|G(z)) + H(c)",
        },
        terms={
            "critic_loss": "−E log D(x) − E log(1 − D(G(z)))",
            "generator_loss": "−E log D(G(z))",
            "info_c": "L_I: of the class, ln K at most",
            "info_units": "L_I: of the continuous units",
        },
        note="No label is seen: classes are what can be told apart best.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.sizes = [config.components, config.told]
        features = self.critic.head.in_features
        self.reader = mlp(features, *config.reader_hidden, sum(self.sizes), activation=Leaky)
        self.prior = DiscreteCode(1, config.components, config.latent_dim - config.components)

    @property
    def batch_norm(self) -> bool:
        return self.config.convolutional

    def read(self, features: Tensor) -> tuple[DiscreteVariables, Normal]:
        """Q(c|x) off the critic's features [B, F]: the class, and units [B, told]."""
        logits, mu = self.reader(features).split(self.sizes, 1)
        return DiscreteVariables(logits[:, None]), Normal(mu, SPREAD, validate_args=False)

    def assign(self, x: Tensor) -> Tensor:
        """Q(c|x) of the class, [B, 1, K]."""
        return self.read(self.critic.features(x))[0].probs

    def encode(self, x: Tensor, context: Tensor | None = None) -> Joint:
        q_c, q_units = self.read(self.critic.features(x))
        noise = q_units.mean.new_zeros(len(x), self.config.latent_dim - sum(self.sizes))
        mu = torch.cat([q_units.mean, noise], 1)
        scale = torch.cat([q_units.stddev, noise + 1], 1)
        return Joint([q_c, Independent(Normal(mu, scale, validate_args=False), 1)])

    def information(self, features: Tensor, z: Tensor) -> Terms:
        """L_I in nats, of the class and of the units, from features of samples with codes z."""
        q_c, q_units = self.read(features)
        c, units, _ = z.split([*self.sizes, z.shape[1] - sum(self.sizes)], 1)
        entropy = self.config.told * 0.5 * math.log(2 * math.pi * math.e)
        return {
            "info_c": math.log(self.config.components) + q_c.log_prob(c).mean(),
            "info_units": entropy + q_units.log_prob(units).sum(1).mean(),
        }

    def loss(self, batch: Tensor, player: str = "critic") -> Terms:
        """``batch`` is pictures [B, C, H, W] in [0, 1] or points [B, 2]; scores are means of D."""
        z = self.prior.draw(len(batch))
        if player == "generator":
            features = self.critic.features(self.decode(z).mean)
            found = self.information(features, z)
            game = gan_loss(self.critic.score(features), True)
            return self._less({"generator_loss": game}, found)
        with torch.no_grad():
            fake = self.decode(z).mean
        features = self.critic.features(fake)
        real, made = self.critic(batch), self.critic.score(features)
        game = gan_loss(real, True) + gan_loss(made, False)
        scores = {"score_real": real.sigmoid().mean(), "score_fake": made.sigmoid().mean()}
        return self._less({"critic_loss": game, **scores}, self.information(features, z))

    def _less(self, game: Terms, information: Terms) -> Terms:
        """Terms of a player whose own is the first, with the information taken off its loss."""
        told = information["info_c"] + information["info_units"]
        loss = next(iter(game.values())) - self.config.info_weight * told
        return {"loss": loss, **game, **information}
