"""What each classifier minimises and what it reads, by hand."""

import pytest
import torch
from torch import Tensor

from backend import registry
from backend.base import GenerativeModel
from backend.device import seeded

CLASSIFIERS = [  # one that reads two domains is in ``test_players_domains``
    name
    for name in registry.model_names()
    if name.startswith("classifier/") and registry.model_class(name).reads == "items"
]
TEXT, PAIRS = "classifier/text_classifier", "classifier/entailment_classifier"


def build(name: str) -> GenerativeModel:
    cls = registry.model_class(name)
    with seeded(1):
        model = cls(cls.Config.tiny()).double().eval()
        for parameter in model.parameters():
            parameter.data += 0.5 * torch.randn_like(parameter)
    return model


def items(name: str) -> Tensor:
    if name.endswith("image_classifier"):
        with seeded(2):
            return torch.rand(6, 1, 8, 8, dtype=torch.float64)
    rows = [[5, 6, 4, 7, 8, 2], [9, 4, 5, 2, 0, 0], [7, 8, 2, 0, 0, 0]]
    return torch.tensor([*rows, *([11 - word if word > 4 else word for word in r] for r in rows)])


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_loss_is_the_mean_surprise_at_the_label(name: str) -> None:
    model, x = build(name), items(name)
    logits = model.logits(x)
    guesses = [max(range(len(row)), key=row.__getitem__) for row in logits.tolist()]
    missed = torch.tensor([0, 0, 1, 1, 1, 1])
    labels = (torch.tensor(guesses) + missed) % model.config.classes
    terms = model.loss((x, labels))
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    surprise = -sum(p[i, label].log() for i, label in enumerate(labels.tolist())) / 6
    assert terms["loss"].item() == pytest.approx(surprise.item())
    assert terms.get("nll", terms["loss"]).item() == pytest.approx(surprise.item())
    assert terms["accuracy"].item() == pytest.approx(2 / 6)
    owned = model.player_parameters("model")
    slopes = [torch.autograd.grad(t, owned) for t in (terms["loss"], surprise)]
    for mine, theirs in zip(*slopes, strict=True):
        torch.testing.assert_close(mine, theirs)


def test_a_sentence_is_the_largest_state_of_its_words_whatever_stands_behind_it() -> None:
    model, x = build(TEXT), items(TEXT)[:3]
    states, _ = model.rnn(model.words(x[1:2, :4]))
    features = torch.stack([states[0, :, i].max() for i in range(states.shape[2])])
    expected = model.output(features[None])
    torch.testing.assert_close(model.logits(x)[1:2], expected)
    torch.testing.assert_close(model.logits_of(model.words(x), x), model.logits(x))


def test_each_word_of_a_pair_is_compared_with_what_it_attends_to_in_the_other() -> None:
    """Words 0 and 1, the mark, words 3 and 4, the end mark, a pad."""
    model = build(PAIRS)
    size = 2 * model.config.hidden_dim
    with seeded(3):
        states = torch.randn(1, 7, size, dtype=torch.float64)
    x = torch.tensor([[5, 6, 4, 7, 8, 2, 0]])
    found = model.features(states, x)[0]
    expected = []
    for mine, other in (([0, 1], [3, 4]), ([3, 4], [0, 1])):
        compared = []
        for i in mine:
            weights = torch.stack([(states[0, i] @ states[0, j]) / size**0.5 for j in other])
            weights = weights.exp() / weights.exp().sum()
            aligned = sum(w * states[0, j] for w, j in zip(weights, other, strict=True))
            pair = [states[0, i], aligned, states[0, i] - aligned, states[0, i] * aligned]
            compared.append(model.compare(torch.cat(pair)).clamp(min=0))
        expected.append(torch.stack(compared).amax(0))
    torch.testing.assert_close(found, torch.cat(expected))
    alone = model.features(states[:, :3], torch.tensor([[5, 6, 2]]))[0]
    assert (alone[size:] == 0).all()  # no hypothesis, no features of it
