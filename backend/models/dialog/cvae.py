"""CVAE for dialogue: the code must tell words and act of the reply (Zhao et al., 2017)."""

from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.distributions import Categorical

from backend.base import Objective, Terms, param
from backend.distributions.sequence import PAD, Sequence
from backend.models.dialog import vhred
from backend.nets.points import mlp
from backend.registry import register

FIRST = 2  # ids below are marks that no bag of words holds: <pad> and <bos>


@dataclass(frozen=True, kw_only=True)
class Config(vhred.Config):
    bow: bool = param(True, "Let the code tell the words of the reply, in any order")
    act: bool = param(False, "Let the code tell the dialogue act of the reply")
    acts: tuple[str, ...] = param((), "Names of the dialogue acts; needed with act")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.act and len(self.acts) < 2:
            raise ValueError(f"act needs the names of at least two acts, got {len(self.acts)}")

    @classmethod
    def tiny(cls, **sizes: Any) -> Self:
        small: dict[str, Any] = {"act": True, "acts": ("ask", "tell", "thank")}
        return super().tiny(**(small | sizes))


@register(title="CVAE for dialogue", short="CVAE + BOW")
class DialogueCVAE(vhred.VHRED):
    """Minimises -E_q [log p(x|z,c,y) + log p_bow(x|z,c) + log p(y|z,c)] + w(t) KL(q || p).

    https://arxiv.org/abs/1703.10960. p_bow gives each word of the reply a probability that does
    not depend on the others, so the code cannot be left empty. With ``act`` it is kgCVAE: y is
    the dialogue act of the reply, which the decoder is given: the true one in training,
    afterwards the likeliest, or the one that was asked for. Departures: q does not see y, which
    the reply already shows; no other metadata; otherwise as in ``hred``.
    """

    config: Config
    training_only = ("bow_net",)
    objective = Objective(
        formulas={
            "model": "−E_q [log p(x|z,c,y) + log p_{bow}(x|z,c) + log p(y|z,c)] + "
            "w(t) KL(q(z|x,c) ‖ p(z|c))"
        },
        terms={
            "recon_nll": "−E_q log p(x|z,c,y)",
            "bow_nll": "−E_q log p_{bow}(x|z,c)",
            "act_nll": "−E_q log p(y|z,c)",
            "kl": "KL(q(z|x,c) ‖ p(z|c))",
        },
        note="The bag of words asks the code for all words at once: it cannot be left empty.",
        switches={"p_{bow}": "bow", "y": "act"},
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config, told=len(config.acts) if config.act else 0)
        inputs = config.latent_dim + config.context_dim
        if config.bow:
            self.bow_net = nn.Sequential(
                nn.Linear(inputs, config.hidden_dim),
                nn.Tanh(),
                nn.Linear(config.hidden_dim, config.vocab_size - FIRST),
            )
        if config.act:
            self.act_net = mlp(inputs, config.hidden_dim, len(config.acts))

    @property
    def actions(self) -> tuple[str, ...]:
        return self.config.acts if self.config.act else ()

    @property
    def tells_acts(self) -> bool:
        return self.config.act

    def act_logits(self, z: Tensor, c: Tensor) -> Tensor:
        """log p(y|z,c) up to a constant, [B, acts]."""
        return self.act_net(torch.cat([z, c], 1))

    def reply(self, z: Tensor, c: Tensor, act: Tensor | None = None) -> Sequence:
        """p(reply|z, c, y); ``act`` int64 [B] is y, the likeliest where it is -1 or left out."""
        if not self.config.act:
            return super().reply(z, c)
        likeliest = self.act_logits(z, c).argmax(1)
        y = likeliest if act is None else torch.where(act < 0, likeliest, act)
        hot = nn.functional.one_hot(y, len(self.config.acts)).to(z)
        return self.decoder(torch.cat([z, c, hot], 1))

    def likelihood(self, z: Tensor, c: Tensor, x: Tensor, acts: Tensor) -> tuple[Tensor, Terms]:
        others = {}
        if self.config.bow:
            others["bow_nll"] = self.bow_nll(z, c, x)
        if self.config.act:
            known = acts >= 0
            found = Categorical(logits=self.act_logits(z, c)).log_prob(acts.clamp(min=0))
            others["act_nll"] = -(found * known).sum() / known.sum().clamp(min=1)
        return -self.reply(z, c, acts).log_prob(x).mean(), others

    def bow_nll(self, z: Tensor, c: Tensor, x: Tensor) -> Tensor:
        """-Σ_t log p_bow(x_t|z,c), mean over the batch, nats; pads are no words."""
        log_p = self.bow_net(torch.cat([z, c], 1)).log_softmax(1)
        each = log_p.gather(1, (x - FIRST).clamp(min=0))
        return -(each * (x != PAD)).sum(1).mean()
