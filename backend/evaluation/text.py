"""Quality of sentences: reconstruction, word frequencies, and language models trained on samples.

A sentence here is a sequence of tokens (words or ids), without start mark, end mark or padding.

Forward and reverse perplexity (M10, M9) ask a fresh language model. Forward: trained on real
sentences, how probable does it find the samples? Reverse: trained on samples only, how probable
does it find real test sentences? Zhao, Kim, Zhang, Rush and LeCun, "Adversarially Regularized
Autoencoders", 2018, https://arxiv.org/abs/1706.04223. One fluent sentence repeated wins the first
and loses the second, so the two belong together, each beside the number for real sentences.

Departures from the published set-up of Shi et al. (46,000 samples, 40,000 of them to train an
AWD-LSTM for 20 epochs): 20,000 samples and a small LSTM, so that it takes minutes on two CPU
cores. Reverse perplexities of different language models cannot be compared; the same small LSTM
trained on as many real sentences is the reference.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from backend.base import GenerativeModel
from backend.corpora.batching import LengthBatches
from backend.device import seeded
from backend.distributions.sequence import EOS, PAD
from backend.models.lm.lstm_lm import LSTMLM, Config
from backend.training import TrainConfig, fit

Sentence = Sequence[Hashable]


def sentences(ids: Tensor) -> list[tuple[int, ...]]:
    """Token ids of each row of ids [B, T], up to its end mark."""
    rows = []
    for row in ids.tolist():
        end = row.index(EOS) if EOS in row else len(row)
        rows.append(tuple(token for token in row[:end] if token != PAD))
    return rows


def corpus_bleu(hypotheses: Sequence[Sentence], references: Sequence[Sentence]) -> float:
    """Corpus BLEU-4 x 100 of each hypothesis against its one reference (M12).

    Papineni, Roukos, Ward and Zhu, "BLEU", 2002, https://aclanthology.org/P02-1040, as computed
    by sacrebleu's ``corpus_bleu`` with ``tokenize="none"`` and ``smooth_method="none"``. On a
    model's own tokens the number compares models that share a tokeniser; it is not the BLEU of
    written text. A word outside the vocabulary is ``<unk>``, which decoding never produces, so it
    counts as wrong.

    Raises:
        ValueError: The two lists differ in length or are empty.
    """
    import sacrebleu

    if len(hypotheses) != len(references) or not references:
        raise ValueError(f"{len(hypotheses)} hypotheses for {len(references)} references")
    score = sacrebleu.corpus_bleu(
        [_joined(sentence) for sentence in hypotheses],
        [[_joined(sentence) for sentence in references]],
        tokenize="none",
        smooth_method="none",
        force=True,  # the tokens are meant to be tokenised: no warning about it
    )
    return score.score


def unigram_kl(samples: Iterable[Sentence], reference: Iterable[Sentence]) -> float:
    """Sum over words in both of f_s ln(f_s / f_ref), f the relative word frequencies (M11).

    The "wKL" of Shi, Zhou, Miao and Li, "Dispersed Exponential Family Mixture VAEs for
    Interpretable Text Generation", 2020, https://arxiv.org/abs/1906.06719, as their released
    ``test_wKL`` computes it: KL(samples || training text), where words unseen in training are
    skipped, so it is not a true KL and may even be negative. Penn Treebank test against training
    text gives 0.136.

    Departures: ours takes tokens as they are, theirs splits "'s" off words (nothing is left to
    split in text of a tokeniser that already does); and ours uses the samples it is given, theirs
    the first 40,000.

    Returns:
        Nats.

    Raises:
        ValueError: One side has no words at all.
    """
    f_samples, f_reference = _frequencies(samples), _frequencies(reference)
    return sum(
        f * math.log(f / f_reference[word]) for word, f in f_samples.items() if word in f_reference
    )


def same(a: Sequence[Sentence], b: Sequence[Sentence]) -> list[bool]:
    """Whether each sentence of ``a`` equals, token by token, the one at its place in ``b``."""
    return [tuple(x) == tuple(y) for x, y in zip(a, b, strict=True)]


@dataclass(frozen=True, kw_only=True)
class LanguageModelSettings:
    """The language model behind forward and reverse perplexity, and how it is trained."""

    lm_embedding_dim: int = 128
    lm_hidden_dim: int = 192
    lm_dropout: float = 0.3
    lm_epochs: int = 6  # at most; it ends after the first without gain in validation
    lm_batch_size: int = 64
    lm_lr: float = 3e-3
    lm_validation: float = 0.1  # share of the sentences that decides when to stop


def fit_language_model(
    sentences: Sequence[Sequence[int]],
    *,
    n_words: int,
    max_len: int,
    settings: LanguageModelSettings,
    seed: int = 0,
    device: torch.device | str = "cpu",
) -> GenerativeModel:
    """A language model trained from nothing on the sentences, with its best epoch's weights.

    Args:
        sentences: Token ids below ``n_words``, falling in frequency as the vocabulary has them.
        n_words: Size of the vocabulary.
        max_len: Longest sentence that the model shall judge, in tokens, end mark included.
        settings: Sizes and training.
        seed: Of weights, batches and dropout; also chooses the validation sentences.
        device: Where to train.
    """
    ids = padded(sentences)  # [N, T]
    order = torch.randperm(len(ids), generator=torch.Generator().manual_seed(seed))
    n_validation = round(settings.lm_validation * len(ids))
    validation, train = ids[order[:n_validation]], ids[order[n_validation:]]
    with seeded(seed):
        model = LSTMLM(
            Config(
                vocab_size=n_words,
                max_len=max_len,
                embedding_dim=settings.lm_embedding_dim,
                hidden_dim=settings.lm_hidden_dim,
                dropout=settings.lm_dropout,
            )
        )
    model.to(device)
    batches = LengthBatches(train, settings.lm_batch_size, seed)
    config = TrainConfig(
        steps=settings.lm_epochs * len(batches),
        batch_size=settings.lm_batch_size,
        lr=settings.lm_lr,
        seed=seed,
        report_every=len(batches),
    )
    best, weights = math.inf, {}
    for _ in fit(model, batches, config):
        if (nll := float(_nll(model, validation).mean())) >= best:
            break
        best, weights = nll, {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(weights)
    return model


def sentence_nll(
    model: GenerativeModel, sentences: Sequence[Sequence[int]]
) -> tuple[Tensor, Tensor]:
    """-log p(x) in nats and number of predicted tokens (end mark included), both [N].

    Both are ordered by sentence length, not as the sentences were.
    """
    ids = padded(sorted(sentences, key=len))
    return _nll(model, ids), (ids != PAD).sum(1)


@torch.inference_mode()
def _nll(model: GenerativeModel, ids: Tensor) -> Tensor:
    return -torch.cat([model.log_prob(part.to(model.device)).cpu() for part in ids.split(500)])


def padded(sentences: Sequence[Sequence[int]]) -> Tensor:
    """Ids [N, T], each sentence ended by its end mark."""
    return pad_sequence([torch.tensor([*s, EOS]) for s in sentences], batch_first=True)


def _joined(sentence: Sentence) -> str:
    return " ".join(map(str, sentence))


def _frequencies(sentences: Iterable[Sentence]) -> dict[Hashable, float]:
    counts = Counter(word for sentence in sentences for word in sentence)
    if not counts:
        raise ValueError("no words to count: every sentence is empty")
    total = counts.total()
    return {word: count / total for word, count in counts.items()}
