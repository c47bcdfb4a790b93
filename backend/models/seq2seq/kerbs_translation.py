"""Translation with KerBS: words with several senses, each with a spread (Miao et al., 2019)."""

from dataclasses import dataclass

from torch import Tensor

from backend.base import Objective, Terms, param
from backend.models.lm import kerbs
from backend.models.seq2seq import translation
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(translation.Config):
    senses: int = param(2, "Senses in all, for each word that can be written", min=1, max=8)
    most_senses: int = param(4, "Senses of one word at most", min=1, max=16)
    kernel: kerbs.Kernel = kerbs.KERNEL
    moving_steps: int = param(100, "Steps between two reallocations of senses; 0: none", min=0)
    moving_until: int = param(1_000_000, "Step of the last reallocation", min=0)
    moved: float = param(0.005, "Senses moved at a time, for each word", min=0, max=1)

    @classmethod
    def tiny(cls) -> "Config":
        return cls(**vars(translation.Config.tiny()))


@register(title="Translation, KerBS", short="KerBS")
class KerBSTranslation(translation.Translation):
    """p(y_t) = Σ_senses softmax K_θ(h, e_sense); minimises -Σ_t log p, nats per sentence.

    The output layer of https://arxiv.org/abs/1911.00274, which was published for translation, on
    the net of `Translation`. Departures: those of `Translation` and of `lm/kerbs`.
    """

    capabilities = translation.Translation.capabilities | {"senses"}
    config: Config
    words: kerbs.KernelSoftmax
    objective = Objective(
        formulas={"model": "−Σ_t log Σ_{senses of y_t} softmax K_θ(h_t, e_sense)"},
        terms={"nll": "−Σ_t log p(y_t | words before, x)"},
        note="Senses that are hardly needed move to words that are predicted badly.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.words = kerbs.KernelSoftmax(
            kerbs.Config(
                vocab_size=config.separator,
                embedding_dim=config.embedding_dim,
                senses=config.senses,
                most_senses=config.most_senses,
                kernel=config.kernel,
            )
        )

    def loss(self, batch: Tensor, player: str = "model") -> Terms:
        """``batch`` is int64 [B, T], pairs."""
        if self.training:
            self.words.follow(self.config, self.step)
        return super().loss(batch, player)
