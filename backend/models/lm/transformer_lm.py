"""Transformer language model: a small GPT-2 over words (Radford et al., 2019)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from backend.base import Objective, param
from backend.nets.language import DIRECTION, Direction, LanguageConfig, LanguageModel
from backend.nets.sequences import TiedSoftmax
from backend.registry import register


@dataclass(frozen=True, kw_only=True)
class Config(LanguageConfig):
    vocab_size: int = param(8000, "Tokens in the vocabulary, sorted by falling frequency", min=5)
    max_len: int = param(25, "Tokens per sentence, <eos> included", min=2, max=200)
    width: int = param(192, "Size of embeddings and hidden vectors", min=2)
    layers: int = param(3, "Blocks", min=1, max=24)
    heads: int = param(4, "Attention heads per block; they divide the width", min=1)
    dropout: float = param(0.1, "Dropout", min=0, max=0.9)
    direction: Direction = DIRECTION

    @classmethod
    def tiny(cls) -> "Config":
        return cls(vocab_size=12, max_len=6, width=8, layers=1, heads=2, dropout=0.0)


@register(short="Transformer")
class TransformerLM(LanguageModel):
    """Minimises -Σ_t log p(x_t | x_<t), in nats per sentence.

    The architecture of GPT-2 (https://openai.com/index/better-language-models/) as
    ``transformers`` builds it, trained here from nothing. Departures: a vocabulary of words, and
    our adaptive softmax with tied embeddings; ``direction`` "backward" reads from the end.
    """

    config: Config
    objective = Objective(
        formulas={"model": "−Σ_t log p(x_t | words before)"},
        terms={"nll": "−Σ_t log p(x_t | words before)"},
        note="Exact log-probabilities; each word looks at all that were read before it.",
    )

    def __init__(self, config: Config) -> None:
        from transformers import GPT2Config, GPT2Model

        super().__init__(config)
        self.words = TiedSoftmax(config.vocab_size, config.width)
        self.blocks = GPT2Model(
            GPT2Config(
                vocab_size=1,  # words come embedded
                n_positions=config.max_len + 1,
                n_embd=config.width,
                n_layer=config.layers,
                n_head=config.heads,
                bos_token_id=0,
                eos_token_id=0,
                use_cache=False,
                embd_pdrop=config.dropout,
                resid_pdrop=config.dropout,
                attn_pdrop=config.dropout,
            )
        )
        del self.blocks.wte
        self.dropout = nn.Dropout(config.dropout)

    def start(self, batch: int) -> Tensor:
        """The words read so far, [batch, 0]; a state of this model grows by one a word."""
        return torch.zeros(batch, 0, dtype=torch.long, device=self.device)

    def hidden(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        read = torch.cat([state, inputs], 1)
        out = self.blocks(inputs_embeds=self.words.embed(read)).last_hidden_state
        return self.dropout(out[:, state.shape[1] :]), read

    def token_log_prob(self, hidden: Tensor, targets: Tensor) -> Tensor:
        return self.words.token_log_prob(hidden, targets)

    def log_probs(self, hidden: Tensor) -> Tensor:
        return self.words.log_probs(hidden)
