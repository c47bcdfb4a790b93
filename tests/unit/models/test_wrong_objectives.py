"""Wrong objectives of adversarial models, one line each: the table of players tells each.

Such mistakes run, train, and draw something. The line of a model's file is exchanged in a copy
of its module; what ``test_players`` then says of the copy must be that it is wrong.
"""

import sys
import types
from pathlib import Path
from typing import NamedTuple

import pytest

from backend import registry
from tests.unit.models import test_players as players


class Wrong(NamedTuple):
    what: str
    name: str  # of the model
    right: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.name}: {self.what}"


PLUS_MADE = "loss = gan_loss(real, True) + gan_loss(made, False)"
SUM = "sum(gan_loss(logits, False) for logits in made)"
CODES = "loss = gan_loss(prior, True) + gan_loss(code, False)"
WRONG = [
    Wrong("real and made swapped", "gan/gan", PLUS_MADE,
          "loss = gan_loss(real, False) + gan_loss(made, True)"),
    Wrong("made pictures never judged", "gan/gan", PLUS_MADE, "loss = gan_loss(real, True)"),
    Wrong("half the loss of what is made", "gan/gan", PLUS_MADE,
          "loss = gan_loss(real, True) + 0.5 * gan_loss(made, False)"),
    Wrong("the generator plays for its critic", "gan/gan", "else gan_loss(logits, True)",
          "else gan_loss(logits, False)"),
    Wrong("minimax of the wrong sign", "gan/gan", "loss = -gan_loss(logits, False) if",
          "loss = gan_loss(logits, False) if"),
    Wrong("the critic prefers what is made", "gan/wgan",
          'loss = scores["score_fake"] - scores["score_real"]',
          'loss = scores["score_real"] - scores["score_fake"]'),
    Wrong("the generator wants low scores", "gan/wgan",
          "loss = -self.critic(self.made(len(batch))).mean()",
          "loss = self.critic(self.made(len(batch))).mean()"),
    Wrong("the penalty is a reward", "gan/wgan_gp", "+ self.config.penalty_weight * penalty",
          "- self.config.penalty_weight * penalty"),
    Wrong("the penalty's weight is ignored", "gan/wgan_gp",
          "+ self.config.penalty_weight * penalty", "+ 10 * penalty"),
    Wrong("copies are not told from data", "gan/vae_gan", SUM, "gan_loss(made[1], False)"),
    Wrong("the KL is forgotten", "gan/vae_gan", "loss = divergence + feature_nll",
          "loss = feature_nll"),
    Wrong("the KL is halved", "gan/vae_gan", "loss = divergence + feature_nll",
          "loss = 0.5 * divergence + feature_nll"),
    Wrong("the decoder helps the critic", "gan/vae_gan", "+ gan_loss(self.critic(sample), True)",
          "+ gan_loss(self.critic(sample), False)"),
    Wrong("codes and prior swapped", "gan/aae", CODES,
          "loss = gan_loss(prior, False) + gan_loss(code, True)"),
    Wrong("the encoder shows its codes", "gan/aae", "loss = gan_loss(self.code_critic(z), True)",
          "loss = gan_loss(self.code_critic(z), False)"),
    Wrong("samples are left out", "gan/alpha_gan", "for x in (copy, sample))",
          "for x in (copy,))"),
    Wrong("codes and prior swapped", "gan/alpha_gan", CODES,
          "loss = gan_loss(prior, False) + gan_loss(code, True)"),
    Wrong("the encoder shows its codes", "gan/alpha_gan",
          "loss = loss + gan_loss(self.code_critic(z), True)",
          "loss = loss + gan_loss(self.code_critic(z), False)"),
    Wrong("the weight of copies is ignored", "gan/alpha_gan",
          "loss = config.l1_weight * recon_l1 if", "loss = recon_l1 if"),
    Wrong("the switch of copies is ignored", "gan/alpha_gan",
          "if config.use_l1 else recon_l1.new_zeros(())", ""),
]  # fmt: skip


def changed(wrong: Wrong) -> type:
    """The class of the model, from its file with the one line exchanged."""
    cls = registry.model_class(wrong.name)
    file = Path(str(sys.modules[cls.__module__].__file__))
    text = file.read_text(encoding="utf-8")
    assert text.count(wrong.right) == 1, "the line is no longer there, or more than once"
    copy = types.ModuleType(cls.__module__)
    exec(compile(text.replace(wrong.right, wrong.wrong), str(file), "exec"), vars(copy))
    return getattr(copy, cls.__name__)


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_objective_is_told(wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = changed(wrong)
    monkeypatch.setattr(registry, "model_class", lambda name: broken)
    told = 0
    for case in (one for one in players.CASES if one.name == wrong.name):
        try:
            players.test_each_player_minimises_what_the_paper_says(case)
        except AssertionError:
            told += 1
    assert told


@pytest.mark.parametrize("name", sorted({wrong.name for wrong in WRONG}))
def test_without_an_exchange_nothing_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    title = registry.subtitle(name)
    same = changed(Wrong("nothing", name, title, title))
    monkeypatch.setattr(registry, "model_class", lambda name: same)
    for case in (one for one in players.CASES if one.name == name):
        players.test_each_player_minimises_what_the_paper_says(case)
