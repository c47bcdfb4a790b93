"""Entailment classifier: reads "premise | hypothesis" and aligns the two, small ESIM."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from backend.base import Objective, param
from backend.distributions.sequence import EOS, PAD
from backend.models.classifier import text_classifier
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(text_classifier.Config):
    max_len: int = param(60, "Tokens per pair, separator and <eos> included", min=2, max=200)
    classes: int = param(3, "Classes", min=2)
    separator: int = param(4, "Id of the mark between premise and hypothesis", min=4)


@register
class EntailmentClassifier(text_classifier.TextClassifier):
    """Minimises -log p(label | premise, hypothesis).

    A bidirectional LSTM reads both as one text (Rocktäschel et al. 2016,
    https://arxiv.org/abs/1509.06664); each word is then compared with its soft alignment in the
    other sentence, and the comparisons are pooled by their maximum, as in ESIM (Chen et al. 2017,
    https://arxiv.org/abs/1609.06038). Departures: one LSTM for both readings, no second LSTM, no
    pretrained word vectors.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−log p(c | premise, hypothesis)"},
        terms={"loss": "−log p(c | premise, hypothesis)"},
        note="Each word is compared with its soft alignment in the other sentence.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        states = 2 * config.hidden_dim
        self.compare = nn.Linear(4 * states, states)
        self.output = nn.Linear(2 * states, config.classes)

    def features(self, states: Tensor, x: Tensor) -> Tensor:
        """States [B, T, 2H] of words [B, T] -> what each sentence says given the other, [B, 4H].

        A text without the separator is all premise, and its hypothesis has the features 0.
        """
        after = (x == self.config.separator).cumsum(1).bool()  # the mark and all behind it
        word = (x != PAD) & (x != EOS) & (x != self.config.separator)
        parts = torch.stack([word & ~after, word & after], 1)  # [B, 2, T]
        across = parts[:, 0, :, None] & parts[:, 1, None]
        across = across | across.transpose(1, 2)  # [B, T, T]: words of different sentences
        scores = (states @ states.transpose(1, 2) / states.shape[2] ** 0.5).masked_fill(
            ~across, -1e9
        )
        aligned = (scores.softmax(2) * across) @ states
        pairs = [states, aligned, states - aligned, states * aligned]
        compared = torch.relu(self.compare(torch.cat(pairs, 2)))  # at least 0
        return (compared[:, None] * parts[..., None]).amax(2).flatten(1)
