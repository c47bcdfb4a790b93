"""Translation with a mixture of softmaxes: each word is a vote of experts (Yang et al., 2018)."""

from dataclasses import dataclass

from torch import nn

from backend.base import Objective, param
from backend.models.lm.mos import Mixed
from backend.models.seq2seq import translation
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(translation.Config):
    experts: int = param(5, "Softmaxes that are mixed", min=1, max=50)

    @classmethod
    def tiny(cls) -> "Config":
        return cls(**vars(translation.Config.tiny()) | {"experts": 3})


@register(title="Translation, mixture of softmaxes", short="MoS")
class MoSTranslation(Mixed, translation.Translation):
    """p(y_t | y_<t, x) = Σ_k π_k softmax_k; minimises -Σ_t log p, nats per sentence.

    The output layer of https://arxiv.org/abs/1711.03953 on the net of `Translation`. Departures:
    those of `Translation` and of `lm/mos`.
    """

    capabilities = translation.Translation.capabilities | {"experts"}
    config: Config
    objective = Objective(
        formulas={"model": "−Σ_t log Σ_k π_k softmax_k(y_t | words before, x)"},
        terms={"nll": "−Σ_t log p(y_t | words before, x)"},
        note="All experts share the words' vectors; the weights π depend on source and words.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.output = nn.Linear(config.hidden_dim, config.experts * (config.embedding_dim + 1))
