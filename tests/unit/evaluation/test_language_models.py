"""Language models that judge samples: what they are asked, and which epoch's weights are kept."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from backend.distributions.sequence import EOS
from backend.evaluation import text
from backend.evaluation.text import LanguageModelSettings, fit_language_model, sentence_nll

SMALL = LanguageModelSettings(
    lm_embedding_dim=6, lm_hidden_dim=5, lm_dropout=0.1, lm_epochs=3, lm_batch_size=8, lm_lr=0.02
)
SENTENCES = [(4 + i % 3, 7, 8, 4 + i % 3) for i in range(40)]


class Sum:
    """-log p(x) is the sum of the ids, end mark included."""

    device = torch.device("cpu")

    def log_prob(self, x: Tensor) -> Tensor:
        assert len(x) <= 500  # no more at once
        return -x.sum(1).float()


def test_sentences_are_judged_by_length_with_their_end_mark() -> None:
    sentences = [(9, 9, 9), (5,), (), (7, 4)] + [(6, 6)] * 600
    nll, lengths = sentence_nll(Sum(), sentences)
    assert lengths.tolist() == [1, 2, 3] + [3] * 600 + [4]
    assert nll.tolist() == [EOS, 5 + EOS, 11 + EOS] + [12 + EOS] * 600 + [27 + EOS]


def fitted(**settings: object):
    options = {"n_words": 10, "max_len": 6, "seed": 3, "settings": SMALL} | settings
    return fit_language_model(SENTENCES, **options)


def test_a_language_model_learns_from_its_seed_what_it_was_given() -> None:
    longer = replace(SMALL, lm_epochs=12, lm_lr=0.05)
    model = fitted(settings=longer)
    config = model.config
    assert (config.vocab_size, config.max_len, config.dropout) == (10, 6, 0.1)
    assert (config.embedding_dim, config.hidden_dim) == (6, 5)
    nll, lengths = sentence_nll(model, SENTENCES)
    assert nll.sum() / lengths.sum() < math.log(7)  # of words and the end mark by chance
    again, other = fitted(settings=longer), fitted(settings=longer, seed=4)
    for a, b in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(next(model.parameters()), next(other.parameters()))


@pytest.mark.parametrize("judged", [[3.0, 1.0, 2.0, 0.5], [3.0, 2.0, 1.0], [1.0, 1.0, 0.1]])
def test_training_ends_at_the_first_epoch_without_gain_and_keeps_the_best(
    monkeypatch, judged: list[float]
) -> None:
    """Validation, on a tenth of the sentences, finds ``judged`` after each epoch."""
    kept: list[dict] = []

    def nll(model, ids: Tensor) -> Tensor:
        kept.append({k: v.clone() for k, v in model.state_dict().items()})
        assert len(ids) == 4
        return torch.full((4,), judged[len(kept) - 1])

    monkeypatch.setattr(text, "_nll", nll)
    model = fitted()
    asked = next((i + 1 for i in range(1, 3) if judged[i] >= judged[i - 1]), 3)
    assert len(kept) == asked
    best = min(range(asked), key=judged.__getitem__)
    for name, value in model.state_dict().items():
        assert torch.equal(value, kept[best][name])
    assert any(not torch.equal(v, kept[-1][k]) for k, v in kept[0].items())
