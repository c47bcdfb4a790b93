"""ST-ED: a policy chooses an action, learned without labels, and says it (Zhao et al., 2018)."""

from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Literal, Self

import torch
from torch import Tensor, nn

from backend.base import Objective, Terms, param
from backend.corpora.dialogues import neighbours
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.sequence import BOS, PAD, Sequence
from backend.models.text_vae import dgmvae, di_vae, di_vst
from backend.nets.dialog import Batch, DialogueConfig, DialogueModel
from backend.nets.points import mlp
from backend.nets.sequences import AnnealedConfig
from backend.registry import register

RECOGNITION: dict[str, type[di_vae.DIVAE] | type[dgmvae.DGMVAE]] = {
    "di_vst": di_vst.DIVST,
    "di_vae": di_vae.DIVAE,
    "dgmvae": dgmvae.DGMVAE,
}


@dataclass(frozen=True, kw_only=True)
class Config(DialogueConfig, AnnealedConfig):
    latent_dim: int = param(15, "Size of the code: variables x components", min=2)
    variables: int = param(3, "Categorical variables m of an action", min=1, max=100)
    components: int = param(5, "Classes K of each variable", min=2, max=100)
    recognition: Literal["di_vst", "di_vae", "dgmvae"] = param(
        "di_vst", "What learns the actions: di_vae with forcing 0.1 makes it AE-ED"
    )
    recognition_steps: int = param(5000, "Steps of the first phase, which learns them", min=1)
    forcing: float = param(1.0, "Weight of the action read off the reply again", min=0, max=100)
    action_dim: int = param(2, "Numbers for each variable of a dgmvae", min=1, max=100)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.latent_dim != self.variables * self.components:
            raise ValueError(
                f"latent_dim must be {self.variables * self.components}, got {self.latent_dim}"
            )

    @classmethod
    def tiny(cls, **sizes: int) -> Self:
        small = {"latent_dim": 6, "variables": 2, "components": 3, "recognition_steps": 10}
        return super().tiny(**(small | sizes))


@register(short="ST-ED")
class STED(DialogueModel):
    """Two phases. First the actions are learned: q(c|x), by ``di_vst``, ``di_vae`` or ``dgmvae``.

    Then q stays as it is, c is the action of the reply, and the dialogue minimises
    -log p(x|c,h) - E_q log π(c|h) - λ log q(c|x̂): the reply, the policy from the context h, and
    attribute forcing, x̂ being the expected words of the reply. https://arxiv.org/abs/1804.08069;
    AE-ED is ``recognition`` "di_vae" with ``forcing`` 0.1. Departures: x̂ is read under the true
    words so far; the neighbours of a turn come from the context, whose last turn x_n has the
    reply as x_{n+1}; otherwise as in ``hred``.
    """

    config: Config
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "recognition": ("recognition",),
        "dialogue": ("turns", "history", "policy", "decoder"),
    }
    objective = Objective(
        formulas={
            "recognition": "as DI-VST, DI-VAE or DGMVAE",
            "dialogue": "−log p(x|c,h) − E_q log π(c|h) − λ log q(c|x̂)",
        },
        terms={
            "next_nll": "−E_q log p(x_{next}|c), of DI-VST",
            "previous_nll": "−E_q log p(x_{prev}|c), of DI-VST",
            "recon_nll": "−log p(x|c,h)",
            "policy_nll": "−E_q log π(c|h)",
            "forcing_nll": "−log q(c|x̂)",
        },
        note="Actions are found first, without labels, and stay as they are; then it learns "
        "which to take and how to say it.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.recognition = _recognition(config)
        shape = config.variables, config.components
        self.policy = nn.Sequential(
            mlp(config.context_dim, config.hidden_dim, config.latent_dim),
            nn.Unflatten(1, shape),
        )

    @property
    def actions(self) -> tuple[str, ...]:
        """The classes of the variables, "0-4-2": all that there are."""
        classes = [range(self.config.components)] * self.config.variables
        return tuple("-".join(map(str, one)) for one in product(*classes))

    def plan(self, step: int) -> list[str]:
        return ["recognition" if step < self.config.recognition_steps else "dialogue"]

    def prior_of(self, c: Tensor) -> DiscreteVariables:
        """π(c|h)"""
        return DiscreteVariables(self.policy(c))

    def posterior_of(self, h: Tensor, c: Tensor) -> DiscreteVariables:
        raise NotImplementedError("the action is read off the words: use encode")

    def encode(self, x: Tensor, context: Tensor | None = None) -> DiscreteVariables:
        """q(c|x): the context plays no part in it."""
        return self._actions(self.recognition.encoder(x))

    def loss(self, batch: Batch, player: str = "dialogue") -> Terms:
        """``batch`` is (context [B, U, T], reply [B, T'], act [B]); nats per reply."""
        context, x, _ = batch
        if player == "recognition":
            return self._recognition_loss(context, x)
        with torch.no_grad():
            q = self.encode(x)
            z = q.sample() if self.training else q.mode
        c = self.history(context)
        p = self.reply(z, c)
        recon_nll = -p.log_prob(x).mean()
        policy_nll = -(q.probs * self.prior_of(c).log_p).sum((1, 2)).mean()
        forcing_nll = -self._read_again(p, x).log_prob(z).mean()
        total = recon_nll + policy_nll + self.config.forcing * forcing_nll
        terms = {"recon_nll": recon_nll, "policy_nll": policy_nll, "forcing_nll": forcing_nll}
        return {"loss": total, **terms}

    def _recognition_loss(self, context: Tensor, x: Tensor) -> Terms:
        self.recognition.step = self.step
        if isinstance(self.recognition, di_vst.DIVST):
            last, previous = neighbours(context)
            return self.recognition.loss((last, previous, x))
        return self.recognition.loss(x)

    def _read_again(self, p: Sequence, x: Tensor) -> DiscreteVariables:
        """q(c|x̂), x̂ having the expected words where x [B, T] has words."""
        begin = torch.full_like(x[:, :1], BOS)
        hidden, _ = self.decoder.hidden(torch.cat([begin, x[:, :-1]], 1), p.state)
        words = self.decoder.log_probs(hidden.flatten(0, 1)).exp()
        soft = (words @ self.recognition.encoder.words.vectors()).unflatten(0, x.shape)
        return self._actions(self.recognition.encoder.read(soft, (x != PAD).sum(1)))

    def _actions(self, features: Tensor) -> DiscreteVariables:
        """The classes stand last among what each of the encoders gives."""
        logits = features[:, -self.config.latent_dim :]
        return DiscreteVariables(logits.unflatten(1, self.policy[1].unflattened_size))


def _recognition(config: Config) -> di_vae.DIVAE | dgmvae.DGMVAE:
    sizes = {
        key: getattr(config, key)
        for key in AnnealedConfig.__dataclass_fields__
        if key != "latent_dim"
    } | {"variables": config.variables, "components": config.components}
    mixture = config.recognition == "dgmvae"
    sizes["latent_dim"] = config.variables * config.action_dim if mixture else config.latent_dim
    cls = RECOGNITION[config.recognition]
    return cls(cls.Config(**sizes))
