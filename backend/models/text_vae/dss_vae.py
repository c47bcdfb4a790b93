"""DSS-VAE: one code for how a sentence is built, one for what it says (Bao et al., 2019)."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent
from torch.nn.functional import log_softmax

from backend.base import LatentModel, Objective, Terms, param
from backend.distributions.sequence import EOS, PAD
from backend.models.vae.vae import posterior
from backend.nets.points import mlp
from backend.nets.sequences import AnnealedConfig, SequenceDecoder, SequenceEncoder, TiedSoftmax
from backend.objectives.divergences import kl_per_unit
from backend.objectives.priors import StandardNormal
from backend.registry import register

Parsed = tuple[Tensor, Tensor, Tensor]  # sentence [B, T], tree [B, L], content words [B, W]


@dataclass(frozen=True, kw_only=True)
class Config(AnnealedConfig):
    syntax_dim: int = param(8, "Units of the code for syntax; the others are for meaning", min=1)
    symbols: int = param(32, "Symbols of linearised trees, marks included", min=5)
    longest_tree: int = param(60, "Symbols of a tree, its end included", min=2)
    lemmas: int = param(500, "Content words in their base forms, padding included", min=2)
    side_dim: int = param(64, "Units of the nets that write trees, and of the adversaries", min=2)
    tree_weight: float = param(1.0, "Weight of the tree told by the syntax", min=0, max=10)
    content_weight: float = param(3.0, "Weight of the words told by the meaning", min=0, max=10)
    adversary_weight: float = param(
        0.3, "Weight of what a code must not tell: words by syntax, tree by meaning", min=0, max=10
    )
    alone_weight: float = param(
        0.2, "Weight of the sentence, which neither code must tell alone", min=0, max=10
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.syntax_dim >= self.latent_dim:
            raise ValueError(f"syntax_dim must be below latent_dim, {self.latent_dim}")

    @classmethod
    def tiny(cls, **sizes: int) -> Self:
        small = {"syntax_dim": 1, "symbols": 9, "longest_tree": 8, "lemmas": 7, "side_dim": 4}
        return super().tiny(**(small | sizes))


class Teller(nn.Module):
    """What one code tells of a sentence: whatever of its tree, its words and itself is asked for.

    Losses are in nats per sentence, means over the batch.
    """

    def __init__(self, config: Config, size: int, *told: str) -> None:
        super().__init__()
        if "tree" in told:
            tree = replace(config, max_len=config.longest_tree, word_dropout=0.0)
            self.tree = _decoder(tree, config.symbols, size)
        if "content" in told:
            self.content = mlp(size, 2 * config.side_dim, config.lemmas)
        if "sentence" in told:
            self.sentence = _decoder(config, config.vocab_size, size)

    def tree_nll(self, z: Tensor, tree: Tensor) -> Tensor:
        return -self.tree(z).log_prob(tree).mean()

    def content_nll(self, z: Tensor, content: Tensor) -> Tensor:
        """-Σ log p(w|z) over the content words of a sentence, p a softmax over all of them."""
        log_p = log_softmax(self.content(z), 1).gather(1, content)
        return -(log_p * (content != PAD)).sum(1).mean()

    def sentence_nll(self, z: Tensor, x: Tensor) -> Tensor:
        return -self.sentence(z).log_prob(x).mean()


def _decoder(config: Config, vocabulary: int, inputs: int) -> SequenceDecoder:
    """A small one, with words of its own."""
    small = replace(config, embedding_dim=config.side_dim, decoder_dim=config.side_dim)
    return SequenceDecoder(small, TiedSoftmax(vocabulary, config.side_dim), inputs)


@register(title="DSS-VAE", short="DSS-VAE")
class DSSVAE(LatentModel):
    """A text VAE whose code has two parts; adversaries keep from each what is the other's.

    https://arxiv.org/abs/1907.05789. z_syn tells the linearised tree, z_sem the bag of content
    words, the decoder of the sentence is given both. Adversaries learn to tell the words by
    z_syn, the tree by z_sem, and the sentence by either alone; what they lose is subtracted from
    the encoder's loss. z is (z_syn, z_sem), so that all that a code can do it does as a whole,
    and `swapped` puts two together.

    Departures: GRUs of one layer; z_sem is read off the sum of the word vectors, too, without
    which it learns words ten times slower; the words are content words in their base forms, summed
    and not averaged, the tree's leaves are tags.
    """

    config: Config
    capabilities = frozenset({"sample", "encode", "decode"})
    reads = "parses"
    players: ClassVar[dict[str, tuple[str, ...]]] = {
        "adversary": ("syntax_adversary", "meaning_adversary"),
        "model": ("encoder", "words_read", "decoder", "syntax_teller", "meaning_teller"),
    }
    training_only = ("syntax_teller", "meaning_teller", "syntax_adversary", "meaning_adversary")
    objective = Objective(
        formulas={
            "adversary": "L_{bow}(z_{syn}) + L_{tree}(z_{sem}) + L_x(z_{syn}) + L_x(z_{sem})",
            "model": "−E_q log p(x|z_{syn}, z_{sem}) + w(t) β KL + λ_{tree} L_{tree}(z_{syn}) + "
            "λ_{bow} L_{bow}(z_{sem}) − λ_{adv} [L_{bow}(z_{syn}) + L_{tree}(z_{sem})] − "
            "λ_{x} [L_x(z_{syn}) + L_x(z_{sem})]",
        },
        terms={
            "recon_nll": "−E_q log p(x|z_{syn}, z_{sem})",
            "kl_syntax": "KL of z_{syn}",
            "kl_meaning": "KL of z_{sem}",
            "tree_by_syntax": "L_{tree}(z_{syn})",
            "words_by_meaning": "L_{bow}(z_{sem})",
            "words_by_syntax": "L_{bow}(z_{syn})",
            "tree_by_meaning": "L_{tree}(z_{sem})",
            "sentence_by_syntax": "L_x(z_{syn})",
            "sentence_by_meaning": "L_x(z_{sem})",
        },
        note="What an adversary loses the encoder wins: each code is to say only what is its own.",
    )

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        words = TiedSoftmax(config.vocab_size, config.embedding_dim)
        self.encoder = SequenceEncoder(config, words, 2 * config.latent_dim)
        syntax, meaning = self.sizes = [config.syntax_dim, config.latent_dim - config.syntax_dim]
        self.words_read = nn.Linear(config.embedding_dim, 2 * meaning, bias=False)
        # Vectors are short at first, and are to be heard beside the GRU from the start.
        nn.init.normal_(self.words_read.weight, std=3 * config.embedding_dim**-0.5)
        self.decoder = SequenceDecoder(config, words)
        self.prior = StandardNormal(config.latent_dim)
        self.syntax_teller = Teller(config, syntax, "tree")
        self.meaning_teller = Teller(config, meaning, "content")
        self.syntax_adversary = Teller(config, syntax, "content", "sentence")
        self.meaning_adversary = Teller(config, meaning, "tree", "sentence")

    def plan(self, step: int) -> list[str]:
        """Without a weight an adversary would learn for nobody."""
        against = self.config.adversary_weight or self.config.alone_weight
        return ["adversary", "model"] if against else ["model"]

    def encode(self, x: Tensor, context: Tensor | None = None) -> Independent:
        embedded = self.encoder.words.embed(x)
        mu, log_var = self.encoder.read(embedded, (x != PAD).sum(1)).chunk(2, 1)
        words = self.words_read((embedded * (x > EOS)[..., None]).sum(1)).chunk(2, 1)
        mu, log_var = (
            torch.cat([syntax, meaning + more], 1)
            for (syntax, meaning), more in zip(map(self.parts, (mu, log_var)), words, strict=True)
        )
        return posterior(torch.cat([mu, log_var], 1))

    def decode(self, z: Tensor, context: Tensor | None = None) -> Distribution:
        return self.decoder(z)

    def parts(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """z_syn and z_sem of codes [B, D]."""
        syntax, meaning = z.split(self.sizes, 1)
        return syntax, meaning

    def swapped(self, meaning: Tensor, form: Tensor) -> Tensor:
        """Codes [B, D] that say what ``meaning`` says, built as ``form`` is, each [B, D]."""
        return torch.cat([self.parts(form)[0], self.parts(meaning)[1]], 1)

    def loss(self, batch: Parsed, player: str = "model") -> Terms:
        """``batch`` is sentences [B, T], trees [B, L] and base forms [B, W]; nats per sentence."""
        if player == "adversary":
            with torch.no_grad():
                z = self.encode(batch[0]).sample()
            terms = self._against(z, batch)
            return {"loss": sum(terms.values(), z.new_zeros(())), **terms}
        x, tree, content = batch
        config = self.config
        q = self.encode(x)
        z = q.rsample()
        syntax, meaning = self.parts(z)
        kl = [part.sum(1).mean() for part in self.parts(kl_per_unit(q))]
        terms = {
            "recon_nll": -self.decode(z).log_prob(x).mean(),
            "kl_syntax": kl[0],
            "kl_meaning": kl[1],
            "tree_by_syntax": self.syntax_teller.tree_nll(syntax, tree),
            "words_by_meaning": self.meaning_teller.content_nll(meaning, content),
        }
        total = terms["recon_nll"] + config.kl_weight * config.annealed(self.step) * sum(kl)
        total = total + config.tree_weight * terms["tree_by_syntax"]
        total = total + config.content_weight * terms["words_by_meaning"]
        if config.adversary_weight or config.alone_weight:
            terms |= self._against(z, batch)
            crosswise = terms["words_by_syntax"] + terms["tree_by_meaning"]
            alone = terms["sentence_by_syntax"] + terms["sentence_by_meaning"]
            total = total - config.adversary_weight * crosswise - config.alone_weight * alone
        return {"loss": total, **terms}

    def _against(self, z: Tensor, batch: Parsed) -> Terms:
        """What the adversaries lose on codes z [B, D]."""
        x, tree, content = batch
        syntax, meaning = self.parts(z)
        return {
            "words_by_syntax": self.syntax_adversary.content_nll(syntax, content),
            "tree_by_meaning": self.meaning_adversary.tree_nll(meaning, tree),
            "sentence_by_syntax": self.syntax_adversary.sentence_nll(syntax, x),
            "sentence_by_meaning": self.meaning_adversary.sentence_nll(meaning, x),
        }
